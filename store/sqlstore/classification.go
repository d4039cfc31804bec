package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

const classificationColumns = "c.id, c.workspace, c.node, c.type, c.attributes, c.validity, c.propagate, c.remove_on_delete, c.not_by_lineage, c.not_by_hierarchy, " +
	"c.created_by, c.updated_by, c.created, c.updated"

var (
	classificationNewest = define("newest classification", "classification", "SELECT max(id) FROM classification")
	classificationOfNode = define("classification of a node by type", "classification_node", "SELECT id, created FROM classification WHERE node = ? AND type = ?")
	classificationInsert = define("add classification", "",
		"INSERT INTO classification (workspace, node, type, attributes, validity, propagate, remove_on_delete, not_by_lineage, not_by_hierarchy, "+
			"created_by, updated_by, created, updated) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
	classificationUpdate = define("change classification", "",
		"UPDATE classification SET attributes = ?, validity = ?, propagate = ?, remove_on_delete = ?, not_by_lineage = ?, not_by_hierarchy = ?, "+
			"updated_by = ?, updated = ? WHERE id = ?")
	classificationEnds   = define("node of a classification", "PRIMARY KEY", "SELECT node, node FROM classification WHERE id = ?")
	classificationDelete = define("remove classification", "PRIMARY KEY", "DELETE FROM classification WHERE id = ?")
	classificationsAll   = define("classifications by number", "PRIMARY KEY",
		"SELECT "+classificationColumns+" FROM classification c WHERE c.id > ? AND +c.workspace = ? ORDER BY c.id LIMIT ?")
	classificationsNamed = define("classifications of a type", "classification_type_id",
		"SELECT "+classificationColumns+" FROM classification c WHERE c.workspace = ? AND c.type = ? AND c.id > ? ORDER BY c.id LIMIT ?")
	classificationCounts = define("how many classifications there are of each type", "classification_type_id",
		"SELECT type, count(*) FROM classification WHERE workspace = ? GROUP BY type")

	carriedBy    = define("nodes that a classification is carried to", "carried_by", "SELECT node FROM carried WHERE classification = ? AND node > ? ORDER BY node LIMIT ?")
	carryAgain   = define("classifications to be carried anew", "PRIMARY KEY", "SELECT classification FROM carry_again WHERE classification > 0 ORDER BY classification LIMIT ?")
	carryAnew    = define("have a classification carried anew", "", "INSERT INTO carry_again (classification) VALUES (?) ON CONFLICT DO NOTHING")
	carriedAnew  = define("a classification was carried anew", "PRIMARY KEY", "DELETE FROM carry_again WHERE classification = ?")
	carriedFirst = define("smallest number that is carried", "carried_by", "SELECT min(classification) FROM carried")
)

func classificationsOf(given string) string {
	return given + "SELECT " + classificationColumns + " FROM given g CROSS JOIN classification c ON c.node = g.id"
}

func classificationsByID(list string) string {
	return "SELECT " + classificationColumns + " FROM classification c WHERE c.id IN (" + list + ")"
}

func carry(given string) string {
	return given + "INSERT INTO carried (node, classification) SELECT g.id, ? FROM given g WHERE g.id IS NOT NULL ON CONFLICT DO NOTHING"
}

func uncarry(given string) string {
	return given + "DELETE FROM carried WHERE node IN (SELECT g.id FROM given g) AND classification = ?"
}

func carriedTo(given string) string {
	return given + "SELECT r.node, r.classification FROM given g CROSS JOIN carried r ON r.node = g.id CROSS JOIN classification c ON c.id = r.classification"
}

func (t *tx) Classifications(nodes []pedigree.NodeID) ([]pedigree.Classification, error) {
	if newest, err := t.oneInt(classificationNewest); err != nil || newest == 0 {
		return nil, err // in many stores there is none
	}
	var all []pedigree.Classification
	err := batchesGiven(nodes, func(given string, args []any) error {
		r, err := t.conn.query(background, classificationsOf(given), args...)
		some, err := t.classifications(r, err)
		all = append(all, some...)
		return err
	})
	slices.SortFunc(all, func(a, b pedigree.Classification) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(all, func(a, b pedigree.Classification) bool { return a.ID == b.ID }), err
}

func (t *tx) ClassificationsByID(ids []pedigree.ClassificationID) ([]pedigree.Classification, error) {
	var all []pedigree.Classification
	err := batches(ids, func(list string, args []any) error {
		r, err := t.conn.query(background, classificationsByID(list), args...)
		some, err := t.classifications(r, err)
		all = append(all, some...)
		return err
	})
	return all, err
}

func (t *tx) ClassificationsOf(workspace pedigree.NodeID, names []string, after pedigree.ClassificationID, limit int) ([]pedigree.Classification, error) {
	if len(names) == 0 {
		return t.classifications(t.query(classificationsAll, after, workspace, limit))
	}
	var all []pedigree.Classification
	for _, name := range names {
		typ, err := t.findKey(definitionName, name)
		if err != nil {
			return nil, err
		}
		if typ == 0 {
			continue
		}
		some, err := t.classifications(t.query(classificationsNamed, workspace, typ, after, limit))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b pedigree.Classification) int { return cmp.Compare(a.ID, b.ID) })
	return all[:min(limit, len(all))], nil
}

func (t *tx) ClassificationCounts(workspace pedigree.NodeID) (map[string]int64, error) {
	r, err := t.query(classificationCounts, workspace)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int64)
	for r.next() {
		name, err := t.keyName(r.int(0))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		counts[name] = r.int(1)
	}
	return counts, r.close()
}

func (t *tx) classifications(r *rows, err error) ([]pedigree.Classification, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.Classification
	for r.next() {
		name, err := t.keyName(r.int(3))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		all = append(all, pedigree.Classification{
			ID: pedigree.ClassificationID(r.int(0)), Workspace: r.id(1), Node: r.id(2), Type: name, Attributes: r.text(4), Validity: r.text(5),
			Propagate: r.int(6) != 0, RemoveOnDelete: r.int(7) != 0, NotByLineage: r.int(8) != 0, NotByHierarchy: r.int(9) != 0,
			CreatedBy: r.text(10), UpdatedBy: r.text(11), Created: r.time(12), Updated: r.time(13),
		})
	}
	return all, r.close()
}

func (t *tx) PutClassification(c *pedigree.Classification) error {
	for _, text := range []string{c.Attributes, c.Validity} {
		if err := checkText("a part of the classification", text, maxJSON); err != nil {
			return err
		}
	}
	for _, user := range []string{c.CreatedBy, c.UpdatedBy} {
		if err := checkText("the user", user, maxOwner); err != nil {
			return err
		}
	}
	typ, err := t.makeKey(definitionName, c.Type)
	if err != nil {
		return classify(t.store.engine, err)
	}
	r, err := t.query(classificationOfNode, c.Node, typ)
	if err != nil {
		return err
	}
	c.ID, c.Updated = 0, t.now
	if r.next() {
		c.ID, c.Created = pedigree.ClassificationID(r.int(0)), r.time(1)
	}
	if err := r.close(); err != nil {
		return err
	}
	t.touch(c.Workspace, c.Node, pedigree.TouchClassified)
	if c.ID != 0 {
		_, err = t.exec(classificationUpdate, c.Attributes, c.Validity, c.Propagate, c.RemoveOnDelete, c.NotByLineage, c.NotByHierarchy,
			c.UpdatedBy, c.Updated, c.ID)
		if err != nil {
			return err
		}
		return t.SetCarryAgain(c.ID, true)
	}
	c.Created = t.now
	id, err := t.insert(classificationInsert, c.Workspace, c.Node, typ, c.Attributes, c.Validity, c.Propagate, c.RemoveOnDelete,
		c.NotByLineage, c.NotByHierarchy, c.CreatedBy, c.UpdatedBy, c.Created, c.Updated)
	c.ID = pedigree.ClassificationID(id)
	if err != nil || !c.Propagate {
		return err
	}
	return t.SetCarryAgain(c.ID, true)
}

func (t *tx) DeleteClassification(id pedigree.ClassificationID) (bool, error) {
	return t.untie(classificationEnds, classificationDelete, int64(id), pedigree.TouchClassified)
}

func (t *tx) CarriedTo(nodes []pedigree.NodeID) ([]pedigree.Carried, error) {
	if first, err := t.oneInt(carriedFirst); err != nil || first == 0 {
		return nil, err // in many stores there is none
	}
	var all []pedigree.Carried
	err := batchesGiven(nodes, func(given string, args []any) error {
		r, err := t.conn.query(background, carriedTo(given), args...)
		if err != nil {
			return err
		}
		for r.next() {
			all = append(all, pedigree.Carried{Node: r.id(0), Classification: pedigree.ClassificationID(r.int(1))})
		}
		return r.close()
	})
	slices.SortFunc(all, func(a, b pedigree.Carried) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Classification, b.Classification))
	})
	return slices.Compact(all), err
}

func (t *tx) CarriedBy(c pedigree.ClassificationID, after pedigree.NodeID, limit int) ([]pedigree.NodeID, error) {
	r, err := t.query(carriedBy, c, after, limit)
	if err != nil {
		return nil, err
	}
	var all []pedigree.NodeID
	for r.next() {
		all = append(all, r.id(0))
	}
	return all, r.close()
}

func (t *tx) Carry(c pedigree.ClassificationID, nodes ...pedigree.NodeID) error {
	return t.carried(carry, c, nodes)
}

// carried writes notes on many nodes by few statements.
func (t *tx) carried(statement func(given string) string, c pedigree.ClassificationID, nodes []pedigree.NodeID) error {
	t.counts |= countCarried
	return batchesGiven(nodes, func(given string, args []any) error {
		_, err := t.conn.exec(background, statement(given), append(args, c)...)
		return err
	})
}

func (t *tx) Uncarry(c pedigree.ClassificationID, nodes ...pedigree.NodeID) error {
	return t.carried(uncarry, c, nodes)
}

func (t *tx) CarryAgain(limit int) ([]pedigree.ClassificationID, error) {
	r, err := t.query(carryAgain, limit)
	if err != nil {
		return nil, err
	}
	var all []pedigree.ClassificationID
	for r.next() {
		all = append(all, pedigree.ClassificationID(r.int(0)))
	}
	return all, r.close()
}

func (t *tx) SetCarryAgain(c pedigree.ClassificationID, again bool) error {
	if again {
		_, err := t.exec(carryAnew, c)
		return err
	}
	_, err := t.exec(carriedAnew, c)
	return err
}
