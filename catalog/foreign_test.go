package catalog_test

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// run makes an MLflow run that read a data set and made a model version, as the
// rules of tracking do, and gives their guids.
func (f *fixture) run() (run, dataset, version string) {
	f.t.Helper()
	nodes := []*pedigree.Node{
		{Type: pedigree.RunType, UID: "r1", Name: "trial", Owner: "ann", State: "FINISHED"},
		{Type: pedigree.DatasetType, UID: naming.UIDOfDataset("clean", "abc"), Name: "clean", Version: "abc"},
		{Type: pedigree.ModelVersionType, UID: naming.UIDOfVersion("m1", "3"), Name: "model", Version: "3"},
		{Type: pedigree.RegisteredModelType, UID: "m1", Name: "model"},
	}
	err := f.store.Update(f.t.Context(), func(tx store.Tx) error {
		for _, n := range nodes {
			n.Workspace, n.Home, n.Started, n.Ended, n.Deleted = workspace, workspace, pedigree.NoTime, pedigree.NoTime, pedigree.NoTime
			if err := tx.CreateNode(n); err != nil {
				return err
			}
		}
		if err := tx.PutProperties(nodes[0], pedigree.Property{Space: pedigree.Param, Key: "lr", Value: "0.1"}, pedigree.Property{Space: pedigree.Tag, Key: "team", Value: "x"}); err != nil {
			return err
		}
		for i, d := range []pedigree.Direction{pedigree.Input, pedigree.Output} {
			if _, err := tx.PutEvent(&pedigree.Event{Execution: nodes[0].ID, Artifact: nodes[1+i].ID, Direction: d, Time: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = f.View(f.t.Context(), workspace, func(v *catalog.View) error {
			run, dataset, version = v.GUID(nodes[0]), v.GUID(nodes[1]), v.GUID(nodes[2])
			return nil
		})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return run, dataset, version
}

func TestARunOfMLflowIsAProcess(t *testing.T) {
	f := open(t)
	run, dataset, version := f.run()
	e := f.get(run)
	if e.TypeName != "mlflow_run" || e.GUID != run || e.CreatedBy != "ann" || e.Attributes["name"] != "trial" || e.Attributes["status"] != "FINISHED" {
		t.Errorf("run %+v", e)
	}
	if got := e.Attributes["params"].(map[string]any)["lr"]; got != "0.1" {
		t.Errorf("lr is %v", got)
	}
	if got := related(e.Attributes["inputs"]); !slices.Equal(got, []string{dataset}) {
		t.Errorf("inputs %v", got)
	}
	if got := related(e.RelationshipAttributes["outputs"]); !slices.Equal(got, []string{version}) {
		t.Errorf("outputs %v", got)
	}
	d := f.get(dataset)
	if d.TypeName != "mlflow_dataset" || d.Attributes["digest"] != "abc" || !slices.Equal(related(d.RelationshipAttributes["inputToProcesses"]), []string{run}) {
		t.Errorf("data set %+v", d)
	}
	name := e.Attributes["qualifiedName"]
	if got, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: "mlflow_run", Unique: attrs{"qualifiedName": name}}, catalog.ReadOptions{}); err != nil || got.GUID != run {
		t.Errorf("by its qualified name: %v, %v", got, err)
	}
}

func TestWhatIsPutOnADataSetShowsOnTheModelMadeFromIt(t *testing.T) {
	f := open(t)
	run, dataset, version := f.run()
	if err := f.classify(dataset, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	for _, guid := range []string{run, version} {
		if c := f.get(guid).Classifications; len(c) != 1 || c[0].TypeName != "PII" || c[0].EntityGUID != dataset {
			t.Errorf("classifications of %s: %+v", guid, c)
		}
	}
	process := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": version}}}))
	if c := f.get(process).Classifications; len(c) != 1 || c[0].EntityGUID != dataset {
		t.Errorf("classifications of what reads the model: %+v", c)
	}
}

func TestFactsOfOtherProtocolsStayAsTheyAre(t *testing.T) {
	f := open(t)
	run, dataset, _ := f.run()
	refused := func(err error) {
		t.Helper()
		if p, ok := errors.AsType[*pedigree.Error](err); !ok || p.Code != pedigree.BadState {
			t.Errorf("got %v", err)
		}
	}
	_, err := f.PartialByGUID(t.Context(), workspace, run, "name", "x")
	refused(err)
	_, err = f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{{TypeName: "mlflow_run", GUID: run, Attributes: attrs{"name": "x"}}}})
	refused(err)
	f.save(&catalog.Entity{TypeName: "mlflow_run", GUID: run, Attributes: attrs{"name": "trial"}}) // which says nothing new
	_, err = f.Delete(t.Context(), workspace, []string{run})
	refused(err)
	_, err = f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{an("mlflow_run", "new", nil)}})
	refused(err)
	shelf := f.make(an("shelf", "s", nil))
	_, err = f.Relate(t.Context(), workspace, &catalog.Relationship{TypeName: catalog.InputsRelationship, End1: &catalog.ObjectID{GUID: run}, End2: &catalog.ObjectID{GUID: shelf}})
	refused(err)
	_, err = f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{an("shelf", "s", attrs{"inputToProcesses": []any{attrs{"guid": run}}})}})
	refused(err)
	taken := f.get(dataset).RelationshipAttributes["inputToProcesses"].([]*catalog.RelatedID)
	refused(f.Unrelate(t.Context(), workspace, taken[0].RelationshipGUID))
	err = f.change(run, func(w *catalog.Work, n *pedigree.Node) error { return w.SetLabels(n, []string{"good"}) })
	if err != nil || !slices.Equal(f.get(run).Labels, []string{"good"}) {
		t.Errorf("labels %v, %v", f.get(run).Labels, err)
	}
	if got := f.get(run).Attributes["tags"].(map[string]any)["team"]; got != "x" {
		t.Errorf("setting labels took a tag away: %v", got)
	}
	err = f.change(run, func(w *catalog.Work, n *pedigree.Node) error { return w.AddLabels(n, []string{"team"}) })
	if err == nil {
		t.Error("a label wiped out a tag")
	}
	err = f.change(dataset, func(w *catalog.Work, n *pedigree.Node) error {
		return w.PutBusiness(n, map[string]map[string]any{"cost": {"score": int64(3)}}, false)
	})
	if err != nil || f.get(dataset).BusinessAttributes["cost"]["score"] != int64(3) {
		t.Errorf("business attributes %v, %v", f.get(dataset).BusinessAttributes, err)
	}
}

func TestNodesOfOtherProtocolsHaveNamesThatPeopleWrite(t *testing.T) {
	f := open(t)
	run, dataset, version := f.run()
	others := map[string]*pedigree.Node{
		"experiments:/7":      {Type: pedigree.ExperimentType, UID: "7", Name: "trials"},
		"models:/m-1":         {Type: pedigree.LoggedModelType, UID: "m-1", Name: "model"},
		"s3://b":              {Type: pedigree.JobNamespaceType, UID: "s3://b", Name: "s3://b"},
		"food/etl":            {Type: pedigree.JobType, UID: "food/etl", Name: "food/etl"},
		"s3://b/in.csv":       {Type: pedigree.LineageDatasetType, UID: naming.Qualify("s3://b", "in.csv"), Name: "in.csv"},
		"s3://b/in.csv@2":     {Type: pedigree.LineageDatasetVersionType, UID: naming.Qualify("s3://b", "in.csv") + "@2", Name: "in.csv", Version: "2"},
		"0194-run":            {Type: pedigree.JobRunType, UID: "0194-run", Name: "etl"},
		"system.Model/scorer": {Type: pedigree.Type{Name: "system.Model", Kind: pedigree.Artifact}, UID: "scorer", Name: "scorer"},
		"system.Model/##7":    {Type: pedigree.Type{Name: "system.Model", Kind: pedigree.Artifact}, UID: "#7", Name: "#7"},
		"pipelines/nightly":   {Type: pedigree.Type{Name: "pipelines", Kind: pedigree.Context}, UID: "x1", Name: "nightly"},
	}
	nameless := &pedigree.Node{Type: pedigree.Type{Name: "system.Model", Kind: pedigree.Artifact}, UID: "x2"}
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		for _, n := range append(slices.Collect(maps.Values(others)), nameless) {
			n.ID, n.Workspace, n.Home, n.Started, n.Ended, n.Deleted = 0, workspace, workspace, pedigree.NoTime, pedigree.NoTime, pedigree.NoTime
			if err := tx.CreateNode(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	others["system.Model/#"+strconv.FormatInt(int64(nameless.ID), 10)] = nameless
	want := map[string]string{"runs:/r1": run, "datasets:/clean/abc": dataset, "models:/model/3": version}
	err = f.View(t.Context(), workspace, func(v *catalog.View) error {
		for name, n := range others {
			want[name] = v.GUID(n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, guid := range want {
		e := f.get(guid)
		if e.Attributes["qualifiedName"] != name {
			t.Errorf("%s is called %v, want %s", e.TypeName, e.Attributes["qualifiedName"], name)
		}
		for _, typeName := range []string{e.TypeName, "Referenceable"} {
			got, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: typeName, Unique: attrs{"qualifiedName": name}}, catalog.ReadOptions{})
			if err != nil || got.GUID != guid {
				t.Errorf("%s %s is %v (%v), want %s", typeName, name, got, err, guid)
			}
		}
		for _, other := range []string{name + "/", name + "x", "x" + name, strings.ToUpper(name), "", guid} {
			if got, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: e.TypeName, Unique: attrs{"qualifiedName": other}}, catalog.ReadOptions{}); err == nil {
				t.Errorf("%s %s is %v", e.TypeName, other, got)
			}
		}
	}
	process := f.get(f.make(an("sorting", "p", attrs{
		"inputs":  []any{attrs{"typeName": "mlflow_model_version", "uniqueAttributes": attrs{"qualifiedName": "models:/model/3"}}},
		"outputs": []any{attrs{"typeName": "DataSet", "uniqueAttributes": attrs{"qualifiedName": "s3://b/in.csv"}}},
	})))
	if in, out := related(process.Attributes["inputs"]), related(process.Attributes["outputs"]); !slices.Equal(in, []string{version}) || !slices.Equal(out, []string{want["s3://b/in.csv"]}) {
		t.Errorf("a process reads %v and writes %v", in, out)
	}
}

func TestOtherProtocolsSeeTypesThatAreMadeOrUsed(t *testing.T) {
	f := open(t)
	declared := func(name string, kind pedigree.Kind) (d pedigree.Declaration, there bool) {
		t.Helper()
		err := f.store.View(t.Context(), func(r store.Reader) (err error) {
			d, err = r.Declaration(pedigree.Type{Name: pedigree.AtlasPrefix + name, Kind: kind})
			return err
		})
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			t.Fatal(err)
		}
		return d, err == nil
	}
	if d, there := declared("shelf", pedigree.Artifact); !there || len(d.Properties) == 0 {
		t.Errorf("a type that somebody made: %+v", d)
	}
	if _, there := declared("fs_path", pedigree.Artifact); there {
		t.Error("a type that nobody made or uses is declared")
	}
	for _, name := range []string{"a", "b"} {
		f.make(an("fs_path", name, attrs{"name": name, "path": "/" + name}))
		d, there := declared("fs_path", pedigree.Artifact)
		path := slices.IndexFunc(d.Properties, func(p pedigree.DeclaredProperty) bool { return p.Key == "path" })
		if !there || path < 0 || d.Properties[path].Form != pedigree.Text {
			t.Errorf("a type in use: %+v", d)
		}
	}
	if _, there := declared("hive_table", pedigree.Artifact); there {
		t.Error("a type beside it is declared")
	}
}

func TestTheHistoryOfNodesOfOtherProtocolsIsTheirAudit(t *testing.T) {
	f := open(t)
	_, _, version := f.run()
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		n, err := tx.Node(workspace, pedigree.ModelVersionType, naming.UIDOfVersion("m1", "3"))
		if err != nil {
			return err
		}
		for _, what := range []string{"created", "stage", "deleted"} {
			if err := tx.AppendChange(&pedigree.Change{Workspace: workspace, Node: n.ID, What: what, Actor: "ann"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for action, want := range map[string][]catalog.AuditAction{
		"": {catalog.AuditDelete, catalog.AuditUpdate, catalog.AuditCreate}, "ENTITY_CREATE": {catalog.AuditCreate}, "ENTITY_DELETE": {catalog.AuditDelete},
	} {
		var got []catalog.AuditAction
		err := f.View(t.Context(), workspace, func(v *catalog.View) error {
			events, err := v.AuditEvents(&catalog.AuditQuery{GUID: version, Action: action, Count: 10, Offset: -1})
			for i := range events {
				got = append(got, events[i].Action)
			}
			return err
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("of action %q: %v (%v), want %v", action, got, err, want)
		}
	}
}
