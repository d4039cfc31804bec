package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree/api"
)

// A script is a server that answers one watch after the other as it is told, and
// notes what it was asked.
type script struct {
	mu      sync.Mutex
	answers []string // a status and a body; the last is repeated
	asked   []string
}

// ServeHTTP gives the next answer.
func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.RawQuery)
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	var status int
	_, _ = fmt.Sscan(answer, &status)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer[4:])
	if strings.HasSuffix(answer, "!") {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func event(cursor string) string {
	return fmt.Sprintf("id: %s\ndata: {\"cursor\":%q,\"time\":\"\",\"actions\":[],\"node\":{\"id\":1,\"workspace\":\"default\"}}\n\n", cursor, cursor)
}

// play watches until the end, or until so many events have come.
func (s *script) play(t *testing.T, w Watch, most int) (cursors []string, err error) {
	t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	c, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for v, err := range c.Watch(t.Context(), w) {
		if err != nil {
			return cursors, err
		}
		if cursors = append(cursors, v.Cursor); len(cursors) == most {
			break
		}
	}
	return cursors, nil
}

func TestAWatchGoesOnWhereItWas(t *testing.T) {
	s := &script{answers: []string{
		"200 retry: 2000\nid: 4\n\n" + event("5") + event("6") + "id: 7\ndata: {\"curs!",
		"200 id: 6\n\n: nothing new\nid: 9\n\n",
		"503 {\"status\":503,\"detail\":\"too many\"}",
		"200 id: 9\r\n\r\n" + strings.ReplaceAll(event("10"), "\n", "\r\n") + "event: later\ndata: {}\n\n" + event("11"),
	}}
	got, err := s.play(t, Watch{After: "4", Types: []string{"a", "b"}}, 4)
	if want := []string{"5", "6", "10", "11"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("heard %q (%v), want %q", got, err, want)
	}
	if want := []string{"after=4&type=a&type=b", "after=6&type=a&type=b", "after=9&type=a&type=b", "after=9&type=a&type=b"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked %q, want %q", s.asked, want)
	}
}

func TestAWatchEndsWithARefusal(t *testing.T) {
	problem := func(status int) string { return fmt.Sprintf(`{"status":%d,"detail":"no"}`, status) }
	for name, answers := range map[string][]string{
		"at first":             {"400 " + problem(400)},
		"later":                {"200 " + event("1"), "410 " + problem(410)},
		"within an answer":     {"200 " + event("1") + "event: gone\ndata: " + problem(410) + "\n\n"},
		"too many, at first":   {"503 " + problem(503)},
		"of no server of ours": {"404 page not found"},
	} {
		got, err := (&script{answers: answers}).play(t, Watch{}, 9)
		refused, ok := errors.AsType[*Error](err)
		if err == nil || ok != (name != "of no server of ours") || ok && (refused.Detail != "no" || refused.Status < 400) || len(got) != len(answers)-1 && name != "within an answer" {
			t.Errorf("%s: heard %q and then %v", name, got, err)
		}
	}
}

func TestAWatchOfNoServerFailsAtOnce(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range c.Watch(t.Context(), Watch{}) {
		if err == nil || !strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestAWatchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := httptest.NewServer(&script{answers: []string{"200 " + event("1")}})
	defer server.Close()
	c, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var heard []*api.WatchEvent
	for v, err := range c.Watch(ctx, Watch{}) {
		if err != nil {
			t.Error(err)
		}
		heard = append(heard, v)
		cancel()
	}
	if len(heard) != 1 {
		t.Errorf("heard %d events", len(heard))
	}
}
