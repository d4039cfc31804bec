package glossary

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

// maxDepth bounds how deep categories lie below one another.
const maxDepth = 100

// CreateCategories makes categories, all or none.
func (s *Service) CreateCategories(ctx context.Context, workspace pedigree.NodeID, categories []*Category) ([]*Category, error) {
	if categories == nil {
		return nil, fault.New(fault.BadRequest, "glossaryCategory is null/empty")
	}
	return createAll(ctx, s, workspace, categories, (*desk).createCategory, (*desk).category)
}

func (d *desk) createCategory(c *Category) (guid string, err error) {
	switch {
	case c == nil:
		return "", fault.New(fault.BadRequest, "GlossaryCategory definition missing")
	case c.Anchor == nil:
		return "", fault.New(fault.MissingMandatoryAnchor)
	case c.Name == "":
		return "", fault.New(fault.GlossaryCategoryQualifiedNameCantBeDerived)
	}
	if err := checkName(c.Name); err != nil {
		return "", err
	}
	anchor, err := d.anchorNode(c.Anchor.GlossaryGUID)
	if err != nil {
		return "", err
	}
	name, err := d.categoryName(c, anchor)
	if err != nil {
		return "", err
	}
	if n, err := d.named(CategoryType, name); n != nil || err != nil {
		return "", orTaken(err, fault.GlossaryCategoryAlreadyExists, name)
	}
	places := map[string]any{"anchor": catalog.ObjectID{GUID: anchor.guid}}
	if c.Parent != nil {
		places["parentCategory"] = catalog.ObjectID{GUID: c.Parent.CategoryGUID}
	}
	if guid, err = d.save(&catalog.Entity{
		TypeName: CategoryType, GUID: "-1", Attributes: c.attributes(name), Classifications: c.Classifications, RelationshipAttributes: places,
	}); err != nil {
		return "", err
	}
	fresh := &Category{Base: Base{GUID: guid, Name: c.Name, QualifiedName: name}, Anchor: &Anchor{GlossaryGUID: anchor.guid}}
	if err := d.adopt(fresh, c); err != nil {
		return "", err
	}
	return guid, d.sortTerms(fresh, c)
}

// categoryName makes the qualified name of a category by what it is to be below.
func (d *desk) categoryName(c *Category, anchor place) (string, error) {
	if c.Parent == nil {
		return inGlossary(c.Name, anchor.qualifiedName), nil
	}
	parent, err := d.category(c.Parent.CategoryGUID)
	if err != nil {
		return "", err
	}
	if parent.Anchor == nil || parent.Anchor.GlossaryGUID != anchor.guid {
		return "", fault.New(fault.InvalidChildCategoryDifferentGlossary, c.GUID)
	}
	return below(c.Name, parent.QualifiedName), nil
}

// UpdateCategory changes a category: what is not given of it is cleared, and so are
// its parent, children and terms. Where it or its glossary moves, what is below it
// goes with it, and all of it gets qualified names of the new place; so it does where
// the anchor does not name the relationship that there is.
func (s *Service) UpdateCategory(ctx context.Context, workspace pedigree.NodeID, c *Category) (*Category, error) {
	return changed(ctx, s, workspace, func(d *desk) (*Category, error) { return d.updateCategory(c) })
}

// PatchCategory changes some attributes of a category.
func (s *Service) PatchCategory(ctx context.Context, workspace pedigree.NodeID, guid string, changes map[string]string) (*Category, error) {
	return changed(ctx, s, workspace, func(d *desk) (*Category, error) {
		return patched(changes, "Glossary Category", guid, d.category, (*Category).set, d.updateCategory)
	})
}

func (d *desk) updateCategory(c *Category) (*Category, error) {
	if err := checkDisplayName(c.Name); err != nil {
		return nil, err
	}
	stored, err := d.category(c.GUID)
	if err != nil {
		return nil, err
	}
	if c.Anchor == nil {
		return nil, fault.New(fault.MissingMandatoryAnchor)
	}
	if _, err := d.save(&catalog.Entity{TypeName: CategoryType, GUID: c.GUID, Attributes: c.attributes(stored.QualifiedName)}); err != nil {
		return nil, err
	}
	if err := d.moveCategory(stored, c); err != nil {
		return nil, err
	}
	if err := d.adopt(stored, c); err != nil {
		return nil, err
	}
	if err := d.sortTerms(stored, c); err != nil {
		return nil, err
	}
	return d.category(c.GUID)
}

// moveCategory takes a category to where it is asked to be. What stood in stored of
// its place is put right.
func (d *desk) moveCategory(stored, c *Category) error {
	if stored.Anchor.same(c.Anchor) && parentOf(stored) == parentOf(c) {
		return nil
	}
	if c.Anchor.GlossaryGUID == "" {
		return fault.New(fault.InvalidNewAnchorGUID)
	}
	anchor, err := d.anchorNode(c.Anchor.GlossaryGUID)
	if err != nil {
		return err
	}
	name, err := d.categoryName(c, anchor)
	if err != nil {
		return err
	}
	if parentOf(stored) != parentOf(c) {
		if err := d.putBelow(stored, parentOf(c)); err != nil {
			return err
		}
	}
	stored.Name, stored.QualifiedName = c.Name, name
	return d.rename(stored, anchor, 0)
}

// putBelow puts a category below another, wherever it was, or below none.
func (d *desk) putBelow(c *Category, parent string) error {
	if c.Parent != nil {
		if err := d.unrelate(c.Parent.RelationGUID); err != nil {
			return err
		}
	}
	if parent == "" {
		return nil
	}
	if err := d.notBelow(parent, c.GUID); err != nil {
		return err
	}
	return d.relate(hierarchyLink, parent, c.GUID, nil)
}

func parentOf(c *Category) string {
	if c.Parent == nil {
		return ""
	}
	return c.Parent.CategoryGUID
}

// notBelow refuses a category as the parent of another that it is, or lies below.
func (d *desk) notBelow(parent, guid string) error {
	for range maxDepth {
		if parent == guid {
			return fault.New(fault.BadRequest, "A category cannot be below itself")
		}
		c, err := d.category(parent)
		if err != nil {
			return err
		}
		if c.Parent == nil {
			return nil
		}
		parent = c.Parent.CategoryGUID
	}
	return errDeep
}

var errDeep = fault.New(fault.BadRequest, "Categories cannot be more than 100 deep")

// rename gives a category the qualified name that stands in it, and those below it
// names made of that; all of them come to belong to a glossary.
func (d *desk) rename(c *Category, anchor place, depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	if n, err := d.named(CategoryType, c.QualifiedName); err != nil || n != nil && n.UID != c.GUID {
		return orTaken(err, fault.GlossaryCategoryAlreadyExists, c.QualifiedName)
	}
	if _, err := d.save(&catalog.Entity{TypeName: CategoryType, GUID: c.GUID, Attributes: map[string]any{qualified: c.QualifiedName, "name": c.Name}}); err != nil {
		return err
	}
	if err := d.anchor(categoryAnchor, c.GUID, c.Anchor, anchor); err != nil {
		return err
	}
	c.Anchor = &Anchor{GlossaryGUID: anchor.guid}
	for _, child := range c.Children {
		below, err := d.renamed(child.CategoryGUID, c.QualifiedName)
		if err != nil {
			return err
		}
		if err := d.rename(below, anchor, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// renamed reads a category and gives it the name below a parent.
func (d *desk) renamed(guid, parent string) (*Category, error) {
	c, err := d.category(guid)
	if err != nil {
		return nil, err
	}
	c.QualifiedName = below(c.Name, parent)
	return c, nil
}

// adopt makes the children of a category what is asked for. Those that it gives up
// come to the top of its glossary.
func (d *desk) adopt(stored, c *Category) error {
	anchor, err := d.anchorNode(stored.Anchor.GlossaryGUID)
	if err != nil {
		return err
	}
	return meet(d, stored.Children, c.Children, (*RelatedCategory).tie, func(want, have *RelatedCategory) error {
		if have != nil {
			return nil
		}
		return d.adoptOne(stored, want.CategoryGUID, anchor)
	}, func(guid string) error {
		child, err := d.category(guid)
		if err != nil {
			return err
		}
		child.QualifiedName = inGlossary(child.Name, anchor.qualifiedName)
		return d.rename(child, anchor, 0)
	})
}

// adoptOne puts a category of the same glossary below another, wherever it was.
func (d *desk) adoptOne(parent *Category, guid string, anchor place) error {
	child, err := d.renamed(guid, parent.QualifiedName)
	if err != nil {
		return err
	}
	if child.Anchor == nil || child.Anchor.GlossaryGUID != anchor.guid {
		return fault.New(fault.InvalidChildCategoryDifferentGlossary, guid)
	}
	if err := d.putBelow(child, parent.GUID); err != nil {
		return err
	}
	return d.rename(child, anchor, 0)
}

// sortTerms makes the terms in a category what is asked for.
func (d *desk) sortTerms(stored, c *Category) error {
	return meet(d, stored.Terms, c.Terms, (*RelatedTerm).tie, func(want, have *RelatedTerm) error {
		as := Categorization{Description: want.Description, Status: want.Status}
		switch {
		case want.TermGUID == "":
			return fault.New(fault.MissingTermIDForCategorization)
		case have == nil:
			return d.relate(categorization, stored.GUID, want.TermGUID, as.attributes())
		case want.RelationGUID == "" || have.sameAs(want):
			return nil
		}
		return d.change(have.RelationGUID, as.attributes())
	}, nil)
}

// DeleteCategory deletes a category. What is below it comes to the top of its
// glossary.
func (s *Service) DeleteCategory(ctx context.Context, workspace pedigree.NodeID, guid string) error {
	return s.update(ctx, workspace, func(d *desk) error {
		c, err := d.category(guid)
		if err != nil {
			return err
		}
		if c.Anchor != nil {
			if err := d.adopt(c, &Category{}); err != nil {
				return err
			}
		}
		return d.remove(guid)
	})
}

// Related gives what a category is below, and what is below it.
func (s *Service) Related(ctx context.Context, workspace pedigree.NodeID, guid string, p Page) (parent *RelatedCategory, children []RelatedCategory, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		c, err := b.category(guid)
		if err != nil {
			return err
		}
		parent, children = c.Parent, page(p, c.Children, showCategory)
		return nil
	})
	return parent, children, err
}
