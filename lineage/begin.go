package lineage

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// begin takes in the nodes that a walk starts at.
func (w *walk) begin() error {
	err := w.view(func() error { return w.enter(w.q.Direction, w.q.Start) })
	if err != nil {
		return err
	}
	if w.count == 0 {
		return pedigree.Errorf(pedigree.NotFound, "there is no such node to start from")
	}
	for len(w.next[pedigree.Context-1]) > 0 && !w.summary.Truncated {
		contexts := w.next[pedigree.Context-1]
		w.next[pedigree.Context-1] = nil
		for _, c := range contexts {
			if err := w.open(c.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// open takes in what belongs to a context.
func (w *walk) open(context pedigree.NodeID) error {
	for kind := pedigree.Artifact; kind <= pedigree.Context; kind++ {
		q := query.Selection{Workspace: w.q.Workspace, Kind: kind, Within: []pedigree.NodeID{context}, By: query.Arrival, Limit: linkPage}
		for first := true; first || q.After != nil; first = false {
			if err := w.view(func() error { return w.openPage(context, &q) }); err != nil || w.summary.Truncated {
				return err
			}
		}
	}
	return nil
}

func (w *walk) openPage(context pedigree.NodeID, q *query.Selection) error {
	nodes, next, err := w.r.Select(q)
	if err != nil {
		return err
	}
	q.After = next
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	ids = slices.DeleteFunc(ids, func(id pedigree.NodeID) bool { return id == context })
	if err := w.enter(w.q.Direction, ids); err != nil {
		return err
	}
	for _, id := range ids {
		w.edge(Downstream, context, id, EdgeMember)
	}
	return nil
}
