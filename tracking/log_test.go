package tracking

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

const cleanName = "Names may be treated as files in certain cases, and must not resolve to other names when treated as such." +
	" This name would resolve to "

func TestKeysThatAFileSystemWouldConfuseAreRefused(t *testing.T) {
	f := open(t)
	run := f.run("0")
	for key, why := range map[string]string{
		"../x": cleanName + "'../x'", "..": cleanName + "'..'", ".": cleanName + "'.'", "": cleanName + "'.'", "./x": cleanName + "'x'",
		"a//b": cleanName + "'a/b'", "a/../b": cleanName + "'b'", "/a": cleanName + "'/a'", "//a": cleanName + "'//a'", "a/": cleanName + "'a'",
		"..a": cleanName + "'..a'", "a/./b": cleanName + "'a/b'",
		"a\x00": naming.BadCharacters, "a\n": naming.BadCharacters, "a%b": naming.BadCharacters, "a\\b": naming.BadCharacters, "a;b": naming.BadCharacters,
		"a👍": naming.BadCharacters, "a\u0301": naming.BadCharacters, "a\u200b": naming.BadCharacters, "a\"b": naming.BadCharacters, "a<b>": naming.BadCharacters,
	} {
		say := "Invalid value " + strings.ReplaceAll(naming.Literal(key), "%", "%%") + " for parameter '%s' supplied: " + why
		f.refused(f.LogMetric(f.ctx, ws, run, Measurement{Point: point(key, 1, 1, 1)}), pedigree.Invalid, fmt.Sprintf(say, "name"))
		f.refused(f.LogParam(f.ctx, ws, run, param(key, "1")), pedigree.Invalid, fmt.Sprintf(say, "key"))
		f.refused(f.SetTag(f.ctx, ws, run, tag(key, "1")), pedigree.Invalid, fmt.Sprintf(say, "key"))
		f.refused(f.SetExperimentTag(f.ctx, ws, "0", tag(key, "1")), pedigree.Invalid, fmt.Sprintf(say, "key"))
		f.refused(f.LogBatch(f.ctx, ws, run, Batch{Metrics: []Measurement{{Point: point("m", 1, 1, 1)}, {Point: point(key, 1, 1, 1)}}}),
			pedigree.Invalid, fmt.Sprintf(say, "metrics[1].name"))
		f.refused(f.LogBatch(f.ctx, ws, run, Batch{Params: []pedigree.Property{param(key, "1")}}), pedigree.Invalid, fmt.Sprintf(say, "params[0].key"))
		f.refused(f.LogBatch(f.ctx, ws, run, Batch{Tags: []pedigree.Property{tag(key, "1")}}), pedigree.Invalid, fmt.Sprintf(say, "tags[0].key"))
		_, err := f.CreateRun(f.ctx, ws, RunDraft{Tags: []pedigree.Property{tag(key, "1")}})
		f.refused(err, pedigree.Invalid, fmt.Sprintf(say, "tags[0].key"))
	}
	if r := f.get(run); len(r.Properties) != 1 || len(r.Metrics) != 0 {
		t.Errorf("something was written: %v %v", r.Properties, r.Metrics)
	}
}

func TestKeysAreTextOnly(t *testing.T) {
	if err := naming.CheckKey("key", "a\xff"); pedigree.CodeOf(err) != pedigree.Invalid {
		t.Errorf("bytes that are no text are taken: %v", err)
	}
}

func TestKeysOfAllAllowedCharactersComeBack(t *testing.T) {
	f := open(t)
	run := f.run("0")
	keys := []string{"a", "A1_-. :/b", "a:b", "a/b/c", ".a", "é", "日本語", "мера", "²", "x y", " ", strings.Repeat("k", 250), strings.Repeat("ä", 250)}
	for _, key := range keys {
		f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point(key, 1, 1, 1)}))
		f.must(f.LogParam(f.ctx, ws, run, param(key, key)))
		f.must(f.SetTag(f.ctx, ws, run, tag(key, key)))
	}
	r := f.get(run)
	for _, key := range keys {
		if valueOf(r.Of(pedigree.Param), key) != key || valueOf(r.Of(pedigree.Tag), key) != key ||
			!slices.ContainsFunc(r.Metrics, func(p pedigree.Point) bool { return p.Key == key }) {
			t.Errorf("%q is lost", key)
		}
	}
}

func TestValuesAreBoundedInCharacters(t *testing.T) {
	f := open(t)
	run := f.run("0")
	long := func(n int) string { return strings.Repeat("é", n) }
	f.must(f.LogParam(f.ctx, ws, run, param("p", long(6000))))
	f.must(f.SetTag(f.ctx, ws, run, tag("t", long(8000))))
	for _, c := range []struct {
		err   error
		words string
	}{
		{f.LogParam(f.ctx, ws, run, param("q", long(6001))), "'Param value' exceeds the maximum length of 6000 characters"},
		{f.LogParam(f.ctx, ws, run, param(long(251), "")), "'Param key' exceeds the maximum length of 250 characters"},
		{f.SetTag(f.ctx, ws, run, tag("t", long(8001))), "'value' exceeds the maximum length of 8000 characters"},
		{f.SetTag(f.ctx, ws, run, tag(long(251), "")), "'key' exceeds the maximum length of 250 characters"},
		{f.LogMetric(f.ctx, ws, run, Measurement{Point: point(long(251), 1, 1, 1)}), "'Metric name' exceeds the maximum length of 250 characters"},
		{f.LogBatch(f.ctx, ws, run, Batch{Tags: []pedigree.Property{tag("t", long(8001))}}), "'tags[0].value' exceeds the maximum length of 8000 characters"},
		{
			f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", 0.5, -1, 0)}),
			"Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=0.5). Timestamp must be a nonnegative long (64-bit integer) ",
		},
	} {
		f.refused(c.err, pedigree.Invalid, c.words)
	}
}

func TestNumbersThatAreNoneComeBackAsMLflowHasThem(t *testing.T) {
	f := open(t)
	run := f.run("0")
	for _, c := range []struct{ logged, want float64 }{
		{math.Inf(1), math.MaxFloat64},
		{math.Inf(-1), -math.MaxFloat64},
		{math.NaN(), math.NaN()},
		{math.MaxFloat64, math.MaxFloat64},
		{math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64},
		{1e15 + 0.3, 1e15 + 0.3},
	} {
		key := fmt.Sprintf("m%x", math.Float64bits(c.logged))
		f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point(key, c.logged, 1, 0)}))
		page, err := f.MetricHistory(f.ctx, ws, run, key, 0, "")
		f.must(err)
		if want := point(key, c.want, 1, 0); len(page.Items) != 1 || !samePoint(page.Items[0], want) {
			t.Errorf("history of %v: %v", c.logged, page.Items)
		}
		metrics := f.get(run).Metrics
		if last := metrics[len(metrics)-1]; !samePoint(last, point(key, c.want, 1, 0)) {
			t.Errorf("latest of %v: %v", c.logged, last)
		}
	}
}

func TestParamIsWrittenOnce(t *testing.T) {
	f := open(t)
	run := f.run("0")
	f.must(f.LogParam(f.ctx, ws, run, param("p", "1")))
	f.must(f.LogParam(f.ctx, ws, run, param("p", "1")))
	f.must(f.LogBatch(f.ctx, ws, run, Batch{Params: []pedigree.Property{param("p", "1"), param("q", "it's")}}))
	f.must(f.LogBatch(f.ctx, ws, run, Batch{Params: []pedigree.Property{param("p", "1"), param("q", "it's")}}))
	f.refused(f.LogParam(f.ctx, ws, run, param("p", "2")), pedigree.Invalid,
		"Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='"+run+"'. Attempted logging new value '2'.")
	f.refused(f.LogBatch(f.ctx, ws, run, Batch{Params: []pedigree.Property{param("p", "2"), param("new", "1"), param("q", "3")}}), pedigree.Invalid,
		"Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': '2'},"+
			` {'key': 'q', 'old_value': "it's", 'new_value': '3'}]' for run ID='`+run+"'.")
	if got := f.get(run).Of(pedigree.Param); !slices.Equal(got, []pedigree.Property{param("p", "1"), param("q", "it's")}) {
		t.Errorf("got %v", got)
	}
}

func TestTagIsSetAndRemoved(t *testing.T) {
	f := open(t)
	run := f.run("0")
	f.must(f.SetTag(f.ctx, ws, run, tag("t", "1")))
	f.must(f.LogBatch(f.ctx, ws, run, Batch{Tags: []pedigree.Property{tag("t", "2"), tag("t", "3")}}))
	if got := valueOf(f.get(run).Properties, "t"); got != "3" {
		t.Errorf("got %s", got)
	}
	f.must(f.DeleteTag(f.ctx, ws, run, "t"))
	f.refused(f.DeleteTag(f.ctx, ws, run, "t"), pedigree.NotFound, "No tag with name: t in run with id "+run)
}

func TestBatchIsBounded(t *testing.T) {
	f := open(t)
	run := f.run("0")
	metrics := func(n int) (all []Measurement) {
		for i := range n {
			all = append(all, Measurement{Point: point("m", 1, 1, int64(i))})
		}
		return all
	}
	properties := func(n int) (all []pedigree.Property) {
		for i := range n {
			all = append(all, param(fmt.Sprint("k", i), "v"))
		}
		return all
	}
	f.must(f.LogBatch(f.ctx, ws, run, Batch{Metrics: metrics(800), Params: properties(100), Tags: properties(100)}))
	f.must(f.LogBatch(f.ctx, ws, run, Batch{Metrics: metrics(1000)}))
	say := func(limit int, what string, have int) string {
		return fmt.Sprintf("A batch logging request can contain at most %d %s. Got %d %s. Please split up %s across multiple requests and try again.",
			limit, what, have, what, what)
	}
	for _, c := range []struct {
		batch Batch
		words string
	}{
		{Batch{Metrics: metrics(1001)}, say(1000, "metrics", 1001)},
		{Batch{Params: properties(101)}, say(100, "params", 101)},
		{Batch{Tags: properties(101)}, say(100, "tags", 101)},
		{Batch{Metrics: metrics(801), Params: properties(100), Tags: properties(100)}, say(1000, "metrics, params, and tags", 1001)},
		{
			Batch{Params: []pedigree.Property{param("a", "1"), param("b", "1"), param("a", "1"), param("b", "2")}},
			"Duplicate parameter keys have been submitted: ['a', 'b']. Please ensure the request contains only one param value per param key.",
		},
	} {
		f.refused(f.LogBatch(f.ctx, ws, run, c.batch), pedigree.Invalid, c.words)
	}
	f.refused(f.LogBatch(f.ctx, ws, "-x", Batch{}), pedigree.Invalid, `Invalid value "-x" for parameter 'run_id' supplied.`)
	f.refused(f.LogBatch(f.ctx, ws, "../x", Batch{}), pedigree.Invalid, `Invalid value "../x" for parameter 'run_id' supplied.`)
}

func TestBatchIsWrittenWholeOrNotAtAll(t *testing.T) {
	f := open(t)
	rapid.Check(t, func(t *rapid.T) {
		run := f.run("0")
		f.must(f.LogParam(f.ctx, ws, run, param("fixed", "1")))
		before := f.get(run)
		batch := Batch{
			Params: []pedigree.Property{param("p", "1")},
			Tags:   []pedigree.Property{tag("t", "1"), tag("mlflow.runName", "renamed")},
		}
		for _, p := range drawPoints(t, "m", "n") {
			batch.Metrics = append(batch.Metrics, Measurement{Point: p})
		}
		spoil := rapid.SampledFrom([]string{"no", "param", "key", "model"}).Draw(t, "spoil")
		switch spoil {
		case "param":
			batch.Params = append(batch.Params, param("fixed", "2"))
		case "key":
			batch.Tags = append(batch.Tags, tag("../t", "1"))
		case "model":
			batch.Metrics[len(batch.Metrics)-1].Model = "m-unknown"
		}
		err := f.LogBatch(f.ctx, ws, run, batch)
		after := f.get(run)
		if spoil == "no" {
			f.must(err)
			if after.Name != "renamed" || len(after.Metrics) == 0 || len(after.Properties) != 4 {
				t.Fatalf("not whole: %+v", after)
			}
			return
		}
		if err == nil || after.Name != before.Name || len(after.Metrics) != 0 || !slices.Equal(after.Properties, before.Properties) {
			t.Fatalf("%v: half of it is there: %+v", err, after)
		}
	})
}

func TestModelRecordsMakeAListInTheRunsTag(t *testing.T) {
	f := open(t)
	run := f.run("0")
	f.must(f.RecordModel(f.ctx, ws, run, ` {"a": 1} `))
	f.must(f.RecordModel(f.ctx, ws, run, `{"b": [2, "]"]}`))
	if got := valueOf(f.get(run).Properties, "mlflow.log-model.history"); got != `[{"a":1},{"b":[2,"]"]}]` {
		t.Errorf("got %s", got)
	}
	for _, model := range []string{"", "[]", "{", `{"a":1}{}`, "null"} {
		if err := f.RecordModel(f.ctx, ws, run, model); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%q: %v", model, err)
		}
	}
	f.refused(f.RecordModel(f.ctx, ws, run, `{"a": "`+strings.Repeat("x", 8000)+`"}`), pedigree.Invalid, "'value' exceeds the maximum length of 8000 characters")
	f.must(f.SetTag(f.ctx, ws, run, tag("mlflow.log-model.history", "not a list")))
	f.refused(f.RecordModel(f.ctx, ws, run, `{}`), pedigree.Invalid, "The tag mlflow.log-model.history of run "+run+" holds no list of models.")
}
