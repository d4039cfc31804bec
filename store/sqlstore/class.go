package sqlstore

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// What a classification shows: of an own one its attributes, of one that is carried
// to a node from where it comes.
const (
	ownText  = "(CASE c.attributes WHEN '' THEN '{}' ELSE c.attributes END)"
	fromText = "('" + query.CarriedFrom + "' || y.name || ' ' || CASE m.name WHEN '' THEN m.uid ELSE m.name END)"
)

// sourceOf joins to a classification the node that it comes from.
const sourceOf = " CROSS JOIN node m ON m.id = c.node CROSS JOIN type y ON y.id = m.type"

// compareClass compares what a node shows of its classifications of a name.
func (t *tx) compareClass(s *sqlText, f query.Class, c query.Compare) error {
	class, err := t.findKey(definitionName, f.Name)
	if err != nil {
		return err
	}
	with := c
	if c.Op == query.IsNull {
		s.add("NOT ")
		with.Op = query.NotNull
	}
	if class == 0 {
		s.add("(" + never + ")")
		return nil
	}
	s.add("(")
	t.ownClass(s, class, with)
	s.add(" OR ")
	if with.Op != query.NotNull {
		s.add("NOT ")
		t.ownClass(s, class, query.Compare{Op: query.NotNull})
		s.add(" AND ")
	}
	t.carriedClass(s, class, f, with)
	s.add(")")
	return nil
}

func (t *tx) ownClass(s *sqlText, class int64, c query.Compare) {
	s.add("EXISTS (SELECT 1 FROM classification c"+t.conn.dialect.UseIndex("classification_node")+" WHERE c.node = n.id AND c.type = ?", class)
	if c.Op != query.NotNull {
		s.add(" AND ")
		t.relation(s, ownText, c, false)
	}
	s.add(")")
}

// carriedClass compares the last of the classifications that are carried to a node.
func (t *tx) carriedClass(s *sqlText, class int64, f query.Class, c query.Compare) {
	if f.Fix != nil {
		s.add("n.id IN (SELECT json_extract(x.value, '$[1]') FROM json_each(?) x CROSS JOIN classification c ON c.id = json_extract(x.value, '$[0]')"+
			sourceOf+" WHERE c.type = ?", carriedPairs(f.Fix.To), class)
	} else {
		s.add("EXISTS (SELECT 1 FROM (SELECT max(a.id) AS id FROM carried k CROSS JOIN classification a ON a.id = k.classification"+
			" WHERE k.node = n.id AND a.type = ?) l CROSS JOIN classification c ON c.id = l.id"+sourceOf+" WHERE 1", class)
	}
	if c.Op != query.NotNull {
		s.add(" AND ")
		t.relation(s, fromText, c, false)
	}
	s.add(")")
}

// findClassified finds the nodes that have a classification which the search asks
// for, if they are few.
func (p *part) findClassified() (bool, error) {
	for _, c := range required(p.q.Where) {
		f, ok := c.Field.(query.Class)
		if !ok || c.Op == query.IsNull {
			continue
		}
		class, err := p.findKey(definitionName, f.Name)
		if err != nil {
			return false, err
		}
		s := &sqlText{}
		s.add("SELECT i.id FROM (")
		from := c.Op == query.Eq && strings.HasPrefix(c.Value.Text, query.CarriedFrom)
		if !from {
			s.add("SELECT c.node AS id FROM classification c"+p.conn.dialect.UseIndex("classification_type_id")+" WHERE c.workspace = ? AND c.type = ?", p.q.Workspace, class)
		}
		switch either := c.Op != query.Eq || from; {
		case !either:
		case f.Fix != nil:
			s.add(map[bool]string{false: " UNION ALL ", true: ""}[from]+"SELECT json_extract(x.value, '$[1]') AS id FROM json_each(?) x", carriedPairs(f.Fix.To))
		default:
			s.add(map[bool]string{false: " UNION ALL ", true: ""}[from]+"SELECT k.node AS id FROM classification c"+p.conn.dialect.UseIndex("classification_type_id")+
				" CROSS JOIN carried k"+p.conn.dialect.UseIndex("carried_by")+" ON k.classification = c.id WHERE c.workspace = ? AND c.type = ?", p.q.Workspace, class)
		}
		s.add(") some CROSS JOIN node i ON i.id = some.id WHERE i.home = ? AND i.type = ? LIMIT ?", p.home, p.typ, fewNames+1)
		r, err := p.conn.query(p.ctx, s.String(), s.args...)
		if err != nil {
			return false, err
		}
		ids := []pedigree.NodeID{}
		for r.next() {
			ids = append(ids, r.id(0))
		}
		if err := r.close(); err != nil {
			return false, err
		}
		if len(ids) <= fewNames {
			p.few = padded(ids)
			return true, nil
		}
	}
	return false, nil
}

// classTexts writes a table of what nodes show of their classifications of a type. It
// names nothing outside of it, so that a statement makes it once.
func (t *tx) classTexts(w *sqlText, class int64, fix *query.Carry) {
	own := "classification c" + t.conn.dialect.UseIndex("classification_type_id")
	w.add("(SELECT c.node AS node, "+ownText+" AS text FROM "+own+" WHERE c.workspace = ? AND c.type = ? UNION ALL SELECT l.node, "+fromText+" FROM (",
		pedigree.DefaultWorkspace, class)
	if fix != nil {
		w.add("SELECT json_extract(x.value, '$[1]') AS node, json_extract(x.value, '$[0]') AS id FROM json_each(?) x", carriedPairs(fix.To))
	} else {
		w.add("SELECT k.node AS node, max(c.id) AS id FROM "+own+" CROSS JOIN carried k"+t.conn.dialect.UseIndex("carried_by")+" ON k.classification = c.id"+
			" WHERE c.workspace = ? AND c.type = ? GROUP BY k.node", pedigree.DefaultWorkspace, class)
	}
	w.add(") l CROSS JOIN classification c ON c.id = l.id"+sourceOf+" WHERE NOT EXISTS (SELECT 1 FROM classification o"+
		t.conn.dialect.UseIndex("classification_node")+" WHERE o.node = l.node AND o.type = ?))", class)
}
