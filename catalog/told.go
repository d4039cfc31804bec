package catalog

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/store"
)

// A telling is what is still to be said in the history of all that a classification
// is carried to: that it came, changed or went. The transaction of whoever did that
// only keeps the telling, so that it is short however many there are. Their lines are
// written a moment later, in steps that each note how far they are: every one of them
// is told once, also if the process ends between.
type telling struct {
	Class   pedigree.Classification `json:"class"` // with what it is carried by; as it was last, where it went
	Action  AuditAction             `json:"action"`
	Details string                  `json:"details"`
	Actor   pedigree.Actor          `json:"actor"`
	From    []pedigree.NodeID       `json:"from,omitempty"` // where the way begins that no longer does at the node of the class
	Done    pedigree.NodeID         `json:"done"`           // up to here in order of numbers
}

const (
	tellingPart = "carried audit" // under which the store keeps tellings
	tellings    = 100             // looked at together
	linesAtOnce = 1000            // that one write makes: who writes meanwhile waits
	idle        = 30 * time.Second

	// gather is how long what is written is collected before somebody looks whether
	// there is something to tell. Who asks for a history does not wait for that.
	gather = 200 * time.Millisecond

	// maxCarriedAudit bounds what each of many lines says, in bytes.
	maxCarriedAudit = 1000
)

// tellCarried has it told to all that a classification is carried to. They are found
// by the graph as it is when they are told. The number is that of the line which says
// so of the node itself.
func (w *Work) tellCarried(line int64, c *pedigree.Classification, what AuditAction, details string, from ...pedigree.NodeID) error {
	if !c.Propagate {
		return nil
	}
	content, err := json.Marshal(telling{Class: *c, Action: what, Details: details, Actor: w.actor, From: from})
	if err != nil {
		return err
	}
	return w.tx.PutMemo(&store.Memo{Part: tellingPart, Key: fmt.Sprintf("%d %d %s", line, c.ID, what), Content: content})
}

// tellGone has it told that a classification no longer is carried where it was, or
// where it was from some nodes on.
func (w *Work) tellGone(line int64, c *pedigree.Classification, from ...pedigree.NodeID) error {
	return w.tellCarried(line, c, AuditPropagatedClassificationDelete, "Deleted propagated classification: "+c.Type, from...)
}

// A leaving is a classification of a node that goes and what it passes to from there.
type leaving struct {
	class pedigree.Classification
	next  []pedigree.NodeID
}

// leavings finds what is no longer carried once a node has gone into the bin, or from
// the bin for ever.
func (w *Work) leavings(l *loaded) (all []leaving, err error) {
	for _, c := range l.own {
		if !c.Propagate || c.RemoveOnDelete != l.Live() {
			continue
		}
		next, err := carry.Next(w.reader, &c)
		if err != nil {
			return nil, err
		}
		if len(next) > 0 {
			all = append(all, leaving{c, next})
		}
	}
	return all, nil
}

// tellLeft has it told to those.
func (w *Work) tellLeft(line int64, all []leaving) error {
	for i := range all {
		if err := w.tellGone(line, &all[i].class, all[i].next...); err != nil {
			return err
		}
	}
	return nil
}

// tellAgain has it told that what an entity carries on is carried on again, which was
// not while it was in the bin.
func (w *Work) tellAgain(l *loaded) error {
	for i := range l.own {
		if c := &l.own[i]; c.RemoveOnDelete {
			text := "Added propagated classification: " + brief(w.classification(c, l))
			if err := w.tellCarried(0, c, AuditPropagatedClassificationAdd, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// brief writes a classification as many lines say it: without values where those are
// long.
func brief(c Classification) string {
	text := jsonText(c)
	if len(text) > maxCarriedAudit {
		c.Attributes, c.ValidityPeriods = nil, nil
		text = jsonText(c)
	}
	return text
}

// An untold is a telling and whom it is still to be told to.
type untold struct {
	key string
	telling
	nodes []pedigree.NodeID // ascending
}

// TellCarried writes into the history of entities what is still to be said there of
// classifications that are carried to them.
func (s *Service) TellCarried(ctx context.Context) error {
	for {
		if more, err := s.tellSome(ctx); err != nil || !more {
			return err
		}
	}
}

// FollowCarried does so until ctx ends.
func (s *Service) FollowCarried(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		changed := s.store.Changed()
		if err := s.TellCarried(ctx); err != nil && ctx.Err() == nil {
			log.Error("the history of entities does not tell what is carried to them yet", "error", err)
			changed = nil
		}
		store.Wait(ctx, changed, idle)
		store.Wait(ctx, nil, gather)
	}
}

// patience is how long who asks for a history waits for what is still to be told.
const patience = 5 * time.Second

// awaitCarried tells what is still to be told, if some of it may be for an entity.
func (s *Service) awaitCarried(ctx context.Context, workspace pedigree.NodeID, guid string) error {
	memos, err := s.waiting(ctx, tellings)
	if err != nil || len(memos) == 0 {
		return err
	}
	concerned := false
	err = s.View(ctx, workspace, func(v *View) error {
		found, err := v.NodesByGUID([]string{guid})
		n := found[guid]
		if err != nil || n == nil {
			return err
		}
		if concerned, err = carry.Follows(v.reader, n.ID); err != nil || concerned {
			return err
		}
		concerned, err = leftBehind(memos, n.ID)
		return err
	})
	if err != nil || !concerned {
		return err
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.TellCarried(short); short.Err() == nil || ctx.Err() != nil {
		return err
	}
	return nil
}

// leftBehind reports whether a node is where the way of one of some tellings begins, to
// which nothing may lead any more.
func leftBehind(memos []store.Memo, node pedigree.NodeID) (bool, error) {
	for i := range memos {
		var t telling
		if err := json.Unmarshal(memos[i].Content, &t); err != nil {
			return false, err
		}
		if slices.Contains(t.From, node) {
			return true, nil
		}
	}
	return false, nil
}

// tellSome tells what waits longest and reports whether there was something.
func (s *Service) tellSome(ctx context.Context) (bool, error) {
	if some, err := s.waiting(ctx, 1); err != nil || len(some) == 0 {
		return false, err
	}
	select {
	case s.telling <- struct{}{}:
		defer func() { <-s.telling }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	memos, err := s.waiting(ctx, tellings)
	for len(memos) > 0 && err == nil {
		var all []untold
		if all, err = s.untold(ctx, memos); err != nil {
			break
		}
		memos = memos[len(all):]
		for len(all) > 0 && err == nil {
			all, err = s.tell(ctx, all)
		}
	}
	return true, err
}

// waiting gives the tellings that wait longest.
func (s *Service) waiting(ctx context.Context, most int) (memos []store.Memo, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		memos, err = r.Memos(tellingPart, most)
		return err
	})
	return memos, err
}

// untold finds whom tellings are for: of the first so many as one write takes.
func (s *Service) untold(ctx context.Context, memos []store.Memo) (all []untold, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		all = nil
		for lines := 0; len(all) < len(memos) && lines < linesAtOnce; lines += len(all[len(all)-1].nodes) {
			u := untold{key: memos[len(all)].Key}
			if err := json.Unmarshal(memos[len(all)].Content, &u.telling); err != nil {
				return err
			}
			if u.nodes, err = carry.Walk(r, &u.Class, u.From...); err != nil {
				return err
			}
			first, _ := slices.BinarySearch(u.nodes, u.Done+1)
			u.nodes = u.nodes[first:]
			all = append(all, u)
		}
		return nil
	})
	return all, err
}

// tell makes one write of tellings that are by one actor and gives what is left.
func (s *Service) tell(ctx context.Context, all []untold) (left []untold, err error) {
	actor := all[0].Actor
	err = s.store.Update(pedigree.WithActor(ctx, actor), func(tx store.Tx) error {
		left = slices.Clone(all)
		for room := linesAtOnce; len(left) > 0 && room > 0 && left[0].Actor == actor; {
			u := &left[0]
			some := u.nodes[:min(room, len(u.nodes))]
			room -= len(some) + 1
			for _, id := range some {
				if _, err := appendLine(tx, u.Class.Workspace, id, actor, u.Action, u.Details); err != nil {
					return err
				}
			}
			if u.nodes = u.nodes[len(some):]; len(u.nodes) > 0 {
				u.Done = some[len(some)-1]
				return u.keep(tx)
			}
			if _, err := tx.DeleteMemo(tellingPart, u.key); err != nil {
				return err
			}
			left = left[1:]
		}
		return nil
	})
	return left, err
}

// keep notes how far a telling is.
func (u *untold) keep(tx store.Tx) error {
	content, err := json.Marshal(u.telling)
	if err != nil {
		return err
	}
	return tx.PutMemo(&store.Memo{Part: tellingPart, Key: u.key, Content: content})
}
