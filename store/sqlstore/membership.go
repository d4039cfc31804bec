package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

func (t *tx) AddMember(context, node pedigree.NodeID) (bool, error) {
	added, err := t.exec(memberAdd, context, node)
	if added > 0 {
		t.touch(0, context, pedigree.TouchMembers)
		t.touch(0, node, pedigree.TouchMembers)
	}
	return added > 0, err
}

func (t *tx) Members(context pedigree.NodeID, typ pedigree.Type) ([]pedigree.Node, error) {
	id, err := t.findType(typ)
	if err != nil || id == 0 {
		return nil, err
	}
	return t.allNodes(t.query(members, context, id))
}

func (t *tx) Contexts(nodes []pedigree.NodeID) ([]pedigree.Membership, error) {
	all := make([]pedigree.Membership, 0, len(nodes))
	for _, contextsWhere := range []func(condition string) string{membershipsWhere, homesWhere} {
		err := eachSpan(nodes, func(run []pedigree.NodeID) (err error) {
			all, err = t.readMembers(all, run, contextsWhere("BETWEEN ? AND ?"), run[0], run[len(run)-1])
			return err
		}, func(list string, args []any) (err error) {
			all, err = t.readMembers(all, nil, contextsWhere("IN ("+list+")"), args...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b pedigree.Membership) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Context, b.Context))
	})
	return slices.Compact(all), nil // a membership may repeat the home
}

// readMembers appends what a statement gives, without nodes that are not in the
// run, if there is one.
func (t *tx) readMembers(all []pedigree.Membership, run []pedigree.NodeID, sql string, args ...any) ([]pedigree.Membership, error) {
	r, err := t.conn.query(background, sql, args...)
	if err != nil {
		return nil, err
	}
	asked := filter[pedigree.NodeID]{run}
	for r.next() {
		if m := (pedigree.Membership{Node: r.id(0), Context: r.id(1)}); run == nil || asked.has(m.Node) {
			all = append(all, m)
		}
	}
	return all, r.close()
}

// membershipsWhere gives memberships of nodes on whose number there is a
// condition, by node.
func membershipsWhere(condition string) string {
	return "SELECT m.node, m.context FROM membership m WHERE m.node " + condition + " ORDER BY m.node"
}

// homesWhere gives homes that are not the workspace, by node.
func homesWhere(condition string) string {
	return "SELECT n.id, n.home FROM node n WHERE n.id " + condition + " AND n.home <> n.workspace ORDER BY n.id"
}
