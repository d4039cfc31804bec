package lineage

import (
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// put sets properties of a node.
func (w *world) put(name string, space pedigree.Space, pairs ...string) {
	w.Helper()
	id := w.id(name)
	w.update(func(tx store.Tx) error {
		nodes, err := tx.Nodes([]pedigree.NodeID{id})
		if err != nil {
			return err
		}
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.PutProperties(&nodes[0], pedigree.Property{Space: space, Key: pairs[i], Value: pairs[i+1]}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) namesOf(ids []pedigree.NodeID) string {
	var names []string
	for _, id := range ids {
		names = append(names, w.names[id])
	}
	return strings.Join(names, " ")
}

func TestPathsAreShortestAndPassThroughJoins(t *testing.T) {
	w := newWorld(t)
	w.node("spark", table, "s3://b/x", "")
	w.run("etl", "raw -> spark")
	w.node("mlflow", dataset, "s3a://b/x/", "d1")
	w.run("fit", "mlflow -> model")
	w.run("detour", "mlflow -> more")
	w.run("on", "more -> model")
	for _, c := range []struct{ from, to, want string }{
		{"raw", "model", "raw etl spark mlflow fit model"},
		{"model", "raw", "raw etl spark mlflow fit model"},
		{"spark", "mlflow", "spark mlflow"},
		{"raw", "raw", "raw"},
		{"model", "unrelated", ""},
	} {
		p, err := w.Path(t.Context(), &PathQuery{
			Workspace: pedigree.DefaultWorkspace, From: []pedigree.NodeID{w.id(c.from)}, To: []pedigree.NodeID{w.id(c.to)}, AsOf: pedigree.NoTime,
		})
		if err != nil {
			t.Fatal(err)
		}
		var ids []pedigree.NodeID
		for i := range p.Nodes {
			ids = append(ids, p.Nodes[i].ID)
		}
		if got := w.namesOf(ids); got != c.want {
			t.Errorf("from %s to %s: %s, want %s", c.from, c.to, got, c.want)
		}
		if ties := len(p.Edges) + len(p.Joined); len(ids) > 0 && ties != len(ids)-1 {
			t.Errorf("from %s to %s: %d edges and joins between %d nodes", c.from, c.to, ties, len(ids))
		}
	}
}

func TestImpactSaysWhatADataSetIsUsedBy(t *testing.T) {
	w := newWorld(t)
	w.run("fit", "data -> logged")
	registered := w.node("uid", pedigree.RegisteredModelType, "", "")
	w.node("uid/1", pedigree.ModelVersionType, "", "1")
	w.node("uid/2", pedigree.ModelVersionType, "", "2")
	w.relate(pedigree.Derived, "logged", "uid/1")
	w.relate(pedigree.Derived, "logged", "uid/2")
	w.put("uid", pedigree.Alias, "champion", "2", "best", "2")
	w.put("uid/1", pedigree.Field, "stage", "Archived")
	w.node("fare-service", pipeline, "", "")
	w.run("predict", "uid/2 ->")
	w.run("serve-fare", "uid/2 ->")
	w.update(func(tx store.Tx) error {
		_, err := tx.AddMember(w.id("fare-service"), w.id("predict"))
		return err
	})
	w.node("gateway", pedigree.Type{Kind: pedigree.Context, Name: "kubeflow.org/InferenceService"}, "", "")
	w.update(func(tx store.Tx) error {
		_, err := tx.AddMember(w.id("gateway"), w.id("predict"))
		return err
	})
	_ = registered
	var got []string
	_, err := w.Impact(t.Context(), w.query(Both, "data"), func(p *ImpactPart) error {
		for _, h := range p.Hits {
			got = append(got, strings.TrimSpace(w.names[h.ID]+" "+h.Role.String()+" "+h.Stage+strings.Join(h.Aliases, ",")))
			if h.InUse() != (h.UID == "uid/2") {
				t.Errorf("%s in use: %v", h.UID, h.InUse())
			}
		}
		return nil
	})
	want := []string{
		"fit run", "logged artifact", "uid/1 model Archived", "uid/2 model best,champion", "predict run", "serve-fare endpoint", "gateway endpoint",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("impact %q (%v), want %q", got, err, want)
	}
}

func TestProvenanceIsInOrderOfRunning(t *testing.T) {
	w := newWorld(t)
	late := w.run("train", "features -> model") // was told of first
	w.run("featurise", "clean -> features")
	w.run("clean up", "raw -> clean")
	w.put("train", pedigree.Param, "lr", "0.1")
	w.put("train", pedigree.Tag, "mlflow.source.git.commit", "abc", "mlflow.docker.image.uri", "img", "mlflow.note", "x")
	w.put("clean up", pedigree.Custom, "rows", "7", "git_sha", "def")
	w.put("raw", pedigree.Field, "sha256", "00ff", "schema", "{}")
	p, err := w.Provenance(t.Context(), w.query(Both, "model"))
	if err != nil {
		t.Fatal(err)
	}
	var steps []pedigree.NodeID
	for _, s := range p.Steps {
		steps = append(steps, s.ID)
	}
	if got := w.namesOf(steps); got != "clean up featurise train" || p.Cyclic {
		t.Errorf("steps %s, cyclic %v", got, p.Cyclic)
	}
	last := p.Steps[2]
	if last.ID != late || len(last.Params) != 1 || len(last.Code) != 1 || last.Code[0].Value != "abc" || len(last.Environment) != 1 ||
		w.namesOf(last.Inputs) != "features" || w.namesOf(last.Outputs) != "model" || w.namesOf(last.Parents) != "featurise" {
		t.Errorf("the last step is %+v", last)
	}
	if first := p.Steps[0]; len(first.Params) != 1 || first.Params[0].Key != "rows" || len(first.Code) != 1 {
		t.Errorf("the first step is %+v", first)
	}
	for _, m := range p.Materials {
		if want := w.names[m.ID] == "raw"; m.Source != want || (m.Digest == "00ff") != want {
			t.Errorf("%s: source %v, digest %q", w.names[m.ID], m.Source, m.Digest)
		}
	}
	w.run("around", "model -> raw")
	if p, err = w.Provenance(t.Context(), w.query(Both, "model")); err != nil || !p.Cyclic || len(p.Steps) != 4 {
		t.Errorf("a circle: %d steps, cyclic %v (%v)", len(p.Steps), p.Cyclic, err)
	}
}

func TestDifferenceOfTwoPedigrees(t *testing.T) {
	w := newWorld(t)
	w.node("d1", dataset, "s3://b/data", "1")
	w.node("d2", dataset, "s3://b/data", "2")
	w.run("fit1", "d1 common -> m1")
	w.run("fit2", "d2 common extra -> m2")
	w.put("fit1", pedigree.Param, "lr", "0.1", "depth", "3")
	w.put("fit2", pedigree.Param, "lr", "0.2", "depth", "3")
	w.put("fit2", pedigree.Tag, "note", "x")
	d, err := w.Diff(t.Context(), &DiffQuery{Workspace: pedigree.DefaultWorkspace, Left: []pedigree.NodeID{w.id("m1")}, Right: []pedigree.NodeID{w.id("m2")}})
	if err != nil {
		t.Fatal(err)
	}
	if d.Common != 1 || len(d.Removed) != 0 || len(d.Added) != 1 || w.names[d.Added[0].ID] != "extra" {
		t.Errorf("common %d, removed %v, added %v", d.Common, d.Removed, d.Added)
	}
	var got []string
	for _, c := range d.Changed {
		text := w.names[c.Left.ID] + ">" + w.names[c.Right.ID]
		for _, f := range c.Fields {
			text += " " + f.Key + ":"
			if f.Left != nil {
				text += f.Left.Value
			}
			text += ">"
			if f.Right != nil {
				text += f.Right.Value
			}
		}
		got = append(got, text)
	}
	want := []string{"m1>m2 name:m1>m2", "fit1>fit2 name:fit1>fit2 lr:0.1>0.2 note:>x", "d1>d2 name:d1>d2 version:1>2"}
	if !slices.Equal(got, want) {
		t.Errorf("changed %q, want %q", got, want)
	}
}

func TestColumnsAreWalkedThroughJoins(t *testing.T) {
	w := newWorld(t)
	w.node("written", table, "s3://b/x", "1")
	w.node("read", dataset, "s3://b/x", "1")
	link := func(from, fromColumn, to, toColumn string) {
		l := pedigree.ColumnLink{Source: w.id(from), SourceColumn: fromColumn, Target: w.id(to), TargetColumn: toColumn}
		w.update(func(tx store.Tx) error { return tx.PutColumnLinks(l) })
	}
	link("raw", "a", "written", "x")
	link("raw", "b", "written", "y")
	link("read", "x", "model", "f")
	link("model", "f", "raw", "a") // a circle
	for _, c := range []struct {
		column    string
		direction Direction
		want      []string
	}{
		{"f", Upstream, []string{"read.x>model.f", "raw.a>written.x", "model.f>raw.a"}},
		{"", Upstream, []string{"read.x>model.f", "raw.a>written.x", "model.f>raw.a"}},
		{"f", Downstream, []string{"model.f>raw.a", "raw.a>written.x", "read.x>model.f"}},
		{"g", Both, nil},
	} {
		g, err := w.Columns(t.Context(), &ColumnQuery{Workspace: pedigree.DefaultWorkspace, Artifact: w.id("model"), Column: c.column, Direction: c.direction})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range g.Edges {
			got = append(got, w.names[e.From.Node]+"."+e.From.Name+">"+w.names[e.To.Node]+"."+e.To.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q %d: %q, want %q", c.column, c.direction, got, c.want)
		}
		if len(c.want) > 0 && len(g.Joined) != 1 {
			t.Errorf("joined %v", g.Joined)
		}
	}
}

func TestWhatHandsSayIsRecordedAndCanBeTakenBack(t *testing.T) {
	w := newWorld(t)
	a, b := w.id("a"), w.id("b")
	say := Saying{Workspace: pedigree.DefaultWorkspace, A: b, B: a, Actor: "ann", Reason: "I copied it"}
	joined := func() bool { return len(w.graph(w.query(Both, "a")).Joined) == 1 }
	if _, err := w.Join(t.Context(), say); err != nil || !joined() {
		t.Fatalf("joined %v (%v)", joined(), err)
	}
	if _, err := w.Split(t.Context(), say); err != nil || joined() {
		t.Fatalf("split, and joined %v (%v)", joined(), err)
	}
	said, err := w.Said(t.Context(), pedigree.DefaultWorkspace, a)
	if err != nil || len(said) != 1 || said[0].Kind != pedigree.Distinct || said[0].Actor != "ann" || said[0].Source != a {
		t.Errorf("said %+v (%v)", said, err)
	}
	if err := w.Unsay(t.Context(), say); err != nil {
		t.Fatal(err)
	}
	if err := w.Unsay(t.Context(), say); pedigree.CodeOf(err) != pedigree.NotFound {
		t.Errorf("taking back nothing: %v", err)
	}
	err = w.View(t.Context(), func(r store.Reader) error {
		lines, err := r.Changes(b, 0, 10)
		var what []string
		for _, l := range lines {
			what = append(what, l.What+" "+l.After+" "+l.Actor+": "+l.Reason)
		}
		if want := []string{"joined a ann: I copied it", "split a ann: I copied it", "join left to the rule a ann: I copied it"}; !slices.Equal(what, want) {
			t.Errorf("history %q, want %q", what, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	run := w.run("run", "")
	for name, bad := range map[string]Saying{"itself": {A: a, B: a}, "an execution": {A: a, B: run}, "nothing": {A: a, B: 4711}} {
		bad.Workspace = pedigree.DefaultWorkspace
		if _, err := w.Join(t.Context(), bad); err == nil {
			t.Errorf("an artifact was joined with %s", name)
		}
	}
}
