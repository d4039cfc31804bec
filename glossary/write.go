package glossary

import (
	"context"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

// maxAtOnce bounds how many terms or categories one request makes.
const maxAtOnce = 10_000

// CreateGlossary makes a glossary. Its qualified name is its name unless given.
func (s *Service) CreateGlossary(ctx context.Context, workspace pedigree.NodeID, g *Glossary) (made *Glossary, err error) {
	if g == nil {
		return nil, fault.New(fault.BadRequest, "Glossary definition missing")
	}
	err = s.update(ctx, workspace, func(d *desk) error {
		guid, err := d.createGlossary(g)
		if err != nil {
			return err
		}
		made, err = d.glossary(guid)
		return err
	})
	return made, err
}

func (d *desk) createGlossary(g *Glossary) (guid string, err error) {
	name := g.QualifiedName
	if name == "" {
		if name = g.Name; name == "" {
			return "", fault.New(fault.GlossaryQualifiedNameCantBeDerived)
		}
		if err := checkName(name); err != nil {
			return "", err
		}
	}
	if n, err := d.named(GlossaryType, name); n != nil || err != nil {
		return "", orTaken(err, fault.GlossaryAlreadyExists, g.Name)
	}
	return d.save(&catalog.Entity{TypeName: GlossaryType, GUID: "-1", Attributes: g.attributes(name)})
}

// orTaken gives an error, or that a name is taken.
func orTaken(err error, r fault.Reason, name string) error {
	if err != nil {
		return err
	}
	return fault.New(r, name)
}

func (b *Base) attributes(qualifiedName string) map[string]any {
	values := map[string]any{
		qualified: qualifiedName, "name": orNil(b.Name), "shortDescription": orNil(b.ShortDescription), "longDescription": orNil(b.LongDescription),
		"additionalAttributes": nil,
	}
	if len(b.AdditionalAttributes) > 0 {
		values["additionalAttributes"] = b.AdditionalAttributes
	}
	return values
}

// orNil gives nil for a text that is not there, which clears an attribute.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (g *Glossary) attributes(qualifiedName string) map[string]any {
	values := g.Base.attributes(qualifiedName)
	values["language"], values["usage"] = orNil(g.Language), orNil(g.Usage)
	return values
}

func (t *Term) attributes(qualifiedName string) map[string]any {
	values := t.Base.attributes(qualifiedName)
	values["abbreviation"], values["usage"], values["examples"] = orNil(t.Abbreviation), orNil(t.Usage), nil
	if len(t.Examples) > 0 {
		examples := make([]any, len(t.Examples))
		for i, e := range t.Examples {
			examples[i] = e
		}
		values["examples"] = examples
	}
	return values
}

// UpdateGlossary changes a glossary: what is not given of it is cleared, but for its
// qualified name, terms and categories.
func (s *Service) UpdateGlossary(ctx context.Context, workspace pedigree.NodeID, g *Glossary) (*Glossary, error) {
	return changed(ctx, s, workspace, func(d *desk) (*Glossary, error) { return d.updateGlossary(g) })
}

// changed makes a change of one thing, and gives that as it is then.
func changed[T any](ctx context.Context, s *Service, workspace pedigree.NodeID, change func(*desk) (*T, error)) (now *T, err error) {
	err = s.update(ctx, workspace, func(d *desk) error {
		now, err = change(d)
		return err
	})
	return now, err
}

func (d *desk) updateGlossary(g *Glossary) (*Glossary, error) {
	if err := checkDisplayName(g.Name); err != nil {
		return nil, err
	}
	stored, err := d.load(GlossaryType, g.GUID)
	if err != nil {
		return nil, err
	}
	if _, err := d.save(&catalog.Entity{TypeName: GlossaryType, GUID: g.GUID, Attributes: g.attributes(text(stored.Attributes, qualified))}); err != nil {
		return nil, err
	}
	return d.glossary(g.GUID)
}

func checkDisplayName(name string) error {
	if name == "" {
		return fault.New(fault.BadRequest, "DisplayName can't be null/empty")
	}
	return checkName(name)
}

// PatchGlossary changes some attributes of a glossary.
func (s *Service) PatchGlossary(ctx context.Context, workspace pedigree.NodeID, guid string, changes map[string]string) (*Glossary, error) {
	return changed(ctx, s, workspace, func(d *desk) (*Glossary, error) {
		return patched(changes, "Glossary", guid, d.glossary, (*Glossary).set, d.updateGlossary)
	})
}

// patched reads a thing, sets attributes of it and updates it.
func patched[T any](changes map[string]string, thing, guid string, read func(string) (*T, error), set func(*T, string, string) bool,
	update func(*T) (*T, error),
) (*T, error) {
	one, err := read(guid)
	if err != nil {
		return nil, err
	}
	if err := patch(changes, thing, func(name, value string) bool { return set(one, name, value) }); err != nil {
		return nil, err
	}
	return update(one)
}

// patch sets attributes of a thing.
func patch(changes map[string]string, thing string, set func(name, value string) bool) error {
	if len(changes) == 0 {
		return fault.New(fault.BadRequest, "PartialUpdates missing or empty")
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if !set(name, changes[name]) {
			return fault.New(fault.InvalidPartialUpdateAttr, name, thing)
		}
	}
	return nil
}

// set sets an attribute that a partial change may set; ok is false for others.
func (b *Base) set(name, value string) (ok bool) {
	switch name {
	case "name":
		b.Name = value
	case "shortDescription":
		b.ShortDescription = value
	case "longDescription":
		b.LongDescription = value
	default:
		return false
	}
	return true
}

func (g *Glossary) set(name, value string) bool {
	switch name {
	case "language":
		g.Language = value
	case "usage":
		g.Usage = value
	default:
		return g.Base.set(name, value)
	}
	return true
}

func (t *Term) set(name, value string) bool {
	switch name {
	case "abbreviation":
		t.Abbreviation = value
	case "usage":
		t.Usage = value
	default:
		return t.Base.set(name, value)
	}
	return true
}

// DeleteGlossary deletes a glossary with all that is in it, or nothing where one of
// its terms is assigned to an entity.
func (s *Service) DeleteGlossary(ctx context.Context, workspace pedigree.NodeID, guid string) error {
	return s.update(ctx, workspace, func(d *desk) error {
		e, err := d.load(GlossaryType, guid)
		if err != nil {
			return err
		}
		g := glossaryOfEntity(e)
		terms, err := d.terms(g.Terms)
		if err != nil {
			return err
		}
		gone := []string{}
		for _, t := range terms {
			if err := d.unusedTerm(t); err != nil {
				return err
			}
			gone = append(gone, t.GUID)
		}
		for _, c := range g.Categories {
			gone = append(gone, c.CategoryGUID)
		}
		return d.remove(append(gone, guid)...)
	})
}

// CreateTerms makes terms, all or none.
func (s *Service) CreateTerms(ctx context.Context, workspace pedigree.NodeID, terms []*Term) ([]*Term, error) {
	if terms == nil {
		return nil, fault.New(fault.BadRequest, "glossaryTerm(s) is null/empty")
	}
	return createAll(ctx, s, workspace, terms, (*desk).createTerm, (*desk).term)
}

// createAll makes things of one sort, all or none, and reads each as it is then.
func createAll[T any](ctx context.Context, s *Service, workspace pedigree.NodeID, all []*T,
	create func(*desk, *T) (guid string, err error), read func(*desk, string) (*T, error),
) (made []*T, err error) {
	if err := checkMany(len(all)); err != nil {
		return nil, err
	}
	err = s.update(ctx, workspace, func(d *desk) error {
		made = []*T{}
		for _, one := range all {
			guid, err := create(d, one)
			if err != nil {
				return err
			}
			now, err := read(d, guid)
			if err != nil {
				return err
			}
			made = append(made, now)
		}
		return nil
	})
	return made, err
}

func checkMany(n int) error {
	if n > maxAtOnce {
		return fault.New(fault.BadRequest, "There are more than 10000 in one request")
	}
	return nil
}

func (d *desk) createTerm(t *Term) (guid string, err error) {
	e, err := d.newTerm(t)
	if err != nil {
		return "", err
	}
	if guid, err = d.save(e); err != nil {
		return "", err
	}
	if err := d.anchorTerms(map[string]string{guid: t.Anchor.GlossaryGUID}); err != nil {
		return "", err
	}
	fresh := &Term{Base: Base{GUID: guid}}
	if err := d.relateTerms(fresh, t); err != nil {
		return "", err
	}
	return guid, d.categorize(fresh, t)
}

// newTerm checks a term that is to be made and gives it as an entity, which is yet
// to be anchored.
func (d *desk) newTerm(t *Term) (*catalog.Entity, error) {
	switch {
	case t == nil:
		return nil, fault.New(fault.BadRequest, "GlossaryTerm definition missing")
	case t.Anchor == nil:
		return nil, fault.New(fault.MissingMandatoryAnchor)
	case t.Name == "":
		return nil, fault.New(fault.GlossaryTermQualifiedNameCantBeDerived)
	}
	if err := checkName(t.Name); err != nil {
		return nil, err
	}
	anchor, err := d.anchorNode(t.Anchor.GlossaryGUID)
	if fault.Is(err, fault.InstanceGUIDNotFound, fault.InstanceGUIDDeleted, fault.UnexpectedType) {
		return nil, fault.New(fault.GlossaryQualifiedNameCantBeDerived)
	}
	if err != nil {
		return nil, err
	}
	name := inGlossary(t.Name, anchor.qualifiedName)
	if n, err := d.named(TermType, name); n != nil || err != nil {
		return nil, orTaken(err, fault.GlossaryTermAlreadyExists, name)
	}
	return &catalog.Entity{TypeName: TermType, GUID: "-1", Attributes: t.attributes(name), Classifications: t.Classifications}, nil
}

// A place is a glossary that something is to belong to.
type place struct{ guid, qualifiedName string }

// anchorNode finds the glossary that something is to belong to.
func (d *desk) anchorNode(guid string) (place, error) {
	nodes, err := d.nodes(GlossaryType, []string{guid})
	if err != nil {
		return place{}, err
	}
	name, _, err := d.Reader().Property(nodes[0].ID, pedigree.Field, qualified)
	return place{guid, name}, err
}

// UpdateTerm changes a term: what is not given of it is cleared, and so are its
// relations to other terms and categories. Its qualified name stays unless it comes
// to another glossary, or the anchor does not name the relationship that there is: then
// it is made anew of the name.
func (s *Service) UpdateTerm(ctx context.Context, workspace pedigree.NodeID, t *Term) (*Term, error) {
	return changed(ctx, s, workspace, func(d *desk) (*Term, error) {
		if err := d.checkOnce(t); err != nil {
			return nil, err
		}
		return d.updateTerm(t)
	})
}

// PatchTerm changes some attributes of a term.
func (s *Service) PatchTerm(ctx context.Context, workspace pedigree.NodeID, guid string, changes map[string]string) (*Term, error) {
	return changed(ctx, s, workspace, func(d *desk) (*Term, error) {
		return patched(changes, "Glossary Term", guid, d.term, (*Term).set, d.updateTerm)
	})
}

// checkOnce refuses a term that is related to another twice in the same way.
func (d *desk) checkOnce(t *Term) error {
	for _, k := range relations {
		seen := make(map[string]bool)
		for _, r := range *k.of(t) {
			if !seen[r.TermGUID] {
				seen[r.TermGUID] = true
				continue
			}
			e, err := d.load(TermType, r.TermGUID)
			if err != nil {
				return err
			}
			return fault.New(fault.GlossaryTermAlreadyExists, text(e.Attributes, qualified))
		}
	}
	return nil
}

func (d *desk) updateTerm(t *Term) (*Term, error) {
	if err := checkDisplayName(t.Name); err != nil {
		return nil, err
	}
	stored, err := d.term(t.GUID)
	if err != nil {
		return nil, err
	}
	if t.Anchor == nil {
		return nil, fault.New(fault.MissingMandatoryAnchor)
	}
	name, err := d.moveTerm(stored, t)
	if err != nil {
		return nil, err
	}
	if _, err := d.save(&catalog.Entity{TypeName: TermType, GUID: t.GUID, Attributes: t.attributes(name)}); err != nil {
		return nil, err
	}
	if err := d.relateTerms(stored, t); err != nil {
		return nil, err
	}
	if err := d.categorize(stored, t); err != nil {
		return nil, err
	}
	return d.term(t.GUID)
}

// moveTerm takes a term to another glossary, if that is asked for, and gives its
// qualified name.
func (d *desk) moveTerm(stored, t *Term) (qualifiedName string, err error) {
	if stored.Anchor.same(t.Anchor) {
		return stored.QualifiedName, nil
	}
	if t.Anchor.GlossaryGUID == "" {
		return "", fault.New(fault.InvalidNewAnchorGUID)
	}
	anchor, err := d.anchorNode(t.Anchor.GlossaryGUID)
	if err != nil {
		return "", err
	}
	name := inGlossary(t.Name, anchor.qualifiedName)
	if n, err := d.named(TermType, name); err != nil || n != nil && n.UID != t.GUID {
		return "", orTaken(err, fault.GlossaryTermAlreadyExists, name)
	}
	return name, d.anchor(termAnchor, t.GUID, stored.Anchor, anchor)
}

// anchor has a term or category belong to a glossary.
func (d *desk) anchor(relationship, guid string, stored *Anchor, to place) error {
	if stored != nil {
		if stored.GlossaryGUID == to.guid {
			return nil
		}
		if err := d.unrelate(stored.RelationGUID); err != nil {
			return err
		}
	}
	return d.relate(relationship, to.guid, guid, nil)
}

func (t *RelatedTerm) attributes() map[string]any {
	values := map[string]any{
		"description": orNil(t.Description), "expression": orNil(t.Expression), "steward": orNil(t.Steward), "source": orNil(t.Source),
	}
	if t.Status != "" {
		values["status"] = t.Status
	}
	return values
}

// relateTerms makes the relations of a term to others what is asked for.
func (d *desk) relateTerms(stored, t *Term) error {
	for _, k := range relations {
		err := meet(d, *k.of(stored), *k.of(t), (*RelatedTerm).tie, func(want, have *RelatedTerm) error {
			return d.relateTerm(k, stored.GUID, want, have)
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// meet makes what something is tied to what is asked for. tie tells what an entry
// stands for, and the relationship if it names one; of two entries for the same the one
// that does counts. put is called for each that is wanted, with what there is of it, nil
// for nothing; those that are not wanted are untied, and gone is told so unless it is nil.
func meet[T any](d *desk, have, want []T, tie func(*T) (guid, relation string), put func(want, have *T) error, gone func(guid string) error) error {
	standing, wanted := byGUID(have, tie), byGUID(want, tie)
	for _, guid := range slices.Sorted(maps.Keys(standing)) {
		if wanted[guid] != nil {
			continue
		}
		_, relation := tie(standing[guid])
		if err := d.unrelate(relation); err != nil {
			return err
		}
		if gone == nil {
			continue
		}
		if err := gone(guid); err != nil {
			return err
		}
	}
	for _, guid := range slices.Sorted(maps.Keys(wanted)) {
		if err := put(wanted[guid], standing[guid]); err != nil {
			return err
		}
	}
	return nil
}

func byGUID[T any](all []T, tie func(*T) (guid, relation string)) map[string]*T {
	kept := make(map[string]*T, len(all))
	for i := range all {
		guid, relation := tie(&all[i])
		if old := kept[guid]; old != nil {
			if _, named := tie(old); named != "" || relation == "" {
				continue
			}
		}
		kept[guid] = &all[i]
	}
	return kept
}

func (t *RelatedTerm) tie() (guid, relation string) { return t.TermGUID, t.RelationGUID }

func (c *RelatedCategory) tie() (guid, relation string) { return c.CategoryGUID, c.RelationGUID }

func (c *Categorization) tie() (guid, relation string) { return c.CategoryGUID, c.RelationGUID }

// relateTerm relates a term to one other, or changes how it is: that only where the
// relation is named.
func (d *desk) relateTerm(k relation, guid string, want, have *RelatedTerm) error {
	if have == nil {
		if want.TermGUID == guid {
			return fault.New(fault.InvalidTermRelationToSelf)
		}
		if k.end == 2 {
			return d.relate(k.name, want.TermGUID, guid, want.attributes())
		}
		return d.relate(k.name, guid, want.TermGUID, want.attributes())
	}
	if want.RelationGUID == "" || have.sameAs(want) {
		return nil
	}
	return d.change(have.RelationGUID, want.attributes())
}

// sameAs reports whether two say the same of a relation; how the other term is shown is
// not of it.
func (t RelatedTerm) sameAs(other *RelatedTerm) bool {
	t.DisplayText, t.QualifiedName = other.DisplayText, other.QualifiedName
	return t == *other
}

// categorize makes the categories of a term what is asked for.
func (d *desk) categorize(stored, t *Term) error {
	return meet(d, stored.Categories, t.Categories, (*Categorization).tie, func(want, have *Categorization) error {
		if have == nil {
			return d.relate(categorization, want.CategoryGUID, stored.GUID, want.attributes())
		}
		shown := *have
		shown.DisplayText = want.DisplayText
		if want.RelationGUID == "" || shown == *want {
			return nil
		}
		return d.change(have.RelationGUID, want.attributes())
	}, nil)
}

func (c *Categorization) attributes() map[string]any {
	values := map[string]any{"description": orNil(c.Description)}
	if c.Status != "" {
		values["status"] = c.Status
	}
	return values
}

// DeleteTerm deletes a term that is assigned to no entity.
func (s *Service) DeleteTerm(ctx context.Context, workspace pedigree.NodeID, guid string) error {
	return s.update(ctx, workspace, func(d *desk) error {
		t, err := d.term(guid)
		if err != nil {
			return err
		}
		if err := d.unusedTerm(t); err != nil {
			return err
		}
		return d.remove(guid)
	})
}

func (d *desk) unusedTerm(t *Term) error {
	if n := len(t.AssignedEntities); n > 0 {
		return fault.New(fault.TermHasEntityAssociation, t.GUID, n)
	}
	return nil
}
