package server

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// A counted listener counts connections and closes those beyond the limit at
// once: the client learns it now rather than when others leave.
type counted struct {
	net.Listener
	server *Server
	open   *atomic.Int64 // connections of all listeners
}

// Accept waits for the next connection that is within the limit.
func (l *counted) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) > l.server.limits.Connections {
			l.open.Add(-1)
			l.server.metrics.turnedAway.Inc()
			_ = c.Close() // there is nothing to lose
			continue
		}
		l.server.metrics.connections.Inc()
		return &conn{Conn: c, listener: l}, nil
	}
}

// A conn is a connection that counts itself down when it is closed, and that
// can give again what was read to see which protocol it speaks.
type conn struct {
	net.Conn
	listener *counted
	closed   sync.Once
	head     []byte // to be read first
}

// Read reads what was put back, and then from the connection.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.head) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.head)
	c.head = c.head[n:]
	return n, nil
}

// ReadFrom lets the kernel copy a file where it can.
func (c *conn) ReadFrom(src io.Reader) (int64, error) {
	if to, ok := c.Conn.(io.ReaderFrom); ok {
		return to.ReadFrom(src)
	}
	return io.Copy(struct{ io.Writer }{c.Conn}, src)
}

// CloseWrite says that nothing more will come.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close closes the connection and makes room for another.
func (c *conn) Close() error {
	c.closed.Do(func() {
		c.listener.open.Add(-1)
		c.listener.server.metrics.connections.Dec()
	})
	return c.Conn.Close()
}
