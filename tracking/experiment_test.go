package tracking

import (
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

func TestDefaultExperimentIsThereOnceAndHasTheIDZero(t *testing.T) {
	f := open(t)
	f.must(f.Prepare(f.ctx))
	for _, id := range []string{"0", "", "00"} {
		e, err := f.Experiment(f.ctx, ws, id)
		f.must(err)
		if e.UID != "0" || e.Name != "Default" || e.URI != "mlflow-artifacts:/0" {
			t.Errorf("%q gives %+v", id, e.Node)
		}
	}
	if id := f.experiment("first"); id != "1" {
		t.Errorf("the first experiment has the ID %s", id)
	}
}

func TestPrepareLeavesTheNameDefaultToAnother(t *testing.T) {
	f := open(t)
	f.must(f.DeleteExperiment(f.ctx, ws, "0"))
	f.must(f.Prepare(f.ctx))
	_, err := f.Purge(f.ctx, pedigree.Time(f.now.Load())+1000, 10, func(string) error { return nil })
	f.must(err)
	f.experiment("Default")
	f.must(f.Prepare(f.ctx))
	_, err = f.Experiment(f.ctx, ws, "0")
	f.refused(err, pedigree.NotFound, "No Experiment with id=0 exists")
}

func TestExperimentIsMadeAsAsked(t *testing.T) {
	f := open(t)
	id, err := f.CreateExperiment(f.ctx, ws, "name", "s3://bucket/path", []pedigree.Property{tag("b", "1"), tag("a", "2"), tag("b", "3")})
	f.must(err)
	e, err := f.ExperimentNamed(f.ctx, ws, "name")
	f.must(err)
	if e.UID != id || e.URI != "s3://bucket/path" || len(e.Tags) != 2 || valueOf(e.Tags, "b") != "3" || e.Created != e.Updated || !e.Live() {
		t.Errorf("got %+v", e)
	}
}

func TestExperimentNameIsTakenAlsoInTheBin(t *testing.T) {
	f := open(t)
	id := f.experiment("name")
	f.must(f.DeleteExperiment(f.ctx, ws, id))
	_, err := f.CreateExperiment(f.ctx, ws, "name", "", nil)
	f.refused(err, pedigree.AlreadyExists, "Experiment(name=name) already exists.")
	other := f.experiment("other")
	f.refused(f.RenameExperiment(f.ctx, ws, other, "name"), pedigree.AlreadyExists, "Experiment(name=name) already exists.")
	if next := f.experiment("third"); next != "3" {
		t.Errorf("a refused experiment took a number: the next is %s", next)
	}
}

func TestExperimentNameIsBounded(t *testing.T) {
	f := open(t)
	for _, c := range []struct{ name, words string }{
		{"", "Invalid experiment name: ''"},
		{strings.Repeat("é", 501), "'name' exceeds the maximum length of 500 characters"},
		{"a\x00b", `Invalid value "a\u0000b" for parameter 'name' supplied: Control characters are not allowed.`},
	} {
		_, err := f.CreateExperiment(f.ctx, ws, c.name, "", nil)
		f.refused(err, pedigree.Invalid, c.words)
		f.refused(f.RenameExperiment(f.ctx, ws, "0", c.name), pedigree.Invalid, c.words)
	}
	for _, name := range []string{strings.Repeat("é", 500), strings.Repeat("9", 500), " ", "../x", "0"} {
		f.experiment(name)
	}
}

func TestUnknownExperimentIsNotFound(t *testing.T) {
	f := open(t)
	_, err := f.Experiment(f.ctx, ws, "999999")
	f.refused(err, pedigree.NotFound, "No Experiment with id=999999 exists")
	_, err = f.Experiment(f.ctx, ws, "99999999999999999999")
	f.refused(err, pedigree.NotFound, "No Experiment with id=99999999999999999999 exists")
	_, err = f.Experiment(f.ctx, ws, "abc")
	f.refused(err, pedigree.Invalid, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
	_, err = f.ExperimentNamed(f.ctx, ws, "nope")
	f.refused(err, pedigree.NotFound, "Could not find experiment with name 'nope'")
	_, err = f.Experiment(f.ctx, ws+1, "0")
	f.refused(err, pedigree.NotFound, "No Experiment with id=0 exists")
}

func TestBinTakesRunsAlongAndGivesThemBack(t *testing.T) {
	f := open(t)
	id := f.experiment("name")
	run, lone, model := f.run(id), f.run(id), f.model(id, "")
	f.must(f.DeleteRun(f.ctx, ws, lone))
	f.must(f.DeleteExperiment(f.ctx, ws, id))
	f.refused(f.DeleteExperiment(f.ctx, ws, id), pedigree.NotFound, "No Experiment with id=1 exists")
	for _, r := range []string{run, lone} {
		if f.get(r).Live() {
			t.Errorf("run %s is not in the bin", r)
		}
	}
	_, err := f.LoggedModel(f.ctx, ws, model, false)
	f.must(err)

	inactive := "The experiment 1 must be in the 'active' state. Current state is deleted."
	f.refused(f.SetExperimentTag(f.ctx, ws, id, tag("a", "b")), pedigree.Invalid, inactive)
	f.refused(f.DeleteExperimentTag(f.ctx, ws, id, "a"), pedigree.Invalid, inactive)
	f.refused(f.RenameExperiment(f.ctx, ws, id, "x"), pedigree.BadState, "Cannot rename a non-active experiment.")
	_, err = f.CreateRun(f.ctx, ws, RunDraft{Experiment: id})
	f.refused(err, pedigree.Invalid, inactive)
	_, err = f.CreateLoggedModel(f.ctx, ws, LoggedModelDraft{Experiment: id})
	f.refused(err, pedigree.Invalid, inactive)

	before, err := f.Experiment(f.ctx, ws, id)
	f.must(err)
	f.must(f.RestoreExperiment(f.ctx, ws, id))
	f.refused(f.RestoreExperiment(f.ctx, ws, id), pedigree.NotFound, "No Experiment with id=1 exists")
	after, err := f.Experiment(f.ctx, ws, id)
	f.must(err)
	if !after.Live() || after.Updated <= before.Updated || !f.get(run).Live() || !f.get(lone).Live() {
		t.Errorf("not restored: %+v", after.Node)
	}
}

func TestExperimentTagsAreSetAndRemoved(t *testing.T) {
	f := open(t)
	f.must(f.SetExperimentTag(f.ctx, ws, "0", tag("k", "1")))
	f.must(f.SetExperimentTag(f.ctx, ws, "0", tag("k", strings.Repeat("x", 20000))))
	e, err := f.Experiment(f.ctx, ws, "0")
	f.must(err)
	if len(e.Tags) != 1 || len(e.Tags[0].Value) != 20000 {
		t.Errorf("got %d tags", len(e.Tags))
	}
	f.refused(f.SetExperimentTag(f.ctx, ws, "0", tag("k", strings.Repeat("x", 20001))), pedigree.Invalid,
		"'value' exceeds the maximum length of 20000 characters")
	f.must(f.DeleteExperimentTag(f.ctx, ws, "0", "k"))
	f.refused(f.DeleteExperimentTag(f.ctx, ws, "0", "k"), pedigree.NotFound, "No tag with name: k in experiment with id 0")
}

func TestExperimentsAreFoundAPageAtATime(t *testing.T) {
	f := open(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		f.experiment(name)
	}
	f.must(f.DeleteExperiment(f.ctx, ws, "2"))
	search := Search{Max: 2, Order: []query.Order{{Field: query.Name}}}
	names := func(view query.View) string {
		search.View, search.PageToken = view, ""
		var found []string
		for {
			page, err := f.SearchExperiments(f.ctx, ws, search)
			f.must(err)
			for _, e := range page.Items {
				found = append(found, e.Name)
			}
			if search.PageToken = page.Next; page.Next == "" {
				return strings.Join(found, " ")
			}
		}
	}
	for view, want := range map[query.View]string{query.Live: "Default a c d", query.Bin: "b", query.All: "Default a b c d"} {
		if got := names(view); got != want {
			t.Errorf("view %d: got %s, want %s", view, got, want)
		}
	}
	for max, words := range map[int]string{
		0:     "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
		50001: "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000",
	} {
		_, err := f.SearchExperiments(f.ctx, ws, Search{Max: max})
		f.refused(err, pedigree.Invalid, words)
	}
	_, err := f.SearchExperiments(f.ctx, ws, Search{Max: 1, PageToken: "zzz"})
	f.refused(err, pedigree.Invalid, "Invalid page token, could not base64-decode")
}
