package openlineage

import (
	"strings"
	"testing"
)

const (
	sound = `{"eventType":"START","eventTime":"2026-01-02T03:04:05.678+01:00","producer":"https://p","schemaURL":"https://s",` +
		`"run":{"runId":"00000000-0000-0000-0000-000000000001"},"job":{"namespace":"n","name":"j"},` +
		`"inputs":[{"namespace":"s3://b","name":"in"}],"outputs":[{"namespace":"s3://b","name":"out"}]}`
	aboutJob     = `{"eventTime":"2026-01-02T03:04:05Z","producer":"https://p","schemaURL":"https://s","job":{"namespace":"n","name":"j"}}`
	aboutDataset = `{"eventTime":"2026-01-02T03:04:05Z","producer":"https://p","schemaURL":"https://s","dataset":{"namespace":"n","name":"d"}}`
)

func TestEventsAreTaken(t *testing.T) {
	f := open(t)
	for _, event := range []string{sound, sound, aboutJob, aboutDataset, " " + strings.ReplaceAll(sound, `":`, `" : `) + "\n"} {
		f.want("POST", "/api/v1/lineage", event, 201, "")
	}
}

func TestEventsThatCannotBeAreRefusedWithTheReason(t *testing.T) {
	f := open(t)
	change := func(old, with string) string {
		event := strings.Replace(sound, old, with, 1)
		if event == sound {
			t.Fatalf("nothing to replace: %s", old)
		}
		return event
	}
	for _, c := range []struct {
		event  string
		status int
		words  string
	}{
		{``, 400, "not valid JSON"},
		{`{"eventTime":`, 400, "not valid JSON"},
		{`[1]`, 400, "not the form"},
		{change(`"n"`, `7`), 400, "not the form"},
		{change(`"j"`, "\"\xff\""), 400, "not valid UTF-8"},
		{`{}`, 422, "eventTime must not be null"},
		{change(`"producer":"https://p",`, ``), 422, "producer must not be null"},
		{change(`"runId"`, `"id"`), 422, "run.runId must not be null"},
		{change(`,"job":{"namespace":"n","name":"j"}`, ``), 422, "job must not be null"},
		{change(`,"name":"in"`, ``), 422, "inputs[].name must not be null"},
		{change(`"name":"out"`, `"name":""`), 422, "must have a namespace and a name"},
		{change(`START`, `BEGIN`), 422, "eventType must be START"},
		{change(`000001`, `00001`), 422, "must be a UUID"},
		{change(`+01:00`, ``), 422, "with a time zone"},
		{change(`"out"`, `"`+strings.Repeat("x", 2000)+`"`), 422, "must not be longer"},
		{change(`"inputs":[`, `"inputs":[`+strings.Repeat(`{"namespace":"s","name":"t"},`, 10_000)), 422, "more than 10000"},
	} {
		w := f.call("POST", "/api/v1/lineage", c.event)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.words) {
			t.Errorf("%.200s: %d %s, want %d with %q", c.event, w.Code, w.Body, c.status, c.words)
		}
	}
}

func TestABatchTakesWhatIsSoundAndSaysWhatIsNot(t *testing.T) {
	f := open(t)
	f.want("POST", "/api/v1/lineage/batch", "["+sound+","+aboutJob+"]", 200,
		`{"status":"success","summary":{"received":2,"successful":2,"failed":0,"retriable":0,"non_retriable":0},"failed_events":[]}`)
	f.want("POST", "/api/v1/lineage/batch", "["+sound+",{},"+aboutDataset+"]", 200,
		`{"status":"partial_success","summary":{"received":3,"successful":2,"failed":1,"retriable":0,"non_retriable":1},"failed_events":[`+
			`{"index":1,"reason":"eventTime must not be null; producer must not be null; one of run, job and dataset must be there","retriable":false}]}`)
	f.want("POST", "/api/v1/lineage/batch", "[]", 200, "")
	f.want("POST", "/api/v1/lineage/batch", sound, 400, `{"code":400,"message":"the batch must be a JSON array of events"}`)
	f.want("POST", "/api/v1/lineage/batch", "["+strings.Repeat("{},", 10_000)+"{}]", 413, "")
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{sound, aboutJob, aboutDataset, `{"run":{}}`, `{"job":null,"dataset":{"facets":{"a":{"b":"\u0000"}}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decode(body)
		if err != nil {
			return
		}
		again, err := decode(e.Body)
		if err != nil {
			t.Fatalf("%s is an event, and what is kept of it is not: %s: %v", body, e.Body, err)
		}
		if string(again.Body) != string(e.Body) {
			t.Fatalf("kept as %s, and then as %s", e.Body, again.Body)
		}
	})
}
