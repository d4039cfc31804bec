package lineage

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// What the history of an artifact says of joins made by hand. Before and After
// of a line hold the UID of the other artifact.
const (
	JoinedByHand  = "joined"
	SplitByHand   = "split"
	LeftToTheRule = "join left to the rule"
)

// Saying is what somebody says of two artifacts of a workspace, and who.
type Saying struct {
	Workspace pedigree.NodeID
	A, B      pedigree.NodeID
	Actor     string // empty for the one local user
	Reason    string
}

// Join says that two artifacts are one, whatever the rule says. It takes the
// place of what was said of them before.
func (s *Service) Join(ctx context.Context, say Saying) (pedigree.Relation, error) {
	return s.say(ctx, say, pedigree.Same, JoinedByHand)
}

// Split says that two artifacts are not one, though they look it.
func (s *Service) Split(ctx context.Context, say Saying) (pedigree.Relation, error) {
	return s.say(ctx, say, pedigree.Distinct, SplitByHand)
}

func (s *Service) say(ctx context.Context, say Saying, kind pedigree.RelationKind, what string) (said pedigree.Relation, err error) {
	err = s.store.Update(ctx, func(tx store.Tx) error {
		a, b, err := say.artifacts(tx)
		if err != nil {
			return err
		}
		if _, err := say.unsay(tx); err != nil {
			return err
		}
		said = pedigree.Relation{Kind: kind, Source: a.ID, Target: b.ID, Actor: say.Actor, Reason: say.Reason}
		if err := tx.PutRelation(&said); err != nil {
			return err
		}
		return say.record(tx, a, b, what)
	})
	return said, err
}

// Unsay takes back what was said of two artifacts, so that the rule alone
// judges; NotFound where nothing was.
func (s *Service) Unsay(ctx context.Context, say Saying) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		a, b, err := say.artifacts(tx)
		if err != nil {
			return err
		}
		was, err := say.unsay(tx)
		if err != nil {
			return err
		}
		if !was {
			return pedigree.Errorf(pedigree.NotFound, "nobody has joined or split the artifacts %d and %d", say.A, say.B)
		}
		return say.record(tx, a, b, LeftToTheRule)
	})
}

// Said gives what was said of an artifact by hand, by arrival.
func (s *Service) Said(ctx context.Context, workspace, artifact pedigree.NodeID) (said []pedigree.Relation, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		said = nil
		if _, err := artifactIn(r, workspace, artifact); err != nil {
			return err
		}
		all, err := r.Relations([]pedigree.NodeID{artifact})
		for _, relation := range all {
			if relation.Kind != pedigree.Derived {
				said = append(said, relation)
			}
		}
		return err
	})
	return said, err
}

// artifacts reads both, the one with the lower identity first.
func (s *Saying) artifacts(r store.Reader) (a, b *pedigree.Node, err error) {
	if s.A == s.B {
		return nil, nil, pedigree.Errorf(pedigree.Invalid, "an artifact is always one with itself")
	}
	p := pairOf(s.A, s.B)
	if a, err = artifactIn(r, s.Workspace, p[0]); err == nil {
		b, err = artifactIn(r, s.Workspace, p[1])
	}
	return a, b, err
}

func artifactIn(r store.Reader, workspace, id pedigree.NodeID) (*pedigree.Node, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{id})
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 || nodes[0].Workspace != workspace || nodes[0].Type.Kind != pedigree.Artifact || !nodes[0].Live() {
		return nil, pedigree.Errorf(pedigree.NotFound, "there is no artifact %d", id)
	}
	return &nodes[0], nil
}

// unsay removes what was said of the two and reports whether anything was.
func (s *Saying) unsay(tx store.Tx) (was bool, err error) {
	all, err := tx.Relations([]pedigree.NodeID{s.A})
	if err != nil {
		return false, err
	}
	for _, r := range all {
		if r.Kind == pedigree.Derived || pairOf(r.Source, r.Target) != pairOf(s.A, s.B) {
			continue
		}
		if _, err := tx.DeleteRelation(r.ID); err != nil {
			return false, err
		}
		was = true
	}
	return was, nil
}

// record adds a line to the history of both.
func (s *Saying) record(tx store.Tx, a, b *pedigree.Node, what string) error {
	for _, c := range [][2]*pedigree.Node{{a, b}, {b, a}} {
		err := tx.AppendChange(&pedigree.Change{
			Workspace: s.Workspace, Node: c[0].ID, Actor: s.Actor, Reason: s.Reason, What: what, After: c[1].UID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
