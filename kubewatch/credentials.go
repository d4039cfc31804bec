package kubewatch

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// A credential is what a client shows the cluster. Any part may be missing.
type credential struct {
	token          string
	user, password string
	certificate    *tls.Certificate
}

func (c *credential) authorize(r *http.Request) {
	switch {
	case c.token != "":
		r.Header.Set("Authorization", "Bearer "+c.token)
	case c.user != "":
		r.SetBasicAuth(c.user, c.password)
	}
}

// A credentialSource gives what is to be shown, and gets it anew after forget.
type credentialSource interface {
	get(ctx context.Context) (*credential, error)
	forget()
}

// fixed is a credential that stays.
type fixed struct{ credential }

func (f *fixed) get(context.Context) (*credential, error) { return &f.credential, nil }
func (f *fixed) forget()                                  {}

// fetched is a credential with an end, kept until then.
type fetched struct {
	fetch func(context.Context) (*credential, time.Time, error) // the time it ends, zero for never

	mu   sync.Mutex
	held *credential
	ends time.Time
}

func (f *fetched) get(ctx context.Context) (*credential, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held != nil && (f.ends.IsZero() || time.Now().Before(f.ends)) {
		return f.held, nil
	}
	held, ends, err := f.fetch(ctx)
	if err != nil {
		return nil, err
	}
	f.held, f.ends = held, ends
	return held, nil
}

func (f *fetched) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = nil
}

// fromFile reads a token from a file, which the cluster replaces now and then.
func fromFile(path string, certificate *tls.Certificate) *fetched {
	return &fetched{fetch: func(context.Context) (*credential, time.Time, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, time.Time{}, err
		}
		token := strings.TrimSpace(string(text))
		if token == "" {
			return nil, time.Time{}, fmt.Errorf("the token file %s is empty", path)
		}
		return &credential{token: token, certificate: certificate}, time.Now().Add(time.Minute), nil
	}}
}

// A Plugin is a program that a kubeconfig names to get a credential from.
type Plugin struct {
	Command string
	Args    []string
	Env     []string // NAME=value, beside the process's own
}

// RunPlugin runs a plugin and gives what it printed. This package starts no
// program itself.
type RunPlugin func(context.Context, Plugin) ([]byte, error)

// execCredential is what a plugin prints.
type execCredential struct {
	Status struct {
		Expires     time.Time `json:"expirationTimestamp"`
		Token       string    `json:"token"`
		Certificate string    `json:"clientCertificateData"`
		Key         string    `json:"clientKeyData"`
	} `json:"status"`
}

// fromPlugin gets a credential from a program.
func fromPlugin(p Plugin, run RunPlugin) *fetched {
	return &fetched{fetch: func(ctx context.Context) (*credential, time.Time, error) {
		text, err := run(ctx, p)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("%s: %w", p.Command, err)
		}
		var printed execCredential
		if err := json.Unmarshal(text, &printed); err != nil {
			return nil, time.Time{}, fmt.Errorf("%s printed no ExecCredential: %w", p.Command, err)
		}
		s := printed.Status
		held := &credential{token: s.Token}
		if s.Certificate != "" {
			pair, err := tls.X509KeyPair([]byte(s.Certificate), []byte(s.Key))
			if err != nil {
				return nil, time.Time{}, fmt.Errorf("%s printed a bad certificate: %w", p.Command, err)
			}
			held.certificate = &pair
		}
		if held.token == "" && held.certificate == nil {
			return nil, time.Time{}, errors.New(p.Command + " printed neither a token nor a certificate")
		}
		return held, s.Expires, nil
	}}
}
