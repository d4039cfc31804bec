package sqlstore

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// entities is a query of the catalog as it is made statements.
type entities struct {
	*tx
	q       *query.Entities
	types   []any // only nodes of these, by number, ascending
	ours    bool  // properties of all of these know the type
	aliases int   // that were given to tables
	nested  int   // how far what is written is from the entity
	unions  int   // that what is written is a part of
	total   int64 // nodes of the types
}

// entitiesOf looks up what statements need; nil where nothing can match.
func (t *tx) entitiesOf(q *query.Entities) (*entities, error) {
	flat := *q
	flat.Where = flatten(q.Where)
	q = &flat
	e := &entities{tx: t, q: q, ours: true}
	var err error
	if e.types, e.ours, err = t.typeNumbers(q.Types); err != nil || len(e.types) == 0 {
		return nil, err
	}
	e.total, err = t.typesTotal(q, e.types)
	return e, err
}

// typeNumbers gives the numbers of types, of any version, each once and ascending,
// and whether they are all of the catalog.
func (t *tx) typeNumbers(types []pedigree.Type) (numbers []any, ours bool, err error) {
	ours = true
	var ids []int64
	for _, typ := range types {
		id, err := t.findType(typ)
		if err != nil {
			return nil, false, err
		}
		if id != 0 {
			ids = append(ids, id)
			ours = ours && isEntity(typ)
		}
	}
	slices.Sort(ids)
	return identities(slices.Compact(ids)), ours, nil
}

var typesUsed = define("nodes by type", "PRIMARY KEY", "SELECT type, live, binned FROM type_use WHERE workspace = ? ORDER BY type")

// typesTotalOf sums up how many nodes are of some types.
func typesTotalOf(n int) string {
	return "SELECT sum(live), sum(binned) FROM type_use WHERE workspace = ? AND type IN (" + placeholders(n) + ")"
}

func (t *tx) typesTotal(q *query.Entities, types []any) (n int64, err error) {
	r, err := t.conn.query(background, typesTotalOf(len(types)), append([]any{q.Workspace}, types...)...)
	if err != nil {
		return 0, err
	}
	if r.next() {
		if n = r.int(0); !q.Live {
			n += r.int(1)
		}
	}
	return n, r.close()
}

func (t *tx) TypesUsed(workspace pedigree.NodeID) ([]store.TypeUse, error) {
	r, err := t.query(typesUsed, workspace)
	if err != nil {
		return nil, err
	}
	var all []store.TypeUse
	for r.next() {
		typ, err := t.typeByID(r.int(0))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		if one := (store.TypeUse{Type: typ, Live: r.int(1), Binned: r.int(2)}); one.Live+one.Binned > 0 {
			all = append(all, one)
		}
	}
	return all, r.close()
}

// Entities answers a query in one of several ways: where a condition has few matches,
// by looking at all of these; where a page is soon full, by a walk in the order asked
// for, which drops what does not match; else by columns in memory. Where these are not
// there, it looks at all matches of the condition that has the fewest, or walks on to
// the end.
func (t *tx) Entities(q *query.Entities) ([]pedigree.Node, error) {
	if q.Limit < 1 || q.Offset < 0 {
		return nil, pedigree.Errorf(pedigree.Internal, "a query of the catalog without a page")
	}
	e, err := t.entitiesOf(q)
	if err != nil || e == nil || e.total == 0 {
		return nil, err
	}
	s, _, err := e.bestSeed(int64(e.store.engine.Selective))
	if err != nil {
		return nil, err
	}
	if s != nil && !e.store.columns.eager {
		return e.among(s)
	}
	if nodes, ok, err := e.pageInMemory(0); err != nil || ok {
		return nodes, err
	}
	if nodes, ok, err := e.hastily(); err != nil || ok {
		return nodes, err
	}
	s, size, err := e.bestSeed(e.enough())
	if err != nil {
		return nil, err
	}
	if s == nil {
		size = e.total
	} else {
		size *= scattered
	}
	if nodes, ok, err := e.pageInMemory(size); err != nil || ok {
		return nodes, err
	}
	if walks := e.ordered(s); walks != nil {
		return e.walk(walks)
	}
	if s == nil && e.q.By == nil && e.q.Where != nil {
		if s, _, err = e.bestSeed(e.total / 4); err != nil {
			return nil, err
		}
	}
	return e.among(s)
}

// pageInMemory reads a page by columns, see [entities.found]. One that an index gives
// at once is none of their matter.
func (e *entities) pageInMemory(price int64) ([]pedigree.Node, bool, error) {
	if e.q.Offset < int(e.patience()) && e.straight() && !e.store.columns.eager {
		return nil, false, nil
	}
	f, all, ok, err := e.found(price)
	if err != nil || !ok {
		return nil, false, err
	}
	return f.page(all)
}

// straight reports whether a walk in the order asked for passes nothing but matches:
// all of the types, or a range of the index.
func (e *entities) straight() bool {
	if _, byTime := e.q.By.(query.Attr); byTime || e.q.By != nil && e.walks() == nil {
		return false
	}
	if e.q.Where == nil {
		return true
	}
	by, ok := e.q.By.(query.FieldTrait)
	if !ok {
		return false
	}
	conditions := 1
	if every, several := e.q.Where.(query.Every); several {
		conditions = len(every)
	}
	ranges := e.compares(by)
	return len(ranges) == conditions && !slices.ContainsFunc(ranges, func(h query.Holds) bool { return h.Is > query.MoreEqual && h.Is != query.Starting })
}

// haste is for how long a walk may look for a page before it is given up for columns.
const haste = 5 * time.Millisecond

// hastily reads a page by a walk in the order asked for, if that is soon full; ok is
// false where it is not.
func (e *entities) hastily() (nodes []pedigree.Node, ok bool, err error) {
	if e.q.Offset > int(e.patience()) || e.store.columns.room == 0 || e.fresh != nil {
		return nil, false, nil
	}
	soon, cancel := context.WithTimeout(e.ctx, haste)
	defer cancel()
	t, h := *e.tx, *e
	t.ctx, h.tx = soon, &t
	switch {
	case e.q.By == nil:
		nodes, err = h.among(nil)
	default:
		walks := h.ordered(nil)
		if walks == nil {
			return nil, false, nil
		}
		nodes, err = h.walk(walks)
	}
	if soon.Err() != nil && e.ctx.Err() == nil {
		return nil, false, nil
	}
	return nodes, err == nil, err
}

// patience is how many nodes a page may stand behind, or an unfinished walk pass.
func (e *entities) patience() int64 { return 10 * int64(e.store.engine.Selective) }

// among reads a page from a seed, or from all nodes of the types.
func (e *entities) among(s *seed) ([]pedigree.Node, error) {
	text, err := e.statement(s)
	if err != nil {
		return nil, err
	}
	return e.allNodes(e.conn.query(e.ctx, text.String(), text.args...))
}

// ordered gives the walks that answer the query, nil where a statement does that
// looks at all matches: they are few, or no index has the order.
func (e *entities) ordered(s *seed) []rank {
	if s != nil || e.q.By == nil || e.total <= int64(e.store.engine.Selective) {
		return nil
	}
	return e.walks()
}

// statements lists what answers the query, for tests that read plans.
func (e *entities) statements() (all []*entityWalk, err error) {
	s, _, err := e.bestSeed(e.enough())
	if err != nil {
		return nil, err
	}
	for _, rank := range e.ordered(s) {
		walks, err := rank()
		if err != nil {
			return nil, err
		}
		all = append(all, walks...)
	}
	if len(all) > 0 {
		return all, nil
	}
	text, err := e.statement(s)
	one := &entityWalk{text: text}
	if s == nil {
		one.index = "node_type"
	}
	return []*entityWalk{one}, err
}

// enough is how many matches a seed may have. A walk passes total * page / matches
// nodes for a page, a seed looks at all matches.
func (e *entities) enough() int64 {
	page := float64(e.q.Limit + e.q.Offset)
	return max(int64(e.store.engine.Selective), int64(math.Sqrt(float64(e.total)*page)))
}

func (t *tx) CountEntities(q *query.Entities) (int64, error) {
	e, err := t.entitiesOf(q)
	if err != nil || e == nil || e.total == 0 || q.Where == nil {
		if e == nil {
			return 0, err
		}
		return e.total, err
	}
	s, _, err := e.bestSeed(int64(e.store.engine.Selective))
	if err != nil {
		return 0, err
	}
	if s == nil || e.store.columns.eager {
		_, all, ok, err := e.found(e.total)
		if err != nil || ok {
			return all.count(), err
		}
		if s, _, err = e.bestSeed(e.total/2 + 1); err != nil {
			return 0, err
		}
	}
	w := &sqlText{}
	w.add("SELECT count(*) FROM node n")
	if err := e.where(w, s); err != nil {
		return 0, err
	}
	r, err := t.conn.query(t.ctx, w.String(), w.args...)
	if err != nil {
		return 0, err
	}
	var n int64
	if r.next() {
		n = r.int(0)
	}
	return n, r.close()
}

// statement writes a page from a seed, or from all nodes of the types.
func (e *entities) statement(s *seed) (*sqlText, error) {
	w := &sqlText{}
	if e.q.By != nil {
		return w, e.sorted(w, s)
	}
	w.add("SELECT " + nodeColumns + " FROM node n")
	if err := e.where(w, s); err != nil {
		return nil, err
	}
	w.add(" ORDER BY n.type"+e.down()+", n.id"+e.down()+" LIMIT ? OFFSET ?", e.q.Limit, e.q.Offset)
	return w, nil
}

// sorted writes a page in an order that no index gives: what has the trait first. Of
// each match the trait alone is read, and once, and of those on the page the rest.
func (e *entities) sorted(w *sqlText, s *seed) error {
	by := e.q.By
	if f, ok := by.(query.FieldTrait); ok {
		f.Unset = nil // what is not there comes last
		by = f
	}
	value, err := e.value("n", by)
	if err != nil {
		return err
	}
	w.add("WITH matches AS MATERIALIZED (SELECT n.id AS id, "+value.String()+" AS trait FROM node n", value.args...)
	if err := e.where(w, s); err != nil {
		return err
	}
	order := " ORDER BY m.trait IS NULL, m.trait" + e.down() + ", m.id" + e.down()
	w.add("), page AS MATERIALIZED (SELECT m.id, m.trait FROM matches m"+order+" LIMIT ? OFFSET ?) SELECT "+nodeColumns+
		" FROM page m CROSS JOIN node n ON n.id = m.id"+order, e.q.Limit, e.q.Offset)
	return nil
}

// where writes which nodes are looked at, and the conditions on them.
func (e *entities) where(w *sqlText, s *seed) error {
	plus := "+" // keeps indexes of the column out
	if s == nil {
		w.add(e.conn.dialect.UseIndex("node_type"))
		plus = ""
	}
	w.add(" WHERE ")
	if s != nil {
		w.add("n.id IN ("+s.text.String()+") AND ", s.text.args...)
	}
	w.add(plus+"n.workspace = ? AND "+plus+"n.type IN ("+placeholders(len(e.types))+")", e.q.Workspace)
	w.args = append(w.args, e.types...)
	if s != nil && s.implies != nil {
		return e.conditions(w, without(e.q.Where, s.implies))
	}
	return e.conditions(w, e.q.Where)
}

// without is a condition without one that must hold, too.
func without(where, implied query.Fact) query.Fact {
	every, ok := where.(query.Every)
	if !ok {
		every = query.Every{where}
	}
	return slices.DeleteFunc(slices.Clone(every), func(part query.Fact) bool { return reflect.DeepEqual(part, implied) })
}

func (e *entities) conditions(w *sqlText, where query.Fact) error {
	if e.q.Live {
		w.add(" AND n.deleted IS NULL")
	}
	if where == nil {
		return nil
	}
	w.add(" AND ")
	return e.fact(w, "n", where)
}

// value writes the value of a trait of a node, null where it has none.
func (e *entities) value(n string, t query.Trait) (*sqlText, error) {
	w := &sqlText{}
	switch t := t.(type) {
	case query.Attr:
		column, ok := attrColumns[t]
		if !ok {
			return nil, pedigree.Errorf(pedigree.Internal, "a query of the catalog has an unknown attribute %d", t)
		}
		w.add(n + "." + strings.TrimPrefix(column, "n."))
	case query.TypeTrait:
		w.add("(SELECT y.name FROM type y WHERE y.id = " + n + ".type)")
	case query.FieldTrait:
		key, err := e.findKey(spaceOf(t), t.Key)
		if err != nil {
			return nil, err
		}
		p := e.alias("p")
		w.add("(SELECT "+formValue(p, t.Form)+" FROM property "+p+" WHERE "+p+".node = "+n+".id AND "+p+".space = ? AND "+p+".key = ?)", spaceOf(t), key)
		if t.Unset != nil {
			inner := w.String()
			w.Reset()
			w.add("coalesce("+inner+", ?)", t.Unset)
		}
	case query.Spelled:
		return e.spelled(n, t)
	case query.VersionTrait:
		w.add(n + ".version")
	case query.StatusTrait:
		w.add("CASE WHEN " + n + ".deleted IS NULL THEN 'ACTIVE' ELSE 'DELETED' END")
	case query.Constant:
		w.add("?", t.Number)
	case query.Calc:
		return e.calc(n, t)
	default:
		return nil, pedigree.Errorf(pedigree.Internal, "a query of the catalog has an unknown trait %T", t)
	}
	return w, nil
}

func (e *entities) calc(n string, t query.Calc) (*sqlText, error) {
	left, err := e.value(n, t.Left)
	if err != nil {
		return nil, err
	}
	right, err := e.value(n, t.Right)
	if err != nil {
		return nil, err
	}
	w := &sqlText{}
	w.add("(CAST("+left.String()+" AS REAL) "+string(t.Op)+" ", left.args...)
	w.add(right.String()+")", right.args...)
	return w, nil
}

func spaceOf(t query.FieldTrait) pedigree.Space {
	if t.Space == 0 {
		return pedigree.Field
	}
	return t.Space
}

// formValue writes the value of a property in the form that it should have.
func formValue(p string, form pedigree.Form) string {
	switch form {
	case pedigree.Int, pedigree.Bool:
		return p + ".int"
	case pedigree.Double:
		return p + ".num"
	}
	return textOf(p)
}
