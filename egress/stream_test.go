package egress

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestTLSConnectionsGoToWhomTheTargetNames(t *testing.T) {
	s, port := host(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	known := names{"example.com": {at("127.0.0.1")}, "other.test": {at("127.0.0.1")}}
	trusting := client(s, known)
	conn, err := trusting.DialTLS(t.Context(), "tcp", net.JoinHostPort("example.com", port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err != nil || string(answer[len(answer)-5:]) != "hello" {
		t.Errorf("it answers %q (%v)", answer, err)
	}
	strangers := New(Options{Allow: trusting.options.Allow, Resolver: known})
	for name, dial := range map[string]func() (net.Conn, error){
		"another name": func() (net.Conn, error) {
			return trusting.DialTLS(t.Context(), "tcp", net.JoinHostPort("other.test", port))
		},
		"an unknown authority": func() (net.Conn, error) {
			return strangers.DialTLS(t.Context(), "tcp", net.JoinHostPort("example.com", port))
		},
		"an address not public": func() (net.Conn, error) {
			return New(Options{}).DialTLS(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", port))
		},
		"no port": func() (net.Conn, error) { return trusting.DialTLS(t.Context(), "tcp", "example.com") },
	} {
		if conn, err := dial(); err == nil {
			_ = conn.Close()
			t.Errorf("%s: connected", name)
		}
	}
}

// TestATLSHandshakeThatIsNotAnsweredIsGivenUp connects to what takes connections and
// says nothing, and to what speaks without TLS.
func TestATLSHandshakeThatIsNotAnsweredIsGivenUp(t *testing.T) {
	c := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Connect: 50 * time.Millisecond})
	for name, says := range map[string]string{"nothing": "", "no TLS": "220 hello\r\n"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		closed := make(chan error, 1)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				closed <- err
				return
			}
			_, _ = io.WriteString(conn, says)
			_, err = io.Copy(io.Discard, conn) // until it is closed
			closed <- err
		}()
		conn, err := c.DialTLS(t.Context(), "tcp", l.Addr().String())
		if err == nil {
			_ = conn.Close()
			t.Errorf("%s: connected", name)
		}
		if err := <-closed; err != nil && !errors.Is(err, net.ErrClosed) && !isReset(err) {
			t.Errorf("%s: %v", name, err)
		}
		_ = l.Close()
	}
}

func isReset(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}
