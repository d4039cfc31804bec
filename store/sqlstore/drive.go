package sqlstore

import (
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// drive is the table that a walk reads first, and the index it is read by. We
// choose both, for the planner knows neither how many runs carry a metric nor
// that only a page is wanted.
type drive struct {
	part  *part
	index string
	lead  *lead // the property that drives; nil for the node itself
	rank  int

	patterns []query.Compare // of names, which are told by the index of names alone
}

// lead is a condition on a property, or the first term of the order, that an
// index on properties serves.
type lead struct {
	alias    string
	field    query.Property
	key      int64
	compares []query.Compare // all conditions on the field that must hold
}

// drive chooses. A selective condition on a property drives if there is one;
// else the few nodes whose names match; else a name that is given; else the
// first term of the order; else the node in order of start.
func (p *part) drive(rank int, l *lead) drive {
	if l != nil {
		return drive{part: p, lead: l, index: l.index(), rank: rank}
	}
	if p.few != nil {
		return drive{part: p, rank: rank}
	}
	if len(p.terms) > 0 {
		t := p.terms[0]
		if f, ok := t.Field.(query.Property); ok && rank == 0 {
			own := &lead{alias: t.alias, field: f, key: t.key, compares: p.comparesOf(f)}
			return drive{part: p, lead: own, index: own.index(), rank: rank}
		}
	}
	if index := nodeIndex(query.Name, p.q.Type.Kind); index != "" && p.named() {
		return drive{part: p, index: index, rank: rank}
	}
	if len(p.terms) > 0 {
		if index := nodeIndex(p.terms[0].Field, p.q.Type.Kind); index != "" {
			d := drive{part: p, index: index, rank: rank}
			if p.terms[0].Field == query.Field(query.Name) {
				d.patterns = p.namePatterns()
			}
			return d
		}
	}
	if p.bin {
		return drive{part: p, index: "node_bin", rank: rank}
	}
	return drive{part: p, index: "node_live", rank: rank}
}

// named reports whether every match has one of some names.
func (p *part) named() bool {
	for _, c := range required(p.q.Where) {
		if c.Field == query.Field(query.Name) && (c.Op == query.Eq || c.Op == query.In) {
			return true
		}
	}
	return false
}

// nodeIndexes name the indexes on nodes of a kind that are in order of a field.
var nodeIndexes = map[pedigree.Kind]map[query.Attr]string{
	pedigree.Context: {
		query.Created: "node_context_created", query.Updated: "node_context_updated", query.Name: "node_context_name",
	},
	pedigree.Artifact: {query.Updated: "node_artifact_updated", query.Name: "node_artifact_name"},
}

// nodeIndex names the index on nodes of a kind that is in order of a field, or
// nothing where there is none.
func nodeIndex(f query.Field, k pedigree.Kind) string {
	a, ok := f.(query.Attr)
	if !ok {
		return ""
	}
	return nodeIndexes[k][a]
}

func (d drive) from(s *sqlText) {
	if d.index == "" {
		s.add(" FROM node n")
		return
	}
	use := d.part.conn.dialect.UseIndex(d.index)
	switch {
	case len(d.patterns) > 0:
		s.add(" FROM node m" + use + " CROSS JOIN node n ON n.id = m.id")
		return
	case d.lead == nil:
		s.add(" FROM node n" + use)
		return
	}
	s.add(" FROM property " + d.lead.alias + use + " CROSS JOIN node n ON n.id = " + d.lead.alias + ".node")
}

// gives reports whether the driving table is the one that the term sorts by.
func (d drive) gives(t term) bool { return d.lead != nil && d.lead.alias == t.alias }

// where writes the range of the index that is read.
func (d drive) where(s *sqlText) {
	p := d.part
	switch {
	case p.few != nil && d.lead == nil:
		s.add("n.id IN (" + placeholders(len(p.few)) + ") AND +n.home = ?") // the plus keeps indexes of the home out
		for _, id := range p.few {
			s.args = append(s.args, id)
		}
		s.args = append(s.args, p.home)
		return
	case len(d.patterns) > 0:
		p.whereNamed(s, d.patterns)
		s.add(" AND n.home = ?", p.home)
		return
	case d.lead == nil:
		s.add("n.home = ? AND n.type = ?", p.home, p.typ)
		if d.index != "node_live" && d.index != "node_bin" {
			s.add(" AND n.workspace = ? AND n.kind = "+strconv.Itoa(int(p.q.Type.Kind)), p.q.Workspace) // or some indexes are of no use
		}
		if len(p.terms) > 0 {
			d.whereRank(s, p.terms[0])
		}
		return
	}
	d.lead.where(s, p.tx, p.home)
	s.add(" AND n.type = ? AND +n.home = ?", p.typ, p.home)
}

// whereRank narrows a walk along nodes to those of one rank.
func (d drive) whereRank(s *sqlText, t term) {
	switch f := t.Field.(type) {
	case query.Attr:
		if f == query.Started && d.rank == 0 {
			s.add(" AND n.started IS NOT NULL")
		} else if f == query.Started && d.rank == 2 {
			s.add(" AND n.started IS NULL")
		}
	case query.Property:
		exists := "EXISTS (SELECT 1 FROM property p WHERE p.node = n.id AND p.space = ? AND p.key = ?"
		switch d.rank {
		case 1:
			s.add(" AND "+exists+" AND p.num IS NULL)", f.Space, t.key)
		case 2:
			s.add(" AND NOT "+exists+")", f.Space, t.key)
		}
	}
}

func (l *lead) index() string {
	switch {
	case l.field.Space == pedigree.Metric:
		return "property_number"
	case typed(l.field.Space):
		return "property_fact_text"
	}
	return "property_text"
}

// where writes the entries of the index that can match, and what the index
// cannot tell of them.
func (l *lead) where(s *sqlText, t *tx, home pedigree.NodeID) {
	l.entries(s, t, home)
	if l.field.Space == pedigree.Metric {
		return
	}
	for _, c := range l.compares {
		if !toldByPrefix(c) { // or each entry would have to be looked up
			s.add(" AND ")
			t.propertyRelation(s, l.alias, l.field, c)
		}
	}
}

// toldByPrefix reports whether the prefix of a text tells all about a condition.
func toldByPrefix(c query.Compare) bool {
	switch c.Op {
	case query.Eq:
		return isWhole(c.Value.Text)
	case query.In:
		return !slices.ContainsFunc(c.Value.Texts, func(v string) bool { return !isWhole(v) })
	}
	return false
}

// entries writes the range of the index that holds all matches. Of texts it
// holds a prefix, so there may be others among them.
func (l *lead) entries(s *sqlText, t *tx, home pedigree.NodeID) {
	s.add(l.alias+".key = ?", l.key)
	if typed(l.field.Space) {
		s.add(" AND " + inTyped(l.alias)) // wherever the node is at home
	} else {
		s.add(" AND "+inOthers(l.alias)+" AND "+l.alias+".home = ?", home)
	}
	if l.field.Space == pedigree.Metric {
		s.add(" AND " + l.alias + ".num IS NOT NULL")
		for _, c := range l.compares {
			s.add(" AND ")
			t.propertyRelation(s, l.alias, l.field, c)
		}
		return
	}
	s.add(" AND " + l.alias + ".text IS NOT NULL")
	for _, c := range l.compares {
		switch c.Op {
		case query.Eq:
			s.add(" AND "+l.alias+".text = ?", prefixOf(c.Value.Text))
		case query.In:
			s.add(" AND " + l.alias + ".text IN (" + placeholders(len(c.Value.Texts)) + ")")
			for _, v := range c.Value.Texts {
				s.args = append(s.args, prefixOf(v))
			}
		}
	}
}

// comparesOf lists the conditions on a property that every match fulfils.
func (p *part) comparesOf(f query.Property) []query.Compare {
	var own []query.Compare
	for _, c := range required(p.q.Where) {
		if drives(c, f) {
			own = append(own, c)
		}
	}
	return own
}

// drives reports whether a condition is one that the entries of a property are
// read by.
func drives(c query.Compare, f query.Property) bool {
	return c.Field == query.Field(f) && c.Op != query.IsNull && c.Op != query.NotNull && c.Op != query.Ne
}

// rest is what remains of a condition when the lead has seen to its own part.
func (l *lead) rest(e query.Expr) query.Expr {
	if l == nil {
		return e
	}
	switch e := e.(type) {
	case query.Compare:
		if drives(e, l.field) {
			return nil
		}
	case query.And:
		var rest query.And
		for _, x := range e {
			if x = l.rest(x); x != nil {
				rest = append(rest, x)
			}
		}
		if len(rest) == 0 {
			return nil
		}
		return rest
	}
	return e
}

// required lists the comparisons that every match of a condition fulfils.
func required(e query.Expr) []query.Compare {
	switch e := e.(type) {
	case query.Compare:
		return []query.Compare{e}
	case query.And:
		var all []query.Compare
		for _, x := range e {
			all = append(all, required(x)...)
		}
		return all
	}
	return nil
}

// selectiveFilter finds the condition with the fewest matches, if they are few.
// The field that the walk is ordered by is left out: its conditions narrow the
// walk already.
func (p *part) selectiveFilter() *lead {
	var best *lead
	most := int64(p.store.engine.Selective)
	fewest := searchedMatches * most
	for _, c := range required(p.q.Where) {
		f, ok := c.Field.(query.Property)
		if !ok || !indexed(f, c.Op) || len(p.terms) > 0 && p.terms[0].Field == c.Field {
			continue
		}
		key, err := p.findKey(f.Space, f.Key)
		if err != nil {
			continue // the search itself will meet and report it
		}
		l := &lead{alias: "f", field: f, key: key, compares: p.comparesOf(f)}
		if n, err := p.matches(l, fewest); err == nil && n < fewest {
			best, fewest = l, n
		}
	}
	if best == nil || fewest >= most && !p.worthDriving(fewest) {
		return nil
	}
	return best
}

// searchedMatches is up to how many times the engine's number of few matches we
// count them.
const searchedMatches = 8

// worthDriving reports whether a page is found sooner by looking at all matches
// of a condition than by walking until there are enough of them: of total nodes
// the walk passes limit * total / matches.
func (p *part) worthDriving(matches int64) bool {
	enough := matches * matches / int64(max(p.q.Limit, 1))
	total, err := p.store.crowds.count(crowd{p.home, p.typ}, enough, func() (int64, error) {
		return p.firstInt("SELECT count(*) FROM (SELECT 1 FROM node n"+p.conn.dialect.UseIndex("node_live")+
			" WHERE n.home = ? AND n.type = ? AND n.deleted IS NULL LIMIT ?) AS live", []any{p.home, p.typ, enough})
	})
	return err == nil && total >= enough
}

// indexed reports whether an index finds the matches of an operation.
func indexed(f query.Property, op query.Op) bool {
	switch op {
	case query.Eq, query.In:
		return true
	case query.Lt, query.Le, query.Gt, query.Ge:
		return f.Space == pedigree.Metric
	}
	return false
}

// matches counts the entries of the index that hold all matches, up to limit.
func (p *part) matches(l *lead, limit int64) (int64, error) {
	s := &sqlText{}
	s.add("SELECT count(*) FROM (SELECT 1 FROM property f" + p.conn.dialect.UseIndex(l.index()) + " WHERE ")
	l.entries(s, p.tx, p.home)
	s.add(" LIMIT ?) AS entries", limit)
	return p.firstInt(s.String(), s.args)
}

// firstInt returns the first column of the first row, 0 where there is none.
func (t *tx) firstInt(sql string, args []any) (n int64, err error) {
	r, err := t.conn.query(t.ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	if r.next() {
		n = r.int(0)
	}
	return n, r.close()
}
