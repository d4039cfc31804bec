package kubewatch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A guarded is a cluster that notes what it is shown.
type guarded struct {
	*httptest.Server
	seen   []http.Header
	shown  []int // certificates, by request
	accept string
}

// guard starts a cluster with TLS, which may ask for certificates. It takes any
// credential, or only the given Authorization.
func guard(t *testing.T, accept string, ask tls.ClientAuthType) *guarded {
	g := &guarded{accept: accept}
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(g.identity))
	g.TLS = &tls.Config{ClientAuth: ask}
	g.StartTLS()
	t.Cleanup(g.Close)
	return g
}

func (g *guarded) identity(w http.ResponseWriter, r *http.Request) {
	g.seen, g.shown = append(g.seen, r.Header), append(g.shown, len(r.TLS.PeerCertificates))
	switch {
	case g.accept != "" && r.Header.Get("Authorization") != g.accept:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/elsewhere/api/v1/namespaces/kube-system":
		http.Redirect(w, r, "/api/v1/namespaces/kube-system", http.StatusFound)
	default:
		fmt.Fprint(w, `{"metadata":{"uid":"u"}}`)
	}
}

func (g *guarded) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.Certificate().Raw})
}

// pair gives a certificate and its key that a client can show.
func (g *guarded) pair(t *testing.T) (certificate, key []byte) {
	der, err := x509.MarshalPKCS8PrivateKey(g.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return g.ca(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// writeFile writes a file into a folder of the test's own and gives its path.
func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// config writes a kubeconfig with one context and gives its path.
func config(t *testing.T, dir, cluster, user string) string {
	return writeFile(t, dir, "config", `
current-context: lab
contexts: [{name: lab, context: {cluster: lab, user: ann}}]
clusters: [{name: lab, cluster: {`+cluster+`}}]
users: [{name: ann, user: {`+user+`}}]
`)
}

// trusted is the cluster of a kubeconfig that trusts a server.
func (g *guarded) trusted() string {
	return fmt.Sprintf("server: %q, certificate-authority-data: %s", g.URL, base64.StdEncoding.EncodeToString(g.ca()))
}

// identity opens what a kubeconfig names and asks for the identity.
func identity(t *testing.T, path string, run RunPlugin) error {
	t.Helper()
	c, err := FromKubeconfig([]string{path}, "", run)
	if err == nil {
		_, err = c.Identity(t.Context())
	}
	return err
}

func TestAUserIsWhoTheKubeconfigSays(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "token", "fresh\n")
	for name, c := range map[string]struct{ user, header, want string }{
		"nobody":                {"", "Authorization", ""},
		"a token":               {"token: abc", "Authorization", "Bearer abc"},
		"a token in a file":     {"token: stale, tokenFile: token", "Authorization", "Bearer fresh"},
		"a password":            {"username: ann, password: b", "Authorization", "Basic YW5uOmI="},
		"somebody else":         {"token: a, as: bob", "Impersonate-User", "bob"},
		"somebody of a group":   {"token: a, as: bob, as-groups: [x, y]", "Impersonate-Group", "x,y"},
		"somebody with an uid":  {"token: a, as: bob, as-uid: u7", "Impersonate-Uid", "u7"},
		"somebody with a scope": {"token: a, as: bob, as-user-extra: {scopes: [s]}", "Impersonate-Extra-Scopes", "s"},
	} {
		g := guard(t, "", tls.NoClientCert)
		if err := identity(t, config(t, dir, g.trusted(), c.user), nil); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(g.seen[0].Values(c.header), ","); got != c.want {
			t.Errorf("%s: shown %s %q, want %q", name, c.header, got, c.want)
		}
	}
}

func TestAUserShowsACertificate(t *testing.T) {
	g, dir := guard(t, "", tls.RequestClientCert), t.TempDir()
	certificate, key := g.pair(t)
	writeFile(t, dir, "cert.pem", string(certificate))
	writeFile(t, dir, "key.pem", string(key))
	for _, user := range []string{
		"client-certificate: cert.pem, client-key: key.pem",
		"client-certificate-data: " + base64.StdEncoding.EncodeToString(certificate) + ", client-key-data: " + base64.StdEncoding.EncodeToString(key),
	} {
		g.shown = nil
		if err := identity(t, config(t, dir, g.trusted(), user), nil); err != nil || !slices.Equal(g.shown, []int{1}) {
			t.Errorf("%.20s: %d certificates shown (%v)", user, g.shown, err)
		}
	}
}

func TestAClusterIsTrustedOnlyAsTheKubeconfigSays(t *testing.T) {
	g, dir := guard(t, "", tls.NoClientCert), t.TempDir()
	writeFile(t, dir, "ca.pem", string(g.ca()))
	writeFile(t, dir, "empty.pem", "nothing")
	server := fmt.Sprintf("server: %q", g.URL)
	for cluster, want := range map[string]string{
		server: "certificate",
		server + ", insecure-skip-tls-verify: true":                              "",
		server + ", certificate-authority: ca.pem":                               "",
		server + ", certificate-authority: ca.pem, tls-server-name: example.com": "",
		server + ", certificate-authority: ca.pem, tls-server-name: evil.test":   "evil.test",
		server + ", certificate-authority: empty.pem":                            "holds no certificate",
		server + ", certificate-authority: missing.pem":                          "cannot be read",
		server + ", certificate-authority-data: '!'":                             "cannot be read",
		"server: 'ftp://a'": "is not the URL of a cluster",
		server + ", certificate-authority: ca.pem, proxy-url: 'http://127.0.0.1:1/'": "proxyconnect",
	} {
		err := identity(t, config(t, dir, cluster, ""), nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", cluster, err, want)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	g := guard(t, "", tls.NoClientCert)
	cluster := strings.Replace(g.trusted(), g.URL, g.URL+"/elsewhere", 1)
	err := identity(t, config(t, t.TempDir(), cluster, "token: a"), nil)
	if refused, ok := errors.AsType[*StatusError](err); !ok || refused.Code != http.StatusFound || len(g.seen) != 1 {
		t.Errorf("after %d requests: %v", len(g.seen), err)
	}
}

// printing is a plugin that prints one text after the other.
func printing(called *[]Plugin, texts ...string) RunPlugin {
	return func(_ context.Context, p Plugin) ([]byte, error) {
		*called = append(*called, p)
		return []byte(texts[min(len(*called), len(texts))-1]), nil
	}
}

func TestAPluginIsAskedAgainWhenItsTokenIsRefusedOrEnds(t *testing.T) {
	const user = "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, args: [get], env: [{name: A, value: b}], provideClusterInfo: true}"
	for name, first := range map[string]string{
		"refused": `{"status":{"token":"old"}}`,
		"ended":   fmt.Sprintf(`{"status":{"token":"old","expirationTimestamp":%q}}`, time.Now().Add(-time.Hour).Format(time.RFC3339)),
	} {
		g, dir := guard(t, "Bearer new", tls.NoClientCert), t.TempDir()
		var called []Plugin
		c, err := FromKubeconfig([]string{config(t, dir, g.trusted(), user)}, "", printing(&called, first, `{"status":{"token":"new"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Identity(t.Context()); err == nil {
			t.Errorf("%s: the first token is accepted", name)
		}
		for range 2 {
			if _, err := c.Identity(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		checkPlugin(t, called, filepath.Join(dir, "login"), g.URL)
	}
}

// checkPlugin looks at how a plugin was called: once for each of two tokens.
func checkPlugin(t *testing.T, called []Plugin, command, server string) {
	t.Helper()
	if len(called) != 2 {
		t.Fatalf("the plugin was called %d times, want 2", len(called))
	}
	p := called[0]
	if p.Command != command || !slices.Equal(p.Args, []string{"get"}) || p.Env[0] != "A=b" {
		t.Errorf("the plugin was called as %+v", p)
	}
	info := strings.TrimPrefix(p.Env[1], "KUBERNETES_EXEC_INFO=")
	for _, want := range []string{`"apiVersion":"client.authentication.k8s.io/v1"`, `"interactive":false`, `"server":"` + server + `"`, `"certificate-authority-data":"`} {
		if !strings.Contains(info, want) {
			t.Errorf("the plugin was told %s, without %s", info, want)
		}
	}
}

func TestAPluginMustPrintACredential(t *testing.T) {
	g := guard(t, "", tls.NoClientCert)
	path := config(t, t.TempDir(), g.trusted(), "exec: {command: login}")
	for printed, want := range map[string]string{
		"": "no ExecCredential", "{}": "neither a token nor a certificate",
		`{"status":{"clientCertificateData":"x","clientKeyData":"y"}}`: "bad certificate",
	} {
		var called []Plugin
		if err := identity(t, path, printing(&called, printed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", printed, err, want)
		}
	}
	if err := identity(t, path, nil); err == nil || !strings.Contains(err.Error(), "needs the program login") {
		t.Errorf("without a way to run it: %v", err)
	}
}

func TestWhatAKubeconfigLacksIsNamed(t *testing.T) {
	dir := t.TempDir()
	const lab = "clusters: [{name: c, cluster: {server: 'http://a'}}]\n"
	for text, want := range map[string]string{
		"":                     "has no current context",
		"current-context: lab": `has no context "lab"`,
		"current-context: lab\ncontexts: [{name: lab, context: {cluster: c}}]":                                                                        `has no cluster "c", which context "lab" names`,
		lab + "current-context: lab\ncontexts: [{name: lab, context: {cluster: c, user: ann}}]":                                                       `has no user "ann", which context "lab" names`,
		lab + "current-context: lab\ncontexts: [{name: lab, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {auth-provider: {name: gcp}}}]": "auth-provider",
		"[": "is no kubeconfig",
	} {
		_, err := FromKubeconfig([]string{writeFile(t, dir, "config", text)}, "", nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if _, err := FromKubeconfig([]string{filepath.Join(dir, "missing")}, "", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestOfSeveralKubeconfigsTheFirstWordStands(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	paths := []string{
		filepath.Join(first, "missing"),
		writeFile(t, first, "config", "current-context: lab\nclusters: [{name: c, cluster: {server: 'http://first'}}]"),
		writeFile(t, second, "config", `
current-context: other
contexts: [{name: lab, context: {cluster: c}}, {name: other, context: {cluster: d}}]
clusters: [{name: c, cluster: {server: 'http://second'}}, {name: d, cluster: {server: 'http://third'}}]`),
	}
	for context, want := range map[string]string{"": "http://first", "other": "http://third"} {
		c, err := FromKubeconfig(paths, context, nil)
		if err != nil || c.Server() != want {
			t.Errorf("context %q leads to %v (%v), want %s", context, c, err, want)
		}
	}
}

func TestAPodIsItsServiceAccount(t *testing.T) {
	g, dir := guard(t, "Bearer account", tls.NoClientCert), t.TempDir()
	at, err := url.Parse(g.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	if _, err := inCluster(dir); IsInCluster() || err == nil {
		t.Errorf("outside of any cluster: %v", err)
	}
	t.Setenv("KUBERNETES_SERVICE_HOST", at.Hostname())
	t.Setenv("KUBERNETES_SERVICE_PORT", at.Port())
	if _, err := inCluster(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without an account: %v", err)
	}
	writeFile(t, dir, "ca.crt", string(g.ca()))
	writeFile(t, dir, "token", "account")
	c, err := inCluster(dir)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := c.Identity(t.Context()); id != "u" || err != nil {
		t.Errorf("identity %q (%v)", id, err)
	}
}
