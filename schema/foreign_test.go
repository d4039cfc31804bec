package schema

import (
	"math"
	"reflect"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func TestEveryTypeOfOtherWiresIsAnEntityType(t *testing.T) {
	types := builtin(t)
	for name, w := range wires {
		e := types.Entity(name)
		if e == nil || !e.Foreign || e.Node != w.node || e.Kind != w.node.Kind || types.OfNode(w.node) != e || kindOf(e) != e.Kind {
			t.Errorf("%s is %+v", name, e)
			continue
		}
		for attribute := range w.places {
			if e.Field(attribute) == nil {
				t.Errorf("%s has no attribute %s", name, attribute)
			}
		}
		for _, f := range e.Fields {
			if f.Owner == name && f.Place == (Place{}) {
				t.Errorf("%s.%s stands nowhere", name, f.Def.Name)
			}
		}
	}
	for _, n := range pedigree.ShownByUID {
		if types.OfNode(n) == nil {
			t.Errorf("nodes of %s are no entities", n.Name)
		}
	}
	if f := types.Entity("Asset").Field("name"); f.Place != (Place{Space: pedigree.Field, Key: "name"}) {
		t.Errorf("assets keep their name at %+v", f.Place)
	}
}

func TestAttributesOfARunAreReadWhereMLflowKeepsThem(t *testing.T) {
	types := builtin(t)
	n := &pedigree.Node{
		Type: pedigree.RunType, UID: "u", Name: "first", Owner: "ann", State: "FINISHED", URI: "s3://b", Started: 5, Ended: pedigree.NoTime,
		Created: 1, Deleted: pedigree.NoTime,
	}
	facts := &pedigree.Facts{
		Properties: []pedigree.Property{
			{Space: pedigree.Param, Key: "lr", Value: "0.1"}, {Space: pedigree.Tag, Key: "mlflow.note.content", Value: "note"}, {Space: pedigree.Tag, Key: "team", Value: "x"},
		},
		Metrics: []pedigree.Point{{Key: "rmse", Value: 0.5}, {Key: "loss", Value: math.NaN()}},
	}
	e := types.OfNode(n.Type)
	for attribute, want := range map[string]any{
		"qualifiedName": "runs:/u", "name": "first", "owner": "ann", "runId": "u", "status": "FINISHED", "startTime": int64(5), "endTime": nil, "artifactUri": "s3://b",
		"params": map[string]any{"lr": "0.1"}, "tags": map[string]any{"mlflow.note.content": "note", "team": "x"},
		"metrics": map[string]any{"rmse": 0.5, "loss": "NaN"}, "description": "note", "displayName": nil, "inputs": nil,
	} {
		got := e.Field(attribute).Place.ValueAt(n, facts)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %#v, want %#v", attribute, got, want)
		}
		if _, err := e.Field(attribute).Normalize("mlflow_run", got); err != nil {
			t.Errorf("%s has a value that its type does not take: %v", attribute, err)
		}
	}
}

func TestTypesThatOtherWiresDeclareAreEntityTypes(t *testing.T) {
	f := open(t)
	f.create(entity("Model", "DataSet", ""))
	declare := func(name, version string, kind pedigree.Kind, properties ...pedigree.DeclaredProperty) pedigree.Type {
		d := pedigree.Declaration{Type: pedigree.Type{Name: name, Kind: kind, Version: version}, Properties: properties}
		f.write(func(tx store.Tx) error { return tx.PutDeclaration(&d) })
		return d.Type
	}
	for _, c := range []struct {
		node pedigree.Type
		want string
	}{
		{declare("system.Artifact", "", pedigree.Artifact), "system_Artifact"},
		{declare("Model", "", pedigree.Artifact), "Model_artifact"},
		{declare("Model", "", pedigree.Execution), "Model_execution"},
		{declare("Model", "2", pedigree.Artifact), "Model_2"},
		{declare("Trainer", "", pedigree.Execution, pedigree.DeclaredProperty{Key: "epochs", Form: pedigree.Int}, pedigree.DeclaredProperty{Key: "name", Form: pedigree.Text}), "Trainer"},
		{declare("kubeflow.org/alpha/run", "", pedigree.Context), "kubeflow_org_alpha_run"},
		{declare("9lives", "", pedigree.Context), "mlmd_9lives"},
		{declare("__x", "", pedigree.Context), "__x"},
		{declare("int", "", pedigree.Context), "mlmd_int"},
		{declare("ä", "", pedigree.Context), "mlmd__"},
		{declare("ö", "", pedigree.Context), "mlmd___context"},
	} {
		e := f.types().OfNode(c.node)
		if e == nil || e.Name() != c.want || e.Kind != c.node.Kind || kindOf(e) != e.Kind || !e.Foreign {
			t.Errorf("%v is %+v, want %s", c.node, e, c.want)
			continue
		}
		if f.types().Entity(c.want) != e || f.types().byGUID[e.Def.GUID] == nil {
			t.Errorf("%s is not found by name and guid", c.want)
		}
	}
	trainer := f.types().Entity("Trainer")
	if got := trainer.Field("epochs"); got == nil || got.Def.Type != "long" || got.Place != (Place{Space: pedigree.Field, Key: "epochs"}) {
		t.Errorf("epochs is %+v", got)
	}
	if got := trainer.Field("name"); got.Owner != "Asset" || got.Place.Column != NameColumn {
		t.Errorf("name is %+v", got)
	}
	guid := trainer.Def.GUID
	f.create(entity("Trainer", "Process", "")) // whose name the other gives way to
	if e := f.types().Entity("Trainer"); e.Foreign || e.Def.GUID == guid {
		t.Errorf("the type that was made is %+v", e)
	}
	if e := f.types().OfNode(trainer.Node); e == nil || e.Name() != "Trainer_execution" || e.Def.GUID != guid {
		t.Errorf("the type that was declared is %+v", e)
	}
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		e, err := f.TypeOf(r, &pedigree.Node{Type: trainer.Node})
		if err != nil || e.Name() != "Trainer_execution" {
			t.Errorf("%+v (%v)", e, err)
		}
		w, err := r.Nodes([]pedigree.NodeID{workspace})
		if err != nil {
			return err
		}
		if e, err = f.TypeOf(r, &w[0]); err != nil || e.Name() != "pedigree_workspace" {
			t.Errorf("a workspace is %+v (%v)", e, err)
		}
		return nil
	}))
}
