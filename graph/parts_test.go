package graph

import (
	"context"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// unwritten is a store to which nothing may be written.
type unwritten struct {
	store.Store
	t *testing.T
}

// Update fails the test.
func (s unwritten) Update(context.Context, func(store.Tx) error) error {
	s.t.Error("others had to wait")
	return nil
}

func TestACallWithTooManyPartsIsRefusedBeforeOthersWait(t *testing.T) {
	l := newLarge(t)
	many := func(n int) []*NodePut {
		puts := make([]*NodePut, n)
		for i := range puts {
			puts[i] = l.subgraph.Artifacts[0]
		}
		return puts
	}
	pairs := func(n int) []ArtifactPut { return make([]ArtifactPut, n) }
	wide := draft(pedigree.Artifact, l.artifact, "")
	wide.Node.Properties = make([]pedigree.Property, 10*maxParts)
	contexts := l.subgraph.Contexts[:1]
	g := New(unwritten{l.store, t}, Options{})
	for name, write := range map[string]func() error{
		"nodes":                              func() error { _, err := g.PutNodes(l.ctx, ws, many(maxParts+1)); return err },
		"one node with a million properties": func() error { _, err := g.PutNodes(l.ctx, ws, []*NodePut{wide}); return err },
		"events":                             func() error { return g.PutEvents(l.ctx, ws, make([]pedigree.Event, maxParts+1)) },
		"members":                            func() error { return g.PutMembers(l.ctx, ws, make([]pedigree.Membership, maxParts), l.members[:1]) },
		"parents":                            func() error { return g.PutParents(l.ctx, ws, make([]pedigree.Membership, maxParts+1)) },
		"types":                              func() error { _, err := g.PutTypes(l.ctx, make([]Type, maxParts+1), TypeOptions{}); return err },
		"an execution with events": func() error {
			_, err := g.PutExecution(l.ctx, ws, &Publication{Execution: l.publication.Execution, Artifacts: pairs(maxParts)})
			return err
		},
		"an execution in contexts": func() error {
			_, err := g.PutExecution(l.ctx, ws, &Publication{Execution: l.publication.Execution, Artifacts: pairs(999), Contexts: many(100)})
			return err
		},
		"a subgraph": func() error {
			_, err := g.PutSubgraph(l.ctx, ws, &Subgraph{Artifacts: many(maxParts / 2), Executions: many(maxParts / 2), Edges: make([]Edge, 1)})
			return err
		},
		"a subgraph in contexts": func() error {
			_, err := g.PutSubgraph(l.ctx, ws, &Subgraph{Artifacts: many(maxParts / 2), Contexts: contexts})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { l.refused(write(), pedigree.TooLarge, "100000") })
	}
}

func TestACallWithAsManyPartsAsThereMayBeIsTaken(t *testing.T) {
	l := newLarge(t)
	events := make([]pedigree.Event, maxParts)
	for i := range events {
		events[i] = l.events[0]
	}
	if err := l.PutEvents(l.ctx, ws, events); err != nil {
		t.Error(err)
	}
}
