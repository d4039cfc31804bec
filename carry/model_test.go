package carry

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// A world is a store and what a naive model knows of it.
type world struct {
	t     *rapid.T
	ctx   *testing.T
	store store.Store
	rules *Service
	now   *atomic.Int64

	nodes         []pedigree.Node
	events        []pedigree.Event
	passages      map[int64]pedigree.EventPassage
	relationships []pedigree.Relationship
	derived       []pedigree.Relation
	classes       []pedigree.Classification
}

func open(t *testing.T) (store.Store, *atomic.Int64) {
	t.Helper()
	now := &atomic.Int64{}
	return openWith(t, sqlite.Options{Durability: sqlite.Normal, Clock: func() pedigree.Time { return pedigree.Time(now.Load()) }}), now
}

func openWith(t testing.TB, o sqlite.Options) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (w *world) update(fn func(store.Tx) error) {
	w.now.Add(1)
	if err := w.store.Update(w.ctx.Context(), fn); err != nil {
		w.t.Fatalf("update: %v", err)
	}
}

var kinds = []pedigree.Type{
	{Kind: pedigree.Artifact, Name: "Thing"},
	{Kind: pedigree.Execution, Name: "Step"},
	{Kind: pedigree.Context, Name: "Group"},
}

func (w *world) node(kind pedigree.Kind) {
	uid := "n" + strconv.FormatInt(w.now.Load(), 10)
	n := pedigree.Node{
		Workspace: workspace, Home: workspace, Type: kinds[kind-1], UID: uid, Name: uid,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	w.update(func(tx store.Tx) error { return tx.CreateNode(&n) })
	w.nodes = append(w.nodes, n)
}

// pick draws one of some things; ok is false where there is none.
func pick[T any](w *world, from []T) (place int, ok bool) {
	if len(from) == 0 {
		return 0, false
	}
	return rapid.IntRange(0, len(from)-1).Draw(w.t, "which"), true
}

func (w *world) of(kind pedigree.Kind) *pedigree.Node {
	var some []int
	for i := range w.nodes {
		if kind == 0 || w.nodes[i].Type.Kind == kind {
			some = append(some, i)
		}
	}
	at, ok := pick(w, some)
	if !ok {
		return nil
	}
	return &w.nodes[some[at]]
}

var names = []string{"PII", "Secret"}

// deeds are what happens to the graph.
var deeds = []func(*world){
	func(w *world) { w.node(pedigree.Artifact) },
	func(w *world) { w.node(pedigree.Execution) },
	func(w *world) { w.node(pedigree.Context) },
	(*world).event, (*world).event, (*world).event, (*world).event,
	(*world).relationship, (*world).relationship,
	(*world).derive,
	(*world).classify, (*world).classify,
	(*world).declassify,
	(*world).pass,
	(*world).untie,
	(*world).release,
	(*world).bin,
	(*world).purge,
	(*world).settle,
}

func (w *world) event() {
	a, x := w.of(pedigree.Artifact), w.of(pedigree.Execution)
	if a == nil || x == nil {
		return
	}
	e := pedigree.Event{Execution: x.ID, Artifact: a.ID, Direction: pedigree.Input}
	if rapid.Bool().Draw(w.t, "output") {
		e.Direction = pedigree.Output
	}
	fresh := false
	w.update(func(tx store.Tx) (err error) { fresh, err = tx.PutEvent(&e); return err })
	if fresh {
		w.events = append(w.events, e)
	}
}

func (w *world) blocked() []string {
	switch rapid.IntRange(0, 3).Draw(w.t, "blocks") {
	case 0:
		return []string{"PII"}
	case 1:
		if n := w.of(0); n != nil { // that of one node alone
			return []string{"PII#" + strconv.FormatInt(int64(n.ID), 10)}
		}
	}
	return nil
}

// stopped reports whether a classification is among what is blocked.
func stopped(blocked []string, c *pedigree.Classification) bool {
	for _, name := range blocked {
		if of, node, one := strings.Cut(name, "#"); of == c.Type && (!one || node == strconv.FormatInt(int64(c.Node), 10)) {
			return true
		}
	}
	return false
}

func (w *world) passes() pedigree.Passage {
	return pedigree.Passage(rapid.IntRange(0, 3).Draw(w.t, "passes"))
}

func (w *world) relationship() {
	a, b := w.of(0), w.of(0)
	if a == nil {
		return
	}
	r := pedigree.Relationship{
		Workspace: workspace, UID: "r" + strconv.FormatInt(w.now.Load(), 10), Type: "tie", End1: a.ID, End2: b.ID, Passes: w.passes(), Blocked: w.blocked(),
		Deleted: pedigree.NoTime,
	}
	w.update(func(tx store.Tx) error { return tx.CreateRelationship(&r) })
	w.relationships = append(w.relationships, r)
}

func (w *world) derive() {
	a, b := w.of(pedigree.Artifact), w.of(pedigree.Artifact)
	if a == nil || a.ID == b.ID {
		return
	}
	r := pedigree.Relation{Kind: pedigree.Derived, Source: a.ID, Target: b.ID}
	w.update(func(tx store.Tx) error { return tx.PutRelation(&r) })
	w.derived = append(w.derived, r)
}

func (w *world) classify() {
	n := w.of(0)
	if n == nil {
		return
	}
	c := pedigree.Classification{
		Workspace: workspace, Node: n.ID, Type: rapid.SampledFrom(names).Draw(w.t, "name"), Propagate: rapid.IntRange(0, 4).Draw(w.t, "carried") > 0,
		RemoveOnDelete: rapid.Bool().Draw(w.t, "remove"), NotByLineage: rapid.IntRange(0, 4).Draw(w.t, "lineage") == 0, NotByHierarchy: rapid.IntRange(0, 4).Draw(w.t, "hierarchy") == 0,
	}
	w.update(func(tx store.Tx) error { return tx.PutClassification(&c) })
	w.classes = append(slices.DeleteFunc(w.classes, func(o pedigree.Classification) bool { return o.ID == c.ID }), c)
}

func (w *world) declassify() {
	at, ok := pick(w, w.classes)
	if !ok {
		return
	}
	w.update(func(tx store.Tx) error { _, err := tx.DeleteClassification(w.classes[at].ID); return err })
	w.classes = slices.Delete(w.classes, at, at+1)
}

func (w *world) pass() {
	at, ok := pick(w, w.events)
	if !ok {
		return
	}
	p := pedigree.EventPassage{Event: w.events[at].ID, Passes: w.passes(), Blocked: w.blocked()}
	w.update(func(tx store.Tx) error { return tx.SetEventPassage(&p) })
	w.passages[p.Event] = p
}

func (w *world) untie() {
	at, ok := pick(w, w.events)
	if !ok {
		return
	}
	w.update(func(tx store.Tx) error { _, err := tx.DeleteEvent(w.events[at].ID); return err })
	delete(w.passages, w.events[at].ID)
	w.events = slices.Delete(w.events, at, at+1)
}

func (w *world) release() {
	at, ok := pick(w, w.relationships)
	if !ok {
		return
	}
	r := &w.relationships[at]
	if r.Deleted = pedigree.Time(w.now.Load()); rapid.Bool().Draw(w.t, "back") {
		r.Deleted = pedigree.NoTime
	}
	r.Passes = w.passes()
	w.update(func(tx store.Tx) error { return tx.UpdateRelationship(r) })
}

func (w *world) bin() {
	n := w.of(0)
	if n == nil {
		return
	}
	if n.Deleted.Set() {
		n.Deleted = pedigree.NoTime
	} else {
		n.Deleted = pedigree.Time(w.now.Load())
	}
	w.update(func(tx store.Tx) error { return tx.UpdateNode(n) })
}

func (w *world) purge() {
	at, ok := pick(w, w.nodes)
	if !ok || rapid.IntRange(0, 2).Draw(w.t, "really") > 0 {
		return
	}
	id := w.nodes[at].ID
	w.update(func(tx store.Tx) error { return tx.Purge(id) })
	w.nodes = slices.Delete(w.nodes, at, at+1)
	w.events = slices.DeleteFunc(w.events, func(e pedigree.Event) bool {
		gone := e.Execution == id || e.Artifact == id
		if gone {
			delete(w.passages, e.ID)
		}
		return gone
	})
	w.relationships = slices.DeleteFunc(w.relationships, func(r pedigree.Relationship) bool { return r.End1 == id || r.End2 == id })
	w.derived = slices.DeleteFunc(w.derived, func(r pedigree.Relation) bool { return r.Source == id || r.Target == id })
	w.classes = slices.DeleteFunc(w.classes, func(c pedigree.Classification) bool { return c.Node == id })
}

// settle makes the notes true, or only takes some steps towards it.
func (w *world) settle() {
	for range rapid.IntRange(0, 4).Draw(w.t, "steps") {
		if _, err := w.rules.advance(w.ctx.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// model finds where each classification is carried to, tie by tie until nothing
// changes.
func (w *world) model() map[pedigree.NodeID][]pedigree.ClassificationID {
	live := make(map[pedigree.NodeID]bool)
	for i := range w.nodes {
		live[w.nodes[i].ID] = w.nodes[i].Live()
	}
	all := make(map[pedigree.NodeID][]pedigree.ClassificationID)
	for i := range w.classes {
		c := &w.classes[i]
		reached := map[pedigree.NodeID]bool{}
		if c.Propagate && (live[c.Node] || !c.RemoveOnDelete) {
			reached[c.Node] = true
		}
		for grew := true; grew; {
			grew = false
			w.ties(c, func(from, to pedigree.NodeID) {
				if reached[from] && live[to] && !reached[to] {
					reached[to], grew = true, true
				}
			})
		}
		delete(reached, c.Node)
		for id := range reached {
			all[id] = append(all[id], c.ID)
		}
	}
	for _, ids := range all {
		slices.Sort(ids)
	}
	return all
}

// ties calls fn with each tie that a classification passes.
func (w *world) ties(c *pedigree.Classification, fn func(from, to pedigree.NodeID)) {
	for _, e := range w.events {
		from, to := e.Artifact, e.Execution
		if e.Direction == pedigree.Output {
			from, to = to, from
		}
		p, said := w.passages[e.ID]
		if !said {
			p.Passes = pedigree.PassForward
		}
		if c.NotByLineage || stopped(p.Blocked, c) {
			continue
		}
		if p.Passes&pedigree.PassForward != 0 {
			fn(from, to)
		}
		if p.Passes&pedigree.PassBack != 0 {
			fn(to, from)
		}
	}
	for _, r := range w.derived {
		if !c.NotByLineage {
			fn(r.Source, r.Target)
		}
	}
	for _, r := range w.relationships {
		if r.Deleted.Set() || c.NotByHierarchy || stopped(r.Blocked, c) {
			continue
		}
		if r.Passes&pedigree.PassForward != 0 {
			fn(r.End1, r.End2)
		}
		if r.Passes&pedigree.PassBack != 0 {
			fn(r.End2, r.End1)
		}
	}
}

// check compares all ways to ask with the model.
func (w *world) check(when string) {
	want := w.model()
	err := w.store.View(w.ctx.Context(), func(r store.Reader) error {
		var ids []pedigree.NodeID
		for i := range w.nodes {
			ids = append(ids, w.nodes[i].ID)
		}
		got, err := Of(r, ids)
		for _, id := range ids {
			if found := numbers(got[id]); !slices.Equal(found, want[id]) {
				w.t.Errorf("%s: to node %d are carried %v, want %v", when, id, found, want[id])
			}
		}
		for _, name := range names {
			w.checkHolding(r, when, name, want)
		}
		w.checkSearched(r, when, ids)
		w.checkSelected(r, when, ids)
		for i := range w.classes {
			c := &w.classes[i]
			var reached []pedigree.NodeID
			for id, classes := range want {
				if slices.Contains(classes, c.ID) {
					reached = append(reached, id)
				}
			}
			slices.Sort(reached)
			for _, id := range ids {
				w.checkWay(r, c, id, slices.Contains(reached, id))
			}
			found, reachErr := Reach(r, c)
			if err = errors.Join(err, reachErr); !slices.Equal(found, reached) {
				w.t.Errorf("%s: %d reaches %v, want %v", when, c.ID, found, reached)
			}
			w.checkPreviewed(r, when, c, reached)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// checkWay follows a way tie by tie.
func (w *world) checkWay(r store.Reader, c *pedigree.Classification, to pedigree.NodeID, reached bool) {
	way, err := Way(r, c, to)
	if err != nil {
		w.t.Fatal(err)
	}
	if !reached {
		return // then nobody asks
	}
	at := c.Node
	for _, leg := range way {
		tied := false
		w.ties(c, func(from, to pedigree.NodeID) { tied = tied || from == at && to == leg.Node })
		if !tied {
			w.t.Errorf("%d goes from %d to %d by %s, which nothing ties", c.ID, at, leg.Node, leg.By)
		}
		at = leg.Node
	}
	if at != to {
		w.t.Errorf("the way of %d to %d ends at %d: %+v", c.ID, to, at, way)
	}
}

func numbers(classes []pedigree.Classification) (ids []pedigree.ClassificationID) {
	for i := range classes {
		ids = append(ids, classes[i].ID)
	}
	return ids
}

func (w *world) checkHolding(r store.Reader, when, name string, want map[pedigree.NodeID][]pedigree.ClassificationID) {
	holding := map[pedigree.NodeID]bool{}
	byID := map[pedigree.ClassificationID]string{}
	for i := range w.classes {
		byID[w.classes[i].ID] = w.classes[i].Type
		if w.classes[i].Type == name {
			holding[w.classes[i].Node] = true
		}
	}
	for id, classes := range want {
		if slices.ContainsFunc(classes, func(c pedigree.ClassificationID) bool { return byID[c] == name }) {
			holding[id] = true
		}
	}
	got, err := Where(r, []string{name})
	if err != nil {
		w.t.Fatal(err)
	}
	if got.Noted {
		for i := range w.classes {
			if c := &w.classes[i]; c.Type == name {
				got.Nodes = append(got.Nodes, c.Node)
				some, err := r.CarriedBy(c.ID, 0, 1000)
				if err != nil {
					w.t.Fatal(err)
				}
				got.Nodes = append(got.Nodes, some...)
			}
		}
		slices.Sort(got.Nodes)
		got.Nodes = slices.Compact(got.Nodes)
	}
	if wanted := slices.Sorted(maps.Keys(holding)); !slices.Equal(got.Nodes, wanted) {
		w.t.Errorf("%s: %s holds for %v (noted: %t), want %v", when, name, got.Nodes, got.Noted, wanted)
	}
}

func TestClassificationsAreCarriedAsTheGraphSays(t *testing.T) {
	s, now := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{t: rt, ctx: t, store: s, rules: New(s), now: now, passages: map[int64]pedigree.EventPassage{}}
		defer w.clear()
		for range 3 {
			w.node(pedigree.Artifact)
			w.node(pedigree.Execution)
		}
		for i := range rapid.IntRange(1, 25).Draw(rt, "deeds") {
			deeds[rapid.IntRange(0, len(deeds)-1).Draw(rt, "deed")](w)
			w.check("after deed " + strconv.Itoa(i))
		}
		if err := w.rules.Settle(t.Context()); err != nil {
			rt.Fatal(err)
		}
		w.check("settled")
		w.checkNotes()
	})
}

// clear leaves nothing to the next graph.
func (w *world) clear() {
	for _, n := range w.nodes {
		w.update(func(tx store.Tx) error { return tx.Purge(n.ID) })
	}
	for more := true; more; {
		var err error
		if more, err = w.rules.advance(w.ctx.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// checkNotes holds what is written down against the model once it is to be all.
func (w *world) checkNotes() {
	want := w.model()
	err := w.store.View(w.ctx.Context(), func(r store.Reader) error {
		behind, err := staleIn(r)
		if err != nil || !behind.none() {
			w.t.Errorf("settled, the notes are behind: %+v (%v)", behind, err)
		}
		for i := range w.nodes {
			var found []pedigree.ClassificationID
			noted, err := r.CarriedTo([]pedigree.NodeID{w.nodes[i].ID})
			if err != nil {
				return err
			}
			for _, c := range noted {
				found = append(found, c.Classification)
			}
			if !slices.Equal(found, want[w.nodes[i].ID]) {
				w.t.Errorf("noted of node %d are %v, want %v", w.nodes[i].ID, found, want[w.nodes[i].ID])
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
