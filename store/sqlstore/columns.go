package sqlstore

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// columns keeps what searches over many nodes read again and again, in memory: columns
// of properties, and sets of nodes. Each is true as of an entry of the feed, and is
// brought up to that of the transaction that asks by what was touched in between. They
// are made once they are worth it, see [entities.makingCosts], and those not used for
// the longest time go when there is no room.
type columns struct {
	room  int64 // bytes that all may take; 0 keeps none
	eager bool  // everything is worth making

	mu   sync.Mutex
	kept map[any]*kept
	uses int64 // counts up, to know which was used last
	size int64
}

// A kept is a column or a set, or what is known of one that is not there.
type kept struct {
	making sync.Mutex // held by who makes it, or brings it up to date

	// The others are guarded by columns.mu.
	now     asOf
	before  asOf      // for transactions that began before the last were made
	turned  time.Time // when it was
	used    int64
	size    int64
	looked  int64     // rows that searches looked at for want of it
	refused time.Time // until when it is not tried again: it would be too large
}

// An asOf is something as of an entry of the feed.
type asOf struct {
	at    int64
	is    keepable // nil for nothing
	marks [2]int64 // what else must be as it was; see keeper
}

type keepable interface{ bytes() int64 }

// A keeper knows how to make one thing that is kept. It is its key.
type keeper interface {
	make(t *tx) (keepable, error)

	// touched are the touches after which it may be other of a node; with TouchHome
	// it has to be made anew after nodes were touched that the feed does not name.
	touched() pedigree.Touch

	// renewed gives it as it is after some nodes were touched; nil where it has to be
	// made anew.
	renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error)
}

// A marked keeper is true only as long as its marks are what they were.
type marked interface {
	marks(t *tx) ([2]int64, error)
}

const (
	mostBehind   = 20_000 // entries of the feed by which something is brought up to date; beyond it is made anew
	largestShare = 2      // of the room, as a fraction, that one thing may take
	refusal      = 10 * time.Minute
	turn         = 2 * time.Second // that what was made before the last is kept at least
	mostKept     = 2000            // things that are kept, or known of
)

func newColumns(e *Engine) *columns {
	return &columns{room: e.Columns, eager: e.Eager, kept: make(map[any]*kept)}
}

// entry gives what is known of a thing.
func (c *columns) entry(k keeper) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.kept[k]
	if one == nil {
		if len(c.kept) >= mostKept {
			c.forget(len(c.kept) / 2)
		}
		one = &kept{}
		c.kept[k] = one
	}
	c.uses++
	one.used = c.uses
	return one
}

// worth notes that a search would look at some rows for want of a thing, and reports
// whether it is worth making.
func (c *columns) worth(one *kept, rows, cost int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	one.looked += rows
	return one.looked >= cost && time.Now().After(one.refused)
}

// newestFor gives the newest that is not after an entry of the feed, and whether
// it is the newest of all.
func (c *columns) newestFor(one *kept, newest int64) (now asOf, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if one.now.is != nil && one.now.at > newest {
		return one.before, false
	}
	return one.now, true
}

// keep keeps what was made, and lets others go for it. One that is too large is not kept.
func (c *columns) keep(one *kept, now asOf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := now.is.bytes()
	c.size -= one.size
	if time.Since(one.turned) > turn {
		one.before, one.turned = one.now, time.Now()
	}
	one.now, one.size = asOf{}, 0
	if size > c.room/largestShare { // whoever asked may have it all the same
		one.before = asOf{}
		one.refused = time.Now().Add(refusal)
		return
	}
	one.now, one.size, one.looked = now, size, 0
	if c.size += size; c.size > c.room {
		c.forget(0)
	}
}

// forget lets go of what was not used for the longest time: of as many as are said,
// and until there is room.
func (c *columns) forget(n int) {
	type aged struct {
		key  any
		used int64
	}
	all := make([]aged, 0, len(c.kept))
	for key, one := range c.kept {
		all = append(all, aged{key, one.used})
	}
	slices.SortFunc(all, func(a, b aged) int { return int(a.used - b.used) })
	for i, a := range all {
		if i >= n && c.size <= c.room {
			return
		}
		c.size -= c.kept[a.key].size
		delete(c.kept, a.key)
	}
}

// columnsView is how a transaction sees what is kept.
type columnsView struct {
	*tx
	newest   int64 // entry of the feed
	oldest   int64
	behind   map[int64]*feedStretch // what was touched after an entry
	price    int64                  // rows that the search looks at without columns; 0 makes none
	cost     int64                  // rows that making one looks at, about
	complete bool                   // everything asked for was there
	missed   map[keeper]bool        // what was asked for and was not
}

// scattered is how many times as long it takes to look at a row by the number of its
// node as at the next one of an index.
const scattered = 10

// dear reports whether to look at some nodes one by one, for want of something that was
// asked for, takes as long as the search does without columns.
func (v *columnsView) dear(nodes int64) bool { return !v.complete && nodes*scattered >= v.price }

// A feedStretch is what was touched in a stretch of the feed.
type feedStretch struct {
	nodes  []pedigree.NodeID
	touch  []pedigree.Touch
	homes  bool // nodes were touched that it does not name
	failed bool
}

// view begins to use what is kept. It is nil for who writes: what he has written stands
// in no feed yet.
func (t *tx) viewColumns() (*columnsView, error) {
	if t.store.columns.room == 0 || t.fresh != nil {
		return nil, nil
	}
	oldest, newest, err := t.FeedEnds()
	return &columnsView{tx: t, newest: newest, oldest: oldest, behind: make(map[int64]*feedStretch), complete: true, missed: make(map[keeper]bool)}, err
}

var feedTouched = define("what was touched after an entry of the feed", "PRIMARY KEY", "SELECT node, touch, type FROM feed WHERE id > ? ORDER BY id LIMIT ?")

// since reads what was touched after an entry; failed where that is too much.
func (v *columnsView) since(at int64) (*feedStretch, error) {
	if s := v.behind[at]; s != nil {
		return s, nil
	}
	s := &feedStretch{failed: v.newest-at > mostBehind || v.oldest > at+1}
	v.behind[at] = s
	if s.failed {
		return s, nil
	}
	r, err := v.query(feedTouched, at, mostBehind)
	if err != nil {
		return nil, err
	}
	known := make(map[pedigree.NodeID]int)
	for r.next() {
		id, touch := r.id(0), pedigree.Touch(r.int(1))
		s.homes = s.homes || touch&pedigree.TouchHome != 0
		if touch&pedigree.TouchPurged != 0 && !r.null(2) {
			typ, err := v.typeByID(r.int(2))
			if err != nil {
				_ = r.close() // the first error counts
				return nil, err
			}
			s.homes = s.homes || typ.Kind == pedigree.Context && !isEntity(typ) // with all that was at home there
		}
		if i, again := known[id]; again {
			s.touch[i] |= touch
			continue
		}
		known[id] = len(s.nodes)
		s.nodes, s.touch = append(s.nodes, id), append(s.touch, touch)
	}
	return s, r.close()
}

// get gives a thing as it is for the transaction; nil where it is not there and not
// worth making, or where the transaction is older than it.
func (v *columnsView) get(k keeper) (keepable, error) {
	c := v.store.columns
	one := c.entry(k)
	one.making.Lock()
	defer one.making.Unlock()
	now, last := c.newestFor(one, v.newest)
	var marks [2]int64
	if m, ok := k.(marked); ok {
		var err error
		if marks, err = m.marks(v.tx); err != nil {
			return nil, err
		}
	}
	if now.is != nil && now.marks == marks && now.at <= v.newest {
		is, err := v.renew(k, now)
		if err != nil {
			return nil, err
		}
		if is != nil {
			if last && now.at < v.newest {
				c.keep(one, asOf{v.newest, is, marks})
			}
			return is, nil
		}
	}
	if !last || v.price == 0 || v.missed[k] || !c.worth(one, v.price, v.cost) {
		v.complete, v.missed[k] = false, true
		return nil, nil
	}
	is, err := k.make(v.tx)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", k, err)
	}
	c.keep(one, asOf{v.newest, is, marks})
	return is, nil
}

// renew brings something up to the feed of the transaction; nil where that takes longer
// than to make it anew.
func (v *columnsView) renew(k keeper, now asOf) (keepable, error) {
	if now.at == v.newest {
		return now.is, nil
	}
	s, err := v.since(now.at)
	if err != nil || s.failed || s.homes && k.touched()&pedigree.TouchHome != 0 {
		return nil, err
	}
	var nodes []pedigree.NodeID
	for i, id := range s.nodes {
		if s.touch[i]&(k.touched()|pedigree.TouchPurged) != 0 {
			nodes = append(nodes, id)
		}
	}
	if len(nodes) == 0 {
		return now.is, nil
	}
	return k.renewed(v.tx, now.is, nodes)
}
