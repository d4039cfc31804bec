package tracking

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestRunIsMadeAsAsked(t *testing.T) {
	f := open(t)
	id := f.experiment("name")
	made, err := f.CreateRun(f.ctx, ws, RunDraft{
		Experiment: id, Name: "rn", Owner: "me", Started: 5, Tags: []pedigree.Property{tag("a", "1"), tag("b", "2"), tag("a", "3")},
	})
	f.must(err)
	got := f.get(made.UID)
	for what, r := range map[string]*Run{"made": &made, "read": got} {
		if r.Experiment != id || r.Name != "rn" || r.Owner != "me" || r.State != "RUNNING" || r.Started != 5 || r.Ended != pedigree.NoTime || !r.Live() ||
			r.URI != "mlflow-artifacts:/1/"+r.UID+"/artifacts" {
			t.Errorf("%s: %+v", what, r.Node)
		}
		want := []pedigree.Property{tag("a", "3"), tag("b", "2"), tag("mlflow.runName", "rn")}
		if !slices.Equal(r.Properties, want) {
			t.Errorf("%s: tags %v", what, r.Properties)
		}
	}
	if !regexp.MustCompile(`^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$`).MatchString(made.UID) {
		t.Errorf("the UID %s is no UUID", made.UID)
	}
}

func TestRunStartsAtZeroWhenTheClientGivesNoTime(t *testing.T) {
	f := open(t)
	if r := f.get(f.run("")); r.Started != 0 || r.Experiment != "0" {
		t.Errorf("got %+v", r.Node)
	}
}

func TestRunNameAndItsTagAreKeptInStep(t *testing.T) {
	f := open(t)
	named := func(draft RunDraft) *Run {
		r, err := f.CreateRun(f.ctx, ws, draft)
		f.must(err)
		return f.get(r.UID)
	}
	generated := named(RunDraft{})
	if !regexp.MustCompile(`^[a-z]+-[a-z]+-\d{1,3}$`).MatchString(generated.Name) {
		t.Errorf("the generated name is %s", generated.Name)
	}
	both := []pedigree.Property{tag("mlflow.runName", "x")}
	for _, r := range []*Run{generated, named(RunDraft{Name: "x"}), named(RunDraft{Tags: both}), named(RunDraft{Name: "x", Tags: both})} {
		if valueOf(r.Properties, "mlflow.runName") != r.Name || (r.Name != "x" && r != generated) {
			t.Errorf("name %s, tags %v", r.Name, r.Properties)
		}
	}
	_, err := f.CreateRun(f.ctx, ws, RunDraft{Name: "y", Tags: both})
	f.refused(err, pedigree.Invalid,
		"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='y', mlflow.runName='x').")

	id := generated.UID
	check := func(how, want string, err error) {
		t.Helper()
		f.must(err)
		if r := f.get(id); r.Name != want || valueOf(r.Properties, "mlflow.runName") != want {
			t.Errorf("%s: name %s, tags %v", how, r.Name, r.Properties)
		}
	}
	_, err = f.UpdateRun(f.ctx, ws, id, RunChange{Name: "a", Ended: pedigree.NoTime})
	check("update", "a", err)
	check("tag", "b", f.SetTag(f.ctx, ws, id, tag("mlflow.runName", "b")))
	check("batch", "d", f.LogBatch(f.ctx, ws, id, Batch{Tags: []pedigree.Property{tag("mlflow.runName", "c"), tag("x", "y"), tag("mlflow.runName", "d")}}))
	check("an empty tag", "d", f.SetTag(f.ctx, ws, id, tag("mlflow.runName", "")))
	f.must(f.DeleteTag(f.ctx, ws, id, "mlflow.runName"))
	_, err = f.UpdateRun(f.ctx, ws, id, RunChange{Name: "e", Ended: pedigree.NoTime})
	check("update without the tag", "e", err)
}

func TestRunChangesOnlyWhatIsNamed(t *testing.T) {
	f := open(t)
	id := f.run("0")
	before := f.get(id)
	r, err := f.UpdateRun(f.ctx, ws, id, RunChange{State: "FINISHED", Ended: 7})
	f.must(err)
	if r.State != "FINISHED" || r.Ended != 7 || r.Name != before.Name || r.Experiment != "0" {
		t.Errorf("got %+v", r.Node)
	}
	r, err = f.UpdateRun(f.ctx, ws, id, RunChange{Ended: pedigree.NoTime})
	f.must(err)
	if r.State != "FINISHED" || r.Ended != 7 {
		t.Errorf("got %+v", r.Node)
	}
	_, err = f.UpdateRun(f.ctx, ws, id, RunChange{State: "DONE"})
	f.refused(err, pedigree.Invalid,
		`Invalid value "DONE" for parameter 'status' supplied: It must be one of RUNNING, SCHEDULED, FINISHED, FAILED and KILLED.`)
}

func TestRunInTheBinCannotChange(t *testing.T) {
	f := open(t)
	id := f.run("0")
	f.must(f.DeleteRun(f.ctx, ws, id))
	first := f.get(id).Deleted
	f.must(f.DeleteRun(f.ctx, ws, id))
	if again := f.get(id).Deleted; again != first || again == pedigree.NoTime {
		t.Errorf("deleted at %d, then at %d", first, again)
	}
	words := "The run " + id + " must be in the 'active' state. Current state is deleted."
	for _, change := range f.changes(id) {
		f.refused(change(), pedigree.Invalid, words)
	}
	f.must(f.RestoreRun(f.ctx, ws, id))
	f.must(f.RestoreRun(f.ctx, ws, id))
	if r := f.get(id); !r.Live() || len(r.Metrics)+len(r.Inputs)+len(r.Outputs) > 0 || len(r.Properties) != 1 {
		t.Errorf("got %+v", r)
	}
}

// changes are all ways to write into a run.
func (f *fixture) changes(run string) []func() error {
	return []func() error{
		func() error { _, err := f.UpdateRun(f.ctx, ws, run, RunChange{Name: "x"}); return err },
		func() error { return f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", 1, 1, 1)}) },
		func() error { return f.LogParam(f.ctx, ws, run, param("p", "1")) },
		func() error { return f.SetTag(f.ctx, ws, run, tag("t", "1")) },
		func() error { return f.DeleteTag(f.ctx, ws, run, "mlflow.runName") },
		func() error { return f.LogBatch(f.ctx, ws, run, Batch{}) },
		func() error { return f.LogInputs(f.ctx, ws, run, []DatasetInput{{Dataset: Dataset{Name: "d"}}}, nil) },
		func() error { return f.LogOutputs(f.ctx, ws, run, nil) },
		func() error { return f.RecordModel(f.ctx, ws, run, `{}`) },
	}
}

func TestUnknownRunIsNotFound(t *testing.T) {
	f := open(t)
	calls := append(f.changes("zzz"),
		func() error { _, err := f.Run(f.ctx, ws, "zzz"); return err },
		func() error { return f.DeleteRun(f.ctx, ws, "zzz") },
		func() error { return f.RestoreRun(f.ctx, ws, "zzz") },
	)
	for _, call := range calls {
		f.refused(call(), pedigree.NotFound, "Run with id=zzz not found")
	}
}

func TestRunOfAnotherWorkspaceIsNotFound(t *testing.T) {
	f := open(t)
	id := f.run("0")
	_, err := f.Run(f.ctx, ws+1, id)
	f.refused(err, pedigree.NotFound, "Run with id="+id+" not found")
	f.refused(f.LogMetric(f.ctx, ws+1, id, Measurement{Point: point("m", 1, 1, 1)}), pedigree.NotFound, "Run with id="+id+" not found")
}

func TestRunDraftIsBounded(t *testing.T) {
	f := open(t)
	for _, c := range []struct {
		draft RunDraft
		words string
	}{
		{RunDraft{Owner: strings.Repeat("x", 257)}, "'user_id' exceeds the maximum length of 256 characters"},
		{RunDraft{Name: strings.Repeat("x", 8001)}, "'run_name' exceeds the maximum length of 8000 characters"},
		{RunDraft{Tags: []pedigree.Property{tag("a", "b"), tag("a", strings.Repeat("x", 8001))}}, "'tags[1].value' exceeds the maximum length of 8000 characters"},
		{RunDraft{Experiment: "77"}, "No Experiment with id=77 exists"},
	} {
		_, err := f.CreateRun(f.ctx, ws, c.draft)
		if err == nil || err.Error() != c.words {
			t.Errorf("got %v, want %s", err, c.words)
		}
	}
	r, err := f.CreateRun(f.ctx, ws, RunDraft{Name: strings.Repeat("é", 8000), Owner: strings.Repeat("é", 256)})
	f.must(err)
	if got := f.get(r.UID); len(got.Name) != 16000 {
		t.Errorf("the name has %d bytes", len(got.Name))
	}
}
