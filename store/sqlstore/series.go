package sqlstore

import (
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// encode splits a value into the columns isnum and num.
func encode(v float64) (isnum int64, num float64) {
	if math.IsNaN(v) {
		return 0, 0
	}
	return 1, v
}

func decode(isnum int64, num float64) float64 {
	if isnum == 0 {
		return math.NaN()
	}
	return num
}

func (t *tx) AppendPoints(n *pedigree.Node, points []pedigree.Point) error {
	for _, p := range points {
		if err := checkText("the key", p.Key, maxKey); err != nil {
			return err
		}
		key, err := t.makeKey(pedigree.Metric, p.Key)
		if err != nil {
			return err
		}
		isnum, num := encode(p.Value)
		added, err := t.exec(pointAdd, n.ID, key, p.Time, p.Step, isnum, num)
		if err != nil {
			return err
		}
		if err := t.grow(stretch{n.ID, key}, p, added); err != nil {
			return err
		}
	}
	if len(points) > 1 {
		points = pedigree.Latest(points)
	}
	for _, p := range points {
		if err := t.moveLatest(n, p); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) moveLatest(n *pedigree.Node, p pedigree.Point) error {
	key, err := t.makeKey(pedigree.Metric, p.Key)
	if err != nil {
		return err
	}
	var num any
	if !math.IsNaN(p.Value) {
		num = p.Value
	}
	_, err = t.exec(latestPut, n.ID, key, n.Home, num, p.Time, p.Step)
	return err
}

func (t *tx) Points(id pedigree.NodeID, key string, after *pedigree.Point, limit int) ([]pedigree.Point, error) {
	k, err := t.findKey(pedigree.Metric, key)
	if err != nil || k == 0 {
		return nil, err
	}
	if after == nil {
		return readPoints(key, limit)(t.query(pointsFirst, id, k, limit))
	}
	isnum, num := encode(after.Value)
	return readPoints(key, limit)(t.query(pointsAfter, id, k, after.Time, after.Step, isnum, num, limit))
}

func (t *tx) Steps(id pedigree.NodeID, key string) ([]int64, error) {
	k, err := t.findKey(pedigree.Metric, key)
	if err != nil || k == 0 {
		return nil, err
	}
	r, err := t.query(pointSteps, id, k)
	if err != nil {
		return nil, err
	}
	var steps []int64
	for r.next() {
		steps = append(steps, r.int(0))
	}
	return steps, r.close()
}

func (t *tx) PointsAt(id pedigree.NodeID, key string, steps []int64, limit int) ([]pedigree.Point, error) {
	k, err := t.findKey(pedigree.Metric, key)
	if err != nil || k == 0 || len(steps) == 0 {
		return nil, err
	}
	r, err := t.query(pointsByStep, id, k, steps[0], steps[len(steps)-1])
	if err != nil {
		return nil, err
	}
	var points []pedigree.Point
	for len(points) < limit && r.next() {
		if _, wanted := slices.BinarySearch(steps, r.int(1)); wanted {
			points = append(points, readPoint(key, r))
		}
	}
	return points, r.close()
}

// readPoints reads a result to its end and closes it.
func readPoints(key string, limit int) func(*rows, error) ([]pedigree.Point, error) {
	return func(r *rows, err error) ([]pedigree.Point, error) {
		if err != nil {
			return nil, err
		}
		points := make([]pedigree.Point, 0, min(limit, 1024))
		for r.next() {
			points = append(points, readPoint(key, r))
		}
		return points, r.close()
	}
}

func readPoint(key string, r *rows) pedigree.Point {
	return pedigree.Point{Key: key, Time: r.time(0), Step: r.int(1), Value: decode(r.int(2), r.float(3))}
}

func (t *tx) AddEvaluations(evaluations []pedigree.Evaluation) error {
	for _, e := range evaluations {
		key, err := t.makeKey(pedigree.Metric, e.Key)
		if err != nil {
			return err
		}
		isnum, num := encode(e.Value)
		if _, err := t.exec(evaluationAdd, e.Artifact, key, e.Time, e.Step, isnum, num, e.Execution, e.Dataset, e.DatasetDigest); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Evaluations(artifacts []pedigree.NodeID) ([]pedigree.Evaluation, error) {
	var found []pedigree.Evaluation
	err := batches(artifacts, func(list string, args []any) error {
		r, err := t.conn.query(background, evaluationsOf(list), args...)
		if err != nil {
			return err
		}
		for r.next() {
			key, err := t.keyName(r.int(1))
			if err != nil {
				_ = r.close() // the first error counts
				return err
			}
			found = append(found, pedigree.Evaluation{
				Artifact: r.id(0), Execution: r.id(6), Dataset: r.text(7), DatasetDigest: r.text(8),
				Point: pedigree.Point{Key: key, Time: r.time(2), Step: r.int(3), Value: decode(r.int(4), r.float(5))},
			})
		}
		return r.close()
	})
	return found, err
}

func evaluationsOf(list string) string {
	return "SELECT artifact, key, time, step, isnum, num, execution, dataset, digest FROM evaluation " +
		"WHERE artifact IN (" + list + ") ORDER BY artifact, key, time, step"
}
