package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
)

const explain = "EXPLAIN QUERY PLAN"

func open(t *testing.T) *sqlstore.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Selective: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// served fails unless the plan uses the index it names and walks no table.
func served(t *testing.T, p sqlstore.Plan) {
	t.Helper()
	text := strings.Join(p.Steps, "\n")
	if p.Index != "" && !strings.Contains(text, p.Index) {
		t.Errorf("%s is not served by %s:\n%s\n%s", p.Name, p.Index, p.SQL, text)
	}
	for _, step := range p.Steps {
		if strings.HasPrefix(step, "SCAN") && !bounded[step] && !walksGiven(step) && !searchesText(step) {
			t.Errorf("%s walks a table: %s\n%s", p.Name, step, p.SQL)
		}
	}
}

// bounded are walks over what a statement itself gathers, of which there is little, or
// from one end of a range to the other.
var bounded = map[string]bool{
	"SCAN node_word VIRTUAL TABLE INDEX 1537:": true, // by the least and the greatest word
	"SCAN leap": true, // one at a time
	"SCAN used": true, // not gathered at all
}

// walksGiven reports whether a step goes through rows that stand in the statement.
func walksGiven(step string) bool {
	return strings.HasSuffix(step, "CONSTANT ROW") || strings.HasSuffix(step, "CONSTANT ROWS") || step == "SCAN g"
}

// searchesText reports whether a step looks into the index of words by a number
// or a word: only a walk over all of it says nothing behind the colon.
func searchesText(step string) bool {
	return strings.Contains(step, "VIRTUAL TABLE INDEX") && !strings.HasSuffix(step, ":")
}

func TestEveryShapeIsServedByTheIndexItNames(t *testing.T) {
	plans, err := open(t).Plans(t.Context(), explain)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		served(t, p)
		if strings.Contains(strings.Join(p.Steps, "\n"), "TEMP B-TREE") && !maySort[p.Name] {
			t.Errorf("%s sorts: %q", p.Name, p.Steps)
		}
	}
}

// maySort lists the shapes that sort a bounded number of rows.
var maySort = map[string]bool{
	"events of executions":        true, // of a page of runs, in order of arrival
	"producers of artifacts":      true, // likewise
	"steps of a series":           true, // points lie in order of time
	"points by step":              true, // likewise
	"data sets read in a context": true, // distinct ones
	"count reports":               true, // by stretches, of which callers ask for few
}

func TestSearchesAreDrivenAsWeChoose(t *testing.T) {
	s := open(t)
	var home pedigree.NodeID
	err := s.Update(t.Context(), func(tx store.Tx) error {
		x := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.ExperimentType, UID: "1", Deleted: pedigree.NoTime}
		if err := tx.CreateNode(&x); err != nil {
			return err
		}
		home = x.ID
		for i := range 20 {
			n := pedigree.Node{Workspace: 1, Home: home, Type: pedigree.RunType, UID: string(rune('a' + i)), Deleted: pedigree.NoTime}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			value := "common"
			if i == 3 {
				value = "rare"
			}
			if err := tx.PutProperties(&n, pedigree.Property{Space: pedigree.Param, Key: "p", Value: value}); err != nil {
				return err
			}
			if err := tx.AppendPoints(&n, []pedigree.Point{{Key: "m", Value: float64(i)}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m, p := query.Property{Space: pedigree.Metric, Key: "m"}, query.Property{Space: pedigree.Param, Key: "p"}
	number := func(op query.Op, v float64) query.Expr {
		return query.Compare{Field: m, Op: op, Value: query.Value{Number: v}}
	}
	text := func(v string) query.Expr {
		return query.Compare{Field: p, Op: query.Eq, Value: query.Value{Text: v}}
	}
	for _, c := range []struct {
		name    string
		where   query.Expr
		order   []query.Order
		indexes string // of the walks, in turn
		sorts   string // how the first walk sorts
	}{
		{"newest first", nil, []query.Order{{Field: query.Started, Desc: true}}, "node_live node_live", ""},
		{"newest first, common filter", text("common"), []query.Order{{Field: query.Started, Desc: true}}, "node_live node_live", ""},
		{"rare filter", text("rare"), []query.Order{{Field: query.Started, Desc: true}}, "property_text", "ORDER BY"},
		{"by metric", nil, []query.Order{{Field: m, Desc: true}}, "property_number node_live node_live", "LAST TERM"},
		{"by metric, filtered by it", number(query.Gt, 2), []query.Order{{Field: m, Desc: true}}, "property_number", "LAST TERM"},
		{"by metric, two common filters", query.And{number(query.Gt, 2), text("common")}, []query.Order{{Field: m, Desc: true}}, "property_number", "LAST TERM"},
		{"by metric, few in its range", query.And{number(query.Gt, 17), text("common")}, []query.Order{{Field: m, Desc: true}}, "property_number", "LAST TERM"},
		{"by metric, rare filter beside it", query.And{number(query.Gt, 2), text("rare")}, []query.Order{{Field: m, Desc: true}}, "property_text", "ORDER BY"},
		{"by metric, rare range", number(query.Gt, 17), []query.Order{{Field: query.Started, Desc: true}}, "property_number", "ORDER BY"},
		{"by param", nil, []query.Order{{Field: p}}, "property_text node_live", "LAST 2 TERMS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plans, err := s.SearchPlans(t.Context(), explain, &query.Query{
				Workspace: 1, Type: pedigree.RunType, Homes: []pedigree.NodeID{home}, Where: c.where, Order: c.order, Limit: 10,
			})
			if err != nil {
				t.Fatal(err)
			}
			var indexes []string
			for _, p := range plans {
				served(t, p)
				indexes = append(indexes, p.Index)
			}
			if got := strings.Join(indexes, " "); got != c.indexes {
				t.Errorf("driven by %s, want %s", got, c.indexes)
			}
			if first := strings.Join(plans[0].Steps, "; "); !strings.Contains(first, c.sorts) || c.sorts == "" && strings.Contains(first, "TEMP B-TREE") {
				t.Errorf("sorts otherwise than by %q: %s", c.sorts, first)
			}
		})
	}
}

func TestExperimentsByCreationWalkTheirIndex(t *testing.T) {
	s := open(t)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return tx.CreateNode(&pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.ExperimentType, UID: "1", Deleted: pedigree.NoTime})
	})
	if err != nil {
		t.Fatal(err)
	}
	plans, err := s.SearchPlans(t.Context(), explain, &query.Query{
		Workspace: 1, Type: pedigree.ExperimentType, Homes: []pedigree.NodeID{1}, Limit: 10,
		Order: []query.Order{{Field: query.Created, Desc: true}, {Field: query.Arrival}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		served(t, p)
		if p.Index != "node_context_created" {
			t.Errorf("driven by %s", p.Index)
		}
	}
}

func TestModelsAndVersionsWalkTheirIndexes(t *testing.T) {
	s := open(t)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for _, typ := range []pedigree.Type{pedigree.RegisteredModelType, pedigree.ModelVersionType} {
			if err := tx.CreateNode(&pedigree.Node{Workspace: 1, Home: 1, Type: typ, UID: "1", Deleted: pedigree.NoTime}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	byName, byChange := query.Order{Field: query.Name}, query.Order{Field: query.Updated, Desc: true}
	byNumber := query.Order{Field: query.Number, Desc: true}
	named := query.Compare{Field: query.Name, Op: query.Eq, Value: query.Value{Text: "x"}}
	oneOf := query.Compare{Field: query.Name, Op: query.In, Value: query.Value{Texts: []string{"x", "y"}}}
	like := query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "%x%"}}
	ilike := query.Compare{Field: query.Name, Op: query.ILike, Value: query.Value{Text: "x%"}}
	starting := query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "x_y%"}}
	const byRow = "SEARCH n USING INTEGER PRIMARY KEY"
	for _, c := range []struct {
		name  string
		typ   pedigree.Type
		where query.Expr
		order []query.Order
		index string
		says  string // in the plan
	}{
		{"models of like names", pedigree.RegisteredModelType, like, []query.Order{byName}, "node_context_name", "SEARCH m USING COVERING INDEX node_context_name (workspace=? AND type=?); " + byRow},
		{"models of like names, minding no case", pedigree.RegisteredModelType, ilike, []query.Order{byName}, "node_context_name", "SEARCH m USING COVERING INDEX node_context_name (workspace=? AND type=?); " + byRow},
		{"models of names that start alike", pedigree.RegisteredModelType, starting, []query.Order{byName}, "node_context_name", "SEARCH m USING COVERING INDEX node_context_name (workspace=? AND type=? AND name>? AND name<?); " + byRow},
		{"versions of like names", pedigree.ModelVersionType, like, []query.Order{byName}, "node_artifact_name", "SEARCH m USING COVERING INDEX node_artifact_name (home=? AND type=?); " + byRow},
		{"models of few like names, by last change", pedigree.RegisteredModelType, like, []query.Order{byChange}, "", byRow},
		{"versions of few like names, by last change", pedigree.ModelVersionType, query.And{ilike, starting}, []query.Order{byChange}, "", byRow},
		{"models by name", pedigree.RegisteredModelType, nil, []query.Order{byName}, "node_context_name", ""},
		{"models by last change", pedigree.RegisteredModelType, nil, []query.Order{byChange, byName}, "node_context_updated", "LAST 2 TERMS"},
		{"a model by name", pedigree.RegisteredModelType, named, []query.Order{byChange}, "node_context_name", "name=?"},
		{"versions by last change", pedigree.ModelVersionType, nil, []query.Order{byChange, byName, byNumber}, "node_artifact_updated", "LAST 3 TERMS"},
		{"versions by name", pedigree.ModelVersionType, nil, []query.Order{byName, byNumber}, "node_artifact_name", "LAST 2 TERMS"},
		{"versions of a model", pedigree.ModelVersionType, named, []query.Order{byChange, byName}, "node_artifact_name", "ORDER BY"},
		{"versions of two models", pedigree.ModelVersionType, query.And{oneOf}, []query.Order{byName}, "node_artifact_name", "LAST TERM"},
	} {
		plans, err := s.SearchPlans(t.Context(), explain, &query.Query{
			Workspace: 1, Type: c.typ, Homes: []pedigree.NodeID{1}, Where: c.where, Order: c.order, Limit: 10,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range plans {
			served(t, p)
			if steps := strings.Join(p.Steps, "; "); p.Index != c.index || !strings.Contains(steps, c.says) {
				t.Errorf("%s: %s", c.name, steps)
			}
		}
	}
}

func TestLaterPagesStartWhereTheLastEnded(t *testing.T) {
	s := open(t)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return tx.CreateNode(&pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.RegisteredModelType, UID: "1", Deleted: pedigree.NoTime})
	})
	if err != nil {
		t.Fatal(err)
	}
	like := query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "%x%"}}
	for _, c := range []struct {
		where query.Expr
		order query.Order
		key   query.Key
		says  string
	}{
		{nil, query.Order{Field: query.Name}, query.Key{Text: "m"}, "node_context_name (workspace=? AND type=? AND name>?)"},
		{nil, query.Order{Field: query.Name, Desc: true}, query.Key{Text: "m"}, "node_context_name (workspace=? AND type=? AND name<?)"},
		{like, query.Order{Field: query.Name}, query.Key{Text: "m"}, "COVERING INDEX node_context_name (workspace=? AND type=? AND name>?)"},
		{nil, query.Order{Field: query.Updated, Desc: true}, query.Key{Int: 7}, "node_context_updated (home=? AND type=? AND updated<?)"},
	} {
		plans, err := s.SearchPlans(t.Context(), explain, &query.Query{
			Workspace: 1, Type: pedigree.RegisteredModelType, Homes: []pedigree.NodeID{1}, Where: c.where, Order: []query.Order{c.order},
			After: query.Cursor{c.key, {Text: "1"}}, Limit: 10,
		})
		if err != nil {
			t.Fatal(err)
		}
		served(t, plans[0])
		if steps := strings.Join(plans[0].Steps, "; "); !strings.Contains(steps, c.says) {
			t.Errorf("%v: %s", c.order, steps)
		}
	}
}

func TestCommonNamesWalkTheOrder(t *testing.T) {
	s := open(t)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for i := range 1100 { // more than are worth sorting
			uid := fmt.Sprintf("%c%d", 'a'+i%20, i)
			n := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.RegisteredModelType, UID: uid, Name: "model " + uid, Deleted: pedigree.NoTime}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pattern, index := range map[string]string{"%odel%": "node_context_updated", "%a%": "", "model b%": "", "%nothing%": ""} {
		plans, err := s.SearchPlans(t.Context(), explain, &query.Query{
			Workspace: 1, Type: pedigree.RegisteredModelType, Homes: []pedigree.NodeID{1}, Limit: 10,
			Where: query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: pattern}},
			Order: []query.Order{{Field: query.Updated}},
		})
		if err != nil {
			t.Fatal(err)
		}
		served(t, plans[0])
		if plans[0].Index != index {
			t.Errorf("%s is driven by %q: %s", pattern, plans[0].Index, plans[0].Steps)
		}
	}
}
