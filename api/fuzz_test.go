package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/comment"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/dossier"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
	"github.com/pedigree-ml/pedigree/webhook"
)

// nowhere holds no files.
type nowhere struct{}

// Find implements [digest.Locations].
func (nowhere) Find(string) (blob.Store, blob.Prefix, error) {
	return nil, blob.Prefix{}, pedigree.Errorf(pedigree.Invalid, "elsewhere")
}

// Owns implements [digest.Locations].
func (nowhere) Owns(blob.Store) bool { return false }

// OpenFile implements [Artifacts].
func (nowhere) OpenFile(context.Context, *pedigree.Node, string) (*blob.Object, error) {
	return nil, pedigree.Errorf(pedigree.NotFound, "nowhere")
}

// whole gives all operations over a small graph, but streams, which do not end.
func whole(f *testing.F) []route.Route {
	records, err := sqlite.Open(f.Context(), filepath.Join(f.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = records.Close() })
	key, err := webhook.OpenKey(filepath.Join(f.TempDir(), "key"))
	if err != nil {
		f.Fatal(err)
	}
	c := &chain{ids: map[string]pedigree.NodeID{}}
	if err := records.Update(f.Context(), func(tx store.Tx) error { return c.fill(tx) }); err != nil {
		f.Fatal(err)
	}
	h := New(registry.New(records, nil), digest.New(records, nowhere{}))
	h.Webhooks, h.Graph, h.Search = webhook.New(records, key), graph.New(records, graph.Options{}), search.New(records)
	h.Lineage, h.Comments, h.Runs, h.Classes = lineage.New(records), comment.New(records), tracking.New(records, "mlflow-artifacts:/"), carry.New(records)
	h.Artifacts, h.Dossiers = nowhere{}, dossier.New(records, h.Lineage)
	return slices.DeleteFunc(h.Wire().Routes, func(r route.Route) bool { return r.Stream })
}

// FuzzRequests sends what nobody expects: whatever it is, the answer is one that
// the document describes, and never an internal error.
func FuzzRequests(f *testing.F) {
	routes := whole(f)
	for i := range routes {
		f.Add(uint8(i), "3", "ref=3&left=3&right=5&from=s3://b/raw&to=5&of=3&a=3&b=5&name=m&version=1", `{"a": 3, "b": 5, "same": true, "text": "x"}`)
		f.Add(uint8(i), "\xff", "ref=\xff&limit=-1&page=%00", "{\"text\": \"\xff\"}")
		f.Add(uint8(i), "0", "words=+&ref=+&filter=+", "null")
		f.Add(uint8(i), "99999999999999999999", "filter=a AND&facet=tag&members=true&dry_run=true", `[[`)
	}
	f.Fuzz(func(t *testing.T, which uint8, name, query, body string) {
		r := routes[int(which)%len(routes)]
		q := httptest.NewRequest(r.Method, "http://pedigree.test", strings.NewReader(body))
		q.URL = &url.URL{Path: strings.TrimPrefix(r.Pattern, base), RawQuery: query}
		for _, wildcard := range []string{"node", "comment", "name", "version", "webhook"} {
			q.SetPathValue(wildcard, name)
		}
		w := &tee{ResponseWriter: httptest.NewRecorder()}
		r.Handler(w, q)
		if err := theContract().check(&r, []byte(body), w); err != nil || w.status == http.StatusInternalServerError {
			t.Errorf("%s %s, %q, %q, %q: %d %.500s (%v)", r.Method, r.Pattern, name, query, body, w.status, w.body.String(), err)
		}
	})
}
