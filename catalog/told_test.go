package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// history lists the actions of an entity, the newest first.
func (f *fixture) history(guid string) (all []string) {
	f.t.Helper()
	events, err := f.AuditEvents(f.t.Context(), workspace, &catalog.AuditQuery{GUID: guid, Count: 1000, Offset: -1})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, e := range events {
		all = append(all, string(e.Action))
	}
	return all
}

func TestTheHistoryTellsWhatIsCarriedTo(t *testing.T) {
	f := open(t)
	in, out := f.make(an("shelf", "in", nil)), f.make(an("shelf", "out", nil))
	p := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
	book := f.make(an("book", "k", attrs{"shelf": attrs{"guid": out}}))
	if err := f.classify(in, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	err := f.change(in, func(w *catalog.Work, n *pedigree.Node) error {
		return w.Reclassify(n, []catalog.Classification{{TypeName: "PII", Attributes: attrs{"level": int64(2)}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.change(in, func(w *catalog.Work, n *pedigree.Node) error { return w.Declassify(n, "PII", "") }); err != nil {
		t.Fatal(err)
	}
	want := []string{"PROPAGATED_CLASSIFICATION_DELETE", "PROPAGATED_CLASSIFICATION_UPDATE", "PROPAGATED_CLASSIFICATION_ADD"}
	for _, guid := range []string{p, out, book} {
		if got := f.history(guid); len(got) < 3 || !slices.Equal(got[:3], want) {
			t.Errorf("history of %s: %v", guid, got)
		}
	}
	if got := f.history(in)[:3]; !slices.Equal(got, []string{"CLASSIFICATION_DELETE", "CLASSIFICATION_UPDATE", "CLASSIFICATION_ADD"}) {
		t.Errorf("history of the source: %v", got)
	}
}

// stopping is a store whose writes fail after some of them, as if the process ended.
type stopping struct {
	store.Store
	left int
}

var errStopped = errors.New("stopped")

func (s *stopping) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.left--; s.left < 0 {
		return errStopped
	}
	return s.Store.Update(ctx, fn)
}

// tellUntil tells what is carried until so many writes are done.
func (f *fixture) tellUntil(writes int) error {
	return catalog.New(&stopping{f.store, writes}, f.types).TellCarried(f.t.Context())
}

func TestAllAreToldOnceWhereverTheTellingStops(t *testing.T) {
	f := open(t)
	in := f.make(an("shelf", "in", nil))
	var all []*catalog.Entity
	for i := range 2500 {
		all = append(all, an("sorting", fmt.Sprint("p", i), attrs{"inputs": []any{attrs{"guid": in}}}))
	}
	made := f.save(all...).Mutated[catalog.ActionCreate]
	if err := f.classify(in, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	if err := f.change(in, func(w *catalog.Work, n *pedigree.Node) error { return w.Declassify(n, "PII", "") }); err != nil {
		t.Fatal(err)
	}
	stops := 0
	for err := f.tellUntil(1); err != nil; err = f.tellUntil(1) {
		if stops++; !errors.Is(err, errStopped) || stops > 100 {
			t.Fatal(err)
		}
	}
	if stops < 4 {
		t.Errorf("stopped %d times, too few to tell", stops)
	}
	want := []string{"PROPAGATED_CLASSIFICATION_DELETE", "PROPAGATED_CLASSIFICATION_ADD", "ENTITY_CREATE"}
	for _, h := range made {
		if got := f.history(h.GUID); !slices.Equal(got, want) {
			t.Fatalf("history of %s: %v", h.GUID, got)
		}
	}
}

func TestALineThatManyHaveIsShort(t *testing.T) {
	f := open(t)
	in := f.make(an("shelf", "in", nil))
	p := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}}))
	if err := f.classify(in, catalog.Classification{TypeName: "PII", Attributes: attrs{"why": strings.Repeat("x", 5000)}}); err != nil {
		t.Fatal(err)
	}
	events, err := f.AuditEvents(t.Context(), workspace, &catalog.AuditQuery{GUID: p, Count: 1, Offset: -1})
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]any
	text, ok := strings.CutPrefix(events[0].Details, "Added propagated classification: ")
	if err := json.Unmarshal([]byte(text), &said); err != nil || !ok || len(text) > 1000 || said["typeName"] != "PII" || said["entityGuid"] != in {
		t.Errorf("%q (%v)", events[0].Details, err)
	}
}

func TestWhatRelationshipsCarriedIsToldWhenItsSourceIsDeleted(t *testing.T) {
	f := open(t)
	f.define(&schema.Defs{Relationships: []schema.RelationshipDef{{
		Base: schema.Base{Name: "shelf_box"}, Kind: schema.Association, Propagate: "ONE_TO_TWO",
		End1: schema.EndDef{Type: "shelf", Name: "box", Cardinality: schema.Single}, End2: schema.EndDef{Type: "box", Name: "standsOn", Cardinality: schema.Single},
	}}})
	box := f.make(an("box", "b", nil))
	shelf := an("shelf", "s", nil)
	shelf.RelationshipAttributes = attrs{"box": attrs{"guid": box}}
	gone := true
	shelf.Classifications = []catalog.Classification{{TypeName: "PII", RemoveOnDelete: &gone}}
	made := f.make(shelf)
	if err := f.TellCarried(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.delete(made)
	want := []string{"PROPAGATED_CLASSIFICATION_DELETE", "PROPAGATED_CLASSIFICATION_ADD"}
	if got := f.history(box); len(got) < 2 || !slices.Equal(got[:2], want) {
		t.Errorf("history of the box: %v, want %v first", got, want)
	}
}

// A carrying is a small graph whose classifications come and go, and what the history
// of its entities has to tell of that.
type carrying struct {
	*fixture
	rt     *rapid.T
	guids  []string
	next   map[int][]int // what is made of each
	binned map[int]bool
	purged map[int]bool
	own    map[int]map[string]*catalog.Classification
	order  map[int][]string // of own, as they came
	told   map[int][]string
}

var carryNumber atomic.Int64

func newCarrying(f *fixture, rt *rapid.T) *carrying {
	c := &carrying{fixture: f, rt: rt, next: map[int][]int{}, binned: map[int]bool{}, purged: map[int]bool{}, own: map[int]map[string]*catalog.Classification{}, order: map[int][]string{}, told: map[int][]string{}}
	name := func() string { return fmt.Sprint("n", carryNumber.Add(1)) }
	shelves := rapid.IntRange(2, 4).Draw(rt, "shelves")
	for range shelves {
		c.guids = append(c.guids, c.make(an("shelf", name(), nil)))
	}
	for p := shelves; p < shelves+rapid.IntRange(1, 3).Draw(rt, "processes"); p++ {
		var in, out []any
		for s := range shelves {
			if rapid.Bool().Draw(rt, "reads") {
				in, c.next[s] = append(in, attrs{"guid": c.guids[s]}), append(c.next[s], p)
			}
			if rapid.Bool().Draw(rt, "writes") {
				out, c.next[p] = append(out, attrs{"guid": c.guids[s]}), append(c.next[p], s)
			}
		}
		c.guids = append(c.guids, c.make(an("sorting", name(), attrs{"inputs": in, "outputs": out})))
	}
	return c
}

// tell notes what all that is made from a node have to be told.
func (c *carrying) tell(from int, what string) {
	seen := map[int]bool{from: true}
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		for _, to := range c.next[queue[0]] {
			if !seen[to] && !c.binned[to] {
				seen[to] = true
				queue = append(queue, to)
				c.told[to] = append(c.told[to], what)
			}
		}
	}
}

func (c *carrying) must(err error) {
	if err != nil {
		c.rt.Fatal(err)
	}
}

// put classifies a node, or changes how it is classified.
func (c *carrying) put(at int, name string) {
	carried, gone := rapid.Bool().Draw(c.rt, "carried"), rapid.Bool().Draw(c.rt, "gone with it")
	given := catalog.Classification{TypeName: name, Propagate: &carried, RemoveOnDelete: &gone}
	was := c.own[at][name]
	do := (*catalog.Work).Classify
	switch {
	case was != nil && *was.Propagate && carried:
		c.tell(at, "PROPAGATED_CLASSIFICATION_UPDATE "+name)
	case was != nil && *was.Propagate:
		c.tell(at, "PROPAGATED_CLASSIFICATION_DELETE "+name)
	case carried:
		c.tell(at, "PROPAGATED_CLASSIFICATION_ADD "+name)
	}
	if was != nil {
		do = (*catalog.Work).Reclassify
	}
	c.must(c.change(c.guids[at], func(w *catalog.Work, n *pedigree.Node) error { return do(w, n, []catalog.Classification{given}) }))
	if c.own[at] == nil {
		c.own[at] = map[string]*catalog.Classification{}
	}
	if c.own[at][name] == nil {
		c.order[at] = append(c.order[at], name)
	}
	c.own[at][name] = &given
}

func (c *carrying) take(at int, name string) {
	was := c.own[at][name]
	if was == nil {
		return
	}
	if *was.Propagate {
		c.tell(at, "PROPAGATED_CLASSIFICATION_DELETE "+name)
	}
	c.must(c.change(c.guids[at], func(w *catalog.Work, n *pedigree.Node) error { return w.Declassify(n, name, "") }))
	delete(c.own[at], name)
	c.order[at] = slices.DeleteFunc(c.order[at], func(o string) bool { return o == name })
}

// bin deletes a node. What was to be told before goes by the graph before.
func (c *carrying) bin(at int) {
	c.must(c.TellCarried(c.t.Context()))
	c.delete(c.guids[at])
	c.binned[at] = true
	for _, name := range c.order[at] {
		if was := c.own[at][name]; *was.Propagate && *was.RemoveOnDelete {
			c.tell(at, "PROPAGATED_CLASSIFICATION_DELETE "+name)
		}
	}
	c.must(c.TellCarried(c.t.Context()))
}

// purge removes a node for ever that is in the bin, which may have carried on until then.
func (c *carrying) purge(at int) {
	c.must(c.TellCarried(c.t.Context()))
	_, err := c.Purge(c.t.Context(), workspace, []string{c.guids[at]})
	c.must(err)
	for _, name := range c.order[at] {
		if was := c.own[at][name]; *was.Propagate && !*was.RemoveOnDelete {
			c.tell(at, "PROPAGATED_CLASSIFICATION_DELETE "+name)
		}
	}
	c.purged[at], c.next[at], c.own[at], c.order[at] = true, nil, nil, nil
	for from := range c.next {
		c.next[from] = slices.DeleteFunc(c.next[from], func(to int) bool { return to == at })
	}
}

// check holds the histories against what they have to tell.
func (c *carrying) check() {
	for at, guid := range c.guids {
		events, err := c.AuditEvents(c.t.Context(), workspace, &catalog.AuditQuery{GUID: guid, Count: 1000, Offset: -1})
		c.must(err)
		var got []string
		for _, e := range slices.Backward(events) {
			if strings.HasPrefix(string(e.Action), "PROPAGATED_") {
				name := "PII"
				if strings.Contains(e.Details, "Secret") {
					name = "Secret"
				}
				got = append(got, string(e.Action)+" "+name)
			}
		}
		if want := c.told[at]; !slices.Equal(got, want) {
			c.rt.Errorf("history of %d:\n%s\nwant\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestTheHistoryTellsOnceOfAllThatIsCarried(t *testing.T) {
	f := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := newCarrying(f, rt)
		for range rapid.IntRange(1, 12).Draw(rt, "deeds") {
			at := rapid.IntRange(0, len(c.guids)-1).Draw(rt, "at")
			name := rapid.SampledFrom([]string{"PII", "Secret"}).Draw(rt, "name")
			switch deed := rapid.IntRange(0, 9).Draw(rt, "deed"); {
			case c.purged[at]:
			case c.binned[at]:
				if deed < 3 {
					c.purge(at)
				}
			case deed < 5:
				c.put(at, name)
			case deed < 7:
				c.take(at, name)
			case deed < 8:
				c.bin(at)
			default:
				if err := c.tellUntil(rapid.IntRange(0, 2).Draw(rt, "writes")); err != nil && !errors.Is(err, errStopped) {
					rt.Fatal(err)
				}
			}
		}
		c.check()
	})
}
