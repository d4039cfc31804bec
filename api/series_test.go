package api

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

// curves serves a run with some series.
func curves(t *testing.T) (f *fixture, run string) {
	f = open(t)
	experiment, err := f.runs.CreateExperiment(f.ctx, ws, "curves", "", nil)
	f.must(err)
	r, err := f.runs.CreateRun(f.ctx, ws, tracking.RunDraft{Experiment: experiment, Started: 1000})
	f.must(err)
	var all []tracking.Measurement
	add := func(key string, step int64, v float64) {
		all = append(all, tracking.Measurement{Point: pedigree.Point{Key: key, Step: step, Time: pedigree.Time(1000 + 10*step), Value: v}})
	}
	for i := range int64(400) {
		add("loss", i, float64(400-i))
	}
	add("odd", 0, math.NaN())
	add("odd", 1, math.Inf(1))
	add("odd", 2, 3)
	add("odd", 3, math.Inf(-1))
	f.must(f.runs.LogBatch(f.ctx, ws, r.UID, tracking.Batch{Metrics: all}))
	return f, r.UID
}

// draw asks for series and reads the answer where it is good.
func (f *fixture) draw(body string, status int) (a SeriesAnswer) {
	f.Helper()
	w := httptest.NewRecorder()
	f.mux.ServeHTTP(w, httptest.NewRequest("POST", base+"/series", strings.NewReader(body)))
	if w.Code != status {
		f.Fatalf("%s is answered with %d: %s", body, w.Code, w.Body)
	}
	f.must(json.Unmarshal(w.Body.Bytes(), &a))
	return a
}

func TestSeriesAreDrawnTogether(t *testing.T) {
	f, run := curves(t)
	draw := func(body string) SeriesAnswer {
		t.Helper()
		return f.draw(strings.ReplaceAll(body, "RUN", run), http.StatusOK)
	}
	a := draw(`{"runs":["RUN","never"],"metrics":["loss","odd","none"],"buckets":100}`)
	if len(a.Series) != 2 {
		t.Fatalf("there are %d series instead of 2", len(a.Series))
	}
	loss, odd := a.Series[0], a.Series[1]
	if loss.Points != 400 || *loss.First != (Extreme{400, 0}) || *loss.Least != (Extreme{1, 399}) || *loss.Greatest != *loss.First {
		t.Errorf("loss is %+v", loss)
	}
	if b := loss.Buckets; len(b.To) != 100 || b.Points[0] != 4 || *b.Greatest[0] != 400 || *b.Last[0] != 397 {
		t.Errorf("its buckets are %+v", b)
	}
	if odd.Points != 4 || odd.NaN != 1 || odd.Above != 1 || odd.Below != 1 || odd.Buckets.Last[0] != nil || *odd.Buckets.Last[2] != 3 {
		t.Errorf("odd is %+v", odd)
	}
	if b := odd.Buckets; b.Points != nil || fmt.Sprint(b.NaN, b.Above, b.Below) != "[0] [1] [3]" {
		t.Errorf("its buckets are %+v", b)
	}
	zoomed := draw(`{"runs":["RUN"],"metrics":["loss"],"axis":"relative","from":100,"to":190}`).Series[0]
	if b := zoomed.Buckets; fmt.Sprint(b.To) != "[100 110 120 130 140 150 160 170 180 190]" || *zoomed.Before != (Extreme{391, 90}) || *zoomed.After != (Extreme{380, 200}) {
		t.Errorf("what is looked at is %+v", zoomed)
	}
	smooth := draw(`{"runs":["RUN"],"metrics":["loss"],"smoothing":{"by":"mean","amount":3}}`).Series[0]
	if *smooth.Buckets.Smoothed[0] != 399.5 || *smooth.Buckets.Smoothed[7] != 393 {
		t.Errorf("smoothed it is %v, %v", *smooth.Buckets.Smoothed[0], *smooth.Buckets.Smoothed[7])
	}
}

func TestChartsThatCannotBeAreRefused(t *testing.T) {
	f, run := curves(t)
	for _, body := range []string{
		`{}`,
		`{"runs":["RUN"],"metrics":[]}`,
		`{"runs":["RUN"],"metrics":["loss"],"axis":"depth"}`,
		`{"runs":["RUN"],"metrics":["loss"],"from":2,"to":1}`,
		`{"runs":["RUN"],"metrics":["loss"],"smoothing":{"by":"ema","amount":1}}`,
		`{"runs":["RUN"],"metrics":["loss"],"smoothing":{"by":"mean","amount":0}}`,
		`{"runs":["RUN"],"metrics":["loss"],"smoothing":{"by":"gaussian","amount":9999999}}`,
		`{"runs":["RUN"],"metrics":["loss"],"smoothing":{"by":"hope","amount":1}}`,
		`{"runs":["RUN"` + strings.Repeat(`,"x"`, 1000) + `],"metrics":["loss"]}`,
	} {
		f.draw(strings.ReplaceAll(body, "RUN", run), http.StatusBadRequest)
	}
}
