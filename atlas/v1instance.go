package atlas

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// The classes that version 1 says its values are of.
const (
	v1Package        = "org.apache.atlas.typesystem.json.InstanceSerialization$_"
	v1ReferenceClass = v1Package + "Reference"
	v1StructClass    = v1Package + "Struct"
	v1IDClass        = v1Package + "Id"
)

// A v1ID names an entity.
type v1ID struct {
	Class   string `json:"jsonClass"`
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Type    string `json:"typeName"`
	State   string `json:"state"`
}

// v1Values is a struct or a trait.
type v1Values struct {
	Class  string         `json:"jsonClass"`
	Type   string         `json:"typeName"`
	Values map[string]any `json:"values"`
}

// A v1Reference is an entity.
type v1Reference struct {
	Class      string               `json:"jsonClass"`
	ID         v1ID                 `json:"id"`
	Type       string               `json:"typeName"`
	Values     map[string]any       `json:"values"`
	TraitNames []string             `json:"traitNames"`
	Traits     map[string]*v1Values `json:"traits"`
	System     *v1System            `json:"systemAttributes"`
}

// v1System is who made and changed an entity, and when.
type v1System struct {
	CreatedBy  string `json:"createdBy"`
	ModifiedBy string `json:"modifiedBy"`
	Created    string `json:"createdTime"`
	Modified   string `json:"modifiedTime"`
}

// A v1EnumValue is a value of an enum.
type v1EnumValue struct {
	Value   string `json:"value"`
	Ordinal int64  `json:"ordinal"`
}

// v1Reference reads an entity and writes it as version 1 does.
func (h *Handler) v1Reference(r *http.Request, ref catalog.Ref) (*v1Reference, error) {
	e, referred, err := h.Entities.Entity(r.Context(), workspace, ref, catalog.ReadOptions{})
	if err != nil {
		return nil, err
	}
	t, err := h.types(r.Context())
	if err != nil {
		return nil, err
	}
	return (&v1Writer{types: t, owned: referred, open: make(map[string]bool)}).reference(e), nil
}

// A v1Writer writes entities as version 1 does: those that another owns in its place.
type v1Writer struct {
	types *schema.Types
	owned map[string]*catalog.Entity
	open  map[string]bool // being written, by guid: what owns itself is written once
}

func (w *v1Writer) reference(e *catalog.Entity) *v1Reference {
	out := &v1Reference{
		Class: v1ReferenceClass, Type: e.TypeName, Values: make(map[string]any, len(e.Attributes)), TraitNames: []string{}, Traits: map[string]*v1Values{},
		ID:     v1ID{v1IDClass, e.GUID, e.Version, e.TypeName, string(e.Status)},
		System: &v1System{e.CreatedBy, e.UpdatedBy, v1Time(int64(e.CreateTime)), v1Time(int64(e.UpdateTime))},
	}
	if w.open != nil {
		w.open[e.GUID] = true
		defer delete(w.open, e.GUID)
	}
	t := w.types.Entity(e.TypeName)
	for name, value := range e.Attributes {
		typeName := ""
		if t != nil && t.Field(name) != nil {
			typeName = t.Field(name).Def.Type
		}
		out.Values[name] = w.value(value, typeName)
	}
	for i := range e.Classifications {
		c := &e.Classifications[i]
		out.TraitNames = append(out.TraitNames, c.TypeName)
		out.Traits[c.TypeName] = v1Trait(c)
	}
	return out
}

// value writes a value of a type: moments as text, enums with their number, structs
// and references as what version 1 has for them.
func (w *v1Writer) value(v any, typeName string) any {
	switch v := v.(type) {
	case int64:
		if typeName == "date" {
			return v1Time(v)
		}
	case string:
		if of := w.types.Enum(typeName); of != nil {
			for _, e := range of.Def.Elements {
				if e.Value == v {
					return v1EnumValue{v, e.Ordinal}
				}
			}
		}
	case catalog.ObjectID:
		if e := w.owned[v.GUID]; e != nil && !w.open[v.GUID] {
			return w.reference(e)
		}
		return v1ID{v1IDClass, v.GUID, 0, v.Type, string(catalog.Active)}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = w.value(v[i], innerType(typeName))
		}
		return list
	case map[string]any:
		return w.mapping(v, typeName)
	}
	return v
}

func (w *v1Writer) mapping(v map[string]any, typeName string) any {
	if inner, ok := v["attributes"].(map[string]any); ok && w.types.Struct(typeName) != nil {
		values := make(map[string]any, len(inner))
		for name, value := range inner {
			of := ""
			if f := w.types.Struct(typeName).Field(name); f != nil {
				of = f.Def.Type
			}
			values[name] = w.value(value, of)
		}
		return &v1Values{v1StructClass, typeName, values}
	}
	out := make(map[string]any, len(v))
	for key, value := range v {
		out[key] = w.value(value, innerType(typeName))
	}
	return out
}

// innerType names what a list or map holds.
func innerType(typeName string) string {
	if inner, ok := strings.CutPrefix(typeName, "array<"); ok {
		return strings.TrimSuffix(inner, ">")
	}
	if inner, ok := strings.CutPrefix(typeName, "map<"); ok {
		_, value, _ := strings.Cut(strings.TrimSuffix(inner, ">"), ",")
		return strings.TrimSpace(value)
	}
	return ""
}

func v1Trait(c *catalog.Classification) *v1Values {
	values := c.Attributes
	if values == nil {
		values = map[string]any{}
	}
	return &v1Values{v1StructClass, c.TypeName, values}
}

func v1Time(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// readV1Entities reads entities: one, a list of them, or a list of texts each of
// which is the JSON of one. Those that stand within others count, too.
func readV1Entities(body []byte) (*catalog.Batch, error) {
	var given any
	if err := decodeText(bytes.TrimSpace(body), &given); err != nil {
		return nil, err
	}
	list, ok := given.([]any)
	if !ok {
		list = []any{given}
	}
	in := v1Reader{batch: &catalog.Batch{}, seen: make(map[string]bool)}
	for _, one := range list {
		if text, ok := one.(string); ok {
			one = nil
			if err := json.Unmarshal([]byte(text), &one, schema.Reading); err != nil {
				return nil, malformed(err)
			}
		}
		object, ok := one.(map[string]any)
		if !ok || object["typeName"] == nil {
			return nil, fault.New(fault.BadRequest, "The request body holds no entity")
		}
		in.entity(object)
	}
	return in.batch, nil
}

// A v1Reader reads entities of version 1.
type v1Reader struct {
	batch *catalog.Batch
	seen  map[string]bool // by guid
}

// entity reads one and gives its guid.
func (in *v1Reader) entity(object map[string]any) string {
	e := &catalog.Entity{Attributes: make(map[string]any)}
	e.TypeName, _ = object["typeName"].(string)
	if id, ok := object["id"].(map[string]any); ok && id["id"] != nil {
		e.GUID = fmt.Sprint(id["id"])
	}
	if e.GUID == "" {
		e.GUID = fmt.Sprintf("-1%d", len(in.seen))
	}
	if in.seen[e.GUID] {
		return e.GUID
	}
	in.seen[e.GUID] = true
	in.batch.Entities = append(in.batch.Entities, e)
	values, _ := object["values"].(map[string]any)
	for name, value := range values {
		e.Attributes[name] = in.value(value)
	}
	traits, _ := object["traits"].(map[string]any)
	names, _ := object["traitNames"].([]any)
	for _, name := range names {
		trait, _ := traits[fmt.Sprint(name)].(map[string]any)
		c := readV1Trait(trait)
		c.TypeName = fmt.Sprint(name)
		e.Classifications = append(e.Classifications, c)
	}
	return e.GUID
}

func (in *v1Reader) value(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = in.value(v[i])
		}
		return list
	case map[string]any:
		return in.mapping(v)
	}
	return v
}

// mapping tells entities, references, structs, values of enums and maps apart.
func (in *v1Reader) mapping(v map[string]any) any {
	_, values := v["values"].(map[string]any)
	id, isID := v["id"].(map[string]any)
	class, _ := v["jsonClass"].(string)
	switch {
	case isID && values && len(v["values"].(map[string]any)) > 0:
		return map[string]any{"guid": in.entity(v), "typeName": v["typeName"]}
	case isID:
		return map[string]any{"guid": fmt.Sprint(id["id"]), "typeName": v["typeName"]}
	case class == v1IDClass || v["id"] != nil && v["typeName"] != nil && v["state"] != nil:
		return map[string]any{"guid": fmt.Sprint(v["id"]), "typeName": v["typeName"]}
	case values && v["typeName"] != nil:
		inner := in.value(v["values"])
		return map[string]any{"typeName": v["typeName"], "attributes": inner}
	case len(v) == 2 && v["value"] != nil && v["ordinal"] != nil || strings.HasSuffix(class, "_Enum"):
		return v["value"]
	}
	out := make(map[string]any, len(v))
	for key, value := range v {
		out[key] = in.value(value)
	}
	return out
}

// readV1Trait reads a trait.
func readV1Trait(v map[string]any) catalog.Classification {
	c := catalog.Classification{}
	c.TypeName, _ = v["typeName"].(string)
	if values, ok := v["values"].(map[string]any); ok && len(values) > 0 {
		c.Attributes = make(map[string]any, len(values))
		for name, value := range values {
			if enum, ok := value.(map[string]any); ok && enum["value"] != nil {
				value = enum["value"]
			}
			c.Attributes[name] = value
		}
	}
	return c
}
