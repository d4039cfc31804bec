package sqlstore

import (
	"math"

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
	for _, p := range properties {
		key, err := t.propertyKey(p)
		if err != nil {
			return err
		}
		if _, err := t.exec(propertyPut, n.ID, p.Space, key, n.Home, p.Value); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) AddProperty(n *pedigree.Node, p pedigree.Property) (standing string, added bool, err error) {
	key, err := t.propertyKey(p)
	if err != nil {
		return "", false, err
	}
	changed, err := t.exec(propertyAdd, n.ID, p.Space, key, n.Home, p.Value)
	if err != nil || changed == 1 {
		return p.Value, err == nil, err
	}
	standing, _, err = t.property(n.ID, p.Space, key)
	return standing, false, err
}

func (t *tx) propertyKey(p pedigree.Property) (int64, error) {
	if err := checkText("the key", p.Key, maxKey); err != nil {
		return 0, err
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
	return changed > 0, err
}

func (t *tx) Facts(ids []pedigree.NodeID, spaces ...pedigree.Space) ([]pedigree.Facts, error) {
	facts := make([]pedigree.Facts, len(ids))
	at := make(map[pedigree.NodeID]*pedigree.Facts, len(ids))
	for i, id := range ids {
		at[id] = &facts[i]
	}
	err := batches(ids, func(list string, args []any) error {
		for _, s := range spaces {
			args = append(args, s)
		}
		return t.readFacts(factsOf(list, len(spaces)), args, at)
	})
	for i, id := range ids { // an identity asked for twice
		if f := at[id]; f != &facts[i] {
			facts[i] = *f
		}
	}
	return facts, err
}

func factsOf(list string, spaces int) string {
	sql := "SELECT node, space, key, text, num, time, step FROM property WHERE node IN (" + list + ")"
	if spaces > 0 {
		sql += " AND space IN (" + placeholders(spaces) + ")"
	}
	return sql + " ORDER BY node, space, key"
}

func (t *tx) readFacts(sql string, args []any, at map[pedigree.NodeID]*pedigree.Facts) error {
	r, err := t.conn.query(background, sql, args...)
	if err != nil {
		return err
	}
	for r.next() {
		if err := t.addFact(at[r.id(0)], r); err != nil {
			_ = r.close() // the first error counts
			return err
		}
	}
	return r.close()
}

func (t *tx) addFact(f *pedigree.Facts, r *rows) error {
	key, err := t.keyName(r.int(2))
	if err != nil {
		return err
	}
	if space := pedigree.Space(r.int(1)); space != pedigree.Metric {
		f.Properties = append(f.Properties, pedigree.Property{Space: space, Key: key, Value: r.text(3)})
		return nil
	}
	value := math.NaN()
	if !r.null(4) {
		value = r.float(4)
	}
	f.Metrics = append(f.Metrics, pedigree.Point{Key: key, Value: value, Time: r.time(5), Step: r.int(6)})
	return nil
}
