package graph

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

var kinds = []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context}

func TestANodeComesBackAsItWasPut(t *testing.T) {
	f := open(t, Options{})
	for _, kind := range kinds {
		declared := typ(kind, "T", "t:text", "i:int", "d:double", "s:struct", "p:proto", "b:bool", "bytes:text")
		p := draft(kind, f.declare(declared), "name",
			field("t", "text"), field("i", math.MinInt64), field("d", math.Inf(-1)), field("b", true), field("bytes", []byte("a\x00b\xff")),
			message(pedigree.Field, "s", pedigree.Struct, "\x0a\x00"), message(pedigree.Field, "p", pedigree.Proto, ""),
			custom("t", ""), custom("i", math.MaxInt64), custom("d", math.NaN()), custom("b", false), custom("bytes", []byte("\x00")),
			message(pedigree.Custom, "s", pedigree.Struct, ""), message(pedigree.Custom, "p", pedigree.Proto, "\x00\xff"),
			custom("", "no key"), custom("a key with `quotes`, 'dots'. and é", 1.5))
		p.Node.URI, p.Node.State, p.Node.External = "s3://b/k\xff\x00", "LIVE", "outside"
		id := f.put(p)[0]
		got := f.get(kind, id)
		if got.Type != declared.Type || got.TypeID != p.TypeID || got.Name != "name" || got.URI != p.Node.URI || got.State != "LIVE" || got.External != "outside" {
			t.Errorf("%s: got %+v", kind, got.Node)
		}
		if got.Created <= 1_700_000_000_000 || got.Created > pedigree.Time(f.now.Load()) || got.Updated != got.Created || !got.Live() || got.Workspace != ws {
			t.Errorf("%s: made at %d, changed at %d", kind, got.Created, got.Updated)
		}
		wantProperties(t, got, p.Node.Properties...)
	}
}

func TestANodeNeedsATypeThatClientsMayMakeNodesOf(t *testing.T) {
	p := newPipeline(t, Options{})
	run := p.described(pedigree.RunType).ID
	var workspace pedigree.TypeID
	p.view(func(r store.Reader) error {
		d, err := r.Declaration(pedigree.WorkspaceType)
		workspace = d.ID // whoever counts up meets it too
		return err
	})
	untyped := NewPut(pedigree.Artifact)
	for _, c := range []struct {
		name string
		put  *NodePut
		code pedigree.Code
		says string
	}{
		{"none", untyped, pedigree.Invalid, "Type id is missing."},
		{"an unknown one", draft(pedigree.Artifact, 9999, ""), pedigree.NotFound, "No type found for query, type_id: 9999"},
		{"a negative one", draft(pedigree.Artifact, math.MinInt64, ""), pedigree.NotFound, "type_id: -9223372036854775808"},
		{"zero", draft(pedigree.Artifact, 0, ""), pedigree.NotFound, "type_id: 0"},
		{"one of another kind", draft(pedigree.Artifact, p.execution, ""), pedigree.NotFound, "Cannot find type"},
		{"one of the server's own", draft(pedigree.Context, workspace, "w"), pedigree.NotFound, "Cannot find type"},
		{"one of another wire", draft(pedigree.Execution, run, ""), pedigree.BadState, "mlflow.Run"},
	} {
		_, err := p.PutNodes(p.ctx, ws, []*NodePut{c.put})
		if err == nil {
			t.Errorf("%s: done", c.name)
			continue
		}
		p.refused(err, c.code, c.says)
	}
}

func TestPropertiesAreThoseThatTheTypeDeclares(t *testing.T) {
	f := open(t, Options{})
	id := f.declare(typ(pedigree.Artifact, "T", "t:text", "i:int", "d:double", "s:struct", "p:proto", "b:bool"))
	values := map[string]pedigree.Property{
		"t": field("", "x"), "i": field("", 1), "d": field("", 1.0), "b": field("", true),
		"s": message(pedigree.Field, "", pedigree.Struct, ""), "p": message(pedigree.Field, "", pedigree.Proto, ""),
	}
	for key := range values {
		for of, value := range values {
			value.Key = key
			_, err := f.PutNodes(f.ctx, ws, []*NodePut{draft(pedigree.Artifact, id, "", value)})
			if of == key {
				f.must(err)
			} else {
				f.refused(err, pedigree.Invalid, "Found unmatched property type: "+key)
			}
		}
	}
	_, err := f.PutNodes(f.ctx, ws, []*NodePut{draft(pedigree.Artifact, id, "", field("T", "x"))})
	f.refused(err, pedigree.Invalid, "Found unknown property: T")
	f.put(draft(pedigree.Artifact, id, "", custom("T", "x"), custom("i", "x")))
}

func TestNamesAreUniqueWithinTheirType(t *testing.T) {
	f := open(t, Options{})
	for _, kind := range kinds {
		a, b := f.declare(typ(kind, "A")), f.declare(typ(kind, "B"))
		names := []string{
			"n", "N", "n ", "é", "sha256:", strings.Repeat("x", naming.MaxNameUID), strings.Repeat("x", naming.MaxNameUID+1), strings.Repeat("x", 1900) + "1", strings.Repeat("x", 1900) + "2",
			naming.UIDOfName(strings.Repeat("x", naming.MaxNameUID+1)), // what stands for another name
		}
		if kind != pedigree.Context {
			names = append(names, "", strings.Repeat("é", 15_000))
		}
		for _, name := range names {
			p := draft(kind, a, "")
			p.HasName, p.Node.Name = true, name
			id := f.put(p)[0]
			_, err := f.PutNodes(f.ctx, ws, []*NodePut{p})
			f.refused(err, pedigree.AlreadyExists, "Given node already exists: type_id: ")
			other := *p
			other.TypeID = b
			f.put(&other)
			found, err := f.NodeNamed(f.ctx, ws, pedigree.Type{Kind: kind, Name: "A"}, name)
			f.must(err)
			if found == nil || found.ID != id || found.Name != name {
				t.Errorf("%s %.20q of %d bytes is %+v, want %d", kind, name, len(name), found, id)
			}
		}
		found, err := f.NodeNamed(f.ctx, ws, pedigree.Type{Kind: kind, Name: "A"}, "other")
		if found != nil || err != nil {
			t.Errorf("%+v (%v) has a name that nobody gave", found, err)
		}
		found, err = f.NodeNamed(f.ctx, ws, pedigree.Type{Kind: kind, Name: "none"}, "n")
		if found != nil || err != nil {
			t.Errorf("%+v (%v) is of a type that is not there", found, err)
		}
	}
}

func TestNodesNeedNoNameButContextsDo(t *testing.T) {
	f := open(t, Options{})
	for _, kind := range kinds {
		id := f.declare(typ(kind, "T"))
		if kind == pedigree.Context {
			_, err := f.PutNodes(f.ctx, ws, []*NodePut{draft(kind, id, "")})
			f.refused(err, pedigree.Invalid, "Context name should not be empty")
			continue
		}
		ids := f.put(draft(kind, id, ""), draft(kind, id, ""))
		got := f.get(kind, ids[0])
		if ids[0] == ids[1] || got.Name != "" || got.UID == "" {
			t.Errorf("%v, %+v", ids, got)
		}
		if found, err := f.NodeNamed(f.ctx, ws, got.Type, got.UID); found != nil || err != nil {
			t.Errorf("a node without name is found by %s: %+v (%v)", got.UID, found, err)
		}
	}
}

func TestExternalIdentitiesAreUniqueWithinTheirKind(t *testing.T) {
	f := open(t, Options{})
	for _, kind := range kinds {
		a, b := f.declare(typ(kind, "A")), f.declare(typ(kind, "B"))
		outside := func(t pedigree.TypeID, name, external string) *NodePut {
			p := draft(kind, t, name)
			p.Node.External = external
			return p
		}
		ids := f.put(outside(a, "1", "x"), outside(a, "2", "y"), outside(a, "3", ""), outside(b, "1", ""))
		_, err := f.PutNodes(f.ctx, ws, []*NodePut{outside(b, "2", "x")})
		f.refused(err, pedigree.AlreadyExists, `name: "2" external_id: "x"`)
		found, err := f.NodesExternal(f.ctx, ws, kind, []string{"y", "none", "x", "y"})
		f.must(err)
		wantIDs(t, "found by external identity", idsOf(found), ids[0], ids[1])
		_, err = f.NodesExternal(f.ctx, ws, kind, []string{"none"})
		f.refused(err, pedigree.NotFound, "No "+kind.String()+"s found for external_ids.")
		_, err = f.NodesExternal(f.ctx, ws, kind, []string{"x", ""})
		f.refused(err, pedigree.Invalid, "empty external_id")
	}
}

func TestABatchIsDoneWholeOrNotAtAll(t *testing.T) {
	p := newPipeline(t, Options{})
	good := func(name string) *NodePut { return draft(pedigree.Artifact, p.artifact, name, field("n", 1)) }
	change := again(good("dataset").say(field("n", 5)), p.dataset)
	for name, batch := range map[string][]*NodePut{
		"a bad property":      {good("new"), change, draft(pedigree.Artifact, p.artifact, "", field("n", "text"))},
		"a taken name":        {good("new"), change, good("model")},
		"a name twice":        {good("new"), change, good("new")},
		"an unknown node":     {change, good("new"), again(good(""), 12345)},
		"an unknown type":     {change, good("new"), draft(pedigree.Artifact, 12345, "")},
		"a key that is none":  {change, good("new"), draft(pedigree.Artifact, p.artifact, "", custom("a\x00b", "x"))},
		"a name that is none": {change, good("new"), good("a\xffb")},
	} {
		if _, err := p.PutNodes(p.ctx, ws, batch); err == nil {
			t.Errorf("%s: done", name)
		}
		if found, err := p.NodeNamed(p.ctx, ws, pedigree.Type{Kind: pedigree.Artifact, Name: "A"}, "new"); found != nil || err != nil {
			t.Errorf("%s: %+v (%v) was made", name, found, err)
		}
		if n := p.get(pedigree.Artifact, p.dataset); len(n.Properties) != 0 {
			t.Errorf("%s: the data set has %v", name, n.Properties)
		}
	}
	ids := p.put(good("new"), change, again(good("dataset").say(field("n", 6)), p.dataset))
	if ids[1] != p.dataset || ids[2] != p.dataset || ids[0] <= p.dataset {
		t.Errorf("identities %v", ids)
	}
	wantProperties(t, p.get(pedigree.Artifact, p.dataset), field("n", 6)) // the last word counts
	if none, err := p.PutNodes(p.ctx, ws, nil); none != nil || err != nil {
		t.Errorf("of nothing: %v (%v)", none, err)
	}
}

func TestNodesAreReadOnceEachByArrival(t *testing.T) {
	p := newPipeline(t, Options{})
	nodes, types, err := p.NodesAndTypes(p.ctx, ws, pedigree.Artifact, []pedigree.NodeID{p.model, p.dataset, p.model, p.step, p.run, 0, -1, math.MaxInt64, math.MinInt64})
	p.must(err)
	wantIDs(t, "artifacts", idsOf(nodes), p.dataset, p.model)
	if len(types) != 1 || types[0].ID != p.artifact || len(types[0].Properties) != 2 {
		t.Errorf("types %+v", types)
	}
	elsewhere, err := p.Nodes(p.ctx, p.run, pedigree.Artifact, []pedigree.NodeID{p.model})
	if err != nil || len(elsewhere) != 0 {
		t.Errorf("seen from another workspace: %v (%v)", elsewhere, err)
	}
	p.bin(p.model)
	nodes, err = p.Nodes(p.ctx, ws, pedigree.Artifact, []pedigree.NodeID{p.model, p.dataset})
	p.must(err)
	wantIDs(t, "artifacts outside the bin", idsOf(nodes), p.dataset)
	if found, err := p.NodeNamed(p.ctx, ws, pedigree.Type{Kind: pedigree.Artifact, Name: "A"}, "model"); found != nil || err != nil {
		t.Errorf("found in the bin: %+v (%v)", found, err)
	}
}

func TestArtifactsAreFoundByURI(t *testing.T) {
	p := newPipeline(t, Options{})
	at := func(uri string) *NodePut {
		a := draft(pedigree.Artifact, p.artifact, "")
		a.Node.URI = uri
		return a
	}
	strange := "x\x00\xff" + strings.Repeat("y", 70_000)
	ids := p.put(at("s3://b/k"), at("s3://b/k"), at("s3://b/K"), at(strange), at(""))
	find := func(uris ...string) []pedigree.NodeID {
		t.Helper()
		found, err := p.NodesAt(p.ctx, ws, uris)
		p.must(err)
		return idsOf(found)
	}
	wantIDs(t, "one place", find("s3://b/k"), ids[:2]...)
	wantIDs(t, "several", find(strange, "s3://b/K", "s3://b/K", "none"), ids[2:4]...)
	wantIDs(t, "no place", find("none"))
	p.bin(ids[0])
	wantIDs(t, "outside the bin", find("s3://b/k"), ids[1])
	if slices.Contains(find("s3://b/k", ""), p.step) {
		t.Error("an execution has no URI")
	}
}
