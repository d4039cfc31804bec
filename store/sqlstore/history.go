package sqlstore

import (
	"cmp"
	"errors"
	"math"
	"sort"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func (t *tx) AppendChange(c *pedigree.Change) error {
	for _, text := range []string{c.Actor, c.What, c.Before, c.After, c.Reason} {
		if err := checkText("a part of the history", text, maxLabel); err != nil {
			return err
		}
	}
	c.Time, c.Origin = t.now, pedigree.ActorOf(t.ctx).Origin
	id, err := t.insert(changeAdd, c.Workspace, c.Node, c.Time, c.Actor, c.What, c.Before, c.After, c.Reason, c.Origin)
	c.ID = id
	return err
}

func (t *tx) ChangesBefore(q *store.ChangeQuery) ([]pedigree.Change, error) {
	args := []any{q.Workspace, cmp.Or(q.Before, math.MaxInt64), q.After, q.Limit}
	switch {
	case q.Node != 0:
		return t.changes(t.query(changesOfNode, append([]any{q.Node}, args...)...))
	case q.Actor != "":
		return t.changes(t.query(changesByActor, append([]any{q.Actor}, args...)...))
	case q.What != "":
		return t.changes(t.query(changesByWhat, append([]any{q.What}, args...)...))
	}
	return t.changes(t.query(changesAll, args...))
}

func (t *tx) LastChange(before pedigree.Time) (id int64, err error) {
	newest, _, err := t.changeAt(math.MaxInt64)
	if err != nil {
		return 0, err
	}
	after := sort.Search(int(newest), func(i int) bool { // of the lines numbered from 1
		_, time, at := t.changeAt(int64(i) + 1)
		err = errors.Join(err, at)
		return time >= before
	})
	id, _, at := t.changeAt(int64(after))
	return id, errors.Join(err, at)
}

// changeAt gives the line of the history that has a number, or else the one
// before it; without time where there is none.
func (t *tx) changeAt(number int64) (id int64, time pedigree.Time, err error) {
	r, err := t.query(changeAt, number)
	if err != nil {
		return 0, pedigree.NoTime, err
	}
	time = pedigree.NoTime
	if r.next() {
		id, time = r.int(0), r.time(1)
	}
	return id, time, r.close()
}

func (t *tx) Changes(node pedigree.NodeID, after int64, limit int) ([]pedigree.Change, error) {
	return t.changes(t.query(changesOf, node, after, limit))
}

func (t *tx) changes(r *rows, err error) ([]pedigree.Change, error) {
	if err != nil {
		return nil, err
	}
	var changes []pedigree.Change
	for r.next() {
		changes = append(changes, pedigree.Change{
			ID: r.int(0), Workspace: r.id(1), Node: r.id(2), Time: r.time(3),
			Actor: r.text(4), What: r.text(5), Before: r.text(6), After: r.text(7), Reason: r.text(8), Origin: r.text(9),
		})
	}
	return changes, r.close()
}
