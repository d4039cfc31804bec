package egress

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What can be wrong with a URL. The errors of [Client.Check] are these; whoever
// asked knows what the URL is for and words it.
var (
	ErrSyntax  = errors.New("egress: the text is no URL that can be called")
	ErrScheme  = errors.New("egress: the scheme may not be called")
	ErrNoHost  = errors.New("egress: the URL names no host")
	ErrRefused = errors.New("egress: the host may not be called")
)

// maxURL bounds a URL, in bytes.
const maxURL = 2000

// Schemes lists the schemes that may be called.
func (c *Client) Schemes() []string {
	if c.options.AllowHTTP {
		return []string{"http", "https"}
	}
	return []string{"https"}
}

// Check reports what is wrong with a URL as far as its text tells. It asks no
// name server: where a name leads is looked at when it is called.
func (c *Client) Check(text string) error {
	_, err := c.parse(text)
	return err
}

func (c *Client) parse(text string) (*url.URL, error) {
	if len(text) > maxURL || !utf8.ValidString(text) || strings.ContainsFunc(text, ambiguous) {
		return nil, ErrSyntax
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, ErrSyntax
	}
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !c.options.AllowHTTP):
		return nil, ErrScheme
	case u.Opaque != "" || u.Host == "" || u.Hostname() == "":
		return nil, ErrNoHost
	case u.User != nil || !validPort(u):
		return nil, ErrSyntax
	}
	return u, c.checkHost(u)
}

// ambiguous reports characters that readers of URLs differ about.
func ambiguous(r rune) bool { return r == '\\' || unicode.IsControl(r) || unicode.IsSpace(r) }

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

// checkHost refuses an address that may not be called, however it is spelt, and
// the names that stand for this machine.
func (c *Client) checkHost(u *url.URL) error {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		addr, err := netip.ParseAddr(host)
		if err != nil || !addr.Is6() || !c.permits(addr) {
			return ErrRefused
		}
		return nil
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if endsInNumber(host) {
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.String() != host || !c.permits(addr) {
			return ErrRefused
		}
		return nil
	}
	if !validName(host) {
		return ErrSyntax
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		if !c.permits(loopback4) && !c.permits(netip.IPv6Loopback()) {
			return ErrRefused
		}
	}
	return nil
}

var loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// endsInNumber reports whether some reader takes host for an address: 127.1,
// 0x7f000001, 2130706433 and 0177.0.0.1 are all 127.0.0.1 to one or another.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// validName reports whether host is a name as name servers know them. Other
// alphabets are written in Punycode.
func validName(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
