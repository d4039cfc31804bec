package openlineage

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// replace changes an event; what is to be replaced must be there.
func replace(t *testing.T, event, old, with string) string {
	t.Helper()
	changed := strings.Replace(event, old, with, 1)
	if changed == event {
		t.Fatalf("nothing to replace: %s", old)
	}
	return changed
}

func TestAMillionEdgesAreRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 30 MB")
	}
	f := open(t)
	many := `"inputs":[` + strings.Repeat(`{"namespace":"s","name":"t"},`, 1_000_000)
	f.want("POST", "/api/v1/lineage", replace(t, sound, `"inputs":[`, many), 422,
		`{"errors":["the event names 1000002 inputs and outputs, more than 10000"]}`)

	columns := func(n int, format string) string {
		var list strings.Builder
		for i := range n {
			fmt.Fprintf(&list, format, i)
		}
		facet := `"name":"out","facets":{"columnLineage":{"fields":{"c":{"inputFields":[` + strings.TrimSuffix(list.String(), ",") + `]}}}}`
		return replace(t, sound, `"name":"out"`, facet)
	}
	for event, want := range map[string]string{
		columns(100_001, `{"namespace":"s","name":"d","field":"f%d"},`): "the facets about lineage of the event join 100001 pairs of columns, more than 100000",
		columns(10_001, `{"namespace":"s","name":"d%d","field":"f"},`):  "the facets about lineage of the event name more than 10000 data sets",
	} {
		f.want("POST", "/api/v1/lineage", event, 400, `{"code":400,"message":"`+want+`"}`)
	}
	f.want("GET", "/api/v1/namespaces/s3:%2F%2Fb/datasets/in", "", 404, "") // nothing is left of any of them
}

// A facet may be as large as a body: it is kept and comes back.
func TestLargeFacetsAreKept(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 10 MB")
	}
	f := open(t)
	large := `{"x":"` + strings.Repeat("y", 10<<20) + `"}`
	f.want("POST", "/api/v1/lineage", replace(t, sound, `"runId"`, `"facets":{"large":`+large+`},"runId"`), 201, "")
	var run struct{ Facets map[string]json.RawMessage }
	f.read("/api/v1/jobs/runs/00000000-0000-0000-0000-000000000001/facets?type=run", &run)
	if string(run.Facets["large"]) != large {
		t.Errorf("of a facet of %d bytes %d came back", len(large), len(run.Facets["large"]))
	}
}

// What is understood of a facet has bounds that facets have not.
func TestFacetsThatAreTooLongToBeUnderstood(t *testing.T) {
	long := strings.Repeat("y", 70_000)
	for facet, status := range map[string]int{
		`"name":"out","facets":{"ownership":{"owners":[{"name":"LONG"}]}}`:                                                          201,
		`"name":"out","facets":{"lifecycleStateChange":{"lifecycleStateChange":"LONG"}}`:                                            201,
		`"name":"out","facets":{"symlinks":{"identifiers":[{"namespace":"LONG","name":"LONG","type":"TABLE"}]}}`:                    201,
		`"name":"out","facets":{"version":{"datasetVersion":"LONG"}}`:                                                               201,
		`"name":"out","facets":{"tags":{"tags":[{"key":"LONG","value":"LONG"}]}}`:                                                   201,
		`"name":"out","facets":{"documentation":{"description":"LONG"}}`:                                                            201,
		`"name":"out","facets":{"LONG":{}}`:                                                                                         422,
		`"name":"out","facets":{"columnLineage":{"fields":{"LONG":{"inputFields":[{"namespace":"n","name":"x","field":"LONG"}]}}}}`: 201,
		`"name":"out","outputFacets":{"outputStatistics":{"x":"LONG"}}`:                                                             201,
	} {
		f := open(t)
		w := f.call("POST", "/api/v1/lineage", replace(t, sound, `"name":"out"`, strings.ReplaceAll(facet, "LONG", long)))
		if w.Code != status {
			t.Errorf("%s: %d %.300s", facet, w.Code, w.Body)
		}
	}
	for _, facet := range []string{
		`"facets":{"sourceCodeLocation":{"url":"https://h/LONG"}},`, `"facets":{"tags":{"tags":[{"key":"LONG","value":"LONG"}]}},`,
	} {
		f := open(t)
		w := f.call("POST", "/api/v1/lineage", replace(t, sound, `"job":{`, `"job":{`+strings.ReplaceAll(facet, "LONG", long)))
		if w.Code != 201 {
			t.Errorf("%s: %d %.300s", facet, w.Code, w.Body)
		}
	}
}

func TestTextThatIsNoneIsRefusedOrMended(t *testing.T) {
	f := open(t)
	f.want("POST", "/api/v1/lineage/batch", "["+sound+`,{"a":"`+"\xff"+`"}]`, 200,
		`{"status":"partial_success","summary":{"received":2,"successful":1,"failed":1,"retriable":0,"non_retriable":1},`+
			`"failed_events":[{"index":1,"reason":"the event is not valid UTF-8","retriable":false}]}`)
	f.want("POST", "/api/v1/lineage/batch", "\xff[", 400, `{"code":400,"message":"the batch must be a JSON array of events"}`)
	f.want("POST", "/api/v1/lineage", replace(t, sound, `"j"`, `"a\u0000b"`), 422,
		`{"errors":["the namespace and the name of a job must not hold the character NUL"]}`)
	f.want("POST", "/api/v1/lineage", replace(t, sound, `"j"`, `"half \ud800"`), 201, "") // as JSON has it
	f.want("GET", "/api/v1/namespaces/n/jobs/"+url.PathEscape("half \ufffd"), "", 200, "")
	f.want("POST", "/api/v1/lineage", replace(t, sound, `"job":{`, `"job":{"facets":{"x":{"text":"\u0000 and \ud800"}},`), 201, "")
	f.want("POST", "/api/v1/lineage", strings.Repeat("[", 100_000), 400, `{"code":400,"message":"the event is not valid JSON: invalid character '[' exceeded max depth"}`)
}

// Runs that are each above the other, and one above itself.
func TestParentsInACircleAreKept(t *testing.T) {
	f := open(t)
	for _, c := range [][4]string{{"1", "a", "2", "b"}, {"2", "b", "1", "a"}, {"3", "c", "3", "c"}, {"4", "d", "5", "d"}, {"5", "d", "4", "d"}} {
		f.want("POST", "/api/v1/lineage", fmt.Sprintf(
			`{"eventType":"COMPLETE","eventTime":"2026-01-02T03:04:05Z","producer":"p","run":{"runId":"00000000-0000-0000-0000-00000000000%s",`+
				`"facets":{"parent":{"run":{"runId":"00000000-0000-0000-0000-00000000000%s"},"job":{"namespace":"n","name":%q}}}},"job":{"namespace":"n","name":%q}}`,
			c[0], c[2], c[3], c[1]), 201, "")
	}
	for job, parent := range map[string]string{"a": "b", "b": "a", "c": "", "d": ""} {
		var j struct{ ParentJobName string }
		f.read("/api/v1/namespaces/n/jobs/"+job, &j)
		if j.ParentJobName != parent {
			t.Errorf("the job %s is part of %q, want %q", job, j.ParentJobName, parent)
		}
		f.want("GET", "/api/v1/lineage?nodeId=job:n:"+job, "", 200, "")
		f.want("GET", "/api/v1/namespaces/n/jobs/"+job+"/runs", "", 200, "")
	}
}

func TestClocksThatAreFarAheadCountAsOfNowAndAreMarked(t *testing.T) {
	f := open(t) // in 2026
	years := []int{1, 1969, 2025, 2350, 9999}
	for i, year := range years {
		f.tell("j", i, "COMPLETE", time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC))
	}
	var a struct {
		Events []struct{ EventTime time.Time }
	}
	f.read("/api/v1/events/lineage?sortDirection=asc", &a)
	var got []int
	for _, e := range a.Events {
		got = append(got, e.EventTime.Year())
	}
	if !slices.Equal(got, years) {
		t.Errorf("events of the years %v, want %v", got, years)
	}
	for i, year := range years {
		var run struct {
			EndedAt time.Time
			Facets  map[string]struct{ EventTime, ReceivedAt time.Time }
		}
		f.read(fmt.Sprintf("/api/v1/jobs/runs/00000000-0000-0000-0000-%012d", i), &run)
		mark, marked := run.Facets["pedigree_clock"]
		if marked != (year > 2026) || marked && (mark.EventTime.Year() != year || mark.ReceivedAt.Year() != 2026) {
			t.Errorf("a run of the year %d is marked %+v", year, mark)
		}
		if want := min(year, 2026); run.EndedAt.Year() != want {
			t.Errorf("a run of the year %d ended in %d, want %d", year, run.EndedAt.Year(), want)
		}
	}
}

// A producer whose clock is right is heard again at once.
func TestAClockThatIsFarAheadDoesNotStandAgainstTheOthers(t *testing.T) {
	f := open(t)
	describe := func(at, text string) {
		f.want("POST", "/api/v1/lineage", fmt.Sprintf(`{"eventTime":%q,"producer":"p","dataset":{"namespace":"s","name":"d","facets":{"documentation":{"description":%q}}}}`, at, text), 201, "")
	}
	describe("2126-01-01T00:00:00Z", "wrong clock")
	describe("2026-05-28T20:30:00Z", "right clock") // minutes after
	var d struct{ Description string }
	f.read("/api/v1/namespaces/s/datasets/d", &d)
	if d.Description != "right clock" {
		t.Errorf("the data set is described by the %s", d.Description)
	}
}
