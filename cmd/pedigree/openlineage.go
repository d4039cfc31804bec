package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"

	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/openlineage"
)

// openlineageFlags say who is told by OpenLineage of what is written here.
type openlineageFlags struct {
	OpenlineageURL    string `name:"openlineage-url" help:"Tell the system at this URL, by OpenLineage, what clients write here." placeholder:"URL"`
	OpenlineageAPIKey string `name:"openlineage-api-key" help:"Key that --openlineage-url wants, sent as a bearer's token; better set in the environment." placeholder:"KEY"`
	OpenlineageRelay  bool   `name:"openlineage-relay" help:"Tell --openlineage-url also what came here by OpenLineage."`
}

// openSender makes what tells another system, if there is one. Whoever starts
// the server chooses it, so any address will do.
func (e *engine) openSender(f openlineageFlags, log *slog.Logger) error {
	if f.OpenlineageURL == "" {
		return nil
	}
	u, err := url.Parse(f.OpenlineageURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("--openlineage-url is %q; want the URL of a server, such as https://marquez.example", f.OpenlineageURL)
	}
	anywhere := []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
	e.sender = &openlineage.Sender{
		Rules: e.jobs, Client: egress.New(egress.Options{Allow: anywhere, AllowHTTP: true}), Log: log,
		URL: f.OpenlineageURL, APIKey: f.OpenlineageAPIKey, Relay: f.OpenlineageRelay,
	}
	return nil
}
