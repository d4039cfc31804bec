package discovery

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/naming"
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
		data, err := add(pedigree.DatasetType, x.ID, naming.UIDOfDataset("flowers", ""), "flowers")
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
		`mlflow_run where qualifiedName = "runs:/run2"`:  "run2",
		`mlflow_run where qualifiedName = "runs:/run"`:   "",
		`mlflow_run where qualifiedName != "runs:/run2"`: "first run",
		`Process where qualifiedName like "runs:/*"`:     "first run run2",
		`Asset where qualifiedName like "runs:/run1*"`:   "first run",
		`Asset where qualifiedName like "*run1"`:         "first run",
		`DataSet where qualifiedName = "models:/m1"`:     "model",
		`DataSet where qualifiedName like "models:/?1"`:  "model",
		`DataSet where qualifiedName in ["models:/m1", "datasets:/flowers/", "runs:/run1"]`: "flowers model",
		`mlflow_run where qualifiedName > "runs:/run1"`:                                     "run2",
		`DataSet where inputToProcesses.qualifiedName = "runs:/run1"`:                       "flowers",
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
	last, err := s.DSL(t.Context(), pedigree.DefaultWorkspace, DSLQuery{Text: `mlflow_run orderby qualifiedName desc limit 1`})
	if err != nil || len(last.Entities) != 1 || last.Entities[0].DisplayText != "run2" {
		t.Errorf("the last by name: %+v (%v)", last, err)
	}
	for _, c := range [][3]string{
		{"DataSet", "models:/", "model"}, {"Process", "runs:/run", "first run run2"}, {"mlflow_run", "runs:/run2", "run2"}, {"mlflow_run", "rum", ""},
	} {
		r, err := s.AttributePrefix(t.Context(), pedigree.DefaultWorkspace, c[0], "", c[1], 10, 0)
		if err != nil || strings.Join(namesOf(r), " ") != c[2] {
			t.Errorf("%s that begin with %s: %v (%v), want %s", c[0], c[1], r, err, c[2])
		}
	}
	for text, want := range map[string]string{"models:/m1": "model", "runs:/": "first run run2", "runs:/run1 first": "first run", "runs:/run1 other": "", "experiments:/1": "exp"} {
		p := NewParameters()
		p.Query = text
		r, err := s.Quick(t.Context(), pedigree.DefaultWorkspace, p)
		if err != nil || strings.Join(namesOf(r.Results), " ") != want {
			t.Errorf("words %s: %v (%v), want %s", text, namesOf(r.Results), err, want)
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

func TestNamesOfOtherProtocolsAreSuggestedAndCounted(t *testing.T) {
	s := ran(t)
	for prefix, want := range map[string]string{
		"fir": "first run", "Fir": "first run", "flo": "flowers", "runs:/run": "runs:/run1 runs:/run2", "datasets:/fl": "datasets:/flowers/", "an": "ann", "run2": "run2", "un": "", "irst": "",
	} {
		r, err := s.Suggest(t.Context(), pedigree.DefaultWorkspace, prefix, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.Suggestions, " "); got != want {
			t.Errorf("%s is completed by %q, want %q", prefix, got, want)
		}
	}
	p := NewParameters()
	p.Query = "fir"
	r, err := s.Quick(t.Context(), pedigree.DefaultWorkspace, p)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"__typeName": "mlflow_run", "__state": "ACTIVE", "Asset.owner": "ann", "ServiceType": "mlflow"} {
		if got := r.Metrics[name]; len(got) != 1 || got[0] != (Count{want, 1}) {
			t.Errorf("by %s it is %v, want one %s", name, got, want)
		}
	}
}
