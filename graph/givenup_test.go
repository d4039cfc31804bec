package graph

import (
	"context"
	"fmt"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// leaving is a context whose client leaves after it was looked at some times.
type leaving struct {
	context.Context
	looks int
}

// Err counts down to the moment of leaving.
func (c *leaving) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestAWriteWhoseClientLeavesKeepsNothing(t *testing.T) {
	for name, write := range map[string]func(*large, context.Context) error{
		"nodes": func(l *large, ctx context.Context) error {
			_, err := l.PutNodes(ctx, ws, l.subgraph.Artifacts)
			return err
		},
		"events":  func(l *large, ctx context.Context) error { return l.PutEvents(ctx, ws, l.events) },
		"members": func(l *large, ctx context.Context) error { return l.PutMembers(ctx, ws, l.members, nil) },
		"an execution": func(l *large, ctx context.Context) error {
			_, err := l.PutExecution(ctx, ws, &l.publication)
			return err
		},
		"types": func(l *large, ctx context.Context) error {
			_, err := l.PutTypes(ctx, l.types, TypeOptions{})
			return err
		},
		"a subgraph": func(l *large, ctx context.Context) error { _, err := l.PutSubgraph(ctx, ws, &l.subgraph); return err },
	} {
		l := newLarge(t)
		looks, probe := 0, l.probe()
		for ; ; looks++ {
			err := write(l, &leaving{l.ctx, looks})
			if err == nil {
				break
			}
			l.refused(err, pedigree.Unavailable, "")
			if n := len(l.pipeline.events(pedigree.Execution, l.step)) + len(l.contextsOf(pedigree.Artifact, l.members[0].Node)); n != 0 {
				t.Fatalf("%s, left after %d looks: %d events and memberships", name, looks, n)
			}
			probe = l.nothingNew(name, probe)
		}
		if looks < len(l.members) {
			t.Errorf("%s: %d looks at the client", name, looks)
		}
	}
}

func TestALookUpWhoseClientLeavesEnds(t *testing.T) {
	l := newLarge(t)
	names := make([]string, 100)
	for i := range names {
		names[i] = fmt.Sprint("nobody ", i)
	}
	for _, looks := range []int{0, 50} {
		_, err := l.NodesExternal(&leaving{l.ctx, looks}, ws, pedigree.Artifact, names)
		l.refused(err, pedigree.Unavailable, "")
	}
}

// large are requests with many parts.
type large struct {
	*pipeline
	events      []pedigree.Event
	members     []pedigree.Membership
	publication Publication
	subgraph    Subgraph
	types       []Type
}

func newLarge(t *testing.T) *large {
	t.Helper()
	l := &large{pipeline: newPipeline(t, Options{})}
	contexts := []*NodePut{draft(pedigree.Context, l.ctxt, "a"), draft(pedigree.Context, l.ctxt, "b")}
	execution := draft(pedigree.Execution, l.execution, "")
	l.publication = Publication{Execution: execution, Contexts: contexts}
	l.subgraph = Subgraph{Executions: []*NodePut{execution}, Contexts: contexts}
	for i := range 20 {
		a := draft(pedigree.Artifact, l.artifact, "")
		l.types = append(l.types, Type{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Artifact, Name: fmt.Sprint("T", i)}}})
		e := event(pedigree.Input, l.step, l.probe())
		l.events, l.members = append(l.events, e), append(l.members, member(l.run, e.Artifact))
		l.publication.Artifacts = append(l.publication.Artifacts, pair(a, pedigree.Output))
		l.subgraph.Artifacts, l.subgraph.Edges = append(l.subgraph.Artifacts, a), append(l.subgraph.Edges, edge(at(0), at(i), event(pedigree.Output, 0, 0)))
	}
	return l
}
