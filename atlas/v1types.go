package atlas

import (
	"math"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
)

func (h *Handler) v1TypeRoutes() []operation {
	return []operation{
		{method: "POST", path: "/types", permission: route.Write, call: h.v1CreateTypes},
		{method: "PUT", path: "/types", permission: route.Write, call: h.v1UpdateTypes},
		{method: "GET", path: "/types", permission: route.Read, call: h.v1ListTypes},
		{method: "GET", path: "/types/{name}", permission: route.Read, call: h.v1Type},
	}
}

// v1Defs are definitions as version 1 writes them.
type v1Defs struct {
	Enums   []v1Enum   `json:"enumTypes"`
	Structs []v1Struct `json:"structTypes"`
	Traits  []v1Struct `json:"traitTypes"`
	Classes []v1Struct `json:"classTypes"`
}

// A v1Enum is an enum.
type v1Enum struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitzero"`
	Version     string   `json:"version,omitzero"`
	Values      []v1Word `json:"enumValues"`
}

// A v1Word is one value of an enum.
type v1Word struct {
	Value   string `json:"value"`
	Ordinal int64  `json:"ordinal"`
}

// A v1Struct is a struct, a trait or a class; the first has no super types.
type v1Struct struct {
	Name        string        `json:"typeName"`
	Description string        `json:"typeDescription,omitzero"`
	Version     string        `json:"typeVersion,omitzero"`
	Attributes  []v1Attribute `json:"attributeDefinitions"`
	SuperTypes  *[]string     `json:"superTypes,omitzero"`
	Meta        string        `json:"hierarchicalMetaTypeName,omitzero"`
}

// What version 1 calls classes and traits.
const (
	v1ClassType = "org.apache.atlas.typesystem.types.ClassType"
	v1TraitType = "org.apache.atlas.typesystem.types.TraitType"
)

// A v1Attribute is an attribute.
type v1Attribute struct {
	Name         string            `json:"name"`
	Type         string            `json:"dataTypeName"`
	Multiplicity v1Multiplicity    `json:"multiplicity"`
	Composite    bool              `json:"isComposite"` // it owns what it points to
	Unique       bool              `json:"isUnique"`
	Indexable    bool              `json:"isIndexable"`
	Reverse      string            `json:"reverseAttributeName,omitzero"` // the same reference, seen from its other end
	Default      *string           `json:"defaultValue,omitzero"`
	Description  string            `json:"description,omitzero"`
	Options      map[string]string `json:"options,omitzero"`
	Weight       int64             `json:"searchWeight"`
	IndexType    string            `json:"indexType,omitzero"`
}

// A v1Multiplicity says how many values an attribute has: one of four words, or,
// as the oldest clients write it, the bounds themselves.
type v1Multiplicity struct {
	Lower  int64 `json:"lower"`
	Upper  int64 `json:"upper"`
	Unique bool  `json:"isUnique"`
}

var v1Multiplicities = map[string]v1Multiplicity{
	"required": {1, 1, false}, "optional": {0, 1, false}, "collection": {1, math.MaxInt32, false}, "set": {1, math.MaxInt32, true},
}

// UnmarshalJSONFrom reads a word or bounds.
func (m *v1Multiplicity) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '{' {
		type plain v1Multiplicity
		return json.UnmarshalDecode(d, (*plain)(m))
	}
	var word string
	if err := json.UnmarshalDecode(d, &word); err != nil {
		return err
	}
	var known bool
	if *m, known = v1Multiplicities[strings.ToLower(word)]; !known {
		*m = v1Multiplicities["required"]
	}
	return nil
}

// MarshalJSONTo writes a word: that for what comes nearest.
func (m v1Multiplicity) MarshalJSONTo(e *jsontext.Encoder) error {
	word := "required"
	switch {
	case m.Lower < 1:
		word = "optional"
	case m.Upper > 1 && m.Unique:
		word = "set"
	case m.Upper > 1:
		word = "collection"
	}
	return e.WriteToken(jsontext.String(word))
}

func (h *Handler) v1CreateTypes(w http.ResponseWriter, r *http.Request) error {
	defs, err := decodeV1Types(r)
	if err != nil {
		return err
	}
	made, err := h.Types.Create(r.Context(), defs)
	if err != nil {
		return err
	}
	write(w, http.StatusCreated, v1Named(w, made))
	return nil
}

func (h *Handler) v1UpdateTypes(w http.ResponseWriter, r *http.Request) error {
	defs, err := decodeV1Types(r)
	if err != nil {
		return err
	}
	kept, err := h.Types.Save(r.Context(), defs)
	if err != nil {
		return err
	}
	return answer(w, v1Named(w, kept))
}

// A v1Name says which definition was kept.
type v1Name struct {
	Name string `json:"name"`
}

// v1Names answers for definitions that were kept.
type v1Names struct {
	RequestID string   `json:"requestId"`
	Types     []v1Name `json:"types"`
}

func v1Named(w http.ResponseWriter, defs *schema.Defs) v1Names {
	m := v1Names{RequestID: requestID(w)}
	for _, d := range defs.All() {
		m.Types = append(m.Types, v1Name{d.Common().Name})
	}
	return m
}

// requestID is what the server's log calls the request that w answers.
func requestID(w http.ResponseWriter) string { return w.Header().Get("X-Request-Id") }

func (h *Handler) v1ListTypes(w http.ResponseWriter, r *http.Request) error {
	_, defs, err := h.selectTypes(r)
	if err != nil {
		return err
	}
	names := make([]string, len(defs))
	for i, d := range defs {
		names[i] = d.Common().Name
	}
	return answer(w, struct {
		RequestID string   `json:"requestId"`
		Count     int      `json:"count"`
		Results   []string `json:"results"`
	}{requestID(w), len(names), names})
}

func (h *Handler) v1Type(w http.ResponseWriter, r *http.Request) error {
	t, err := h.types(r.Context())
	if err != nil {
		return err
	}
	d, err := t.Find(0, r.PathValue("name"))
	if err != nil {
		return err
	}
	return answer(w, struct {
		RequestID  string `json:"requestId"`
		Name       string `json:"typeName"`
		Definition v1Defs `json:"definition"`
	}{requestID(w), d.Common().Name, encodeV1(d)})
}

// decodeV1Types reads definitions of version 1.
func decodeV1Types(r *http.Request) (*schema.Defs, error) {
	var m v1Defs
	if err := decode(r, &m); err != nil {
		return nil, err
	}
	defs := &schema.Defs{}
	for _, e := range m.Enums {
		d := schema.EnumDef{Base: schema.Base{Name: e.Name, Description: e.Description, TypeVersion: e.Version}}
		for _, v := range e.Values {
			d.Elements = append(d.Elements, schema.EnumElement{Value: v.Value, Ordinal: v.Ordinal})
		}
		defs.Enums = append(defs.Enums, d)
	}
	for i := range m.Structs {
		s := &m.Structs[i]
		defs.Structs = append(defs.Structs, schema.StructDef{Base: s.base(), Attributes: s.attributes()})
	}
	for i := range m.Traits {
		s := &m.Traits[i]
		defs.Classifications = append(defs.Classifications, schema.ClassificationDef{Base: s.base(), Attributes: s.attributes(), SuperTypes: s.superTypes()})
	}
	for i := range m.Classes {
		s := &m.Classes[i]
		defs.Entities = append(defs.Entities, schema.EntityDef{Base: s.base(), Attributes: s.attributes(), SuperTypes: s.superTypes()})
	}
	if defs.Len() == 0 {
		return nil, fault.New(fault.InvalidTypeDefinition, "without any type")
	}
	return defs, nil
}

func (s *v1Struct) base() schema.Base {
	return schema.Base{Name: s.Name, Description: s.Description, TypeVersion: s.Version}
}

func (s *v1Struct) superTypes() []string {
	if s.SuperTypes == nil {
		return nil
	}
	return *s.SuperTypes
}

func (s *v1Struct) attributes() []schema.AttributeDef {
	all := make([]schema.AttributeDef, len(s.Attributes))
	for i := range s.Attributes {
		all[i] = s.Attributes[i].decode()
	}
	return all
}

func (a *v1Attribute) decode() schema.AttributeDef {
	d := schema.AttributeDef{
		Name: a.Name, Type: a.Type, Optional: a.Multiplicity.Lower == 0, Cardinality: schema.Single,
		Min: a.Multiplicity.Lower, Max: max(a.Multiplicity.Upper, 1), Unique: a.Unique, Indexable: a.Indexable, Weight: a.Weight, Default: a.Default,
		Description: a.Description, IndexType: a.IndexType, Options: a.Options,
	}
	if a.Weight == 0 {
		d.Weight = -1
	}
	if d.Max > 1 {
		d.Cardinality = schema.List
		if a.Multiplicity.Unique {
			d.Cardinality = schema.Set
		}
	}
	if a.Composite {
		d.Constraints = append(d.Constraints, schema.ConstraintDef{Type: schema.OwnedRef})
	}
	if strings.TrimSpace(a.Reverse) != "" {
		d.Constraints = append(d.Constraints, schema.ConstraintDef{Type: schema.InverseRef, Params: map[string]any{"attribute": a.Reverse}})
	}
	return d
}

// encodeV1 writes a definition as version 1 does. It has no word for relationships
// and business metadata.
func encodeV1(d schema.Def) v1Defs {
	m := v1Defs{}
	switch d := d.(type) {
	case *schema.EnumDef:
		e := v1Enum{Name: d.Name, Description: d.Description, Version: d.TypeVersion}
		for _, v := range d.Elements {
			e.Values = append(e.Values, v1Word{v.Value, v.Ordinal})
		}
		m.Enums = append(m.Enums, e)
	case *schema.StructDef:
		m.Structs = append(m.Structs, encodeV1Struct(&d.Base, d.Attributes))
	case *schema.ClassificationDef:
		s := encodeV1Struct(&d.Base, d.Attributes)
		s.SuperTypes, s.Meta = &d.SuperTypes, v1TraitType
		m.Traits = append(m.Traits, s)
	case *schema.EntityDef:
		s := encodeV1Struct(&d.Base, d.Attributes)
		s.SuperTypes, s.Meta = &d.SuperTypes, v1ClassType
		m.Classes = append(m.Classes, s)
	}
	return m
}

func encodeV1Struct(b *schema.Base, attributes []schema.AttributeDef) v1Struct {
	s := v1Struct{Name: b.Name, Description: b.Description, Version: b.TypeVersion}
	for i := range attributes {
		s.Attributes = append(s.Attributes, encodeV1Attribute(&attributes[i]))
	}
	return s
}

func encodeV1Attribute(d *schema.AttributeDef) v1Attribute {
	a := v1Attribute{
		Name: d.Name, Type: d.Type, Multiplicity: v1Multiplicity{Lower: 1, Upper: 1, Unique: d.Cardinality == schema.Set},
		Unique: d.Unique, Indexable: d.Indexable, Default: d.Default, Weight: d.Weight,
		Description: d.Description, IndexType: d.IndexType, Options: d.Options,
	}
	if d.Optional {
		a.Multiplicity.Lower = 0
	}
	if d.Cardinality != schema.Single {
		a.Multiplicity.Upper = math.MaxInt32
	}
	for _, c := range d.Constraints {
		switch c.Type {
		case schema.OwnedRef:
			a.Composite = true
		case schema.InverseRef:
			a.Reverse, _ = c.Params["attribute"].(string)
		}
	}
	return a
}
