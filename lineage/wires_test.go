package lineage_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

const ws = pedigree.DefaultWorkspace

// wires is the rules of all wires over one store.
type wires struct {
	*testing.T
	graph    *graph.Service
	tracking *tracking.Service
	registry *registry.Service
	jobs     *jobs.Service
	lineage  *lineage.Service
	store    store.Store
	types    map[string]pedigree.TypeID
}

func openWires(t *testing.T) *wires {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &wires{t, graph.New(s, graph.Options{}), tracking.New(s, "mlflow-artifacts:/"), registry.New(s, nil), jobs.New(s), lineage.New(s), s, map[string]pedigree.TypeID{}}
	w.must(w.tracking.Prepare(t.Context()))
	w.must(w.graph.Prepare(t.Context()))
	return w
}

func (w *wires) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// step publishes an execution of ML Metadata with what it read and wrote.
func (w *wires) step(name, reads, writes string) {
	w.Helper()
	if len(w.types) == 0 {
		types := []graph.Type{
			{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Artifact, Name: "Data"}}},
			{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Execution, Name: "Step"}}},
		}
		ids, err := w.graph.PutTypes(w.Context(), types, graph.TypeOptions{})
		w.must(err)
		w.types["Data"], w.types["Step"] = ids[0], ids[1]
	}
	put := func(kind pedigree.Kind, typ, name, uri string) *graph.NodePut {
		p := graph.NewPut(kind)
		p.HasType, p.TypeID, p.Node.URI = true, w.types[typ], uri
		if name != "" {
			p.HasName, p.Node.Name = true, name
		}
		return p
	}
	p := &graph.Publication{Execution: put(pedigree.Execution, "Step", name, "")}
	for direction, uri := range map[pedigree.Direction]string{pedigree.Input: reads, pedigree.Output: writes} {
		if uri != "" {
			p.Artifacts = append(p.Artifacts, graph.ArtifactPut{
				Artifact: put(pedigree.Artifact, "Data", "", uri), Event: &pedigree.Event{Direction: direction, Time: 1},
			})
		}
	}
	_, err := w.graph.PutExecution(w.Context(), ws, p)
	w.must(err)
}

// train logs an MLflow run that reads a data set and registers what it made.
func (w *wires) train(source, model string) (run, logged string) {
	w.Helper()
	r, err := w.tracking.CreateRun(w.Context(), ws, tracking.RunDraft{Experiment: "0", Name: "train", Started: pedigree.NoTime})
	w.must(err)
	input := tracking.DatasetInput{Dataset: tracking.Dataset{Name: "features", Digest: "d1", SourceType: "s3", Source: `{"uri": "` + source + `"}`}}
	w.must(w.tracking.LogInputs(w.Context(), ws, r.UID, []tracking.DatasetInput{input}, nil))
	m, err := w.tracking.CreateLoggedModel(w.Context(), ws, tracking.LoggedModelDraft{Experiment: "0", Name: "m", SourceRun: r.UID})
	w.must(err)
	_, err = w.registry.CreateModel(w.Context(), ws, registry.ModelDraft{Name: model})
	w.must(err)
	_, err = w.registry.CreateVersion(w.Context(), ws, registry.VersionDraft{Name: model, Source: "models:/" + m.UID, ModelID: &m.UID})
	w.must(err)
	return r.UID, m.UID
}

// reach gives what a walk from a reference reaches: types and names of nodes,
// each once, sorted.
func (w *wires) reach(ref string, d lineage.Direction) []string {
	w.Helper()
	start, err := w.lineage.Resolve(w.Context(), ws, ref)
	w.must(err)
	q := lineage.NewQuery(ws)
	q.Direction = d
	for i := range start {
		q.Start = append(q.Start, start[i].ID)
	}
	g, err := w.lineage.Graph(w.Context(), q)
	w.must(err)
	var found []string
	for i := range g.Nodes {
		n := &g.Nodes[i]
		found = append(found, strings.TrimSpace(n.Type.Name+" "+n.Name+n.URI))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestOneLineageThroughAllWires: Spark cleans data, a pipeline takes features
// from it, an MLflow run trains and registers a model, a service serves it.
// Nothing but URIs goes from one to the next.
func TestOneLineageThroughAllWires(t *testing.T) {
	w := openWires(t)
	w.must(w.jobs.Record(t.Context(), ws, &jobs.Event{
		State: "COMPLETE", Time: 1, Run: &jobs.Run{ID: "01234567-89ab-7def-8123-456789abcdef"}, Job: &jobs.Job{Namespace: "spark", Name: "clean"},
		Inputs: []jobs.Dataset{{Namespace: "s3://lake", Name: "raw.csv"}}, Outputs: []jobs.Dataset{{Namespace: "s3://lake", Name: "clean.parquet"}},
		Body: []byte("{}"),
	}))
	w.step("featurise", "s3a://lake/clean.parquet/", "s3://user:secret@lake/features")
	run, logged := w.train("s3n://lake/features", "fare")
	w.must(w.registry.SetAlias(t.Context(), ws, "fare", "champion", "1"))
	w.step("serve", "models:/fare@champion", "")

	up := w.reach("models:/fare/1", lineage.Upstream)
	for _, want := range []string{
		"openlineage.Dataset raw.csvs3://lake/raw.csv", "openlineage.Dataset clean.parquets3://lake/clean.parquet", "Data s3a://lake/clean.parquet/",
		"Step featurise", "mlflow.Dataset features", "mlflow.Run train" + runURI(t, w, run), "mlflow.ModelVersion faremodels:/" + logged,
	} {
		if !slices.Contains(up, want) {
			t.Errorf("upstream of the version, %q is missing from %q", want, up)
		}
	}
	down := w.reach("s3://lake/raw.csv", lineage.Downstream)
	for _, want := range []string{"mlflow.ModelVersion faremodels:/" + logged, "Step serve", "Data models:/fare@champion"} {
		if !slices.Contains(down, want) {
			t.Errorf("downstream of the raw file, %q is missing from %q", want, down)
		}
	}
	for _, ref := range []string{"models:/fare/1", "models:/fare@champion", "models:/fare", "models:/" + logged, "runs:/" + run, "openlineage:s3://lake/raw.csv", "openlineage:spark/clean", "s3://lake/features/"} {
		if _, err := w.lineage.Resolve(t.Context(), ws, ref); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
	for ref, code := range map[string]pedigree.Code{
		"models:/other/1": pedigree.NotFound, "runs:/0": pedigree.NotFound, "atlas:0-1": pedigree.NotFound, "mlmd:artifact/999999": pedigree.NotFound,
		"mlmd:artifact/x": pedigree.Invalid, "no reference": pedigree.Invalid, "999999": pedigree.NotFound, "openlineage:a/b": pedigree.NotFound,
	} {
		if _, err := w.lineage.Resolve(t.Context(), ws, ref); err == nil || pedigree.CodeOf(err) != code {
			t.Errorf("%s: %v, want %v", ref, err, code)
		}
	}
	secrets, err := w.lineage.Resolve(t.Context(), ws, "s3://lake/features")
	if err != nil {
		t.Fatal(err)
	}
	for i := range secrets {
		if strings.Contains(secrets[i].URI, "secret") {
			t.Errorf("%s was stored", secrets[i].URI)
		}
	}
}

func runURI(t *testing.T, w *wires, run string) string {
	t.Helper()
	r, err := w.tracking.Run(t.Context(), ws, run)
	w.must(err)
	return r.URI
}

// TestAClassificationShowsOnAllWires: what somebody says of the raw data is said of
// the model that was made from it, on every wire and at once.
func TestAClassificationShowsOnAllWires(t *testing.T) {
	w := openWires(t)
	w.step("clean", "s3://lake/raw", "s3://lake/clean")
	run, logged := w.train("s3a://lake/clean", "fare")
	raw, err := w.lineage.Resolve(t.Context(), ws, "s3://lake/raw")
	w.must(err)
	pii := pedigree.Classification{Workspace: ws, Node: raw[0].ID, Type: "PII", Propagate: true}
	w.must(w.store.Update(t.Context(), func(tx store.Tx) error { return tx.PutClassification(&pii) }))

	for range 2 { // before anything is noted, and after
		version, err := w.registry.Version(t.Context(), ws, "fare", "1")
		w.must(err)
		r, err := w.tracking.Run(t.Context(), ws, run)
		w.must(err)
		m, err := w.tracking.LoggedModel(t.Context(), ws, logged, false)
		w.must(err)
		found, err := w.lineage.Resolve(t.Context(), ws, "models:/fare/1")
		w.must(err)
		nodes, err := w.graph.Nodes(t.Context(), ws, pedigree.Artifact, []pedigree.NodeID{found[0].ID})
		w.must(err)
		for what, properties := range map[string][]pedigree.Property{
			"version": version.Tags, "run": r.Of(pedigree.Tag), "logged model": m.Tags, "artifact of ML Metadata": nodes[0].Properties,
		} {
			at := slices.IndexFunc(properties, func(p pedigree.Property) bool { return p.Key == "pedigree.classification.PII" })
			if at < 0 || properties[at].Value != "from Data "+raw[0].UID {
				t.Errorf("%s: %+v", what, properties)
			}
		}
		w.must(carry.New(w.store).Settle(t.Context()))
	}
	w.must(w.store.Update(t.Context(), func(tx store.Tx) error { _, err := tx.DeleteClassification(pii.ID); return err }))
	version, err := w.registry.Version(t.Context(), ws, "fare", "1")
	w.must(err)
	if len(version.Tags) > 0 {
		t.Errorf("it is gone, but the version says %+v", version.Tags)
	}
}
