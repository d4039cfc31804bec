package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

func TestParamsThatMatterAreFound(t *testing.T) {
	f := open(t)
	experiment, err := f.runs.CreateExperiment(f.ctx, ws, "search", "", nil)
	f.must(err)
	for i := range 90 {
		r, err := f.runs.CreateRun(f.ctx, ws, tracking.RunDraft{Experiment: experiment})
		f.must(err)
		width, kind := i%9, []string{"adam", "sgd"}[i%2]
		loss := float64(width) + float64(i%7)/20
		params := []pedigree.Property{{Key: "width", Value: strconv.Itoa(width)}, {Key: "kind", Value: kind}, {Key: "same", Value: "x"}}
		if i%3 == 0 {
			params = append(params, pedigree.Property{Key: "rare", Value: "1"})
		}
		f.must(f.runs.LogBatch(f.ctx, ws, r.UID, tracking.Batch{Params: params, Metrics: []tracking.Measurement{{Point: pedigree.Point{Key: "loss", Value: loss}}}}))
	}
	ask := func(query string, status int) (a ImportanceAnswer) {
		t.Helper()
		w := f.do("GET", base+"/importance?experiment="+experiment+query)
		if w.Code != status {
			t.Fatalf("%s is answered with %d: %s", query, w.Code, w.Body)
		}
		f.must(json.Unmarshal(w.Body.Bytes(), &a))
		return a
	}
	a := ask("&metric=loss", http.StatusOK)
	if len(a.Params) != 3 || a.Runs != 90 || a.Foretold < 0.5 {
		t.Fatalf("the answer is %+v", a)
	}
	width := a.Params[0]
	if width.Key != "width" || !width.Number || width.Values != 9 || width.Correlation == nil || width.Correlation.Low < 0.9 || width.Importance.Low <= 0 {
		t.Errorf("what matters is %+v", width)
	}
	for _, p := range a.Params[1:] {
		if p.Key == "rare" && (p.Runs != 30 || p.Values != 1) || p.Key == "kind" && (p.Number || p.Correlation != nil) {
			t.Errorf("%+v", p)
		}
	}
	if a := ask("&metric=loss&filter=params.width%20%3D%20%273%27%20OR%20params.width%20%3D%20%274%27%20OR%20params.width%20%3D%20%275%27", http.StatusOK); a.Runs != 30 {
		t.Errorf("of %d runs", a.Runs)
	}
	ask("&metric=loss&filter=params.width%20%3D%20%273%27", http.StatusConflict)
	ask("&metric=none", http.StatusConflict)
	ask("", http.StatusBadRequest)
	ask("&metric=loss&filter=%28", http.StatusBadRequest)
}
