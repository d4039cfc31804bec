package discovery

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// ran makes a run of MLflow that read a data set and wrote a model.
func ran(t *testing.T) *Service {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	err = records.Update(t.Context(), func(tx store.Tx) error {
		add := func(typ pedigree.Type, home pedigree.NodeID, uid, name string) (*pedigree.Node, error) {
			n := &pedigree.Node{Workspace: 1, Home: home, Type: typ, UID: uid, Name: name, State: "FINISHED", Owner: "ann", Started: 5, Ended: pedigree.NoTime, Deleted: pedigree.NoTime}
			return n, tx.CreateNode(n)
		}
		x, err := add(pedigree.ExperimentType, 1, "1", "exp")
		if err != nil {
			return err
		}
		run, err := add(pedigree.RunType, x.ID, "run1", "first run")
		if err != nil {
			return err
		}
		nameless, err := add(pedigree.RunType, x.ID, "run2", "")
		if err != nil {
			return err
		}
		nameless.State = "FAILED"
		if err := tx.UpdateNode(nameless); err != nil {
			return err
		}
		data, err := add(pedigree.DatasetType, x.ID, "d1", "flowers")
		if err != nil {
			return err
		}
		model, err := add(pedigree.LoggedModelType, x.ID, "m1", "model")
		if err != nil {
			return err
		}
		for _, e := range []pedigree.Event{
			{Execution: run.ID, Artifact: data.ID, Direction: pedigree.Input}, {Execution: run.ID, Artifact: model.ID, Direction: pedigree.Output},
		} {
			if _, err := tx.PutEvent(&e); err != nil {
				return err
			}
		}
		return tx.PutClassification(&pedigree.Classification{Workspace: 1, Node: data.ID, Type: "PII", Propagate: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	types := schema.New(records)
	if _, err := types.Create(t.Context(), &schema.Defs{Classifications: []schema.ClassificationDef{{Base: schema.Base{Name: "PII"}}}}); err != nil {
		t.Fatal(err)
	}
	return New(catalog.New(records, types))
}

func TestNodesOfOtherProtocolsAreFoundAndTraced(t *testing.T) {
	s := ran(t)
	for query, want := range map[string]string{
		`mlflow_run`:                                     "first run run2",
		`mlflow_run where name = "first run"`:            "first run",
		`mlflow_run where name = "run2"`:                 "run2",
		`Process where name like "first*"`:               "first run",
		`mlflow_run where status = "FAILED"`:             "run2",
		`mlflow_run where startTime > 4 and owner = ann`: "first run run2",
		`mlflow_run where inputs.name = "flowers"`:       "first run",
		`DataSet where name = "flowers"`:                 "flowers",
		`DataSet isa PII`:                                "flowers model",
		`PII`:                                            "first run flowers model",
	} {
		r, err := s.DSL(t.Context(), pedigree.DefaultWorkspace, DSLQuery{Text: query})
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := strings.Join(namesOf(r), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", query, got, want)
		}
	}
	found, err := s.DSL(t.Context(), pedigree.DefaultWorkspace, DSLQuery{Text: `mlflow_logged_model`})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Lineage(t.Context(), pedigree.DefaultWorkspace, catalog.Ref{GUID: found.Entities[0].GUID}, LineageOptions{Direction: Inputs, Depth: 3})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range l.Entities {
		names = append(names, e.DisplayText)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "first run flowers model" || len(l.Relations) != 2 {
		t.Errorf("lineage: %s, %d relations", got, len(l.Relations))
	}
}

func TestPeriodsBeginAndEndWhereTheCalendarDoes(t *testing.T) {
	now := time.Date(2026, 5, 17, 13, 5, 0, 0, time.UTC)
	day := func(year, month, day int) int64 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).UnixMilli()
	}
	for name, want := range map[string][2]int64{
		"TODAY": {day(2026, 5, 17), day(2026, 5, 18) - 1}, "YESTERDAY": {day(2026, 5, 16), day(2026, 5, 17) - 1},
		"LAST_7_DAYS": {day(2026, 5, 11), day(2026, 5, 18) - 1}, "LAST_30_DAYS": {day(2026, 4, 18), day(2026, 5, 18) - 1},
		"THIS_MONTH": {day(2026, 5, 1), day(2026, 6, 1) - 1}, "LAST_MONTH": {day(2026, 4, 1), day(2026, 5, 1) - 1},
		"THIS_QUARTER": {day(2026, 4, 1), day(2026, 7, 1) - 1}, "LAST_QUARTER": {day(2026, 1, 1), day(2026, 4, 1) - 1},
		"THIS_YEAR": {day(2026, 1, 1), day(2027, 1, 1) - 1}, "LAST_YEAR": {day(2025, 1, 1), day(2026, 1, 1) - 1},
		"LAST_3_MONTHS": {day(2026, 2, 1), day(2026, 5, 1) - 1}, "LAST_6_MONTHS": {day(2025, 11, 1), day(2026, 5, 1) - 1},
		"LAST_12_MONTHS": {day(2025, 5, 1), day(2026, 5, 1) - 1}, "5,7": {5, 7},
	} {
		from, to, ok := period(name, now)
		if !ok || from != want[0] || to != want[1] {
			t.Errorf("%s: %d to %d, want %v", name, from, to, want)
		}
	}
	for _, bad := range []string{"", "NEXT_YEAR", "5", "a,b"} {
		if _, _, ok := period(bad, now); ok {
			t.Errorf("%q is a period", bad)
		}
	}
}
