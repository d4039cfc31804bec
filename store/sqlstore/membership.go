package sqlstore

import "github.com/pedigree-ml/pedigree"

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
	var all []pedigree.Membership
	err := batches(nodes, func(list string, args []any) error {
		r, err := t.conn.query(background, contextsOf(list), append(args, args...)...)
		if err != nil {
			return err
		}
		for r.next() {
			all = append(all, pedigree.Membership{Node: r.id(0), Context: r.id(1)})
		}
		return r.close()
	})
	return all, err
}

// contextsOf gives memberships and homes that are not the workspace. UNION
// drops a membership that repeats the home.
func contextsOf(list string) string {
	return "SELECT m.node, m.context FROM membership m WHERE m.node IN (" + list + ") UNION " +
		"SELECT n.id, n.home FROM node n WHERE n.id IN (" + list + ") AND n.home <> n.workspace ORDER BY 1, 2"
}
