package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	stdjson "encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

// Names that the server gives meaning to.
const (
	InternalType  = "__internal"
	ReferenceType = "Referenceable"
	AssetType     = "Asset"
	DataSetType   = "DataSet"
	ProcessType   = "Process"

	InputsRelationship  = "dataset_process_inputs"
	OutputsRelationship = "process_dataset_outputs"
)

// nodePrefix begins the names of the types of nodes that are entities of the
// catalog's own.
const nodePrefix = "atlas."

// Resolve ties definitions together. The error says which of them does not fit,
// and why: those that they build on must all be among them.
func Resolve(defs ...Def) (*Types, error) { return resolve(defs, nil) }

// resolve does the same; foreign are the types among them whose nodes other wires
// declared, beside those that models know.
func resolve(defs []Def, foreign map[string]foreignType) (*Types, error) {
	t := &Types{
		foreign: foreign,
		byName:  make(map[string]Def, len(defs)), byGUID: make(map[string]Def, len(defs)),
		enums: make(map[string]*EnumType), structs: make(map[string]*StructType), classifications: make(map[string]*ClassificationType),
		entities: make(map[string]*EntityType), relationships: make(map[string]*RelationshipType), business: make(map[string]*BusinessType),
		byNode: make(map[pedigree.Type]*EntityType), values: make(map[string]ValueType),
	}
	for _, d := range defs {
		if err := t.add(d); err != nil {
			return nil, err
		}
	}
	for _, step := range []func() error{
		t.growTrees, t.resolveStructs, t.resolveClassifications, t.resolveEntities, t.resolveConstraints, t.resolveRelationships, t.resolveBusiness,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// add enters a definition without looking at others.
func (t *Types) add(d Def) error {
	b := d.Common()
	if t.byName[b.Name] != nil {
		return fault.New(fault.TypeAlreadyExists, b.Name)
	}
	t.byName[b.Name] = d
	if b.GUID != "" {
		t.byGUID[b.GUID] = d
	}
	switch d := d.(type) {
	case *EnumDef:
		e := &enumType{d.Name, make(map[string]string, len(d.Elements))}
		for _, element := range d.Elements {
			e.values[strings.ToLower(element.Value)] = element.Value
		}
		t.enums[d.Name] = &EnumType{d, e}
		t.values[d.Name] = e
	case *StructDef:
		s := &StructType{Def: d}
		t.structs[d.Name] = s
		t.values[d.Name] = &structType{s}
	case *ClassificationDef:
		t.classifications[d.Name] = &ClassificationType{Def: d}
	case *EntityDef:
		t.entities[d.Name] = &EntityType{Def: d, types: t}
		t.values[d.Name] = &referenceType{d.Name}
	case *RelationshipDef:
		t.relationships[d.Name] = &RelationshipType{Def: d}
	case *BusinessDef:
		t.business[d.Name] = &BusinessType{Def: d}
	}
	return nil
}

// growTrees finds what descends from what.
func (t *Types) growTrees() error {
	entities := make(map[string]*tree, len(t.entities))
	for name, e := range t.entities {
		e.supers = e.Def.SuperTypes
		entities[name] = &e.tree
	}
	if err := t.grow(entities); err != nil {
		return err
	}
	classifications := make(map[string]*tree, len(t.classifications))
	for name, c := range t.classifications {
		c.supers = c.Def.SuperTypes
		classifications[name] = &c.tree
	}
	return t.grow(classifications)
}

// grow fills the trees of one category.
func (t *Types) grow(all map[string]*tree) error {
	names := slices.Sorted(maps.Keys(all))
	for _, name := range names {
		if err := t.climb(all, name, nil); err != nil {
			return err
		}
	}
	for _, name := range names {
		for _, super := range all[name].supers {
			all[super].subs = append(all[super].subs, name)
		}
		for above := range all[name].above {
			all[above].descendants = append(all[above].descendants, name)
		}
	}
	for _, name := range names {
		slices.Sort(all[name].descendants)
	}
	return nil
}

// mostAncestors bounds how deep trees may grow, so that no chain of definitions
// exhausts the stack.
const mostAncestors = 200

// climb finds the ancestors of a type. below are those that it was reached from.
func (t *Types) climb(all map[string]*tree, name string, below []string) error {
	own := all[name]
	if own.above != nil {
		return nil
	}
	if slices.Contains(below, name) {
		return fault.New(fault.CircularReference, name, "["+strings.Join(below, ", ")+"]")
	}
	if len(below) > mostAncestors {
		return fault.New(fault.InvalidTypeDefinition, below[0]+": more than "+strconv.Itoa(mostAncestors)+" super types above each other")
	}
	below = append(below, name)
	above := map[string]bool{name: true}
	var ancestors []string
	see := func(super string) {
		if !above[super] {
			above[super] = true
			ancestors = append(ancestors, super)
		}
	}
	for _, super := range own.supers {
		if all[super] == nil {
			if t.byName[super] != nil {
				return fault.New(fault.IncompatibleSupertype, name, super)
			}
			return fault.New(fault.TypeNameNotFound, super)
		}
		if err := t.climb(all, super, below); err != nil {
			return err
		}
	}
	for _, super := range own.supers {
		see(super)
	}
	for _, super := range own.supers {
		for _, further := range all[super].ancestors {
			see(further)
		}
	}
	own.above, own.ancestors = above, ancestors
	return nil
}

// mostNested bounds lists of lists.
const mostNested = 16

// valueType gives the type of values that a name stands for.
func (t *Types) valueType(name string, depth int) (ValueType, error) {
	if p := primitives[name]; p != nil {
		return p, nil
	}
	if v := t.values[name]; v != nil {
		return v, nil
	}
	outer, parts, ok := parseParts(name)
	if !ok || depth > mostNested {
		if name == "objectid" {
			return &referenceType{AssetType}, nil
		}
		return nil, fault.New(fault.TypeNameNotFound, name)
	}
	var types []ValueType
	for _, p := range parts {
		v, err := t.valueType(p, depth+1)
		if err != nil {
			return nil, err
		}
		types = append(types, v)
	}
	var v ValueType
	if outer == "array" {
		v = &arrayType{element: types[0], min: NoCount, max: NoCount}
	} else {
		v = &mapType{types[0], types[1]}
	}
	t.values[name] = v
	return v, nil
}

// field resolves an attribute.
func (t *Types) field(owner string, a *AttributeDef) (*Field, error) {
	v, err := t.valueType(a.Type, 0)
	if err != nil {
		for _, name := range namesIn(a.Type) {
			if t.classifications[name] != nil || t.business[name] != nil {
				return nil, fault.New(fault.AttributeTypeInvalid, owner, a.Name)
			}
		}
		return nil, err
	}
	if a.Cardinality == List || a.Cardinality == Set {
		plain, ok := v.(*arrayType)
		if !ok {
			return nil, fault.New(fault.InvalidAttributeTypeForCardinality, owner, a.Name)
		}
		v = &arrayType{plain.element, a.Min, a.Max, a.Cardinality == Set}
	}
	f := &Field{Def: a, Owner: owner, Type: v, Target: t.target(v)}
	if f.Target == nil {
		f.Place = Place{Space: pedigree.Field, Key: a.Name}
	}
	return f, nil
}

// target gives the type of entity that values of a type point to, nil for none.
func (t *Types) target(v ValueType) *EntityType {
	switch v := v.(type) {
	case *arrayType:
		return t.target(v.element)
	case *mapType:
		return t.target(v.value)
	case *referenceType:
		return t.entities[v.target]
	}
	return nil
}

// fields resolves the attributes of a definition itself.
func (t *Types) fields(owner string, defs []AttributeDef) ([]*Field, error) {
	list := make([]*Field, 0, len(defs))
	for i := range defs {
		f, err := t.field(owner, &defs[i])
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

func (t *Types) resolveStructs() (err error) {
	for _, s := range sorted(t.structs) {
		if s.Fields, err = t.fields(s.Def.Name, s.Def.Attributes); err != nil {
			return err
		}
	}
	return nil
}

// mostFields bounds the attributes of a type, inherited ones included: they are
// looked through one by one.
const mostFields = 2000

// inherit puts the attributes of super types before those of a type. Of one that
// several declare the last word counts, and its own before all.
func inherit(name string, supers [][]*Field, own []*Field) ([]*Field, error) {
	if len(supers) == 0 {
		return own, checkCount(name, own)
	}
	list := make([]*Field, 0, len(supers[0])+len(own))
	list = append(list, supers[0]...)
	for _, fields := range append(supers[1:], own) {
		if err := checkCount(name, fields); err != nil {
			return nil, err
		}
		for _, f := range fields {
			if i := slices.IndexFunc(list, func(o *Field) bool { return o.Def.Name == f.Def.Name }); i >= 0 {
				list[i] = f
			} else {
				list = append(list, f)
			}
		}
	}
	return list, checkCount(name, list)
}

func checkCount(name string, fields []*Field) error {
	if len(fields) > mostFields {
		return fault.New(fault.InvalidTypeDefinition, name+": more than "+strconv.Itoa(mostFields)+" attributes")
	}
	return nil
}

func (t *Types) resolveClassifications() error {
	for _, name := range slices.Sorted(maps.Keys(t.classifications)) {
		if err := t.resolveClassification(t.classifications[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.classifications)) {
		if err := t.restrict(t.classifications[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Types) resolveClassification(c *ClassificationType) error {
	if c.resolved {
		return nil
	}
	var supers [][]*Field
	for _, super := range c.Def.SuperTypes {
		s := t.classifications[super]
		if err := t.resolveClassification(s); err != nil {
			return err
		}
		supers = append(supers, s.Fields)
	}
	own, err := t.fields(c.Def.Name, c.Def.Attributes)
	if err != nil {
		return err
	}
	c.resolved = true
	c.Fields, err = inherit(c.Def.Name, supers, own)
	return err
}

// restrict finds which entities can be of a class: those that all of its super
// types allow, or fewer.
func (t *Types) restrict(c *ClassificationType) error {
	var allowed map[string]bool
	for _, name := range c.ancestors {
		some, err := t.expand(name, t.classifications[name].Def.EntityTypes)
		if err != nil {
			return err
		}
		switch {
		case some == nil:
		case allowed == nil:
			allowed = some
		default:
			maps.DeleteFunc(allowed, func(name string, _ bool) bool { return !some[name] })
		}
		if allowed != nil && len(allowed) == 0 {
			return fault.New(fault.ClassificationDefParentsEntityTypesDisjoint, c.Def.Name)
		}
	}
	own, err := t.expand(c.Def.Name, c.Def.EntityTypes)
	if err != nil {
		return err
	}
	if own == nil {
		c.entities = allowed
		return nil
	}
	for name := range own {
		if allowed != nil && !allowed[name] {
			return fault.New(fault.ClassificationDefEntityTypesNotParentsSubset, c.Def.Name, "["+strings.Join(c.Def.EntityTypes, ", ")+"]")
		}
	}
	c.entities = own
	return nil
}

// expand gives entity types with all that descend from them, nil for none.
func (t *Types) expand(classification string, names []string) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all := make(map[string]bool)
	for _, name := range names {
		e := t.entities[name]
		if e == nil {
			return nil, fault.New(fault.ClassificationDefInvalidEntityTypes, classification, name)
		}
		for _, d := range e.descendants {
			all[d] = true
		}
	}
	return all, nil
}

func (t *Types) resolveEntities() error {
	for _, name := range slices.Sorted(maps.Keys(t.entities)) {
		if err := t.resolveEntity(t.entities[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Types) resolveEntity(e *EntityType) error {
	if e.resolved {
		return nil
	}
	var supers [][]*Field
	for _, super := range e.Def.SuperTypes {
		s := t.entities[super]
		if err := t.resolveEntity(s); err != nil {
			return err
		}
		supers = append(supers, s.Fields)
	}
	own, err := t.fields(e.Def.Name, e.Def.Attributes)
	if err != nil {
		return err
	}
	if e.Fields, err = inherit(e.Def.Name, supers, own); err != nil {
		return err
	}
	e.resolved = true
	for _, name := range append([]string{e.Def.Name}, e.ancestors...) {
		if shown := t.entities[name].Def.Options["displayTextAttribute"]; shown != "" && e.Field(shown) != nil {
			e.display = shown
			break
		}
	}
	e.Kind = kindOf(e)
	e.Node = pedigree.Type{Name: nodePrefix + e.Def.Name, Kind: e.Kind}
	if f, ok := wires[e.Def.Name]; ok {
		t.adopt(e, f)
	} else if f, ok := t.foreign[e.Def.Name]; ok {
		t.adopt(e, f)
	}
	t.byNode[e.Node] = e
	return nil
}

// kindOf says what the nodes are that are entities of a type.
func kindOf(e *EntityType) pedigree.Kind {
	switch {
	case e.IsA(DataSetType):
		return pedigree.Artifact
	case e.IsA(ProcessType):
		return pedigree.Execution
	}
	return pedigree.Context
}

// resolveConstraints checks what attributes say of their references.
func (t *Types) resolveConstraints() error {
	for _, e := range sorted(t.entities) {
		for _, f := range e.Fields {
			if f.Owner != e.Def.Name {
				continue
			}
			if err := checkConstraints(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkConstraints(f *Field) error {
	for i := range f.Def.Constraints {
		c := &f.Def.Constraints[i]
		switch c.Type {
		case OwnedRef:
			if f.Target == nil {
				return fault.New(fault.ConstraintOwnedRefAttributeInvalidType, f.Owner, f.Def.Name, OwnedRef, f.Def.Type)
			}
		case InverseRef:
			if f.Target == nil {
				return fault.New(fault.ConstraintInverseRefAttributeInvalidType, f.Owner, f.Def.Name, InverseRef, f.Def.Type)
			}
			name, _ := c.Params["attribute"].(string)
			if strings.TrimSpace(name) == "" {
				return fault.New(fault.ConstraintMissingParams, f.Owner, f.Def.Name, "attribute", InverseRef, show(c.Params))
			}
			other := f.Target.Field(name)
			if other == nil {
				return fault.New(fault.ConstraintInverseRefInverseAttributeNonExisting, f.Owner, f.Def.Name, InverseRef, f.Target.Def.Name, name)
			}
			if other.Target == nil {
				return fault.New(fault.ConstraintInverseRefInverseAttributeInvalidType, f.Owner, f.Def.Name, InverseRef, f.Target.Def.Name, name)
			}
		}
	}
	return nil
}

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

// PassageOf reads a propagation, such as ONE_TO_TWO.
func PassageOf(propagate string) (pedigree.Passage, bool) {
	p, ok := passages[propagate]
	return p, ok
}

// PropagateOf writes it.
func PropagateOf(p pedigree.Passage) string {
	for name, passage := range passages {
		if passage == p {
			return name
		}
	}
	return "NONE"
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

func (t *Types) resolveBusiness() error {
	for _, b := range sorted(t.business) {
		for i := range b.Def.Attributes {
			f, err := t.businessField(b, &b.Def.Attributes[i])
			if err != nil {
				return err
			}
			b.Fields = append(b.Fields, f)
			for _, name := range f.applies {
				e := t.entities[name]
				e.ownGroup = append(e.ownGroup, f)
			}
		}
	}
	return nil
}

func (t *Types) businessField(b *BusinessType, a *AttributeDef) (*BusinessField, error) {
	field, err := t.field(b.Def.Name, a)
	if err != nil {
		return nil, err
	}
	field.Place.Key = b.Def.Name + "." + a.Name
	f := &BusinessField{Field: field, Business: b.Def.Name, Pattern: a.Options["validPattern"]}
	for _, name := range namesIn(a.Type) {
		if !IsPrimitive(name) && t.enums[name] == nil {
			return nil, fault.New(fault.BusinessMetadataDefAttributeTypeInvalid, b.Def.Name, a.Name)
		}
	}
	if f.applies, err = applicable(a); err != nil {
		return nil, err
	}
	for _, name := range f.applies {
		if t.entities[name] == nil {
			return nil, fault.New(fault.TypeNameNotFound, name)
		}
	}
	if innermost(a.Type) == "string" {
		if f.MaxLength, err = strconv.Atoi(a.Options["maxStrLength"]); err != nil {
			return nil, fault.New(fault.MissingMandatoryAttribute, a.Name, "options.maxStrLength")
		}
	}
	return f, nil
}

// innermost gives what a list or map holds.
func innermost(name string) string {
	if _, parts, ok := parseParts(name); ok {
		return parts[len(parts)-1]
	}
	return name
}

// applicable reads the entity types that a business attribute is for.
func applicable(a *AttributeDef) (names []string, err error) {
	text := a.Options["applicableEntityTypes"]
	if text == "" {
		return nil, nil
	}
	if err := stdjson.Unmarshal([]byte(text), &names); err != nil {
		return nil, fault.New(fault.InvalidValue, "applicableEntityTypes of "+a.Name+" must be a JSON list of names")
	}
	return names, nil
}
