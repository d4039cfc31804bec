package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// deleteBatch is how many nodes one transaction looks at to remove them;
// everyone who writes waits for it.
const deleteBatch = 100

// Delete removes a node for ever with all that hangs on it: properties, events,
// memberships and relations. What is joined to it stays. The error is BadState
// for nodes of other wires, which have rules of their own for that.
func (s *Service) Delete(ctx context.Context, workspace, id pedigree.NodeID) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		if _, err := toDelete(tx, workspace, id); err != nil {
			return err
		}
		return tx.Purge(id)
	})
}

// DeleteContext removes a context and those of its artifacts and executions
// that belong to no other, and reports how many nodes went. Where it is cut
// short the context is still there, and it can be asked for again. Nodes of
// other wires stay.
func (s *Service) DeleteContext(ctx context.Context, workspace, id pedigree.NodeID) (deleted int, err error) {
	var next *query.Place
	for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution} {
		q := &query.Selection{Workspace: workspace, Kind: kind, Within: []pedigree.NodeID{id}, By: query.Arrival, Limit: deleteBatch}
		for more := true; more; more = q.After != nil {
			var gone int
			err := s.store.Update(ctx, func(tx store.Tx) (err error) {
				gone, next, err = deleteMembers(tx, q)
				return err
			})
			if err != nil {
				return deleted, err
			}
			deleted, q.After = deleted+gone, next
		}
	}
	if err := s.Delete(ctx, workspace, id); err != nil {
		return deleted, err
	}
	return deleted + 1, nil
}

// toDelete finds a node that may be removed.
func toDelete(r store.Reader, workspace, id pedigree.NodeID) (*pedigree.Node, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{id})
	switch {
	case err != nil:
		return nil, err
	case len(nodes) == 0 || !visible(&nodes[0], workspace):
		return nil, pedigree.Errorf(pedigree.NotFound, "there is no node %d", id)
	case foreign(nodes[0].Type):
		return nil, pedigree.Errorf(pedigree.BadState, "node %d is of type %s, whose clients alone delete it", id, nodes[0].Type.Name)
	}
	return &nodes[0], nil
}

// deleteMembers removes those of one page of a context's members that belong to
// no other context, and says where the next page starts, nil after the last.
func deleteMembers(tx store.Tx, q *query.Selection) (deleted int, next *query.Place, err error) {
	of := q.Within[0]
	context, err := toDelete(tx, q.Workspace, of)
	if err != nil {
		return 0, nil, err
	}
	if context.Type.Kind != pedigree.Context {
		return 0, nil, pedigree.Errorf(pedigree.Invalid, "node %d is an %s: only contexts have members", of, context.Type.Kind)
	}
	nodes, next, err := tx.Select(q)
	if err != nil {
		return 0, nil, err
	}
	alone, err := ofOneContext(tx, nodes)
	if err != nil {
		return 0, nil, err
	}
	for _, id := range alone {
		if err := tx.Purge(id); err != nil {
			return 0, nil, err
		}
	}
	return len(alone), next, nil
}

// ofOneContext gives the nodes that belong to one context and are no other
// wire's.
func ofOneContext(r store.Reader, nodes []pedigree.Node) ([]pedigree.NodeID, error) {
	var ids []pedigree.NodeID
	for i := range nodes {
		if !foreign(nodes[i].Type) {
			ids = append(ids, nodes[i].ID)
		}
	}
	members, err := r.Contexts(ids)
	if err != nil {
		return nil, err
	}
	contexts := make(map[pedigree.NodeID]int, len(ids))
	for _, m := range members {
		contexts[m.Node]++
	}
	var alone []pedigree.NodeID
	for _, id := range ids {
		if contexts[id] == 1 {
			alone = append(alone, id)
		}
	}
	return alone, nil
}
