// Package egress is the one way by which the server calls another machine. It
// calls public addresses only, unless the operator names exceptions: where a
// name leads is looked at when the connection is made, after which it cannot
// change. It follows no redirect, uses no proxy, sends no credential of its own
// and gives up what takes too long or says too much.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Bounds on one call.
const (
	defaultConnect = 5 * time.Second  // to find and reach the host, and again for TLS
	defaultTotal   = 30 * time.Second // for all of the call
	maxHeader      = 16 << 10         // bytes of the answer's header
	maxRead        = 64 << 10         // bytes of the answer's body that are read
	maxText        = 1 << 10          // bytes of it that are kept
)

// Options are what the operator decides. The zero value calls public addresses
// by https.
type Options struct {
	Allow     []netip.Prefix // addresses that may be called although they are not public
	AllowHTTP bool           // also without TLS

	Resolver Resolver       // nil stands for the machine's
	Roots    *x509.CertPool // whose certificates to trust; nil stands for the machine's

	Connect, Total time.Duration // bounds on reaching the host and on all of a call; 0 stands for 5 s and 30 s
}

// A Resolver finds the addresses of a name. [net.Resolver] is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// A Client calls other machines. It is safe for use by many goroutines.
type Client struct {
	options Options
	http    *http.Client
}

// New returns a client that keeps to o.
func New(o Options) *Client {
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Connect == 0 {
		o.Connect = defaultConnect
	}
	if o.Total == 0 {
		o.Total = defaultTotal
	}
	c := &Client{options: o}
	c.http = &http.Client{
		Timeout:       o.Total,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // of whom the address would be checked, in place of the host's
			DialContext:            c.dial,
			DisableKeepAlives:      true, // so that each call is checked anew
			DisableCompression:     true, // so that what is read is what came
			TLSHandshakeTimeout:    o.Connect,
			MaxResponseHeaderBytes: maxHeader,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		},
	}
	return c
}
