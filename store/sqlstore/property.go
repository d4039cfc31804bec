package sqlstore

import (
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// maxKey bounds the name of a property or metric, in bytes.
const maxKey = 1000

func (t *tx) Property(id pedigree.NodeID, space pedigree.Space, key string) (value string, ok bool, err error) {
	k, err := t.findKey(space, key)
	if err != nil || k == 0 {
		return "", false, err
	}
	return t.property(id, space, k)
}

func (t *tx) property(id pedigree.NodeID, space pedigree.Space, key int64) (value string, ok bool, err error) {
	r, err := t.query(propertyByKey, id, space, key)
	if err != nil {
		return "", false, err
	}
	if ok = r.next(); ok {
		value = r.text(0)
	}
	return value, ok, r.close()
}

func (t *tx) PutProperties(n *pedigree.Node, properties ...pedigree.Property) error {
	if len(properties) > 0 {
		t.touch(n.Workspace, n.ID, pedigree.TouchProperties)
	}
	first := t.first(n, properties)
	for i := range properties {
		key, err := t.propertyKey(properties[i])
		if err != nil {
			return err
		}
		if err := t.putProperty(n, key, &properties[i], first); err != nil {
			return err
		}
	}
	return nil
}

// first reports whether properties are the first of a node, each of another key.
// Such a row is written by a statement that cannot meet another: SQLite keeps a copy
// of each page that a statement changes which may have to be undone half-way.
func (t *tx) first(n *pedigree.Node, properties []pedigree.Property) bool {
	if t.made.id != n.ID || t.made.said {
		return false
	}
	t.made.said = true
	type name struct {
		space pedigree.Space
		key   string
	}
	seen := make(map[name]bool, len(properties))
	for i := range properties {
		seen[name{properties[i].Space, properties[i].Key}] = true
	}
	return len(seen) == len(properties)
}

func (t *tx) AddProperty(n *pedigree.Node, p pedigree.Property) (standing string, added bool, err error) {
	key, err := t.propertyKey(p)
	if err != nil {
		return "", false, err
	}
	t.made = newborn{}
	text, more := split(p.Value)
	changed, err := t.exec(propertyAdd, n.ID, p.Space, key, n.Home, t.entityType(n), text, more)
	if err != nil || changed == 1 {
		t.touch(n.Workspace, n.ID, pedigree.TouchProperties)
		return p.Value, err == nil, err
	}
	standing, _, err = t.property(n.ID, p.Space, key)
	return standing, false, err
}

func (t *tx) putProperty(n *pedigree.Node, key int64, p *pedigree.Property, first bool) error {
	if !typed(p.Space) {
		write := propertyPut
		if first {
			write = propertyAdd
		}
		text, more := split(p.Value)
		_, err := t.exec(write, n.ID, p.Space, key, n.Home, t.entityType(n), text, more)
		return err
	}
	v := valueOf(p)
	var long any
	if isLong(p) {
		id, err := t.insert(longInsert, []byte(p.Value))
		if err != nil {
			return err
		}
		long, v.more, v.data = id, nil, nil
	}
	write := propertyPutTyped
	if first {
		write = propertyInsert
	}
	_, err := t.exec(write, n.ID, p.Space, key, n.Home, t.entityType(n), v.form, v.text, v.more, v.num, v.int, v.data, long)
	return err
}

// entityType gives the type of entities of the catalog, for the indexes that begin
// with it, and nothing for other nodes.
func (t *tx) entityType(n *pedigree.Node) any {
	if !isEntity(n.Type) {
		return nil
	}
	if n.TypeID != 0 {
		return n.TypeID
	}
	id, err := t.findType(n.Type)
	if err != nil || id == 0 { // whatever is wrong, the statement meets it, too
		return nil
	}
	return id
}

// isEntity tells nodes that the catalog made by their types.
func isEntity(t pedigree.Type) bool { return t.Protocol() == pedigree.ProtocolAtlas }

func (t *tx) propertyKey(p pedigree.Property) (int64, error) {
	if err := checkText("the key", p.Key, maxKey); err != nil {
		return 0, err
	}
	if p.Form != pedigree.Text {
		if !typed(p.Space) {
			return 0, pedigree.Errorf(pedigree.Invalid, "a %s is text", p.Space)
		}
		return t.makeKey(p.Space, p.Key)
	}
	if err := checkText("the value", p.Value, math.MaxInt32); err != nil {
		return 0, err
	}
	return t.makeKey(p.Space, p.Key)
}

func (t *tx) DeleteProperty(n *pedigree.Node, space pedigree.Space, key string) (bool, error) {
	k, err := t.findKey(space, key)
	if err != nil || k == 0 {
		return false, err
	}
	changed, err := t.exec(propertyDelete, n.ID, space, k)
	if changed > 0 {
		t.touch(n.Workspace, n.ID, pedigree.TouchProperties)
	}
	return changed > 0, err
}

func (t *tx) Facts(ids []pedigree.NodeID, spaces ...pedigree.Space) ([]pedigree.Facts, error) {
	facts := make([]pedigree.Facts, len(ids))
	at := make(map[pedigree.NodeID]*pedigree.Facts, len(ids))
	for i, id := range ids {
		at[id] = &facts[i]
	}
	texts := slices.DeleteFunc(slices.Clone(spaces), func(s pedigree.Space) bool { return s == pedigree.Metric })
	err := batches(ids, func(list string, args []any) error {
		if len(texts) < len(spaces) || len(spaces) == 0 {
			if err := t.readLatest(list, args, at); err != nil {
				return err
			}
		}
		if len(texts) > 0 || len(spaces) == 0 {
			return t.readProperties(list, args, texts, at)
		}
		return nil
	})
	for i, id := range ids { // an identity asked for twice
		if f := at[id]; f != &facts[i] {
			facts[i] = *f
		}
	}
	return facts, err
}

// Properties and latest points are read apart, though they lie together: each
// column of each row costs, and they share few. For the same reason the columns
// of values that are not text are read only where there may be such.

func propertiesOf(list string, spaces []pedigree.Space) string {
	sql := "SELECT node, space, key, text, more" + valueColumns(spaces) + " FROM property WHERE node IN (" + list + ") AND space "
	if len(spaces) == 0 {
		return sql + "<> 4 ORDER BY node, space, key"
	}
	return sql + "IN (" + placeholders(len(spaces)) + ") ORDER BY node, space, key"
}

func latestOf(list string) string {
	return "SELECT node, key, num, time, step FROM property WHERE node IN (" + list + ") AND space = 4 ORDER BY node, key"
}

func (t *tx) readProperties(list string, args []any, spaces []pedigree.Space, at map[pedigree.NodeID]*pedigree.Facts) error {
	for _, s := range spaces {
		args = append(args, s)
	}
	r, err := t.conn.query(background, propertiesOf(list, spaces), args...)
	if err != nil {
		return err
	}
	values := valueColumns(spaces) != ""
	var long []longRead
	for r.next() {
		key, err := t.keyName(r.int(2))
		if err != nil {
			_ = r.close() // the first error counts
			return err
		}
		p := pedigree.Property{Space: pedigree.Space(r.int(1)), Key: key}
		if values {
			readValue(r, 3, &p)
		} else {
			p.Value = readText(r, 3)
		}
		f := at[r.id(0)]
		if values && !r.null(9) {
			long = append(long, longRead{f, len(f.Properties), r.int(9)})
		}
		f.Properties = append(f.Properties, p)
	}
	if err := r.close(); err != nil || len(long) == 0 {
		return err
	}
	return t.readLong(long)
}

func (t *tx) readLatest(list string, args []any, at map[pedigree.NodeID]*pedigree.Facts) error {
	r, err := t.conn.query(background, latestOf(list), args...)
	if err != nil {
		return err
	}
	for r.next() {
		key, err := t.keyName(r.int(1))
		if err != nil {
			_ = r.close() // the first error counts
			return err
		}
		value := math.NaN()
		if !r.null(2) {
			value = r.float(2)
		}
		f := at[r.id(0)]
		f.Metrics = append(f.Metrics, pedigree.Point{Key: key, Value: value, Time: r.time(3), Step: r.int(4)})
	}
	return r.close()
}
