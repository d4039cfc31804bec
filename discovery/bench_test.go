package discovery

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// BenchmarkDSL measures queries over a large catalog: 20,000 entities, or as many as
// PEDIGREE_BENCH_ENTITIES says. The store is made once and kept among temporary files.
func BenchmarkDSL(b *testing.B) {
	s := largeCatalog(b)
	for _, query := range []string{
		`bench_table where name = "table_000777"`,
		`bench_table where qualifiedName = "table_000777@cl"`,
		`bench_table where name like "table_0007*"`,
		`bench_table where name like "table_*"`,
		`bench_table isa PII`,
		`bench_table where bench_table isa Rare`,
		`bench_column isa PII`,
		`PII`,
		`bench_table orderby name limit 10`,
		`bench_table orderby name desc limit 10`,
		`bench_table orderby rows desc limit 10`,
		`DataSet orderby name limit 10`,
		`bench_table select count()`,
		`bench_table isa PII select count()`,
		`bench_table where db.name = "db_07" limit 25`,
		`bench_table where db.name = "db_07" and name like "table_*7" orderby name limit 10`,
		`bench_column where table.name = "table_000777"`,
		`bench_table where owner = "user7" and rows > 500`,
		`bench_table where owner = "user7" select count()`,
		`bench_table where rows > 990 orderby rows limit 10`,
		`bench_table where __state = 'ACTIVE' limit 25`,
		`bench_table where __timestamp > 0 orderby __timestamp desc limit 10`,
		`bench_table`,
		`Asset where name = "table_000777"`,
		`bench_table where name = "nothing"`,
		`bench_table groupby (owner) select owner, count()`,
		`bench_table groupby (name) select name, count() limit 10`,
		`bench_table select min(rows), max(rows), sum(rows), count()`,
		`bench_table where owner = "user7" select sum(rows)`,
		`bench_table where owner = "user7" orderby name limit 10`,
		`bench_table where owner != "user7" select count()`,
		`bench_table where owner = "user7" or rows = 5 select count()`,
		`bench_table where name like "*777"`,
		`bench_table where name like "*777*" orderby owner limit 10`,
		`bench_table where rows + 5 > 1000 select count()`,
		`bench_table has owner select count()`,
		`bench_table isa _NOT_CLASSIFIED select count()`,
		`bench_table where bench_table isa PII or owner = "user7" select count()`,
		`bench_table orderby __timestamp limit 10`,
		`bench_table orderby __guid limit 10`,
		`bench_table orderby name limit 100 offset 15000`,
		`bench_table limit 100 offset 15000`,
		`bench_table where db.name != "db_07" select count()`,
		`bench_column where table.db.name = "db_07" select count()`,
		`Asset where owner = "user7" orderby name limit 10`,
		`Asset groupby (__typeName) select __typeName, count()`,
	} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.DSL(b.Context(), pedigree.DefaultWorkspace, DSLQuery{Text: query}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBasic measures searches by parameters, which count all that they find.
func BenchmarkBasic(b *testing.B) {
	s := largeCatalog(b)
	for name, p := range map[string]*Parameters{
		"type":           {TypeName: "bench_table", SubTypes: true},
		"classification": {Classification: "PII", SubClassifications: true},
		"filter":         {TypeName: "bench_table", SubTypes: true, EntityFilters: &Filter{Attribute: "owner", Operator: "=", Value: "user7"}},
		"prefix":         {TypeName: "bench_table", SubTypes: true, EntityFilters: &Filter{Attribute: "name", Operator: "startsWith", Value: "table_0007"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Basic(b.Context(), pedigree.DefaultWorkspace, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func largeCatalog(b *testing.B) *Service {
	b.Helper()
	n := 20_000
	if text := os.Getenv("PEDIGREE_BENCH_ENTITIES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("pedigree-bench-entities-%d-1", n))
	if _, err := os.Stat(filepath.Join(folder, "done")); err != nil {
		fillCatalog(b, folder, n)
	}
	records, err := sqlite.Open(b.Context(), filepath.Join(folder, "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = records.Close() })
	if err := carry.New(records).Settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	return New(catalog.New(records, schema.New(records)))
}

// fillCatalog makes the store: of a thousand entities one is a database, a third are
// tables in them, and the others columns of these.
func fillCatalog(b *testing.B, folder string, n int) {
	b.Helper()
	if err := os.RemoveAll(folder); err != nil {
		b.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		b.Fatal(err)
	}
	records, err := sqlite.Open(b.Context(), filepath.Join(folder, "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		b.Fatal(err)
	}
	m := &maker{b: b, Store: records}
	m.types()
	m.databases(max(10, n/1000))
	tables := n / 3
	m.each(tables, m.table)
	m.each(n-tables-len(m.dbs), m.column)
	if err := records.Close(); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "done"), nil, 0o600); err != nil {
		b.Fatal(err)
	}
}

type maker struct {
	b *testing.B
	store.Store
	dbs    []pedigree.NodeID
	tables []pedigree.NodeID
}

func (m *maker) types() {
	attribute := func(name, typ string) schema.AttributeDef {
		return schema.AttributeDef{Name: name, Type: typ, Optional: true, Cardinality: schema.Single, Min: 0, Max: 1}
	}
	_, err := schema.New(m.Store).Create(m.b.Context(), &schema.Defs{
		Classifications: []schema.ClassificationDef{{Base: schema.Base{Name: "PII"}}, {Base: schema.Base{Name: "Rare"}}},
		Entities: []schema.EntityDef{
			{Base: schema.Base{Name: "bench_db"}, SuperTypes: []string{"Asset"}},
			{Base: schema.Base{Name: "bench_table"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{attribute("rows", "int"), attribute("size", "double")}},
			{Base: schema.Base{Name: "bench_column"}, SuperTypes: []string{"DataSet"}},
		},
		Relationships: []schema.RelationshipDef{
			{
				Base: schema.Base{Name: "bench_db_tables"}, Kind: schema.Aggregation, Propagate: "NONE",
				End1: schema.EndDef{Type: "bench_db", Name: "tables", Container: true, Cardinality: schema.Set}, End2: schema.EndDef{Type: "bench_table", Name: "db", Cardinality: schema.Single},
			},
			{
				Base: schema.Base{Name: "bench_table_columns"}, Kind: schema.Composition, Propagate: "NONE",
				End1: schema.EndDef{Type: "bench_table", Name: "columns", Container: true, Cardinality: schema.Set}, End2: schema.EndDef{Type: "bench_column", Name: "table", Cardinality: schema.Single},
			},
		},
	})
	if err != nil {
		m.b.Fatal(err)
	}
}

// each makes things by number, some in each transaction.
func (m *maker) each(n int, one func(tx store.Tx, i int) error) {
	const batch = 2000
	for from := 0; from < n; from += batch {
		tables := len(m.tables)
		err := m.Update(context.Background(), func(tx store.Tx) error {
			m.tables = m.tables[:tables]
			for i := from; i < min(from+batch, n); i++ {
				if err := one(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			m.b.Fatal(err)
		}
	}
}

func (m *maker) entity(tx store.Tx, typ string, kind pedigree.Kind, name string, i int, more ...pedigree.Property) (pedigree.NodeID, error) {
	guid := fmt.Sprintf("00000000-0000-7000-%04d-%s", len(typ), fmt.Sprintf("%012d", i))
	node := pedigree.Node{
		Workspace: 1, Home: 1, Type: pedigree.Type{Name: "atlas." + typ, Kind: kind}, UID: guid, External: guid, Name: name,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	if err := tx.CreateNode(&node); err != nil {
		return 0, err
	}
	field := func(key, value string) pedigree.Property {
		return pedigree.Property{Space: pedigree.Field, Key: key, Value: value}
	}
	properties := append([]pedigree.Property{
		field("qualifiedName", name+"@cl"), field("name", name), field("owner", fmt.Sprint("user", i%1000)), field("description", "made for a benchmark, number "+strconv.Itoa(i)),
	}, more...)
	return node.ID, tx.PutProperties(&node, properties...)
}

func (m *maker) databases(n int) {
	err := m.Update(m.b.Context(), func(tx store.Tx) error {
		m.dbs = nil
		for i := range n {
			id, err := m.entity(tx, "bench_db", pedigree.Context, fmt.Sprintf("db_%02d", i), i)
			if err != nil {
				return err
			}
			m.dbs = append(m.dbs, id)
		}
		return nil
	})
	if err != nil {
		m.b.Fatal(err)
	}
}

func (m *maker) table(tx store.Tx, i int) error {
	id, err := m.entity(tx, "bench_table", pedigree.Artifact, fmt.Sprintf("table_%06d", i), i,
		pedigree.Property{Space: pedigree.Field, Key: "rows", Form: pedigree.Int, Int: int64(i*7919) % 1000},
		pedigree.Property{Space: pedigree.Field, Key: "size", Form: pedigree.Double, Number: float64(i%97) / 7})
	if err != nil {
		return err
	}
	m.tables = append(m.tables, id)
	if err := m.classify(tx, id, i); err != nil {
		return err
	}
	return tx.CreateRelationship(&pedigree.Relationship{
		Workspace: 1, UID: fmt.Sprintf("r-table-%d", i), Type: "bench_db_tables", End1: m.dbs[i%len(m.dbs)], End2: id, Deleted: pedigree.NoTime,
	})
}

// classify makes one in ten of a class, and one in ten thousand of a rare one.
func (m *maker) classify(tx store.Tx, id pedigree.NodeID, i int) error {
	for class, every := range map[string]int{"PII": 10, "Rare": 10_000} {
		if i%every != 7 {
			continue
		}
		if err := tx.PutClassification(&pedigree.Classification{Workspace: 1, Node: id, Type: class}); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) column(tx store.Tx, i int) error {
	id, err := m.entity(tx, "bench_column", pedigree.Artifact, fmt.Sprintf("column_%06d", i), i)
	if err != nil {
		return err
	}
	return tx.CreateRelationship(&pedigree.Relationship{
		Workspace: 1, UID: fmt.Sprintf("r-column-%d", i), Type: "bench_table_columns", End1: m.tables[i%len(m.tables)], End2: id, Deleted: pedigree.NoTime,
	})
}
