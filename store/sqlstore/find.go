package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// found is a node with the sort key by which it was found.
type found struct {
	node pedigree.Node
	key  query.Cursor
}

// Find answers a query by parts: for each home, and within it for what lives
// and what is in the bin, one ordered walk along an index. The parts are
// merged by their sort keys.
func (t *tx) Find(q *query.Query) ([]pedigree.Node, query.Cursor, error) {
	typ, err := t.findType(q.Type)
	if err != nil || typ == 0 {
		return nil, nil, err
	}
	var all []found
	for _, home := range q.Homes {
		for _, bin := range binsOf(q.View) {
			p := part{tx: t, q: q, typ: typ, home: home, bin: bin, terms: t.terms(q)}
			rows, err := p.find()
			if err != nil {
				return nil, nil, err
			}
			all = append(all, rows...)
		}
	}
	if len(q.Homes) > 1 || q.View == query.All {
		slices.SortStableFunc(all, func(a, b found) int { return compareKeys(q.Order, a.key, b.key) })
	}
	var next query.Cursor
	if len(all) > q.Limit {
		all = all[:q.Limit]
		next = all[q.Limit-1].key
	}
	nodes := make([]pedigree.Node, len(all))
	for i := range all {
		nodes[i] = all[i].node
	}
	return nodes, next, nil
}

func binsOf(v query.View) []bool {
	switch v {
	case query.Bin:
		return []bool{true}
	case query.All:
		return []bool{false, true}
	default:
		return []bool{false}
	}
}

// compareKeys orders sort keys as the database does.
func compareKeys(order []query.Order, a, b query.Cursor) int {
	for i, o := range order {
		if c := cmp.Compare(a[i].Rank, b[i].Rank); c != 0 {
			return c
		}
		if a[i].Rank != 0 {
			continue
		}
		c := cmp.Or(cmp.Compare(a[i].Text, b[i].Text), cmp.Compare(a[i].Int, b[i].Int), cmp.Compare(a[i].Number, b[i].Number))
		if o.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	last := len(order)
	return cmp.Compare(a[last].Text, b[last].Text)
}

// part is a search within one home, and there either the bin or what is not
// in it.
type part struct {
	*tx
	q     *query.Query
	typ   int64
	home  pedigree.NodeID
	bin   bool
	terms []term

	few []pedigree.NodeID // the nodes among which all matches are, where they are few and known; else nil
}

// find walks the ranks of the first term in turn: nodes that have its value in
// order of it, then those whose value is NaN, then those without. Each walk has
// an index of its own, which a single statement over all ranks would not have.
func (p *part) find() ([]found, error) {
	after := p.q.After
	lead := p.selectiveFilter()
	if lead == nil {
		if err := p.findFew(); err != nil {
			return nil, err
		}
	}
	var all []found
	skip := p.q.Skip
	for _, rank := range p.ranks(lead) {
		if len(after) > 0 && rank >= 0 && rank < after[0].Rank {
			continue
		}
		rows, err := p.walk(rank, lead, after, p.q.Limit+1-len(all), skip)
		if err == nil && skip > 0 {
			skip, err = p.skipped(skip, len(rows), rank, lead, after)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if len(all) > p.q.Limit {
			break
		}
	}
	return all, nil
}

// allRanks stands for a walk that sorts by the rank of the first term as well.
const allRanks = -1

// ranks lists the walks that a search needs.
func (p *part) ranks(lead *lead) []int {
	switch {
	case lead != nil || p.few != nil || len(p.terms) == 0:
		return []int{allRanks}
	case p.terms[0].requiredBy(p.q.Where):
		return []int{0}
	default:
		return p.terms[0].walks()
	}
}

// skipped gives how many nodes the next walk has to pass over when one that was
// to pass over so many has found some behind them.
func (p *part) skipped(skip, found, rank int, lead *lead, after query.Cursor) (int, error) {
	if found > 0 {
		return 0, nil
	}
	s, err := p.statement(rank, lead, after, skip, 0)
	if err != nil {
		return 0, err
	}
	n, err := p.firstInt("SELECT count(*) FROM ("+s.String()+") AS passed", s.args)
	return skip - int(n), err
}

// walk runs one ordered statement from the cursor on.
func (p *part) walk(rank int, lead *lead, after query.Cursor, limit, skip int) ([]found, error) {
	s, err := p.statement(rank, lead, after, limit, skip)
	if err != nil {
		return nil, err
	}
	r, err := p.conn.query(p.ctx, s.String(), s.args...)
	if err != nil {
		return nil, err
	}
	if p.sorts(lead) {
		return p.readSorted(r, rank)
	}
	var all []found
	for r.next() {
		n, err := p.readNode(r)
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		all = append(all, found{n, p.readKey(r, nodeWidth, rank, n.UID)})
	}
	return all, r.close()
}

// sorts reports whether a walk looks at all matches and sorts them. Then it
// reads of the nodes no more than it sorts by: few of them are on the page.
func (p *part) sorts(l *lead) bool { return l != nil || p.few != nil }

// sortedColumns are what such a walk reads of a node, in place of nodeColumns.
const (
	sortedColumns = "n.id, n.uid"
	sortedWidth   = 2
)

func (p *part) readSorted(r *rows, rank int) ([]found, error) {
	var ids []pedigree.NodeID
	var keys []query.Cursor
	for r.next() {
		ids, keys = append(ids, r.id(0)), append(keys, p.readKey(r, sortedWidth, rank, r.text(1)))
	}
	if err := r.close(); err != nil || len(ids) == 0 {
		return nil, err
	}
	nodes, err := p.Nodes(ids) // as many, and in their order: it is the same transaction
	if err != nil {
		return nil, err
	}
	all := make([]found, len(nodes))
	for i := range nodes {
		all[i] = found{nodes[i], keys[i]}
	}
	return all, nil
}

// readKey reads the sort key, which stands behind the columns of the node.
func (p *part) readKey(r *rows, at, rank int, uid string) query.Cursor {
	key := make(query.Cursor, 0, len(p.terms)+1)
	for i, t := range p.terms {
		var k query.Key
		if i == 0 && rank > 0 {
			k.Rank = rank
		} else {
			k = t.readKey(r, at, i == 0 && rank == 0)
			at += 2
		}
		key = append(key, k)
	}
	return append(key, query.Key{Text: uid})
}

// statement writes the walk: a driving table that the lead or the order names,
// the nodes it leads to, the values that other terms sort by, and conditions.
func (p *part) statement(rank int, lead *lead, after query.Cursor, limit, skip int) (*sqlText, error) {
	s := &sqlText{}
	drive := p.drive(rank, lead)
	terms := drive.terms(p.terms)
	if rank > 0 {
		terms = terms[1:] // no value to sort by: they are all equal in it
	}
	if p.sorts(lead) {
		s.add("SELECT " + sortedColumns)
	} else {
		s.add("SELECT " + nodeColumns)
	}
	for i := range terms {
		s.add(", ")
		terms[i].rank(s)
		s.add(", ")
		terms[i].value(s)
	}
	drive.from(s)
	for i := range terms {
		if !drive.gives(terms[i]) {
			terms[i].join(s)
		}
	}
	if err := p.conditions(s, drive); err != nil {
		return nil, err
	}
	p.resume(s, terms, rank, after)
	s.add(" ORDER BY ")
	for i := range terms {
		if i > 0 || rank != 0 { // else all of the walk has a value
			terms[i].orderRank(s)
		}
		terms[i].order(s)
		s.add(", ")
	}
	s.add("n.uid LIMIT ?", limit)
	if skip > 0 {
		s.add(" OFFSET ?", skip)
	}
	return s, nil
}

// conditions writes what a driving table leaves to be fulfilled.
func (p *part) conditions(s *sqlText, drive drive) error {
	s.add(" WHERE ")
	drive.where(s)
	if p.bin {
		s.add(" AND n.deleted IS NOT NULL")
	} else {
		s.add(" AND n.deleted IS NULL")
	}
	if p.q.Until > 0 {
		s.add(" AND n.id <= ?", p.q.Until)
	}
	if where := drive.lead.rest(p.q.Where); where != nil {
		s.add(" AND ")
		return p.tx.where(s, where)
	}
	return nil
}

// resume leaves out what stands at or before the cursor.
func (p *part) resume(s *sqlText, terms []term, rank int, after query.Cursor) {
	if len(after) == 0 || (rank >= 0 && rank > after[0].Rank && len(p.terms) > 0) {
		return
	}
	keys := after
	if rank > 0 {
		keys = keys[1:]
	}
	if len(terms) > 0 && (rank == 0 || rank == allRanks && !terms[0].ranked()) {
		terms[0].bound(s, keys[0]) // the range of the index that the walk reads
	}
	s.add(" AND (")
	for i := range terms {
		s.add("(")
		for j := range i {
			terms[j].same(s, keys[j])
			s.add(" AND ")
		}
		terms[i].beyond(s, keys[i])
		s.add(") OR ")
	}
	s.add("(")
	for j := range terms {
		terms[j].same(s, keys[j])
		s.add(" AND ")
	}
	s.add("n.uid > ?))", keys[len(keys)-1].Text)
}
