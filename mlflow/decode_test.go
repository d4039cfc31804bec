package mlflow

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/tracking"
)

func post(body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
}

func get(query string) *http.Request {
	return httptest.NewRequest(http.MethodGet, "/?"+query, nil)
}

func TestDecodeAccepts(t *testing.T) {
	type metric = logMetricRequest
	point := func(run, key string, value float64, at pedigree.Time, step int64) metric {
		return metric{run, tracking.Measurement{Point: pedigree.Point{Key: key, Value: value, Time: at, Step: step}}}
	}
	whole := point("r", "m", 1.5, 3, 2)
	for _, c := range []struct {
		name, body string
		want       metric
	}{
		{"snake case", `{"run_id":"r","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"camel case", `{"runId":"r","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"old name", `{"run_uuid":"r","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"old name in camel case", `{"runUuid":"r","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"both names of one run", `{"run_id":"r","run_uuid":"r","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"both names, one empty", `{"run_id":"","run_uuid":"r","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"any order", `{"step":2,"timestamp":3,"value":1.5,"key":"m","run_id":"r"}`, whole},
		{"numbers as text", `{"run_id":"r","key":"m","value":"1.5","timestamp":"3","step":"2"}`, whole},
		{"integers with a fraction of zero", `{"run_id":"r","key":"m","value":15e-1,"timestamp":3.0,"step":0.2e1}`, whole},
		{"escapes in names and values", `{"run\u005fid":"\u0072","key":"m","value":1.5,"timestamp":3,"step":2}`, whole},
		{"unknown members", `{"x":{"y":[1,{"z":null}]},"run_id":"r","key":"m","value":1.5,"timestamp":3,"step":2,"w":[[]]}`, whole},
		{"null as absent", `{"run_id":"r","key":"m","value":1.5,"timestamp":3,"step":null,"model_id":null}`, point("r", "m", 1.5, 3, 0)},
		{"wrapped in a string", `"{\"run_id\":\"r\",\"key\":\"m\",\"value\":1.5,\"timestamp\":3,\"step\":2}"`, whole},
		{"white space", " \r\n\t{ \"run_id\" : \"r\" , \"key\":\"m\" , \"value\" : 1.5 , \"timestamp\":3,\"step\":2 } \n", whole},
		{"infinity", `{"run_id":"r","key":"m","value":"Infinity","timestamp":3}`, point("r", "m", math.Inf(1), 3, 0)},
		{"minus infinity", `{"run_id":"r","key":"m","value":"-Infinity","timestamp":3}`, point("r", "m", math.Inf(-1), 3, 0)},
		{"bare infinity", `{"run_id":"r","key":"m","value":Infinity,"timestamp":3}`, point("r", "m", math.Inf(1), 3, 0)},
		{"bare minus infinity", `{"run_id":"r","key":"a\"NaN","value":-Infinity,"timestamp":3}`, point("r", `a"NaN`, math.Inf(-1), 3, 0)},
		{"the largest integers", `{"run_id":"r","key":"m","value":0,"timestamp":"9223372036854775807","step":-9223372036854775808}`, point("r", "m", 0, math.MaxInt64, math.MinInt64)},
		{"an empty value of an optional member", `{"run_id":"r","key":"m","value":0,"timestamp":3,"model_id":""}`, point("r", "m", 0, 3, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decode(post(c.body), logMetricShape, metric{})
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	for _, body := range []string{
		`{"run_id":"r","key":"m","value":"NaN","timestamp":3}`,
		`{"run_id":"r","key":"m","value":NaN,"timestamp":3}`,
	} {
		got, err := decode(post(body), logMetricShape, metric{})
		if err != nil || !math.IsNaN(got.Value) {
			t.Errorf("%s: got %+v, %v", body, got, err)
		}
	}
}

const seeDocs = " See the API docs for more information about request parameters."

func TestDecodeRefuses(t *testing.T) {
	missing := func(name string) string { return "Missing value for required parameter '" + name + "'." + seeDocs }
	wrong := func(value, name, kind string) string {
		return "Invalid value " + value + " for parameter '" + name + "' supplied:  Hint: Value was of type '" + kind + "'." + seeDocs
	}
	rest := `,"key":"m","value":1,"timestamp":3}`
	for _, c := range []struct{ name, body, want string }{
		{"nothing", ``, missing("run_id")},
		{"no JSON", `not json`, missing("run_id")},
		{"half an object", `{"run_id":"r","key":"m"`, missing("run_id")},
		{"more than an object", `{"run_id":"r"` + rest + `}`, missing("run_id")},
		{"two objects", `{"run_id":"r"` + rest + `{}`, missing("run_id")},
		{"null", `null`, missing("run_id")},
		{"a list", `[]`, "The request body must be a JSON object."},
		{"a number", `5`, "The request body must be a JSON object."},
		{"a string in a string", `"\"{}\""`, "The request body must be a JSON object."},
		{"absent", `{"run_id":"r","value":1,"timestamp":3}`, missing("key")},
		{"a null", `{"run_id":"r","key":null,"value":1,"timestamp":3}`, missing("key")},
		{"an empty text", `{"run_id":"r","key":"","value":1,"timestamp":3}`, missing("key")},
		{"an empty number", `{"run_id":"r","key":"m","value":"","timestamp":3}`, missing("value")},
		{"an integer for text", `{"run_id":31` + rest, wrong("31", "run_id", "int")},
		{"a float for text", `{"run_id":9.0` + rest, wrong("9.0", "run_id", "float")},
		{"a large float for text", `{"run_id":1e22` + rest, wrong("1e+22", "run_id", "float")},
		{"a truth for text", `{"run_id":true` + rest, wrong("true", "run_id", "bool")},
		{"a list for text", `{"run_id":[ 1, "a" ]` + rest, wrong(`[1,"a"]`, "run_id", "list")},
		{"an object for text", `{"run_id":{ "a" : 1 }` + rest, wrong(`{"a":1}`, "run_id", "dict")},
		{"words for an integer", `{"run_id":"r","key":"m","value":1,"timestamp":3,"step":"foo"}`, wrong(`"foo"`, "step", "str")},
		{"words outside of ASCII", `{"run_id":"r","key":"m","value":1,"timestamp":3,"step":"é😀"}`, wrong(`"\u00e9\ud83d\ude00"`, "step", "str")},
		{"a fraction for an integer", `{"run_id":"r","key":"m","value":1,"timestamp":3,"step":1.5}`, wrong("1.5", "step", "float")},
		{"a truth for an integer", `{"run_id":"r","key":"m","value":1,"timestamp":true}`, wrong("true", "timestamp", "bool")},
		{"a huge integer", `{"run_id":"r","key":"m","value":1,"timestamp":9223372036854775808}`, wrong("9223372036854775808", "timestamp", "int")},
		{"a huge number", `{"run_id":"r","key":"m","value":1e400,"timestamp":3}`, wrong("1e400", "value", "float")},
		{"a hexadecimal number", `{"run_id":"r","key":"m","value":"0x10","timestamp":3}`, wrong(`"0x10"`, "value", "str")},
		{"a word that Go takes for a number", `{"run_id":"r","key":"m","value":"inf","timestamp":3}`, wrong(`"inf"`, "value", "str")},
		{"the first fault in the order of the protocol", `{"timestamp":"x","key":5,"run_id":7}`, wrong("7", "run_id", "int")},
		{"both spellings", `{"run_id":"r","runId":"r"` + rest, "Request specifies both 'run_id' and 'runId'; provide only one of them."},
		{"both spellings of an old name", `{"runUuid":"r","run_uuid":"r"` + rest, "Request specifies both 'run_uuid' and 'runUuid'; provide only one of them."},
		{"two runs", `{"run_id":"r","run_uuid":"s"` + rest, "Request specifies 'run_id' and 'run_uuid' with different values."},
		{"a repeated key", `{"run_id":"r","run_id":"r"` + rest, errAmbiguous.Message},
		{"a repeated unknown key", `{"run_id":"r","x":1,"x":2` + rest, errAmbiguous.Message},
		{"a repeated key deep inside", `{"run_id":"r","x":[{"y":1,"y":2}]` + rest, errAmbiguous.Message},
		{"a lone surrogate", `{"run_id":"\ud800"` + rest, errAmbiguous.Message},
		{"bytes that are no Unicode", "{\"run_id\":\"\xff\"" + rest, errAmbiguous.Message},
		{"bytes that are no Unicode in a name", "{\"\xff\":1,\"run_id\":\"\"" + rest, errAmbiguous.Message},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := decode(post(c.body), logMetricShape, logMetricRequest{})
			if err == nil || err.Error() != c.want || pedigree.CodeOf(err) != pedigree.Invalid {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestDecodeBoundsFormWhateverTheSize(t *testing.T) {
	nested := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	keys := &strings.Builder{}
	for i := range maxItems {
		fmt.Fprintf(keys, `,"k%d":0`, i)
	}
	for _, c := range []struct{ name, body, want string }{
		{"depth", `{"x":` + nested + `}`, "64 levels"},
		{"depth of a known member", `{"tags":` + nested + `}`, "64 levels"},
		{"depth of the name", `{"name":` + nested + `}`, "64 levels"},
		{"keys", `{"name":"n"` + keys.String() + `}`, "keys and list elements"},
		{"keys of an unknown object", `{"x":{"a":0` + keys.String() + `}}`, "keys and list elements"},
		{"elements", `{"tags":[` + strings.Repeat("{},", maxItems) + `{}]}`, "keys and list elements"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := decode(post(c.body), createExperimentShape, createExperimentRequest{})
			if pedigree.CodeOf(err) != pedigree.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to name %q", err, c.want)
			}
		})
	}
	within := `{"name":"n","x":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}`
	if _, err := decode(post(within), createExperimentShape, createExperimentRequest{}); err != nil {
		t.Errorf("depth within the limit: %v", err)
	}
}

func TestDecodeLists(t *testing.T) {
	body := `{"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":2,"step":3,"model_id":"m","dataset_name":"n","dataset_digest":"d","run_id":"z"}],
		"params":[{"key":"p","value":"v"},{"key":"q"}],"tags":[]}`
	got, err := decode(post(body), logBatchShape, logBatchRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := logBatchRequest{Run: "r", Batch: tracking.Batch{
		Metrics: []tracking.Measurement{{Point: pedigree.Point{Key: "a", Value: 1, Time: 2, Step: 3}, Model: "m", Dataset: "n", DatasetDigest: "d"}},
		Params:  []pedigree.Property{{Space: pedigree.Param, Key: "p", Value: "v"}, {Space: pedigree.Param, Key: "q"}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestFaultsInListsNameTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"missing timestamp", `{"run_id":"r","metrics":[{"key":"mae","value":2.5}]}`, "Missing value for required parameter 'metrics[0].timestamp'."},
		{"missing key", `{"run_id":"r","params":[{"key":"p"},{"value":"v"}]}`, "Missing value for required parameter 'params[1].key'."},
		{"empty value", `{"run_id":"r","metrics":[{"key":"mae","value":"","timestamp":1}]}`, "Missing value for required parameter 'metrics[0].value'."},
		{"wrong type", `{"run_id":"r","metrics":[{"key":"mae","value":"x","timestamp":1}]}`, `Invalid value "x" for parameter 'metrics[0].value' supplied:  Hint: Value was of type 'str'.`},
		{"no object", `{"run_id":"r","metrics":[5]}`, `Invalid value 5 for parameter 'metrics[0]' supplied:  Hint: Value was of type 'int'.`},
		{"null", `{"run_id":"r","metrics":[null]}`, `Invalid value null for parameter 'metrics[0]' supplied:  Hint: Value was of type 'NoneType'.`},
		{"no list", `{"run_id":"r","metrics":"foo"}`, `Invalid value "foo" for parameter 'metrics' supplied:  Hint: Value was of type 'str'.`},
		{"the run is asked for first", `{"metrics":[{"key":"mae"}]}`, "Missing value for required parameter 'run_id'."},
		{"a fault in the middle", `{"run_id":"r","metrics":[{"key":[[{"a":1}]],"value":1,"timestamp":1}],"tags":[{"key":"t"}]}`, `Invalid value [[{"a":1}]] for parameter 'metrics[0].key' supplied:  Hint: Value was of type 'list'.`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := decode(post(c.body), logBatchShape, logBatchRequest{})
			if err == nil || err.Error() != c.want+seeDocs {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestListsOfTextAreFaultsAsAWhole(t *testing.T) {
	for _, body := range []string{`{"order_by":["a", 5]}`, `{"order_by" : ["a",5 ]}`} {
		_, err := decode(post(body), searchRunsShape, searchRunsRequest{})
		want := `Invalid value ["a",5] for parameter 'order_by' supplied:  Hint: Value was of type 'list'.` + seeDocs
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestEnumerationsGoByNameAndNumber(t *testing.T) {
	for body, want := range map[string]query.View{
		`{}`:                               query.Live,
		`{"run_view_type":"ALL"}`:          query.All,
		`{"run_view_type":2}`:              query.Bin,
		`{"run_view_type":"3"}`:            query.All,
		`{"runViewType":"DELETED_ONLY"}`:   query.Bin,
		`{"run_view_type":null,"x":"ALL"}`: query.Live,
	} {
		got, err := decode(post(body), searchRunsShape, searchRunsRequest{})
		if err != nil || got.View != want {
			t.Errorf("%s: got %v, %v", body, got.View, err)
		}
	}
	for _, body := range []string{`{"run_view_type":"all"}`, `{"run_view_type":7}`, `{"run_view_type":[]}`} {
		if _, err := decode(post(body), searchRunsShape, searchRunsRequest{}); pedigree.CodeOf(err) != pedigree.Invalid || err == nil {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestArgumentsComeFromTheQueryString(t *testing.T) {
	got, err := decode(get("view_type=3&max_results=2&order_by=name&order_by=a%26b&filter=x%20%3D%20'%C3%A9'&unknown=1"), searchExperimentsShape, searchExperimentsRequest{})
	want := searchExperimentsRequest{View: query.All, Max: 2, Order: []string{"name", "a&b"}, Filter: "x = 'é'"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for query, want := range map[string]string{
		"":                        "Missing value for required parameter 'run_id'." + seeDocs,
		"run_id=":                 "Missing value for required parameter 'run_id'." + seeDocs,
		"run_id=a&run_id=b":       "Parameter 'run_id' is given more than once.",
		"run_id=a&run_uuid=b":     "Request specifies 'run_id' and 'run_uuid' with different values.",
		"run_id=%ff":              errAmbiguous.Message,
		"run_id=%zz":              "The query string is malformed.",
		"run_id=a&runId=a":        "Request specifies both 'run_id' and 'runId'; provide only one of them.",
		"run_id=\"&runId=\"a":     "Request specifies both 'run_id' and 'runId'; provide only one of them.",
		"run_id=a&run_uuid=&x=%f": "The query string is malformed.",
	} {
		if _, err := decode(get(query), runShape, runRequest{}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", query, err)
		}
	}
	if m, err := decode(get("run_uuid=a&run_uuid=a"), runShape, runRequest{}); err != nil || m.ID != "a" {
		t.Errorf("got %+v, %v", m, err)
	}
	if m, err := decode(get("allow_deleted=TRUE"), getModelShape, getModelRequest{}); err != nil || !m.Deleted {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := decode(get("allow_deleted=1"), getModelShape, getModelRequest{}); err == nil || err.Error() != "Invalid boolean value: 1, must be 'true' or 'false'." {
		t.Errorf("got %v", err)
	}
}

func TestMaxResultsBound(t *testing.T) {
	if m, err := decode(post(`{"max_results":50000}`), searchRunsShape, searchRunsRequest{}); err != nil || m.Max != 50000 {
		t.Errorf("got %+v, %v", m, err)
	}
	for body, want := range map[string]string{
		`{"max_results": 50001}`:   `Invalid value 50001 for parameter 'max_results' supplied:  Hint: Value was of type 'int'.` + seeDocs,
		`{"max_results": "50001"}`: `Invalid value "50001" for parameter 'max_results' supplied:  Hint: Value was of type 'str'.` + seeDocs,
	} {
		if _, err := decode(post(body), searchRunsShape, searchRunsRequest{}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestBatchBodyLimit(t *testing.T) {
	batch := func(size int) string {
		head, tail := `{"run_id":"r","x":"`, `"}`
		return head + strings.Repeat("a", size-len(head)-len(tail)) + tail
	}
	if _, err := decodeAtMost(maxBatchBody, post(batch(1_000_000)), logBatchShape, logBatchRequest{}); err != nil {
		t.Error(err)
	}
	want := "Batched logging API requests must be at most 1000000 bytes, got a request of size 1000001."
	chunked := post(batch(1_000_001))
	chunked.ContentLength = -1
	for _, r := range []*http.Request{post(batch(1_000_001)), chunked} {
		if _, err := decodeAtMost(maxBatchBody, r, logBatchShape, logBatchRequest{}); err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}

func TestLongValuesAreNotEchoedWhole(t *testing.T) {
	_, err := decode(post(`{"run_id":["`+strings.Repeat("é", 5000)+`"]}`), runShape, runRequest{})
	if err == nil || len(err.Error()) > longestEcho+300 {
		t.Errorf("got %v", err)
	}
}

func batchOf(n int) string {
	var b strings.Builder
	b.WriteString(`{"run_id":"98c132c8ad6c46ba99393f95a8a9a322","metrics":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"key": "metric_%d", "value": %g, "timestamp": 1795246154524, "step": %d}`, i, float64(i)/7, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

func BenchmarkDecodeLogMetric(b *testing.B) {
	body := `{"run_uuid": "98c132c8ad6c46ba99393f95a8a9a322", "run_id": "98c132c8ad6c46ba99393f95a8a9a322", "key": "rmse", "value": 0.123456789, "timestamp": 1795246154524, "step": 17}`
	benchmarkDecode(b, body, logMetricShape)
}

func BenchmarkDecodeLogBatchOf100(b *testing.B) { benchmarkDecode(b, batchOf(100), logBatchShape) }

func benchmarkDecode[T any](b *testing.B, body string, of shape[T]) {
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	var zero T
	reader := strings.NewReader(body)
	r := &http.Request{Method: http.MethodPost, ContentLength: int64(len(body)), Body: nopCloser{reader}}
	for b.Loop() {
		reader.Reset(body)
		if _, err := decode(r, of, zero); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeQueryString(b *testing.B) {
	b.ReportAllocs()
	r := get("run_uuid=98c132c8ad6c46ba99393f95a8a9a322&run_id=98c132c8ad6c46ba99393f95a8a9a322")
	for b.Loop() {
		if _, err := decode(r, runShape, runRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }
