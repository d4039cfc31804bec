package schema

import (
	"maps"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
)

// Types are resolved definitions. They never change: who has them may keep them,
// and share them between goroutines.
type Types struct {
	byName map[string]Def
	byGUID map[string]Def

	enums           map[string]*EnumType
	structs         map[string]*StructType
	classifications map[string]*ClassificationType
	entities        map[string]*EntityType
	relationships   map[string]*RelationshipType
	business        map[string]*BusinessType

	foreign map[string]foreignType        // types whose nodes other wires write, by name
	byNode  map[pedigree.Type]*EntityType // entity types by that of their nodes
	known   map[pedigree.Type]bool        // types of entities whose attributes other wires know
	values  map[string]ValueType          // by name, as far as attributes have them
}

// An EnumType is an enum, resolved.
type EnumType struct {
	Def  *EnumDef
	enum *enumType
}

// A StructType is a struct, resolved.
type StructType struct {
	Def    *StructDef
	Fields []*Field // in the order of the definition
}

// A ClassificationType is a classification, resolved.
type ClassificationType struct {
	Def    *ClassificationDef
	Fields []*Field // those of super types first
	tree
	entities map[string]bool // what can be of it, subtypes included; nil for all
	resolved bool
}

// An EntityType is a type of entity, resolved.
type EntityType struct {
	Def     *EntityDef
	Kind    pedigree.Kind // of the nodes that are such entities
	Node    pedigree.Type // theirs
	Foreign bool          // nodes are written by other wires, not by clients of the catalog
	Others  []*EntityType // those that are foreign of the type itself and of all that descend from it
	Fields  []*Field      // those of super types first
	tree
	types    *Types
	resolved bool
	display  string           // the attribute that is shown for an entity, empty for the usual ones
	ownEnds  []*End           // of relationships that name the type itself, without Legacy
	ownGroup []*BusinessField // business attributes that name it

	around   sync.Once // what follows is found out when it is first asked for
	ends     map[string][]*End
	names    []string // of ends, sorted
	business map[string][]*BusinessField
}

// A RelationshipType is a relationship, resolved.
type RelationshipType struct {
	Def    *RelationshipDef
	Fields []*Field
	End1   *EntityType
	End2   *EntityType
	Passes pedigree.Passage   // which way classifications pass, unless a relationship says otherwise
	Event  pedigree.Direction // of an execution's inputs or outputs, which are no rows but events; else 0
}

// A BusinessType is a group of business attributes, resolved.
type BusinessType struct {
	Def    *BusinessDef
	Fields []*BusinessField
}

// A Field is an attribute, resolved.
type Field struct {
	Def    *AttributeDef
	Owner  string      // the definition that declares it
	Type   ValueType   // what it holds
	Target *EntityType // what it points to, if its values are references or lists or maps of them
	Place  Place       // where nodes keep it
	Embeds bool        // whether its values are or hold references that are kept as they stand, without an edge
}

// A BusinessField is an attribute of business metadata.
type BusinessField struct {
	*Field
	Business  string // the group it is of
	MaxLength int    // of text, in UTF-16 units; 0 for no bound
	Pattern   string // what text must match, for forms that ask for it
	applies   []string
}

// An End is a relationship as seen by the entities that stand at one of its ends.
type End struct {
	Relationship *RelationshipType
	Number       int // 1 or 2: the end at which the holder of the attribute stands
	Def          *EndDef
	Other        *EntityType // what stands at the other end
	Many         bool        // the holder may have several
	Legacy       bool        // the holder's type has an attribute of the same name
}

// tree is the place of a type among others.
type tree struct {
	supers      []string
	ancestors   []string
	subs        []string
	descendants []string
	above       map[string]bool
}

// IsA reports whether a type is the named one or descends from it.
func (t *tree) IsA(name string) bool { return t.above[name] }

// Ancestors lists all types that a type descends from, the nearest first.
func (t *tree) Ancestors() []string { return t.ancestors }

// Descendants lists all types that descend from a type, and itself, sorted.
func (t *tree) Descendants() []string { return t.descendants }

// SubTypes lists those that name it as their super type, sorted.
func (t *tree) SubTypes() []string { return t.subs }

// Unset is what an attribute without a value reads as.
func (f *Field) Unset() any {
	if list, is := f.Type.(*arrayType); is {
		return list.unset(f.Soft())
	}
	if _, simple := f.Type.(*primitive); !simple {
		return nil
	}
	if f.Def.Default != nil {
		if v, err := f.Type.Normalize(*f.Def.Default); err == nil {
			return v
		}
	}
	if !f.Def.Optional && f.Def.Type == "string" {
		return ""
	}
	return f.Type.Unset()
}

// Normalize reads a value of the attribute; holder is the type of what has it, for
// the error.
func (f *Field) Normalize(holder string, v any) (any, error) {
	n, err := f.Type.Normalize(v)
	if err != nil {
		return nil, At(holder+"."+f.Def.Name, err)
	}
	return n, nil
}

// Owned reports whether what the attribute points to goes with its holder.
func (f *Field) Owned() bool { return f.Def.constraint(OwnedRef) != nil }

// Soft reports whether references are kept as text, without an edge.
func (f *Field) Soft() bool { return f.Def.Options["isSoftReference"] == "true" }

// Many reports whether the attribute holds a list.
func (f *Field) Many() bool {
	_, many := f.Type.(*arrayType)
	return many
}

// Single reports whether the attribute holds one value, neither a list nor a map.
func (f *Field) Single() bool {
	_, keyed := f.Type.(*mapType)
	return !keyed && !f.Many()
}

// Inverse names the attribute of the other side that is the same reference, empty
// for none.
func (f *Field) Inverse() string {
	c := f.Def.constraint(InverseRef)
	if c == nil {
		c = f.Def.constraint(MappedFromRef)
	}
	if c == nil {
		return ""
	}
	name, _ := c.Params["attribute"].(string)
	return name
}

func (a *AttributeDef) constraint(name string) *ConstraintDef {
	for i := range a.Constraints {
		if a.Constraints[i].Type == name {
			return &a.Constraints[i]
		}
	}
	return nil
}

// Field gives an attribute by name, nil where there is none.
func (s *StructType) Field(name string) *Field { return named(s.Fields, name) }

// Field gives an attribute by name, nil where there is none.
func (c *ClassificationType) Field(name string) *Field { return named(c.Fields, name) }

// Field gives an attribute by name, nil where there is none.
func (e *EntityType) Field(name string) *Field { return named(e.Fields, name) }

// Field gives an attribute by name, nil where there is none.
func (r *RelationshipType) Field(name string) *Field { return named(r.Fields, name) }

// named finds an attribute by name. There are few: looking through them costs less
// than a map for each of thousands of types would.
func named(fields []*Field, name string) *Field {
	for _, f := range fields {
		if f.Def.Name == name {
			return f
		}
	}
	return nil
}

// Field gives an attribute by name, nil where there is none.
func (b *BusinessType) Field(name string) *BusinessField {
	for _, f := range b.Fields {
		if f.Def.Name == name {
			return f
		}
	}
	return nil
}

// Name is the name of the type.
func (e *EntityType) Name() string { return e.Def.Name }

// End gives the relationships that entities of a type know by an attribute: more
// than one where several definitions give their ends the same name.
func (e *EntityType) End(name string) []*End {
	e.around.Do(e.lookAround)
	return e.ends[name]
}

// EndNames lists the attributes that are relationships, sorted.
func (e *EntityType) EndNames() []string {
	e.around.Do(e.lookAround)
	return e.names
}

// Unique lists the attributes that tell entities of a type apart.
func (e *EntityType) Unique() []*Field {
	var unique []*Field
	for _, f := range e.Fields {
		if f.Def.Unique {
			unique = append(unique, f)
		}
	}
	return unique
}

// DisplayAttribute names the attribute that is shown for an entity, empty where the
// definition leaves it to the usual ones.
func (e *EntityType) DisplayAttribute() string { return e.display }

// Internal reports whether the type is of the server's own bookkeeping.
func (e *EntityType) Internal() bool { return e.IsA(InternalType) }

// The options by which definitions say that a partial update adds to what there is:
// of an attribute, and of a type about the ends of its relationships.
const (
	appendOption     = "isAppendOnPartialUpdate"
	appendEndsOption = "appendRelationshipsOnPartialUpdate"
)

// Appends reports whether a partial update adds to the values of an attribute,
// rather than take their place; name may be that of an end.
func (e *EntityType) Appends(name string) bool {
	if f := e.Field(name); f != nil && f.Def.Options[appendOption] == "true" {
		return true
	}
	return e.appendsEnd(name)
}

// appendsEnd looks into what the definition says of its ends, a list of names.
func (e *EntityType) appendsEnd(name string) bool {
	var names []string
	return json.Unmarshal([]byte(e.Def.Options[appendEndsOption]), &names) == nil && slices.Contains(names, name)
}

// Business gives the business attributes that entities of a type can have, by
// group. It must not be changed.
func (e *EntityType) Business() map[string][]*BusinessField {
	e.around.Do(e.lookAround)
	return e.business
}

// lookAround finds the relationships and business attributes of a type: its own
// and those of its ancestors, the nearest first. Most types are never asked for
// theirs.
func (e *EntityType) lookAround() {
	e.ends, e.business = make(map[string][]*End), make(map[string][]*BusinessField)
	for _, name := range append([]string{e.Def.Name}, e.ancestors...) {
		above := e.types.entities[name]
		for _, end := range above.ownEnds {
			own := *end
			f := e.Field(end.Def.Name)
			own.Legacy = end.Def.Legacy || f != nil && f.Target != nil
			e.ends[end.Def.Name] = append(e.ends[end.Def.Name], &own)
		}
		for _, f := range above.ownGroup {
			if !slices.Contains(e.business[f.Business], f) {
				e.business[f.Business] = append(e.business[f.Business], f)
			}
		}
	}
	e.names = slices.Sorted(maps.Keys(e.ends))
}

// BusinessField gives one of them, nil where there is none.
func (e *EntityType) BusinessField(group, name string) *BusinessField {
	for _, f := range e.Business()[group] {
		if f.Def.Name == name {
			return f
		}
	}
	return nil
}

// AppliesTo reports whether entities of a type can be of the class.
func (c *ClassificationType) AppliesTo(e *EntityType) bool {
	return c.entities == nil || c.entities[e.Def.Name]
}

// End gives an end by number, 1 or 2.
func (r *RelationshipType) End(number int) *EndDef {
	if number == 1 {
		return &r.Def.End1
	}
	return &r.Def.End2
}

// Type gives the type of entities at an end.
func (r *RelationshipType) Type(number int) *EntityType {
	if number == 1 {
		return r.End1
	}
	return r.End2
}

// Enum gives an enum, nil where there is none; so do those that follow.
func (t *Types) Enum(name string) *EnumType { return t.enums[name] }

// Struct gives a struct.
func (t *Types) Struct(name string) *StructType { return t.structs[name] }

// Classification gives a classification.
func (t *Types) Classification(name string) *ClassificationType { return t.classifications[name] }

// Entity gives a type of entity.
func (t *Types) Entity(name string) *EntityType { return t.entities[name] }

// Relationship gives a relationship.
func (t *Types) Relationship(name string) *RelationshipType { return t.relationships[name] }

// Business gives a group of business attributes.
func (t *Types) Business(name string) *BusinessType { return t.business[name] }

// OfNode gives the type of entity that nodes of a type are, nil where it is not
// known; see [Service.TypeOf].
func (t *Types) OfNode(n pedigree.Type) *EntityType { return t.byNode[n] }

// Def gives a definition of any category, nil where there is none. It must not be
// changed.
func (t *Types) Def(name string) Def { return t.byName[name] }

// Names lists the definitions of a category, sorted; of all categories for 0.
func (t *Types) Names(c Category) []string {
	if c == 0 {
		return slices.Sorted(maps.Keys(t.byName))
	}
	var names []string
	for name, d := range t.byName {
		if categoryOf(d) == c {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Entities gives all types of entity, by name.
func (t *Types) Entities() []*EntityType { return sorted(t.entities) }

// Classifications gives all classifications, by name.
func (t *Types) Classifications() []*ClassificationType { return sorted(t.classifications) }

// Relationships gives all relationships, by name.
func (t *Types) Relationships() []*RelationshipType { return sorted(t.relationships) }

// Groups gives all groups of business attributes, by name.
func (t *Types) Groups() []*BusinessType { return sorted(t.business) }

func sorted[T any](m map[string]T) []T {
	all := make([]T, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[name])
	}
	return all
}
