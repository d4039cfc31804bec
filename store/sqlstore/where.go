package sqlstore

import (
	"math"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// sqlText is a statement under construction with the values bound to it.
type sqlText struct {
	strings.Builder
	args []any
}

// add appends text and the values for its placeholders.
func (s *sqlText) add(text string, args ...any) {
	s.WriteString(text)
	s.args = append(s.args, args...)
}

var attrColumns = map[query.Attr]string{
	query.UID: "n.uid", query.Name: "n.name", query.State: "n.state", query.Owner: "n.owner", query.URI: "n.uri",
	query.Created: "n.created", query.Updated: "n.updated", query.Started: "n.started", query.Ended: "n.ended",
	query.Arrival: "n.id", query.Number: "CAST(n.version AS INTEGER)",
}

var comparators = map[query.Op]string{
	query.Eq: "=", query.Ne: "<>", query.Lt: "<", query.Le: "<=", query.Gt: ">", query.Ge: ">=",
}

// never holds for no node. A plain 0 would let SQLite drop the walk together
// with the index that it was told to use, which it then reports as an error.
const never = "n.id < 0"

// where writes a condition on the node n. Every part is true or false, never
// NULL, so that NOT means what it says.
func (t *tx) where(s *sqlText, e query.Expr) error {
	switch e := e.(type) {
	case nil:
		s.add("1")
		return nil
	case query.And:
		return t.join(s, e, " AND ", "1")
	case query.Or:
		return t.join(s, e, " OR ", never)
	case query.Not:
		s.add("NOT ")
		return t.join(s, []query.Expr{e.Term}, "", "")
	case query.Compare:
		return t.compare(s, e)
	}
	return pedigree.Errorf(pedigree.Internal, "a filter has an unknown part %T", e)
}

func (t *tx) join(s *sqlText, terms []query.Expr, word, empty string) error {
	if len(terms) == 0 {
		s.add(empty)
		return nil
	}
	s.add("(")
	for i, e := range terms {
		if i > 0 {
			s.add(word)
		}
		if err := t.where(s, e); err != nil {
			return err
		}
	}
	s.add(")")
	return nil
}

func (t *tx) compare(s *sqlText, c query.Compare) error {
	switch f := c.Field.(type) {
	case query.Attr:
		return t.compareAttr(s, f, c)
	case query.Property:
		return t.compareProperty(s, f, c)
	case query.DatasetAttr:
		return t.compareDataset(s, f, c)
	case query.Score:
		return t.compareScore(s, f, c)
	case query.Class:
		return t.compareClass(s, f, c)
	}
	return pedigree.Errorf(pedigree.Internal, "a filter has an unknown field %T", c.Field)
}

func (t *tx) compareAttr(s *sqlText, f query.Attr, c query.Compare) error {
	column, ok := attrColumns[f]
	if !ok {
		return pedigree.Errorf(pedigree.Internal, "a filter has an unknown attribute %d", f)
	}
	s.add("(" + column + " IS NOT NULL")
	switch {
	case c.Op == query.NotNull:
	case c.Op == query.IsNull:
		s.add(" = 0")
	default:
		s.add(" AND ")
		t.relation(s, column, c, f.Numeric())
		if c.Op == query.Like {
			likeRange(s, column, c.Value.Text)
		}
	}
	s.add(")")
	return nil
}

// likeRange repeats what a pattern starts with in the form of a range, which an
// index can be searched by.
func likeRange(s *sqlText, expr, pattern string) {
	prefix := patternPrefix(pattern)
	if prefix == "" {
		return
	}
	s.add(" AND "+expr+" >= ?", prefix)
	n := len(prefix) - 1
	if last := prefix[n]; last < 0x7f { // the next text that does not start so is only one byte away
		s.add(" AND "+expr+" < ?", prefix[:n]+string(rune(last+1)))
	}
}

// patternPrefix is what all texts that match a pattern start with.
func patternPrefix(pattern string) string { return pattern[:strings.IndexAny(pattern+"%", "%_")] }

// relation writes "expr op value" for an expression that is not NULL.
func (t *tx) relation(s *sqlText, expr string, c query.Compare, numeric bool) {
	switch c.Op {
	case query.Like:
		sql, arg := t.conn.dialect.Like(expr, c.Value.Text)
		s.add(sql, arg)
	case query.ILike:
		sql, arg := t.conn.dialect.ILike(expr, c.Value.Text)
		s.add(sql, arg)
	case query.In, query.NotIn:
		if c.Op == query.NotIn {
			s.add("NOT ")
		}
		s.add(expr + " IN (" + placeholders(len(c.Value.Texts)) + ")")
		for _, v := range c.Value.Texts {
			s.args = append(s.args, v)
		}
	default:
		s.add(expr+" "+comparators[c.Op]+" ?", boundValue(c, numeric))
	}
}

func boundValue(c query.Compare, numeric bool) any {
	if !numeric {
		return c.Value.Text
	}
	if v := c.Value.Number; v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return int64(v)
	}
	return c.Value.Number
}

// compareProperty looks the property up by its primary key.
func (t *tx) compareProperty(s *sqlText, f query.Property, c query.Compare) error {
	key, err := t.findKey(f.Space, f.Key)
	if err != nil {
		return err
	}
	if key == 0 { // no node has such a property
		s.add(map[bool]string{true: "1", false: never}[c.Op == query.IsNull])
		return nil
	}
	if c.Op == query.IsNull {
		s.add("NOT ")
	}
	s.add("EXISTS (SELECT 1 FROM property p WHERE p.node = n.id AND p.space = ? AND p.key = ?", f.Space, key)
	if c.Op != query.IsNull && c.Op != query.NotNull {
		s.add(" AND ")
		t.propertyRelation(s, "p", f, c)
	}
	s.add(")")
	return nil
}

// propertyRelation writes the comparison of a property's value. NaN differs
// from every number and stands in no other relation to one.
func (t *tx) propertyRelation(s *sqlText, alias string, f query.Property, c query.Compare) {
	switch {
	case f.Space != pedigree.Metric:
		t.relation(s, textIn(f.Space, alias), c, false)
	case c.Op == query.Ne:
		s.add("(" + alias + ".num IS NULL OR ")
		t.relation(s, alias+".num", c, true)
		s.add(")")
	default:
		s.add(alias + ".num IS NOT NULL AND ")
		t.relation(s, alias+".num", c, true)
	}
}

func (t *tx) compareDataset(s *sqlText, f query.DatasetAttr, c query.Compare) error {
	dataset, err := t.findType(pedigree.DatasetType)
	if err != nil {
		return err
	}
	s.add("EXISTS (SELECT 1 FROM event e CROSS JOIN node d ON d.id = e.artifact AND d.type = ?", dataset)
	column := "d.name"
	switch f {
	case query.DatasetDigest:
		column = "d.version"
	case query.DatasetContext:
		column = "g.value"
		s.add(" CROSS JOIN event_tag g ON g.event = e.id AND g.key = 'mlflow.data.context'")
	}
	s.add(" WHERE e.execution = n.id AND e.direction = 1 AND ")
	t.relation(s, column, c, false)
	s.add(")")
	return nil
}

func (t *tx) compareScore(s *sqlText, f query.Score, c query.Compare) error {
	s.add("EXISTS (SELECT 1 FROM evaluation v WHERE v.artifact = n.id")
	if err := t.scoreScope(s, f); err != nil {
		return err
	}
	if c.Op != query.NotNull {
		s.add(" AND v.isnum = 1 AND ")
		t.relation(s, "v.num", c, true)
	}
	s.add(")")
	return nil
}

// scoreScope narrows evaluations v to a metric and data sets.
func (t *tx) scoreScope(s *sqlText, f query.Score) error {
	if f.Key != "" {
		key, err := t.findKey(pedigree.Metric, f.Key)
		if err != nil {
			return err
		}
		s.add(" AND v.key = ?", key)
	}
	for i, d := range f.On {
		s.add(map[bool]string{true: " AND (", false: " OR "}[i == 0]+"(v.dataset = ?", d.Name)
		if d.Digest != "" {
			s.add(" AND v.digest = ?", d.Digest)
		}
		s.add(")")
	}
	if len(f.On) > 0 {
		s.add(")")
	}
	return nil
}
