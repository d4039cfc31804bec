package bench

import (
	"strings"
	"time"
)

// A Caller sends requests one after the other to one server.
type Caller interface {
	// Connect opens the connection if there is none, so that a phase does not
	// pay for it.
	Connect() error

	// Call sends a request and gives the answer to it, which is valid until the
	// next call. An answer that is an error of the server's is an error here.
	Call(r *Request) ([]byte, error)

	Close()
}

// newCaller gives a client for a base URL: http://host:port, or
// grpc://host:port.
func newCaller(base string, timeout time.Duration) (Caller, error) {
	if addr, ok := strings.CutPrefix(base, schemeGRPC+"://"); ok {
		return newGRPCClient(addr, timeout)
	}
	return NewClient(base, timeout)
}
