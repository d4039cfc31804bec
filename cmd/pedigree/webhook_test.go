package main

import (
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// webhookCheck checks a URL as the server does that was started with flags.
func webhookCheck(t *testing.T, url string, args ...string) error {
	t.Helper()
	var f webhookFlags
	parser, err := kong.New(&f, kong.DefaultEnvars("PEDIGREE"), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	c, err := f.client()
	if err != nil {
		return err
	}
	return c.Check(url)
}

func TestOnlyTheOperatorMakesExceptionsForWebhooks(t *testing.T) {
	const local, inside, outside = "http://127.0.0.1:1", "https://10.1.2.3", "https://example.com"
	for name, c := range map[string]struct {
		flags   []string
		set     map[string]string
		allowed []string
		refused []string
	}{
		"nothing":      {nil, nil, []string{outside}, []string{local, inside, "http://example.com"}},
		"addresses":    {[]string{"--webhook-allow-cidr=10.0.0.0/8,::1/128"}, nil, []string{inside, "https://[::1]"}, []string{local, "https://127.0.0.1"}},
		"more of them": {[]string{"--webhook-allow-cidr=127.0.0.0/8", "--webhook-allow-cidr=10.0.0.0/8", "--webhook-allow-http"}, nil, []string{inside, local}, []string{"http://192.168.0.1"}},
		"no TLS":       {[]string{"--webhook-allow-http"}, nil, []string{"http://example.com", outside}, []string{local, "ftp://example.com"}},
		"our variables": {
			nil,
			map[string]string{"PEDIGREE_WEBHOOK_ALLOW_CIDR": "127.0.0.0/8", "PEDIGREE_WEBHOOK_ALLOW_HTTP": "true"},
			[]string{local},
			[]string{inside},
		},
		"MLflow's addresses":  {nil, map[string]string{privateVariable: "True"}, []string{inside, "https://[::1]"}, []string{local}},
		"MLflow's schemes":    {nil, map[string]string{schemesVariable: "http, https"}, []string{"http://example.com"}, []string{local}},
		"MLflow's one scheme": {nil, map[string]string{schemesVariable: "http", privateVariable: "1"}, []string{local, outside}, []string{"ftp://127.0.0.1"}},
		"MLflow's defaults":   {nil, map[string]string{schemesVariable: "https", privateVariable: "false"}, []string{outside}, []string{local, inside}},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range c.set {
				t.Setenv(variable, value)
			}
			for _, url := range c.allowed {
				if err := webhookCheck(t, url, c.flags...); err != nil {
					t.Errorf("%s: %v", url, err)
				}
			}
			for _, url := range c.refused {
				if err := webhookCheck(t, url, c.flags...); err == nil || !strings.Contains(err.Error(), "may not be called") {
					t.Errorf("%s: %v", url, err)
				}
			}
		})
	}
}

func TestExceptionsThatMakeNoSenseStopTheServer(t *testing.T) {
	for _, flag := range []string{"--webhook-allow-cidr=localhost", "--webhook-allow-cidr=10.0.0.0/33", "--webhook-allow-cidr=127.0.0.1"} {
		if err := webhookCheck(t, "https://example.com", flag); err == nil {
			t.Errorf("%s is taken", flag)
		}
	}
	for variable, value := range map[string]string{privateVariable: "maybe", schemesVariable: "https,gopher"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, value)
			if err := webhookCheck(t, "https://example.com"); err == nil || !strings.Contains(err.Error(), variable) {
				t.Errorf("%s: %v", value, err)
			}
		})
	}
}
