package graph

import (
	"math"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func (f *fixture) events(kind pedigree.Kind, nodes ...pedigree.NodeID) []pedigree.Event {
	f.t.Helper()
	events, err := f.Events(f.ctx, ws, kind, nodes)
	f.must(err)
	return events
}

func TestEventsComeBackFromBothEnds(t *testing.T) {
	p := newPipeline(t, Options{})
	in, out := event(pedigree.Input, p.step, p.dataset), event(pedigree.Output, p.step, p.model)
	in.Role, in.Time = pedigree.RoleDeclared, -5
	in.Path = []pedigree.PathStep{
		{Key: "", IsKey: true}, {Index: 0}, {Index: math.MinInt64}, {Key: "a\x00\"\\é\u2028", IsKey: true}, {Index: math.MaxInt64}, {Key: "7", IsKey: true},
	}
	began := pedigree.Time(p.now.Load())
	p.must(p.PutEvents(p.ctx, ws, []pedigree.Event{in, out}))
	got := p.events(pedigree.Execution, p.step)
	if len(got) != 2 || got[0].Artifact != p.dataset || got[0].Execution != p.step || got[0].Direction != pedigree.Input || got[0].Role != pedigree.RoleDeclared ||
		got[0].Time != -5 || !slices.Equal(got[0].Path, in.Path) {
		t.Errorf("got %+v", got)
	}
	if got[1].Direction != pedigree.Output || got[1].Time <= began || got[1].Time > pedigree.Time(p.now.Load()) || len(got[1].Path) != 0 {
		t.Errorf("got %+v, put after %d", got[1], began)
	}
	if from := p.events(pedigree.Artifact, p.model, p.dataset, p.model, 0, -1, 12345); len(from) != 2 || from[0].ID != got[0].ID || from[1].ID != got[1].ID {
		t.Errorf("from artifacts %+v", from)
	}
	if none := p.events(pedigree.Artifact, p.step); len(none) != 0 {
		t.Errorf("an execution was read as an artifact: %+v", none)
	}
	if none := p.events(pedigree.Artifact); len(none) != 0 {
		t.Errorf("of no nodes: %+v", none)
	}
}

func TestAnEventThatIsThereStaysOrIsRefused(t *testing.T) {
	for _, strict := range []bool{false, true} {
		p := newPipeline(t, Options{StrictEvents: strict})
		first := event(pedigree.Input, p.step, p.dataset)
		first.Time = 7
		p.must(p.PutEvents(p.ctx, ws, []pedigree.Event{first}))
		second := first
		second.Time, second.Path = 8, []pedigree.PathStep{{Index: 1}}
		fresh := event(pedigree.Output, p.step, p.model)
		err := p.PutEvents(p.ctx, ws, []pedigree.Event{fresh, second})
		want := 2
		if strict {
			p.refused(err, pedigree.AlreadyExists, "Given event already exists")
			want = 1 // all or none
		} else {
			p.must(err)
		}
		if got := p.events(pedigree.Execution, p.step); len(got) != want || got[0].Time != 7 || len(got[0].Path) != 0 {
			t.Errorf("strict %v: %+v", strict, got)
		}
		twice := event(pedigree.Input, p.step, p.model)
		if err := p.PutEvents(p.ctx, ws, []pedigree.Event{twice, twice}); (err != nil) != strict {
			t.Errorf("strict %v: twice in one request: %v", strict, err)
		}
	}
}

func TestNodesMeetOncePerDirectionAndRole(t *testing.T) {
	p := newPipeline(t, Options{StrictEvents: true})
	var all []pedigree.Event
	for _, direction := range []pedigree.Direction{pedigree.Input, pedigree.Output} {
		for _, role := range []pedigree.Role{pedigree.RoleUsed, pedigree.RoleDeclared, pedigree.RoleInternal} {
			e := event(direction, p.step, p.dataset)
			e.Role = role
			all = append(all, e)
		}
	}
	p.must(p.PutEvents(p.ctx, ws, all))
	for i, got := range p.events(pedigree.Artifact, p.dataset) {
		if got.Direction != all[i].Direction || got.Role != all[i].Role {
			t.Errorf("event %d is %+v", i, got)
		}
	}
}

func TestEventsJoinAnArtifactToAnExecutionThatAreThere(t *testing.T) {
	p := newPipeline(t, Options{})
	gone := p.node(pedigree.Artifact, p.artifact, "gone")
	p.bin(gone)
	for name, c := range map[string]struct {
		event pedigree.Event
		says  string
	}{
		"no artifact":          {event(pedigree.Input, p.step, 0), "No artifact id is specified."},
		"no execution":         {event(pedigree.Input, 0, p.dataset), "No execution id is specified."},
		"no type":              {event(0, p.step, p.dataset), "No event type is specified."},
		"an unknown artifact":  {event(pedigree.Input, p.step, 12345), "No artifact with the given id 12345"},
		"an unknown execution": {event(pedigree.Input, 12345, p.dataset), "No execution with the given id 12345"},
		"a negative one":       {event(pedigree.Input, p.step, -1), "No artifact with the given id -1"},
		"the wrong way round":  {event(pedigree.Input, p.dataset, p.step), "No artifact with the given id"},
		"a context":            {event(pedigree.Input, p.run, p.dataset), "No execution with the given id"},
		"one in the bin":       {event(pedigree.Input, p.step, gone), "No artifact with the given id"},
		"a path that is none": {func() pedigree.Event {
			e := event(pedigree.Input, p.step, p.model)
			e.Path = []pedigree.PathStep{{Key: "\xff", IsKey: true}}
			return e
		}(), "path of an event is not valid UTF-8"},
	} {
		err := p.PutEvents(p.ctx, ws, []pedigree.Event{event(pedigree.Output, p.step, p.model), c.event})
		if err == nil {
			t.Errorf("%s: done", name)
			continue
		}
		p.refused(err, pedigree.Invalid, c.says)
	}
	if got := p.events(pedigree.Execution, p.step); len(got) != 0 {
		t.Errorf("left %+v", got)
	}
	p.must(p.PutEvents(p.ctx, ws, nil))
}

func TestEventsWithWhatIsInTheBinAreNotSeen(t *testing.T) {
	p := newPipeline(t, Options{})
	p.must(p.PutEvents(p.ctx, ws, []pedigree.Event{event(pedigree.Input, p.step, p.dataset), event(pedigree.Output, p.step, p.model)}))
	p.bin(p.dataset)
	if got := p.events(pedigree.Execution, p.step); len(got) != 1 || got[0].Artifact != p.model {
		t.Errorf("of the step: %+v", got)
	}
	if got := p.events(pedigree.Artifact, p.dataset); len(got) != 0 {
		t.Errorf("of the data set: %+v", got)
	}
}
