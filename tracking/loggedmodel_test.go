package tracking

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
)

func TestLoggedModelIsMadeAsAsked(t *testing.T) {
	f := open(t)
	id := f.experiment("name")
	made, err := f.CreateLoggedModel(f.ctx, ws, LoggedModelDraft{
		Experiment: id, Name: "knn", ModelType: "agent", SourceRun: "123",
		Params: []pedigree.Property{param("any key at all ;", "1")}, Tags: []pedigree.Property{tag("a", "1"), tag("a", "2")},
	})
	f.must(err)
	read, err := f.LoggedModel(f.ctx, ws, made.UID, false)
	f.must(err)
	for what, m := range map[string]LoggedModel{"made": made, "read": read} {
		if m.Experiment != id || m.Name != "knn" || m.ModelType != "agent" || m.SourceRun != "123" || m.State != "PENDING" ||
			m.URI != "mlflow-artifacts:/1/models/"+m.UID+"/artifacts" || m.Created == 0 ||
			!slices.Equal(m.Params, []pedigree.Property{param("any key at all ;", "1")}) || !slices.Equal(m.Tags, []pedigree.Property{tag("a", "2")}) {
			t.Errorf("%s: %+v", what, m)
		}
	}
	if !regexp.MustCompile(`^m-[0-9a-f]{32}$`).MatchString(made.UID) {
		t.Errorf("the UID is %s", made.UID)
	}
}

func TestLoggedModelDraftIsBounded(t *testing.T) {
	f := open(t)
	for _, name := range []string{"a/b", "a:b", "a.b", "a%b", `a"b`, "a'b"} {
		_, err := f.CreateLoggedModel(f.ctx, ws, LoggedModelDraft{Name: name})
		f.refused(err, pedigree.Invalid, "Invalid model name ("+naming.Quote(name)+") provided. Model name must be a non-empty string"+
			` and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`)
	}
	long := func(n int) string { return strings.Repeat("x", n) }
	for words, draft := range map[string]LoggedModelDraft{
		"'name' exceeds the maximum length of 500 characters":          {Name: long(501)},
		"'model_type' exceeds the maximum length of 500 characters":    {ModelType: long(501)},
		"'source_run_id' exceeds the maximum length of 256 characters": {SourceRun: long(257)},
		"'Param value' exceeds the maximum length of 6000 characters":  {Params: []pedigree.Property{param("a", long(6001))}},
		"'Tag key' exceeds the maximum length of 250 characters":       {Tags: []pedigree.Property{tag(long(251), "")}},
		"Tag key must not be empty.":                                   {Tags: []pedigree.Property{tag("", "")}},
	} {
		_, err := f.CreateLoggedModel(f.ctx, ws, draft)
		f.refused(err, pedigree.Invalid, words)
	}
}

func TestLoggedModelGoesThroughItsLife(t *testing.T) {
	f := open(t)
	id := f.model("0", "")
	for _, state := range []string{"READY", "FAILED"} {
		m, err := f.FinalizeLoggedModel(f.ctx, ws, id, state)
		f.must(err)
		if m.State != state || m.Experiment != "0" || m.Updated <= m.Created {
			t.Errorf("got %+v", m)
		}
	}
	_, err := f.FinalizeLoggedModel(f.ctx, ws, id, "PENDING")
	f.refused(err, pedigree.Invalid, "Invalid model status: 'PENDING'. Expected statuses: [READY, FAILED]")

	f.must(f.SetLoggedModelTags(f.ctx, ws, id, []pedigree.Property{tag("a", "1"), tag("b", "2")}))
	f.must(f.SetLoggedModelTags(f.ctx, ws, id, []pedigree.Property{tag("a", "3")}))
	f.must(f.DeleteLoggedModelTag(f.ctx, ws, id, "b"))
	f.refused(f.DeleteLoggedModelTag(f.ctx, ws, id, "b"), pedigree.NotFound, "No tag with key 'b' found for model with ID '"+id+"'.")
	f.must(f.LogLoggedModelParams(f.ctx, ws, id, []pedigree.Property{param("p", "1")}))
	f.must(f.LogLoggedModelParams(f.ctx, ws, id, []pedigree.Property{param("p", "1"), param("q", "2")}))
	f.refused(f.LogLoggedModelParams(f.ctx, ws, id, []pedigree.Property{param("p", "2")}), pedigree.Invalid,
		"Changing param values is not allowed. Param with key='p' was already logged with value='1' for model ID='"+id+"'. Attempted logging new value '2'.")
	m, err := f.LoggedModel(f.ctx, ws, id, false)
	f.must(err)
	if !slices.Equal(m.Tags, []pedigree.Property{tag("a", "3")}) || len(m.Params) != 2 {
		t.Errorf("got %+v", m)
	}

	f.must(f.DeleteLoggedModel(f.ctx, ws, id))
	f.must(f.DeleteLoggedModel(f.ctx, ws, id))
	_, err = f.LoggedModel(f.ctx, ws, id, false)
	f.refused(err, pedigree.NotFound, "Logged model with ID '"+id+"' not found.")
	if m, err := f.LoggedModel(f.ctx, ws, id, true); err != nil || m.Live() {
		t.Errorf("in the bin: %+v %v", m, err)
	}
}

func TestUnknownLoggedModelIsNotFound(t *testing.T) {
	f := open(t)
	_, read := f.LoggedModel(f.ctx, ws, "m-x", true)
	_, finalized := f.FinalizeLoggedModel(f.ctx, ws, "m-x", "READY")
	for _, err := range []error{
		read, finalized, f.DeleteLoggedModel(f.ctx, ws, "m-x"), f.SetLoggedModelTags(f.ctx, ws, "m-x", nil),
		f.DeleteLoggedModelTag(f.ctx, ws, "m-x", "a"), f.LogLoggedModelParams(f.ctx, ws, "m-x", nil),
		f.LogMetric(f.ctx, ws, f.run("0"), Measurement{Point: point("m", 1, 1, 1), Model: "m-x"}),
	} {
		f.refused(err, pedigree.NotFound, "Logged model with ID 'm-x' not found.")
	}
}

func TestMeasurementOfAModelIsAMetricOfItsRunToo(t *testing.T) {
	f := open(t)
	run, model := f.run("0"), f.model("0", "")
	one := Measurement{Point: point("rmse", 0.5, 1, 2), Model: model, Dataset: "iris", DatasetDigest: "abc"}
	nan := Measurement{Point: point("nan", math.NaN(), 1, 0), Model: model}
	f.must(f.LogMetric(f.ctx, ws, run, one))
	f.must(f.LogBatch(f.ctx, ws, run, Batch{Metrics: []Measurement{one, nan, {Point: point("only", 1, 1, 1)}}}))
	if got := f.get(run).Metrics; len(got) != 3 || !samePoint(got[0], one.Point) {
		t.Errorf("the run has %v", got)
	}
	m, err := f.LoggedModel(f.ctx, ws, model, false)
	f.must(err)
	if len(m.Metrics) != 2 {
		t.Fatalf("the model has %+v", m.Metrics)
	}
	slices.SortFunc(m.Metrics, func(a, b ModelMetric) int { return strings.Compare(b.Key, a.Key) })
	if got := m.Metrics[0]; got.Measurement != one || got.Run != run {
		t.Errorf("got %+v", got)
	}
	if got := m.Metrics[1]; !samePoint(got.Point, nan.Point) {
		t.Errorf("got %+v", got)
	}
}

func TestLoggedModelsAreFoundByWhatTheyAre(t *testing.T) {
	f := open(t)
	run := f.run("0")
	var ids []string
	for i, score := range []float64{3, 1, 2} {
		id := f.model("0", run)
		ids = append(ids, id)
		f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point("rmse", score, 1, int64(i)), Model: id, Dataset: "d"}))
	}
	f.model(f.experiment("other"), "")
	gone := f.model("0", "")
	f.must(f.DeleteLoggedModel(f.ctx, ws, gone))
	search := Search{
		Experiments: []string{"0", "99"}, Max: 2,
		Where: query.Compare{Field: query.Property{Space: pedigree.Field, Key: "source_run_id"}, Op: query.Eq, Value: query.Value{Text: run}},
		Order: []query.Order{{Field: query.Score{Key: "rmse"}}},
	}
	var got []string
	for {
		page, err := f.SearchLoggedModels(f.ctx, ws, search)
		f.must(err)
		for _, m := range page.Items {
			got = append(got, m.UID)
			if m.Experiment != "0" || m.SourceRun != run || len(m.Metrics) != 1 || m.Metrics[0].Run != run {
				t.Errorf("got %+v", m)
			}
		}
		if search.PageToken = page.Next; page.Next == "" {
			break
		}
	}
	if !slices.Equal(got, []string{ids[1], ids[2], ids[0]}) {
		t.Errorf("got %v of %v", got, ids)
	}
	_, err := f.SearchLoggedModels(f.ctx, ws, Search{Experiments: []string{"0"}})
	f.refused(err, pedigree.Invalid, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer")
}
