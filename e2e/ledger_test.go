package e2e

import (
	"fmt"
	"slices"
)

// absent is the value of what does not exist.
const absent = "\x00absent"

// A cell is one value in the server as its only writer knows it: the values
// that it may have now. More than one means that a write got no answer.
type cell struct{ may []string }

// wrote notes a write of value and how it ended.
func (c *cell) wrote(value string, lost bool) {
	if !lost {
		c.may = []string{value}
		return
	}
	if len(c.may) == 0 {
		c.may = []string{absent}
	}
	c.may = append(c.may, value)
}

// see compares what was read with what may be there. What was seen once must
// stay: it is the only value from then on.
func (c *cell) see(value string) error {
	if !slices.Contains(c.may, value) {
		return fmt.Errorf("is %.60q, want one of %.200q", value, c.may)
	}
	c.may = []string{value}
	return nil
}

// cells are values by name.
type cells map[string]*cell

func (cs cells) at(name string) *cell {
	c := cs[name]
	if c == nil {
		c = &cell{}
		cs[name] = c
	}
	return c
}

// see compares all values of one sort: each that may exist, and nothing else.
func (cs cells) see(sort string, found map[string]string) error {
	for name, c := range cs {
		value, ok := found[name]
		if !ok {
			value = absent
		}
		if err := c.see(value); err != nil {
			return fmt.Errorf("%s %q %w", sort, name, err)
		}
	}
	for name := range found {
		if cs[name] == nil {
			return fmt.Errorf("%s %q exists, but nobody wrote it", sort, name)
		}
	}
	return nil
}

// A point is one measurement; those of a ledger are all distinct.
type point struct {
	Key       string  `json:"key"`
	Value     float64 `json:"value"`
	Timestamp int64   `json:"timestamp"`
	Step      int64   `json:"step"`
}

// pair is a param or tag on the wire.
type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// A batch is one log-batch that got no answer: it must be found whole or not at
// all.
type batch struct {
	points       []point
	params, tags []pair
}

// A runLedger is all that was written to one run.
type runLedger struct {
	id, experiment string
	status         cell
	params, tags   cells
	artifacts      cells          // content by name
	points         map[point]bool // true: acknowledged, or seen after a restart
	lost           []batch
	touched        bool // since it was last verified
}

func newRunLedger(id, experiment string, tags []pair) *runLedger {
	r := &runLedger{
		id: id, experiment: experiment, touched: true,
		params: cells{}, tags: cells{}, artifacts: cells{}, points: map[point]bool{},
	}
	r.status.wrote("RUNNING", false)
	for _, tag := range tags {
		r.tags.at(tag.Key).wrote(tag.Value, false)
	}
	return r
}

// acknowledged takes the members of a batch over as facts.
func (r *runLedger) acknowledged(b batch) {
	for _, p := range b.points {
		r.points[p] = true
	}
	for _, p := range b.params {
		r.params.at(p.Key).wrote(p.Value, false)
	}
	for _, p := range b.tags {
		r.tags.at(p.Key).wrote(p.Value, false)
	}
}
