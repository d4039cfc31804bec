package jobs

import (
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

const runID = "00000000-0000-0000-0000-000000000001"

// ofRun is an event about a run.
func ofRun(state string, at pedigree.Time) *Event {
	return &Event{State: state, Time: at, Run: &Run{ID: runID}, Job: &Job{Namespace: "n", Name: "j"}}
}

func (f *fixture) node(t pedigree.Type, uid string) (n pedigree.Node) {
	f.Helper()
	f.must(f.store.View(f.ctx, func(r store.Reader) (err error) {
		n, err = r.Node(ws, t, uid)
		return err
	}))
	return n
}

func TestARunThatHasEndedStaysEnded(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []*Event
		state  string
		began  pedigree.Time
		ended  pedigree.Time
	}{
		{"started", []*Event{ofRun("START", 5)}, "RUNNING", 5, pedigree.NoTime},
		{"heard of", []*Event{ofRun("OTHER", 5)}, "NEW", 5, pedigree.NoTime},
		{"no state", []*Event{ofRun("", 5)}, "NEW", 5, pedigree.NoTime},
		{"done", []*Event{ofRun("START", 5), ofRun("COMPLETE", 9)}, "COMPLETE", 5, 9},
		{"the end first", []*Event{ofRun("COMPLETE", 9), ofRun("START", 5)}, "COMPLETE", 5, 9},
		{"a clock that is behind", []*Event{ofRun("START", 12), ofRun("FAIL", 9)}, "FAIL", 9, 9},
		{"news after the end", []*Event{ofRun("COMPLETE", 9), ofRun("OTHER", 11), ofRun("RUNNING", 12)}, "COMPLETE", 9, 9},
		{"two endings", []*Event{ofRun("FAIL", 9), ofRun("COMPLETE", 10)}, "COMPLETE", 9, 10},
		{"two endings at once", []*Event{ofRun("FAIL", 9), ofRun("COMPLETE", 9)}, "FAIL", 9, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := open(t)
			f.record(ws, c.events...)
			if n := f.node(pedigree.JobRunType, runID); n.State != c.state || n.Started != c.began || n.Ended != c.ended {
				t.Errorf("%s from %d to %d, want %s from %d to %d", n.State, n.Started, n.Ended, c.state, c.began, c.ended)
			}
		})
	}
}

func TestFacetsThatMeanSomethingAreActedUpon(t *testing.T) {
	f := open(t)
	e := ofRun("COMPLETE", 9)
	e.Job.Facets = Facets{OwnershipFacet: `{"owners":[{"name":"team:a"}]}`, "unknown": `{"kept":[1,{"x":null}]}`}
	e.Run.Facets = Facets{ParentFacet: `{"run":{"runId":"00000000-0000-0000-0000-00000000000A"},"job":{"namespace":"n","name":"dag"}}`}
	e.Inputs = []Dataset{{Namespace: "s3://b", Name: "in", Facets: Facets{VersionFacet: `{"datasetVersion":"7"}`}, Use: Facets{"rows": `{"n":1}`}}}
	e.Outputs = []Dataset{{Namespace: "file", Name: "/d/out.csv", Facets: Facets{
		SymlinksFacet:      `{"identifiers":[{"namespace":"hive://h:9083","name":"db.t"}]}`,
		TagsFacet:          `{"tags":[{"key":"pii","value":"no"},{"key":"c","value":"1","field":"col"}]}`,
		ColumnLineageFacet: `{"fields":{"a":{"inputFields":[{"namespace":"s3://b","name":"in","field":"b"}]}}}`,
	}}}
	f.record(ws, e)
	graph := f.graph(ws)
	for _, line := range []string{
		`openlineage.Job n/j in openlineage.Job n/dag`,
		`openlineage.Run 00000000-0000-0000-0000-000000000001: field parent_run = 00000000-0000-0000-0000-00000000000a`,
		`openlineage.Job n/j: custom unknown = {"kept":[1,{"x":null}]}`,
		`openlineage.DatasetVersion s3:%2F%2Fb/in@7 at s3://b/in version "7"`,
		`openlineage.Run 00000000-0000-0000-0000-000000000001: direction 1 role 0 openlineage.DatasetVersion s3:%2F%2Fb/in@7 at 9 [{facet_times {"rows":9}} {rows {"n":1}}]`,
		`openlineage.Run 00000000-0000-0000-0000-000000000001: direction 2 role 0 openlineage.Dataset file//d/out.csv at 9 []`,
		`openlineage.Dataset file//d/out.csv at file:///d/out.csv version ""`,
		`openlineage.Dataset file//d/out.csv at hive://h:9083/db.t version ""`,
		`openlineage.Dataset file//d/out.csv: tag pii = no`,
		`openlineage.Dataset file//d/out.csv.a from openlineage.Dataset s3:%2F%2Fb/in.b by openlineage.Run 00000000-0000-0000-0000-000000000001:  at 9`,
	} {
		if !strings.Contains("\n"+graph+"\n", "\n"+line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	if n := f.node(pedigree.JobType, "n/j"); n.Owner != "team:a" {
		t.Errorf("owner %q", n.Owner)
	}
	if t.Failed() {
		t.Log(graph)
	}
}

func TestWhatAJobDoesByDesignHangsOnItsSignature(t *testing.T) {
	f := open(t)
	f.record(ws, &Event{
		Time: 3, Job: &Job{Namespace: "n", Name: "j"},
		Inputs: []Dataset{{Namespace: "n", Name: "in"}}, Outputs: []Dataset{{Namespace: "n", Name: "out"}},
	})
	for _, line := range []string{
		"openlineage.JobSignature n/j: direction 1 role 1 openlineage.Dataset n/in at 3 []",
		"openlineage.JobSignature n/j: direction 2 role 1 openlineage.Dataset n/out at 3 []",
	} {
		if graph := f.graph(ws); !strings.Contains(graph, line) {
			t.Errorf("missing %s in\n%s", line, graph)
		}
	}
}

func TestADataSetThatWasDeletedComesBackWithAnEvent(t *testing.T) {
	f := open(t)
	about := func(at pedigree.Time) *Event { return &Event{Time: at, Dataset: &Dataset{Namespace: "n", Name: "d"}} }
	f.record(ws, about(1))
	n := f.node(pedigree.LineageDatasetType, "n/d")
	f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
		n.Deleted = tx.Now()
		return tx.UpdateNode(&n)
	}))
	f.record(ws, about(2))
	if n := f.node(pedigree.LineageDatasetType, "n/d"); !n.Live() {
		t.Error("it is still in the bin")
	}
}

func TestSecretsInAddressesAreTakenOut(t *testing.T) {
	for before, after := range map[string]string{
		`{"a":{"uri":"postgres://u:p@h/d"},"b":[{"name":"x"}]}`:                `{"a":{"uri":"postgres://u@h/d"},"b":[{"name":"x"}]}`,
		`{"url":"https://t@h/r?x=1&token=s","n":12345678901234567890,"q":"?"}`: `{"n":12345678901234567890,"q":"?","url":"https://h/r?x=1"}`,
		`{"sql":"select '://u:p@h'", "n":1.50}`:                                `{"sql":"select '://u:p@h'", "n":1.50}`,
	} {
		if got := string(Redact([]byte(before))); got != after {
			t.Errorf("%s became %s, want %s", before, got, after)
		}
	}
}
