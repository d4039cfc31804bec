package sqlstore

import (
	"math"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/series"
)

// A stretch names a series, or a part of one, by numbers.
type stretch struct {
	node pedigree.NodeID
	key  int64
}

// blockSize is how many points a full block has. The last of a series may be
// shorter; it is made anew when there are more.
const blockSize = 4096

func (t *tx) Series(id pedigree.NodeID, key string) (blocks []series.Block, rest []series.Point, err error) {
	k, err := t.findKey(pedigree.Metric, key)
	if err != nil || k == 0 {
		return nil, nil, err
	}
	of := stretch{id, k}
	blocks, end, err := t.blocks(of)
	if err != nil {
		return nil, nil, err
	}
	loose := 0
	for {
		some, err := t.pointsBehind(of, end, blockSize)
		if err != nil {
			return nil, nil, err
		}
		if loose += len(some); len(some) < blockSize {
			if loose >= 2*blockLeast {
				t.store.condenser.ask(of)
			}
			return blocks, some, nil
		}
		// A long part that is not summed up yet is at least not kept.
		from, to := end, some[len(some)-1]
		end = to
		blocks = append(blocks, series.Block{Parts: series.Parts(some), Load: func() ([]series.Point, error) { return t.pointsWithin(of, from, to) }})
		if err := t.ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
}

// start is before every point.
var start = series.Point{Place: series.Place{Time: math.MinInt64, Step: math.MinInt64}, Value: math.Inf(-1)}

// blocks gives the blocks of a series and its last point that is in one.
func (t *tx) blocks(of stretch) (blocks []series.Block, end series.Point, err error) {
	r, err := t.query(blocksOf, of.node, of.key)
	if err != nil {
		return nil, start, err
	}
	end = start
	for r.next() {
		end = readSeriesPoint(r)
		points := r.int(4)
		parts, err := series.DecodeSums([]byte(r.text(5)))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, start, err
		}
		blocks = append(blocks, series.Block{Parts: parts, Load: func() ([]series.Point, error) { return t.blockPoints(points) }})
	}
	return blocks, end, r.close()
}

func (t *tx) blockPoints(id int64) ([]series.Point, error) {
	r, err := t.query(blockPoints, id)
	if err != nil {
		return nil, err
	}
	var encoded []byte
	if r.next() {
		encoded = []byte(r.text(0))
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	return series.DecodePoints(make([]series.Point, 0, blockSize), encoded)
}

func (t *tx) pointsBehind(of stretch, p series.Point, limit int) ([]series.Point, error) {
	isnum, num := encode(p.Value)
	return readSeries(limit)(t.query(pointsAfter, of.node, of.key, p.Time, p.Step, isnum, num, limit))
}

// pointsWithin gives the points behind one, up to another.
func (t *tx) pointsWithin(of stretch, from, to series.Point) ([]series.Point, error) {
	return readSeries(blockSize)(t.query(pointsBetween, between(of, from, to)...))
}

func between(of stretch, from, to series.Point) []any {
	isnum, num := encode(from.Value)
	args := []any{of.node, of.key, from.Time, from.Step, isnum, num}
	isnum, num = encode(to.Value)
	return append(args, to.Time, to.Step, isnum, num)
}

func readSeries(size int) func(*rows, error) ([]series.Point, error) {
	return func(r *rows, err error) ([]series.Point, error) {
		if err != nil {
			return nil, err
		}
		points := make([]series.Point, 0, size)
		for r.next() {
			points = append(points, readSeriesPoint(r))
		}
		return points, r.close()
	}
}

func readSeriesPoint(r *rows) series.Point {
	return series.Point{Place: series.Place{Time: r.int(0), Step: r.int(1)}, Value: decode(r.int(2), r.float(3))}
}

// grow notes that a series has more points. One that belongs into a block undoes
// that block and those behind it; they are made anew in time.
func (t *tx) grow(of stretch, p pedigree.Point, added int64) error {
	if added == 0 {
		return nil
	}
	g := growth{of, int(added)}
	at := series.Point{Place: series.Place{Time: int64(p.Time), Step: p.Step}, Value: p.Value}
	end, err := t.endOfBlocks(of)
	if err != nil {
		return err
	}
	if at.Compare(end) < 0 {
		isnum, num := encode(p.Value)
		dropped, err := t.exec(blocksDrop, of.node, of.key, p.Time, p.Step, isnum, num)
		if err != nil {
			return err
		}
		g.points -= int(dropped) * lateCost
	}
	if last := len(t.grown) - 1; last >= 0 && t.grown[last].of == of {
		t.grown[last].points += g.points
		return nil
	}
	t.grown = append(t.grown, g)
	return nil
}
