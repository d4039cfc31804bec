// Package search finds nodes of every wire together: by a filter, by the words
// that stand in them, or both. It also keeps the index of words, which follows
// what is written at a distance, so that writers do not wait for it.
package search

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service searches one store.
type Service struct {
	store store.Store
	pause func(context.Context, time.Duration) // tests need not wait
}

// New returns a service on s.
func New(s store.Store) *Service { return &Service{store: s, pause: pause} }

// A Query asks for nodes, a page at a time. Nodes in the bin are not seen.
type Query struct {
	Workspace pedigree.NodeID
	Kinds     []pedigree.Kind // empty for all
	Where     query.Scalar    // nil for any
	Words     string          // all of them; the last may be a beginning; empty for any
	By        query.Attr      // Arrival, Created or Updated
	Desc      bool
	Limit     int // at least 1
	After     *query.Place
	Count     bool     // also count what is found by type and state
	Facets    []Facet  // also count what is found by each of these
	Values    int      // of a facet that are given at the most
	Show      []string // properties of each node that are given too, by qualified key
	Contexts  bool     // give the contexts of each node too
}

// A Page is part of an answer.
type Page struct {
	Nodes  []pedigree.Node
	Facts  []pedigree.Facts  // of each node, as far as they are to be shown; nil where nothing is
	In     [][]pedigree.Node // the contexts of each node, at most [contextsShown]; nil where they are not wanted
	Next   *query.Place      // nil after the last
	Counts []store.Count     // most frequent first
	More   bool              // Counts and Facets leave some nodes out: their numbers are the least
	Facets []Counted         // as they were asked for
	Seen   int64             // nodes that Facets count
}

const (
	patience = 10 * time.Second // for one search
	counted  = 10_000           // nodes of a kind that are counted at the most
)

var allKinds = []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context}

// Find answers a query. The error is Exhausted where it takes too long: a
// condition that few nodes fulfil and that no index knows.
func (s *Service) Find(ctx context.Context, q *Query) (p Page, err error) {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = s.store.View(patient, func(r store.Reader) error {
		p = Page{}
		return find(r, q, &p)
	})
	if patient.Err() != nil && ctx.Err() == nil {
		return p, pedigree.Errorf(pedigree.Exhausted, "the search took more than %s: add a condition on the type, name, URI or a property that few nodes have", patience)
	}
	return p, err
}

func find(r store.Reader, q *Query, p *Page) error {
	kinds := q.Kinds
	if len(kinds) == 0 {
		kinds = allKinds
	}
	where, err := carry.SearchedIn(r, q.Where)
	if err != nil {
		return err
	}
	var sample []store.Sampled
	for _, kind := range kinds {
		sel := &query.Selection{
			Workspace: q.Workspace, Kind: kind, Where: where, Text: apart(q.Words), By: q.By, Desc: q.Desc, Limit: q.Limit, After: q.After,
		}
		nodes, next, err := r.Select(sel)
		if err != nil {
			return err
		}
		p.Nodes = append(p.Nodes, nodes...)
		if p.Next == nil {
			p.Next = next
		}
		if q.Count {
			if err := tally(r, sel, p); err != nil {
				return err
			}
		}
		if len(q.Facets) > 0 {
			some, more, err := r.Sample(sel, counted)
			if err != nil {
				return err
			}
			sample, p.More = append(sample, some...), p.More || more
		}
	}
	if err := p.count(r, q, sample); err != nil {
		return err
	}
	p.cut(q)
	if err := p.show(r, q.Show); err != nil {
		return err
	}
	if q.Contexts {
		if err := p.place(r); err != nil {
			return err
		}
	}
	slices.SortStableFunc(p.Counts, func(a, b store.Count) int { return cmp.Compare(b.Nodes, a.Nodes) })
	return nil
}

func tally(r store.Reader, sel *query.Selection, p *Page) error {
	counts, more, err := r.Tally(sel, counted)
	p.Counts, p.More = append(p.Counts, counts...), p.More || more
	return err
}

// count counts the facets of what was found.
func (p *Page) count(r store.Reader, q *Query, sample []store.Sampled) (err error) {
	p.Seen = int64(len(sample))
	p.Facets, err = facets(r, sample, q.Facets, q.Values)
	return err
}

// cut merges the pages of several kinds to one.
func (p *Page) cut(q *Query) {
	slices.SortFunc(p.Nodes, func(a, b pedigree.Node) int {
		c := cmp.Or(cmp.Compare(placeKey(q.By, &a), placeKey(q.By, &b)), cmp.Compare(a.ID, b.ID))
		if q.Desc {
			return -c
		}
		return c
	})
	if len(p.Nodes) > q.Limit {
		p.Nodes = p.Nodes[:q.Limit]
		p.Next = &query.Place{}
	}
	if p.Next != nil {
		last := &p.Nodes[len(p.Nodes)-1]
		p.Next = &query.Place{Key: placeKey(q.By, last), ID: last.ID}
	}
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
