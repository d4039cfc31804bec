package lineage_test

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/lineage"
)

// serve publishes an execution of Kubeflow Metadata, which keeps its name in a
// property, and what it read.
func (w *wires) serve(name, uri string) {
	w.Helper()
	put := func(kind pedigree.Kind, typ, uri string) *graph.NodePut {
		declared, err := w.graph.Type(w.Context(), pedigree.Type{Kind: kind, Name: typ})
		w.must(err)
		p := graph.NewPut(kind)
		p.HasType, p.TypeID, p.Node.URI = true, declared.ID, uri
		p.Node.Properties = []pedigree.Property{{Space: pedigree.Field, Key: "name", Value: name}}
		return p
	}
	_, err := w.graph.PutExecution(w.Context(), ws, &graph.Publication{
		Execution: put(pedigree.Execution, "kubeflow.org/alpha/execution", ""),
		Artifacts: []graph.ArtifactPut{{Artifact: put(pedigree.Artifact, "kubeflow.org/alpha/model", uri), Event: &pedigree.Event{Direction: pedigree.Input, Time: 1}}},
	})
	w.must(err)
}

func (w *wires) query(ref string) *lineage.Query {
	w.Helper()
	start, err := w.lineage.Resolve(w.Context(), ws, ref)
	w.must(err)
	q := lineage.NewQuery(ws)
	for i := range start {
		q.Start = append(q.Start, start[i].ID)
	}
	return q
}

func TestWhatKeepsItsNameInAPropertyIsKnownByIt(t *testing.T) {
	w := openWires(t)
	w.train("s3://b/data", "fare")
	w.serve("serving", "models:/fare/1")
	found := ""
	_, err := w.lineage.Impact(t.Context(), w.query("models:/fare/1"), func(p *lineage.ImpactPart) error {
		for _, h := range p.Hits {
			if h.Role == lineage.RoleEndpoint {
				found += h.Name
			}
		}
		return nil
	})
	if err != nil || found != "serving" {
		t.Errorf("endpoint %q (%v)", found, err)
	}
	p, err := w.lineage.Provenance(t.Context(), w.query("models:/fare/1"))
	w.must(err)
	for i := range p.Materials {
		if n := &p.Materials[i]; n.Type.Name == "kubeflow.org/alpha/model" && n.Name != "serving" {
			t.Errorf("the material is called %q", n.Name)
		}
	}
}

// Two runs of one job, an hour apart: nothing tells their pedigrees apart.
func TestHowAWireKeepsItsBooksIsNoFact(t *testing.T) {
	w := openWires(t)
	parent := `{"run":{"runId":"01234567-89ab-7def-8123-456789abcde0"},"job":{"namespace":"etl","name":"daily"}}`
	for i, out := range []string{"a", "b"} {
		w.must(w.jobs.Record(t.Context(), ws, &jobs.Event{
			State: "COMPLETE", Time: pedigree.Time(i+1) * 3_600_000, Body: []byte("{}"), Job: &jobs.Job{Namespace: "etl", Name: "clean"},
			Run:    &jobs.Run{ID: "01234567-89ab-7def-8123-456789abcde" + string(rune('1'+i)), Facets: jobs.Facets{"parent": parent, "nominalTime": `{"nominalStartTime":"2026-03-01T00:00:00Z"}`}},
			Inputs: []jobs.Dataset{{Namespace: "s3://b", Name: "raw"}}, Outputs: []jobs.Dataset{{Namespace: "s3://b", Name: out}},
		}))
	}
	p, err := w.lineage.Provenance(t.Context(), w.query("s3://b/a"))
	w.must(err)
	if len(p.Steps) != 1 || len(p.Steps[0].Params) != 1 || p.Steps[0].Params[0].Key != "nominalTime" {
		t.Errorf("steps %+v", p.Steps)
	}
	d, err := w.lineage.Diff(t.Context(), &lineage.DiffQuery{Workspace: ws, Left: w.query("s3://b/a").Start, Right: w.query("s3://b/b").Start})
	w.must(err)
	for _, c := range d.Changed {
		for _, f := range c.Fields {
			if c.Left.Kind() == pedigree.Execution {
				t.Errorf("%s differs", f.Key)
			}
		}
	}
}
