package mlflow

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

var update = flag.Bool("update", false, "write what the wire answers into testdata")

// TestGolden plays the conversations in testdata against the wire over a real
// store. Each file is one conversation on an empty store; testdata/README.md
// tells how to read them.
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
			mux := serveWire(t)
			names := newPlaceholders()
			var out strings.Builder
			for _, e := range parseConversation(t, string(text)) {
				got := e.play(mux, names)
				if got != e.answer && !*update {
					t.Errorf("%s: answered\n%s\nwant\n%s", e.title, got, e.answer)
				}
				fmt.Fprintf(&out, "== %s\n%s\n-- %s\n", e.title, e.request, got)
			}
			if *update {
				if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// serveWire mounts the operations over an empty store.
func serveWire(t testing.TB) *http.ServeMux {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	rules := tracking.New(records, "mlflow-artifacts:/")
	if err := rules.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	webhooks := webhookRules(t, records)
	h := New(rules, registry.New(records, webhooks), NewArtifacts(nil))
	h.Webhooks = webhooks
	wire := h.Wire()
	mux := http.NewServeMux()
	for _, r := range wire.Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	mux.HandleFunc("/", wire.NotFound)
	return mux
}

// An exchange is one request of a conversation and its answer.
type exchange struct {
	title   string
	request string // method and path, then the body
	answer  string // status and content type, then the body
}

func parseConversation(t *testing.T, text string) []exchange {
	var all []exchange
	for part := range strings.SplitSeq(strings.TrimPrefix("\n"+text, "\n== "), "\n== ") {
		title, rest, _ := strings.Cut(part, "\n")
		request, answer, _ := strings.Cut(rest, "\n-- ")
		if !strings.Contains(request, " /") {
			t.Fatalf("%s: no request", title)
		}
		all = append(all, exchange{title, strings.TrimRight(request, "\n"), strings.TrimRight(answer, "\n")})
	}
	return all
}

func (e *exchange) play(mux *http.ServeMux, names *placeholders) string {
	line, body, _ := strings.Cut(names.fill(e.request), "\n")
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	head := strconv.Itoa(w.Code)
	kind := w.Header().Get("Content-Type")
	shown := strings.TrimRight(w.Body.String(), "\n")
	if kind == "application/json" {
		v := jsontext.Value(bytes.Clone(w.Body.Bytes()))
		if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
			return "no JSON: " + w.Body.String()
		}
		shown = string(v)
	} else {
		head += " " + kind
	}
	return names.hide(head + "\n" + shown)
}

// placeholders stand for what differs from one play to the next.
type placeholders struct {
	start  time.Time
	values map[string]string // by placeholder
	names  map[string]string // by value
}

func newPlaceholders() *placeholders {
	return &placeholders{time.Now(), map[string]string{}, map[string]string{}}
}

var (
	placeholder = regexp.MustCompile(`<(id|token)-\d+>`)
	generated   = regexp.MustCompile(`\b[0-9a-f]{32}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|"[a-z]+-[a-z]+-\d{1,4}"|\b1\d{12}\b|"next_page_token": "[^"]+"`)
)

// fill puts values for placeholders.
func (p *placeholders) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if v, ok := p.values[name]; ok {
			return v
		}
		return name
	})
}

// hide puts placeholders for values.
func (p *placeholders) hide(text string) string {
	return generated.ReplaceAllStringFunc(text, func(found string) string {
		switch {
		case strings.HasPrefix(found, `"next`):
			token := strings.TrimSuffix(strings.TrimPrefix(found, `"next_page_token": "`), `"`)
			return `"next_page_token": "` + p.name("token", token) + `"`
		case found[0] == '"':
			return `"<generated>"`
		case len(found) == 32 || len(found) == 36:
			return p.name("id", found)
		}
		if ms, err := strconv.ParseInt(found, 10, 64); err == nil && time.UnixMilli(ms).Sub(p.start).Abs() < time.Hour {
			return "<now>"
		}
		return found
	})
}

func (p *placeholders) name(kind, value string) string {
	if name, ok := p.names[value]; ok {
		return name
	}
	n := 1
	for p.values[fmt.Sprintf("<%s-%d>", kind, n)] != "" {
		n++
	}
	name := fmt.Sprintf("<%s-%d>", kind, n)
	p.values[name], p.names[value] = value, name
	return name
}
