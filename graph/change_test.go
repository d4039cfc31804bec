package graph

import (
	"math"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestAChangeReplacesAllButTypeAndName(t *testing.T) {
	f := open(t, Options{})
	for _, kind := range kinds {
		id := f.declare(typ(kind, "T", "a:int", "b:text"))
		p := draft(kind, id, "old", field("a", 1), field("b", "x"), custom("c", 1.5), custom("d", "x"))
		p.Node.URI, p.Node.State, p.Node.External = "u", "LIVE", "ext"
		node := f.put(p)[0]
		before := f.get(kind, node)
		change := again(draft(kind, id, "new", field("b", "y"), custom("d", 7), custom("e", true)), node)
		f.put(change)
		got := f.get(kind, node)
		wantProperties(t, got, field("b", "y"), custom("d", 7), custom("e", true))
		name := "old"
		if kind == pedigree.Context {
			name = "new"
		}
		if got.Name != name || got.External != "" || got.TypeID != id || got.UID != before.UID || got.Created != before.Created || got.Updated <= before.Updated {
			t.Errorf("%s: %+v, was %+v", kind, got.Node, before.Node)
		}
		if uri, state := mayHave(kind); uri != (got.URI == "") && uri || state != (got.State == "") && state {
			t.Errorf("%s: URI %q, state %q", kind, got.URI, got.State)
		}
		if _, err := f.NodesExternal(f.ctx, ws, kind, []string{"ext"}); pedigree.CodeOf(err) != pedigree.NotFound {
			t.Errorf("%s: found by what was left out (%v)", kind, err)
		}
	}
}

// mayHave says whether nodes of a kind have a URI and a state in ML Metadata.
func mayHave(kind pedigree.Kind) (uri, state bool) {
	return kind == pedigree.Artifact, kind != pedigree.Context
}

func TestWhatChangesNothingKeepsTheTimeOfChange(t *testing.T) {
	f := open(t, Options{})
	for _, kind := range kinds {
		id := f.declare(typ(kind, "T", "a:double", "s:struct"))
		p := draft(kind, id, "n", field("a", math.NaN()), message(pedigree.Field, "s", pedigree.Struct, "\x0a\x00"), custom("b", []byte("\x00")), custom("i", math.Inf(1)))
		p.Node.External = "x"
		if uri, state := mayHave(kind); uri {
			p.Node.URI, p.Node.State = "u", "LIVE"
		} else if state {
			p.Node.State = "RUNNING"
		}
		node := f.put(p)[0]
		made := f.get(kind, node)
		same := func(what string, change *NodePut) {
			t.Helper()
			f.put(change)
			if got := f.get(kind, node); got.Updated != made.Updated {
				t.Errorf("%s: %s moved the time from %d to %d", kind, what, made.Updated, got.Updated)
			}
		}
		same("the same again", again(p, node))
		untyped := again(p, node)
		untyped.HasType = false
		same("the same without a type", untyped)
		outside := again(draft(kind, id, "n", field("a", 2.0)), node)
		outside.Mask = []string{"properties.none"}
		same("a mask that leaves the rest out", outside)
		forced := again(p, node)
		forced.ForceUpdateTime = true
		f.put(forced)
		got := f.get(kind, node)
		if got.Updated <= made.Updated {
			t.Errorf("%s: by force the time went from %d to %d", kind, made.Updated, got.Updated)
		}
		wantProperties(t, got, p.Node.Properties...)
	}
}

func TestAMaskLimitsAChange(t *testing.T) {
	f := open(t, Options{})
	for _, c := range []struct {
		name string
		kind pedigree.Kind
		mask []string
		want []pedigree.Property
		then string // URI, state, external identity and name
	}{
		{"none", pedigree.Artifact, nil, []pedigree.Property{field("a", 2), custom("a", 2)}, "u2 DELETED x2 n"},
		{"a property", pedigree.Artifact, []string{"properties.a"}, []pedigree.Property{field("a", 2), field("b", 1), custom("a", 1), custom("b", 1)}, "u1 LIVE x1 n"},
		{"a property that is left out", pedigree.Artifact, []string{"properties.b"}, []pedigree.Property{field("a", 1), custom("a", 1), custom("b", 1)}, "u1 LIVE x1 n"},
		{
			"a custom property", pedigree.Execution,
			[]string{"custom_properties.a"},
			[]pedigree.Property{field("a", 1), field("b", 1), custom("a", 2), custom("b", 1)},
			"u1 LIVE x1 n",
		},
		{"all properties", pedigree.Context, []string{"properties"}, []pedigree.Property{field("a", 2), custom("a", 1), custom("b", 1)}, "u1 LIVE x1 n"},
		{"all custom properties", pedigree.Artifact, []string{"custom_properties"}, []pedigree.Property{field("a", 1), field("b", 1), custom("a", 2)}, "u1 LIVE x1 n"},
		{"the place", pedigree.Artifact, []string{"uri"}, nil, "u2 LIVE x1 n"},
		{"the place of what has none", pedigree.Execution, []string{"uri"}, nil, "u1 LIVE x1 n"},
		{"the state", pedigree.Artifact, []string{"state"}, nil, "u1 DELETED x1 n"},
		{"the state of an execution", pedigree.Execution, []string{"last_known_state"}, nil, "u1 DELETED x1 n"},
		{"the state by the other's word", pedigree.Execution, []string{"state"}, nil, "u1 LIVE x1 n"},
		{"the state by the other's word again", pedigree.Artifact, []string{"last_known_state"}, nil, "u1 LIVE x1 n"},
		{"the external identity", pedigree.Context, []string{"external_id"}, nil, "u1 LIVE x2 n"},
		{"the name of a context", pedigree.Context, []string{"name"}, nil, "u1 LIVE x1 m"},
		{"the name of an artifact", pedigree.Artifact, []string{"name"}, nil, "u1 LIVE x1 n"},
		{"paths that are none", pedigree.Artifact, []string{"id", "", "properties.", ".", "custom_properties.none", "Uri", "propertiesa"}, nil, "u1 LIVE x1 n"},
		{
			"a path with dots", pedigree.Artifact,
			[]string{"custom_properties.c.d"},
			[]pedigree.Property{field("a", 1), field("b", 1), custom("a", 1), custom("b", 1), custom("c.d", 2)},
			"u1 LIVE x1 n",
		},
		{
			"several", pedigree.Artifact,
			[]string{"uri", "properties.a", "properties.b", "external_id"},
			[]pedigree.Property{field("a", 2), custom("a", 1), custom("b", 1)},
			"u2 LIVE x2 n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.t = t
			id := f.declare(typ(c.kind, c.name, "a:int", "b:int"))
			p := draft(c.kind, id, "n", field("a", 1), field("b", 1), custom("a", 1), custom("b", 1))
			p.Node.URI, p.Node.State, p.Node.External = "u1", "LIVE", "x1"
			node := f.put(p)[0]
			change := again(draft(c.kind, id, "m", field("a", 2), custom("a", 2)), node)
			if c.name == "a path with dots" {
				change.say(custom("c.d", 2))
			}
			change.Node.URI, change.Node.State, change.Node.External, change.Mask = "u2", "DELETED", "x2", c.mask
			f.put(change)
			got := f.get(c.kind, node)
			if c.want == nil {
				c.want = p.Node.Properties
			}
			wantProperties(t, got, c.want...)
			if then := got.URI + " " + got.State + " " + got.External + " " + got.Name; then != c.then {
				t.Errorf("is %s, want %s", then, c.then)
			}
			f.update(purge(node)) // frees the external identity
		})
	}
}

func TestAMaskLimitsWhatIsChecked(t *testing.T) {
	p := newPipeline(t, Options{})
	change := again(draft(pedigree.Artifact, p.artifact, "", field("unknown", 1), field("n", 1)), p.dataset)
	_, err := p.PutNodes(p.ctx, ws, []*NodePut{change})
	p.refused(err, pedigree.Invalid, "Found unknown property: unknown")
	change.Mask = []string{"properties.n"}
	p.put(change)
	wantProperties(t, p.get(pedigree.Artifact, p.dataset), field("n", 1))
}

func TestAChangeIsRefusedWhenTheNodeHasMovedOn(t *testing.T) {
	p := newPipeline(t, Options{})
	n := p.get(pedigree.Artifact, p.dataset)
	change := again(draft(pedigree.Artifact, p.artifact, "", field("n", 1)), p.dataset)
	change.IfUpdated = n.Updated
	p.put(change)
	change.say(field("n", 2))
	_, err := p.PutNodes(p.ctx, ws, []*NodePut{change})
	p.refused(err, pedigree.BadState, "`abort_if_latest_updated_time_changed` is set")
	wantProperties(t, p.get(pedigree.Artifact, p.dataset), field("n", 1))
	change.IfUpdated = 0 // a client that set no time
	_, err = p.PutNodes(p.ctx, ws, []*NodePut{change})
	p.refused(err, pedigree.BadState, "different last_update_time_since_epoch")
	fresh := draft(pedigree.Artifact, p.artifact, "fresh")
	fresh.IfUpdated = 0
	p.put(fresh) // nothing there that could have changed
}

func TestOnlyNodesThatAreThereAreChanged(t *testing.T) {
	p := newPipeline(t, Options{})
	other := p.declare(typ(pedigree.Artifact, "other"))
	p.bin(p.model)
	for what, c := range map[string]struct {
		change *NodePut
		says   string
	}{
		"an unknown one":      {again(draft(pedigree.Artifact, p.artifact, ""), 12345), "Cannot find the given id 12345"},
		"zero":                {again(draft(pedigree.Artifact, p.artifact, ""), 0), "Cannot find the given id 0"},
		"a negative one":      {again(draft(pedigree.Artifact, p.artifact, ""), math.MinInt64), "Cannot find the given id -9223372036854775808"},
		"one of another kind": {again(draft(pedigree.Artifact, p.artifact, ""), p.step), "Cannot find the given id"},
		"one in the bin":      {again(draft(pedigree.Artifact, p.artifact, ""), p.model), "Cannot find the given id"},
		"the server's own":    {again(draft(pedigree.Context, p.ctxt, "x"), ws), "Cannot find the given id"},
		"one of another type": {again(draft(pedigree.Artifact, other, ""), p.dataset), "is different from the one known before"},
		"a context's name":    {again(draft(pedigree.Context, p.ctxt, ""), p.run), "Context name should not be empty"},
		"an undeclared value": {again(draft(pedigree.Artifact, p.artifact, "", field("x", 1)), p.dataset), "Found unknown property: x"},
		"a value of no form":  {again(draft(pedigree.Artifact, p.artifact, "", field("n", 1.0)), p.dataset), "Found unmatched property type: n"},
		"an external identity": {func() *NodePut {
			c := again(draft(pedigree.Artifact, p.artifact, ""), p.dataset)
			c.Node.External = "a\x00b"
			return c
		}(), "NUL"},
	} {
		_, err := p.PutNodes(p.ctx, ws, []*NodePut{c.change})
		if err == nil {
			t.Errorf("%s: done", what)
			continue
		}
		p.refused(err, pedigree.Invalid, c.says)
	}
}

func TestAContextIsRenamedUnlessTheNameIsTaken(t *testing.T) {
	p := newPipeline(t, Options{})
	other := p.node(pedigree.Context, p.ctxt, "other")
	_, err := p.PutNodes(p.ctx, ws, []*NodePut{again(draft(pedigree.Context, p.ctxt, "run"), other)})
	p.refused(err, pedigree.AlreadyExists, `name: "run"`)
	p.put(again(draft(pedigree.Context, p.ctxt, "renamed"), p.run), again(draft(pedigree.Context, p.ctxt, "run"), other))
	for name, id := range map[string]pedigree.NodeID{"renamed": p.run, "run": other} {
		if found, err := p.NodeNamed(p.ctx, ws, pedigree.Type{Kind: pedigree.Context, Name: "C"}, name); err != nil || found == nil || found.ID != id {
			t.Errorf("%s is %+v (%v), want %d", name, found, err, id)
		}
	}
}

func TestAnExternalIdentityChangesUnlessItIsTaken(t *testing.T) {
	p := newPipeline(t, Options{})
	outside := func(id pedigree.NodeID, external string) error {
		c := again(draft(pedigree.Artifact, p.artifact, ""), id)
		c.Node.External = external
		_, err := p.PutNodes(p.ctx, ws, []*NodePut{c})
		return err
	}
	p.must(outside(p.dataset, "x"))
	p.refused(outside(p.model, "x"), pedigree.AlreadyExists, `external_id: "x"`)
	p.must(outside(p.dataset, "y"))
	p.must(outside(p.model, "x"))
	found, err := p.NodesExternal(p.ctx, ws, pedigree.Artifact, []string{"x", "y"})
	p.must(err)
	wantIDs(t, "found", idsOf(found), p.dataset, p.model)
}

func TestATextThatNoTextColumnHoldsReplacesOneThatItDoes(t *testing.T) {
	p := newPipeline(t, Options{})
	for _, value := range []pedigree.Property{custom("k", "text"), custom("k", []byte("\xff")), custom("k", 1), custom("k", []byte("\x00")), custom("k", "")} {
		p.put(again(draft(pedigree.Artifact, p.artifact, "", value), p.dataset))
		if got := p.get(pedigree.Artifact, p.dataset).Properties; !slices.Equal(got, []pedigree.Property{value}) {
			t.Errorf("%v came back as %v", value, got)
		}
	}
}
