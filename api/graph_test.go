package api

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/comment"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// chain is a store with raw -> clean -> features, each step an execution, and
// the handler over it. The numbers of nodes are those of the names.
type chain struct {
	fixture
	records store.Store
	ids     map[string]pedigree.NodeID
}

func openChain(t *testing.T) *chain {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	c := &chain{fixture: fixture{T: t, ctx: t.Context(), mux: http.NewServeMux()}, records: records, ids: map[string]pedigree.NodeID{}}
	err = records.Update(t.Context(), func(tx store.Tx) error { return c.fill(tx) })
	c.must(err)
	h := New(nil, nil)
	h.Search, h.Lineage, h.Comments, h.Classes = search.New(records), lineage.New(records), comment.New(records), carry.New(records)
	h.Mark = schema.Mark{1}
	mount(t, c.mux, h.Wire())
	return c
}

func (c *chain) fill(tx store.Tx) error {
	data, step := pedigree.Type{Name: "Data", Kind: pedigree.Artifact}, pedigree.Type{Name: "Step", Kind: pedigree.Execution}
	for _, n := range []pedigree.Node{
		{Type: data, Name: "raw", URI: "s3://b/raw"},
		{Type: step, Name: "cleaning", State: "COMPLETE"},
		{Type: data, Name: "clean"},
		{Type: step, Name: "extracting", State: "FAILED"},
		{Type: data, Name: "features"},
	} {
		n.Workspace, n.Home, n.UID = 1, 1, n.Name
		n.Started, n.Ended, n.Deleted = pedigree.NoTime, pedigree.NoTime, pedigree.NoTime
		if err := tx.CreateNode(&n); err != nil {
			return err
		}
		c.ids[n.Name] = n.ID
		if n.Name != "clean" {
			continue
		}
		if err := tx.PutProperties(&n, pedigree.Property{Space: pedigree.Field, Key: "rows", Form: pedigree.Int, Int: math.MaxInt64},
			pedigree.Property{Space: pedigree.Custom, Key: "score", Form: pedigree.Double, Number: math.NaN()},
			pedigree.Property{Space: pedigree.Custom, Key: "ok", Form: pedigree.Bool, Int: 1},
			pedigree.Property{Space: pedigree.Tag, Key: "team", Value: "a"}); err != nil {
			return err
		}
	}
	for _, e := range []pedigree.Event{
		{Execution: c.ids["cleaning"], Artifact: c.ids["raw"], Direction: pedigree.Input},
		{Execution: c.ids["cleaning"], Artifact: c.ids["clean"], Direction: pedigree.Output},
		{Execution: c.ids["extracting"], Artifact: c.ids["clean"], Direction: pedigree.Input},
		{Execution: c.ids["extracting"], Artifact: c.ids["features"], Direction: pedigree.Output},
	} {
		if _, err := tx.PutEvent(&e); err != nil {
			return err
		}
	}
	return tx.PutColumnLinks(
		pedigree.ColumnLink{Source: c.ids["raw"], SourceColumn: "kwh", Target: c.ids["clean"], TargetColumn: "load", Execution: c.ids["cleaning"], Detail: `{"type":"DIRECT"}`},
		pedigree.ColumnLink{Source: c.ids["clean"], SourceColumn: "load", Target: c.ids["features"], TargetColumn: "mean"})
}

// send makes a request with a body and checks the status.
func (c *chain) send(method, target, body string, want int) *httptest.ResponseRecorder {
	c.Helper()
	w := httptest.NewRecorder()
	c.mux.ServeHTTP(w, httptest.NewRequest(method, "http://pedigree.test"+base+target, strings.NewReader(body)))
	if w.Code != want {
		c.Errorf("%s %s %.100s: %d %s", method, target, body, w.Code, w.Body)
	}
	return w
}

func names[N any](nodes []N, name func(N) string) (all []string) {
	for _, n := range nodes {
		all = append(all, name(n))
	}
	return all
}

func TestSearchAnswersPagesAndCounts(t *testing.T) {
	c := openChain(t)
	var got []string
	for page, pages := "", 0; ; pages++ {
		a := get[SearchAnswer](&c.fixture, base+"/search?order_by=id&limit=2&page="+page)
		got = append(got, names(a.Nodes, func(n FoundNode) string { return n.Name })...)
		if page = a.Next; page == "" || pages > 5 {
			break
		}
	}
	if want := []string{"raw", "cleaning", "clean", "extracting", "features"}; !slices.Equal(got, want) {
		t.Errorf("pages hold %q", got)
	}
	a := get[SearchAnswer](&c.fixture, base+"/search?counts=true&filter="+url.QueryEscape("NOT tags.team = 'a'"))
	if want := []Count{{"artifact", "Data", "", 2}, {"execution", "Step", "COMPLETE", 1}, {"execution", "Step", "FAILED", 1}}; !slices.Equal(a.Counts, want) {
		t.Errorf("counted %v", a.Counts)
	}
}

func TestANodeIsToldWithAllItsProperties(t *testing.T) {
	c := openChain(t)
	w := c.do("GET", fmt.Sprintf("%s/nodes?ref=%d", base, c.ids["clean"]))
	for _, part := range []string{
		`"kind":"artifact","type":"Data","protocol":"mlmd","name":"clean"`, `{"key":"rows","value":9223372036854775807}`, `{"key":"score","value":"NaN"}`,
		`{"key":"ok","value":true}`, `{"key":"tags.team","value":"a"}`,
	} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("%s is not in %s", part, w.Body)
		}
	}
}

func TestLineageFollowsDirectionAndDepth(t *testing.T) {
	c := openChain(t)
	for query, want := range map[string][]string{
		"":                              {"clean", "cleaning", "extracting", "raw", "features"},
		"&direction=upstream":           {"clean", "cleaning", "raw"},
		"&direction=downstream&depth=1": {"clean", "extracting"},
	} {
		a := get[LineageAnswer](&c.fixture, fmt.Sprintf("%s/lineage?ref=mlmd:artifact/%d%s", base, c.ids["clean"], query))
		got := names(a.Nodes, func(n LineageNode) string { return n.Name })
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: %q", query, got)
		}
		if len(a.Edges) != len(want)-1 || a.Joined == nil {
			t.Errorf("%s: %+v", query, a)
		}
	}
}

func TestLineageComesInLinesToWhoAcceptsThem(t *testing.T) {
	c := openChain(t)
	nodes := 0
	end := c.lines("lineage", func(line []byte) {
		var a LineageAnswer
		c.must(json.Unmarshal(line, &a))
		nodes += len(a.Nodes)
	})
	if nodes != 5 || end != `{"count_of_nodes":5,"count_of_edges":4,"truncated":false}` {
		t.Errorf("%d nodes, then %s", nodes, end)
	}
}

func TestImpactComesInLinesToWhoAcceptsThem(t *testing.T) {
	c := openChain(t)
	whole := get[ImpactAnswer](&c.fixture, fmt.Sprintf("%s/impact?ref=%d", base, c.ids["raw"]))
	var hits []Hit
	end := c.lines("impact", func(line []byte) {
		var a ImpactAnswer
		c.must(json.Unmarshal(line, &a))
		hits = append(hits, a.Hits...)
	})
	if len(hits) != 4 || !reflect.DeepEqual(hits, whole.Hits) || end != `{"count_of_nodes":5,"count_of_edges":4,"truncated":false}` {
		t.Errorf("%d hits, then %s", len(hits), end)
	}
}

// lines asks an operation about the raw data, in lines, and gives the last.
func (c *chain) lines(operation string, each func(line []byte)) (end string) {
	r := httptest.NewRequest("GET", fmt.Sprintf("http://pedigree.test%s/%s?ref=%d", base, operation, c.ids["raw"]), nil)
	r.Header.Set("Accept", linesType)
	w := httptest.NewRecorder()
	c.mux.ServeHTTP(w, r)
	text := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	for _, line := range text[:len(text)-1] {
		each([]byte(line))
	}
	return text[len(text)-1]
}

func TestColumnsAreFollowed(t *testing.T) {
	c := openChain(t)
	raw, clean, features := c.ids["raw"], c.ids["clean"], c.ids["features"]
	first := ColumnEdge{From: Column{raw, "kwh"}, To: Column{clean, "load"}, Execution: c.ids["cleaning"], Detail: map[string]any{"type": "DIRECT"}}
	second := ColumnEdge{From: Column{clean, "load"}, To: Column{features, "mean"}}
	for query, want := range map[string][]ColumnEdge{
		fmt.Sprintf("ref=%d", clean):                               {first, second},
		fmt.Sprintf("ref=%d&direction=upstream", clean):            {first},
		fmt.Sprintf("ref=%d&column=mean", features):                {second, first},
		fmt.Sprintf("ref=%d&column=mean&depth=1", features):        {second},
		fmt.Sprintf("ref=%d&column=other", clean):                  {},
		fmt.Sprintf("ref=%s&direction=downstream", "s3%3A//b/raw"): {first, second},
	} {
		if a := get[ColumnsAnswer](&c.fixture, base+"/columns?"+query); !reflect.DeepEqual(a.Edges, want) {
			t.Errorf("%s: %+v, want %+v", query, a.Edges, want)
		}
	}
}

func TestWhatCannotBeAskedIsAProblem(t *testing.T) {
	c := openChain(t)
	for target, want := range map[string]string{
		"/search?filter=x":      "Invalid clause(s)",
		"/search?order_by=size": "order_by must be",
		"/search?page=xyz":      "must be the next of a page",
		"/search?order_by=id&page=" + pageOfAnotherOrder(): "must be the next of a page",
		"/search?limit=0":                   "a number from 1 to 1000",
		"/lineage":                          "ref is missing",
		"/lineage?ref=3&direction=sideways": "one of both, upstream, downstream",
		"/lineage?ref=3&depth=far":          "depth must be a number from 0",
		"/lineage?ref=3&depth=-1":           "depth must be a number from 0",
		"/lineage?ref=3&as_of=then":         "must be a time",
		"/lineage?ref=3&directon=upstream":  "no parameter \\\"directon\\\" here, only these: ref, depth, limit, since, until, as_of, type, stop, direction",
		"/lineage?ref=3&ref=4":              "ref is given more than once",
		"/lineage?ref=%ff":                  "ref is no text in UTF-8",
		"/lineage?ref=%00":                  "ref is no text in UTF-8",
		"/lineage?ref=%zz":                  "query string is malformed",
		"/lineage?ref=3;depth=1":            "query string is malformed",
		"/search?counts=yes":                "counts must be true or false",
		"/joins?of=0":                       "of must be a whole number from 1 on",
		"/joins?of=raw":                     "of must be a whole number from 1 on",
	} {
		w := c.do("GET", base+target)
		if w.Code != 400 || !strings.Contains(w.Body.String(), want) || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if w := c.do("GET", base+"/nodes?ref=s3://b/nowhere"); w.Code != 404 {
		t.Errorf("a place where nothing is: %d %s", w.Code, w.Body)
	}
}

// pageOfAnotherOrder is the place of a page of a search in another order.
func pageOfAnotherOrder() string { return pageAfter(&query.Place{ID: 3}, "created") }

func TestImpactTellsWhatDependsOnSomething(t *testing.T) {
	c := openChain(t)
	a := get[ImpactAnswer](&c.fixture, base+"/impact?ref=s3://b/raw")
	got := names(a.Hits, func(h Hit) string { return h.Role + " " + h.Name })
	if want := []string{"run cleaning", "artifact clean", "run extracting", "artifact features"}; !slices.Equal(got, want) {
		t.Errorf("hits %q", got)
	}
	clean, features := a.Hits[1], a.Hits[3]
	if clean.By != c.ids["cleaning"] || clean.Used != a.Hits[2].Used || clean.Used == "" || features.Used != "" || features.Updated == "" || a.Hits[0].By != c.ids["raw"] || a.Hits[0].State != "COMPLETE" {
		t.Errorf("hits %+v", a.Hits)
	}
}

func TestProvenanceTellsTheStepsInTheirOrder(t *testing.T) {
	c := openChain(t)
	a := get[ProvenanceAnswer](&c.fixture, fmt.Sprintf("%s/provenance?ref=%d", base, c.ids["features"]))
	steps := names(a.Steps, func(s Step) string { return s.Name })
	if want := []string{"cleaning", "extracting"}; !slices.Equal(steps, want) || !slices.Equal(a.Steps[1].Inputs, []pedigree.NodeID{c.ids["clean"]}) {
		t.Errorf("steps %q, the second of %v", steps, a.Steps[1].Inputs)
	}
	var sources []string
	for _, m := range a.Materials {
		if m.Source {
			sources = append(sources, m.Name)
		}
	}
	if !slices.Equal(sources, []string{"raw"}) {
		t.Errorf("sources %q", sources)
	}
}

func TestDiffTellsWhatOnlyOnePedigreeHas(t *testing.T) {
	c := openChain(t)
	a := get[DiffAnswer](&c.fixture, fmt.Sprintf("%s/diff?left=%d&right=%d", base, c.ids["clean"], c.ids["features"]))
	if a.Common == 0 || len(a.Removed) != 0 || len(a.Changed)+len(a.Added) == 0 {
		t.Errorf("%+v", a)
	}
}

func TestAPathLeadsFromOneThingToAnother(t *testing.T) {
	c := openChain(t)
	a := get[LineageAnswer](&c.fixture, fmt.Sprintf("%s/path?from=s3://b/raw&to=%d", base, c.ids["features"]))
	got := names(a.Nodes, func(n LineageNode) string { return n.Name })
	if want := []string{"raw", "cleaning", "clean", "extracting", "features"}; !slices.Equal(got, want) || len(a.Edges) != 4 {
		t.Errorf("by %q and %v", got, a.Edges)
	}
}

func TestArtifactsAreJoinedSplitAndLeftToTheRuleByHand(t *testing.T) {
	c := openChain(t)
	raw, clean := c.ids["raw"], c.ids["clean"]
	send := func(method, target, body string, want int) string {
		return c.send(method, target, body, want).Body.String()
	}
	joined := func() int {
		return len(get[LineageAnswer](&c.fixture, fmt.Sprintf("%s/lineage?ref=%d", base, raw)).Joined)
	}
	pair := fmt.Sprintf(`{"a": %d, "b": %d, "same": true, "reason": "the same file"}`, raw, clean)
	if text := send("POST", "/joins", pair, 200); !strings.Contains(text, `"same":true,"reason":"the same file"`) || joined() != 1 {
		t.Errorf("%s, %d joined", text, joined())
	}
	a := get[JoinsAnswer](&c.fixture, fmt.Sprintf("%s/joins?of=%d", base, clean))
	if len(a.Joins) != 1 || a.Joins[0].Reason != "the same file" {
		t.Errorf("said %+v", a)
	}
	send("POST", "/joins", strings.Replace(pair, "true", "false", 1), 200)
	if joined() != 0 {
		t.Error("split artifacts are still joined")
	}
	both := fmt.Sprintf("/joins?a=%d&b=%d", raw, clean)
	send("DELETE", both, "", 200)
	send("DELETE", both, "", 404)
	for _, body := range []string{``, `{`, `[]`, pair + "x", `{"a": 1}`, `{"a": "x", "same": true}`, fmt.Sprintf(`{"a": %d, "b": %d, "same": true}`, raw, raw)} {
		send("POST", "/joins", body, 400)
	}
	send("POST", "/joins", fmt.Sprintf(`{"a": %d, "b": 99999, "same": true}`, raw), 404)
	send("DELETE", "/joins?a=x&b=2", "", 400)
	send("GET", "/joins", "", 400)
}
