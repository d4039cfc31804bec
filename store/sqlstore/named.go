package sqlstore

import (
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A pattern that names are to match can be told by an index of names alone,
// which holds a hundred names to the page; looking at the nodes themselves costs
// ten times as much. So a walk in order of name looks up only nodes whose names
// match, and a search in another order first finds out whether those are few.

// fewNames is up to how many nodes whose names match are looked up and sorted,
// in place of a walk in the order asked for. Where more match, they are soon
// counted so far, and the walk soon fills its page. The first names of all would
// tell that sooner, but not truly: names that match lie together.
const fewNames = 1024

// namePatterns lists the patterns that the names of all matches have.
func (p *part) namePatterns() []query.Compare {
	var patterns []query.Compare
	for _, c := range required(p.q.Where) {
		if c.Field == query.Field(query.Name) && (c.Op == query.Like || c.Op == query.ILike) {
			patterns = append(patterns, c)
		}
	}
	return patterns
}

// whereNamed writes a range of an index of names, of the table m, and what
// patterns leave of it.
func (p *part) whereNamed(s *sqlText, patterns []query.Compare) {
	if p.q.Type.Kind == pedigree.Context {
		s.add("m.workspace = ?", p.q.Workspace)
	} else {
		s.add("m.home = ?", p.home)
	}
	s.add(" AND m.type = ? AND m.kind = "+strconv.Itoa(int(p.q.Type.Kind)), p.typ)
	for _, c := range patterns {
		s.add(" AND ")
		p.relation(s, "m.name", c, false)
		if c.Op == query.Like {
			likeRange(s, "m.name", c.Value.Text)
		}
	}
}

// findFew finds the nodes whose names match, if the search asks for a pattern
// and another order than that of names, and if they are few.
func (p *part) findFew() error {
	for _, find := range []func() (bool, error){p.findByUID, p.findArrived, p.findClassified} {
		if found, err := find(); found || err != nil {
			return err
		}
	}
	patterns := p.namePatterns()
	index := nodeIndex(query.Name, p.q.Type.Kind)
	if len(patterns) == 0 || index == "" || p.named() || len(p.terms) == 0 || p.terms[0].Field == query.Field(query.Name) {
		return nil
	}
	s := &sqlText{}
	s.add("SELECT m.id FROM node m" + p.conn.dialect.UseIndex(index) + " WHERE ")
	p.whereNamed(s, patterns)
	s.add(" LIMIT ?", fewNames+1)
	r, err := p.conn.query(p.ctx, s.String(), s.args...)
	if err != nil {
		return err
	}
	ids := make([]pedigree.NodeID, 0, 16)
	for r.next() {
		ids = append(ids, r.id(0))
	}
	if err := r.close(); err != nil {
		return err
	}
	if len(ids) <= fewNames {
		p.few = padded(ids)
	}
	return nil
}

// findByUID finds the nodes that a search names by their public identities, if
// it does.
func (p *part) findByUID() (bool, error) {
	for _, c := range required(p.q.Where) {
		if c.Field != query.Field(query.UID) || c.Op != query.Eq && c.Op != query.In {
			continue
		}
		texts := c.Value.Texts
		if c.Op == query.Eq {
			texts = []string{c.Value.Text}
		}
		ids := []pedigree.NodeID{}
		err := batches(texts, func(list string, args []any) error {
			r, err := p.conn.query(p.ctx, nodesByUID(list), append([]any{p.q.Workspace, p.typ}, args...)...)
			if err != nil {
				return err
			}
			for r.next() {
				ids = append(ids, r.id(0))
			}
			return r.close()
		})
		p.few = padded(ids)
		return true, err
	}
	return false, nil
}

// fewArrived is up to how many nodes that were made since are looked at, in place
// of all that are at home.
const fewArrived = 10_000

var (
	arrivedCount = define("nodes made since", "PRIMARY KEY", "SELECT count(*) FROM (SELECT 1 FROM node WHERE id > ? LIMIT ?) AS used")
	arrivedAt    = define("nodes made since at home", "PRIMARY KEY", "SELECT id FROM node WHERE id > ? AND +home = ? AND +type = ? LIMIT ?")
)

// findArrived finds the nodes that were made after another, if the search asks
// for that and few were made.
func (p *part) findArrived() (bool, error) {
	for _, c := range required(p.q.Where) {
		if c.Field != query.Field(query.Arrival) || c.Op != query.Gt {
			continue
		}
		if n, err := p.oneInt(arrivedCount, int64(c.Value.Number), fewArrived); err != nil || n == fewArrived {
			return false, err
		}
		r, err := p.tx.query(arrivedAt, int64(c.Value.Number), p.home, p.typ, fewNames+1)
		if err != nil {
			return false, err
		}
		ids := []pedigree.NodeID{}
		for r.next() {
			ids = append(ids, r.id(0))
		}
		if err := r.close(); err != nil || len(ids) > fewNames {
			return false, err
		}
		p.few = padded(ids)
		return true, nil
	}
	return false, nil
}

func nodesByUID(list string) string {
	return "SELECT id FROM node WHERE workspace = ? AND type = ? AND uid IN (" + list + ")"
}

// padded repeats the last of some identities until their number is one of few,
// so that searches share prepared statements. Of none it makes one that no node
// has.
func padded(ids []pedigree.NodeID) []pedigree.NodeID {
	if len(ids) == 0 {
		return []pedigree.NodeID{-1}
	}
	size := 1
	for size < len(ids) {
		size *= 4
	}
	for len(ids) < size {
		ids = append(ids, ids[len(ids)-1])
	}
	return ids
}

// terms gives the terms of the order, the first as the walk has it.
func (d drive) terms(terms []term) []term {
	if len(d.patterns) == 0 {
		return terms
	}
	own := append([]term(nil), terms...)
	own[0].column = "m.name"
	return own
}
