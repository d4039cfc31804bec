package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func newClient(t *testing.T, base string) *Client {
	t.Helper()
	c, err := NewClient(base, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestClientSpeaksToARealServerOverOneConnection(t *testing.T) {
	peers := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peers[r.RemoteAddr] = true
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
	}))
	defer server.Close()
	c := newClient(t, server.URL+"/base/")
	for _, step := range []struct {
		request Request
		want    string
	}{
		{Request{Method: "POST", Path: "/a", Body: []byte(`{"x":1}`)}, `POST /base/a application/json {"x":1}`},
		{Request{Method: "GET", Path: "/b?c=d"}, "GET /base/b?c=d  "},
		{Request{Method: "POST", Path: "/a", Body: []byte(strings.Repeat("y", 100000))}, "POST /base/a application/json " + strings.Repeat("y", 100000)},
	} {
		body, err := c.Call(&step.request)
		if err != nil {
			t.Fatal(err)
		}
		if string(body) != step.want {
			t.Errorf("%s %s: server saw %.80q, want %.80q", step.request.Method, step.request.Path, body, step.want)
		}
	}
	if len(peers) != 1 {
		t.Errorf("%d connections, want 1", len(peers))
	}
}

func TestClientQuotesARefusal(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such run", http.StatusNotFound)
	}))
	defer server.Close()
	_, err := newClient(t, server.URL).Call(&Request{Method: "GET", Path: "/"})
	if err == nil || !strings.Contains(err.Error(), "status 404") || !strings.Contains(err.Error(), "no such run") {
		t.Errorf("error %v does not quote the answer", err)
	}
}

func TestClientConnectsAgainAfterTheServerClosed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
	}))
	defer server.Close()
	c := newClient(t, server.URL)
	for range 3 {
		if _, err := c.Call(&Request{Method: "GET", Path: "/"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewClientWantsHostAndPort(t *testing.T) {
	for _, base := range []string{"127.0.0.1:5000", "https://127.0.0.1:5000", "http://127.0.0.1", "http://%zz"} {
		if _, err := NewClient(base, time.Second); err == nil {
			t.Errorf("%q was accepted", base)
		}
	}
}
