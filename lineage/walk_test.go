package lineage

import (
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func (w *world) want(what string, q *Query, lines ...string) {
	w.Helper()
	g := w.graph(q)
	if got := w.show(&g.Part); got != strings.Join(lines, "\n") {
		w.Errorf("%s:\n%s\nwant:\n%s", what, got, strings.Join(lines, "\n"))
	}
}

func TestWalksGoWhereTheyAreTold(t *testing.T) {
	w := newWorld(t)
	w.run("clean", "raw -> tidy")
	w.run("train", "tidy -> model")
	w.run("other", "raw -> aside")
	w.want("upstream", w.query(Upstream, "model"), "model 0", "train 1", "tidy 2", "clean 3", "raw 4",
		"train output model", "tidy input train", "clean output tidy", "raw input clean")
	w.want("downstream", w.query(Downstream, "tidy"), "tidy 0", "train 1", "model 2", "tidy input train", "train output model")
	w.want("both leaves out other descendants of ancestors", w.query(Both, "tidy"), "tidy 0", "clean 1", "train 1", "raw 2", "model 2",
		"clean output tidy", "tidy input train", "raw input clean", "train output model")
	q := w.query(Both, "tidy")
	q.Relatives = true
	w.want("relatives do not", q, "tidy 0", "clean 1", "train 1", "raw 2", "model 2", "other 3", "aside 4",
		"clean output tidy", "tidy input train", "raw input clean", "train output model", "raw input other", "other output aside")
	q.Direction = Upstream
	if _, err := w.Graph(t.Context(), q); pedigree.CodeOf(err) != pedigree.Invalid {
		t.Errorf("relatives in one direction: %v", err)
	}
	q = w.query(Downstream, "raw")
	q.Newest = 1
	w.want("the newest alone", q, "raw 0", "other 1", "aside 2", "raw input other", "other output aside")
	q.AsOf = 1
	if _, err := w.Graph(t.Context(), q); pedigree.CodeOf(err) != pedigree.Invalid {
		t.Errorf("the newest of the past: %v", err)
	}
	q = w.query(Upstream, "model")
	q.Depth = 2
	w.want("two hops", q, "model 0", "train 1", "tidy 2", "train output model", "tidy input train")
	q = w.query(Upstream, "model")
	q.Show = Filter{Kinds: []pedigree.Kind{pedigree.Artifact}}
	w.want("artifacts alone", q, "model 0", "tidy 2", "raw 4")
	q = w.query(Upstream, "model")
	q.Nodes = 3
	w.want("three nodes", q, "model 0", "train 1", "tidy 2", "train output model", "tidy input train")
	if g := w.graph(q); !g.Summary.Truncated {
		t.Error("an answer that was cut off does not say so")
	}
	if _, err := w.Graph(t.Context(), NewQuery(pedigree.DefaultWorkspace, 4711)); pedigree.CodeOf(err) != pedigree.NotFound {
		t.Errorf("an unknown start: %v", err)
	}
}

func TestCyclesEnd(t *testing.T) {
	w := newWorld(t)
	w.run("there", "a -> b")
	w.run("back", "b -> a")
	w.want("a cycle", w.query(Both, "a"), "a 0", "back 1", "there 1", "b 2",
		"back output a", "a input there", "b input back", "there output b")
}

func TestOneThingUnderSeveralNamesIsOneVertex(t *testing.T) {
	w := newWorld(t)
	w.node("spark", table, "s3a://b/clean/", "")
	w.run("etl", "raw -> spark")
	w.node("mlflow", dataset, "s3://b/clean", "d1")
	w.run("fit", "mlflow -> model")
	w.want("through the location", w.query(Upstream, "model"), "model 0", "fit 1", "mlflow 2", "spark 2", "etl 3", "raw 4",
		"fit output model", "mlflow input fit", "etl output spark", "raw input etl", "spark=mlflow undated")
	w.node("again", dataset, "s3://b/clean", "d1")
	w.run("refit", "again -> better")
	w.want("the same version", w.query(Downstream, "again"), "again 0", "spark 0", "mlflow 0", "fit 1", "refit 1", "model 2", "better 2",
		"mlflow input fit", "again input refit", "fit output model", "refit output better", "spark=mlflow undated; spark=again undated")
	w.node("later", dataset, "s3://b/clean", "d2")
	w.run("relearn", "later -> third")
	w.want("another version is another vertex, made of what was written before it", w.query(Upstream, "third"),
		"third 0", "relearn 1", "later 2", "spark 3", "mlflow 3", "again 3", "etl 4", "raw 5",
		"relearn output third", "later input relearn", "spark version later", "etl output spark", "raw input etl", "spark=mlflow undated; spark=again undated")
}

func TestHandsJoinAndSplit(t *testing.T) {
	w := newWorld(t)
	w.node("a", dataset, "s3://b/x", "1")
	w.node("b", table, "s3://b/x", "1")
	w.node("c", table, "s3://elsewhere", "")
	w.want("before", w.query(Both, "b"), "b 0", "a 0", "a=b version")
	w.relate(pedigree.Distinct, "b", "a")
	w.relate(pedigree.Same, "a", "c")
	w.want("the one that was split off", w.query(Both, "b"), "b 0")
	w.want("the ones that were joined", w.query(Both, "c"), "c 0", "a 0", "a=c hand")
}

func TestWhatIsDerivedIsWalked(t *testing.T) {
	w := newWorld(t)
	w.run("fit", "data -> logged")
	w.node("version", pedigree.ModelVersionType, "", "")
	w.relate(pedigree.Derived, "logged", "version")
	w.want("to the data", w.query(Upstream, "version"), "version 0", "logged 1", "fit 2", "data 3",
		"logged derived version", "fit output logged", "data input fit")
	w.want("from the data", w.query(Downstream, "data"), "data 0", "fit 1", "logged 2", "version 3",
		"data input fit", "fit output logged", "logged derived version")
}

func TestAContextStandsForItsMembers(t *testing.T) {
	w := newWorld(t)
	w.run("fit", "data -> model")
	c := w.node("pipeline", pipeline, "", "")
	w.update(func(tx store.Tx) error {
		_, err := tx.AddMember(c, w.id("fit"))
		return err
	})
	w.want("a pipeline", w.query(Both, "pipeline"), "pipeline 0", "fit 0", "data 1", "model 1", "pipeline member fit", "data input fit", "fit output model")
}

func TestAMomentInThePast(t *testing.T) {
	w := newWorld(t)
	w.run("old", "a -> b")
	then := pedigree.Time(w.now.Load())
	w.run("new", "b -> c")
	w.update(func(tx store.Tx) error {
		n, err := tx.Nodes([]pedigree.NodeID{w.id("old")})
		n[0].Deleted = tx.Now()
		if err != nil {
			return err
		}
		return tx.UpdateNode(&n[0])
	})
	w.want("now", w.query(Both, "b"), "b 0", "new 1", "c 2", "b input new", "new output c")
	q := w.query(Both, "b")
	q.AsOf = then
	w.want("then", q, "b 0", "old 1", "a 2", "old output b", "a input old")
}
