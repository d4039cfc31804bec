package glossary

import (
	"cmp"
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/query"
)

// Glossaries gives a page of the glossaries, by qualified name.
func (s *Service) Glossaries(ctx context.Context, workspace pedigree.NodeID, p Page) (all []*Glossary, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		nodes, err := b.all()
		if err != nil {
			return err
		}
		all, err = b.glossariesOf(nodes, p)
		return err
	})
	return all, err
}

// all gives the live nodes of all glossaries.
func (b *book) all() (nodes []pedigree.Node, err error) {
	q := &query.Query{
		Workspace: b.workspace, Homes: []pedigree.NodeID{b.workspace}, Type: b.Types().Entity(GlossaryType).Node, View: query.Live, Limit: 1000,
	}
	for {
		found, next, err := b.Reader().Find(q)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, found...)
		if next == nil {
			return nodes, nil
		}
		q.After = next
	}
}

// glossariesOf shows a page of glossaries. Only those of the page are read whole.
func (b *book) glossariesOf(nodes []pedigree.Node, p Page) (all []*Glossary, err error) {
	headers, err := b.Headers(nodes, catalog.HeaderOptions{})
	if err != nil {
		return nil, err
	}
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		c := cmp.Or(cmp.Compare(text(headers[i].Attributes, qualified), text(headers[j].Attributes, qualified)), cmp.Compare(nodes[i].ID, nodes[j].ID))
		if p.Desc {
			return -c
		}
		return c
	})
	var wanted []pedigree.Node
	for _, i := range of(p, order) {
		wanted = append(wanted, nodes[i])
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	entities, err := b.Entities(wanted, catalog.ReadOptions{NoReferred: true})
	if err != nil {
		return nil, err
	}
	for _, e := range entities.Entities {
		all = append(all, glossaryOfEntity(e))
	}
	return all, nil
}

// Glossary gives one glossary.
func (s *Service) Glossary(ctx context.Context, workspace pedigree.NodeID, guid string) (g *Glossary, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		g, err = b.glossary(guid)
		return err
	})
	return g, err
}

func (b *book) glossary(guid string) (*Glossary, error) {
	e, err := b.load(GlossaryType, guid)
	if err != nil {
		return nil, err
	}
	g := glossaryOfEntity(e)
	return g, b.showParents(g.Categories)
}

// showParents says of categories which others they are below.
func (b *book) showParents(categories []RelatedCategory) error {
	guids := make([]string, len(categories))
	for i := range categories {
		guids[i] = categories[i].CategoryGUID
	}
	all, err := b.loadAll(CategoryType, guids)
	for i, e := range all {
		for _, r := range related(e, "parentCategory") {
			categories[i].ParentCategoryGUID = r.GUID
		}
	}
	return err
}

// DetailedGlossary gives one glossary with all that is in it.
func (s *Service) DetailedGlossary(ctx context.Context, workspace pedigree.NodeID, guid string) (d *Detailed, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		d, err = b.detailed(guid)
		return err
	})
	return d, err
}

func (b *book) detailed(guid string) (*Detailed, error) {
	g, err := b.glossary(guid)
	if err != nil {
		return nil, err
	}
	d := &Detailed{Glossary: *g, TermInfo: make(map[string]*Term), CategoryInfo: make(map[string]*Category)}
	terms, err := b.terms(g.Terms)
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		d.TermInfo[t.GUID] = t
	}
	categories, err := b.categories(g.Categories)
	for _, c := range categories {
		d.CategoryInfo[c.GUID] = c
	}
	return d, err
}

// terms reads those that headers are of, in their order.
func (b *book) terms(headers []RelatedTerm) (terms []*Term, err error) {
	guids := make([]string, len(headers))
	for i := range headers {
		guids[i] = headers[i].TermGUID
	}
	all, err := b.loadAll(TermType, guids)
	for _, e := range all {
		terms = append(terms, termOfEntity(e))
	}
	return terms, err
}

// categories does the same for categories.
func (b *book) categories(headers []RelatedCategory) (categories []*Category, err error) {
	guids := make([]string, len(headers))
	for i := range headers {
		guids[i] = headers[i].CategoryGUID
	}
	all, err := b.loadAll(CategoryType, guids)
	for _, e := range all {
		categories = append(categories, categoryOfEntity(e))
	}
	return categories, err
}

// Term gives one term.
func (s *Service) Term(ctx context.Context, workspace pedigree.NodeID, guid string) (t *Term, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		t, err = b.term(guid)
		return err
	})
	return t, err
}

func (b *book) term(guid string) (*Term, error) {
	e, err := b.load(TermType, guid)
	if err != nil {
		return nil, err
	}
	return termOfEntity(e), nil
}

// Category gives one category.
func (s *Service) Category(ctx context.Context, workspace pedigree.NodeID, guid string) (c *Category, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		c, err = b.category(guid)
		return err
	})
	return c, err
}

func (b *book) category(guid string) (*Category, error) {
	e, err := b.load(CategoryType, guid)
	if err != nil {
		return nil, err
	}
	c := categoryOfEntity(e)
	for i := range c.Children {
		c.Children[i].ParentCategoryGUID = guid
	}
	return c, nil
}

// TermHeaders gives a page of the terms of a glossary, by what they show.
func (s *Service) TermHeaders(ctx context.Context, workspace pedigree.NodeID, glossary string, p Page) (all []RelatedTerm, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		all, err = b.termHeaders(glossary, p)
		return err
	})
	return all, err
}

func (b *book) termHeaders(glossary string, p Page) ([]RelatedTerm, error) {
	e, err := b.load(GlossaryType, glossary)
	if err != nil {
		return nil, err
	}
	return page(p, termHeaders(e, "terms"), showTerm), nil
}

// Terms does the same in full.
func (s *Service) Terms(ctx context.Context, workspace pedigree.NodeID, glossary string, p Page) (all []*Term, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		headers, err := b.termHeaders(glossary, p)
		if err != nil {
			return err
		}
		all, err = b.terms(headers)
		return err
	})
	return all, err
}

// CategoryHeaders gives a page of the categories of a glossary, by what they show.
func (s *Service) CategoryHeaders(ctx context.Context, workspace pedigree.NodeID, glossary string, p Page) (all []RelatedCategory, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		all, err = b.categoryHeaders(glossary, p)
		return err
	})
	return all, err
}

func (b *book) categoryHeaders(glossary string, p Page) ([]RelatedCategory, error) {
	e, err := b.load(GlossaryType, glossary)
	if err != nil {
		return nil, err
	}
	all := page(p, categoryHeaders(e, "categories"), showCategory)
	return all, b.showParents(all)
}

// Categories does the same in full.
func (s *Service) Categories(ctx context.Context, workspace pedigree.NodeID, glossary string, p Page) (all []*Category, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		headers, err := b.categoryHeaders(glossary, p)
		if err != nil {
			return err
		}
		all, err = b.categories(headers)
		return err
	})
	return all, err
}

// CategoryTerms gives a page of the terms in a category, by what they show.
func (s *Service) CategoryTerms(ctx context.Context, workspace pedigree.NodeID, category string, p Page) (all []RelatedTerm, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		c, err := b.category(category)
		if err != nil {
			return err
		}
		all = page(p, c.Terms, showTerm)
		return nil
	})
	return all, err
}

// Assigned gives a page of the entities that a term is assigned to, by what they show.
func (s *Service) Assigned(ctx context.Context, workspace pedigree.NodeID, term string, p Page) (all []catalog.RelatedID, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		t, err := b.term(term)
		if err != nil {
			return err
		}
		all = page(p, t.AssignedEntities, func(r *catalog.RelatedID) (text, guid string) { return r.DisplayText, r.GUID })
		return nil
	})
	return all, err
}
