package main

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/webhook"
)

// webhookFlags say whom webhooks may call. Only whoever starts the server can,
// never a client of it.
type webhookFlags struct {
	WebhookAllowCIDR []netip.Prefix `name:"webhook-allow-cidr" help:"Addresses that webhooks may call although they are not public, such as 10.0.0.0/8; may be repeated." placeholder:"CIDR"`
	WebhookAllowHTTP bool           `name:"webhook-allow-http" help:"Let webhooks call receivers without TLS."`
}

// The variables by which an MLflow server is told the same.
const (
	privateVariable = "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS"
	schemesVariable = "MLFLOW_WEBHOOK_ALLOWED_SCHEMES"
)

// client gives the one that calls receivers.
func (f webhookFlags) client() (*egress.Client, error) {
	o := egress.Options{Allow: f.WebhookAllowCIDR, AllowHTTP: f.WebhookAllowHTTP}
	switch private := strings.ToLower(os.Getenv(privateVariable)); private {
	case "", "false", "0":
	case "true", "1":
		o.Allow = append(o.Allow, netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0))
	default:
		return nil, fmt.Errorf("%s is %q; want true or false", privateVariable, private)
	}
	for scheme := range strings.SplitSeq(os.Getenv(schemesVariable), ",") {
		scheme = strings.TrimSpace(scheme)
		if !slices.Contains([]string{"", "https", "http"}, scheme) {
			return nil, fmt.Errorf("%s names %q; webhooks know http and https", schemesVariable, scheme)
		}
		o.AllowHTTP = o.AllowHTTP || scheme == "http"
	}
	return egress.New(o), nil
}

// openWebhooks makes the rules of webhooks, with the key in the data directory.
func (e *engine) openWebhooks() error {
	key, err := webhook.OpenKey(e.dir.webhookKey())
	if err != nil {
		return fmt.Errorf("the key of webhooks cannot be used: %w", err)
	}
	e.webhooks = webhook.New(e.store, key)
	return nil
}
