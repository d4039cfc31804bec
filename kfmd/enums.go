package kfmd

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// An executionState says how far an execution has come.
type executionState string

var executionStates = []string{"UNKNOWN", "NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED"}

// UnmarshalJSONFrom reads a state.
func (s *executionState) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, err := word(d, executionStates)
	*s = executionState(text)
	return err
}

// A propertyType says what values a property has.
type propertyType string

var propertyTypes = []string{"UNKNOWN", "INT", "DOUBLE", "STRING", "STRUCT", "PROTO", "BOOLEAN"}

// UnmarshalJSONFrom reads a type of property.
func (p *propertyType) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, err := word(d, propertyTypes)
	*p = propertyType(text)
	return err
}

// forms says which form of value a type of property has. UNKNOWN has none.
var forms = map[propertyType]pedigree.Form{
	"INT": pedigree.Int, "DOUBLE": pedigree.Double, "STRING": pedigree.Text,
	"STRUCT": pedigree.Struct, "PROTO": pedigree.Proto, "BOOLEAN": pedigree.Bool,
}

// propertyTypeOf is forms the other way.
var propertyTypeOf = func() map[pedigree.Form]propertyType {
	types := make(map[pedigree.Form]propertyType)
	for t, form := range forms {
		types[form] = t
	}
	return types
}()

// An eventType says how an execution came by an artifact: the direction and the
// role in one.
type eventType string

var eventTypes = []string{
	"UNKNOWN", "DECLARED_OUTPUT", "DECLARED_INPUT", "INPUT", "OUTPUT", "INTERNAL_INPUT", "INTERNAL_OUTPUT", "PENDING_OUTPUT",
}

// UnmarshalJSONFrom reads a type of event.
func (t *eventType) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, err := word(d, eventTypes)
	*t = eventType(text)
	return err
}

// A standing is what a type of event says.
type standing struct {
	direction pedigree.Direction
	role      pedigree.Role
}

// standings says what the types of events mean. UNKNOWN means nothing.
var standings = map[eventType]standing{
	"INPUT":           {pedigree.Input, pedigree.RoleUsed},
	"OUTPUT":          {pedigree.Output, pedigree.RoleUsed},
	"DECLARED_INPUT":  {pedigree.Input, pedigree.RoleDeclared},
	"DECLARED_OUTPUT": {pedigree.Output, pedigree.RoleDeclared},
	"INTERNAL_INPUT":  {pedigree.Input, pedigree.RoleInternal},
	"INTERNAL_OUTPUT": {pedigree.Output, pedigree.RoleInternal},
	"PENDING_OUTPUT":  {pedigree.Output, pedigree.RolePending},
}

// eventTypeOf is standings the other way.
var eventTypeOf = func() map[standing]eventType {
	types := make(map[standing]eventType)
	for t, s := range standings {
		types[s] = t
	}
	return types
}()
