package egress

import "net/netip"

// permits reports whether an address may be called: it is public, or the
// operator made an exception. One that carries an IPv4 address inside leads to
// that, so that is what counts.
func (c *Client) permits(addr netip.Addr) bool {
	if addr.Zone() != "" {
		return false
	}
	addr = unwrap(addr)
	for _, p := range c.options.Allow {
		if p.Contains(addr) {
			return true
		}
	}
	return public(addr)
}

// unwrap gives the IPv4 address that an IPv6 address stands for: mapped, 6to4
// or NAT64. Others stay. Teredo's carry two, and nobody is reached by them any
// more: they are not public.
func unwrap(addr netip.Addr) netip.Addr {
	addr = addr.Unmap()
	b := addr.As16()
	switch {
	case sixToFour.Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6]))
	case nat64.Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16]))
	}
	return addr
}

var (
	sixToFour = netip.MustParsePrefix("2002::/16")
	nat64     = netip.MustParsePrefix("64:ff9b::/96")

	// unicast6 is what is given out of IPv6; all outside is for some other use.
	unicast6 = netip.MustParsePrefix("2000::/3")
)

// special are the ranges of IPv4, and within unicast6, that are not for
// everybody to reach: the special-purpose registries of IANA (RFC 6890), and
// multicast.
var special = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // shared by providers
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, and where clouds keep metadata
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // relays of 6to4
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, and broadcast

	"168.63.129.16/32", // public by its number, and Azure's agent in every machine there

	"2001::/23",     // protocol assignments, and Teredo
	"2001:db8::/32", // documentation
	"2002::/16",     // 6to4
	"3fff::/20",     // documentation
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		all[i] = netip.MustParsePrefix(t)
	}
	return all
}

func public(addr netip.Addr) bool {
	if !addr.Is4() && !unicast6.Contains(addr) {
		return false
	}
	for _, p := range special {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}
