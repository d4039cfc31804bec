package sqlstore

import (
	"github.com/pedigree-ml/pedigree"
)

// Limits of text columns, in bytes. Where a column is part of an index, the
// limit is what the indexes of every engine can hold.
const (
	maxUID      = 255
	maxName     = 2000 // of a context, whose name is unique
	maxLabel    = 32_000
	maxVersion  = 255
	maxState    = 64
	maxOwner    = 1000
	maxExternal = 1000
	maxURL      = 8000
	maxURI      = 1 << 20 // of any bytes; wires have limits of their own
)

// readNode reads nodeColumns, which stand first in the row.
func (t *tx) readNode(r *rows) (pedigree.Node, error) {
	typ, err := t.typeByID(r.int(3))
	return pedigree.Node{
		ID: r.id(0), Workspace: r.id(1), Home: r.id(2), Type: typ, TypeID: pedigree.TypeID(r.int(3)),
		UID: r.text(4), Name: r.text(5), Version: r.text(6), State: r.text(7), Owner: r.text(8), URI: r.text(9),
		Created: r.time(10), Updated: r.time(11), Started: r.time(12), Ended: r.time(13), Deleted: r.time(14), External: r.text(15),
	}, err
}

// oneNode reads the first row of a result and closes it.
func (t *tx) oneNode(r *rows, err error) (pedigree.Node, error) {
	if err != nil {
		return pedigree.Node{}, err
	}
	n, found := pedigree.Node{}, r.next()
	if found {
		n, err = t.readNode(r)
	}
	if end := r.close(); end != nil {
		return n, end
	}
	if err == nil && !found {
		err = errNotFound
	}
	return n, err
}

// allNodes reads a result to its end and closes it.
func (t *tx) allNodes(r *rows, err error) ([]pedigree.Node, error) {
	if err != nil {
		return nil, err
	}
	var nodes []pedigree.Node
	for r.next() {
		n, err := t.readNode(r)
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, r.close()
}

func (t *tx) Node(workspace pedigree.NodeID, typ pedigree.Type, uid string) (pedigree.Node, error) {
	return t.lookup(nodeByUID, workspace, typ, uid)
}

func (t *tx) NodeNamed(workspace pedigree.NodeID, typ pedigree.Type, name string) (pedigree.Node, error) {
	return t.lookup(nodeByName, workspace, typ, name)
}

func (t *tx) lookup(s *shape, workspace pedigree.NodeID, typ pedigree.Type, text string) (pedigree.Node, error) {
	id, err := t.findType(typ)
	if err != nil {
		return pedigree.Node{}, err
	}
	if id == 0 {
		return pedigree.Node{}, errNotFound
	}
	return t.oneNode(t.query(s, workspace, id, text))
}

func (t *tx) Nodes(ids []pedigree.NodeID) ([]pedigree.Node, error) {
	found := make(map[pedigree.NodeID]pedigree.Node, len(ids))
	err := batches(ids, func(list string, args []any) error {
		nodes, err := t.allNodes(t.conn.query(background, nodesByID(list), args...))
		for _, n := range nodes {
			found[n.ID] = n
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	nodes := make([]pedigree.Node, 0, len(ids))
	for _, id := range ids {
		if n, ok := found[id]; ok {
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

func nodesByID(list string) string {
	return "SELECT " + nodeColumns + " FROM node n WHERE n.id IN (" + list + ")"
}

func (t *tx) NextNumber(workspace pedigree.NodeID, sequence string) (int64, error) {
	t.wrote = true
	return t.oneInt(sequenceNext, workspace, sequence)
}

func (t *tx) CreateNode(n *pedigree.Node) error {
	if err := checkNode(n); err != nil {
		return err
	}
	typ, err := t.makeType(n.Type)
	if err != nil {
		return err
	}
	n.Created, n.Updated = t.now, t.now
	id, err := t.insert(nodeInsert, n.Workspace, n.Home, n.Type.Kind, typ, n.UID, n.Name, n.Version, n.State, n.Owner, n.URI,
		n.Created, n.Updated, n.Started, n.Ended, n.Deleted, optional(n.External))
	if err != nil {
		return classify(t.store.engine, err)
	}
	n.ID, n.TypeID = pedigree.NodeID(id), pedigree.TypeID(typ)
	t.made = newborn{id: n.ID}
	t.touch(n.Workspace, n.ID, pedigree.TouchCreated)
	binned := n.Deleted.Set()
	_, err = t.exec(typeUsed, n.Workspace, typ, !binned, binned)
	return err
}

// A newborn is the node that a closure made last, which has nothing yet but what is
// noted here: what else there might be of other nodes need not be looked for.
type newborn struct {
	id    pedigree.NodeID
	said  bool    // it has properties
	holds []int64 // keys of its unique values
}

func (t *tx) UpdateNode(n *pedigree.Node) error {
	if err := checkNode(n); err != nil {
		return err
	}
	n.Updated = t.after(n.Updated)
	changed, err := t.exec(nodeUpdate, n.Name, n.Version, n.State, n.Owner, n.URI, n.Updated, n.Started, n.Ended, n.Deleted, optional(n.External), n.ID)
	if err == nil && changed == 0 {
		err = errNotFound
	}
	t.touch(n.Workspace, n.ID, pedigree.TouchNode)
	return classify(t.store.engine, err)
}

func (t *tx) TouchNode(n *pedigree.Node) error {
	n.Updated = t.after(n.Updated)
	changed, err := t.exec(nodeTouch, n.Updated, n.ID)
	if err == nil && changed == 0 {
		err = errNotFound
	}
	t.touch(n.Workspace, n.ID, pedigree.TouchNode)
	return classify(t.store.engine, err)
}

// after gives the time of a change that comes after another.
func (t *tx) after(last pedigree.Time) pedigree.Time { return max(t.now, last+1) }

func checkNode(n *pedigree.Node) error {
	name := maxLabel
	if n.Type.Kind == pedigree.Context {
		name = maxName
	}
	for _, c := range []struct {
		what, text string
		limit      int
	}{
		{"the identity", n.UID, maxUID},
		{"the name", n.Name, name},
		{"the version", n.Version, maxVersion},
		{"the state", n.State, maxState},
		{"the owner", n.Owner, maxOwner},
		{"the external id", n.External, maxExternal},
	} {
		if err := checkText(c.what, c.text, c.limit); err != nil {
			return err
		}
	}
	if len(n.URI) > maxURI {
		return pedigree.Errorf(pedigree.Invalid, "the URI is longer than %d bytes", maxURI)
	}
	return nil
}

// optional gives a text that may be absent to a column that is NULL then.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (t *tx) SetDeletedAt(home pedigree.NodeID, typ pedigree.Type, when pedigree.Time) error {
	id, err := t.findType(typ)
	if err != nil || id == 0 {
		return err
	}
	t.touch(0, home, pedigree.TouchHome)
	if when.Set() {
		_, err = t.exec(nodesToBin, when, home, id)
	} else {
		_, err = t.exec(nodesFromBin, home, id)
	}
	return err
}

func (t *tx) Purge(id pedigree.NodeID) error {
	nodes, err := t.Nodes([]pedigree.NodeID{id})
	if err != nil || len(nodes) == 0 {
		return err
	}
	t.touchPurged(&nodes[0])
	for _, s := range []*shape{nodesPurgeLive, nodesPurgeInBin, nodePurge} {
		if _, err := t.exec(s, id); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Deleted(before pedigree.Time, limit int) ([]pedigree.Node, error) {
	return t.allNodes(t.query(nodesDeleted, before, limit))
}
