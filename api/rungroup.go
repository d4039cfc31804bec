package api

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/tracking"
)

// A GroupsAnswer holds groups of runs, the largest first: each list has one entry
// for each group.
type GroupsAnswer struct {
	Runs    []int64       `json:"runs"` // how many there are
	By      []GroupColumn `json:"by"`
	Metrics []GroupMetric `json:"metrics"`
	More    bool          `json:"more,omitempty"` // there are further groups
}

// A GroupColumn is what the runs of each group have in common of one thing.
type GroupColumn struct {
	Column string `json:"column"`
	Values []any  `json:"values"` // texts; null where the runs have none
}

// A GroupMetric sums up a metric. Where no run of a group has a number, the rest is
// null.
type GroupMetric struct {
	Column    string  `json:"column"`
	N         []int64 `json:"n"` // runs with a number
	Mean      []any   `json:"mean"`
	Deviation []any   `json:"deviation"` // of the sample; 0 of a single run
	Min       []any   `json:"min"`
	Max       []any   `json:"max"`
}

const (
	maxBy     = 8
	maxSummed = 20
)

// groupRuns gathers runs by what they have in common.
func (h *Handler) groupRuns(w http.ResponseWriter, r *request) error {
	t, err := h.table(r)
	if err != nil {
		return err
	}
	by, metrics := r.texts("by"), r.texts("metric")
	fields, err := groupFields(by)
	if err != nil {
		return err
	}
	keys, err := metricKeys(metrics)
	if err != nil {
		return err
	}
	groups, more, err := h.Runs.GroupRuns(r.Context(), h.workspace(), &t, fields, keys, r.limit())
	if err != nil {
		return err
	}
	return answer(w, groupsOf(groups, by, metrics, more))
}

func groupFields(names []string) (fields []query.Field, err error) {
	if len(names) > maxBy {
		return nil, pedigree.Errorf(pedigree.Invalid, "Runs can be gathered by at most %d columns, not %d", maxBy, len(names))
	}
	for _, name := range names {
		if a, ok := strings.CutPrefix(name, "attributes."); ok && listedAttributes[a] != 0 {
			fields = append(fields, listedAttributes[a])
			continue
		}
		p, err := propertyColumn(name)
		if err == nil && p.Space == pedigree.Metric {
			err = pedigree.Errorf(pedigree.Invalid, "Runs are gathered by params, tags and attributes, not by the metric %.100q", name)
		}
		if err != nil {
			return nil, err
		}
		fields = append(fields, p)
	}
	return fields, nil
}

func metricKeys(names []string) (keys []string, err error) {
	if len(names) > maxSummed {
		return nil, pedigree.Errorf(pedigree.Invalid, "At most %d metrics can be summed up, not %d", maxSummed, len(names))
	}
	for _, name := range names {
		key, ok := strings.CutPrefix(name, "metrics.")
		if !ok || key == "" {
			return nil, pedigree.Errorf(pedigree.Invalid, "Only metrics can be summed up, such as metrics.rmse, not %.100q", name)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func groupsOf(groups []tracking.Group, by, metrics []string, more bool) *GroupsAnswer {
	a := &GroupsAnswer{Runs: make([]int64, len(groups)), By: make([]GroupColumn, len(by)), Metrics: make([]GroupMetric, len(metrics)), More: more}
	for i, name := range by {
		a.By[i] = GroupColumn{name, make([]any, len(groups))}
	}
	for i, name := range metrics {
		a.Metrics[i] = GroupMetric{name, make([]int64, len(groups)), make([]any, len(groups)), make([]any, len(groups)), make([]any, len(groups)), make([]any, len(groups))}
	}
	for i := range groups {
		g := &groups[i]
		a.Runs[i] = g.Nodes
		for j := range g.Values {
			if v := &g.Values[j]; v.Set {
				a.By[j].Values[i] = v.Text
			}
		}
		for j, s := range g.Metrics {
			m := &a.Metrics[j]
			if m.N[i] = s.N; s.N > 0 {
				m.Mean[i], m.Deviation[i], m.Min[i], m.Max[i] = number(s.Mean), number(s.Deviation), number(s.Min), number(s.Max)
			}
		}
	}
	return a
}
