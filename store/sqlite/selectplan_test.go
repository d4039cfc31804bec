package sqlite_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
)

// steps fills a store with executions, artifacts and contexts: one in twenty is
// rare in every respect.
func steps(t *testing.T) *sqlstore.Store {
	t.Helper()
	s := open(t)
	common, rare := pedigree.Type{Name: "Common", Kind: pedigree.Execution}, pedigree.Type{Name: "Rare", Kind: pedigree.Execution}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		run := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.Type{Name: "Pipe", Kind: pedigree.Context}, UID: "c", Name: "run", Deleted: pedigree.NoTime}
		data := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.Type{Name: "Data", Kind: pedigree.Artifact}, UID: "a", URI: "s3://b/x", Deleted: pedigree.NoTime}
		for _, n := range []*pedigree.Node{&run, &data} {
			if err := tx.CreateNode(n); err != nil {
				return err
			}
		}
		for i := range 300 {
			typ, value := common, int64(1)
			if i%100 == 7 {
				typ, value = rare, 2
			}
			n := pedigree.Node{Workspace: 1, Home: 1, Type: typ, UID: strconv.Itoa(i), Name: typ.Name, External: "x" + strconv.Itoa(i), Deleted: pedigree.NoTime}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			if err := tx.PutProperties(&n, pedigree.Property{Space: pedigree.Field, Key: "step", Form: pedigree.Int, Int: value},
				pedigree.Property{Space: pedigree.Custom, Key: "lr", Form: pedigree.Double, Number: float64(value)},
				pedigree.Property{Space: pedigree.Custom, Key: "owner", Value: strconv.FormatInt(value, 10)}); err != nil {
				return err
			}
			if value != 2 {
				continue
			}
			if _, err := tx.AddMember(run.ID, n.ID); err != nil {
				return err
			}
			if _, err := tx.PutEvent(&pedigree.Event{Execution: n.ID, Artifact: data.ID, Direction: pedigree.Input}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func is(of query.Relation, label string, p query.Part, value any) query.Scalar {
	return query.Call{Op: query.Equals, Args: []query.Scalar{query.Column{Of: query.Source{Relation: of, Label: label}, Part: p}, query.Literal{Value: value}}}
}

func TestSelectionsAreDrivenByTheFewestMatchesOrTheOrder(t *testing.T) {
	s := steps(t)
	both := func(x ...query.Scalar) query.Scalar { return query.Call{Op: query.AllOf, Args: x} }
	for _, c := range []struct {
		name  string
		where query.Scalar
		by    query.Attr
		index string // that is walked; empty where matches are sorted
		says  string // in the plan
	}{
		{"all by arrival", nil, query.Arrival, "node_kind", "node_kind (workspace=? AND kind=?)"},
		{"all by creation", nil, query.Created, "node_created", "node_created (workspace=? AND kind=?)"},
		{"all by change", nil, query.Updated, "node_updated", "node_updated (workspace=? AND kind=?)"},
		{"a common type", is(0, "", query.TypeName, "Common"), query.Arrival, "node_type", "node_type (workspace=? AND type=?)"},
		{"a common type by creation", is(0, "", query.TypeName, "Common"), query.Created, "node_created", ""},
		{"a rare type by creation", is(0, "", query.TypeName, "Rare"), query.Created, "", "COVERING INDEX node_type"},
		{"a number", is(0, "", query.ID, int64(3)), query.Arrival, "", "INTEGER PRIMARY KEY"},
		{"a rare name", is(0, "", query.Label, "Rare"), query.Arrival, "", "node_label (workspace=? AND name=?)"},
		{"a common name", is(0, "", query.Label, "Common"), query.Arrival, "node_kind", ""},
		{"an outer name", is(0, "", query.Outer, "x5"), query.Arrival, "", "node_external (workspace=? AND kind=? AND external=?)"},
		{"a rare whole number", is(query.Fields, "step", query.IntValue, int64(2)), query.Arrival, "", "property_fact_int (key=? AND int=?"},
		{"a common whole number", is(query.Fields, "step", query.IntValue, int64(1)), query.Arrival, "node_kind", "PRIMARY KEY (node=? AND space=? AND key=?)"},
		{"a rare number", is(query.Customs, "lr", query.DoubleValue, 2.0), query.Arrival, "", "property_fact_num (key=? AND num=?"},
		{"a rare text", is(query.Customs, "owner", query.TextValue, "2"), query.Arrival, "", "COVERING INDEX property_fact_text (key=? AND text=?"},
		{"the rarer of two", both(is(query.Customs, "owner", query.TextValue, "1"), is(query.Fields, "step", query.IntValue, int64(2))), query.Updated, "", "property_fact_int"},
		{"a named context", is(query.Contexts, "contexts_a", query.Label, "run"), query.Arrival, "", "node_context_name (workspace=? AND type=? AND name=?)"},
		{"an artifact at the other end", is(query.Events, "events_0", query.EventArtifact, int64(3)), query.Arrival, "", "COVERING INDEX event_artifact (artifact=?)"},
	} {
		p, err := s.SelectionPlan(t.Context(), explain, &query.Selection{Workspace: 1, Kind: pedigree.Execution, Where: c.where, By: c.by, Limit: 20})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		served(t, p)
		steps := strings.Join(p.Steps, "; ")
		if p.Index != c.index || !strings.Contains(steps, c.says) {
			t.Errorf("%s is driven by %q: %s", c.name, p.Index, steps)
		}
		if sorts := strings.Contains(steps, "TEMP B-TREE FOR ORDER BY"); sorts && c.index != "" {
			t.Errorf("%s sorts: %s", c.name, steps)
		}
	}
}

func TestSelectionsByWordsStartFromTheirIndex(t *testing.T) {
	s := steps(t)
	p, err := s.SelectionPlan(t.Context(), explain, &query.Selection{Workspace: 1, Kind: pedigree.Execution, Text: "some wor", By: query.Updated, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	served(t, p)
	if steps := strings.Join(p.Steps, "; "); p.Index != "" || !strings.Contains(steps, "INTEGER PRIMARY KEY") {
		t.Errorf("driven by %q: %s", p.Index, steps)
	}
}

func TestAnyOfSeveralRareConditionsStartsFromAllOfThem(t *testing.T) {
	s := steps(t)
	any := query.Any{Of: query.Source{Relation: query.Customs, Label: "lr"}, Where: is(query.Customs, "lr", query.DoubleValue, 2.0)}
	where := query.Call{Op: query.AnyOf, Args: []query.Scalar{is(0, "", query.ID, int64(3)), any}}
	p, err := s.SelectionPlan(t.Context(), explain, &query.Selection{Workspace: 1, Kind: pedigree.Execution, Where: where, By: query.Updated, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	served(t, p)
	if steps := strings.Join(p.Steps, "; "); p.Index != "" || !strings.Contains(steps, "COMPOUND QUERY") || !strings.Contains(steps, "property_fact_num") {
		t.Errorf("driven by %q: %s", p.Index, steps)
	}
}

func TestSelectionsWithinAContextStartFromItsMembersWhereTheyAreFew(t *testing.T) {
	s := steps(t)
	p, err := s.SelectionPlan(t.Context(), explain, &query.Selection{Workspace: 1, Kind: pedigree.Execution, Within: []pedigree.NodeID{2}, By: query.Arrival, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	served(t, p)
	if steps := strings.Join(p.Steps, "; "); p.Index != "" || !strings.Contains(steps, "SEARCH m USING PRIMARY KEY (context=?)") {
		t.Errorf("driven by %q: %s", p.Index, steps)
	}
}
