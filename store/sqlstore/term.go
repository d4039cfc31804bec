package sqlstore

import (
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// term is one term of a sort, as SQL. Its rank is 0 where the node has a
// value, 1 where the value is NaN, 2 where there is none; its value counts
// where the rank is 0.
type term struct {
	query.Order
	tx    *tx
	alias string // of the property joined for it
	key   int64  // number of the property's key

	column string // that an index in order of the term gives, where it is not the node's own
}

func (t *tx) terms(q *query.Query) []term {
	terms := make([]term, len(q.Order))
	for i, o := range q.Order {
		terms[i] = term{Order: o, tx: t, alias: "s" + strconv.Itoa(i)}
		if f, ok := o.Field.(query.Property); ok {
			// An error leaves 0, the key that nothing has; the statement after
			// this one meets the same broken connection and reports it.
			terms[i].key, _ = t.findKey(f.Space, f.Key)
		}
	}
	return terms
}

// walks lists the ranks that nodes can have in this term, when a walk in order
// of it can be had for each.
func (t term) walks() []int {
	switch f := t.Field.(type) {
	case query.Property:
		if f.Space == pedigree.Metric {
			return []int{0, 1, 2}
		}
		return []int{0, 2}
	case query.Attr:
		if f == query.Started {
			return []int{0, 2}
		}
	}
	return []int{allRanks}
}

// requiredBy reports whether every match of the condition has a value here, a
// number for a metric.
func (t term) requiredBy(e query.Expr) bool {
	switch e := e.(type) {
	case query.And:
		for _, x := range e {
			if t.requiredBy(x) {
				return true
			}
		}
	case query.Compare:
		if e.Op == query.IsNull || e.Op == query.NotNull || e.Op == query.Ne {
			return false
		}
		f, ok := t.Field.(query.Property)
		g, same := e.Field.(query.Property)
		return ok && same && f == g
	}
	return false
}

func (t term) metric() bool {
	f, ok := t.Field.(query.Property)
	return ok && f.Space == pedigree.Metric
}

// join brings in the property that the term sorts by.
func (t term) join(s *sqlText) {
	if f, ok := t.Field.(query.Property); ok {
		s.add(" LEFT JOIN property "+t.alias+" ON "+t.alias+".node = n.id AND "+t.alias+".space = ? AND "+t.alias+".key = ?", f.Space, t.key)
	}
}

// value writes the expression that the term sorts by.
func (t term) value(s *sqlText) {
	if t.column != "" {
		s.add(t.column)
		return
	}
	switch f := t.Field.(type) {
	case query.Attr:
		s.add(attrColumns[f])
	case query.Property:
		if t.metric() {
			s.add(t.alias + ".num")
		} else {
			s.add(textIn(f.Space, t.alias))
		}
	case query.Score:
		s.add("(SELECT v.num FROM evaluation v WHERE v.artifact = n.id AND v.isnum = 1")
		_ = t.tx.scoreScope(s, f) // see terms
		s.add(" ORDER BY v.time DESC, v.step DESC LIMIT 1)")
	default:
		s.add("NULL")
	}
}

// rank writes the expression of the rank.
func (t term) rank(s *sqlText) {
	switch f := t.Field.(type) {
	case query.Attr:
		if f == query.Started || f == query.Ended {
			s.add("(CASE WHEN " + attrColumns[f] + " IS NULL THEN 2 ELSE 0 END)")
		} else {
			s.add("0")
		}
	case query.Property:
		if t.metric() {
			s.add("(CASE WHEN " + t.alias + ".num IS NOT NULL THEN 0 WHEN " + t.alias + ".node IS NOT NULL THEN 1 ELSE 2 END)")
		} else {
			s.add("(CASE WHEN " + t.alias + ".node IS NULL THEN 2 ELSE 0 END)")
		}
	case query.Score:
		s.add("(CASE WHEN ")
		t.value(s)
		s.add(" IS NULL THEN 2 ELSE 0 END)")
	default:
		s.add("0")
	}
}

// ranked reports whether the rank can be other than 0.
func (t term) ranked() bool {
	a, ok := t.Field.(query.Attr)
	return !ok || a == query.Started || a == query.Ended
}

func (t term) orderRank(s *sqlText) {
	if t.ranked() {
		t.rank(s)
		s.add(", ")
	}
}

// order writes the term for ORDER BY, without its rank.
func (t term) order(s *sqlText) {
	down := ""
	if t.Desc {
		down = " DESC"
	}
	if f, ok := t.Field.(query.Property); ok && f.Space != pedigree.Metric {
		s.add(t.alias + ".text" + down + ", ") // as the index has it
	}
	t.value(s)
	s.add(down)
}

// readKey reads rank and value from two columns.
func (t term) readKey(r *rows, at int, present bool) query.Key {
	if rank := int(r.int(at)); rank != 0 && !present {
		return query.Key{Rank: rank}
	}
	at++
	switch f := t.Field.(type) {
	case query.Attr:
		if f.Numeric() {
			return query.Key{Int: r.int(at)}
		}
		return query.Key{Text: r.text(at)}
	case query.Property:
		if !t.metric() {
			return query.Key{Text: r.text(at)}
		}
	}
	return query.Key{Number: r.float(at)}
}

// keyValue is what a key binds as.
func (t term) keyValue(k query.Key) any {
	switch f := t.Field.(type) {
	case query.Attr:
		if f.Numeric() {
			return k.Int
		}
		return k.Text
	case query.Property:
		if !t.metric() {
			return k.Text
		}
	}
	return k.Number
}

// same holds for nodes that are equal to the key in this term.
func (t term) same(s *sqlText, k query.Key) {
	if t.ranked() {
		t.rank(s)
		s.add(" = ?", k.Rank)
		if k.Rank != 0 {
			return
		}
		s.add(" AND ")
	}
	t.value(s)
	s.add(" = ?", t.keyValue(k))
}

// beyond holds for nodes that come after the key in this term.
func (t term) beyond(s *sqlText, k query.Key) {
	than := " > ?"
	if t.Desc {
		than = " < ?"
	}
	if !t.ranked() {
		t.value(s)
		s.add(than, t.keyValue(k))
		return
	}
	s.add("(")
	t.rank(s)
	s.add(" > ?", k.Rank)
	if k.Rank == 0 {
		s.add(" OR ")
		t.rank(s)
		s.add(" = 0 AND ")
		t.value(s)
		s.add(than, t.keyValue(k))
	}
	s.add(")")
}

// bound repeats what resume says in the form of a range, which an index can be
// searched by.
func (t term) bound(s *sqlText, k query.Key) {
	than := " >= ?"
	if t.Desc {
		than = " <= ?"
	}
	if f, ok := t.Field.(query.Property); ok && f.Space != pedigree.Metric {
		s.add(" AND "+t.alias+".text"+than, prefixOf(k.Text))
		return
	}
	s.add(" AND ")
	t.value(s)
	s.add(than, t.keyValue(k))
}
