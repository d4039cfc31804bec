package glossary

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/sheet"
)

// maxListed bounds how many terms and categories one list is made of.
const maxListed = 100_000

// A Filter says which terms and categories a list has, and in which order.
type Filter struct {
	Glossaries     []string // guids; empty for all
	GlossaryName   string   // part of the glossary's name, in any case
	Terms          bool
	Categories     bool
	Status         string // part of it
	Classification string // part of the names of classifications
	Query          string // part of any text that is shown; in any case
	SortBy         string // name, glossaryName, status, qualifiedName or type
	Desc           bool
}

// A Listed is a term or category in a list.
type Listed struct {
	Glossary *Glossary
	Term     *Term // or
	Category *Category
}

// base gives what both sorts have in common.
func (l *Listed) base() *Base {
	if l.Term != nil {
		return &l.Term.Base
	}
	return &l.Category.Base
}

// Kind is TERM or CATEGORY.
func (l *Listed) Kind() string {
	if l.Term != nil {
		return "TERM"
	}
	return "CATEGORY"
}

// Status is what somebody has noted of it: a term's first category says it, or the
// additional attribute of that name.
func (l *Listed) Status() string {
	if l.Term != nil {
		for _, c := range l.Term.Categories {
			if c.Status != "" {
				return c.Status
			}
		}
	}
	return StatusOf(l.base())
}

// StatusOf gives the additional attribute of that name.
func StatusOf(b *Base) string {
	if status := b.AdditionalAttributes["status"]; status != nil {
		return fmt.Sprint(status)
	}
	return "ACTIVE"
}

func (l *Listed) classifications() string {
	var names []string
	for _, c := range l.base().Classifications {
		names = append(names, c.TypeName)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (l *Listed) additional(pair, between string) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(l.base().AdditionalAttributes)) {
		if v := l.base().AdditionalAttributes[key]; v != nil {
			all = append(all, key+pair+fmt.Sprint(v))
		}
	}
	return strings.Join(all, between)
}

// above names the categories of a term, or the parent of a category.
func (l *Listed) above() string {
	if l.Term == nil {
		if l.Category.Parent == nil {
			return ""
		}
		return l.Category.Parent.DisplayText
	}
	var names []string
	for _, c := range l.Term.Categories {
		names = append(names, c.DisplayText)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// List gives what a filter lets through, in its order.
func (s *Service) List(ctx context.Context, workspace pedigree.NodeID, f *Filter) (all []*Listed, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		all, err = b.list(f)
		return err
	})
	return all, err
}

func (b *book) list(f *Filter) (all []*Listed, err error) {
	glossaries, err := b.listedGlossaries(f)
	if err != nil {
		return nil, err
	}
	for _, g := range glossaries {
		if len(all)+len(g.Terms)+len(g.Categories) > maxListed {
			return nil, fault.New(fault.BadRequest, fmt.Sprintf("There are more than %d terms and categories: choose a glossary", maxListed))
		}
		more, err := b.listGlossary(g, f)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	f.sort(all)
	return all, nil
}

func (b *book) listedGlossaries(f *Filter) (all []*Glossary, err error) {
	if len(f.Glossaries) > 0 {
		entities, err := b.loadAll(GlossaryType, f.Glossaries)
		for _, e := range entities {
			all = append(all, glossaryOfEntity(e))
		}
		return all, err
	}
	nodes, err := b.all()
	if err != nil {
		return nil, err
	}
	if all, err = b.glossariesOf(nodes, Page{Limit: -1}); err != nil || f.GlossaryName == "" {
		return all, err
	}
	return slices.DeleteFunc(all, func(g *Glossary) bool { return !holds(g.Name, f.GlossaryName) }), nil
}

func (b *book) listGlossary(g *Glossary, f *Filter) (all []*Listed, err error) {
	if f.Terms {
		terms, err := b.terms(g.Terms)
		if err != nil {
			return nil, err
		}
		for _, t := range terms {
			all = append(all, &Listed{Glossary: g, Term: t})
		}
	}
	if f.Categories {
		categories, err := b.categories(g.Categories)
		if err != nil {
			return nil, err
		}
		for _, c := range categories {
			all = append(all, &Listed{Glossary: g, Category: c})
		}
	}
	return slices.DeleteFunc(all, func(l *Listed) bool { return !f.lets(l) }), nil
}

// lets reports whether the filter lets something through.
func (f *Filter) lets(l *Listed) bool {
	if !holds(l.Status(), f.Status) || !holds(l.classifications(), f.Classification) {
		return false
	}
	b := l.base()
	shown := []string{b.Name, b.ShortDescription, b.LongDescription, l.Status(), l.classifications(), l.additional("=", "; "), l.above()}
	if len(f.Glossaries) == 0 {
		shown = append(shown, l.Glossary.Name)
	}
	return f.Query == "" || slices.ContainsFunc(shown, func(text string) bool { return holds(text, f.Query) })
}

func holds(text, part string) bool {
	return part == "" || strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

func (f *Filter) sort(all []*Listed) {
	key := func(l *Listed) string { return l.base().Name }
	switch strings.ToLower(f.SortBy) {
	case "glossaryname", "glossary":
		key = func(l *Listed) string { return l.Glossary.Name }
	case "status":
		key = (*Listed).Status
	case "qualifiedname":
		key = func(l *Listed) string { return l.base().QualifiedName }
	case "recordtype", "type", "glossarytype":
		key = (*Listed).Kind
	}
	slices.SortStableFunc(all, func(a, b *Listed) int {
		order := cmp.Or(
			cmp.Compare(strings.ToLower(key(a)), strings.ToLower(key(b))),
			cmp.Compare(strings.ToLower(a.base().Name), strings.ToLower(b.base().Name)),
			cmp.Compare(a.base().GUID, b.base().GUID))
		if f.Desc {
			return -order
		}
		return order
	})
}

// auditColumns are those of a table that is to be read only.
var auditColumns = []string{
	"Record Type", "Name", "Glossary Name", "Short Description", "Long Description", "Status", "Classifications", "Custom Attributes",
	"Related Categories / Parent", "Qualified Name", "GUID",
}

// Table makes a table of a list: one that [Service.Import] takes, which has terms
// only, or one that shows more.
func (s *Service) Table(ctx context.Context, workspace pedigree.NodeID, f *Filter, importable bool) (rows [][]string, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		all, err := b.list(f)
		if err != nil {
			return err
		}
		rows = [][]string{auditColumns}
		if importable {
			rows = [][]string{columns}
		}
		for _, l := range all {
			switch {
			case !importable:
				rows = append(rows, l.auditRow())
			case l.Term != nil:
				rows = append(rows, l.importRow())
			}
		}
		return nil
	})
	return rows, err
}

func (l *Listed) auditRow() []string {
	b := l.base()
	return []string{
		l.Kind(), b.Name, l.Glossary.Name, b.ShortDescription, b.LongDescription, l.Status(), l.classifications(), l.additional("=", "; "),
		l.above(), b.QualifiedName, b.GUID,
	}
}

func (l *Listed) importRow() []string {
	t := l.Term
	row := []string{
		glossaryOf(t.QualifiedName), t.Name, t.ShortDescription, t.LongDescription, strings.Join(t.Examples, "|"), t.Abbreviation, t.Usage,
		l.additional(":", "|"),
	}
	related := t.Related()
	for _, key := range relatedKeys {
		var names []string
		for _, r := range related[key] {
			if name, glossary, ok := strings.Cut(r.QualifiedName, "@"); ok {
				names = append(names, glossary+":"+name)
			}
		}
		row = append(row, strings.Join(names, "|"))
	}
	return row
}

// WriteTable writes a table as a file of a kind, csv or xlsx.
func WriteTable(w io.Writer, kind string, rows [][]string) error {
	if kind == "xlsx" {
		return sheet.WriteXLSX(w, "Glossary", rows)
	}
	return sheet.WriteCSV(w, rows)
}
