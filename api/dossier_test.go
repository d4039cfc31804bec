package api

import (
	"net/url"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/tracking"
)

// again registers one more version of a model, of a run with one param and metric.
func (f *fixture) again(name, lr string, rmse float64) {
	f.Helper()
	run, err := f.runs.CreateRun(f.ctx, ws, tracking.RunDraft{Experiment: "0", Name: "fox", Started: 1})
	f.must(err)
	f.must(f.runs.LogParam(f.ctx, ws, run.UID, pedigree.Property{Space: pedigree.Param, Key: "lr", Value: lr}))
	f.must(f.runs.LogMetric(f.ctx, ws, run.UID, tracking.Measurement{Point: pedigree.Point{Key: "rmse", Value: rmse, Time: 1}}))
	_, err = f.models.CreateVersion(f.ctx, ws, registry.VersionDraft{Name: name, Source: run.URI + "/model", RunID: &run.UID})
	f.must(err)
}

func TestADossierACardAndADifferenceAreTold(t *testing.T) {
	f := open(t)
	const name = "a\\b"
	f.register(name, "MLmodel")
	f.again(name, "0.1", 0.5)
	f.again(name, "0.2", 0.25)
	f.must(f.digests.CatchUp(f.ctx))
	f.must(f.models.SetAlias(f.ctx, ws, name, "champion", "2"))
	at := base + "/model-version/"
	of := "?" + url.Values{"name": {name}, "version": {"2"}}.Encode()

	d := get[DossierAnswer](f, at+"dossier"+of)
	if d.RunName != "fox" || len(d.Metrics) != 1 || d.Metrics[0].Value != 0.5 || d.Params[0].Key != "lr" || d.Aliases[0] != "champion" || d.Stage != "None" {
		t.Errorf("the dossier is %+v", d)
	}
	c := get[CardAnswer](f, at+"card"+of)
	for _, want := range []string{"# a\\\\b, version 2", "| `rmse` | 0.5 |", "| `lr` | `0.1` |", "[run fox](/runs/" + d.Run + ")"} {
		if !strings.Contains(c.Card, want) {
			t.Errorf("the card lacks %q: %s", want, c.Card)
		}
	}
	x := get[DifferenceAnswer](f, at+"difference"+of+"&other=3")
	if x.Left.Version != "2" || x.Right.Version != "3" || x.Params.Differ != 1 || *x.Params.Changes[0].Right != "0.2" || x.Metrics.Differ != 1 {
		t.Errorf("the difference is %+v", x)
	}
	x = get[DifferenceAnswer](f, at+"difference?"+url.Values{"name": {name}, "version": {"1"}, "other": {"2"}, "other_name": {name}}.Encode())
	if x.Files.Differ != 1 || x.Files.Changes[0].Right != nil || x.Files.Changes[0].Left.Size == 0 {
		t.Errorf("the difference is %+v", x.Files)
	}
	m := get[MetricsAnswer](f, base+"/model-metrics?"+url.Values{"name": {name}, "version": {"3", "1"}}.Encode())
	if len(m.Versions) != 2 || m.Versions[0].Version != "3" || m.Versions[0].Metrics[0].Value != 0.25 || len(m.Versions[1].Metrics) != 0 {
		t.Errorf("metrics are %+v", m)
	}
	f.register("plain", "MLmodel")
	f.again("plain", "1", 1)
	for _, path := range []string{"dossier", "card", "difference"} {
		get[map[string]any](f, base+"/models/"+url.PathEscape("plain")+"/versions/1/"+path+map[bool]string{true: "?other=2"}[path == "difference"])
	}
}

func TestWhatIsNotThereHasNoDossier(t *testing.T) {
	f := open(t)
	f.register("fraud", "MLmodel")
	for target, status := range map[string]int{
		"/models/fraud/versions/2/dossier":                              404,
		"/models/fraud/versions/1/difference?other=2":                   404,
		"/models/fraud/versions/1/difference":                           400,
		"/models/fraud/versions/1/difference?other=x":                   400,
		"/models/other/versions/1/card":                                 404,
		"/model-metrics?name=fraud&version=7":                           404,
		"/model-metrics?name=fraud" + strings.Repeat("&version=1", 201): 400,
	} {
		if w := f.do("GET", base+target); w.Code != status {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
