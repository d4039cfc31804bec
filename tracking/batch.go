package tracking

import (
	"context"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// Limits on one batch.
const (
	maxBatchMetrics = 1000
	maxBatchParams  = 100
	maxBatchTags    = 100
	maxBatchTotal   = 1000
)

// A Batch is written whole or not at all.
type Batch struct {
	Metrics []Measurement
	Params  []pedigree.Property
	Tags    []pedigree.Property
}

// LogBatch adds metrics, params and tags to a live run, all or none.
func (s *Service) LogBatch(ctx context.Context, ws pedigree.NodeID, run string, batch Batch) error {
	if !validRunID(run) {
		return naming.BadValue("run_id", run, "")
	}
	if err := firstError(batch.checkValues(), batch.checkCounts(), batch.checkParamsUnique()); err != nil {
		return err
	}
	params, tags := inSpace(pedigree.Param, batch.Params), inSpace(pedigree.Tag, batch.Tags)
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		if err := addParams(tx, n, params, runParamsChanged); err != nil {
			return err
		}
		if err := addMeasurements(tx, n, batch.Metrics); err != nil {
			return err
		}
		return setTags(tx, n, tags)
	})
}

func (b *Batch) checkValues() error {
	for i := range b.Metrics {
		if err := checkMeasurement("", &b.Metrics[i]); err != nil {
			return checkMeasurement(at("metrics", i), &b.Metrics[i])
		}
	}
	for i, p := range b.Params {
		if err := checkParam("", p.Key, p.Value); err != nil {
			return checkParam(at("params", i), p.Key, p.Value)
		}
	}
	for i, t := range b.Tags {
		if err := checkTag("", t.Key, t.Value); err != nil {
			return checkTag(at("tags", i), t.Key, t.Value)
		}
	}
	return nil
}

func (b *Batch) checkCounts() error {
	for _, c := range []struct {
		what        string
		limit, have int
	}{
		{"metrics", maxBatchMetrics, len(b.Metrics)},
		{"params", maxBatchParams, len(b.Params)},
		{"tags", maxBatchTags, len(b.Tags)},
		{"metrics, params, and tags", maxBatchTotal, len(b.Metrics) + len(b.Params) + len(b.Tags)},
	} {
		if c.have > c.limit {
			return invalid("A batch logging request can contain at most %d %s. Got %d %s. Please split up %s across"+
				" multiple requests and try again.", c.limit, c.what, c.have, c.what, c.what)
		}
	}
	return nil
}

func (b *Batch) checkParamsUnique() error {
	seen := make(map[string]bool, len(b.Params))
	var twice []string
	for _, p := range b.Params {
		if seen[p.Key] {
			twice = append(twice, p.Key)
		}
		seen[p.Key] = true
	}
	if twice == nil {
		return nil
	}
	return invalid("Duplicate parameter keys have been submitted: %s. Please ensure the request contains only one"+
		" param value per param key.", quoteAll(twice))
}

// A paramChange is an attempt to log another value of a param.
type paramChange struct{ key, from, to string }

// addParams adds params of distinct keys. Those logged before must have the
// same value; refuse words the error about the others.
func addParams(tx store.Tx, n *pedigree.Node, params []pedigree.Property, refuse func(n *pedigree.Node, changes []paramChange) error) error {
	if len(params) == 0 {
		return nil
	}
	facts, err := tx.Facts([]pedigree.NodeID{n.ID}, pedigree.Param)
	if err != nil {
		return err
	}
	standing := make(map[string]string, len(facts[0].Properties))
	for _, p := range facts[0].Properties {
		standing[p.Key] = p.Value
	}
	fresh := make([]pedigree.Property, 0, len(params))
	var changes []paramChange
	for _, p := range params {
		old, there := standing[p.Key]
		switch {
		case !there:
			fresh = append(fresh, p)
		case old != p.Value:
			changes = append(changes, paramChange{p.Key, old, p.Value})
		}
	}
	if changes != nil {
		return refuse(n, changes)
	}
	return putProperties(tx, n, fresh)
}

func runParamsChanged(run *pedigree.Node, changes []paramChange) error {
	texts := make([]string, len(changes))
	for i, c := range changes {
		texts[i] = "{'key': " + naming.Quote(c.key) + ", 'old_value': " + naming.Quote(c.from) + ", 'new_value': " + naming.Quote(c.to) + "}"
	}
	return invalid("Changing param values is not allowed. Params were already logged='[%s]' for run ID='%s'.",
		strings.Join(texts, ", "), run.UID)
}
