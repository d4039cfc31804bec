package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// hosts are the values of the Host header by which a listener may be called. A
// page whose name is made to resolve to this machine carries its own name in
// Host, so this check, and only it, stops DNS rebinding.
type hosts struct {
	exact    map[string]struct{}
	names    map[string]struct{} // any port
	suffixes []string            // ".domain", any port
	any      bool
	port     string
	wildcard bool // bound to all interfaces: the address of the connection counts
}

// newHosts allows loopback names and the address itself with its port, and
// what the operator adds.
func newHosts(addr string, extra []string) *hosts {
	h := &hosts{exact: make(map[string]struct{}), names: make(map[string]struct{})}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		host, port = addr, "80"
	}
	h.port = port
	for _, name := range []string{"localhost", "127.0.0.1", "::1", host} {
		h.add(name, port)
	}
	ip, err := netip.ParseAddr(host)
	h.wildcard = host == "" || err == nil && ip.IsUnspecified()
	for _, entry := range extra {
		h.allow(strings.ToLower(strings.TrimSpace(entry)))
	}
	return h
}

func (h *hosts) add(name, port string) {
	if name == "" {
		return
	}
	h.exact[strings.ToLower(net.JoinHostPort(name, port))] = struct{}{}
	if port == "80" {
		h.exact[strings.ToLower(name)] = struct{}{}
	}
}

func (h *hosts) allow(entry string) {
	switch {
	case entry == "":
	case entry == "*":
		h.any = true
	case strings.HasPrefix(entry, "*."):
		h.suffixes = append(h.suffixes, entry[1:])
	case hasPort(entry):
		h.exact[entry] = struct{}{}
	default:
		h.names[strings.Trim(entry, "[]")] = struct{}{}
	}
}

func hasPort(entry string) bool {
	_, _, err := net.SplitHostPort(entry)
	return err == nil
}

// check refuses a request whose Host is not on the list.
func (h *hosts) check(r *http.Request) error {
	if _, ok := h.exact[r.Host]; ok || h.any {
		return nil
	}
	if r.Host != "" && h.allows(r.Context(), strings.ToLower(r.Host)) {
		return nil
	}
	return pedigree.Errorf(pedigree.Denied, "the Host header names no host of this server; its operator can add one with --allowed-hosts")
}

func (h *hosts) allows(ctx context.Context, host string) bool {
	if _, ok := h.exact[host]; ok {
		return true
	}
	name, port := splitHost(host)
	if _, ok := h.names[name]; ok {
		return true
	}
	for _, suffix := range h.suffixes {
		if len(name) > len(suffix) && strings.HasSuffix(name, suffix) && !strings.ContainsAny(name, "@/ ") {
			return true
		}
	}
	return h.wildcard && port == h.port && isLocal(ctx, name)
}

func splitHost(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.Trim(host, "[]"), "80"
	}
	return name, port
}

// isLocal reports whether name is the literal address at which the connection
// arrived. A literal cannot be rebound, and the check spares the operator of a
// server on all interfaces a list of them.
func isLocal(ctx context.Context, name string) bool {
	ip, err := netip.ParseAddr(name)
	local, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr)
	if err != nil || !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap() == ip.Unmap()
}
