package main

import (
	"math/rand/v2"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

// firstStart is when run 0 started; the others follow a second apart.
const firstStart pedigree.Time = 1_700_000_000_000

func startOf(i int) pedigree.Time { return firstStart + pedigree.Time(i)*1000 }

// draft says what run i is called.
func (f filling) draft(experiment string, i int) tracking.RunDraft {
	return tracking.RunDraft{
		Experiment: experiment,
		Name:       "run-" + strconv.Itoa(i),
		Started:    startOf(i),
		Tags:       []pedigree.Property{{Space: pedigree.Tag, Key: "mlflow.user", Value: "u"}},
	}
}

// widest is how many metrics, and how many params, one batch may hold.
const (
	widestMetrics = 850 // with the others at most 1000
	widestParams  = 100
)

// batches say what run i logged, in parts that the rules take.
func (f filling) batches(i int) (parts []tracking.Batch) {
	all := f.batch(i)
	for len(all.Metrics) > 0 || len(all.Params) > 0 || len(all.Tags) > 0 {
		m, p := min(len(all.Metrics), widestMetrics), min(len(all.Params), widestParams)
		parts = append(parts, tracking.Batch{Metrics: all.Metrics[:m], Params: all.Params[:p], Tags: all.Tags})
		all = tracking.Batch{Metrics: all.Metrics[m:], Params: all.Params[p:]}
	}
	return parts
}

// batch says what run i logged: metrics spread evenly over [0, 1), of which
// loss is 1 - m; at least five params and, with the user, three tags, of which
// some pick half of all runs and some a single one.
func (f filling) batch(i int) tracking.Batch {
	random := rand.New(rand.NewPCG(1, uint64(i)))
	metrics := make([]tracking.Measurement, f.metrics)
	for k := range metrics {
		metrics[k].Point = pedigree.Point{Key: "m" + strconv.Itoa(k), Value: random.Float64(), Time: startOf(i) + 500}
	}
	metrics[0].Key = "m"
	metrics[1].Key, metrics[1].Value = "loss", 1-metrics[0].Value
	batch := tracking.Batch{
		Metrics: metrics,
		Params: []pedigree.Property{
			{Space: pedigree.Param, Key: "p", Value: [...]string{"x", "y"}[i%2]},
			{Space: pedigree.Param, Key: "lr", Value: strconv.Itoa(i % 10)},
			{Space: pedigree.Param, Key: "model", Value: [...]string{"knn", "mlp", "linear"}[i%3]},
			{Space: pedigree.Param, Key: "seed", Value: strconv.Itoa(i)},
			{Space: pedigree.Param, Key: "data", Value: "s3://bucket/data/part-" + strconv.Itoa(i%1000)},
		},
		Tags: []pedigree.Property{
			{Space: pedigree.Tag, Key: "t", Value: strconv.Itoa(i % 100)},
			{Space: pedigree.Tag, Key: "group", Value: strconv.Itoa(i / 1000)},
		},
	}
	for k := len(batch.Params); k < f.params; k++ {
		batch.Params = append(batch.Params, pedigree.Property{Space: pedigree.Param, Key: "p" + strconv.Itoa(k), Value: strconv.Itoa(i * k % 7)})
	}
	return batch
}
