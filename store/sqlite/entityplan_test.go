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

var (
	tableType = pedigree.Type{Name: "atlas.table", Kind: pedigree.Artifact}
	viewType  = pedigree.Type{Name: "atlas.view", Kind: pedigree.Artifact}
	dbType    = pedigree.Type{Name: "atlas.db", Kind: pedigree.Context}
)

// catalogued fills a store with entities: one in a hundred is rare in every respect.
func catalogued(t *testing.T) *sqlstore.Store {
	t.Helper()
	s := open(t)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		var dbs []pedigree.NodeID
		for i := range 302 {
			typ, name := tableType, "common"
			switch {
			case i < 2:
				typ, name = dbType, "db"+strconv.Itoa(i)
			case i%3 == 0:
				typ = viewType
			}
			rare := i%100 == 7
			if rare {
				name = "rare"
			}
			n := pedigree.Node{Workspace: 1, Home: 1, Type: typ, UID: strconv.Itoa(i), Name: name, External: "e" + strconv.Itoa(i), Deleted: pedigree.NoTime}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			size := int64(1)
			if rare {
				size = 2
			}
			if err := tx.PutProperties(&n, pedigree.Property{Space: pedigree.Field, Key: "name", Value: name}, pedigree.Property{Space: pedigree.Field, Key: "size", Form: pedigree.Int, Int: size}); err != nil {
				return err
			}
			if typ == dbType {
				dbs = append(dbs, n.ID)
				continue
			}
			db := dbs[0]
			if rare {
				db = dbs[1]
			}
			if err := tx.CreateRelationship(&pedigree.Relationship{Workspace: 1, UID: "r" + strconv.Itoa(i), Type: "db_tables", End1: db, End2: n.ID, Deleted: pedigree.NoTime}); err != nil {
				return err
			}
			class := "Common"
			if rare {
				class = "Rare"
			}
			c := pedigree.Classification{Workspace: 1, Node: n.ID, Type: class}
			if err := tx.PutClassification(&c); err != nil {
				return err
			}
			if err := tx.Carry(c.ID, dbs[0]); err != nil {
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

func TestQueriesOfACatalogAreDrivenByTheFewestMatchesOrTheOrder(t *testing.T) {
	s := catalogued(t)
	name, size := query.FieldTrait{Key: "name"}, query.FieldTrait{Key: "size", Form: pedigree.Int}
	is := func(trait query.Trait, how query.Comparison, value any) query.Fact {
		return query.Holds{Trait: trait, Is: how, Values: []any{value}}
	}
	table, both := []pedigree.Type{tableType}, []pedigree.Type{tableType, viewType}
	for _, c := range []struct {
		name  string
		types []pedigree.Type
		where query.Fact
		by    query.Trait
		desc  bool
		says  string // in the plan of the first walk, or of the statement
		sorts bool
	}{
		{"a type", table, nil, nil, false, "node_type (workspace=? AND type=?)", false},
		{"two types", both, nil, nil, false, "node_type (workspace=? AND type=?)", false},
		{"a type by a text", table, nil, name, false, "COVERING INDEX property_entity_text (type=? AND key=? AND text>?)", false},
		{"a type by a text, downwards", table, nil, name, true, "COVERING INDEX property_entity_text (type=? AND key=? AND text>?)", false},
		{"a type by a number", both, nil, size, false, "COVERING INDEX property_entity_int (type=? AND key=? AND int>?)", false},
		{"a type by time", both, nil, query.Created, true, "node_created (workspace=? AND kind=?)", false},
		{"a rare text", table, is(name, query.Equal, "rare"), nil, false, "COVERING INDEX property_entity_text (type=? AND key=? AND text=?)", true},
		{"the beginning of a rare text", table, is(name, query.Starting, "rar"), nil, false, "property_entity_text (type=? AND key=? AND text>? AND text<?)", true},
		{"a common text", table, is(name, query.Equal, "common"), nil, false, "node_type (workspace=? AND type=?)", false},
		{"a rare number", table, is(size, query.More, int64(1)), nil, false, "property_entity_int (type=? AND key=? AND int>?)", true},
		{"a rare class", table, query.Classified{Names: []string{"Rare"}}, nil, false, "classification_type_id (workspace=? AND type=?)", true},
		{"a common class", table, query.Classified{Names: []string{"Common"}}, nil, false, "node_type (workspace=? AND type=?)", false},
		{"a common class in order", table, query.Classified{Names: []string{"Common"}}, name, false, "property_entity_text (type=? AND key=? AND text>?)", false},
		{"what a rare one is tied to", table, query.Tied{Types: []string{"db_tables"}, End: 2, Where: is(name, query.Equal, "db1")}, nil, false, "relationship_end1 (end1=? AND type=?)", true},
		{"the rarer of two", table, query.Every{is(name, query.Equal, "common"), is(size, query.Equal, int64(2))}, nil, false, "property_entity_int", true},
		{"one of two rare ones", table, query.Some{is(name, query.Equal, "rare"), is(size, query.Equal, int64(2))}, nil, false, "COMPOUND QUERY", true},
		{"what begins a name made of a UID", table, is(query.Spelled{Type: tableType, Prefix: "t:", By: query.ByUID}, query.Starting, "t:30"), nil, false, "node_uid (workspace=? AND type=? AND uid>? AND uid<?)", true},
		{"what begins a qualified name", table, is(query.Spelled{Type: tableType, By: query.ByQualified}, query.Globbed, "30*"), nil, false, "node_uid (workspace=? AND type=? AND uid>? AND uid<?)", true},
		{"what begins the name of a context", []pedigree.Type{dbType}, is(query.Spelled{Type: dbType, Prefix: "d:", By: query.ByName}, query.Starting, "d:db1"), nil, false, "node_context_name (workspace=? AND type=? AND name>? AND name<?)", true},
		{"what begins a name with a version", table, is(query.Spelled{Type: tableType, By: query.ByNameAndVersion}, query.Starting, "rare/"), nil, false, "node_label (workspace=? AND name>? AND name<?)", true},
		{"some nodes", table, query.Among{Nodes: []pedigree.NodeID{5}}, name, false, "INTEGER PRIMARY KEY", true},
	} {
		plans, err := s.EntityPlans(t.Context(), explain, &query.Entities{Workspace: 1, Types: c.types, Where: c.where, By: c.by, Desc: c.desc, Limit: 1})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for i, p := range plans {
			if p.Index != "" {
				served(t, p)
			}
			steps := strings.Join(p.Steps, "; ")
			if i == 0 && !strings.Contains(steps, c.says) {
				t.Errorf("%s: %s", c.name, steps)
			}
			if strings.Contains(steps, "TEMP B-TREE") != c.sorts {
				t.Errorf("%s sorts or does not: %s", c.name, steps)
			}
		}
	}
}
