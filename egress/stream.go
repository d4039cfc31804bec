package egress

import (
	"context"
	"crypto/tls"
	"net"
)

// Dial connects to host:port for a protocol that is none of this package. Where it
// may lead is bounded as it is for calls; how long the connection lasts is not.
func (c *Client) Dial(ctx context.Context, network, target string) (net.Conn, error) {
	return c.dial(ctx, network, target)
}

// DialTLS is Dial with TLS, which shows that the host is who the target names.
func (c *Client) DialTLS(ctx context.Context, network, target string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return nil, ErrRefused
	}
	raw, err := c.dial(ctx, network, target)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Connect)
	defer cancel()
	conn := tls.Client(raw, &tls.Config{RootCAs: c.options.Roots, ServerName: host, MinVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return conn, nil
}
