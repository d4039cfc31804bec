package sqlstore

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

func (t *tx) Sample(q *query.Selection, limit int) (nodes []store.Sampled, more bool, err error) {
	newest := *q
	newest.After, newest.Limit, newest.By, newest.Desc = nil, limit, query.Arrival, true
	s, err := t.selection(&newest)
	if err != nil || s == nil {
		return nil, false, err
	}
	text, err := s.text("SELECT n.id, n.type, n.state, n.owner, n.created FROM node n")
	if err != nil {
		return nil, false, err
	}
	r, err := t.conn.query(t.ctx, text.String(), text.args...)
	if err != nil {
		return nil, false, err
	}
	for r.next() {
		typ, err := t.typeByID(r.int(1))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, false, err
		}
		nodes = append(nodes, store.Sampled{ID: r.id(0), Type: typ, State: r.text(2), Owner: r.text(3), Created: r.time(4)})
	}
	if more = len(nodes) > limit; more {
		nodes = nodes[:limit]
	}
	return nodes, more, r.close()
}

func keysUsed(list string) string {
	return "SELECT key FROM property WHERE node IN (" + list + ") AND space = ?"
}

func (t *tx) KeysUsed(nodes []pedigree.NodeID, space pedigree.Space, limit int) (keys []store.KeyCount, more bool, err error) {
	used := make(map[int64]int64)
	err = batches(nodes, func(list string, args []any) error {
		r, err := t.conn.query(t.ctx, keysUsed(list), append(args, space)...)
		if err != nil {
			return err
		}
		for r.next() {
			used[r.int(0)]++
		}
		return r.close()
	})
	if err != nil {
		return nil, false, err
	}
	ids := slices.SortedFunc(maps.Keys(used), func(a, b int64) int { return cmp.Or(cmp.Compare(used[b], used[a]), cmp.Compare(a, b)) })
	for _, id := range ids[:min(len(ids), limit)] {
		name, err := t.keyName(id)
		if err != nil {
			return nil, false, err
		}
		keys = append(keys, store.KeyCount{Key: name, Nodes: used[id]})
	}
	return keys, len(ids) > limit, nil
}
