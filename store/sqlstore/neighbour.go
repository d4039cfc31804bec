package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

var fewInBin = define("few nodes in the bin", "node_in_bin", "SELECT n.id FROM node n WHERE n.deleted IS NOT NULL AND n.id > 0 ORDER BY n.id LIMIT ?")

// maxKnownInBin is up to how many nodes in the bin a reader remembers, rather
// than ask of each neighbour whether it is there.
const maxKnownInBin = 500

// knownInBin gives all nodes in the bin, if they are few and stay the same.
func (t *tx) knownInBin() (bin map[pedigree.NodeID]bool, known bool, err error) {
	if t.fresh != nil { // a writer may move some
		return nil, false, nil
	}
	if t.bin != nil {
		return t.bin, len(t.bin) <= maxKnownInBin, nil
	}
	r, err := t.query(fewInBin, maxKnownInBin+1)
	if err != nil {
		return nil, false, err
	}
	t.bin = make(map[pedigree.NodeID]bool)
	for r.next() {
		t.bin[r.id(0)] = true
	}
	return t.bin, len(t.bin) <= maxKnownInBin, r.close()
}

func (t *tx) Neighbours(kind pedigree.Kind, nodes []pedigree.NodeID, direction pedigree.Direction, limit int) ([]store.Neighbour, error) {
	bin, known, err := t.knownInBin()
	if err != nil {
		return nil, err
	}
	var found []store.Neighbour
	err = batches(nodes, func(list string, args []any) error {
		if len(found) >= limit {
			return nil
		}
		if direction != 0 {
			args = append(args, direction)
		}
		r, err := t.conn.query(background, t.store.engine.Dialect.neighboursOf(kind, list, direction != 0, !known), args...)
		if err != nil {
			return err
		}
		for len(found) < limit && r.next() {
			if to := r.id(2); !known || !bin[to] {
				found = append(found, store.Neighbour{Event: r.int(0), From: r.id(1), To: to})
			}
		}
		return r.close()
	})
	return found, err
}

// neighboursOf reads indexes alone, whose entries hold both ends and the
// event's number: in a big graph each row more is a page more.
func (d Dialect) neighboursOf(kind pedigree.Kind, list string, directed, checked bool) string {
	from, to := "execution", "artifact"
	if kind == pedigree.Artifact {
		from, to = to, from
	}
	sql := "SELECT e.id, e." + from + ", e." + to + " FROM event e" + d.UseIndex("event_"+from) + " WHERE e." + from + " IN (" + list + ")"
	if directed {
		sql += " AND e.direction = ?"
	}
	if checked {
		sql += " AND NOT EXISTS (SELECT 1 FROM node n" + d.UseIndex("node_in_bin") + " WHERE n.id = e." + to + " AND n.deleted IS NOT NULL)"
	}
	return sql
}

func (t *tx) EventsByID(ids []int64) ([]pedigree.Event, error) {
	events := make([]pedigree.Event, 0, len(ids))
	err := eachSpan(ids, func(run []int64) error {
		start := len(events)
		r, err := t.conn.query(background, eventsByID("BETWEEN ? AND ?"), run[0], run[len(run)-1])
		if err != nil {
			return err
		}
		events, err = readEvents(r, events)
		asked := filter[int64]{run}
		kept := slices.DeleteFunc(events[start:], func(e pedigree.Event) bool { return !asked.has(e.ID) })
		events = events[:start+len(kept)]
		return err
	}, func(list string, args []any) error {
		r, err := t.conn.query(background, eventsByID("IN ("+list+")"), args...)
		if err != nil {
			return err
		}
		events, err = readEvents(r, events)
		return err
	})
	slices.SortFunc(events, func(a, b pedigree.Event) int { return cmp.Compare(a.ID, b.ID) })
	return events, err
}

// eventsByID gives events on whose number there is a condition.
func eventsByID(condition string) string {
	return "SELECT " + linkColumns + " FROM event e WHERE e.id " + condition + " ORDER BY e.id"
}
