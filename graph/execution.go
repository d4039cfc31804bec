package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Publication asks for an execution together with the artifacts that it read
// and wrote and the contexts that all of them belong to.
type Publication struct {
	Execution *NodePut
	Artifacts []ArtifactPut
	Contexts  []*NodePut
	Reuse     Reuse
}

// An ArtifactPut asks for an artifact and its event with the execution. Either
// may be absent; an event alone names an artifact that is there.
type ArtifactPut struct {
	Artifact *NodePut
	Event    *pedigree.Event // its execution may be left out, its artifact if that is given
}

// Reuse says which nodes that would be made are taken from those there.
type Reuse struct {
	Contexts     bool // one of the same type and name, left as it is
	ContextsByID bool // those named by identity are left as they are
	Artifacts    bool // one of the same external identity, changed to what is asked for
}

// Published gives the identities of what a request named, in its order. An
// artifact that was asked for without artifact and event has none.
type Published struct {
	Executions []pedigree.NodeID
	Artifacts  []pedigree.NodeID
	Contexts   []pedigree.NodeID
}

// PutExecution does all that a publication asks for, or nothing. What belongs
// to a context already stays so.
func (s *Service) PutExecution(ctx context.Context, workspace pedigree.NodeID, p *Publication) (Published, error) {
	if p.Execution == nil {
		return Published{}, pedigree.Errorf(pedigree.Invalid, "No execution is found")
	}
	if err := checkParts(p.parts()); err != nil {
		return Published{}, err
	}
	var done Published
	err := s.store.Update(ctx, func(tx store.Tx) error {
		done = Published{}
		return s.publish(newPublisher(ctx, tx, workspace, p.Reuse), p, &done)
	})
	return done, err
}

func (s *Service) publish(w *publisher, p *Publication, done *Published) error {
	for i := range p.Artifacts {
		id, err := w.artifact(&p.Artifacts[i])
		if err != nil {
			return err
		}
		done.Artifacts = append(done.Artifacts, id)
	}
	execution, err := w.put(p.Execution)
	if err != nil {
		return err
	}
	done.Executions = append(done.Executions, execution)
	events, err := w.events(p.Artifacts, execution, done.Artifacts)
	if err != nil {
		return err
	}
	if err := s.addEvents(w.ctx, w.tx, events); err != nil {
		return err
	}
	for _, c := range p.Contexts {
		id, err := w.context(c)
		if err != nil {
			return err
		}
		done.Contexts = append(done.Contexts, id)
	}
	return w.join(done)
}

// A publisher writes nodes of several kinds in one transaction.
type publisher struct {
	*nodeWriter
	reuse    Reuse
	external map[string]pedigree.NodeID // artifacts by external identity, those looked up
}

func newPublisher(ctx context.Context, tx store.Tx, workspace pedigree.NodeID, reuse Reuse) *publisher {
	return &publisher{nodeWriter: newNodeWriter(ctx, tx, workspace), reuse: reuse, external: make(map[string]pedigree.NodeID)}
}

// artifact makes, changes or reuses the artifact of a pair and gives its
// identity, or that which its event names.
func (w *publisher) artifact(p *ArtifactPut) (pedigree.NodeID, error) {
	if p.Artifact == nil {
		if p.Event == nil {
			return 0, nil
		}
		if p.Event.Artifact == 0 {
			return 0, pedigree.Errorf(pedigree.Invalid, "If no artifact is present, given event must have an artifact_id")
		}
		return p.Event.Artifact, nil
	}
	if err := w.lookUp(p.Artifact); err != nil {
		return 0, err
	}
	id, err := w.put(w.reused(p.Artifact))
	if p.Artifact.Node.External != "" {
		w.external[p.Artifact.Node.External] = id
	}
	return id, err
}

// lookUp finds the artifacts that stand under the external identities of those
// asked for, where these are to be reused.
func (w *publisher) lookUp(puts ...*NodePut) error {
	if !w.reuse.Artifacts {
		return nil
	}
	var names []string
	for _, p := range puts {
		if _, known := w.external[p.Node.External]; p.Node.External != "" && !p.HasID && !known {
			names = append(names, p.Node.External)
		}
	}
	if len(names) == 0 {
		return nil
	}
	nodes, err := w.tx.NodesExternal(w.workspace, pedigree.Artifact, names)
	for i := range nodes {
		if visible(&nodes[i], w.workspace) {
			w.external[nodes[i].External] = nodes[i].ID
		}
	}
	return err
}

// reused gives the request for an artifact, as a change of the one that was
// looked up if there is one.
func (w *publisher) reused(p *NodePut) *NodePut {
	id, ok := w.external[p.Node.External]
	if !w.reuse.Artifacts || p.HasID || p.Node.External == "" || !ok {
		return p
	}
	change := *p // a transaction may run again
	change.HasID, change.Node.ID = true, id
	return &change
}

// context makes, changes or reuses a context.
func (w *publisher) context(p *NodePut) (pedigree.NodeID, error) {
	if p.HasID && w.reuse.ContextsByID {
		return p.Node.ID, w.checkContext(p.Node.ID)
	}
	switch {
	case !p.HasType:
		return 0, pedigree.Errorf(pedigree.Invalid, "Context is missing a type_id")
	case !p.HasName:
		return 0, pedigree.Errorf(pedigree.Invalid, "Context is missing a name")
	}
	if w.reuse.Contexts && !p.HasID {
		if id, err := w.contextNamed(p); err != nil || id != 0 {
			return id, err
		}
	}
	return w.put(p)
}

func (w *publisher) checkContext(id pedigree.NodeID) error {
	known, err := kindsOf(w.tx, w.workspace, []pedigree.NodeID{id})
	if err == nil && known[id] != pedigree.Context {
		err = pedigree.Errorf(pedigree.NotFound, "Results missing for ids: {%d}. Found results for {}", id)
	}
	return err
}

// contextNamed finds a context by type and name; 0 where there is none.
func (w *publisher) contextNamed(p *NodePut) (pedigree.NodeID, error) {
	d, ok, err := w.declaration(p.TypeID)
	if err != nil || !ok || d.Type.Kind != pedigree.Context {
		return 0, err
	}
	n, err := nodeNamed(w.tx, w.workspace, d.Type, p.Node.Name)
	if err != nil || n == nil {
		return 0, err
	}
	return n.ID, nil
}

// events completes the events of pairs whose artifacts have the given
// identities.
func (w *publisher) events(pairs []ArtifactPut, execution pedigree.NodeID, artifacts []pedigree.NodeID) ([]pedigree.Event, error) {
	events := make([]pedigree.Event, 0, len(pairs))
	var named []pedigree.Event // whose artifact the request did not put
	for i := range pairs {
		if pairs[i].Event == nil {
			continue
		}
		e := *pairs[i].Event
		switch {
		case e.Execution != 0 && e.Execution != execution:
			return nil, pedigree.Errorf(pedigree.Invalid, "Request's event.execution_id does not match with the given execution: %d", execution)
		case e.Artifact != 0 && e.Artifact != artifacts[i]:
			return nil, pedigree.Errorf(pedigree.Invalid, "Given event.artifact_id is not aligned with the artifact: %d", artifacts[i])
		}
		e.Execution, e.Artifact = execution, artifacts[i]
		if err := checkDirection(&e); err != nil {
			return nil, err
		}
		if events = append(events, e); pairs[i].Artifact == nil {
			named = append(named, e)
		}
	}
	if len(named) == 0 {
		return events, nil
	}
	return events, checkEnds(w.tx, w.workspace, named)
}

// join makes all executions and artifacts members of all contexts.
func (w *publisher) join(done *Published) error {
	members := slices.Concat(done.Executions, done.Artifacts)
	members = distinct(slices.DeleteFunc(members, func(id pedigree.NodeID) bool { return id == 0 }))
	for _, context := range distinct(done.Contexts) {
		for _, id := range members {
			if err := givenUp(w.ctx); err != nil {
				return err
			}
			if _, err := w.tx.AddMember(context, id); err != nil {
				return err
			}
		}
	}
	return nil
}
