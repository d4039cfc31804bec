package sqlstore

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// typeNodes keeps the nodes of a type, in the bin or not.
type typeNodes struct {
	workspace pedigree.NodeID
	typ       int64
}

var nodesOfType = define("nodes of a type", "node_type", "SELECT n.id FROM node n WHERE n.workspace = ? AND n.type = ?")

func (k typeNodes) make(t *tx) (keepable, error) {
	return t.setOf(t.conn.query(t.ctx, nodesOfType.sql, k.workspace, k.typ))
}

func (typeNodes) touched() pedigree.Touch { return pedigree.TouchCreated | pedigree.TouchHome }

func (k typeNodes) renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	return t.renewedSet(old, nodes, " n.id FROM given g CROSS JOIN node n ON n.id = g.id WHERE +n.workspace = ? AND +n.type = ?", k.workspace, k.typ)
}

// binnedNodes keeps what is in the bin.
type binnedNodes struct{}

var nodesInBin = define("nodes in the bin", "node_in_bin", "SELECT n.id FROM node n WHERE n.deleted IS NOT NULL AND n.id > 0")

func (binnedNodes) make(t *tx) (keepable, error) {
	return t.setOf(t.conn.query(t.ctx, nodesInBin.sql))
}

func (binnedNodes) touched() pedigree.Touch {
	return pedigree.TouchCreated | pedigree.TouchNode | pedigree.TouchHome
}

func (binnedNodes) renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	return t.renewedSet(old, nodes, " n.id FROM given g CROSS JOIN node n ON n.id = g.id WHERE n.deleted IS NOT NULL")
}

// classNodes keeps what is of a class itself, or of any where the class is 0.
type classNodes struct {
	workspace pedigree.NodeID
	class     int64
}

var (
	nodesOfClass    = define("nodes of a class", "classification_type_id", "SELECT c.node FROM classification c WHERE c.workspace = ? AND c.type = ?")
	nodesClassified = define("nodes of any class", "classification_node", "SELECT c.node FROM classification c WHERE c.node > 0")
)

func (k classNodes) make(t *tx) (keepable, error) {
	if k.class == 0 {
		return t.setOf(t.conn.query(t.ctx, nodesClassified.sql))
	}
	return t.setOf(t.conn.query(t.ctx, nodesOfClass.sql, k.workspace, k.class))
}

func (classNodes) touched() pedigree.Touch { return pedigree.TouchClassified }

func (k classNodes) renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	from := " c.node FROM given g CROSS JOIN classification c ON c.node = g.id"
	if k.class == 0 {
		return t.renewedSet(old, nodes, from)
	}
	return t.renewedSet(old, nodes, from+" WHERE c.type = ?", k.class)
}

// carriedNodes keeps to what a class is carried, as far as it is noted; any class
// where it is 0.
type carriedNodes struct {
	workspace pedigree.NodeID
	class     int64
}

var (
	nodesCarriedTo = define("nodes that a class is carried to", "classification_type_id",
		"SELECT k.node FROM classification c CROSS JOIN carried k ON k.classification = c.id WHERE c.workspace = ? AND c.type = ?")
	nodesCarriedAny = define("nodes that any class is carried to", "PRIMARY KEY",
		"SELECT k.node FROM carried k CROSS JOIN classification c ON c.id = k.classification WHERE k.node > 0")
)

func (k carriedNodes) make(t *tx) (keepable, error) {
	if k.class == 0 {
		return t.setOf(t.conn.query(t.ctx, nodesCarriedAny.sql))
	}
	return t.setOf(t.conn.query(t.ctx, nodesCarriedTo.sql, k.workspace, k.class))
}

// marks are how often notes were changed.
func (carriedNodes) marks(t *tx) (marks [2]int64, err error) {
	marks[0], err = t.oneInt(sequenceAt, 0, carriedSequence)
	return marks, err
}

func (carriedNodes) touched() pedigree.Touch { return pedigree.TouchClassified }

// renewed has it made anew: a classification that is gone leaves notes of which only
// it tells that they are none.
func (carriedNodes) renewed(*tx, keepable, []pedigree.NodeID) (keepable, error) { return nil, nil }

// wordNodes keeps what the index of words finds.
type wordNodes struct{ match string }

func (k wordNodes) make(t *tx) (keepable, error) {
	return t.setOf(t.conn.query(t.ctx, wordsMatched, k.match))
}

const wordsMatched = "SELECT t.rowid FROM node_text t WHERE t.node_text MATCH ?"

// marks are how often the index was changed.
func (wordNodes) marks(t *tx) (marks [2]int64, err error) {
	marks[0], err = t.oneInt(sequenceAt, 0, wordsSequence)
	return marks, err
}

func (wordNodes) touched() pedigree.Touch { return 0 }

// renewed leaves out what was purged.
func (wordNodes) renewed(_ *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	set, _ := old.(nodeSet)
	return set.changed(nodes, func(pedigree.NodeID) bool { return false }), nil
}

// setOf reads a set to its end.
func (t *tx) setOf(r *rows, err error) (nodeSet, error) {
	if err != nil {
		return nil, err
	}
	set := nodeSet{}
	for r.next() {
		set.add(r.id(0))
	}
	return set, r.close()
}

// renewedSet reads which of some nodes are in a set now.
func (t *tx) renewedSet(old keepable, nodes []pedigree.NodeID, from string, args ...any) (keepable, error) {
	set, _ := old.(nodeSet)
	in := make(map[pedigree.NodeID]bool)
	err := batchesGiven(nodes, func(given string, ids []any) error {
		r, err := t.conn.query(t.ctx, given+"SELECT"+from, append(ids, args...)...)
		if err != nil {
			return err
		}
		for r.next() {
			in[r.id(0)] = true
		}
		return r.close()
	})
	return set.changed(nodes, func(id pedigree.NodeID) bool { return in[id] }), err
}

// propertyColumn keeps a property of entities of the catalog.
type propertyColumn struct {
	workspace pedigree.NodeID
	space     pedigree.Space
	key       int64
	form      pedigree.Form // Text, Int or Double
}

func (k propertyColumn) make(t *tx) (keepable, error) {
	types, err := t.entityTypes(k.workspace)
	if err != nil {
		return nil, err
	}
	var all []*column
	for _, typ := range types {
		one, err := k.ofType(t, typ)
		if err != nil {
			return nil, err
		}
		if one == nil {
			return unkept{}, nil
		}
		if one.values.len() > 0 {
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return &column{values: values{form: k.form}}, nil
	}
	for len(all) > 1 { // two by two, so that none is copied often
		slices.SortFunc(all, func(a, b *column) int { return a.values.len() - b.values.len() })
		all = append(all[2:], all[0].merged(all[1]))
	}
	return all[0], nil
}

// entityTypes gives the numbers of the types of entities that are used.
func (t *tx) entityTypes(workspace pedigree.NodeID) ([]int64, error) {
	used, err := t.TypesUsed(workspace)
	var types []int64
	for _, u := range used {
		if !isEntity(u.Type) {
			continue
		}
		id, err := t.findType(u.Type)
		if err != nil {
			return nil, err
		}
		types = append(types, id)
	}
	return types, err
}

// columnOfType writes what is read of a type to make a column: along an index, which
// has all but long values.
func columnOfType(column string) string {
	columns, order := "o."+column, "o."+column
	if column == "text" {
		columns, order = "o.text, o.more", "o.text, o.more"
	}
	return "SELECT o.node, " + columns + " FROM property o WHERE o.type = ? AND o.key = ? AND o." + column + " IS NOT NULL ORDER BY " + order
}

var columnsOfType = map[string]*shape{
	"text": define("texts of a type", "property_entity_text", columnOfType("text")),
	"int":  define("whole numbers of a type", "property_entity_int", columnOfType("int")),
	"num":  define("numbers of a type", "property_entity_num", columnOfType("num")),
}

// mostLong is how many values may have to be looked at again, for they may be long.
const mostLong = 20_000

// ofType reads the column of a type, nil where it is too large.
func (k propertyColumn) ofType(t *tx, typ int64) (*column, error) {
	c := &column{values: values{form: k.form}}
	r, err := t.conn.query(t.ctx, columnsOfType[columnOf(k.form)].sql, typ, k.key)
	if err != nil {
		return nil, err
	}
	var cut []pedigree.NodeID
	room := t.store.columns.room / largestShare
	for r.next() {
		switch k.form {
		case pedigree.Int:
			c.put(r.id(0), r.int(1))
		case pedigree.Double:
			c.put(r.id(0), r.float(1))
		default:
			text := r.text(1)
			if !r.null(2) {
				text += r.text(2)
			} else if !isWhole(text) {
				cut = append(cut, r.id(0))
			}
			c.put(r.id(0), text)
		}
		if c.values.bytes() > room || len(cut) > mostLong {
			return nil, r.close()
		}
	}
	c.values.trim()
	if err := r.close(); err != nil || len(cut) == 0 {
		return c, err
	}
	return k.withLong(t, c, cut)
}

// withLong puts long values in their places.
func (k propertyColumn) withLong(t *tx, c *column, cut []pedigree.NodeID) (*column, error) {
	long := make(map[pedigree.NodeID]any)
	err := batchesGiven(cut, func(given string, ids []any) error {
		r, err := t.conn.query(t.ctx, longOf(given), append(ids, k.space, k.key)...)
		if err != nil {
			return err
		}
		for r.next() {
			long[r.id(0)] = r.text(1)
		}
		return r.close()
	})
	if err != nil || len(long) == 0 {
		return c, err
	}
	return c.changed(long), nil
}

func longOf(given string) string {
	return given + "SELECT p.node, " + textOf("p") + " FROM given g CROSS JOIN property p ON p.node = g.id AND p.space = ? AND p.key = ? WHERE p.long IS NOT NULL"
}

func (propertyColumn) touched() pedigree.Touch {
	return pedigree.TouchCreated | pedigree.TouchProperties
}

func (k propertyColumn) renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	value := textOf("p")
	if k.form != pedigree.Text {
		value = "p." + columnOf(k.form)
	}
	return t.renewedColumn(old, nodes, value+" FROM given g CROSS JOIN property p ON p.node = g.id AND p.space = ? AND p.key = ? WHERE p.type IS NOT NULL AND p."+columnOf(k.form)+" IS NOT NULL",
		"p.node", k.space, k.key)
}

// renewedColumn reads what some nodes have in a column now.
func (t *tx) renewedColumn(old keepable, nodes []pedigree.NodeID, from, node string, args ...any) (keepable, error) {
	c, _ := old.(*column)
	now := make(map[pedigree.NodeID]any, len(nodes))
	for _, id := range nodes {
		now[id] = nil
	}
	err := batchesGiven(nodes, func(given string, ids []any) error {
		r, err := t.conn.query(t.ctx, given+"SELECT "+node+", "+from, append(ids, args...)...)
		if err != nil {
			return err
		}
		return c.readInto(now, r)
	})
	return c.changed(now), err
}

// readInto reads nodes and what they have now.
func (c *column) readInto(now map[pedigree.NodeID]any, r *rows) error {
	for r.next() {
		switch {
		case r.null(1):
			now[r.id(0)] = nil
		case c.values.form == pedigree.Int:
			now[r.id(0)] = r.int(1)
		case c.values.form == pedigree.Double:
			now[r.id(0)] = r.float(1)
		default:
			now[r.id(0)] = r.text(1)
		}
	}
	return r.close()
}

// reading gives the column with what is read of some nodes.
func (c *column) reading(r *rows) (*column, error) {
	now := make(map[pedigree.NodeID]any)
	err := c.readInto(now, r)
	return c.changed(now), err
}

// timeColumn keeps when entities of the catalog were created, or updated.
type timeColumn struct {
	workspace pedigree.NodeID
	of        query.Attr
}

var timesOfType = map[query.Attr]*shape{
	query.Created: define("when nodes of a type were created", "node_type", "SELECT n.id, n.created FROM node n WHERE n.workspace = ? AND n.type = ?"),
	query.Updated: define("when nodes of a type were updated", "node_type", "SELECT n.id, n.updated FROM node n WHERE n.workspace = ? AND n.type = ?"),
}

func (k timeColumn) make(t *tx) (keepable, error) {
	types, err := t.entityTypes(k.workspace)
	if err != nil {
		return nil, err
	}
	type moment struct {
		node pedigree.NodeID
		time int64
	}
	var all []moment
	for _, typ := range types {
		r, err := t.conn.query(t.ctx, timesOfType[k.of].sql, k.workspace, typ)
		if err != nil {
			return nil, err
		}
		for r.next() {
			all = append(all, moment{r.id(0), r.int(1)})
		}
		if err := r.close(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return int(min(max(a.time-b.time, -1), 1)) })
	c := &column{values: values{form: pedigree.Int}}
	for _, m := range all {
		c.put(m.node, m.time)
	}
	c.values.trim()
	return c, nil
}

// touched is anything, for anything may go with a time.
func (timeColumn) touched() pedigree.Touch { return ^pedigree.TouchHome }

func (k timeColumn) renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	types, err := t.entityTypes(k.workspace)
	if err != nil {
		return nil, err
	}
	return t.renewedColumn(old, nodes, "n."+attrColumns[k.of][2:]+" FROM given g CROSS JOIN node n ON n.id = g.id WHERE +n.workspace = ? AND +n.type IN "+listed, "n.id", k.workspace, jsonList(types))
}
