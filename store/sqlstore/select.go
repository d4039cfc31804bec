package sqlstore

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// Select answers a selection by one ordered walk along all nodes of a kind or
// type that drops what does not match, or, where a condition has few matches,
// by sorting those.
func (t *tx) Select(q *query.Selection) ([]pedigree.Node, *query.Place, error) {
	s, err := t.selection(q)
	if err != nil || s == nil {
		return nil, nil, err
	}
	text, err := s.statement()
	if err != nil {
		return nil, nil, err
	}
	nodes, err := t.allNodes(t.conn.query(t.ctx, text.String(), text.args...))
	if err != nil || len(nodes) <= q.Limit {
		return nodes, nil, err
	}
	nodes = nodes[:q.Limit]
	last := &nodes[q.Limit-1]
	return nodes, &query.Place{Key: placeKey(q.By, last), ID: last.ID}, nil
}

func placeKey(by query.Attr, n *pedigree.Node) pedigree.Time {
	switch by {
	case query.Created:
		return n.Created
	case query.Updated:
		return n.Updated
	}
	return 0
}

// selection is a selection as it is made a statement.
type selection struct {
	*sources
	q     *query.Selection
	types []pedigree.TypeID // only nodes of these, by number; nil for any
	seed  *seed             // where all matches are, if that is known and they are few
}

// selection looks up what a statement needs; nil where nothing can match.
func (t *tx) selection(q *query.Selection) (*selection, error) {
	if q.Text != "" && strings.TrimSpace(q.Text) == "" { // there is no word in it
		all := *q
		all.Text = ""
		q = &all
	}
	if q.Limit < 1 {
		return nil, pedigree.Errorf(pedigree.Internal, "a selection without a limit")
	}
	src, err := t.sourcesOf(q.Kind, q.Where)
	if err != nil || src.none {
		return nil, err
	}
	s := &selection{sources: src, q: q}
	if s.types, err = s.onlyTypes(); err != nil || s.types != nil && len(s.types) == 0 {
		return nil, err
	}
	s.seed, err = s.bestSeed()
	return s, err
}

// onlyTypes gives the types that matches can have, nil for any: those asked for
// and, of these, those that the expression names.
func (s *selection) onlyTypes() ([]pedigree.TypeID, error) {
	types := slices.Clone(s.q.Types)
	for _, c := range s.conditions() {
		if c.column != (query.Column{Part: query.TypeName}) || !c.equal {
			continue
		}
		named, err := s.typesNamed(s.q.Kind, c.values)
		if err != nil {
			return nil, err
		}
		if types == nil {
			types = named
		} else {
			types = slices.DeleteFunc(types, func(id pedigree.TypeID) bool { return !slices.Contains(named, id) })
		}
	}
	return types, nil
}

// typesNamed gives the types of a kind with one of some names, of any version;
// never nil.
func (t *tx) typesNamed(kind pedigree.Kind, names []any) ([]pedigree.TypeID, error) {
	types := []pedigree.TypeID{}
	r, err := t.conn.query(background, typesNamedOf(len(names)), append([]any{kind}, names...)...)
	if err != nil {
		return nil, err
	}
	for r.next() {
		types = append(types, pedigree.TypeID(r.int(0)))
	}
	return types, r.close()
}

func typesNamedOf(n int) string {
	return "SELECT y.id FROM type y WHERE y.kind = ? AND y.name IN (" + placeholders(n) + ")"
}

// walks name the indexes on nodes of a kind that are in an order.
var walks = map[query.Attr]string{query.Arrival: "node_kind", query.Created: "node_created", query.Updated: "node_updated"}

// orderColumns are what the orders go by, beside the number of the node.
var orderColumns = map[query.Attr]string{query.Arrival: "n.id", query.Created: "n.created", query.Updated: "n.updated"}

// index names the index that is walked, empty where matches are sorted.
func (s *selection) index() string {
	switch {
	case s.seed != nil:
		return ""
	case s.q.By == query.Arrival && len(s.types) == 1:
		return "node_type"
	}
	return walks[s.q.By]
}

func (s *selection) statement() (*sqlText, error) {
	return s.text("SELECT " + nodeColumns + " FROM node n")
}

// text writes the statement that begins with the given words.
func (s *selection) text(begin string) (*sqlText, error) {
	w := &sqlText{}
	w.add(begin)
	plus := "+" // keeps indexes of the column out
	if index := s.index(); index != "" {
		plus = ""
		w.add(s.conn.dialect.UseIndex(index))
	}
	w.add(" WHERE ")
	if s.seed != nil {
		w.add("n.id IN ("+s.seed.text.String()+") AND ", s.seed.text.args...)
	}
	w.add(plus+"n.workspace = ? AND ", s.q.Workspace)
	if s.index() == "node_type" {
		w.add("n.type = ? AND +n.kind = ?", s.types[0], s.q.Kind)
	} else {
		w.add(plus+"n.kind = ?", s.q.Kind)
		s.ofTypes(w)
	}
	w.add(" AND n.deleted IS NULL AND n.id <> n.workspace")
	s.among(w)
	s.found(w)
	if s.q.Where != nil {
		w.add(" AND ")
		if err := s.where(w, s.q.Where); err != nil {
			return nil, err
		}
	}
	s.resume(w)
	s.order(w)
	return w, nil
}

func (s *selection) ofTypes(w *sqlText) {
	if s.types == nil {
		return
	}
	w.add(" AND +n.type IN (" + placeholders(len(s.types)) + ")")
	for _, id := range s.types {
		w.args = append(w.args, id)
	}
}

// among keeps members of some contexts, unless they are the seed already.
func (s *selection) among(w *sqlText) {
	if len(s.q.Within) == 0 || s.seed != nil && s.seed.within {
		return
	}
	list := placeholders(len(s.q.Within))
	w.add(" AND (+n.home IN (" + list + ") OR EXISTS (SELECT 1 FROM membership m WHERE m.context IN (" + list + ") AND m.node = n.id))")
	for range 2 {
		for _, id := range s.q.Within {
			w.args = append(w.args, id)
		}
	}
}

// resume leaves out what stands at or before the place where the last page
// ended.
func (s *selection) resume(w *sqlText) {
	if s.q.After == nil {
		return
	}
	beyond := ">"
	if s.q.Desc {
		beyond = "<"
	}
	if s.q.By == query.Arrival {
		w.add(" AND n.id "+beyond+" ?", s.q.After.ID)
		return
	}
	column := orderColumns[s.q.By]
	w.add(" AND "+column+" "+beyond+"= ? AND ("+column+" "+beyond+" ? OR n.id "+beyond+" ?)", s.q.After.Key, s.q.After.Key, s.q.After.ID)
}

func (s *selection) order(w *sqlText) {
	down := ""
	if s.q.Desc {
		down = " DESC"
	}
	w.add(" ORDER BY ")
	if s.q.By != query.Arrival {
		w.add(orderColumns[s.q.By] + down + ", ")
	}
	w.add("n.id"+down+" LIMIT ?", s.q.Limit+1)
}
