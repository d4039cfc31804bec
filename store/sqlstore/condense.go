package sqlstore

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/series"
	"github.com/pedigree-ml/pedigree/store"
)

const (
	blockLeast = 1024        // points that are worth a block
	passBlocks = 16          // blocks that are written in one commit: others wait for it
	lateCost   = 1024        // points a series must grow by for each block that a late point undid, so that a long series that is filled from behind is not summed up over and over
	pause      = time.Second // between passes: what grows fast is summed up in larger pieces
	counters   = 1 << 16     // for how much series grow; those that share one are looked at too often
	mostEnds   = 1 << 17     // series whose blocks the writer remembers; beyond, it looks them up again
)

// A condenser sums up series that have grown long, beside the writer: it reads
// points on a snapshot and hands finished blocks to the writer, which makes sure
// that the points are still what was read.
type condenser struct {
	store *Store

	// ends has for series a point that is in none of their blocks or the last: never
	// too early, so a point from it on is in no block. A series that is not in it has
	// no blocks if its node is younger than those of old, since one process alone
	// writes points. Only the writer's goroutine uses these two.
	ends map[stretch]series.Point
	old  pedigree.NodeID

	// grown counts points since a series was last looked at, for the writer's
	// goroutine too. A counter for each series would cost every write more.
	grown [counters]int32

	mu  sync.Mutex
	due map[stretch]bool

	wake   chan struct{} // holds one call at most
	ctx    context.Context
	stop   context.CancelFunc
	ended  chan struct{}
	passes sync.Mutex // one pass at a time
}

// growth is by how many points a series has grown.
type growth struct {
	of     stretch
	points int
}

// newCondenser condenses what is in a store whose nodes until now are old.
func newCondenser(s *Store, old pedigree.NodeID) *condenser {
	c := &condenser{
		store: s, ends: map[stretch]series.Point{}, old: old, due: map[stretch]bool{},
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	c.ctx, c.stop = context.WithCancel(background)
	go c.run()
	return c
}

func (c *condenser) close() error {
	c.stop()
	<-c.ended
	return nil
}

// grew is called by the writer after each commit. Only here may ends be forgotten:
// looked up again in a transaction that has dropped blocks and is then undone, an
// end would be too early.
func (c *condenser) grew(grown []growth) {
	if len(c.ends) >= mostEnds {
		clear(c.ends)
		c.old = math.MaxInt64
	}
	for _, g := range grown {
		counter := &c.grown[(uint64(g.of.node)*31+uint64(g.of.key))*0x9e3779b97f4a7c15>>48]
		if *counter += int32(g.points); *counter >= blockLeast {
			*counter = 0
			c.ask(g.of)
		}
	}
}

// ask has a series looked at; so does who had to read many points one by one.
func (c *condenser) ask(of stretch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due[of] = true
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *condenser) run() {
	defer close(c.ended)
	for {
		select {
		case <-c.wake:
		case <-c.ctx.Done():
			return
		}
		// What fails is left to a reader that asks: charts are slower until then.
		_ = c.pass(c.ctx)
		select {
		case <-time.After(pause):
		case <-c.ctx.Done():
			return
		}
	}
}

// Condense implements [store.Store].
func (s *Store) Condense(ctx context.Context) error { return s.condenser.pass(ctx) }

// pass sums up all series that are due.
func (c *condenser) pass(ctx context.Context) error {
	c.passes.Lock()
	defer c.passes.Unlock()
	c.mu.Lock()
	due := c.due
	c.due = map[stretch]bool{}
	c.mu.Unlock()
	var drafts []draftBlocks
	blocks := 0
	for of := range due {
		for more := true; more; {
			d, err := c.read(ctx, of)
			if err != nil {
				return err
			}
			drafts, blocks, more = append(drafts, d), blocks+len(d.blocks), len(d.blocks) == passBlocks
			if !more && blocks < passBlocks {
				break
			}
			if err := c.write(ctx, drafts); err != nil {
				return err
			}
			drafts, blocks = drafts[:0], 0
		}
	}
	return c.write(ctx, drafts)
}

// draftBlocks are blocks to be, behind those that a series has.
type draftBlocks struct {
	of       stretch
	after    lastBlock // what they follow
	replaces bool      // they have its points too
	blocks   []draftBlock
}

type draftBlock struct {
	end    series.Point
	count  int
	loose  int // of them in no block before
	points []byte
	sums   []byte
}

type lastBlock struct {
	end    series.Point // start where there is none
	points int64
	count  int
}

func (t *tx) lastBlock(of stretch) (lastBlock, error) {
	last := lastBlock{end: start}
	r, err := t.query(blockLast, of.node, of.key)
	if err != nil {
		return last, err
	}
	if r.next() {
		last = lastBlock{readSeriesPoint(r), r.int(4), int(r.int(5))}
	}
	return last, r.close()
}

// read makes the next blocks of a series, a pass of them at most.
func (c *condenser) read(ctx context.Context, of stretch) (d draftBlocks, err error) {
	err = c.store.View(ctx, func(r store.Reader) error {
		t := r.(*tx)
		d = draftBlocks{of: of}
		if d.after, err = t.lastBlock(of); err != nil {
			return err
		}
		var points []series.Point
		if d.after.count > 0 && d.after.count < blockSize {
			if points, err = t.blockPoints(d.after.points); err != nil {
				return err
			}
			d.replaces = true
		}
		before := len(points)
		loose, err := t.pointsBehind(of, d.after.end, passBlocks*blockSize-before)
		if err != nil || len(loose) < blockLeast {
			return err
		}
		points = append(points, loose...)
		for len(points) >= blockLeast {
			some := points[:min(blockSize, len(points))]
			points = points[len(some):]
			d.blocks = append(d.blocks, draftBlock{
				end: some[len(some)-1], count: len(some), loose: len(some) - before, points: series.EncodePoints(some), sums: series.EncodeSums(series.Parts(some)),
			})
			before = 0
		}
		return nil
	})
	return d, err
}

// write keeps blocks whose series is still as it was when they were made.
func (c *condenser) write(ctx context.Context, drafts []draftBlocks) error {
	return c.store.Update(ctx, func(w store.Tx) error {
		t := w.(*tx)
		for i := range drafts {
			if err := t.addBlocks(&drafts[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) addBlocks(d *draftBlocks) error {
	if len(d.blocks) == 0 {
		return nil
	}
	last, err := t.lastBlock(d.of)
	if err != nil || last != d.after {
		return err
	}
	// Points are never changed or removed one by one: as many are the same.
	loose, end := 0, d.blocks[len(d.blocks)-1].end
	for _, b := range d.blocks {
		loose += b.loose
	}
	if n, err := t.oneInt(pointsCount, between(d.of, d.after.end, end)...); err != nil || n != int64(loose) {
		return err
	}
	if d.replaces {
		isnum, num := encode(last.end.Value)
		if _, err := t.exec(blocksDrop, d.of.node, d.of.key, last.end.Time, last.end.Step, isnum, num); err != nil {
			return err
		}
	}
	for _, b := range d.blocks {
		id, err := t.insert(blockPointsAdd, b.points)
		if err != nil {
			return err
		}
		isnum, num := encode(b.end.Value)
		if _, err := t.exec(blockAdd, d.of.node, d.of.key, b.end.Time, b.end.Step, isnum, num, b.count, id, b.sums); err != nil {
			return err
		}
	}
	c := t.store.condenser
	if known, ok := c.ends[d.of]; !ok || known.Compare(end) < 0 {
		c.ends[d.of] = end
	}
	return nil
}

// endOfBlocks gives a point that is in none of the blocks of a series or the last,
// and start where it has none.
func (t *tx) endOfBlocks(of stretch) (series.Point, error) {
	c := t.store.condenser
	if end, known := c.ends[of]; known {
		return end, nil
	}
	if of.node > c.old {
		return start, nil
	}
	last, err := t.lastBlock(of)
	if err == nil {
		c.ends[of] = last.end
	}
	return last.end, err
}
