// Package glossary is the rules of glossaries: of their terms, the categories that
// sort them, how terms are related and which entities they say the meaning of. All
// of these are entities and relationships of package catalog; what is added here is
// how they look together, what their names must be, and tables of them that people
// bring and take away.
package glossary

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

// A Service applies the rules to the entities of one store.
type Service struct {
	entities *catalog.Service
}

// New returns a service on what entities there are.
func New(entities *catalog.Service) *Service { return &Service{entities: entities} }

// view runs fn on one state of the store.
func (s *Service) view(ctx context.Context, workspace pedigree.NodeID, fn func(*book) error) error {
	return s.entities.View(ctx, workspace, func(v *catalog.View) error { return fn(&book{v, workspace}) })
}

// update runs fn in one transaction. It may run more than once.
func (s *Service) update(ctx context.Context, workspace pedigree.NodeID, fn func(*desk) error) error {
	return s.entities.Update(ctx, workspace, func(w *catalog.Work) error { return fn(&desk{&book{w.View, workspace}, w}) })
}

// A book reads glossaries in one state of the store.
type book struct {
	*catalog.View
	workspace pedigree.NodeID
}

// A desk writes them, too.
type desk struct {
	*book
	work *catalog.Work
}

// load gives one live entity of a type by guid.
func (b *book) load(typeName, guid string) (*catalog.Entity, error) {
	found, err := b.loadAll(typeName, []string{guid})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// loadAll gives live entities of a type in the order asked for. All must be there.
func (b *book) loadAll(typeName string, guids []string) ([]*catalog.Entity, error) {
	if len(guids) == 0 {
		return nil, nil
	}
	nodes, err := b.nodes(typeName, guids)
	if err != nil {
		return nil, err
	}
	all, err := b.Entities(nodes, catalog.ReadOptions{NoReferred: true})
	if err != nil {
		return nil, err
	}
	return all.Entities, nil
}

// nodes finds live nodes of a type by guid, in the order asked for.
func (b *book) nodes(typeName string, guids []string) ([]pedigree.Node, error) {
	found, err := b.NodesByGUID(guids)
	if err != nil {
		return nil, err
	}
	nodes := make([]pedigree.Node, len(guids))
	for i, guid := range guids {
		n := found[guid]
		switch {
		case n == nil:
			return nil, fault.New(fault.InstanceGUIDNotFound, guid)
		case n.Type.Name != pedigree.AtlasPrefix+typeName:
			found := n.Type.Name
			if t := b.Types().OfNode(n.Type); t != nil {
				found = t.Name()
			}
			return nil, fault.New(fault.UnexpectedType, typeName, found)
		case !n.Live():
			return nil, fault.New(fault.InstanceGUIDDeleted, guid)
		}
		nodes[i] = *n
	}
	return nodes, nil
}

// named finds the live entity of a type that has a qualified name, nil where there
// is none.
func (b *book) named(typeName, qualifiedName string) (*pedigree.Node, error) {
	return b.Lookup(b.Types().Entity(typeName), map[string]any{qualified: qualifiedName})
}

const qualified = "qualifiedName"

// related gives the live things that an entity is tied to by an attribute.
func related(e *catalog.Entity, attribute string) (all []*catalog.RelatedID) {
	switch value := e.RelationshipAttributes[attribute].(type) {
	case *catalog.RelatedID:
		all = []*catalog.RelatedID{value}
	case []*catalog.RelatedID:
		all = value
	}
	return slices.DeleteFunc(slices.Clone(all), func(r *catalog.RelatedID) bool {
		return r == nil || r.RelationshipStatus != catalog.Active || r.EntityStatus != catalog.Active
	})
}

// text reads a text attribute.
func text(values map[string]any, name string) string {
	s, _ := values[name].(string)
	return s
}

// said reads what a relationship says of itself.
func said(r *catalog.RelatedID, name string) string {
	if r.RelationshipAttributes == nil {
		return ""
	}
	return text(r.RelationshipAttributes.Attributes, name)
}

// baseOf reads what glossaries, terms and categories have in common.
func baseOf(e *catalog.Entity) Base {
	b := Base{
		GUID: e.GUID, QualifiedName: text(e.Attributes, qualified), Name: text(e.Attributes, "name"),
		ShortDescription: text(e.Attributes, "shortDescription"), LongDescription: text(e.Attributes, "longDescription"),
	}
	b.AdditionalAttributes, _ = e.Attributes["additionalAttributes"].(map[string]any)
	return b
}

func termHeader(r *catalog.RelatedID) RelatedTerm {
	return RelatedTerm{
		TermGUID: r.GUID, RelationGUID: r.RelationshipGUID, DisplayText: r.DisplayText, QualifiedName: r.QualifiedName,
		Description: said(r, "description"), Expression: said(r, "expression"), Steward: said(r, "steward"), Source: said(r, "source"), Status: said(r, "status"),
	}
}

func termHeaders(e *catalog.Entity, attribute string) (all []RelatedTerm) {
	for _, r := range related(e, attribute) {
		all = append(all, termHeader(r))
	}
	return all
}

func categoryHeader(r *catalog.RelatedID) RelatedCategory {
	return RelatedCategory{CategoryGUID: r.GUID, RelationGUID: r.RelationshipGUID, DisplayText: r.DisplayText, Description: said(r, "description")}
}

func categoryHeaders(e *catalog.Entity, attribute string) (all []RelatedCategory) {
	for _, r := range related(e, attribute) {
		all = append(all, categoryHeader(r))
	}
	return all
}

func anchorOf(e *catalog.Entity) *Anchor {
	for _, r := range related(e, "anchor") {
		return &Anchor{GlossaryGUID: r.GUID, RelationGUID: r.RelationshipGUID, DisplayText: r.DisplayText}
	}
	return nil
}

func glossaryOfEntity(e *catalog.Entity) *Glossary {
	return &Glossary{
		Base: baseOf(e), Language: text(e.Attributes, "language"), Usage: text(e.Attributes, "usage"),
		Terms: termHeaders(e, "terms"), Categories: categoryHeaders(e, "categories"),
	}
}

func termOfEntity(e *catalog.Entity) *Term {
	t := &Term{
		Base: baseOf(e), Abbreviation: text(e.Attributes, "abbreviation"), Usage: text(e.Attributes, "usage"), Anchor: anchorOf(e),
		Examples: texts(e.Attributes["examples"]),
	}
	t.Classifications = e.Classifications
	for _, r := range related(e, "assignedEntities") {
		t.AssignedEntities = append(t.AssignedEntities, *r)
	}
	for _, r := range related(e, "categories") {
		t.Categories = append(t.Categories, Categorization{
			CategoryGUID: r.GUID, RelationGUID: r.RelationshipGUID, DisplayText: r.DisplayText, Description: said(r, "description"), Status: said(r, "status"),
		})
	}
	for _, k := range relations {
		*k.of(t) = termHeaders(e, k.key)
	}
	return t
}

// texts reads a list of texts.
func texts(value any) (all []string) {
	list, _ := value.([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

func categoryOfEntity(e *catalog.Entity) *Category {
	c := &Category{Base: baseOf(e), Anchor: anchorOf(e), Children: categoryHeaders(e, "childrenCategories"), Terms: termHeaders(e, "terms")}
	c.Classifications = e.Classifications
	for _, r := range related(e, "parentCategory") {
		parent := categoryHeader(r)
		c.Parent = &parent
	}
	return c
}
