package discovery

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// shop is a catalog of two tables, one of them of two classes.
func shop(t *testing.T) *town {
	t.Helper()
	w := newTown(t, sqlite.Options{Durability: sqlite.Normal})
	b := &catalog.Batch{}
	for _, name := range []string{"orders", "returns"} {
		e := &catalog.Entity{TypeName: "m_table", Attributes: map[string]any{"qualifiedName": name, "name": name, "text": "of the shop"}}
		if name == "orders" {
			e.Classifications = []catalog.Classification{{TypeName: "Secret"}, {TypeName: "Public"}}
		}
		b.Entities = append(b.Entities, e)
	}
	if _, err := w.catalog.Save(t.Context(), pedigree.DefaultWorkspace, b); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *town) basic(t *testing.T, p *Parameters) *Result {
	t.Helper()
	p.SubTypes, p.SubClassifications = true, true
	r, err := w.Basic(t.Context(), pedigree.DefaultWorkspace, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSignsSayNothingBesideWords(t *testing.T) {
	w := shop(t)
	for text, want := range map[string]int{
		"shop": 2, "shop ;": 2, "shop - {": 2, `shop ; \{ \} \[ \]`: 2, ";": 0, "*": 2, "orders shop": 1, "shop nothing": 0,
	} {
		if got := len(w.basic(t, &Parameters{TypeName: "m_table", Query: text}).Entities); got != want {
			t.Errorf("%q finds %d, want %d", text, got, want)
		}
	}
}

func TestWordsArePatternsAndConditions(t *testing.T) {
	w := newTown(t, sqlite.Options{Durability: sqlite.Normal})
	b := &catalog.Batch{}
	for _, name := range []string{"sales_fact_daily", "sales_fact_monthly", "salesman", "Größe", "other.fact daily"} {
		b.Entities = append(b.Entities, &catalog.Entity{TypeName: "m_table", Attributes: map[string]any{"qualifiedName": name, "name": name}})
	}
	if _, err := w.catalog.Save(t.Context(), pedigree.DefaultWorkspace, b); err != nil {
		t.Fatal(err)
	}
	all := map[string]int{
		"*fact": 3, "*act": 3, "f?ct": 3, "s*y": 2, "sales*daily": 1, "*fact_daily": 2, "sales_f*": 2, "*les_f*": 2, "*les_f?ct": 2,
		"s?les": 2, "s??": 0, "*man": 1, "gr*e": 1, "grö?e": 1, "*röße": 1, "*x*": 0, "**ales*": 3,
		"sales NOT daily": 1, "sales -daily": 1, "NOT fact": 2, "NOT NOT fact": 3, "NOT": 5, "( daily OR monthly ) sales": 2, "daily OR monthly sales": 3, "(daily OR (monthly": 3,
		"daily) sales": 1, `"fact daily"`: 2, `"daily fact"`: 0, "daily fact": 2, `"fact dai"*`: 0, `fact\*`: 3, "-": 0, "sales -": 2, "*": 5, "?": 5, "*?*": 5,
	}
	for text, want := range all {
		if got := len(w.basic(t, &Parameters{TypeName: "m_table", Query: text}).Entities); got != want {
			t.Errorf("%q finds %d, want %d", text, got, want)
		}
	}
}

func TestWordsOfClassificationsFindWhatTheyReach(t *testing.T) {
	w := newTown(t, sqlite.Options{Durability: sqlite.Normal})
	table := func(name string, classes ...catalog.Classification) *catalog.Entity {
		return &catalog.Entity{GUID: "-" + name, TypeName: "m_table", Attributes: map[string]any{"qualifiedName": name, "name": name}, Classifications: classes}
	}
	b := &catalog.Batch{Entities: []*catalog.Entity{
		table("from", catalog.Classification{TypeName: "PII", Attributes: map[string]any{"note": "Zebra stripes", "level": 7}}), table("to"),
		table("other", catalog.Classification{TypeName: "Secret"}),
		{TypeName: "Process", Attributes: map[string]any{
			"qualifiedName": "p", "name": "p", "inputs": []any{map[string]any{"guid": "-from", "typeName": "m_table"}}, "outputs": []any{map[string]any{"guid": "-to", "typeName": "m_table"}},
		}},
	}}
	if _, err := w.catalog.Save(t.Context(), pedigree.DefaultWorkspace, b); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		for text, want := range map[string]int{
			"pii": 2, "zebra": 2, "zeb": 0, "zeb*": 2, "*ebra": 2, `"zebra stripes"`: 2, "stripes secret": 0, "stripes OR secret": 3, "NOT stripes": 1, "from zebra": 1, "7": 0, "level": 0, "secret": 1,
		} {
			if got := len(w.basic(t, &Parameters{TypeName: "m_table", Query: text}).Entities); got != want {
				t.Errorf("%s it is noted what classifications reach, %q finds %d, want %d", when, text, got, want)
			}
		}
	}
	check("before")
	if err := w.carry.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("after")
}

func TestClassificationsAreFilteredByTheirNames(t *testing.T) {
	w := shop(t)
	name := func(operator, value string) *Filter {
		return &Filter{Attribute: "__typeName", Operator: Operator(operator), Value: value}
	}
	for _, c := range []struct {
		filter *Filter
		want   int
	}{
		{&Filter{Attribute: "__createdBy", Operator: "=", Value: catalog.LocalUser}, 1},
		{&Filter{Attribute: "__createdBy", Operator: "!=", Value: catalog.LocalUser}, 0},
		{&Filter{Attribute: "__modifiedBy", Operator: "startsWith", Value: "no"}, 0},
		{name("contains", "ecre"), 1},
		{name("not_contains", "ecre"), 1},
		{name("=", "PII"), 0},
		{&Filter{Attribute: "__entityStatus", Operator: "=", Value: "ACTIVE"}, 1},
		{&Filter{Attribute: "__entityStatus", Operator: "=", Value: "DELETED"}, 0},
		{&Filter{Condition: "AND", Criterion: []*Filter{name("!=", "Secret"), name("!=", "Public")}}, 0},
		{&Filter{Condition: "AND", Criterion: []*Filter{name("=", "Secret"), {Attribute: "level", Operator: "isNull"}}}, 1},
	} {
		r := w.basic(t, &Parameters{Classification: AllClassifications, TagFilters: c.filter})
		if len(r.Entities) != c.want {
			t.Errorf("%+v finds %d, want %d", *c.filter, len(r.Entities), c.want)
		}
	}
}

func TestTheMarkerOfTheLastPageSaysSo(t *testing.T) {
	w := shop(t)
	p := &Parameters{TypeName: "m_table", Marker: "*", Limit: 1}
	first := w.basic(t, p)
	p.Marker = first.NextMarker
	if last := w.basic(t, p); last.NextMarker != "-1" || len(last.Entities) != 1 || last.Entities[0].GUID == first.Entities[0].GUID {
		t.Errorf("%d entities, then %q", len(last.Entities), last.NextMarker)
	}
	if r := w.basic(t, &Parameters{TypeName: "m_table", Limit: 1}); r.NextMarker != "" {
		t.Errorf("a marker %q that nobody asked for", r.NextMarker)
	}
}

func TestAttributesAloneAreATableOfAllTypes(t *testing.T) {
	w := shop(t)
	p := &Parameters{TypeName: AllEntityTypes, ExcludeHeaderAttributes: true, Attributes: []string{"__state"}}
	if v := w.basic(t, p).Attributes; v == nil || len(v.Values) < 2 || v.Values[0][0] != "ACTIVE" {
		t.Errorf("%+v", v)
	}
	p.Attributes = []string{"name"}
	if _, err := w.Basic(t.Context(), pedigree.DefaultWorkspace, p); err == nil || err.Error() != "Attribute name not found for type __ENTITY_ROOT" {
		t.Error(err)
	}
}
