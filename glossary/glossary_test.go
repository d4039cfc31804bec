package glossary

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

func TestNamesAreMadeOfTheGlossary(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("Sales")
	term := e.term(g, "Revenue")
	top := e.category(g, "Money", nil)
	sub := e.category(g, "In", top)
	got := []string{g.QualifiedName, term.QualifiedName, top.QualifiedName, sub.QualifiedName}
	if want := []string{"Sales", "Revenue@Sales", "Money@Sales", "In.Money@Sales"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	d := must(e.DetailedGlossary(t.Context(), ws, g.GUID))
	if len(d.TermInfo) != 1 || len(d.CategoryInfo) != 2 || d.CategoryInfo[sub.GUID].Parent.CategoryGUID != top.GUID {
		t.Errorf("%+v", d)
	}
	for _, c := range d.Categories {
		if c.CategoryGUID == sub.GUID && (c.ParentCategoryGUID != top.GUID || c.DisplayText != "In") {
			t.Errorf("%+v", c)
		}
	}
}

func TestBadNamesAndNamesThatAreTaken(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	e.term(g, "T")
	e.category(g, "C", nil)
	anchor := &Anchor{GlossaryGUID: g.GUID}
	glossary := func(name string) error {
		_, err := e.CreateGlossary(t.Context(), ws, &Glossary{Base: Base{Name: name}})
		return err
	}
	term := func(name string, a *Anchor) error {
		_, err := e.CreateTerms(t.Context(), ws, []*Term{{Base: Base{Name: name}, Anchor: a}})
		return err
	}
	category := func(name string, a *Anchor) error {
		_, err := e.CreateCategories(t.Context(), ws, []*Category{{Base: Base{Name: name}, Anchor: a}})
		return err
	}
	e.wants("a glossary without a name", glossary(""), fault.GlossaryQualifiedNameCantBeDerived)
	e.wants("a glossary twice", glossary("G"), fault.GlossaryAlreadyExists)
	e.wants("a term without an anchor", term("x", nil), fault.MissingMandatoryAnchor)
	e.wants("a term without a name", term("", anchor), fault.GlossaryTermQualifiedNameCantBeDerived)
	e.wants("a term in no glossary", term("x", &Anchor{GlossaryGUID: "none"}), fault.GlossaryQualifiedNameCantBeDerived)
	e.wants("a term twice", term("T", anchor), fault.GlossaryTermAlreadyExists)
	e.wants("a category without an anchor", category("x", nil), fault.MissingMandatoryAnchor)
	e.wants("a category without a name", category("", anchor), fault.GlossaryCategoryQualifiedNameCantBeDerived)
	e.wants("a category in no glossary", category("x", &Anchor{GlossaryGUID: "none"}), fault.InstanceGUIDNotFound)
	e.wants("a category twice", category("C", anchor), fault.GlossaryCategoryAlreadyExists)
	for _, bad := range []string{"a@b", "a.b", "a<b", "a>b"} {
		for what, err := range map[string]error{"glossary": glossary(bad), "term": term(bad, anchor), "category": category(bad, anchor)} {
			e.wants(what+" "+bad, err, fault.InvalidDisplayName)
		}
	}
	_, err := e.CreateTerms(t.Context(), ws, []*Term{{Base: Base{Name: "new"}, Anchor: anchor}, {Base: Base{Name: "T"}, Anchor: anchor}})
	e.wants("one of two terms twice", err, fault.GlossaryTermAlreadyExists)
	if all := must(e.Terms(t.Context(), ws, g.GUID, Page{Limit: -1})); len(all) != 1 {
		t.Errorf("half of a request was kept: %d terms", len(all))
	}
}

// TestEveryRelationIsSeenFromBothEnds relates two terms in each way, from either
// side, and takes it back.
func TestEveryRelationIsSeenFromBothEnds(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	inverse := map[string]string{
		"seeAlso": "seeAlso", "synonyms": "synonyms", "antonyms": "antonyms", "preferredTerms": "preferredToTerms", "replacedBy": "replacementTerms",
		"translatedTerms": "translationTerms", "classifies": "isA", "validValuesFor": "validValues",
	}
	for one, other := range inverse {
		inverse[other] = one
	}
	if len(inverse) != 13 {
		t.Fatalf("%d relations", len(inverse))
	}
	for _, k := range relations {
		other := e.term(g, "other "+k.key)
		made := e.term(g, "made "+k.key, func(t *Term) {
			*k.of(t) = []RelatedTerm{{TermGUID: other.GUID, Description: "d", Expression: "x", Steward: "s", Source: "o", Status: "ACTIVE"}}
		})
		seen := must(e.Term(t.Context(), ws, other.GUID)).Related()
		back := seen[inverse[k.key]]
		if len(seen) != 1 || len(back) != 1 || back[0].TermGUID != made.GUID || back[0].Description != "d" || back[0].Status != "ACTIVE" ||
			back[0].DisplayText != made.Name || back[0].QualifiedName != made.QualifiedName {
			t.Errorf("%s: the other sees %+v", k.key, seen)
			continue
		}
		ours := made.Related()[k.key]
		if len(made.Related()) != 1 || len(ours) != 1 || ours[0].RelationGUID != back[0].RelationGUID {
			t.Errorf("%s: it is %+v", k.key, made.Related())
			continue
		}
		(*k.of(made))[0].Steward = "t"
		changed := must(e.UpdateTerm(t.Context(), ws, made))
		if now := changed.Related()[k.key]; len(now) != 1 || now[0].Steward != "t" || now[0].RelationGUID != ours[0].RelationGUID {
			t.Errorf("%s: changed to %+v", k.key, now)
		}
		*k.of(made) = nil
		if now := must(e.UpdateTerm(t.Context(), ws, made)).Related(); len(now) != 0 {
			t.Errorf("%s: left %+v", k.key, now)
		}
		if now := must(e.Term(t.Context(), ws, other.GUID)).Related(); len(now) != 0 {
			t.Errorf("%s: the other still sees %+v", k.key, now)
		}
	}
}

func TestRelationsThatCannotBe(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	one, other := e.term(g, "one"), e.term(g, "other")
	itself := *one
	itself.Synonyms = []RelatedTerm{{TermGUID: one.GUID}}
	_, err := e.UpdateTerm(t.Context(), ws, &itself)
	e.wants("a term related to itself", err, fault.InvalidTermRelationToSelf)
	twice := *one
	twice.Synonyms = []RelatedTerm{{TermGUID: other.GUID}, {TermGUID: other.GUID}}
	_, err = e.UpdateTerm(t.Context(), ws, &twice)
	e.wants("a term related twice", err, fault.GlossaryTermAlreadyExists)
	if related := must(e.Term(t.Context(), ws, one.GUID)).Related(); len(related) != 0 {
		t.Errorf("half of it was kept: %+v", related)
	}
}

func TestAnUpdateClearsWhatItDoesNotSay(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	c := e.category(g, "C", nil)
	term := e.term(g, "T", func(t *Term) {
		t.ShortDescription, t.Abbreviation, t.Examples = "short", "abbr", []string{"a", "b"}
		t.AdditionalAttributes = map[string]any{"k": "v"}
		t.Categories = []Categorization{{CategoryGUID: c.GUID, Description: "why", Status: "DRAFT"}}
	})
	if term.Categories[0].DisplayText != "C" || term.Categories[0].Status != "DRAFT" || !slices.Equal(term.Examples, []string{"a", "b"}) || term.AdditionalAttributes["k"] != "v" {
		t.Errorf("%+v", term)
	}
	if in := must(e.CategoryTerms(t.Context(), ws, c.GUID, Page{Limit: -1})); len(in) != 1 || in[0].TermGUID != term.GUID || in[0].Description != "why" {
		t.Errorf("%+v", in)
	}
	patched := must(e.PatchTerm(t.Context(), ws, term.GUID, map[string]string{"longDescription": "long"}))
	if patched.LongDescription != "long" || patched.ShortDescription != "short" || len(patched.Categories) != 1 {
		t.Errorf("%+v", patched)
	}
	renamed := must(e.UpdateTerm(t.Context(), ws, &Term{Base: Base{GUID: term.GUID, Name: "U"}, Anchor: term.Anchor}))
	want := &Term{Base: Base{GUID: term.GUID, Name: "U", QualifiedName: "T@G"}, Anchor: term.Anchor}
	if !reflect.DeepEqual(renamed, want) {
		t.Errorf("%+v, want %+v", renamed, want)
	}
	_, err := e.PatchTerm(t.Context(), ws, term.GUID, map[string]string{"qualifiedName": "x"})
	e.wants("a patch of a name that is made", err, fault.InvalidPartialUpdateAttr)
	_, err = e.PatchGlossary(t.Context(), ws, g.GUID, nil)
	e.wants("an empty patch", err, fault.BadRequest)
	_, err = e.UpdateTerm(t.Context(), ws, &Term{Base: Base{GUID: term.GUID, Name: "U"}})
	e.wants("an update without an anchor", err, fault.MissingMandatoryAnchor)
}

func TestATermMovesToAnotherGlossary(t *testing.T) {
	e := newEnv(t)
	one, two := e.glossary("one"), e.glossary("two")
	term := e.term(one, "T")
	term.Anchor = &Anchor{GlossaryGUID: two.GUID}
	moved := must(e.UpdateTerm(t.Context(), ws, term))
	if moved.QualifiedName != "T@two" || moved.Anchor.GlossaryGUID != two.GUID {
		t.Errorf("%+v", moved)
	}
	if left := must(e.Terms(t.Context(), ws, one.GUID, Page{Limit: -1})); len(left) != 0 {
		t.Errorf("%+v", left)
	}
	e.term(one, "T")
	moved.Anchor = &Anchor{GlossaryGUID: one.GUID}
	_, err := e.UpdateTerm(t.Context(), ws, moved)
	e.wants("a move to where the name is taken", err, fault.GlossaryTermAlreadyExists)
}

// TestAnAnchorThatNamesNoRelationshipMakesNamesAnew is how clients bring qualified names
// up to names that changed.
func TestAnAnchorThatNamesNoRelationshipMakesNamesAnew(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	term, other := e.term(g, "T"), e.term(g, "other")
	top := e.category(g, "top", nil)
	sub := e.category(g, "sub", top)
	e.category(g, "leaf", sub)

	term.Name = "U"
	if kept := must(e.UpdateTerm(t.Context(), ws, term)); kept.QualifiedName != "T@G" {
		t.Errorf("with its own anchor it became %q", kept.QualifiedName)
	}
	relation := term.Anchor.RelationGUID
	term.Anchor = &Anchor{GlossaryGUID: g.GUID}
	if now := must(e.UpdateTerm(t.Context(), ws, term)); now.QualifiedName != "U@G" || now.Anchor.RelationGUID != relation {
		t.Errorf("%+v in %+v", now, now.Anchor)
	}
	other.Name, other.Anchor = "U", &Anchor{GlossaryGUID: g.GUID}
	_, err := e.UpdateTerm(t.Context(), ws, other)
	e.wants("a name that is taken", err, fault.GlossaryTermAlreadyExists)

	sub = must(e.Category(t.Context(), ws, sub.GUID))
	sub.Name, sub.Anchor = "mid", &Anchor{GlossaryGUID: g.GUID}
	if now := must(e.UpdateCategory(t.Context(), ws, sub)); now.Parent.RelationGUID != sub.Parent.RelationGUID {
		t.Errorf("it left its parent and came back: %+v, was %+v", now.Parent, sub.Parent)
	}
	if got := e.names(g); !reflect.DeepEqual(got, map[string]string{"top": "top@G", "mid": "mid.top@G", "leaf": "leaf.mid.top@G"}) {
		t.Errorf("%v", got)
	}
}

// names gives the qualified names of categories by name.
func (e *env) names(g *Glossary) map[string]string {
	names := make(map[string]string)
	for _, c := range must(e.Categories(e.Context(), ws, g.GUID, Page{Limit: -1})) {
		names[c.Name] = c.QualifiedName
	}
	return names
}

func TestAMovedCategoryRenamesWhatIsBelowIt(t *testing.T) {
	e := newEnv(t)
	g, other := e.glossary("G"), e.glossary("H")
	a, b := e.category(g, "a", nil), e.category(g, "b", nil)
	sub := e.category(g, "sub", a)
	leaf := e.category(g, "leaf", sub)
	if leaf.QualifiedName != "leaf.sub.a@G" {
		t.Fatalf("%q", leaf.QualifiedName)
	}
	move := func(c *Category, change func(*Category)) error {
		c = must(e.Category(t.Context(), ws, c.GUID))
		change(c)
		_, err := e.UpdateCategory(t.Context(), ws, c)
		return err
	}
	for _, step := range []struct {
		what   string
		of     *Category
		change func(*Category)
		want   map[string]string
	}{
		{
			"below another", sub, func(c *Category) { c.Parent = &RelatedCategory{CategoryGUID: b.GUID} },
			map[string]string{"a": "a@G", "b": "b@G", "sub": "sub.b@G", "leaf": "leaf.sub.b@G"},
		},
		{
			"to the top", sub, func(c *Category) { c.Parent = nil },
			map[string]string{"a": "a@G", "b": "b@G", "sub": "sub@G", "leaf": "leaf.sub@G"},
		},
		{
			"adopted", a, func(c *Category) { c.Children = []RelatedCategory{{CategoryGUID: sub.GUID}} },
			map[string]string{"a": "a@G", "b": "b@G", "sub": "sub.a@G", "leaf": "leaf.sub.a@G"},
		},
		{
			"given up", a, func(c *Category) { c.Children = nil },
			map[string]string{"a": "a@G", "b": "b@G", "sub": "sub@G", "leaf": "leaf.sub@G"},
		},
	} {
		if err := move(step.of, step.change); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if got := e.names(g); !reflect.DeepEqual(got, step.want) {
			t.Errorf("%s: %v, want %v", step.what, got, step.want)
		}
	}
	if err := move(sub, func(c *Category) { c.Anchor = &Anchor{GlossaryGUID: other.GUID} }); err != nil {
		t.Fatal(err)
	}
	if got := e.names(other); !reflect.DeepEqual(got, map[string]string{"sub": "sub@H", "leaf": "leaf.sub@H"}) {
		t.Errorf("in another glossary: %v", got)
	}
	e.wants("a parent in another glossary", move(sub, func(c *Category) { c.Parent = &RelatedCategory{CategoryGUID: a.GUID} }), fault.InvalidChildCategoryDifferentGlossary)
	e.wants("a child of another glossary", move(a, func(c *Category) { c.Children = []RelatedCategory{{CategoryGUID: sub.GUID}} }), fault.InvalidChildCategoryDifferentGlossary)
	e.wants("a category below itself", move(sub, func(c *Category) { c.Parent = &RelatedCategory{CategoryGUID: leaf.GUID} }), fault.BadRequest)
	if got := e.names(other); got["sub"] != "sub@H" {
		t.Errorf("what was refused is kept in part: %v", got)
	}
	e.category(other, "a", nil)
	e.wants("a move to where the name is taken", move(a, func(c *Category) { c.Anchor = &Anchor{GlossaryGUID: other.GUID} }), fault.GlossaryCategoryAlreadyExists)
}

func TestDeletedCategoriesLeaveWhatIsBelowThem(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	a := e.category(g, "a", nil)
	b := e.category(g, "b", a)
	e.category(g, "c", b)
	if err := e.DeleteCategory(t.Context(), ws, a.GUID); err != nil {
		t.Fatal(err)
	}
	if got := e.names(g); !reflect.DeepEqual(got, map[string]string{"b": "b@G", "c": "c.b@G"}) {
		t.Errorf("%v", got)
	}
	_, err := e.Category(t.Context(), ws, a.GUID)
	e.wants("a deleted category", err, fault.InstanceGUIDNotFound, fault.InstanceGUIDDeleted)
}

func TestTermsAreAssignedToEntities(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	term := e.term(g, "T")
	one, two := e.table("one"), e.table("two")
	ids := []catalog.RelatedID{{GUID: one, RelationshipAttributes: &catalog.Struct{Attributes: map[string]any{"description": "d", "confidence": 7}}}, {GUID: two}}
	for range 2 { // again changes nothing
		if err := e.Assign(t.Context(), ws, term.GUID, ids); err != nil {
			t.Fatal(err)
		}
	}
	assigned := must(e.Assigned(t.Context(), ws, term.GUID, Page{Limit: -1, Desc: true}))
	if len(assigned) != 2 || assigned[0].GUID != two || assigned[1].GUID != one || assigned[0].RelationshipGUID == "" || assigned[1].DisplayText != "one" {
		t.Fatalf("%+v", assigned)
	}
	var header *catalog.Header
	err := e.catalog.View(t.Context(), ws, func(v *catalog.View) error {
		n, err := v.NodeByGUID(one)
		if err == nil {
			header, err = v.Header(n)
		}
		return err
	})
	if err != nil || !slices.Equal(header.MeaningNames, []string{"T"}) || header.Meanings[0].TermGUID != term.GUID || header.Meanings[0].Description != "d" ||
		header.Meanings[0].Confidence != 7 {
		t.Errorf("the entity shows %+v (%v)", header, err)
	}
	e.wants("a term that is in use", e.DeleteTerm(t.Context(), ws, term.GUID), fault.TermHasEntityAssociation)
	e.wants("a glossary that is in use", e.DeleteGlossary(t.Context(), ws, g.GUID), fault.TermHasEntityAssociation)
	e.wants("no relationship named", e.Dissociate(t.Context(), ws, term.GUID, []catalog.RelatedID{{GUID: one}}), fault.TermDissociationMissingRelationGUID)
	e.wants("another's relationship", e.Dissociate(t.Context(), ws, term.GUID, []catalog.RelatedID{{GUID: one, RelationshipGUID: assigned[0].RelationshipGUID}}), fault.InvalidTermDissociation)
	e.wants("no such entity", e.Assign(t.Context(), ws, term.GUID, []catalog.RelatedID{{GUID: "none"}}), fault.InstanceGUIDNotFound)
	if err := e.Dissociate(t.Context(), ws, term.GUID, assigned); err != nil {
		t.Fatal(err)
	}
	if now := must(e.Term(t.Context(), ws, term.GUID)); now.AssignedEntities != nil {
		t.Errorf("%+v", now.AssignedEntities)
	}
	var events []catalog.AuditEvent
	err = e.catalog.View(t.Context(), ws, func(v *catalog.View) (err error) {
		events, err = v.AuditEvents(&catalog.AuditQuery{GUID: one, Count: 10, Offset: -1})
		return err
	})
	if err != nil || len(events) < 2 || events[0].Action != catalog.AuditTermDelete || events[1].Action != catalog.AuditTermAdd ||
		!strings.Contains(events[1].Details, `"qualifiedName":"T@G"`) {
		t.Errorf("the history says %+v (%v)", events, err)
	}
	if err := e.DeleteGlossary(t.Context(), ws, g.GUID); err != nil {
		t.Fatal(err)
	}
	_, err = e.Term(t.Context(), ws, term.GUID)
	e.wants("a term of a deleted glossary", err, fault.InstanceGUIDNotFound, fault.InstanceGUIDDeleted)
	e.glossary("G") // its name is free again
}

func TestListsComeInPages(t *testing.T) {
	e := newEnv(t)
	for _, name := range []string{"b", "c", "a"} {
		e.glossary(name)
	}
	shown := func(p Page) (names []string) {
		for _, g := range must(e.Glossaries(t.Context(), ws, p)) {
			names = append(names, g.Name)
		}
		return names
	}
	for _, c := range []struct {
		page Page
		want string
	}{
		{Page{Limit: -1}, "a b c"},
		{Page{Limit: 2}, "a b"},
		{Page{Limit: 2, Offset: 2}, "c"},
		{Page{Limit: -1, Offset: 9}, ""},
		{Page{Limit: 1, Desc: true}, "c"},
		{Page{Limit: 0}, ""},
		{Page{Limit: -1, Offset: -4, Desc: true}, "c b a"},
	} {
		if got := strings.Join(shown(c.page), " "); got != c.want {
			t.Errorf("%+v: %q, want %q", c.page, got, c.want)
		}
	}
	g := e.glossary("g")
	for _, name := range []string{"y", "x"} {
		e.term(g, name)
		e.category(g, name, nil)
	}
	terms := must(e.TermHeaders(t.Context(), ws, g.GUID, Page{Limit: 1}))
	categories := must(e.CategoryHeaders(t.Context(), ws, g.GUID, Page{Limit: 1, Desc: true}))
	if len(terms) != 1 || terms[0].DisplayText != "x" || len(categories) != 1 || categories[0].DisplayText != "y" {
		t.Errorf("%+v, %+v", terms, categories)
	}
}

func TestSomethingOfAnotherSortIsRefused(t *testing.T) {
	e := newEnv(t)
	g := e.glossary("G")
	_, err := e.Term(t.Context(), ws, g.GUID)
	e.wants("a glossary asked for as a term", err, fault.UnexpectedType)
	_, err = e.Glossary(t.Context(), ws, e.table("t"))
	e.wants("a table asked for as a glossary", err, fault.UnexpectedType)
	if _, err = e.Category(t.Context(), ws, e.term(g, "x").GUID); err == nil || err.Error() != "expected type AtlasGlossaryCategory; found AtlasGlossaryTerm" {
		t.Errorf("a term asked for as a category: %v", err)
	}
	_, err = e.CreateTerms(t.Context(), ws, []*Term{{Base: Base{Name: "y"}, Anchor: &Anchor{GlossaryGUID: e.table("u")}}})
	e.wants("a term of a table", err, fault.GlossaryQualifiedNameCantBeDerived)
}

func TestNoneAreMadeOfNone(t *testing.T) {
	e := newEnv(t)
	if terms, err := e.CreateTerms(t.Context(), ws, []*Term{}); err != nil || terms == nil || len(terms) != 0 {
		t.Errorf("%v (%v)", terms, err)
	}
	if categories, err := e.CreateCategories(t.Context(), ws, []*Category{}); err != nil || categories == nil || len(categories) != 0 {
		t.Errorf("%v (%v)", categories, err)
	}
	_, err := e.CreateTerms(t.Context(), ws, nil)
	e.wants("terms that are not given", err, fault.BadRequest)
}

// TestALargeTableIsImportedLineByLine has broken lines of all sorts among ten
// thousand, of which each costs itself alone.
func TestALargeTableIsImportedLineByLine(t *testing.T) {
	e := newEnv(t)
	var b strings.Builder
	b.WriteString(Template() + "\n")
	broken := map[int]string{
		9000: `"Big,never closed`, 3: ",no glossary", 4: "Big,", 5: "Big,bad@name", 6: "Big,x,,,,,,key", 7: "Ba.d,x", 8: "Big,term 1", 9: "Big,term 2", 10: "Big,\x01",
	}
	const n = 10_000
	for i := 1; i <= n; i++ {
		if text, ok := broken[i]; ok && i != 10 {
			b.WriteString(text + "\n")
			continue
		}
		fmt.Fprintf(&b, "Big,term %d,short,long,one|two,abbr,use,k:v|l:w\n", i)
	}
	report, err := e.Import(t.Context(), ws, "terms.csv", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Success) != n-8 || len(report.Failed) != 8 {
		t.Errorf("%d taken, %d failed: %+v", len(report.Success), len(report.Failed), report.Failed)
	}
	for _, f := range report.Failed {
		if _, ok := broken[f.Row]; !ok || f.Status != "FAILED" || f.Remarks == "" {
			t.Errorf("%+v", f)
		}
	}
	all := must(e.List(t.Context(), ws, &Filter{Terms: true, Categories: true}))
	if len(all) != n-8 {
		t.Errorf("%d terms", len(all))
	}
	glossaries := must(e.Glossaries(t.Context(), ws, Page{Limit: -1}))
	if len(glossaries) != 1 {
		t.Errorf("%d glossaries: one of a row that failed was kept", len(glossaries))
	}
	term := all[0].Term
	if term.ShortDescription != "short" || !slices.Equal(term.Examples, []string{"one", "two"}) || term.AdditionalAttributes["l"] != "w" {
		t.Errorf("%+v", term)
	}
	_, err = e.Import(t.Context(), ws, "terms.csv", []byte(Template()+"\nBig,term 1\n"))
	e.wants("a table of which no row is taken", err, fault.GlossaryImportFailed)
}

func TestWhatIsExportedIsImported(t *testing.T) {
	for _, kind := range []string{"csv", "xlsx"} {
		e := newEnv(t)
		g := e.glossary("G")
		b := e.term(g, "b", func(t *Term) { t.Usage, t.AdditionalAttributes = "=cmd()", map[string]any{"k": "v"} })
		e.term(g, "a", func(t *Term) {
			t.Synonyms, t.IsA = []RelatedTerm{{TermGUID: b.GUID}}, []RelatedTerm{{TermGUID: b.GUID}}
			t.Examples = []string{"one", "two"}
		})
		e.category(g, "c", nil)
		var file strings.Builder
		if err := WriteTable(&file, kind, must(e.Table(t.Context(), ws, &Filter{Terms: true, Categories: true}, true))); err != nil {
			t.Fatal(err)
		}
		fresh := newEnv(t)
		report, err := fresh.Import(t.Context(), ws, "x."+kind, []byte(file.String()))
		if err != nil || len(report.Failed) != 0 || len(report.Success) != 2 {
			t.Fatalf("%s: %+v (%v)\n%s", kind, report, err, file.String())
		}
		terms := must(fresh.List(t.Context(), ws, &Filter{Terms: true}))
		one, two := terms[0].Term, terms[1].Term
		if len(one.Synonyms) != 1 || one.Synonyms[0].TermGUID != two.GUID || len(one.IsA) != 1 || len(two.Classifies) != 1 || two.Usage != "=cmd()" ||
			two.AdditionalAttributes["k"] != "v" || !slices.Equal(one.Examples, []string{"one", "two"}) {
			t.Errorf("%s: %+v, %+v", kind, one, two)
		}
	}
}

func TestARowWithABadRelationKeepsItsTermWithoutRelations(t *testing.T) {
	e := newEnv(t)
	head := strings.Join(columns, ",") + "\n"
	row := func(name, synonyms string) string { return "G," + name + strings.Repeat(",", 9) + synonyms + "\n" }
	report, err := e.Import(t.Context(), ws, "x.csv", []byte(head+row("a", "G:b")+row("b", "G:none|G:a")+row("c", "G:c")+row("d", "odd")))
	if err != nil || len(report.Success) != 4 || len(report.Failed) != 3 {
		t.Fatalf("%+v (%v)", report, err)
	}
	for i, want := range []int{2, 3, 4} {
		if report.Failed[i].Row != want {
			t.Errorf("%+v", report.Failed[i])
		}
	}
	all := must(e.List(t.Context(), ws, &Filter{Terms: true}))
	if a := all[0].Term; len(a.Synonyms) != 1 || a.Synonyms[0].DisplayText != "b" {
		t.Errorf("%+v", a)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	e := newEnv(t)
	for name, want := range map[string]fault.Reason{"x.txt": fault.InvalidFileType, "": fault.InvalidFileType, "x.csv": fault.NoDataFound, "x.xlsx": fault.NotValidFile} {
		_, err := e.Import(t.Context(), ws, name, []byte("GlossaryName,TermName\n"))
		e.wants(name, err, want)
	}
}

func TestListsAreFiltered(t *testing.T) {
	e := newEnv(t)
	g, h := e.glossary("Alpha"), e.glossary("Beta")
	e.term(g, "one", func(t *Term) { t.ShortDescription = "Needle" })
	e.term(h, "two", func(t *Term) { t.AdditionalAttributes = map[string]any{"status": "DRAFT"} })
	e.category(g, "three", nil)
	for name, c := range map[string]struct {
		filter Filter
		want   string
	}{
		"all":           {Filter{Terms: true, Categories: true}, "one three two"},
		"terms":         {Filter{Terms: true, Desc: true}, "two one"},
		"a glossary":    {Filter{Terms: true, Categories: true, Glossaries: []string{h.GUID}}, "two"},
		"by its name":   {Filter{Terms: true, Categories: true, GlossaryName: "alp"}, "one three"},
		"a word":        {Filter{Terms: true, Categories: true, Query: "needle"}, "one"},
		"a status":      {Filter{Terms: true, Categories: true, Status: "draft"}, "two"},
		"by a glossary": {Filter{Terms: true, Categories: true, SortBy: "glossaryName", Desc: true}, "two three one"},
		"by a sort":     {Filter{Terms: true, Categories: true, SortBy: "type"}, "three one two"},
	} {
		var names []string
		for _, l := range must(e.List(t.Context(), ws, &c.filter)) {
			names = append(names, l.base().Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestFilesWaitForWhoAskedUntilThereAreTooMany(t *testing.T) {
	e := newEnv(t)
	e.term(e.glossary("G"), "word")
	for i := range maxFiles + 2 {
		if err := e.CreateFile(t.Context(), ws, "ann", &Filter{Terms: true}, "csv", false, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	again := New(e.catalog) // as after a start
	all := must(again.Files(t.Context(), ws, "ann"))
	if len(all) != maxFiles || all[0].Name != "ann_GLOSSARY_EXPORT_2.csv" || all[0].User != "ann" || all[0].Created == 0 {
		t.Fatalf("%d from %+v on", len(all), all[0])
	}
	if content := must(again.Content(t.Context(), ws, all[0])); !strings.Contains(string(content), "word") || len(content) != all[0].Size {
		t.Errorf("it holds %q", content)
	}
	if theirs := must(again.Files(t.Context(), ws, "bob")); len(theirs) != 0 {
		t.Errorf("bob sees %d", len(theirs))
	}
}
