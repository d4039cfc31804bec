package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// Flow says which way a lineage is walked.
type Flow uint8

// The ways.
const (
	BothWays   Flow = iota
	Upstream        // from what was written to what it was made of
	Downstream      // from what was read to what was made of it
)

// A LineageQuery asks for what is joined to some artifacts or executions by
// events, over a number of hops. A hop leads from an artifact to an execution
// or back.
type LineageQuery struct {
	Start *query.Selection // of artifacts or executions: its first page
	Hops  int
	Flow  Flow
	Stops map[pedigree.Kind]Stop // where not to go on, by kind of node
	Nodes int                    // the most there may be in all; 0 for no such limit
	Want  Want
}

// A Stop ends the walk at nodes of one kind.
type Stop struct {
	Where   query.Scalar // the nodes it ends at; nil for all
	Inverse bool         // end at the others
	Include bool         // such nodes, and the events that lead to them, are part of the lineage
}

// Want says which parts of a lineage are asked for beside its nodes.
type Want struct {
	Events   bool
	Contexts bool // with memberships
	Details  bool // nodes as they are, not their identities alone
	Types    map[pedigree.Kind]bool
}

// A Lineage is a part of the graph. Everything is ordered by identity.
type Lineage struct {
	Artifacts  []pedigree.NodeID
	Executions []pedigree.NodeID
	Events     []pedigree.Event

	Contexts     []pedigree.NodeID     // those that a node of the lineage belongs to
	Attributions []pedigree.Membership // of artifacts
	Associations []pedigree.Membership // of executions

	ArtifactDetails  []Node
	ExecutionDetails []Node

	Types map[pedigree.Kind][]Type // all that there are
}

// Lineage walks the graph breadth first, with a few questions to the store for
// each hop however many nodes it meets. Nodes in the bin are neither seen nor
// walked through. The error is NotFound where there is no node to start from,
// and Exhausted where there are more events than a server gives at once.
func (s *Service) Lineage(ctx context.Context, q *LineageQuery) (l *Lineage, err error) {
	if q.Hops < 0 {
		return nil, pedigree.Errorf(pedigree.Invalid, "max_num_hops cannot be negative: max_num_hops = %d", q.Hops)
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		w := newWalk(ctx, r, q, s.options.maxEdges())
		start, err := w.start()
		if err != nil {
			return err
		}
		if err := w.run(start); err != nil {
			return err
		}
		l, err = w.lineage()
		return err
	})
	return l, err
}

// lineage gives what a walk has met, with the parts asked for.
func (w *walk) lineage() (*Lineage, error) {
	l := &Lineage{Artifacts: w.met(pedigree.Artifact), Executions: w.met(pedigree.Execution)}
	for _, part := range []struct {
		wanted bool
		read   func(*Lineage) error
	}{{w.q.Want.Events, w.readEvents}, {w.q.Want.Contexts, w.readContexts}, {w.q.Want.Details, w.readDetails}, {true, w.readTypes}} {
		if !part.wanted {
			continue
		}
		if err := part.read(l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (w *walk) readEvents(l *Lineage) (err error) {
	l.Events, err = w.r.EventsByID(w.edges)
	return err
}

// readContexts reads memberships in contexts that are to be seen.
func (w *walk) readContexts(l *Lineage) error {
	members, err := w.r.Contexts(slices.Concat(l.Artifacts, l.Executions))
	if err != nil || len(members) == 0 {
		return err
	}
	contexts := make(map[pedigree.NodeID]bool)
	for _, m := range members {
		contexts[m.Context] = true
	}
	kinds, err := kindsOf(w.r, w.q.Start.Workspace, sortedKeys(contexts))
	if err != nil {
		return err
	}
	for _, m := range members {
		_, execution := slices.BinarySearch(l.Executions, m.Node)
		switch {
		case kinds[m.Context] != pedigree.Context:
		case execution:
			l.Associations = append(l.Associations, m)
		default:
			l.Attributions = append(l.Attributions, m)
		}
	}
	for id := range contexts {
		contexts[id] = kinds[id] == pedigree.Context
	}
	l.Contexts = sortedKeys(contexts)
	return nil
}

func (w *walk) readDetails(l *Lineage) (err error) {
	if l.ArtifactDetails, err = visibleNodes(w.r, w.q.Start.Workspace, pedigree.Artifact, l.Artifacts); err != nil {
		return err
	}
	l.ExecutionDetails, err = visibleNodes(w.r, w.q.Start.Workspace, pedigree.Execution, l.Executions)
	return err
}

// readTypes lists all types of the kinds asked for, simple ones too.
func (w *walk) readTypes(l *Lineage) error {
	l.Types = make(map[pedigree.Kind][]Type)
	for kind := range w.q.Want.Types {
		declared, err := w.r.DeclarationsOf(kind)
		if err != nil {
			return err
		}
		declared = slices.DeleteFunc(declared, func(d pedigree.Declaration) bool { return internal(d.Type) })
		if l.Types[kind], err = withBase(w.r, declared); err != nil {
			return err
		}
	}
	return nil
}

// sortedKeys gives the keys that are true, ascending.
func sortedKeys(set map[pedigree.NodeID]bool) []pedigree.NodeID {
	keys := make([]pedigree.NodeID, 0, len(set))
	for k, in := range set {
		if in {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}
