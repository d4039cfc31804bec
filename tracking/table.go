package tracking

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/series"
	"github.com/pedigree-ml/pedigree/store"
)

// parentTag names the run that a run is part of.
const parentTag = "mlflow.parentRunId"

// A Table asks for the runs of one experiment as a table shows them.
type Table struct {
	Experiment string // UID
	Where      query.Expr
	Order      []query.Order
	Bin        bool            // those in the bin; else those that are not
	Roots      bool            // only runs that are part of no other
	Until      pedigree.NodeID // only those that were there when this node was the newest; 0 for all
	Since      pedigree.NodeID // only those made after it; 0 for all
}

// A Column is something that runs have.
type Column struct {
	query.Property
	Reading Reading // of a metric
}

// Reading says which value of a metric is meant.
type Reading uint8

// The readings. Those of a whole series leave out what is no finite number.
const (
	Latest Reading = iota
	First
	Least
	Most
)

// A Cell is what a run has of a column.
type Cell = store.Cell

// Rows are some rows of a table.
type Rows struct {
	Runs     []pedigree.Node
	Columns  []Column
	Cells    [][]Cell // of the columns, by run
	Children []int64  // how many runs are part of each, where only roots were asked for
	Next     string   // token of the next page, empty at the end
	Newest   pedigree.NodeID
}

// A Window says which part of a table is wanted.
type Window struct {
	Columns   []Column
	Max       int
	Skip      int // rows to pass over from where the page begins
	PageToken string
}

const (
	tablePatience = 10 * time.Second // for one question about a table
	maxChildren   = 1000             // that are counted
	cellsAtOnce   = 200_000          // held in memory where all rows are given
)

// query writes a table as the store is asked for it.
func (t *Table) query(r store.Reader, ws pedigree.NodeID) (query.Query, error) {
	q := query.Query{Workspace: ws, Type: pedigree.RunType, Order: t.Order, View: query.Live, Limit: 1}
	x, err := experimentNode(r, ws, t.Experiment)
	if err != nil {
		return q, err
	}
	q.Homes, q.Until = []pedigree.NodeID{x.ID}, t.Until
	if t.Bin {
		q.View = query.Bin
	}
	var all query.And
	if t.Since > 0 {
		all = append(all, query.Compare{Field: query.Arrival, Op: query.Gt, Value: query.Value{Number: float64(t.Since)}})
	}
	if t.Roots {
		all = append(all, query.Compare{Field: query.Property{Space: pedigree.Tag, Key: parentTag}, Op: query.IsNull})
	}
	if t.Where != nil {
		where, err := carry.Searched(r, t.Where, pedigree.Tag)
		if err != nil {
			return q, err
		}
		all = append(all, where)
	}
	if len(all) > 0 {
		q.Where = all
	}
	return q, nil
}

// ask runs fn on a view of a table. The error is Exhausted where it takes too long.
func (s *Service) ask(ctx context.Context, ws pedigree.NodeID, t *Table, fn func(context.Context, store.Reader, *query.Query) error) error {
	patient, cancel := context.WithTimeout(ctx, tablePatience)
	defer cancel()
	err := s.store.View(patient, func(r store.Reader) error {
		q, err := t.query(r, ws)
		if err != nil {
			return err
		}
		return fn(patient, r, &q)
	})
	if patient.Err() != nil && ctx.Err() == nil {
		return pedigree.Errorf(pedigree.Exhausted, "it took more than %s: add a condition that few runs fulfil, on a param, a tag or the value of a metric", tablePatience)
	}
	return err
}

// TableRows gives some rows of a table with the columns asked for and no others.
func (s *Service) TableRows(ctx context.Context, ws pedigree.NodeID, t *Table, w Window) (rows Rows, err error) {
	if err := checkMax(w.Max); err != nil {
		return rows, err
	}
	err = s.ask(ctx, ws, t, func(ctx context.Context, r store.Reader, q *query.Query) error {
		rows, err = tableRows(ctx, r, q, w)
		if err != nil || !t.Roots {
			return err
		}
		conditions := make([]query.Compare, len(rows.Runs))
		for i := range rows.Runs {
			conditions[i] = query.Compare{
				Field: query.Property{Space: pedigree.Tag, Key: parentTag}, Op: query.Eq, Value: query.Value{Text: rows.Runs[i].UID},
			}
		}
		rows.Children, err = r.Uses(q.Homes[0], pedigree.RunType, conditions, maxChildren)
		return err
	})
	return rows, err
}

func tableRows(ctx context.Context, r store.Reader, q *query.Query, w Window) (rows Rows, err error) {
	q.Limit, q.Skip = w.Max, w.Skip
	if err := q.Resume(w.PageToken); err != nil {
		return rows, err
	}
	if rows.Newest, err = r.Newest(); err != nil {
		return rows, err
	}
	nodes, next, err := r.Find(q)
	if err != nil {
		return rows, err
	}
	rows.Columns, rows.Runs, rows.Next = w.Columns, nodes, q.Token(next)
	properties := make([]query.Property, len(w.Columns))
	whole := false
	for i, c := range w.Columns {
		properties[i] = c.Property
		whole = whole || c.Reading != Latest
	}
	if rows.Cells, err = r.Cells(idsOf(nodes), properties); err != nil || !whole {
		return rows, err
	}
	for i := range nodes {
		if err := readWhole(ctx, r, nodes[i].ID, w.Columns, rows.Cells[i]); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// readWhole puts what a run's series say as a whole in place of their latest values.
func readWhole(ctx context.Context, r store.Reader, run pedigree.NodeID, columns []Column, cells []Cell) error {
	sums := map[string]series.Sum{}
	for j, c := range columns {
		if c.Reading == Latest || !cells[j].Set {
			continue
		}
		sum, known := sums[c.Key]
		if !known {
			blocks, rest, err := r.Series(run, c.Key)
			if err != nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			sum = series.Whole(blocks, rest)
			sums[c.Key] = sum
		}
		value := map[Reading]series.Extreme{First: sum.First, Least: sum.Min, Most: sum.Max}[c.Reading].Value
		cells[j] = Cell{Set: !math.IsNaN(value), Number: value}
	}
	return nil
}

// EachRow gives all rows of a table in order, a page at a time. Runs that are
// made meanwhile are left out.
func (s *Service) EachRow(ctx context.Context, ws pedigree.NodeID, t Table, columns []Column, tell func(*Rows) error) error {
	w := Window{Columns: columns, Max: max(10, min(1000, cellsAtOnce/(len(columns)+1)))}
	for {
		rows, err := s.TableRows(ctx, ws, &t, w)
		if err != nil {
			return err
		}
		if err := tell(&rows); err != nil || rows.Next == "" {
			return err
		}
		w.PageToken = rows.Next
		if t.Until == 0 {
			t.Until = rows.Newest
		}
	}
}

// CountRuns counts the runs of a table, up to most.
func (s *Service) CountRuns(ctx context.Context, ws pedigree.NodeID, t *Table, most int64) (n int64, err error) {
	err = s.ask(ctx, ws, t, func(_ context.Context, r store.Reader, q *query.Query) error {
		n, err = r.Count(q, most)
		return err
	})
	return n, err
}

// A Group is runs with the same values. A Summary sums up a metric of them.
type (
	Group   = store.Group
	Summary = store.Summary
)

// GroupRuns gathers the runs of a table by the values of some fields, the
// largest groups first, at most limit.
func (s *Service) GroupRuns(ctx context.Context, ws pedigree.NodeID, t *Table, by []query.Field, metrics []string, limit int) (groups []Group, more bool, err error) {
	err = s.ask(ctx, ws, t, func(_ context.Context, r store.Reader, q *query.Query) error {
		groups, more, err = r.Groups(q, by, metrics, limit)
		return err
	})
	return groups, more, err
}

// A Use says how many runs have a key, or a value.
type Use struct {
	Property query.Property
	Text     string // the value, or what a long one begins with
	Cut      bool   // it is longer
	Runs     int64
	More     bool // there are more runs than were counted
}

// counting is how many runs are looked at to count the uses of what one answer
// lists.
const counting = 100_000

// KeysUsed lists the keys of some spaces that runs of an experiment have and in
// which a text is found in any case, those that begin with it first: at most
// limit. It reports whether there are more.
func (s *Service) KeysUsed(ctx context.Context, ws pedigree.NodeID, experiment string, spaces []pedigree.Space, part string, limit int) (uses []Use, more bool, err error) {
	err = s.ask(ctx, ws, &Table{Experiment: experiment}, func(_ context.Context, r store.Reader, q *query.Query) error {
		uses = nil
		for _, space := range spaces {
			keys, err := r.KeysAt(q.Homes[0], space)
			if err != nil {
				return err
			}
			for _, key := range matching(keys, part) {
				uses = append(uses, Use{Property: query.Property{Space: space, Key: key}})
			}
		}
		if more = len(uses) > limit; more {
			uses = uses[:limit]
		}
		return countUses(r, q.Homes[0], uses, query.NotNull)
	})
	return slices.DeleteFunc(uses, unused), more, err
}

// unused is a use by what is in the bin or no run alone.
func unused(u Use) bool { return u.Runs == 0 && !u.Cut }

// matching keeps the texts in which a part is found, in any case, and orders
// them: first those that begin with it.
func matching(texts []string, part string) []string {
	part = strings.ToLower(part)
	var begin, within []string
	for _, text := range texts {
		switch at := strings.Index(strings.ToLower(text), part); {
		case at == 0:
			begin = append(begin, text)
		case at > 0:
			within = append(within, text)
		}
	}
	slices.Sort(begin)
	slices.Sort(within)
	return append(begin, within...)
}

func countUses(r store.Reader, home pedigree.NodeID, uses []Use, op query.Op) error {
	conditions := make([]query.Compare, len(uses))
	for i, u := range uses {
		conditions[i] = query.Compare{Field: u.Property, Op: op, Value: query.Value{Text: u.Text}}
	}
	most := int64(counting / max(1, len(uses)))
	counts, err := r.Uses(home, pedigree.RunType, conditions, most)
	for i, n := range counts {
		uses[i].Runs, uses[i].More = n, n == most
	}
	return err
}

// someTexts is how many distinct values of a property are looked at for those
// that hold a text.
const someTexts = 5000

// ValuesUsed lists the values of a param or tag that runs of an experiment have
// and in which a text is found, the most frequent first: at most limit. It
// reports whether there are more.
func (s *Service) ValuesUsed(ctx context.Context, ws pedigree.NodeID, experiment string, p query.Property, part string, limit int) (uses []Use, more bool, err error) {
	err = s.ask(ctx, ws, &Table{Experiment: experiment}, func(_ context.Context, r store.Reader, q *query.Query) error {
		uses = nil
		found, err := textsWith(r, q.Homes[0], p, part)
		if err != nil {
			return err
		}
		cut := map[string]bool{}
		var texts []string
		for _, b := range found {
			texts = append(texts, b.Text)
			cut[b.Text] = b.Cut
		}
		for _, text := range matching(texts, part) {
			uses = append(uses, Use{Property: p, Text: text, Cut: cut[text]})
		}
		if more = len(uses) > 10*limit || len(found) >= someTexts; len(uses) > 10*limit {
			uses = uses[:10*limit]
		}
		return countUses(r, q.Homes[0], uses, query.Eq)
	})
	uses = slices.DeleteFunc(uses, unused)
	slices.SortStableFunc(uses, func(a, b Use) int { return int(b.Runs - a.Runs) })
	if len(uses) > limit {
		uses, more = uses[:limit], true
	}
	return uses, more, err
}

// textsWith gives the first values of a property, and those that begin with a
// text where the first are not all.
func textsWith(r store.Reader, home pedigree.NodeID, p query.Property, part string) ([]store.Beginning, error) {
	found, err := r.TextsAt(home, p, "", someTexts)
	if err != nil || len(found) < someTexts || part == "" {
		return found, err
	}
	further, err := r.TextsAt(home, p, part, someTexts)
	known := map[store.Beginning]bool{}
	for _, b := range found {
		known[b] = true
	}
	return append(found, slices.DeleteFunc(further, func(b store.Beginning) bool { return known[b] })...), err
}

// sampled is how many of the newest runs the values of attributes are counted by.
const sampled = 10_000

// AttributesUsed counts the values of an attribute of text among the newest runs
// of an experiment, the most frequent first. It reports whether there are older
// runs.
func (s *Service) AttributesUsed(ctx context.Context, ws pedigree.NodeID, experiment string, a query.Attr, part string, limit int) (uses []Use, more bool, err error) {
	err = s.ask(ctx, ws, &Table{Experiment: experiment}, func(_ context.Context, r store.Reader, q *query.Query) error {
		q.Order, q.Limit = []query.Order{{Field: query.Started, Desc: true}}, sampled
		nodes, next, err := r.Find(q)
		more = next != nil
		counts := map[string]int64{}
		var texts []string
		for i := range nodes {
			text := map[query.Attr]string{query.State: nodes[i].State, query.Owner: nodes[i].Owner, query.Name: nodes[i].Name}[a]
			if counts[text]++; counts[text] == 1 && text != "" {
				texts = append(texts, text)
			}
		}
		uses = nil
		for _, text := range matching(texts, part) {
			uses = append(uses, Use{Text: text, Runs: counts[text], More: more})
		}
		return err
	})
	slices.SortStableFunc(uses, func(a, b Use) int { return int(b.Runs - a.Runs) })
	if len(uses) > limit {
		uses, more = uses[:limit], true
	}
	return uses, more, err
}
