package bench

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"
)

// A Request is one call, ready to be sent. Body is empty for a GET.
type Request struct {
	Method string
	Path   string // below the base URL, with its query
	Body   []byte // JSON
}

// A Client sends requests one after the other on one kept connection. It is
// not safe for use by several goroutines. It does no more of HTTP/1.1 than
// answers to a JSON call need, and allocates nothing once its buffers have
// grown.
type Client struct {
	addr    string // host:port
	prefix  string // path of the base URL, without trailing slash
	timeout time.Duration

	conn  net.Conn
	in    *bufio.Reader
	out   []byte
	reply reply
}

// NewClient returns a client for a base URL such as http://127.0.0.1:5000/x. A
// call that has no whole answer after timeout fails.
func NewClient(base string, timeout time.Duration) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || u.Port() == "" {
		return nil, fmt.Errorf("base URL %q: want http://host:port", base)
	}
	path := u.EscapedPath()
	for len(path) > 0 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return &Client{addr: u.Host, prefix: path, timeout: timeout}, nil
}

// Connect opens the connection if there is none, so that a phase does not pay
// for it.
func (c *Client) Connect() error {
	if c.conn != nil {
		return nil
	}
	conn, err := net.DialTimeout("tcp", c.addr, c.timeout)
	if err != nil {
		return err
	}
	c.conn, c.in = conn, bufio.NewReaderSize(conn, 64<<10)
	return nil
}

// Close ends the connection. The client may be used again.
func (c *Client) Close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// Do sends r and returns the status and body of the answer. The body is valid
// until the next call. After an error the next call opens a new connection; no
// request is ever sent twice.
func (c *Client) Do(r *Request) (status int, body []byte, err error) {
	if err := c.Connect(); err != nil {
		return 0, nil, err
	}
	c.encode(r)
	if err := c.exchange(); err != nil {
		c.Close()
		return 0, nil, err
	}
	if c.reply.closing {
		c.Close()
	}
	return c.reply.status, c.reply.body, nil
}

// Call is Do where any status but one of success is an error that quotes the
// answer.
func (c *Client) Call(r *Request) ([]byte, error) {
	status, body, err := c.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	if status/100 != 2 {
		return nil, fmt.Errorf("%s %s: status %d: %.300s", r.Method, r.Path, status, body)
	}
	return body, nil
}

func (c *Client) exchange() error {
	if err := c.conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return err
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return err
	}
	return c.reply.read(c.in)
}

// encode writes the whole request into one buffer: one write, one packet.
func (c *Client) encode(r *Request) {
	b := append(c.out[:0], r.Method...)
	b = append(b, ' ')
	b = append(b, c.prefix...)
	b = append(b, r.Path...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, c.addr...)
	b = append(b, "\r\nAccept: */*\r\nUser-Agent: httpload\r\n"...)
	if r.Method != "GET" {
		b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(r.Body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	c.out = append(b, r.Body...)
}
