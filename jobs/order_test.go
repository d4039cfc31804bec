package jobs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
)

var workspaces atomic.Int64

// Whatever the order in which events arrive, and however often each does, the
// graph is the same in the end.
func TestOrderAndRepetitionChangeNothing(t *testing.T) {
	f := open(t)
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(drawEvent), 1, 8).Draw(t, "events")
		shuffled := rapid.Permutation(append(events, events[:len(events)/2]...)).Draw(t, "order")
		one, two := pedigree.NodeID(1_000_000+workspaces.Add(2)), pedigree.NodeID(1_000_001+workspaces.Load())
		f.record(one, events...)
		f.must(f.Record(f.ctx, two, shuffled...))
		if a, b := f.graph(one), f.graph(two); a != b {
			t.Fatalf("only in order:\n%s\n\nonly shuffled:\n%s", without(a, b), without(b, a))
		}
	})
}

// drawEvent makes an event about few things at few times, so that events meet.
func drawEvent(t *rapid.T) *Event {
	e := &Event{Time: pedigree.Time(rapid.IntRange(1, 4).Draw(t, "time"))}
	pick := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	number := rapid.IntRange(0, 2).Draw(t, "job")
	job := &Job{Namespace: "n", Name: fmt.Sprint("job", number), Facets: drawFacets(t, jobFacets)}
	switch pick("kind", "run", "run", "run", "job", "dataset") {
	case "dataset":
		d := drawDataset(t)
		e.Dataset = &d
		e.Body = fmt.Appendf(nil, "%v %+v", e.Time, d)
		return e
	case "run":
		e.State = pick("state", "START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER", "")
		e.Run = &Run{ID: fmt.Sprintf("00000000-0000-0000-0000-00000000000%d", number), Facets: drawFacets(t, runFacets)}
	}
	e.Job = job
	e.Inputs = rapid.SliceOfN(rapid.Custom(drawDataset), 0, 2).Draw(t, "inputs")
	e.Outputs = rapid.SliceOfN(rapid.Custom(drawDataset), 0, 2).Draw(t, "outputs")
	e.Body = fmt.Appendf(nil, "%v %v %+v %+v %v %v", e.Time, e.State, e.Run, *job, e.Inputs, e.Outputs)
	return e
}

func drawDataset(t *rapid.T) Dataset {
	return Dataset{
		Namespace: "s3://b", Name: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name"),
		Facets: drawFacets(t, datasetFacets), Use: drawFacets(t, Facets{"rows": `{"n":1}|{"n":2}`}),
	}
}

// The facets that events draw from, their values divided by bars.
var (
	runFacets = Facets{
		ParentFacet: `{"run":{"runId":"00000000-0000-0000-0000-00000000000a"},"job":{"namespace":"n","name":"dag"}}|` +
			`{"run":{"runId":"00000000-0000-0000-0000-000000000001"},"job":{"namespace":"n","name":"job1"},` +
			`"root":{"run":{"runId":"00000000-0000-0000-0000-00000000000a"},"job":{"namespace":"n","name":"dag"}}}`,
		"own": `{"a":1}|{"a":2}|{"_deleted":true}`,
	}
	jobFacets = Facets{
		OwnershipFacet:      `{"owners":[{"name":"ann"}]}|{"owners":[{"name":"bob"},{"name":"cy"}]}`,
		SourceLocationFacet: `{"url":"https://h/r"}|{"url":7}`,
		LineageFacet: `{"entries":[{"type":"DATASET","namespace":"s3://b","name":"y","inputs":[{"type":"DATASET","namespace":"s3://b","name":"x"}]}]}|` +
			`{"entries":[{"type":"JOB","namespace":"n","name":"job1","runId":"00000000-0000-0000-0000-000000000001","inputs":[{"type":"DATASET","namespace":"s3://b","name":"x"}]}]}`,
	}
	datasetFacets = Facets{
		SymlinksFacet:  `{"identifiers":[{"namespace":"hive://h","name":"db.t"}]}|{"identifiers":[]}`,
		VersionFacet:   `{"datasetVersion":"1"}|{"datasetVersion":"2"}`,
		TagsFacet:      `{"tags":[{"key":"a","value":"1"}]}|{"tags":[{"key":"a","value":"2"},{"key":"b","value":""}]}|{"tags":[],"_deleted":true}`,
		LifecycleFacet: `{"lifecycleStateChange":"RENAME","previousIdentifier":{"namespace":"s3://b","name":"old"}}|{"lifecycleStateChange":"drop"}`,
		ColumnLineageFacet: `{"fields":{"c":{"inputFields":[{"namespace":"s3://b","name":"x","field":"d"}],"transformationType":"IDENTITY"}}}|` +
			`{"fields":{"c":{"inputFields":[{"namespace":"s3://b","name":"x","field":"d","transformations":[{"type":"DIRECT"}]}]}},` +
			`"dataset":[{"namespace":"s3://b","name":"z","field":"e"}]}`,
		LineageFacet: `{"inputs":[{"type":"DATASET","namespace":"s3://b","name":"z"},{"type":"JOB"},{"type":"JOB","namespace":"n","name":"job0"}]}|` +
			`{"fields":{"c":{"inputs":[{"type":"DATASET","namespace":"s3://b","name":"x","field":"d"}]}}}`,
	}
)

func drawFacets(t *rapid.T, from Facets) Facets {
	facets := make(Facets)
	for _, name := range slices.Sorted(maps.Keys(from)) {
		values := strings.Split(from[name], "|")
		if i := rapid.IntRange(-2, len(values)-1).Draw(t, name); i >= 0 {
			facets[name] = values[i]
		}
	}
	return facets
}

// without gives the lines of a text that are not in another.
func without(text, other string) string {
	lines := strings.Split(other, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return slices.Contains(lines, l) }), "\n")
}
