package graph

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// deleteBatch is how many nodes one transaction looks at to remove them;
// everyone who writes waits for it.
const deleteBatch = 100

// DeletedChange is what the history says of a node that was removed: Before is
// what it was, as JSON.
const DeletedChange = "deleted"

// A Deletion asks to remove a node for ever with all that hangs on it:
// properties, events, memberships and relations. What is joined to it stays.
type Deletion struct {
	Workspace, Node pedigree.NodeID
	Members         bool // of a context: and those of its artifacts and executions that belong to no other
	List            int  // how many of the nodes to name; all are counted
}

// Removed is what a deletion takes: the members by kind and arrival, and last
// the node itself.
type Removed struct {
	Nodes []pedigree.Node // the first of them
	Count int
	With  store.Attached // what goes with them; what ties two of them counts once
}

func (r *Removed) add(n *pedigree.Node, list int) {
	if r.Count++; len(r.Nodes) < list {
		r.Nodes = append(r.Nodes, *n)
	}
}

func (r *Removed) count(a store.Attached, sign int64) {
	w := &r.With
	w.Properties += sign * a.Properties
	w.Events += sign * a.Events
	w.Memberships += sign * a.Memberships
	w.Relations += sign * a.Relations
	w.Files += sign * a.Files
	w.Locations += sign * a.Locations
	w.Comments += sign * a.Comments
}

// Delete does it and tells what went. The history of each node gets a line that
// says what it was, who removed it and why. The error is BadState for nodes of
// other wires, which have rules of their own for that. Members go in several
// transactions: where it is cut short the context is still there, and it can be
// asked for again.
func (s *Service) Delete(ctx context.Context, d Deletion) (gone Removed, err error) {
	for _, kind := range d.memberKinds() {
		q := d.members(kind)
		for more := true; more && err == nil; more = q.After != nil {
			var next *query.Place
			err = s.remove(ctx, &d, &gone, func(r store.Reader) (alone []pedigree.Node, err error) {
				alone, next, err = d.page(r, q)
				return alone, err
			})
			q.After = next
		}
	}
	if err == nil {
		err = s.remove(ctx, &d, &gone, func(r store.Reader) ([]pedigree.Node, error) {
			n, err := d.find(r)
			if err != nil {
				return nil, err
			}
			return []pedigree.Node{*n}, nil
		})
	}
	return gone, err
}

// remove removes in one transaction what choose chooses, and adds it to what is
// gone.
func (s *Service) remove(ctx context.Context, d *Deletion, gone *Removed, choose func(store.Reader) ([]pedigree.Node, error)) error {
	var now Removed
	err := s.store.Update(ctx, func(tx store.Tx) error {
		now = *gone // the closure may run again
		now.Nodes = slices.Clone(gone.Nodes)
		nodes, err := choose(tx)
		if err != nil {
			return err
		}
		return d.purge(ctx, tx, nodes, &now)
	})
	if err == nil {
		*gone = now
	}
	return err
}

// purge removes nodes and adds them to what went.
func (d *Deletion) purge(ctx context.Context, tx store.Tx, nodes []pedigree.Node, gone *Removed) error {
	who := pedigree.ActorOf(ctx)
	for i := range nodes {
		n := &nodes[i]
		with, err := tx.Attached(n.ID)
		if err != nil {
			return err
		}
		err = tx.AppendChange(&pedigree.Change{
			Workspace: n.Workspace, Node: n.ID, Actor: bounded(who.Name), Reason: bounded(who.Reason), What: DeletedChange, Before: obituary(n),
		})
		if err != nil {
			return err
		}
		if err := tx.Purge(n.ID); err != nil {
			return err
		}
		gone.add(n, d.List)
		gone.count(with, 1)
	}
	return nil
}

// obituary says what a node was.
func obituary(n *pedigree.Node) string {
	text, err := json.Marshal(struct {
		Kind     string `json:"kind"`
		Type     string `json:"type"`
		Name     string `json:"name"`
		UID      string `json:"uid"`
		URI      string `json:"uri,omitempty"`
		External string `json:"external_id,omitempty"`
	}{n.Type.Kind.String(), n.Type.Name, bounded(n.Name), n.UID, strings.ToValidUTF8(bounded(n.URI), "\uFFFD"), n.External})
	if err != nil {
		return err.Error() // it has strings only, which always have a JSON
	}
	return string(text)
}

// bounded keeps a text within its part of a line of the history.
func bounded(text string) string { return naming.Shorten(text, 1000) }

func idsOfNodes(nodes []pedigree.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}

// find gives the node that is to go, if it may.
func (d *Deletion) find(r store.Reader) (*pedigree.Node, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{d.Node})
	switch {
	case err != nil:
		return nil, err
	case len(nodes) == 0 || !visible(&nodes[0], d.Workspace):
		return nil, pedigree.Errorf(pedigree.NotFound, "there is no node %d", d.Node)
	case foreign(nodes[0].Type):
		return nil, pedigree.Errorf(pedigree.BadState, "node %d is of type %s, whose clients alone delete it", d.Node, nodes[0].Type.Name)
	case d.Members && nodes[0].Type.Kind != pedigree.Context:
		return nil, pedigree.Errorf(pedigree.Invalid, "node %d is an %s: only contexts have members", d.Node, nodes[0].Type.Kind)
	}
	return &nodes[0], nil
}

// memberKinds are the kinds of the members that go too.
func (d *Deletion) memberKinds() []pedigree.Kind {
	if !d.Members {
		return nil
	}
	return []pedigree.Kind{pedigree.Artifact, pedigree.Execution}
}

// members asks for the members of a kind, a page at a time.
func (d *Deletion) members(kind pedigree.Kind) *query.Selection {
	return &query.Selection{Workspace: d.Workspace, Kind: kind, Within: []pedigree.NodeID{d.Node}, By: query.Arrival, Limit: deleteBatch}
}

// page gives those of one page of the members that go with the context, and
// says where the next page starts, nil after the last.
func (d *Deletion) page(r store.Reader, q *query.Selection) (alone []pedigree.Node, next *query.Place, err error) {
	if _, err := d.find(r); err != nil {
		return nil, nil, err
	}
	nodes, next, err := r.Select(q)
	if err != nil {
		return nil, nil, err
	}
	alone, err = ofOneContext(r, nodes)
	return alone, next, err
}

// ofOneContext keeps the nodes that belong to one context and are no other
// wire's.
func ofOneContext(r store.Reader, nodes []pedigree.Node) ([]pedigree.Node, error) {
	nodes = slices.DeleteFunc(nodes, func(n pedigree.Node) bool { return foreign(n.Type) })
	members, err := r.Contexts(idsOfNodes(nodes))
	if err != nil {
		return nil, err
	}
	contexts := make(map[pedigree.NodeID]int, len(nodes))
	for _, m := range members {
		contexts[m.Node]++
	}
	return slices.DeleteFunc(nodes, func(n pedigree.Node) bool { return contexts[n.ID] != 1 }), nil
}
