package egress

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// names resolves names as the test says, one answer after the other; the last
// stays.
type names map[string][][]netip.Addr

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	answers := n[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		n[host] = answers[1:]
	}
	return answers[0], nil
}

func at(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, t := range texts {
		all = append(all, netip.MustParseAddr(t))
	}
	return all
}

// host serves on loopback, by TLS.
func host(t *testing.T, h http.HandlerFunc) (s *httptest.Server, port string) {
	t.Helper()
	s = httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return s, u.Port()
}

// client may call s, by the names that its certificate has.
func client(s *httptest.Server, known names) *Client {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: roots, Resolver: known})
}

func refused(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || err.Error() != words {
		t.Errorf("got %v, want %q", err, words)
	}
}

const (
	leadsNowhere = "the host's name leads nowhere, or to an address that may not be called"
	unreachable  = "the host cannot be reached"
)

func TestPostSendsAndTellsTheAnswer(t *testing.T) {
	s, port := host(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %s %s %s\x00\x1b[0m\xff\n", r.Method, r.URL, r.Proto, r.Header.Get("X-Test"), r.UserAgent(), body)
	})
	// The second address of the name is one that may be called.
	c := client(s, names{"example.com": {at("10.0.0.1", "127.0.0.1")}})
	got, err := c.Post(t.Context(), "https://example.com:"+port+"/p?q=1#f", http.Header{"X-Test": {"a"}}, []byte("hello"))
	want := Answer{Status: http.StatusTeapot, Text: "POST /p?q=1 HTTP/1.1 a Pedigree hello[0m\uFFFD\n", RetryAfter: 7 * time.Second}
	if err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

// Case W2: a name that led outside when it was looked at leads inside later.
func TestAnAddressIsCheckedWhenItIsCalled(t *testing.T) {
	s, port := host(t, func(http.ResponseWriter, *http.Request) { t.Error("was called") })
	c := client(s, names{"example.com": {at("127.0.0.2"), at("::1"), at("::ffff:10.0.0.1", "169.254.169.254"), {}}})
	target := "https://example.com:" + port
	if err := c.Check(target); err != nil {
		t.Error(err)
	}
	for range 5 {
		_, err := c.Post(t.Context(), target, nil, nil)
		refused(t, err, leadsNowhere)
	}
}

func TestTheSocketHasTheLastWord(t *testing.T) {
	c := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	for address, ok := range map[string]bool{
		"127.0.0.1:80": true, "8.8.8.8:443": true, "[2606:4700::1]:443": true,
		"127.0.0.2:80": false, "[::1]:80": false, "[fe80::1%eth0]:80": false, "10.0.0.1:443": false, "localhost:80": false, "": false,
	} {
		if err := c.control("tcp", address, nil); (err == nil) != ok || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Case W3.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		calls := 0
		s, port := host(t, func(w http.ResponseWriter, r *http.Request) {
			calls++
			http.Redirect(w, r, "https://example.com:"+r.Host[strings.LastIndexByte(r.Host, ':')+1:]+"/inside", status)
		})
		got, err := client(s, names{"example.com": {at("127.0.0.1")}}).Post(t.Context(), "https://example.com:"+port, nil, []byte("x"))
		if err != nil || got.Status != status || calls != 1 {
			t.Errorf("%d: got %+v, %v after %d calls", status, got, err, calls)
		}
	}
}

// Case W4: refused hosts cannot be told from each other, nor their ports.
func TestRefusedHostsLookTheSame(t *testing.T) {
	_, port := host(t, func(http.ResponseWriter, *http.Request) { t.Error("was called") })
	c := New(Options{Resolver: names{"inside.example": {at("127.0.0.1")}}, Roots: x509.NewCertPool()})
	for _, target := range []string{
		"https://inside.example:" + port, "https://inside.example:1", "https://no-such.example:" + port,
		"https://127.0.0.1:" + port, "https://127.0.0.1:1", "https://10.0.0.1", "https://localhost:" + port,
	} {
		_, err := c.Post(t.Context(), target, nil, nil)
		refused(t, err, leadsNowhere)
		if pedigree.CodeOf(err) != pedigree.Unavailable {
			t.Errorf("%s: code %s", target, pedigree.CodeOf(err))
		}
	}
}

func TestErrorsTellWhatIsWrong(t *testing.T) {
	s, port := host(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(conn, "SSH-2.0-x\r\n")
		conn.Close()
	})
	known := names{"example.com": {at("127.0.0.1")}, "other.invalid": {at("127.0.0.1")}}
	c := client(s, known)
	stranger := New(Options{Allow: c.options.Allow, Resolver: known, Roots: x509.NewCertPool()})
	closed := freePort(t)
	for _, check := range []struct {
		c      *Client
		target string
		words  string
	}{
		{c, "https://example.com:" + port, "the host gave no valid answer"},
		{c, "https://other.invalid:" + port, "the host's certificate is not valid"},
		{stranger, "https://example.com:" + port, "the host's certificate is not valid"},
		{c, "https://example.com:" + closed, unreachable},
		{c, "http://example.com:" + port, "the URL cannot be called"},
		{c, "https://u:p@example.com", "the URL cannot be called"},
	} {
		_, err := check.c.Post(t.Context(), check.target+"/s3cret", nil, nil)
		refused(t, err, check.words)
		if cause := errors.Unwrap(err); cause == nil || strings.Contains(cause.Error(), "s3cret") {
			t.Errorf("%s: cause %v", check.target, cause)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// Case W5.
func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	defer proxy.Close()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	s, port := host(t, func(http.ResponseWriter, *http.Request) {})
	c := client(s, names{"example.com": {at("127.0.0.1")}})
	if got, err := c.Post(t.Context(), "https://example.com:"+port, nil, nil); err != nil || got.Status != http.StatusOK {
		t.Errorf("got %+v, %v", got, err)
	}
	if c.http.Transport.(*http.Transport).Proxy != nil {
		t.Error("the transport has a proxy")
	}
}

// Case W6: what takes too long or says too much is cut.
func TestAnswersAreBounded(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	stall := func(r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}
	s, port := host(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			stall(r)
		case "/stalled":
			io.WriteString(w, "begun")
			w.(http.Flusher).Flush()
			stall(r)
		case "/endless":
			for chunk := bytes.Repeat([]byte("x"), 4096); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case "/header":
			w.Header().Set("X-Large", strings.Repeat("x", 2*maxHeader))
		}
	})
	c := client(s, names{"example.com": {at("127.0.0.1")}})
	post := func(path string, total time.Duration) (Answer, error) {
		bounded := New(Options{Allow: c.options.Allow, Roots: c.options.Roots, Resolver: c.options.Resolver, Total: total})
		return bounded.Post(t.Context(), "https://example.com:"+port+path, nil, nil)
	}
	_, err := post("/silent", 200*time.Millisecond)
	refused(t, err, "the host did not answer in time")
	if got, err := post("/stalled", 200*time.Millisecond); err != nil || got.Text != "begun" {
		t.Errorf("stalled: %+v, %v", got, err)
	}
	if got, err := post("/endless", time.Minute); err != nil || got.Text != strings.Repeat("x", maxText) {
		t.Errorf("endless: %d bytes, %v", len(got.Text), err)
	}
	_, err = post("/header", time.Minute)
	refused(t, err, "the host gave no valid answer")
}

func TestAHostThatDoesNotConnectIsGivenUp(t *testing.T) {
	c := New(Options{Resolver: slow{}, Connect: 50 * time.Millisecond})
	_, err := c.Post(t.Context(), "https://example.com", nil, nil)
	refused(t, err, leadsNowhere)
}

// slow is a name server that does not answer.
type slow struct{}

func (slow) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestOfManyAddressesFewAreTried(t *testing.T) {
	var many []netip.Addr
	for i := range 100 {
		many = append(many, netip.AddrFrom4([4]byte{8, 8, 8, byte(i)}))
	}
	got, err := New(Options{Resolver: names{"x": {many}}}).resolve(t.Context(), "x")
	if err != nil || !slices.Equal(got, many[:maxAddresses]) {
		t.Errorf("%v, %v", got, err)
	}
}
