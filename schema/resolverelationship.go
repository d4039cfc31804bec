package schema

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

func (t *Types) resolveRelationships() error {
	for _, r := range sorted(t.relationships) {
		if err := t.resolveRelationship(r); err != nil {
			return err
		}
	}
	return nil
}

var passages = map[string]pedigree.Passage{
	"NONE": pedigree.PassNone, "ONE_TO_TWO": pedigree.PassForward, "TWO_TO_ONE": pedigree.PassBack, "BOTH": pedigree.PassBoth,
}

// passageOf reads a propagation, such as ONE_TO_TWO.
func passageOf(propagate string) (pedigree.Passage, bool) {
	p, ok := passages[propagate]
	return p, ok
}

func (t *Types) resolveRelationship(r *RelationshipType) (err error) {
	d := r.Def
	if r.Fields, err = t.fields(d.Name, d.Attributes); err != nil {
		return err
	}
	if r.End1, err = t.endType(d, &d.End1, "endDef1"); err != nil {
		return err
	}
	if r.End2, err = t.endType(d, &d.End2, "endDef2"); err != nil {
		return err
	}
	if err := checkEnds(d); err != nil {
		return err
	}
	r.Passes = passages[d.Propagate]
	switch d.Name {
	case InputsRelationship:
		r.Event = pedigree.Input
	case OutputsRelationship:
		r.Event = pedigree.Output
	}
	r.End1.ownEnds = append(r.End1.ownEnds, &End{Relationship: r, Number: 1, Def: &d.End1, Other: r.End2, Many: d.End1.Cardinality != Single})
	if d.End1.Type != d.End2.Type || d.End1.Name != d.End2.Name {
		r.End2.ownEnds = append(r.End2.ownEnds, &End{Relationship: r, Number: 2, Def: &d.End2, Other: r.End1, Many: d.End2.Cardinality != Single})
	}
	return nil
}

func (t *Types) endType(d *RelationshipDef, end *EndDef, which string) (*EntityType, error) {
	if end.Type == "" {
		return nil, fault.New(fault.MissingMandatoryAttribute, which, "type")
	}
	e := t.entities[end.Type]
	switch {
	case e != nil && end.Name == "":
		return nil, fault.New(fault.MissingMandatoryAttribute, which, "name")
	case e != nil:
		return e, nil
	case t.byName[end.Type] != nil || IsPrimitive(end.Type):
		return nil, fault.New(fault.RelationshipDefInvalidEndType, d.Name, end.Type)
	}
	return nil, fault.New(fault.TypeNameNotFound, end.Type)
}

// checkEnds checks a relationship's ends against its kind.
func checkEnds(d *RelationshipDef) error {
	one, two := d.End1.Container, d.End2.Container
	switch {
	case d.End1.Cardinality == List || d.End2.Cardinality == List:
		return fault.New(fault.RelationshipDefListOnEnd, d.Name)
	case one && two:
		return fault.New(fault.RelationshipDefDoubleContainers, d.Name)
	case (one || two) && d.Kind == Association:
		return fault.New(fault.RelationshipDefAssociationAndContainer, d.Name)
	case !one && !two && d.Kind == Composition:
		return fault.New(fault.RelationshipDefCompositionNoContainer, d.Name)
	case !one && !two && d.Kind == Aggregation:
		return fault.New(fault.RelationshipDefAggregationNoContainer, d.Name)
	case d.Kind == Composition && (!one && d.End1.Cardinality == Set || !two && d.End2.Cardinality == Set):
		return fault.New(fault.RelationshipDefCompositionMultipleParents, d.Name)
	}
	return nil
}
