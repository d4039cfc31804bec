package tracking

import (
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

var iris = Dataset{Name: "iris", Digest: "abc", SourceType: "local", Source: "file", Schema: `{"a":1}`, Profile: "{}"}

func used(role string) []pedigree.EventTag {
	return []pedigree.EventTag{{Key: "mlflow.data.context", Value: role}}
}

func TestInputsComeBackAsLogged(t *testing.T) {
	f := open(t)
	run, model := f.run("0"), f.model("0", "")
	bare := Dataset{Name: "bare", Digest: "d"}
	f.must(f.LogInputs(f.ctx, ws, run, []DatasetInput{{iris, used("train")}, {bare, nil}, {iris, used("test")}}, []string{model, model}))
	f.must(f.LogInputs(f.ctx, ws, run, []DatasetInput{{iris, used("eval")}}, []string{model}))
	r := f.get(run)
	if len(r.Inputs) != 2 || r.Inputs[0].Dataset != iris || !slices.Equal(r.Inputs[0].Tags, used("train")) || r.Inputs[1].Dataset != bare {
		t.Errorf("got %+v", r.Inputs)
	}
	if !slices.Equal(r.ModelInputs, []string{model}) || r.Outputs != nil {
		t.Errorf("models: read %v, wrote %v", r.ModelInputs, r.Outputs)
	}
}

func TestEqualDataSetsAreOneNodeWhoseFirstDetailsStand(t *testing.T) {
	f := open(t)
	a, b := f.run("0"), f.run(f.experiment("other"))
	changed := iris
	changed.Source = "elsewhere"
	f.must(f.LogInputs(f.ctx, ws, a, []DatasetInput{{iris, nil}}, nil))
	f.must(f.LogInputs(f.ctx, ws, b, []DatasetInput{{changed, nil}}, nil))
	if got := f.get(b).Inputs[0].Dataset; got != iris {
		t.Errorf("got %+v", got)
	}
	ids := map[pedigree.NodeID]bool{}
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		for _, run := range []string{a, b} {
			n, err := r.Node(ws, pedigree.RunType, run)
			f.must(err)
			events, err := r.Events([]pedigree.NodeID{n.ID})
			f.must(err)
			ids[events[0].Artifact] = true
			if d := events[0].Node; d.Home != ws || d.Version != "abc" || d.Type != pedigree.DatasetType {
				t.Errorf("the node is %+v", d)
			}
		}
		return nil
	}))
	if len(ids) != 1 {
		t.Errorf("%d nodes", len(ids))
	}
}

func TestDataSetIdentityDoesNotRunNameAndDigestTogether(t *testing.T) {
	a, b := Dataset{Name: "ab", Digest: "c"}, Dataset{Name: "a", Digest: "bc"}
	if uid(a) == uid(b) || uid(a) != uid(Dataset{Name: "ab", Digest: "c", Source: "x"}) {
		t.Error("identities collide")
	}
}

func TestInputsAreBounded(t *testing.T) {
	f := open(t)
	run := f.run("0")
	long := func(n int) string { return strings.Repeat("x", n) }
	input := func(d Dataset, tags ...pedigree.EventTag) error {
		return f.LogInputs(f.ctx, ws, run, []DatasetInput{{d, tags}}, nil)
	}
	f.must(input(
		Dataset{Name: long(500), Digest: long(36), Source: long(65535), Schema: long(1048575), Profile: long(16777215)},
		pedigree.EventTag{Key: long(255), Value: long(500)},
	))
	for _, c := range []struct {
		err   error
		words string
	}{
		{input(Dataset{Name: long(501)}), "'name' exceeds the maximum length of 500 characters"},
		{input(Dataset{Digest: long(37)}), "'digest' exceeds the maximum length of 36 characters"},
		{input(Dataset{Source: long(65536)}), "'source' exceeds the maximum length of 65535 characters"},
		{input(Dataset{Schema: long(1048576)}), "'schema' exceeds the maximum length of 1048575 characters"},
		{input(Dataset{Profile: long(16777216)}), "'profile' exceeds the maximum length of 16777215 characters"},
		{input(iris, pedigree.EventTag{Key: long(256)}), "'key' exceeds the maximum length of 255 characters"},
		{input(iris, pedigree.EventTag{Value: long(501)}), "'value' exceeds the maximum length of 500 characters"},
		{input(iris, append(used("a"), used("b")...)...), "An input has the tag 'mlflow.data.context' twice."},
		{input(iris, make([]pedigree.EventTag, 101)...), "An input can have at most 100 tags. Got 101."},
		{f.LogInputs(f.ctx, ws, run, make([]DatasetInput, 1001), nil), "A request can log at most 1000 inputs. Got 1001."},
		{f.LogOutputs(f.ctx, ws, run, make([]ModelOutput, 1001)), "A request can log at most 1000 outputs. Got 1001."},
		{f.LogInputs(f.ctx, ws, "a b", nil, nil), `Invalid value "a b" for parameter 'run_id' supplied.`},
	} {
		f.refused(c.err, pedigree.Invalid, c.words)
	}
}

func TestInputsAreWrittenWholeOrNotAtAll(t *testing.T) {
	f := open(t)
	run := f.run("0")
	f.refused(f.LogInputs(f.ctx, ws, run, []DatasetInput{{iris, nil}}, []string{"m-none"}), pedigree.NotFound, "Logged model with ID 'm-none' not found.")
	f.refused(f.LogOutputs(f.ctx, ws, run, []ModelOutput{{f.model("0", ""), 1}, {"m-none", 1}}), pedigree.NotFound, "Logged model with ID 'm-none' not found.")
	if r := f.get(run); len(r.Inputs)+len(r.Outputs) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestOutputsOfARunAreThoseThatItLogged(t *testing.T) {
	f := open(t)
	run := f.run("0")
	declared, plain := f.model("0", run), f.model("0", "")
	if got := f.get(run).Outputs; got != nil {
		t.Errorf("before it logged any: %v", got)
	}
	f.must(f.LogOutputs(f.ctx, ws, run, []ModelOutput{{plain, 3}, {declared, 5}}))
	f.must(f.LogOutputs(f.ctx, ws, run, []ModelOutput{{plain, 7}, {declared, 9}}))
	got := f.get(run).Outputs
	slices.SortFunc(got, func(a, b ModelOutput) int { return int(a.Step - b.Step) })
	if !slices.Equal(got, []ModelOutput{{plain, 3}, {declared, 5}}) {
		t.Errorf("got %v", got)
	}
}

func TestLineageKnowsTheRunThatAModelNames(t *testing.T) {
	f := open(t)
	run := f.run("0")
	model, stray := f.model("0", run), f.model("0", "0123456789abcdef")
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		source, err := r.Node(ws, pedigree.RunType, run)
		f.must(err)
		for uid, want := range map[string]int{model: 1, stray: 0} {
			n, err := r.Node(ws, pedigree.LoggedModelType, uid)
			f.must(err)
			events, err := r.Producers([]pedigree.NodeID{n.ID})
			f.must(err)
			if len(events) != want || want == 1 && events[0].Execution != source.ID {
				t.Errorf("%s: %v", uid, events)
			}
		}
		return nil
	}))
}

func TestDataSetsUsedNamesExperimentAndRole(t *testing.T) {
	f := open(t)
	other := f.experiment("other")
	a, b, gone := f.run("0"), f.run(other), f.run(other)
	bare := Dataset{Name: "bare", Digest: "d"}
	f.must(f.LogInputs(f.ctx, ws, a, []DatasetInput{{iris, used("train")}}, nil))
	f.must(f.LogInputs(f.ctx, ws, f.run("0"), []DatasetInput{{iris, used("train")}}, nil))
	f.must(f.LogInputs(f.ctx, ws, b, []DatasetInput{{iris, used("test")}, {bare, nil}}, nil))
	f.must(f.LogInputs(f.ctx, ws, gone, []DatasetInput{{Dataset{Name: "gone"}, nil}}, nil))
	f.must(f.DeleteRun(f.ctx, ws, gone))
	uses, err := f.DatasetsUsed(f.ctx, ws, []string{"0", "77", other, "0"})
	f.must(err)
	want := []DatasetUse{{"0", "iris", "abc", "train"}, {other, "bare", "d", ""}, {other, "iris", "abc", "test"}}
	slices.SortFunc(uses, func(x, y DatasetUse) int { return strings.Compare(x.Experiment+x.Name, y.Experiment+y.Name) })
	if !slices.Equal(uses, want) {
		t.Errorf("got %v", uses)
	}
	_, err = f.DatasetsUsed(f.ctx, ws, []string{"x"})
	f.refused(err, pedigree.Invalid, "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")
}

func uid(d Dataset) string { return naming.UIDOfDataset(d.Name, d.Digest) }
