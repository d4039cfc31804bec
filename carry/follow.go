package carry

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

const (
	entries  = 1000             // of the feed, looked at together
	batch    = 2000             // notes that one write makes: who writes meanwhile waits
	mostFeed = 200_000          // entries behind which all is found anew instead
	idle     = 30 * time.Second // after which it is looked again, for other processes may write too

	// gather is how long what is written is collected before it is looked at, so that
	// writes that come one after the other cost one note together. Readers walk
	// meanwhile.
	gather = 200 * time.Millisecond
)

// Run keeps the notes until ctx ends.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		changed := s.store.Changed()
		more, err := s.advance(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("it is not noted where classifications are carried to", "error", err)
			store.Wait(ctx, nil, idle)
		case !more:
			store.Wait(ctx, changed, idle)
			store.Wait(ctx, nil, gather)
		}
	}
}

// Settle makes the notes true as of now.
func (s *Service) Settle(ctx context.Context) error {
	for {
		if more, err := s.advance(ctx); err != nil || !more {
			return err
		}
	}
}

// A task is what is done next.
type task struct {
	position int64                       // of the feed, to note; 0 for none
	gains    []gain                      // by what the feed tells
	again    []pedigree.ClassificationID // likewise, to be found anew
	anew     []correction                // of those that are to be now
	more     bool                        // there is more to do after it
}

// A gain is nodes that a classification has come to be carried to.
type gain struct {
	class pedigree.ClassificationID
	nodes []pedigree.NodeID
}

// advance does the next thing and reports whether there is more to do.
func (s *Service) advance(ctx context.Context) (more bool, err error) {
	var t task
	err = s.store.View(ctx, func(r store.Reader) (err error) {
		t, err = plan(r)
		return err
	})
	if err != nil {
		return false, err
	}
	if t.position != 0 {
		if err := s.note(ctx, &t); err != nil {
			return false, err
		}
	}
	if len(t.anew) > 0 {
		return true, s.correct(ctx, t.anew)
	}
	return t.more || len(t.again) > 0, nil
}

// plan reads the next of the feed, and what is to be found anew.
func plan(r store.Reader) (t task, err error) {
	next, err := r.CarryAgain(batch)
	if err != nil {
		return t, err
	}
	some, err := exist(r)
	if err != nil || !some && len(next) == 0 {
		return t, err // as in many stores: nobody asks how far the notes are
	}
	if t.anew, err = corrections(r, next); err != nil {
		return t, err
	}
	at, err := r.Position(follower)
	if err != nil {
		return t, err
	}
	oldest, newest, err := r.FeedEnds()
	switch {
	case err != nil || newest == at:
		return t, err
	case newest-at > mostFeed || oldest > at+1 || at == 0:
		t.position = newest
		t.again, err = propagating(r)
		return t, err
	}
	feed, err := r.Feed(at, entries)
	if err != nil || len(feed) == 0 {
		return t, err
	}
	t.position = feed[len(feed)-1].ID
	t.more = t.position < newest
	err = t.read(r, feed)
	t.leaveOut(t.anew)
	return t, err
}

// leaveOut drops what follows from the feed for classifications that are found anew
// by the same state of the graph: what they have gained may have gone on from notes
// that are about to be taken back.
func (t *task) leaveOut(anew []correction) {
	found := make(classSet, len(anew))
	for i := range anew {
		found[anew[i].id] = struct{}{}
	}
	t.again = slices.DeleteFunc(t.again, found.has)
	t.gains = slices.DeleteFunc(t.gains, func(g gain) bool { return found.has(g.class) })
}

// propagating gives all classifications that are carried on.
func propagating(r store.Reader) ([]pedigree.ClassificationID, error) {
	classes, err := allOf(r, nil)
	var ids []pedigree.ClassificationID
	for i := range classes {
		if classes[i].Propagate {
			ids = append(ids, classes[i].ID)
		}
	}
	return ids, err
}

// read finds what follows from some entries of the feed. What a node may have lost is
// found anew for the whole classification: that another way still leads to it is
// known only from where it starts. What it gains goes on from there.
func (t *task) read(r store.Reader, feed []pedigree.FeedEntry) error {
	var touched, untied []pedigree.NodeID
	for i := range feed {
		e := &feed[i]
		if e.Touch&ties != 0 {
			touched = append(touched, e.Node)
		}
		if e.Touch&(pedigree.TouchUntied|pedigree.TouchRelations|pedigree.TouchPurged) != 0 {
			untied = append(untied, e.Node)
		}
	}
	slices.Sort(touched)
	vertices, err := r.Vertices(slices.Compact(touched))
	if err != nil {
		return err
	}
	for i := range vertices {
		if vertices[i].Deleted.Set() {
			untied = append(untied, vertices[i].ID)
		}
	}
	if t.again, err = passing(r, untied); err != nil {
		return err
	}
	started, err := startedAnew(r, vertices)
	if err != nil {
		return err
	}
	t.again = append(t.again, started...)
	return t.gain(r, vertices)
}

// startedAnew gives the classifications that may be carried on from nodes again,
// which came out of the bin: those that were not while it was there, and so have no
// notes.
func startedAnew(r store.Reader, vertices []store.Vertex) ([]pedigree.ClassificationID, error) {
	live := make([]pedigree.NodeID, 0, len(vertices))
	for i := range vertices {
		if !vertices[i].Deleted.Set() {
			live = append(live, vertices[i].ID)
		}
	}
	own, err := r.Classifications(live)
	if err != nil {
		return nil, err
	}
	var ids []pedigree.ClassificationID
	for i := range own {
		if !own[i].Propagate || !own[i].RemoveOnDelete {
			continue
		}
		noted, err := r.CarriedBy(own[i].ID, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(noted) == 0 {
			ids = append(ids, own[i].ID)
		}
	}
	return ids, nil
}

// passing gives the classifications of nodes, their own and those noted.
func passing(r store.Reader, nodes []pedigree.NodeID) ([]pedigree.ClassificationID, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	classes := make(classSet)
	own, err := r.Classifications(nodes)
	if err != nil {
		return nil, err
	}
	for i := range own {
		classes[own[i].ID] = struct{}{}
	}
	carried, err := r.CarriedTo(nodes)
	for _, c := range carried {
		classes[c.Classification] = struct{}{}
	}
	return sorted(classes), err
}

// gain finds which nodes lack a classification that those before them have, and
// where it is carried to from there.
func (t *task) gain(r store.Reader, vertices []store.Vertex) error {
	steps, err := newStepper(r)
	if err != nil {
		return err
	}
	vertices = slices.DeleteFunc(vertices, func(v store.Vertex) bool { return v.Deleted.Set() })
	before, err := steps.steps(lineage.Upstream, vertices)
	if err != nil || len(before) == 0 {
		return err
	}
	holders, err := holders(r, before)
	if err != nil || len(holders) == 0 {
		return err
	}
	starts := make(map[pedigree.ClassificationID][]pedigree.NodeID)
	classes := make(map[pedigree.ClassificationID]*pedigree.Classification)
	for i := range before {
		for _, c := range holders[before[i].from] {
			if before[i].passes(c) && c.Node != before[i].to {
				starts[c.ID] = append(starts[c.ID], before[i].to)
				classes[c.ID] = c
			}
		}
	}
	for _, id := range sorted(starts) {
		nodes, err := steps.reach(classes[id], starts[id], func(ids []pedigree.NodeID) (nodeSet, error) { return notedAt(r, id, ids) })
		if err != nil {
			return err
		}
		switch {
		case len(nodes) > batch:
			t.again = append(t.again, id) // in steps that a crash may come between
		case len(nodes) > 0:
			t.gains = append(t.gains, gain{id, nodes})
		}
	}
	return nil
}

// notedAt gives those of some nodes that a classification is noted to be carried to.
func notedAt(r store.Reader, c pedigree.ClassificationID, nodes []pedigree.NodeID) (nodeSet, error) {
	carried, err := r.CarriedTo(nodes)
	known := make(nodeSet)
	for _, p := range carried {
		if p.Classification == c {
			known.add(p.Node)
		}
	}
	return known, err
}

// holders gives the classifications that the nodes at the near ends of steps pass on.
func holders(r store.Reader, steps []step) (map[pedigree.NodeID][]*pedigree.Classification, error) {
	ids := make([]pedigree.NodeID, len(steps))
	for i := range steps {
		ids[i] = steps[i].from
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	own, err := r.Classifications(ids)
	if err != nil {
		return nil, err
	}
	carried, err := r.CarriedTo(ids)
	if err != nil || len(own)+len(carried) == 0 {
		return nil, err
	}
	vertices, err := r.Vertices(ids)
	if err != nil {
		return nil, err
	}
	binned := make(nodeSet)
	for i := range vertices {
		if vertices[i].Deleted.Set() {
			binned.add(vertices[i].ID)
		}
	}
	all := make(map[pedigree.NodeID][]*pedigree.Classification)
	for i := range own {
		c := &own[i]
		if c.Propagate && !(c.RemoveOnDelete && binned.has(c.Node)) {
			all[c.Node] = append(all[c.Node], c)
		}
	}
	byNode, err := classified(r, slices.DeleteFunc(carried, func(c pedigree.Carried) bool { return binned.has(c.Node) }))
	for id, classes := range byNode {
		for i := range classes {
			all[id] = append(all[id], &classes[i])
		}
	}
	return all, err
}

// note writes down what was read of the feed, and how far.
func (s *Service) note(ctx context.Context, t *task) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		for _, c := range t.again {
			if err := tx.SetCarryAgain(c, true); err != nil {
				return err
			}
		}
		for _, g := range t.gains {
			if err := tx.Carry(g.class, g.nodes...); err != nil {
				return err
			}
		}
		return tx.SetPosition(follower, t.position)
	})
}

// A correction is what the notes on one classification lack, and what they have too
// much.
type correction struct {
	id          pedigree.ClassificationID
	class       *pedigree.Classification // nil where it is gone
	more, fewer []pedigree.NodeID
}

// corrections finds where classifications are carried to: of as many of them as make
// a batch.
func corrections(r store.Reader, ids []pedigree.ClassificationID) ([]correction, error) {
	classes, err := r.ClassificationsByID(ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[pedigree.ClassificationID]*pedigree.Classification, len(classes))
	for i := range classes {
		byID[classes[i].ID] = &classes[i]
	}
	var all []correction
	for looked := 0; len(all) < len(ids) && looked < batch; {
		c := correction{id: ids[len(all)], class: byID[ids[len(all)]]}
		var want []pedigree.NodeID
		if c.class != nil && c.class.Propagate {
			if want, err = Walk(r, c.class); err != nil {
				return nil, err
			}
		}
		have, err := noted(r, c.id)
		if err != nil {
			return nil, err
		}
		c.more, c.fewer = difference(want, have)
		looked += 1 + len(want) + len(have)
		all = append(all, c)
	}
	return all, nil
}

// correct writes corrections down, in several writes where they are long: until the
// last of them readers know that the notes are behind.
func (s *Service) correct(ctx context.Context, all []correction) error {
	for i := range all {
		c := &all[i]
		for len(c.fewer) > batch {
			if err := s.store.Update(ctx, func(tx store.Tx) error { return tx.Uncarry(c.id, c.fewer[:batch]...) }); err != nil {
				return err
			}
			c.fewer = c.fewer[batch:]
		}
		for len(c.more) > batch {
			if err := s.store.Update(ctx, func(tx store.Tx) error { return tx.Carry(c.id, c.more[:batch]...) }); err != nil {
				return err
			}
			c.more = c.more[batch:]
		}
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		for i := range all {
			if err := all[i].finish(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// finish writes the last of a correction. It stays to be found anew if the
// classification has changed meanwhile.
func (c *correction) finish(tx store.Tx) error {
	if err := tx.Uncarry(c.id, c.fewer...); err != nil {
		return err
	}
	if err := tx.Carry(c.id, c.more...); err != nil {
		return err
	}
	now, err := tx.ClassificationsByID([]pedigree.ClassificationID{c.id})
	if err != nil {
		return err
	}
	if gone := len(now) == 0; gone != (c.class == nil) || !gone && now[0] != *c.class {
		return nil
	}
	return tx.SetCarryAgain(c.id, false)
}

// difference gives what only the first has of two ascending lists, and what only the
// second has.
func difference(a, b []pedigree.NodeID) (onlyA, onlyB []pedigree.NodeID) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			onlyA, a = append(onlyA, a[0]), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			onlyB, b = append(onlyB, b[0]), b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return onlyA, onlyB
}
