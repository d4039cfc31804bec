package kfmd

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

var update = flag.Bool("update", false, "write what the wire answers into testdata")

// A fixture is the wire over a real and empty store.
type fixture struct {
	*http.ServeMux
	graph *graph.Service
}

func open(t testing.TB, o graph.Options) *fixture {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	f := &fixture{http.NewServeMux(), graph.New(records, o)}
	if err := f.graph.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range New(f.graph).Wire().Routes {
		f.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	return f
}

// do sends a request, whose path lies below the base, and gives the status and
// the body of the answer.
func (f *fixture) do(method, path, body string) (int, string) { return f.at(method, base+path, body) }

func (f *fixture) at(method, path, body string) (int, string) {
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "r1")
	f.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

// TestGolden plays the conversations in testdata, each on an empty store. An
// exchange is a title, a method with a path below the base and a body, and what
// was answered; what differs from run to run stands there as a word in brackets.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, open(t, graph.Options{}), string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// play plays a conversation and gives it as it went.
func play(t *testing.T, f *fixture, text string) string {
	var out strings.Builder
	for _, exchange := range strings.Split(text, "\n== ") {
		title, rest, _ := strings.Cut(strings.TrimPrefix(exchange, "== "), "\n")
		request, want, _ := strings.Cut(rest, "\n-- ")
		line, body, _ := strings.Cut(request, "\n")
		method, path, ok := strings.Cut(line, " ")
		if !ok {
			t.Fatalf("%s: %q is no method and path", title, line)
		}
		status, answer := f.do(method, path, body)
		got := fmt.Sprintf("%d\n%s", status, stable(strings.TrimSpace(answer)))
		if want := strings.TrimSpace(want); got != want && !*update {
			t.Errorf("%s: answered\n%s\nwant\n%s", title, got, want)
		}
		fmt.Fprintf(&out, "== %s\n%s\n-- %s\n\n", title, strings.TrimSpace(request), got)
	}
	return strings.TrimSpace(out.String()) + "\n"
}

var unstable = []struct {
	form *regexp.Regexp
	word string
}{
	{regexp.MustCompile(`"id":"\d+","name"`), `"id":"<type>","name"`},
	{regexp.MustCompile(`"type_id":"\d+"`), `"type_id":"<type>"`},
	{regexp.MustCompile(`"milliseconds_since_epoch":"\d{13}"`), `"milliseconds_since_epoch":"<now>"`},
	{regexp.MustCompile(`stored type: id: \d+`), `stored type: id: <type>`},
	{regexp.MustCompile(`type_id: \d+`), `type_id: <type>`},
}

func stable(answer string) string {
	for _, u := range unstable {
		answer = u.form.ReplaceAllString(answer, u.word)
	}
	return answer
}
