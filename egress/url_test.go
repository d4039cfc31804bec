package egress

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// nobody resolves no name.
type nobody struct{ t *testing.T }

func (n nobody) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.t.Errorf("asked for the addresses of %s", host)
	return nil, errors.New("no such host")
}

func allowing(t *testing.T, prefixes ...string) *Client {
	o := Options{Resolver: nobody{t}, AllowHTTP: len(prefixes) > 0}
	for _, p := range prefixes {
		o.Allow = append(o.Allow, netip.MustParsePrefix(p))
	}
	return New(o)
}

// Case W1: what a URL must not say, however it is spelt.
func TestURLsThatMayNotBeCalled(t *testing.T) {
	c := allowing(t)
	for text, want := range map[string]error{
		"":                                    ErrScheme,
		"   ":                                 ErrSyntax,
		"example.com":                         ErrScheme,
		"//example.com":                       ErrScheme,
		"http://example.com":                  ErrScheme,
		"ftp://example.com":                   ErrScheme,
		"file:///etc/passwd":                  ErrScheme,
		"gopher://example.com":                ErrScheme,
		"javascript:alert(1)":                 ErrScheme,
		"https:example.com":                   ErrNoHost,
		"https://":                            ErrNoHost,
		"https:///x":                          ErrNoHost,
		"https://:443/":                       ErrNoHost,
		"https://user@example.com":            ErrSyntax,
		"https://u:p@example.com":             ErrSyntax,
		"https://@example.com":                ErrSyntax,
		"https://[x":                          ErrSyntax,
		"https://example.com:":                ErrSyntax,
		"https://example.com:0":               ErrSyntax,
		"https://example.com:65536":           ErrSyntax,
		"https://example.com:+443":            ErrSyntax,
		"https://example.com:x":               ErrSyntax,
		"https://exa mple.com":                ErrSyntax,
		" https://example.com":                ErrSyntax,
		"https://example.com/\n":              ErrSyntax,
		"https://example.com/\x00":            ErrSyntax,
		"https://example.com\\@x/":            ErrSyntax,
		"https://example.com/\xff":            ErrSyntax,
		"https://exämple.com":                 ErrSyntax,
		"https://ex%61mple.com":               ErrSyntax,
		"https://example..com":                ErrSyntax,
		"https://.example.com":                ErrSyntax,
		"https://::1/":                        ErrSyntax,
		"https://localhost":                   ErrRefused,
		"https://LOCALHOST":                   ErrRefused,
		"https://localhost.":                  ErrRefused,
		"https://a.localhost./":               ErrRefused,
		"https://127.0.0.1":                   ErrRefused,
		"https://127.0.0.1.":                  ErrRefused,
		"https://127.1":                       ErrRefused,
		"https://127.0.1":                     ErrRefused,
		"https://2130706433":                  ErrRefused,
		"https://0177.0.0.1":                  ErrRefused,
		"https://0177.0.0.01":                 ErrRefused,
		"https://0x7f.0.0.1":                  ErrRefused,
		"https://0x7f000001":                  ErrRefused,
		"https://0X7F000001.":                 ErrRefused,
		"https://0x":                          ErrRefused,
		"https://8.8.8.08":                    ErrRefused,
		"https://8.8.2056":                    ErrRefused,
		"https://256.8.8.8":                   ErrRefused,
		"https://x.1":                         ErrRefused,
		"https://0.0.0.0":                     ErrRefused,
		"https://10.0.0.1":                    ErrRefused,
		"https://172.31.255.255":              ErrRefused,
		"https://192.168.1.1":                 ErrRefused,
		"https://169.254.169.254":             ErrRefused,
		"https://168.63.129.16":               ErrRefused,
		"https://100.64.0.1":                  ErrRefused,
		"https://100.100.100.200":             ErrRefused,
		"https://192.0.0.192":                 ErrRefused,
		"https://198.19.0.1":                  ErrRefused,
		"https://224.0.0.1":                   ErrRefused,
		"https://255.255.255.255":             ErrRefused,
		"https://[::]":                        ErrRefused,
		"https://[::1]":                       ErrRefused,
		"https://[0:0::0:1]":                  ErrRefused,
		"https://[::127.0.0.1]":               ErrRefused,
		"https://[::ffff:127.0.0.1]":          ErrRefused,
		"https://[::ffff:7f00:1]":             ErrRefused,
		"https://[2002:7f00:1::]":             ErrRefused,
		"https://[2002:a00:1::1]":             ErrRefused,
		"https://[64:ff9b::7f00:1]":           ErrRefused,
		"https://[64:ff9b::10.0.0.1]":         ErrRefused,
		"https://[64:ff9b:1::1]":              ErrRefused,
		"https://[2001:0:808:808::f7f7:f7f7]": ErrRefused, // Teredo, public on both sides
		"https://[2001:0:808:808::80ff:fffe]": ErrRefused, // Teredo, to 127.0.0.1
		"https://[fe80::1]":                   ErrRefused,
		"https://[fe80::1%25eth0]":            ErrRefused,
		"https://[2606:4700::1111%25eth0]":    ErrRefused,
		"https://[fc00::1]":                   ErrRefused,
		"https://[fd00:ec2::254]":             ErrRefused,
		"https://[fec0::1]":                   ErrRefused,
		"https://[ff02::1]":                   ErrRefused,
		"https://[2001:db8::1]":               ErrRefused,
		"https://[3fff::1]":                   ErrRefused,
		"https://[127.0.0.1]":                 ErrSyntax,
		"https://[v1.x]":                      ErrSyntax,
		"https://example.com/" + strings.Repeat("x", 2000): ErrSyntax,
	} {
		if err := c.Check(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
}

func TestURLsThatMayBeCalled(t *testing.T) {
	c := allowing(t)
	for _, text := range []string{
		"https://example.com", "HTTPS://Example.COM./x?a=b#c", "https://example.com:8443/%00?q=é", "https://a_b.example", "https://xn--exmple-cua.com",
		"https://1.example", "https://8.8.8.8", "https://8.8.8.8:80/x", "https://[2606:4700:4700::1111]:443/", "https://[::ffff:8.8.8.8]", "https://[64:ff9b::808:808]",
		"https://[2002:808:808::1]", "https://internal", "https://0x7f.example",
	} {
		if err := c.Check(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheOperatorMakesExceptions(t *testing.T) {
	c := allowing(t, "127.0.0.0/8", "10.1.0.0/16", "fd00::/8")
	for text, want := range map[string]error{
		"http://127.0.0.1:5000":      nil,
		"https://localhost.":         nil,
		"http://[::ffff:127.0.0.1]":  nil,
		"http://[64:ff9b::10.1.0.1]": nil,
		"http://10.1.255.255":        nil,
		"http://[fd12::1]":           nil,
		"http://example.com":         nil,
		"http://10.2.0.1":            ErrRefused,
		"http://[::1]":               ErrRefused,
		"http://127.1":               ErrRefused, // still no way to write an address
		"http://u@127.0.0.1":         ErrSyntax,
		"ftp://127.0.0.1":            ErrScheme,
	} {
		if err := c.Check(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
	if got := strings.Join(c.Schemes(), " ") + "; " + strings.Join(allowing(t).Schemes(), " "); got != "http https; https" {
		t.Errorf("schemes %s", got)
	}
}

// Whatever a text says, one that passes leads to no address that is not public.
func FuzzCheck(f *testing.F) {
	for _, text := range []string{"https://example.com", "https://[::ffff:7f00:1]:1/", "https://0x7f.1", "https://127.0.0.1.", "https://a@b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := allowing(t).parse(text)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Errorf("%q passes as %#v", text, u)
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && (!addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != "") {
			t.Errorf("%q leads to %s", text, addr)
		}
	})
}
