package graph

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func member(context, node pedigree.NodeID) pedigree.Membership {
	return pedigree.Membership{Context: context, Node: node}
}

// contextsOf gives the contexts of a node.
func (f *fixture) contextsOf(kind pedigree.Kind, id pedigree.NodeID) []pedigree.NodeID {
	f.t.Helper()
	contexts, err := f.ContextsOf(f.ctx, ws, kind, id)
	f.must(err)
	return idsOf(contexts)
}

func TestMembershipsAddUp(t *testing.T) {
	p := newPipeline(t, Options{})
	other := p.node(pedigree.Context, p.ctxt, "other")
	p.must(p.PutMembers(p.ctx, ws, []pedigree.Membership{member(other, p.model)}, []pedigree.Membership{member(p.run, p.step)}))
	p.must(p.PutMembers(p.ctx, ws, []pedigree.Membership{member(p.run, p.model), member(other, p.model), member(p.run, p.model)}, nil)) // some are there
	p.must(p.PutMembers(p.ctx, ws, nil, nil))
	wantIDs(t, "contexts of the model", p.contextsOf(pedigree.Artifact, p.model), p.run, other)
	wantIDs(t, "contexts of the step", p.contextsOf(pedigree.Execution, p.step), p.run)
	wantIDs(t, "contexts of the data set", p.contextsOf(pedigree.Artifact, p.dataset))
	wantIDs(t, "contexts of the model as an execution", p.contextsOf(pedigree.Execution, p.model))
	wantIDs(t, "contexts of nothing", p.contextsOf(pedigree.Execution, 12345))
	each, err := p.ContextsOfEach(p.ctx, ws, pedigree.Artifact, []pedigree.NodeID{p.model, p.dataset, p.model, p.step})
	p.must(err)
	if len(each) != 1 || len(each[p.model]) != 2 {
		t.Errorf("contexts of each %v", each)
	}
	p.bin(other)
	wantIDs(t, "contexts outside the bin", p.contextsOf(pedigree.Artifact, p.model), p.run)
}

func TestMembershipsAreRefusedWholeWhereANodeIsMissing(t *testing.T) {
	p := newPipeline(t, Options{})
	gone := p.node(pedigree.Context, p.ctxt, "gone")
	p.bin(gone)
	good := member(p.run, p.model)
	for name, c := range map[string]struct {
		artifact, execution pedigree.Membership
		says                string
	}{
		"an unknown artifact":        {member(p.run, 12345), pedigree.Membership{}, "Artifact id not found."},
		"an unknown context":         {member(12345, p.dataset), pedigree.Membership{}, "Context id not found."},
		"an execution as artifact":   {member(p.run, p.step), pedigree.Membership{}, "Artifact id not found."},
		"an artifact as context":     {member(p.model, p.dataset), pedigree.Membership{}, "Context id not found."},
		"the server's own context":   {member(ws, p.dataset), pedigree.Membership{}, "Context id not found."},
		"a context in the bin":       {member(gone, p.dataset), pedigree.Membership{}, "Context id not found."},
		"nothing":                    {member(0, 0), pedigree.Membership{}, "Artifact id not found."},
		"an unknown execution":       {good, member(p.run, -1), "Execution id not found."},
		"an artifact as execution":   {good, member(p.run, p.model), "Execution id not found."},
		"a context as execution":     {good, member(p.run, p.run), "Execution id not found."},
		"an execution in no context": {good, member(p.step, p.step), "Context id not found."},
	} {
		executions := []pedigree.Membership{c.execution}
		if c.execution == (pedigree.Membership{}) {
			executions = nil
		}
		err := p.PutMembers(p.ctx, ws, []pedigree.Membership{good, c.artifact}, executions)
		if err == nil {
			t.Errorf("%s: done", name)
			continue
		}
		p.refused(err, pedigree.Invalid, c.says)
	}
	wantIDs(t, "contexts of the model", p.contextsOf(pedigree.Artifact, p.model))
}

// children gives the contexts that belong to a context.
func (f *fixture) children(id pedigree.NodeID) []pedigree.NodeID {
	f.t.Helper()
	all, err := f.Children(f.ctx, ws, []pedigree.NodeID{id})
	f.must(err)
	return idsOf(all[id])
}

func (f *fixture) contexts(t pedigree.TypeID, names ...string) []pedigree.NodeID {
	f.t.Helper()
	var puts []*NodePut
	for _, name := range names {
		puts = append(puts, draft(pedigree.Context, t, name))
	}
	return f.put(puts...)
}

func TestContextsHaveParents(t *testing.T) {
	p := newPipeline(t, Options{})
	c := p.contexts(p.ctxt, "a", "b", "c")
	p.must(p.PutParents(p.ctx, ws, []pedigree.Membership{member(c[1], c[2]), member(c[0], c[2]), member(c[0], c[1])}))
	p.must(p.PutParents(p.ctx, ws, nil))
	wantIDs(t, "parents of c", p.contextsOf(pedigree.Context, c[2]), c[0], c[1])
	wantIDs(t, "parents of b", p.contextsOf(pedigree.Context, c[1]), c[0])
	wantIDs(t, "parents of a", p.contextsOf(pedigree.Context, c[0]))
	wantIDs(t, "children of a", p.children(c[0]), c[1], c[2])
	wantIDs(t, "children of c", p.children(c[2]))
	err := p.PutParents(p.ctx, ws, []pedigree.Membership{member(p.run, c[0]), member(c[0], c[1])})
	p.refused(err, pedigree.AlreadyExists, "Given parent_context already exists: child_id: ")
	wantIDs(t, "parents of a after a request that failed", p.contextsOf(pedigree.Context, c[0]))
	err = p.PutParents(p.ctx, ws, []pedigree.Membership{member(p.run, c[0]), member(p.run, c[0])})
	p.refused(err, pedigree.AlreadyExists, "Given parent_context already exists")
	p.bin(c[1])
	wantIDs(t, "children outside the bin", p.children(c[0]), c[2])
}

func TestNoContextDescendsFromItself(t *testing.T) {
	p := newPipeline(t, Options{})
	c := p.contexts(p.ctxt, "a", "b", "c", "d")
	a, b, d := c[0], c[1], c[3]
	p.must(p.PutParents(p.ctx, ws, []pedigree.Membership{member(a, b), member(b, c[2]), member(c[2], d), member(a, d)}))
	for name, relations := range map[string][]pedigree.Membership{
		"straight back":         {member(b, a)},
		"the long way":          {member(d, a)},
		"within one request":    {member(a, p.run), member(p.run, a)},
		"through the request":   {member(d, p.run), member(p.run, a)},
		"a cycle among good":    {member(p.run, a), member(p.run, b), member(d, b)},
		"round a triangle":      {member(c[2], p.run), member(p.run, b)},
		"one that is there too": {member(a, b), member(b, a)},
	} {
		err := p.PutParents(p.ctx, ws, relations)
		if err == nil {
			t.Errorf("%s: done", name)
			continue
		}
		p.refused(err, pedigree.Invalid, "There is a cycle detected of the given relationship.")
	}
	wantIDs(t, "parents of a", p.contextsOf(pedigree.Context, a))
	p.must(p.PutParents(p.ctx, ws, []pedigree.Membership{member(p.run, a), member(p.run, d)})) // a diamond is none
	p.must(p.PutParents(p.ctx, ws, []pedigree.Membership{member(b, d)}))
}

func TestParentsAndChildrenAreContextsThatAreThere(t *testing.T) {
	p := newPipeline(t, Options{})
	gone := p.node(pedigree.Context, p.ctxt, "gone")
	p.bin(gone)
	for name, c := range map[string]struct {
		relation pedigree.Membership
		says     string
	}{
		"no parent":          {member(0, p.run), "Missing parent / child id in the parent_context: child_id: "},
		"no child":           {member(p.run, 0), "Missing parent / child id in the parent_context: parent_id: "},
		"itself":             {member(p.run, p.run), "cannot be found"},
		"an unknown parent":  {member(12345, p.run), "cannot be found"},
		"a negative child":   {member(p.run, -1), "child_id: -1"},
		"an artifact":        {member(p.run, p.model), "cannot be found"},
		"one in the bin":     {member(gone, p.run), "cannot be found"},
		"the server's own":   {member(ws, p.run), "cannot be found"},
		"an execution above": {member(p.step, p.run), "cannot be found"},
	} {
		err := p.PutParents(p.ctx, ws, []pedigree.Membership{c.relation})
		if err == nil {
			t.Errorf("%s: done", name)
			continue
		}
		p.refused(err, pedigree.Invalid, c.says)
	}
}

func TestALongLineOfContextsIsSearchedToItsEnd(t *testing.T) {
	p := newPipeline(t, Options{})
	const length = 700 // more than one question to the store names
	var puts []*NodePut
	for i := range length {
		puts = append(puts, draft(pedigree.Context, p.ctxt, string(rune('a'+i))))
	}
	ids := p.put(puts...)
	var line []pedigree.Membership
	for i := 1; i < length; i++ {
		line = append(line, member(ids[i-1], ids[i]))
	}
	p.must(p.PutParents(p.ctx, ws, line))
	err := p.PutParents(p.ctx, ws, []pedigree.Membership{member(ids[length-1], ids[0])})
	p.refused(err, pedigree.Invalid, "cycle")
}
