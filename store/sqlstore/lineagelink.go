package sqlstore

import (
	"sort"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func (t *tx) LinkPage(q *store.LinkQuery) ([]store.Link, *store.LinkPlace, error) {
	p := linkPage{q: q, left: q.Limit, links: make([]store.Link, 0, min(q.Limit, 2*len(q.Nodes)))}
	nodes := q.Nodes
	if a := q.After; a != nil {
		nodes = nodes[sort.Search(len(nodes), func(i int) bool { return nodes[i] > a.Node }):]
		if err := p.read(t, linksFrom(q.Kind, q.Detail), a.Node, q.Direction, a.Other, p.left+a.Given+1); err != nil {
			return nil, nil, err
		}
	}
	err := batchesGiven(nodes, func(given string, args []any) error {
		if p.over {
			return nil
		}
		return p.read(t, linksAmong(q.Kind, q.Detail, given), append(args, q.Direction, p.left+1)...)
	})
	return p.links, p.next(), err
}

// newestLinks goes backwards through the index that holds all that is read.
var newestLinks = define("newest links of an artifact", "COVERING INDEX event_artifact",
	"SELECT e.id, e.artifact, e.execution FROM event e WHERE e.artifact = ? AND e.direction = ? ORDER BY e.execution DESC LIMIT ?")

func (t *tx) NewestLinks(artifact pedigree.NodeID, direction pedigree.Direction, limit int) ([]store.Link, error) {
	r, err := t.query(newestLinks, artifact, direction, limit)
	if err != nil {
		return nil, err
	}
	var links []store.Link
	for r.next() {
		links = append(links, store.Link{Event: r.int(0), Node: r.id(1), Other: r.id(2)})
	}
	return links, r.close()
}

// linkPage is a page of events as it fills.
type linkPage struct {
	q     *store.LinkQuery
	links []store.Link
	left  int
	over  bool // there is more than the page takes
	skip  int  // events of the first pair that the page before had
}

// read appends what a statement gives, as far as the page goes.
func (p *linkPage) read(t *tx, sql string, args ...any) error {
	r, err := t.conn.query(background, sql, args...)
	if err != nil {
		return err
	}
	for r.next() {
		l := store.Link{Node: r.id(0), Other: r.id(1)}
		if a := p.q.After; a != nil && l.Node == a.Node && l.Other == a.Other && p.skip < a.Given {
			p.skip++
			continue
		}
		if p.left == 0 {
			p.over = true
			break
		}
		if p.q.Detail {
			l.Event, l.Time = r.int(2), r.time(3)
		}
		p.links = append(p.links, l)
		p.left--
	}
	return r.close()
}

// next says where the page after this one starts.
func (p *linkPage) next() *store.LinkPlace {
	if !p.over {
		return nil
	}
	if len(p.links) == 0 {
		return p.q.After
	}
	last := p.links[len(p.links)-1]
	place := &store.LinkPlace{Node: last.Node, Other: last.Other}
	for i := len(p.links) - 1; i >= 0 && p.links[i].Node == last.Node && p.links[i].Other == last.Other; i-- {
		place.Given++
	}
	if a := p.q.After; a != nil && a.Node == place.Node && a.Other == place.Other {
		place.Given += a.Given
	}
	return place
}

func linkColumnsOf(kind pedigree.Kind, detail bool) (columns, from, to string) {
	from, to = "execution", "artifact"
	if kind == pedigree.Artifact {
		from, to = to, from
	}
	columns = "SELECT e." + from + ", e." + to
	if detail {
		columns += ", e.id, e.time"
	}
	return columns, from, to
}

// linksAmong reads the first events of each node. The index holds all that is
// read, unless detail is asked for.
func linksAmong(kind pedigree.Kind, detail bool, given string) string {
	columns, from, _ := linkColumnsOf(kind, detail)
	return given + columns + " FROM given g CROSS JOIN event e ON e." + from + " = g.id WHERE e.direction = ? LIMIT ?"
}

// linksFrom reads on in the events of one node.
func linksFrom(kind pedigree.Kind, detail bool) string {
	columns, from, to := linkColumnsOf(kind, detail)
	return columns + " FROM event e WHERE e." + from + " = ? AND e.direction = ? AND e." + to + " >= ? ORDER BY e." + to + " LIMIT ?"
}
