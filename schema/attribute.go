package schema

import (
	"strconv"
	"time"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// Cardinalities of attributes and ends.
const (
	Single = "SINGLE"
	List   = "LIST"
	Set    = "SET" // a list without doubles
)

// NoCount says that there is no bound on how many values an attribute has.
const NoCount = -1

// An AttributeDef is one attribute of a definition.
type AttributeDef struct {
	Name        string            `json:"name"`
	Type        string            `json:"typeName"` // such as int, array<string>, or the name of a definition
	Optional    bool              `json:"isOptional"`
	Cardinality string            `json:"cardinality"`
	Min         int64             `json:"valuesMinCount"`
	Max         int64             `json:"valuesMaxCount"`
	Unique      bool              `json:"isUnique"` // no two entities of a type have the same value
	Indexable   bool              `json:"isIndexable"`
	Notify      bool              `json:"includeInNotification"`
	Default     *string           `json:"defaultValue,omitzero"`
	Description string            `json:"description,omitzero"`
	Weight      int64             `json:"searchWeight"`
	IndexType   string            `json:"indexType,omitzero"`
	Constraints []ConstraintDef   `json:"constraints,omitzero"`
	Options     map[string]string `json:"options,omitzero"`
	DisplayName string            `json:"displayName,omitzero"`
}

// A ConstraintDef says more of a reference: that it owns what it points to, or that
// it is another one seen from its other end.
type ConstraintDef struct {
	Type   string         `json:"type"`
	Params map[string]any `json:"params,omitzero"`
}

// The constraints that have a meaning.
const (
	OwnedRef      = "ownedRef"
	InverseRef    = "inverseRef"
	MappedFromRef = "mappedFromRef" // what older models say for inverseRef
)

// A RelationshipAttributeDef is an end of a relationship as an attribute of the
// entities that stand at it. It is found out, never stored.
type RelationshipAttributeDef struct {
	AttributeDef
	Relationship string `json:"relationshipTypeName"`
	Legacy       bool   `json:"isLegacyAttribute"` // the type has an attribute of this name, too
}

// An EndDef is one end of a relationship.
type EndDef struct {
	Type        string `json:"type"` // of the entities that stand at this end
	Name        string `json:"name"` // of the attribute by which they know those at the other end
	Container   bool   `json:"isContainer"`
	Cardinality string `json:"cardinality"` // of that attribute
	Legacy      bool   `json:"isLegacyAttribute"`
	Description string `json:"description,omitzero"`
}

// Millis is a moment in milliseconds since 1970. Older clients write it as text.
type Millis int64

// MarshalJSONTo writes the number.
func (m Millis) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteToken(jsontext.Int(int64(m))) }

// UnmarshalJSONFrom reads a number, or a moment written out. What is neither stands
// for none: the server sets these times itself.
func (m *Millis) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	*m = 0
	switch value.Kind() {
	case '0':
		n, _ := strconv.ParseInt(string(value), 10, 64)
		*m = Millis(n)
	case '"':
		var text string
		if err := stdjson.Unmarshal(value, &text); err != nil {
			return err
		}
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			*m = Millis(t.UnixMilli())
		}
	}
	return nil
}
