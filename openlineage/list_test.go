package openlineage

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// read gets a page and decodes it.
func (f *fixture) read(target string, into any) {
	f.Helper()
	w := f.call("GET", target, "")
	if w.Code != 200 {
		f.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		f.Fatal(err)
	}
}

// tell sends an event of a run of a job.
func (f *fixture) tell(job string, run int, state string, at time.Time) {
	f.Helper()
	f.want("POST", "/api/v1/lineage", fmt.Sprintf(
		`{"eventType":%q,"eventTime":%q,"producer":"https://p","run":{"runId":"00000000-0000-0000-0000-%012d"},"job":{"namespace":"n","name":%q}}`,
		state, at.Format(time.RFC3339), run, job), 201, "")
}

func TestJobsAreListedByTheStateOfTheirLastRuns(t *testing.T) {
	f := open(t)
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.tell("mended", 1, "FAIL", at)
	f.tell("mended", 2, "COMPLETE", at.Add(time.Hour))
	f.tell("broke", 3, "COMPLETE", at)
	f.tell("broke", 4, "FAIL", at.Add(time.Hour))
	f.tell("runs", 5, "START", at)
	f.want("POST", "/api/v1/lineage", `{"eventTime":"2026-01-02T03:04:05Z","producer":"https://p","job":{"namespace":"n","name":"designed"}}`, 201, "")
	for query, want := range map[string]string{
		"":                        "broke designed mended runs of 4",
		"lastRunStates=FAILED":    "broke of 1",
		"lastRunStates=completed": "mended of 1",
		"lastRunStates=NEW":       "designed of 1",
		"lastRunStates=ABORTED":   " of 0",
		"lastRunStates=FAILED&lastRunStates=RUNNING":                  "broke runs of 2",
		"lastRunStates=FAILED&lastRunStates=RUNNING&limit=1&offset=1": "runs of 2",
	} {
		for _, path := range []string{"/api/v1/jobs?", "/api/v1/namespaces/n/jobs?"} {
			var a struct {
				Jobs  []struct{ Name string }
				Total int `json:"totalCount"`
			}
			f.read(path+query, &a)
			names := ""
			for _, j := range a.Jobs {
				names += j.Name + " "
			}
			if got := strings.TrimSuffix(names, " ") + fmt.Sprint(" of ", a.Total); got != want {
				t.Errorf("%s%s: %s, want %s", path, query, got, want)
			}
		}
	}
	f.want("GET", "/api/v1/jobs?lastRunStates=BROKEN", "", 400,
		`{"code":400,"message":"query param lastRunStates must be one of [NEW, RUNNING, COMPLETED, ABORTED, FAILED, OTHER]"}`)
}

func TestEventsAreCountedByHourAndDay(t *testing.T) {
	now := time.Now()
	f := openAt(t, pedigree.TimeOf(now))
	f.tell("j", 1, "START", now)
	f.tell("j", 1, "COMPLETE", now)
	f.tell("j", 2, "FAIL", now)
	f.tell("j", 3, "ABORT", now)
	f.tell("j", 4, "START", now.AddDate(0, 0, -3))
	f.tell("j", 5, "START", now.AddDate(0, 0, -30))
	type metric struct {
		StartInterval, EndInterval   time.Time
		Fail, Start, Complete, Abort int
	}
	for _, c := range []struct {
		period    string
		stretches int
		starts    int
	}{{"DAY", 24, 1}, {"day", 24, 1}, {"WEEK", 7, 2}, {"WEEK&timezone=Asia/Tokyo", 7, 2}} {
		var metrics []metric
		f.read("/api/v1/stats/lineage-events?period="+c.period, &metrics)
		if len(metrics) != c.stretches {
			t.Fatalf("%s: %d stretches, want %d", c.period, len(metrics), c.stretches)
		}
		sum := metric{}
		for i, m := range metrics {
			sum.Start, sum.Complete, sum.Fail, sum.Abort = sum.Start+m.Start, sum.Complete+m.Complete, sum.Fail+m.Fail, sum.Abort+m.Abort
			if i > 0 && !m.StartInterval.Equal(metrics[i-1].EndInterval) {
				t.Errorf("%s: a stretch starts at %s, after one that ends at %s", c.period, m.StartInterval, metrics[i-1].EndInterval)
			}
		}
		if sum.Start != c.starts || sum.Complete != 1 || sum.Fail != 1 || sum.Abort != 1 {
			t.Errorf("%s: %+v, want %d starts and one of each other", c.period, sum, c.starts)
		}
		if end := metrics[len(metrics)-1].EndInterval; end.Before(now) {
			t.Errorf("%s: the last stretch ends at %s, before now", c.period, end)
		}
	}
	f.want("GET", "/api/v1/stats/lineage-events?period=YEAR", "", 400, `{"code":400,"message":"Invalid period"}`)
	f.want("GET", "/api/v1/stats/lineage-events?period=DAY&timezone=Nowhere", "", 400, `{"code":400,"message":"the timezone \"Nowhere\" is not known"}`)
}

func TestWhatThereIsIsCountedByTheEndOfEachStretch(t *testing.T) {
	f := open(t) // whose clock is in the past
	f.want("POST", "/api/v1/lineage", sound, 201, "")
	f.tell("other", 2, "START", time.Now())
	for what, want := range map[string]int{"jobs": 2, "datasets": 2, "sources": 2} {
		var metrics []struct{ Count int }
		f.read("/api/v1/stats/"+what+"?period=WEEK", &metrics)
		if len(metrics) != 7 || metrics[0].Count != want || metrics[6].Count != want {
			t.Errorf("%s: %v, want 7 times %d", what, metrics, want)
		}
		f.want("GET", "/api/v1/stats/"+what, "", 400, `{"code":400,"message":"Invalid period"}`)
	}
}

func TestVersionsOfAJobAreWhatItsRunsReadAndWrote(t *testing.T) {
	f := open(t)
	for i, out := range []string{"a", "a", "b", "a"} {
		f.want("POST", "/api/v1/lineage", fmt.Sprintf(`{"eventType":"COMPLETE","eventTime":"2026-03-0%dT00:00:00Z","producer":"https://p",`+
			`"run":{"runId":"00000000-0000-0000-0000-00000000000%d"},"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"s","name":%q}]}`, i+1, i, out), 201, "")
	}
	type version struct {
		Version   string
		Outputs   []struct{ Name string }
		LatestRun struct {
			ID         string
			JobVersion struct{ Version string }
		}
	}
	var list struct {
		Versions []version
		Total    int `json:"totalCount"`
	}
	f.read("/api/v1/namespaces/n/jobs/j/versions", &list)
	if list.Total != 2 || len(list.Versions) != 2 {
		t.Fatalf("%+v, want two versions", list)
	}
	for i, want := range []struct{ out, run string }{{"a", "3"}, {"b", "2"}} {
		v := list.Versions[i]
		if v.Outputs[0].Name != want.out || !strings.HasSuffix(v.LatestRun.ID, want.run) || v.LatestRun.JobVersion.Version != v.Version {
			t.Errorf("version %d is %+v", i, v)
		}
		var one version
		if f.read("/api/v1/namespaces/n/jobs/j/versions/"+v.Version, &one); one.LatestRun.ID != v.LatestRun.ID {
			t.Errorf("by its identity version %d is %+v", i, one)
		}
	}
	f.read("/api/v1/namespaces/n/jobs/j/versions?limit=1&offset=1", &list)
	if len(list.Versions) != 1 || list.Versions[0].Outputs[0].Name != "b" {
		t.Errorf("the second page is %+v", list)
	}
	f.want("GET", "/api/v1/namespaces/n/jobs/j/versions/none", "", 404, `{"code":404,"message":"Job version 'none' not found."}`)
	f.want("GET", "/api/v1/namespaces/n/jobs/none/versions", "", 404, `{"code":404,"message":"Job 'none' not found."}`)
}
