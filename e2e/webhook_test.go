package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const webhookSecret = "s3cr3t of the receiver"

// A receiver is a real listener on loopback that webhooks call.
type receiver struct {
	*httptest.Server
	calls chan received
	down  atomic.Bool   // answers that it cannot take anything now
	mute  atomic.Bool   // takes a request and never answers
	over  chan struct{} // closed at the end, for those that wait for an answer
}

type received struct {
	delivery, model string
	signed          bool
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{calls: make(chan received, 10_000), over: make(chan struct{})}
	r.Server = httptest.NewServer(r)
	t.Cleanup(func() { close(r.over); r.Close() })
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	var message struct{ Data struct{ Name string } }
	if err != nil || json.Unmarshal(body, &message) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.calls <- received{q.Header.Get("X-MLflow-Delivery-Id"), message.Data.Name, hasSignature(q.Header, body)}
	if r.mute.Load() {
		<-r.over
	}
	if r.down.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// hasSignature checks a request as MLflow tells receivers to.
func hasSignature(h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	fmt.Fprintf(mac, "%s.%s.%s", h.Get("X-MLflow-Delivery-Id"), h.Get("X-MLflow-Timestamp"), body)
	return h.Get("X-MLflow-Signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (r *receiver) next(t *testing.T, s *server) received {
	t.Helper()
	select {
	case c := <-r.calls:
		if !c.signed {
			t.Errorf("the call about %s has no valid signature", c.model)
		}
		return c
	case <-time.After(30 * time.Second):
		t.Fatalf("nothing was received; the server printed:\n%s", s.printed())
		return received{}
	}
}

func (c *caller) subscribe(url string) error {
	return c.post("webhooks", object{
		"name": "e2e", "url": url, "secret": webhookSecret, "events": []object{{"entity": "REGISTERED_MODEL", "action": "CREATED"}},
	}, nil)
}

// TestKillWebhooks kills the server between changes and the calls that tell of
// them: all changes that were acknowledged are told of after the restart, with
// a valid signature, and one whose call was under way under the same identity.
func TestKillWebhooks(t *testing.T) {
	var (
		r     = newReceiver(t)
		data  = t.TempDir()
		flags = []string{"--webhook-allow-cidr", "127.0.0.0/8", "--webhook-allow-http"}
		acked = map[string]bool{}
		logs  []string
	)
	s := start(t, data, flags...)
	c := newCaller(s.url)
	if err := c.subscribe(r.URL); err != nil {
		t.Fatal(err)
	}
	const rounds = 5
	for round := range rounds {
		r.mute.Store(round < rounds-1)
		r.down.Store(round == rounds-1)
		for i := range 20 {
			name := fmt.Sprintf("model \"%d\" of\nround %d", i, round)
			if err := c.post("registered-models/create", object{"name": name}, nil); err != nil {
				t.Fatal(err)
			}
			acked[name] = true
		}
		if round == 0 {
			r.next(t, s) // the others wait, or their calls are under way
		}
		s.kill()
		logs = append(logs, s.log)
		c.close()
		s = start(t, data, flags...)
		c = newCaller(s.url)
	}
	defer c.close()
	// What was received so far was not accepted.
	begun := map[string]string{}
	for len(r.calls) > 0 {
		call := r.next(t, s)
		begun[call.model] = call.delivery
	}
	r.mute.Store(false)
	r.down.Store(false)
	told := map[string]bool{}
	for len(told) < len(acked) {
		call := r.next(t, s)
		if first, known := begun[call.model]; known && first != call.delivery {
			t.Errorf("%q was delivery %s and is %s", call.model, first, call.delivery)
		}
		begun[call.model] = call.delivery
		told[call.model] = true
	}
	if !maps.Equal(told, acked) {
		t.Errorf("told of %q", slices.Sorted(maps.Keys(told)))
	}
	s.stop(t)
	mustNotHold(t, append(filesBelow(t, data), append(logs, s.log)...), webhookSecret)
}

// TestWebhooksStayOutside: without the operator's leave no webhook calls this
// machine.
func TestWebhooksStayOutside(t *testing.T) {
	r := newReceiver(t)
	s := start(t, t.TempDir())
	c := newCaller(s.url)
	defer c.close()
	for _, url := range []string{r.URL, strings.Replace(r.URL, "http:", "https:", 1), "https://localhost/", "https://[::ffff:127.0.0.1]/"} {
		if err := c.subscribe(url); err == nil {
			t.Errorf("a webhook to %s was made", url)
		}
	}
	if len(r.calls) > 0 {
		t.Error("it was called")
	}
}

func filesBelow(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func mustNotHold(t *testing.T, names []string, secret string) {
	t.Helper()
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil || bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds the secret (%v)", name, err)
		}
	}
}
