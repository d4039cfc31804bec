package tracking

import (
	"errors"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// purge removes all that is in the bin now and returns the URIs whose bytes
// went.
func (f *fixture) purge(limit int) (n int, uris []string) {
	f.t.Helper()
	n, err := f.Purge(f.ctx, pedigree.Time(f.now.Load()+1), limit, func(uri string) error {
		uris = append(uris, uri)
		return nil
	})
	f.must(err)
	return n, uris
}

func TestPurgeRemovesRunsAndModelsOfTheBinWithTheirArtifacts(t *testing.T) {
	f := open(t)
	run, kept, model := f.run("0"), f.run("0"), f.model("0", "")
	f.must(f.LogInputs(f.ctx, ws, run, []DatasetInput{{iris, nil}}, nil))
	f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", 1, 1, 1), Model: model}))
	f.must(f.DeleteRun(f.ctx, ws, run))
	f.must(f.DeleteLoggedModel(f.ctx, ws, model))
	n, uris := f.purge(10)
	want := []string{"mlflow-artifacts:/0/" + run + "/artifacts", "mlflow-artifacts:/0/models/" + model + "/artifacts"}
	if n != 2 || !slices.Equal(uris, want) {
		t.Errorf("%d: %v", n, uris)
	}
	_, err := f.Run(f.ctx, ws, run)
	f.refused(err, pedigree.NotFound, "Run with id="+run+" not found")
	_, err = f.LoggedModel(f.ctx, ws, model, true)
	f.refused(err, pedigree.NotFound, "Logged model with ID '"+model+"' not found.")
	f.get(kept)
	if n, uris := f.purge(10); n != 0 || uris != nil {
		t.Errorf("again: %d %v", n, uris)
	}
}

func TestPurgeOfAnExperimentTakesAllThatIsInIt(t *testing.T) {
	f := open(t)
	id := f.experiment("name")
	for range purgeBatch + 20 {
		f.run(id)
	}
	f.model(id, "")
	f.must(f.DeleteExperiment(f.ctx, ws, id))
	if n, uris := f.purge(1); n != 1 || len(uris) == 0 {
		t.Fatalf("%d: %v", n, uris)
	}
	total := 1
	for {
		n, _ := f.purge(50)
		if total += n; n == 0 {
			break
		}
	}
	_, err := f.Experiment(f.ctx, ws, id)
	f.refused(err, pedigree.NotFound, "No Experiment with id=1 exists")
	page, err := f.SearchExperiments(f.ctx, ws, Search{Max: 10})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("left: %v %v", page, err)
	}
	if again := f.experiment("name"); again != "2" {
		t.Errorf("the number %s is given again", again)
	}
}

func TestPurgeLeavesAPlaceThatAClientNamed(t *testing.T) {
	f := open(t)
	id, err := f.CreateExperiment(f.ctx, ws, "mine", "mlflow-artifacts:/shared", nil)
	f.must(err)
	run := f.run(id)
	own := f.experiment("own")
	f.must(f.DeleteExperiment(f.ctx, ws, id))
	f.must(f.DeleteExperiment(f.ctx, ws, own))
	_, uris := f.purge(10)
	slices.Sort(uris)
	if !slices.Equal(uris, []string{"mlflow-artifacts:/2", "mlflow-artifacts:/shared/" + run + "/artifacts"}) {
		t.Errorf("removed %v", uris)
	}
}

func TestPurgeWaitsForTheRetentionTime(t *testing.T) {
	f := open(t)
	run := f.run("0")
	f.must(f.DeleteRun(f.ctx, ws, run))
	at := f.get(run).Deleted
	n, err := f.Purge(f.ctx, at, 10, func(string) error { return nil })
	if n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
}

func TestPurgeKeepsTheRecordWhenItsArtifactsCannotBeRemoved(t *testing.T) {
	f := open(t)
	run, id := f.run("0"), f.experiment("name")
	inner := f.run(id)
	f.must(f.DeleteRun(f.ctx, ws, run))
	f.must(f.DeleteExperiment(f.ctx, ws, id))
	broken := errors.New("broken disk")
	n, err := f.Purge(f.ctx, pedigree.Time(f.now.Load()+1), 10, func(string) error { return broken })
	if n != 0 || !errors.Is(err, broken) {
		t.Errorf("%d %v", n, err)
	}
	f.get(run)
	f.get(inner)
}

func TestPurgeLeavesWhatIsRestoredMeanwhile(t *testing.T) {
	f := open(t)
	id := f.experiment("name")
	run := f.run(id)
	lone := f.run("0")
	f.must(f.DeleteExperiment(f.ctx, ws, id))
	f.must(f.DeleteRun(f.ctx, ws, lone))
	restored := false
	_, err := f.Purge(f.ctx, pedigree.Time(f.now.Load()+1), 10, func(string) error {
		if !restored {
			restored = true
			f.must(f.RestoreExperiment(f.ctx, ws, id))
			f.must(f.RestoreRun(f.ctx, ws, lone))
		}
		return nil
	})
	f.must(err)
	f.get(run)
	f.get(lone)
	if e, err := f.Experiment(f.ctx, ws, id); err != nil || !e.Live() {
		t.Errorf("got %+v %v", e, err)
	}
}

func TestPurgeTakesRegisteredModelsAndVersionsOfTheBin(t *testing.T) {
	f := open(t)
	var kept pedigree.NodeID
	f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
		for i, n := range []pedigree.Node{
			{Type: pedigree.RegisteredModelType, UID: "m", Name: "m/", Deleted: 1},
			{Type: pedigree.ModelVersionType, UID: "m/1", Deleted: 1, URI: "mlflow-artifacts:/0/run/artifacts"},
			{Type: pedigree.ModelVersionType, UID: "n/1", Deleted: pedigree.NoTime},
		} {
			n.Workspace, n.Home, n.Started, n.Ended = ws, ws, pedigree.NoTime, pedigree.NoTime
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			if i == 2 {
				kept = n.ID
			}
		}
		return nil
	}))
	run := f.run("0")
	f.must(f.DeleteRun(f.ctx, ws, run))
	total := 0
	for {
		n, uris := f.purge(1) // none of them stands in the way of the rest
		if total += n; n == 0 {
			break
		}
		if slices.Contains(uris, "mlflow-artifacts:/0/run/artifacts") {
			t.Errorf("the bytes of a version went: %v", uris)
		}
	}
	if total != 3 {
		t.Errorf("%d records went", total)
	}
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		nodes, err := r.Nodes([]pedigree.NodeID{kept})
		if len(nodes) != 1 {
			t.Error("a version that is not deleted went")
		}
		return err
	}))
}
