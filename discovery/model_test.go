package discovery

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// A thing is an entity as the model of searches knows it.
type thing struct {
	typ     string
	guid    string
	name    string
	text    any // string, or nil
	rows    any // int64, or nil
	hot     any // bool, or nil
	tags    []string
	db      *thing
	inputs  []*thing
	outputs []*thing
	classes map[string]int64 // own, with the value of their attribute
	deleted bool
}

// A town is a small catalog and its model.
type town struct {
	*Service
	carry  *carry.Service
	things []*thing
}

var (
	townTexts   = []string{"alpha", "beta", "alphabet", "Alpha", "a*b", "ä?"}
	townClasses = []string{"PII", "Secret", "Public"}
	superOf     = map[string]string{"Secret": "PII"}
	superTypes  = map[string][]string{
		"m_table": {"m_table", "DataSet", "Asset", "Referenceable"}, "m_view": {"m_view", "m_table", "DataSet", "Asset", "Referenceable"},
		"m_db": {"m_db", "Asset", "Referenceable"}, "Process": {"Process", "Asset", "Referenceable"},
	}
)

func townTypes() *schema.Defs {
	attribute := func(name, typ string) schema.AttributeDef {
		return schema.AttributeDef{Name: name, Type: typ, Optional: true, Cardinality: schema.Single, Min: 0, Max: 1}
	}
	return &schema.Defs{
		Classifications: []schema.ClassificationDef{
			{Base: schema.Base{Name: "PII"}, Attributes: []schema.AttributeDef{attribute("level", "int"), attribute("note", "string")}},
			{Base: schema.Base{Name: "Secret"}, SuperTypes: []string{"PII"}},
			{Base: schema.Base{Name: "Public"}},
		},
		Entities: []schema.EntityDef{
			{Base: schema.Base{Name: "m_db"}, SuperTypes: []string{"Asset"}},
			{Base: schema.Base{Name: "m_table"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{
				attribute("text", "string"), attribute("rows", "int"), attribute("hot", "boolean"), attribute("tags", "array<string>"),
			}},
			{Base: schema.Base{Name: "m_view"}, SuperTypes: []string{"m_table"}},
		},
		Relationships: []schema.RelationshipDef{{
			Base: schema.Base{Name: "m_db_tables"}, Kind: schema.Aggregation, Propagate: "NONE",
			End1: schema.EndDef{Type: "m_db", Name: "tables", Container: true, Cardinality: schema.Set}, End2: schema.EndDef{Type: "m_table", Name: "db", Cardinality: schema.Single},
		}},
	}
}

// townStores are the ways in which a store answers searches.
var townStores = map[string]sqlite.Options{
	"by indexes": {Durability: sqlite.Normal, Selective: 1, Columns: -1},
	"by columns": {Durability: sqlite.Normal, Selective: 1, Eager: true},
}

func newTown(t *testing.T, o sqlite.Options) *town {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	types := schema.New(records)
	if _, err := types.Create(t.Context(), townTypes()); err != nil {
		t.Fatal(err)
	}
	return &town{Service: New(catalog.New(records, types)), carry: carry.New(records)}
}

// settle adds things to the town, among them some that are in the bin.
func (w *town) settle(t *rapid.T, ctx context.Context) {
	round := len(w.things)
	add := func(typ string) *thing {
		n := &thing{typ: typ, name: fmt.Sprintf("%s-%d", rapid.SampledFrom(townTexts).Draw(t, "name"), len(w.things)), classes: map[string]int64{}}
		w.things = append(w.things, n)
		return n
	}
	db := add("m_db")
	var tables []*thing
	for range rapid.IntRange(2, 6).Draw(t, "tables") {
		n := add(rapid.SampledFrom([]string{"m_table", "m_table", "m_view"}).Draw(t, "type"))
		n.db = db
		if rapid.Bool().Draw(t, "has text") {
			n.text = rapid.SampledFrom(townTexts).Draw(t, "text")
		}
		if rapid.Bool().Draw(t, "has rows") {
			n.rows = rapid.Int64Range(0, 3).Draw(t, "rows")
		}
		if rapid.Bool().Draw(t, "has hot") {
			n.hot = rapid.Bool().Draw(t, "hot")
		}
		n.tags = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y"}), 0, 2, rapid.ID).Draw(t, "tags")
		tables = append(tables, n)
	}
	p := add("Process")
	p.inputs, p.outputs = tables[:1], tables[1:2]
	for _, n := range w.things[round:] {
		for _, c := range townClasses {
			if rapid.IntRange(0, 4).Draw(t, "classified") == 0 {
				n.classes[c] = rapid.Int64Range(0, 2).Draw(t, "level")
			}
		}
	}
	w.store(t, ctx, w.things[round:])
	if rapid.Bool().Draw(t, "noted") { // where classifications are carried to
		if err := w.carry.Settle(ctx); err != nil {
			t.Fatal(err)
		}
	}
	last := tables[len(tables)-1]
	if len(tables) > 2 && rapid.Bool().Draw(t, "deleted") {
		last.deleted = true
		if _, err := w.catalog.Delete(ctx, pedigree.DefaultWorkspace, []string{last.guid}); err != nil {
			t.Fatal(err)
		}
	}
}

// change changes a thing that is in no bin: a text, and what it is classified as.
func (w *town) change(t *rapid.T, ctx context.Context) {
	n := rapid.SampledFrom(w.things).Draw(t, "changed")
	if n.deleted || n.db == nil {
		return
	}
	text := rapid.SampledFrom(append(townTexts, "changed")).Draw(t, "new text")
	if _, err := w.catalog.PartialByGUID(ctx, pedigree.DefaultWorkspace, n.guid, "text", text); err != nil {
		t.Fatal(err)
	}
	n.text = text
	for _, c := range townClasses {
		if _, there := n.classes[c]; !there || !rapid.Bool().Draw(t, "declassified") {
			continue
		}
		if err := w.catalog.Declassify(ctx, pedigree.DefaultWorkspace, catalog.Ref{GUID: n.guid}, c, ""); err != nil {
			t.Fatal(err)
		}
		delete(n.classes, c)
	}
}

func (w *town) store(t *rapid.T, ctx context.Context, things []*thing) {
	b := &catalog.Batch{}
	keys := make(map[*thing]string)
	for i, n := range things {
		keys[n] = fmt.Sprint("-", i+1)
	}
	refs := func(others []*thing) []any {
		list := []any{}
		for _, o := range others {
			list = append(list, map[string]any{"guid": keys[o], "typeName": o.typ})
		}
		return list
	}
	for _, n := range things {
		e := &catalog.Entity{TypeName: n.typ, GUID: keys[n], Attributes: map[string]any{"qualifiedName": n.name, "name": n.name}, RelationshipAttributes: map[string]any{}}
		if n.db != nil {
			e.RelationshipAttributes["db"] = refs([]*thing{n.db})[0]
			for name, value := range map[string]any{"text": n.text, "rows": n.rows, "hot": n.hot} {
				if value != nil {
					e.Attributes[name] = value
				}
			}
			tags := []any{}
			for _, tag := range n.tags {
				tags = append(tags, tag)
			}
			e.Attributes["tags"] = tags
		}
		if n.typ == "Process" {
			e.RelationshipAttributes["inputs"], e.RelationshipAttributes["outputs"] = refs(n.inputs), refs(n.outputs)
		}
		for c, level := range n.classes {
			class := catalog.Classification{TypeName: c}
			if c != "Public" {
				class.Attributes = map[string]any{"level": level}
			}
			e.Classifications = append(e.Classifications, class)
		}
		b.Entities = append(b.Entities, e)
	}
	done, err := w.catalog.Save(ctx, pedigree.DefaultWorkspace, b)
	if err != nil {
		t.Fatal(err)
	}
	for n, key := range keys {
		n.guid = done.Assignments[key]
	}
}

// A held is a classification that holds for a thing, with the value of its attribute.
type held struct {
	name  string
	level int64
}

// holding gives what a thing is classified as, with what was carried to it.
func (w *town) holding(n *thing) []held {
	var all []held
	add := func(of *thing) {
		for name, level := range of.classes {
			all = append(all, held{name, level})
		}
	}
	add(n)
	for _, p := range w.things {
		if p.typ != "Process" {
			continue
		}
		if n == p || slices.Contains(p.outputs, n) {
			for _, in := range p.inputs {
				add(in)
			}
		}
		if slices.Contains(p.outputs, n) {
			add(p)
		}
	}
	return all
}

func (w *town) isA(n *thing, class string) bool {
	for _, c := range w.holding(n) {
		if c.name == class || superOf[c.name] == class {
			return true
		}
	}
	return false
}

// A clause is a condition as text of the language, and as the model has it.
type clause struct {
	text  string
	holds func(*thing) bool
}

func textOf(v any) (string, bool) { s, ok := v.(string); return s, ok }

func rowsOf(n *thing) int64 { v, _ := n.rows.(int64); return v }

func hotOf(n *thing) bool { v, _ := n.hot.(bool); return v }

func drawClause(t *rapid.T, w *town, depth int) clause {
	most := 11
	if depth == 0 {
		most = 9
	}
	value := func() string { return rapid.SampledFrom(append(townTexts, "nothing")).Draw(t, "value") }
	switch rapid.IntRange(0, most).Draw(t, "clause") {
	case 0:
		v := value()
		return clause{`text = "` + v + `"`, func(n *thing) bool { s, ok := textOf(n.text); return ok && s == v }}
	case 1:
		v := value()
		return clause{`text != '` + v + `'`, func(n *thing) bool { s, ok := textOf(n.text); return !ok || s != v }}
	case 2:
		pattern := rapid.SampledFrom([]string{"alpha*", "*a", "?lpha", "*", "nothing*", "[aA]lpha*", "be*a"}).Draw(t, "pattern")
		return clause{`text like "` + pattern + `"`, func(n *thing) bool {
			s, ok := textOf(n.text)
			matches, err := path.Match(pattern, s)
			return ok && matches && err == nil
		}}
	case 3:
		sign := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">=", "lt", "gte"}).Draw(t, "sign")
		v := rapid.Int64Range(0, 3).Draw(t, "rows")
		return clause{fmt.Sprintf("rows %s %d", sign, v), func(n *thing) bool { return compareInt(rowsOf(n), sign, v) }}
	case 4:
		v := rapid.Bool().Draw(t, "hot")
		return clause{fmt.Sprint("hot = ", v), func(n *thing) bool { return hotOf(n) == v }}
	case 5:
		class := rapid.SampledFrom(townClasses).Draw(t, "class")
		return clause{"m_table isa " + class, func(n *thing) bool { return w.isA(n, class) }}
	case 6:
		db := rapid.SampledFrom(w.things).Draw(t, "db")
		return clause{`db.name = "` + db.name + `"`, func(n *thing) bool { return n.db != nil && n.db.name == db.name }}
	case 7:
		tag := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "tag")
		return clause{`tags = '` + tag + `'`, func(n *thing) bool { return slices.Contains(n.tags, tag) }}
	case 8:
		has := rapid.SampledFrom([]string{"text", "rows"}).Draw(t, "has")
		return clause{"m_table has " + has, func(n *thing) bool {
			if has == "text" {
				return n.text != nil
			}
			return n.rows != nil
		}}
	case 9:
		return rapid.SampledFrom([]clause{
			{"__state = 'ACTIVE'", func(n *thing) bool { return !n.deleted }},
			{"__typeName = 'm_view'", func(n *thing) bool { return n.typ == "m_view" }},
			{"rows * 2 > 3", func(n *thing) bool { return rowsOf(n)*2 > 3 }},
			{"PII.level >= 1", func(n *thing) bool {
				return slices.ContainsFunc(w.holding(n), func(c held) bool {
					return c.name != "Public" && c.level >= 1
				})
			}},
			{"text = ['alpha', 'beta']", func(n *thing) bool { return n.text == "alpha" || n.text == "beta" }},
		}).Draw(t, "system")
	case 10:
		a, b := drawClause(t, w, depth-1), drawClause(t, w, depth-1)
		return clause{"(" + a.text + " and " + b.text + ")", func(n *thing) bool { return a.holds(n) && b.holds(n) }}
	}
	a, b := drawClause(t, w, depth-1), drawClause(t, w, depth-1)
	return clause{"(" + a.text + " OR " + b.text + ")", func(n *thing) bool { return a.holds(n) || b.holds(n) }}
}

func compareInt(a int64, sign string, b int64) bool {
	switch sign {
	case "=":
		return a == b
	case "!=":
		return a != b
	case "<", "lt":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

// found gives the names of what the model finds, sorted.
func (w *town) found(typ string, holds func(*thing) bool) []string {
	var names []string
	for _, n := range w.things {
		if slices.Contains(superTypes[n.typ], typ) && holds(n) {
			names = append(names, n.name)
		}
	}
	slices.Sort(names)
	return names
}

func namesOf(r *Result) []string {
	var names []string
	for _, e := range r.Entities {
		names = append(names, e.DisplayText)
	}
	slices.Sort(names)
	return names
}

func TestQueriesAgreeWithAModel(t *testing.T) {
	for name, o := range townStores {
		t.Run(name, func(t *testing.T) { queriesAgreeWithAModel(t, newTown(t, o)) })
	}
}

func queriesAgreeWithAModel(t *testing.T, w *town) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		if len(w.things) < 120 {
			w.settle(rt, ctx)
		}
		w.change(rt, ctx)
		for range 5 {
			typ := rapid.SampledFrom([]string{"m_table", "m_table", "m_view"}).Draw(rt, "type")
			c := drawClause(rt, w, 2)
			want := w.found(typ, c.holds)
			where := strings.ReplaceAll(c.text, "m_table ", typ+" ")
			text := typ + " where " + where
			run := func(more string) *Result {
				r, err := w.DSL(ctx, pedigree.DefaultWorkspace, DSLQuery{Text: text + more, Limit: 1000})
				if err != nil {
					rt.Fatalf("%s: %v", text+more, err)
				}
				return r
			}
			if got := namesOf(run("")); !slices.Equal(got, want) {
				rt.Fatalf("%s:\n got %v\nwant %v", text, got, want)
			}
			if n := run(" select count()").Attributes.Values[0][0]; n != int64(len(want)) {
				rt.Fatalf("%s: counted %v, want %d", text, n, len(want))
			}
			w.page(rt, text, want, run)
		}
	})
}

// page compares pages in order of name.
func (w *town) page(t *rapid.T, text string, want []string, run func(string) *Result) {
	desc := rapid.Bool().Draw(t, "desc")
	limit, offset := rapid.IntRange(1, 4).Draw(t, "limit"), rapid.IntRange(0, 4).Draw(t, "offset")
	order := " orderby name"
	if desc {
		want = slices.Clone(want)
		slices.Reverse(want)
		order += " desc"
	}
	want = want[min(offset, len(want)):]
	want = want[:min(limit, len(want))]
	r := run(fmt.Sprintf(" select name%s limit %d offset %d", order, limit, offset))
	var got []string
	for _, row := range r.Attributes.Values {
		got = append(got, fmt.Sprint(row[0]))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s%s limit %d offset %d:\n got %v\nwant %v", text, order, limit, offset, got, want)
	}
}

// A leaf is a filter and what it means.
type leaf struct {
	filter *Filter
	holds  func(*thing) bool
}

func drawLeaf(t *rapid.T, w *town, depth int) leaf {
	if depth > 0 && rapid.Bool().Draw(t, "several") {
		a, b := drawLeaf(t, w, depth-1), drawLeaf(t, w, depth-1)
		f := &Filter{Condition: rapid.SampledFrom([]string{"AND", "OR"}).Draw(t, "condition"), Criterion: []*Filter{a.filter, b.filter}}
		return leaf{f, func(n *thing) bool {
			if f.Condition == "AND" {
				return a.holds(n) && b.holds(n)
			}
			return a.holds(n) || b.holds(n)
		}}
	}
	v := rapid.SampledFrom([]string{"alpha", "al", "a", "beta", "Alpha"}).Draw(t, "value")
	text := func(operator string, holds func(s string) bool, absent bool) leaf {
		return leaf{&Filter{Attribute: "text", Operator: Operator(operator), Value: v}, func(n *thing) bool {
			s, ok := textOf(n.text)
			return ok && holds(s) || !ok && absent
		}}
	}
	number := func(operator string) leaf {
		x := rapid.Int64Range(0, 3).Draw(t, "number")
		return leaf{&Filter{Attribute: "rows", Operator: Operator(operator), Value: fmt.Sprint(x)}, func(n *thing) bool { return compareInt(rowsOf(n), operator, x) }}
	}
	return rapid.SampledFrom([]func() leaf{
		func() leaf { return text("=", func(s string) bool { return s == v }, false) },
		func() leaf { return text("!=", func(s string) bool { return s != v }, true) },
		func() leaf { return text("startsWith", func(s string) bool { return strings.HasPrefix(s, v) }, false) },
		func() leaf { return text("endsWith", func(s string) bool { return strings.HasSuffix(s, v) }, false) },
		func() leaf { return text("contains", func(s string) bool { return strings.Contains(s, v) }, false) },
		func() leaf { return text("not_contains", func(s string) bool { return !strings.Contains(s, v) }, true) },
		func() leaf { return text("isNull", func(string) bool { return false }, true) },
		func() leaf { return text("notNull", func(string) bool { return true }, false) },
		func() leaf {
			return number(rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="}).Draw(t, "sign"))
		},
		func() leaf {
			return leaf{&Filter{Attribute: "tags", Operator: "containsAll", Value: "x,y"}, func(n *thing) bool { return len(n.tags) == 2 }}
		},
		func() leaf {
			return leaf{&Filter{Attribute: "tags", Operator: "containsAny", Value: "x,z"}, func(n *thing) bool { return slices.Contains(n.tags, "x") }}
		},
		func() leaf {
			return leaf{&Filter{Attribute: "__classificationNames", Operator: "contains", Value: "Secret"}, func(n *thing) bool {
				return slices.ContainsFunc(w.holding(n), func(c held) bool {
					return c.name == "Secret"
				})
			}}
		},
	}).Draw(t, "leaf")()
}

func TestParametersAgreeWithAModel(t *testing.T) {
	for name, o := range townStores {
		t.Run(name, func(t *testing.T) { parametersAgreeWithAModel(t, newTown(t, o)) })
	}
}

func parametersAgreeWithAModel(t *testing.T, w *town) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		if len(w.things) < 120 {
			w.settle(rt, ctx)
		}
		w.change(rt, ctx)
		for range 5 {
			l := drawLeaf(rt, w, 2)
			p := NewParameters()
			p.TypeName, p.EntityFilters, p.Limit = "m_table", l.filter, 1000
			p.ExcludeDeleted = rapid.Bool().Draw(rt, "live")
			class := rapid.SampledFrom([]string{"", "PII", Classified, NotClassified}).Draw(rt, "class")
			p.Classification = class
			want := w.found("m_table", func(n *thing) bool {
				classified := map[string]bool{"": true, "PII": w.isA(n, "PII"), Classified: len(w.holding(n)) > 0, NotClassified: len(w.holding(n)) == 0}[class]
				return l.holds(n) && classified && (!p.ExcludeDeleted || !n.deleted)
			})
			r, err := w.Basic(ctx, pedigree.DefaultWorkspace, p)
			if err != nil {
				rt.Fatal(err)
			}
			if got := namesOf(r); !slices.Equal(got, want) || r.ApproximateCount != int64(len(want)) {
				rt.Fatalf("%+v, %q, live %v:\n got %v (%d)\nwant %v", *l.filter, class, p.ExcludeDeleted, got, r.ApproximateCount, want)
			}
			p.Limit = cmp.Or(rapid.IntRange(1, 3).Draw(rt, "limit"), 1)
			if r, err = w.Basic(ctx, pedigree.DefaultWorkspace, p); err != nil || r.ApproximateCount != int64(len(want)) || len(r.Entities) != min(p.Limit, len(want)) {
				rt.Fatalf("a page of %d: %d of %d, %v", p.Limit, len(r.Entities), r.ApproximateCount, err)
			}
		}
	})
}
