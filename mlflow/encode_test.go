package mlflow

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

func TestDoublesReadAsPythonWritesThem(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0", 1: "1.0", -2.5: "-2.5", 0.1: "0.1", 1e15: "1000000000000000.0", 1e16: "1e+16", 123456789012345680: "1.2345678901234568e+17",
		0.0001: "0.0001", 0.00001: "1e-05", 1.5e-7: "1.5e-07", math.MaxFloat64: "1.7976931348623157e+308", 5e-324: "5e-324",
		math.Inf(1): "1.7976931348623157e+308", math.Inf(-1): "-1.7976931348623157e+308",
	} {
		if got := string(appendDouble(nil, v)); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
	if got := string(appendDouble(nil, math.NaN())); got != `"NaN"` {
		t.Errorf("NaN: got %s", got)
	}
	if got := string(appendDouble(nil, math.Copysign(0, -1))); got != "-0.0" {
		t.Errorf("-0: got %s", got)
	}
}

func TestDoublesReadBackAsThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		got, err := strconv.ParseFloat(string(appendDouble(nil, v)), 64)
		if err != nil || got != v {
			t.Errorf("%v reads back as %v, %v", v, got, err)
		}
	})
}

func TestStringsReadBackAsThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil || got != s {
			t.Errorf("%q reads back as %q, %v", s, got, err)
		}
	})
	if got := string(appendString(nil, "a\xffb")); !json.Valid([]byte(got)) {
		t.Errorf("bytes that are no Unicode: got %s", got)
	}
}

// pythonJSON must agree with json.dumps for what clients send by mistake.
func TestPythonJSON(t *testing.T) {
	for raw, want := range map[string]string{
		`1`: `1`, `9.0`: `9.0`, `1E5`: `100000.0`, `1e22`: `1e+22`, `true`: `true`, `null`: `null`, `"é"`: `"\u00e9"`,
		`{"a" : [ 1 ]}`: `{"a":[1]}`, `"\u0041\n"`: `"A\n"`, `12345678901234567890`: `12345678901234567890`,
	} {
		if got := pythonJSON([]byte(raw)); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}

func someRun(metrics, params, tags int) *tracking.Run {
	run := &tracking.Run{
		Node: pedigree.Node{
			UID: "98c132c8ad6c46ba99393f95a8a9a322", Name: "judicious-mule-732", Owner: "ann", State: "FINISHED",
			URI: "mlflow-artifacts:/184/98c132c8ad6c46ba99393f95a8a9a322/artifacts", Started: 1700000000000, Ended: 1700000001000, Deleted: pedigree.NoTime,
		},
		Experiment: "184",
	}
	for i := range params {
		run.Properties = append(run.Properties, pedigree.Property{Space: pedigree.Param, Key: fmt.Sprintf("param_%d", i), Value: "0.001"})
	}
	for i := range tags {
		run.Properties = append(run.Properties, pedigree.Property{Space: pedigree.Tag, Key: fmt.Sprintf("mlflow.tag_%d", i), Value: "some value"})
	}
	for i := range metrics {
		run.Metrics = append(run.Metrics, pedigree.Point{Key: fmt.Sprintf("metric_%d", i), Value: float64(i) / 7, Time: 1700000000000, Step: int64(i)})
	}
	return run
}

func somePoints(n int) []pedigree.Point {
	points := make([]pedigree.Point, n)
	for i := range points {
		points[i] = pedigree.Point{Key: "m", Value: math.Sqrt(float64(i)), Time: pedigree.Time(1700000000000 + i), Step: int64(i)}
	}
	return points
}

func TestLargeAnswersLeaveInParts(t *testing.T) {
	w := httptest.NewRecorder()
	page := make([]tracking.Run, 1000)
	for i := range page {
		page[i] = *someRun(10, 10, 5)
	}
	writePage(w, "runs", page, "next", appendRun)
	if w.Header().Get("Content-Length") != "" {
		t.Error("its length was known before it was written")
	}
	var got struct {
		Runs []struct {
			Data struct{ Metrics, Params, Tags []any }
		}
		Next string `json:"next_page_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Runs) != 1000 || len(got.Runs[999].Data.Metrics) != 10 || got.Next != "next" {
		t.Errorf("got %d runs", len(got.Runs))
	}
}

func TestSmallAnswersSayTheirLength(t *testing.T) {
	w := httptest.NewRecorder()
	writePage(w, "runs", []tracking.Run{*someRun(1, 1, 1)}, "", appendRun)
	if w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) || strings.Contains(w.Body.String(), "next_page_token") {
		t.Errorf("got %v, %s", w.Header(), w.Body)
	}
}

func BenchmarkEncodeRun(b *testing.B) {
	b.ReportAllocs()
	run := someRun(20, 20, 10)
	var buf []byte
	for b.Loop() {
		buf = appendRun(buf[:0], run)
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkEncodeHistoryOf10000(b *testing.B) {
	b.ReportAllocs()
	points := somePoints(10_000)
	for b.Loop() {
		w := discard{}
		a := begin(w)
		a.buf = append(a.buf, '{')
		list := pointList{key: []byte(`"m"`)}
		list.append(a, points)
		list.end(a)
		a.buf = append(a.buf, '}')
		a.finish()
	}
}
