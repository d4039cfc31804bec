package api

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// openFaceted gives the wire over nodes whose values are awkward in a filter.
func openFaceted(t *testing.T) *chain {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{
		Clock: func() pedigree.Time { return 1_700_000_000_000 },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	c := &chain{fixture: fixture{T: t, ctx: t.Context(), mux: http.NewServeMux()}}
	odd := []string{"a", "it's", "back`tick", "100%", "under_score", `quote"d`, `back\slash`, "ünï", "a AND b", "mlflow.x"}
	c.must(records.Update(t.Context(), func(tx store.Tx) error {
		for i := range 3 * len(odd) {
			word := odd[i%len(odd)]
			n := pedigree.Node{
				Workspace: 1, Home: 1, UID: fmt.Sprint(i), Name: fmt.Sprint("n", i), State: word, Owner: word,
				Type:    pedigree.Type{Name: []string{"mlflow." + word, word, "openlineage.Dataset"}[i%3], Kind: pedigree.Kind(1 + i%3)},
				Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
			}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			if err := tx.PutProperties(&n, pedigree.Property{Space: pedigree.Tag, Key: word, Value: "v"}, pedigree.Property{Space: pedigree.Param, Key: word, Value: "v"},
				pedigree.Property{Space: pedigree.Custom, Key: word, Form: pedigree.Int, Int: 7}, pedigree.Property{Space: pedigree.Field, Key: word, Value: "w"}); err != nil {
				return err
			}
		}
		return nil
	}))
	h := New(nil, nil)
	h.Search = search.New(records)
	mount(t, c.mux, h.Wire())
	return c
}

func TestTheFilterOfAFacetValueFindsAsManyNodes(t *testing.T) {
	c := openFaceted(t)
	target := base + "/search?limit=1&facet_values=100"
	for _, name := range facetNames() {
		target += "&facet=" + name
	}
	a := get[SearchAnswer](&c.fixture, target)
	if a.Seen != 30 || a.More || len(a.Facets) != len(facetNames()) {
		t.Fatalf("%+v", a)
	}
	for i, f := range a.Facets {
		if f.Name != facetNames()[i] || len(f.Values) == 0 || f.More {
			t.Errorf("by %s: %+v", facetNames()[i], f)
		}
		for _, v := range f.Values {
			narrow := get[SearchAnswer](&c.fixture, base+"/search?limit=1000&filter="+url.QueryEscape(v.Filter))
			if int64(len(narrow.Nodes)) != v.Nodes {
				t.Errorf("%s %q has %d nodes, its filter %s finds %d", f.Name, v.Value, v.Nodes, v.Filter, len(narrow.Nodes))
			}
		}
	}
	shown := get[SearchAnswer](&c.fixture, base+"/search?order_by=id&limit=2&show=params.it's&show=it's&show=tags.a&filter="+url.QueryEscape("owner = 'it''s'"))
	if got := shown.Nodes[0].Properties; len(got) != 3 || got[0].Key != "it's" || got[2].Key != "params.it's" && got[1].Key != "params.it's" {
		t.Errorf("%+v", got)
	}
	few := get[SearchAnswer](&c.fixture, base+"/search?facet=state&facet_values=2&filter="+url.QueryEscape("kind = 'artifact'"))
	if len(few.Facets) != 1 || len(few.Facets[0].Values) != 2 || !few.Facets[0].More || few.Seen != 10 {
		t.Errorf("%+v", few.Facets)
	}
	for _, bad := range []string{"facet=size", "facet=", "facet=type&facet_values=0", "facet=type&facet_values=101"} {
		if w := c.do("GET", base+"/search?"+bad); w.Code != 400 || !strings.Contains(w.Body.String(), "The parameter facet") {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
}
