package egress

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// maxAddresses bounds how many addresses of one name are tried.
const maxAddresses = 8

// dial finds the addresses of a host and connects to the first that may be
// called and answers.
func (c *Client) dial(ctx context.Context, network, target string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, ErrRefused
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Connect)
	defer cancel()
	addrs, err := c.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for i, addr := range addrs {
		var conn net.Conn
		d := net.Dialer{Timeout: share(ctx, len(addrs)-i), Control: c.control}
		if conn, err = d.DialContext(ctx, network, net.JoinHostPort(addr.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// share gives each of n attempts its part of the time that is left.
func share(ctx context.Context, n int) time.Duration {
	end, _ := ctx.Deadline()
	return max(time.Until(end)/time.Duration(n), time.Millisecond)
}

// resolve gives the addresses of a host that may be called. A name that leads
// nowhere is refused like one that leads inside: whoever asks must not learn
// which names there are inside.
func (c *Client) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	found, err := c.lookup(ctx, host)
	if err != nil {
		return nil, &refusal{host, err.Error()}
	}
	var permitted []netip.Addr
	for _, addr := range found {
		if c.permits(addr) && len(permitted) < maxAddresses {
			permitted = append(permitted, addr.Unmap())
		}
	}
	if len(permitted) == 0 {
		return nil, &refusal{host, "no address of it is public"}
	}
	return permitted, nil
}

func (c *Client) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	return c.options.Resolver.LookupNetIP(ctx, "ip", host)
}

// control has the last word on an address: it is asked when the socket exists
// and is about to be connected, after all names are resolved.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !c.permits(at.Addr()) {
		return &refusal{address, "the address is not public"}
	}
	return nil
}

// A refusal is an [ErrRefused] with its reason, which is for the log alone.
type refusal struct{ host, reason string }

func (r *refusal) Error() string { return "egress: " + r.host + " may not be called: " + r.reason }

func (r *refusal) Unwrap() error { return ErrRefused }
