package mlflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

// decodable reads a request as one of the messages.
type decodable func(r *http.Request) (any, error)

func messageOf[T any](of shape[T]) decodable {
	return func(r *http.Request) (any, error) {
		var zero T
		return decode(r, of, zero)
	}
}

// requests are all messages that a client sends.
var requests = []decodable{
	messageOf(createExperimentShape), messageOf(experimentShape), messageOf(experimentNameShape), messageOf(updateExperimentShape),
	messageOf(setExperimentTagShape), messageOf(deleteExperimentTagShape), messageOf(searchExperimentsShape), messageOf(searchDatasetsShape),
	messageOf(createRunShape), messageOf(runShape), messageOf(updateRunShape), messageOf(searchRunsShape),
	messageOf(logMetricShape), messageOf(runPropertyShape), messageOf(runKeyShape), messageOf(logBatchShape), messageOf(logInputsShape),
	messageOf(logOutputsShape), messageOf(logModelShape), messageOf(historyShape), messageOf(historyIntervalShape),
	messageOf(createModelShape), messageOf(getModelShape), messageOf(finalizeModelShape), messageOf(modelTagsShape), messageOf(modelParamsShape),
	messageOf(searchModelsShape), messageOf(runArtifactShape), messageOf(presignUploadShape), messageOf(completeUploadShape), messageOf(uploadPartShape),
}

// someBodies reach most of the code between them.
var someBodies = []string{
	``, `null`, `{}`, `[]`, `"{}"`, `not json`, `{"a":1,"a":2}`, `{"run_id":"r","runId":"r"}`, `{"run_id":"\ud800"}`,
	`{"run_id":"r","key":"m","value":"NaN","timestamp":1,"step":2}`, `{"run_id":"r","key":"m","value":-Infinity,"timestamp":1e3,"step":"2"}`,
	`{"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":1},null,5],"params":[{"key":"p"}],"tags":[{"value":"t"}]}`,
	`{"experiment_ids":["0"],"filter":"params.a = 'b'","run_view_type":"ALL","max_results":50001,"order_by":["a",5],"page_token":"x"}`,
	`{"run_id":"r","datasets":[{"tags":[{"key":"k","value":"v"}],"dataset":{"name":"n","digest":"d","sourceType":"s"}}],"models":[{"model_id":"m","step":1}]}`,
	`{"name":"n","artifact_location":"s3://b","tags":[{"key":"k","value":"v"}],"x":[[{"y":null}]]}`,
	`{"experiment_ids":["0"],"datasets":[{"dataset_name":"n"}],"order_by":[{"field_name":"metrics.a","ascending":false}],"status":2}`,
}

func seed(f *testing.F) {
	for i := range requests {
		for _, body := range someBodies {
			f.Add(uint8(i), body)
		}
	}
}

// FuzzDecode checks that no body breaks the decoder, that what it refuses is
// the client's fault, and that white space changes nothing.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		read := requests[int(which)%len(requests)]
		got, err := read(post(body))
		if err != nil && pedigree.CodeOf(err) != pedigree.Invalid {
			t.Fatalf("the error is %v", err)
		}
		spread := jsontext.Value(strings.Clone(body))
		if spread.Indent() != nil {
			return // no JSON, or JSON of two meanings
		}
		again, errAgain := read(post(string(spread)))
		if fmt.Sprint(err) != fmt.Sprint(errAgain) || err == nil && !same(got, again) {
			t.Fatalf("%s\nreads as %+v, %v\nwith white space as %+v, %v", body, got, err, again, errAgain)
		}
	})
}

// same is DeepEqual where NaN equals NaN.
func same(a, b any) bool {
	return reflect.DeepEqual(a, b) || strings.Contains(fmt.Sprintf("%+v", a), "NaN") && fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b)
}

// FuzzQueryString checks the same of arguments in a query string, and that
// what is refused there is refused in a body.
func FuzzQueryString(f *testing.F) {
	for i := range requests {
		for _, query := range []string{"", "run_id=a&metric_key=m&max_results=3", "run_ids=a&run_ids=b&metric_key=m&start_step=1&end_step=-2", "allow_deleted=TRUE", "run_id=%ff", "order_by=a&max_results=x", "a=%zz", "run_id=a&run_id=b"} {
			f.Add(uint8(i), query)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, query string) {
		read := requests[int(which)%len(requests)]
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/", RawQuery: query}}
		if _, err := read(r); err != nil && pedigree.CodeOf(err) != pedigree.Invalid {
			t.Fatalf("the error is %v", err)
		}
	})
}

// FuzzEncodeNumbers checks that every number comes back as it went.
func FuzzEncodeNumbers(f *testing.F) {
	f.Add(uint64(0), int64(0), int64(-1), "k")
	f.Add(math.Float64bits(math.NaN()), int64(math.MaxInt64), int64(math.MinInt64), "\xff\"\n")
	f.Fuzz(func(t *testing.T, bits uint64, at, step int64, key string) {
		v := math.Float64frombits(bits)
		text := append(appendPoint([]byte{'{'}, &pedigree.Point{Key: key, Value: v, Time: pedigree.Time(at), Step: step}), '}')
		got, err := decode(post(`{"run_id":"r","metrics":[`+string(text)+`]}`), logBatchShape, logBatchRequest{})
		if key == "" {
			return
		}
		if err != nil || len(got.Metrics) != 1 {
			t.Fatalf("%s: %v", text, err)
		}
		m := got.Metrics[0]
		v = min(max(v, -math.MaxFloat64), math.MaxFloat64)
		if m.Value != v && !(math.IsNaN(m.Value) && math.IsNaN(v)) || int64(m.Time) != at || m.Step != step || m.Key != strings.ToValidUTF8(key, "\ufffd") && m.Key != string([]rune(key)) {
			t.Fatalf("%s reads as %+v", text, m)
		}
	})
}

// FuzzModelInfo checks that what is kept of a model is a JSON object.
func FuzzModelInfo(f *testing.F) {
	f.Add(`{"artifact_path":"a","flavors":{"f":{"config":1,"x":2}},"run_id":"r","utc_time_created":"t"}`)
	f.Add(`{"artifact_path":1,"flavors":null,"run_id":[],"utc_time_created":{}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		kept, err := modelInfo(text)
		if err != nil {
			if pedigree.CodeOf(err) != pedigree.Invalid {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		var o map[string]any
		if err := json.Unmarshal([]byte(kept), &o); err != nil || len(o) != 5 {
			t.Fatalf("kept %s: %v", kept, err)
		}
	})
}

// FuzzWire sends any body to any operation over a real store: the answer is
// JSON and never an internal error.
func FuzzWire(f *testing.F) {
	seed(f)
	mux := serveWire(f)
	operations := New(nil, nil, nil).operations()
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		o := operations[int(which)%len(operations)]
		path := "/api" + strings.NewReplacer("{model_id}", "m-1", "{tag_key}", "k", "{webhook_id}", "w").Replace(o.path)
		r := httptest.NewRequest(o.method, path, strings.NewReader(body))
		if o.method == http.MethodGet {
			r.URL.RawQuery = body
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s\n%s\nanswers %d %s", o.method, o.path, body, w.Code, w.Body)
		}
	})
}

// TestRunsSurviveTheWire encodes runs of awkward content and reads them back.
func TestRunsSurviveTheWire(t *testing.T) {
	run := someRun(2, 2, 2)
	run.Name, run.Properties[0].Value, run.Metrics[0].Value = "a\"\\\n\u2028é😀", "<script>", math.NaN()
	run.Inputs = []tracking.DatasetInput{{Dataset: tracking.Dataset{Name: "n", Profile: "{}"}, Tags: []pedigree.EventTag{{Key: "k"}}}, {}}
	run.ModelInputs, run.Outputs = []string{"m-1", "m-2"}, []tracking.ModelOutput{{Model: "m-3", Step: -1}}
	var got map[string]any
	text := appendRun(nil, run)
	if err := json.Unmarshal(bytes.Clone(text), &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if name := got["info"].(map[string]any)["run_name"]; name != run.Name {
		t.Errorf("the name comes back as %q", name)
	}
	inputs := got["inputs"].(map[string]any)
	if len(inputs["dataset_inputs"].([]any)) != 2 || len(inputs["model_inputs"].([]any)) != 2 {
		t.Errorf("the inputs come back as %v", inputs)
	}
}
