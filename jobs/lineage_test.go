package jobs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// ran records a run of a job, such as "a b -> c", of data sets in the namespace s.
func (f *fixture) ran(job, uses string, facets ...Facets) {
	f.Helper()
	in, out, _ := strings.Cut(uses, "->")
	datasets := func(names string) (all []Dataset) {
		for _, name := range strings.Fields(names) {
			all = append(all, Dataset{Namespace: "s", Name: name})
		}
		return all
	}
	f.runs++
	e := &Event{
		State: "COMPLETE", Time: pedigree.Time(f.runs), Run: &Run{ID: fmt.Sprintf("00000000-0000-0000-0000-%012d", f.runs)},
		Job: &Job{Namespace: "n", Name: job}, Inputs: datasets(in), Outputs: datasets(out),
	}
	for i := range facets {
		e.Outputs[i].Facets = facets[i]
	}
	f.record(ws, e)
}

// around writes the graph around a job, "job:j", or a data set: what is in it,
// sorted.
func (f *fixture) around(ref string, depth int) string {
	f.Helper()
	job, isJob := strings.CutPrefix(ref, "job:")
	from := Ref{Name{"s", ref}, false}
	if isJob {
		from = Ref{Name{"n", job}, true}
	}
	g, err := f.Lineage(f.ctx, ws, from, depth)
	f.must(err)
	var all []string
	for name := range g.Jobs {
		all = append(all, "job:"+name.Name)
	}
	for name := range g.Datasets {
		all = append(all, name.Name)
	}
	for e := range g.Reads {
		all = append(all, e.Dataset.Name+">"+e.Job.Name)
	}
	for e := range g.Writes {
		all = append(all, e.Job.Name+">"+e.Dataset.Name)
	}
	for d := range g.Derived {
		all = append(all, d.From.Name+">"+d.To.Name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestAStepLeadsFromAJobToAnother(t *testing.T) {
	f := open(t)
	f.ran("j1", "a -> b")
	f.ran("j2", "b -> c")
	f.ran("j3", "c -> d")
	f.record(ws, &Event{Time: 9, Dataset: &Dataset{Namespace: "s", Name: "alone"}}, &Event{Time: 9, Job: &Job{Namespace: "n", Name: "idle"}})
	for _, c := range []struct {
		ref   string
		depth int
		want  string
	}{
		{"job:j2", 0, "b b>j2 c j2>c job:j2"},
		{"job:j2", 1, "a a>j1 b b>j2 c c>j3 d j1>b j2>c j3>d job:j1 job:j2 job:j3"},
		{"b", 0, "a a>j1 b j1>b job:j1"},
		{"b", 1, "a a>j1 b b>j2 c j1>b j2>c job:j1 job:j2"},
		{"a", 0, "a a>j1 b j1>b job:j1"}, // nobody writes it
		{"alone", 5, "alone"},
		{"job:idle", 5, "job:idle"},
	} {
		if got := f.around(c.ref, c.depth); got != c.want {
			t.Errorf("%d steps from %s: %s, want %s", c.depth, c.ref, got, c.want)
		}
	}
	for _, ref := range []Ref{{Name{"s", "none"}, false}, {Name{"n", "none"}, true}} {
		if _, err := f.Lineage(f.ctx, ws, ref, 1); pedigree.CodeOf(err) != pedigree.NotFound {
			t.Errorf("around %v: %v", ref, err)
		}
	}
}

func TestLineageShowsWhatIsOneAsOne(t *testing.T) {
	f := open(t)
	f.ran("write", "raw -> old")
	f.ran("rename", "-> new", Facets{LifecycleFacet: `{"lifecycleStateChange":"RENAME","previousIdentifier":{"namespace":"s","name":"old"}}`})
	f.ran("read", "new ->")
	f.ran("copy", "mine ->")
	if got := f.around("raw", 9); !strings.Contains(got, "old>new") || !strings.Contains(got, "job:read") {
		t.Errorf("a data set that was renamed: %s", got)
	}
	if strings.Contains(f.around("raw", 9), "copy") {
		t.Fatal("what nobody joined is joined")
	}
	f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
		raw, err := tx.Node(ws, pedigree.LineageDatasetType, UID("s", "raw"))
		if err != nil {
			return err
		}
		mine, err := tx.Node(ws, pedigree.LineageDatasetType, UID("s", "mine"))
		if err != nil {
			return err
		}
		return tx.PutRelation(&pedigree.Relation{Kind: pedigree.Same, Source: raw.ID, Target: mine.ID, Actor: "ann", Reason: "a mount"})
	}))
	for _, ref := range []string{"raw", "mine"} { // each goes by the name by which it was asked for
		if got := f.around(ref, 9); !strings.Contains(got, ref+">copy") || !strings.Contains(got, ref+">write") {
			t.Errorf("around %s, joined by hand: %s", ref, got)
		}
	}
}

// often records many runs of a job, of one event each.
func (f *fixture) often(times int, job, in, out string) {
	f.Helper()
	var events []*Event
	for range times {
		f.runs++
		events = append(events, &Event{
			State: "COMPLETE", Time: pedigree.Time(f.runs), Run: &Run{ID: fmt.Sprintf("00000000-0000-0000-0000-%012d", f.runs)},
			Job: &Job{Namespace: "n", Name: job}, Inputs: []Dataset{{Namespace: "s", Name: in}}, Outputs: []Dataset{{Namespace: "s", Name: out}},
			Body: fmt.Appendf(nil, "%d", f.runs),
		})
	}
	for some := range slices.Chunk(events, 200) {
		f.must(f.Record(f.ctx, ws, some...))
	}
}

func TestOfWhatIsUsedOftenTheNewestRunsCount(t *testing.T) {
	if testing.Short() {
		t.Skip("records two thousand runs")
	}
	f := open(t)
	f.ran("once", "raw -> first")
	f.often(maxRuns+20, "often", "raw", "same")
	f.ran("lately", "raw -> last")
	got := f.around("raw", 0)
	if !strings.Contains(got, "job:often") || !strings.Contains(got, "job:lately") || strings.Contains(got, "job:once") {
		t.Errorf("around what %d runs read: %s", maxRuns+22, got)
	}
}

// told gives a facet that tells lineage in so many words. Data sets are written
// D name, columns of them D name.column, jobs J name, the own one J.
func told(text string) string {
	ref := func(word string) string {
		kind, name, _ := strings.Cut(word, " ")
		name, column, _ := strings.Cut(name, ".")
		switch {
		case kind == "D":
			return fmt.Sprintf(`"type":"DATASET","namespace":"s","name":%q,"field":%q`, name, column)
		case name == "":
			return `"type":"JOB"`
		}
		return fmt.Sprintf(`"type":"JOB","namespace":"n","name":%q`, name)
	}
	target, inputs, _ := strings.Cut(text, " < ")
	var all []string
	for in := range strings.SplitSeq(inputs, ", ") {
		all = append(all, "{"+ref(in)+"}")
	}
	list := `"inputs":[` + strings.Join(all, ",") + "]"
	if target == "" {
		return "{" + list + "}"
	}
	return fmt.Sprintf(`{"entries":[{%s,%s}]}`, ref(target), list)
}

func TestLineageThatIsToldInSoManyWords(t *testing.T) {
	run := func(n int) *Run { return &Run{ID: fmt.Sprintf("00000000-0000-0000-0000-00000000000%d", n)} }
	job := func(facet string) *Job { return &Job{Namespace: "n", Name: "own", Facets: Facets{LineageFacet: facet}} }
	set := func(facet string) Dataset {
		return Dataset{Namespace: "s", Name: "to", Facets: Facets{LineageFacet: facet}}
	}
	alone := set(told(" < D from"))
	byJob := set(told(" < J other"))
	for name, c := range map[string]struct {
		event Event
		ref   string
		want  string
	}{
		"of a data set alone":         {Event{Dataset: &alone}, "to", "from from>to to"},
		"of a data set, by a job":     {Event{Dataset: &byJob}, "to", "job:other other>to to"},
		"of what a run wrote":         {Event{Run: run(1), Job: &Job{Namespace: "n", Name: "own"}, Outputs: []Dataset{alone}}, "to", "from from>own job:own own>to to"},
		"of what a run read":          {Event{Run: run(1), Job: &Job{Namespace: "n", Name: "own"}, Inputs: []Dataset{alone}}, "job:own", "from from>to job:own to to>own"},
		"of a run":                    {Event{Run: run(1), Job: job(told("D to < D from"))}, "job:own", "from from>own job:own own>to to"},
		"of a job by design":          {Event{Job: job(told("D to < D from"))}, "job:own", "from from>own job:own own>to to"},
		"what the job itself reads":   {Event{Job: job(told("J < D from"))}, "job:own", "from from>own job:own"},
		"what another job reads":      {Event{Job: job(told("J other < D from"))}, "from", "from from>other job:other"},
		"what another job writes":     {Event{Job: job(told("D to < D from, J other"))}, "to", "from from>own job:other job:own other>to own>to to"},
		"of jobs without data":        {Event{Job: job(told("J < J other"))}, "job:own", "job:own"},
		"what is itself its source":   {Event{Dataset: &Dataset{Namespace: "s", Name: "to", Facets: Facets{LineageFacet: told(" < D to")}}}, "to", "to"},
		"what has not the right form": {Event{Job: job(`{"entries":{"type":7}}`)}, "job:own", "job:own"},
	} {
		f := open(t)
		c.event.Time, c.event.State = 5, "COMPLETE"
		f.record(ws, &c.event)
		f.record(ws, &c.event)
		if got := f.around(c.ref, 0); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestColumnsThatAreToldInSoManyWords(t *testing.T) {
	f := open(t)
	d := Dataset{Namespace: "s", Name: "to", Facets: Facets{LineageFacet: `{"inputs":[{"type":"DATASET","namespace":"s","name":"from","field":"kept"}],` +
		`"fields":{"id":{"inputs":[{"type":"DATASET","namespace":"s","name":"from","field":"key","transformations":[{"type":"DIRECT","subtype":"IDENTITY"}]}]}}}`}}
	f.record(ws, &Event{Time: 1, Dataset: &d})
	edges, err := f.ColumnLineage(f.ctx, ws, Ref{Name{"s", "to"}, false}, "", 5, false)
	f.must(err)
	slices.SortFunc(edges, func(a, b ColumnEdge) int { return strings.Compare(a.From.Column, b.From.Column) })
	from, to := Name{"s", "from"}, Name{"s", "to"}
	want := []ColumnEdge{{Column{from, "kept"}, Column{to, ""}, "", ""}, {Column{from, "key"}, Column{to, "id"}, "IDENTITY", ""}}
	slices.SortFunc(want, func(a, b ColumnEdge) int { return strings.Compare(a.From.Column, b.From.Column) })
	if !slices.Equal(edges, want) {
		t.Errorf("columns %+v, want %+v", edges, want)
	}
}
