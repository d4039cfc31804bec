package transfer

import (
	"strings"

	json2 "github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// transforms change entities on their way in: by the name of a type, which stands for
// those that descend from it too, and of an attribute, or * for all of the entity.
type transforms struct {
	byType map[string]map[string][]transform
}

// A transform changes one value, or an entity as a whole.
type transform struct {
	value  func(string) string
	entity func(*catalog.Entity)
}

// parseTransforms reads {"type":{"attribute":["replace~a~b"]}}; nil for none.
func parseTransforms(text string) (*transforms, error) {
	if text == "" {
		return nil, nil
	}
	var given map[string]map[string][]string
	if err := json2.Unmarshal([]byte(text), &given); err != nil {
		return nil, fault.New(fault.InvalidValue, "The option transforms cannot be read: "+err.Error())
	}
	t := &transforms{make(map[string]map[string][]transform)}
	for typeName, attributes := range given {
		t.byType[typeName] = make(map[string][]transform)
		for name, specs := range attributes {
			for _, spec := range specs {
				one, err := parseTransform(spec)
				if err != nil {
					return nil, err
				}
				t.byType[typeName][name] = append(t.byType[typeName][name], one)
			}
		}
	}
	return t, nil
}

// parseTransform reads what to do and with what, which stand between tildes, or
// between colons as servers before 2.5 have it.
func parseTransform(spec string) (t transform, err error) {
	between := "~"
	if !strings.Contains(spec, between) {
		between = ":"
	}
	name, rest, _ := strings.Cut(spec, between)
	switch name {
	case "replace":
		from, to, _ := strings.Cut(rest, between)
		if from != "" {
			t.value = func(v string) string { return strings.ReplaceAll(v, from, to) }
		} else {
			t.value = func(v string) string { return v }
		}
	case "lowercase":
		t.value = strings.ToLower
	case "uppercase":
		t.value = strings.ToUpper
	case "add":
		key, value, _ := strings.Cut(rest, "=")
		t.entity = func(e *catalog.Entity) { addValue(e, key, value) }
	case "clearAttrValue":
		t.entity = func(e *catalog.Entity) {
			for _, key := range strings.Split(rest, ",") {
				e.Attributes[strings.TrimSpace(key)] = nil
			}
		}
	case "setDeleted":
		t.entity = func(e *catalog.Entity) { e.Status = catalog.Deleted }
	case "addClassification":
		class, _, _ := strings.Cut(rest, between)
		t.entity = func(e *catalog.Entity) { addClass(e, class) }
	case "removeClassification":
		t.entity = func(e *catalog.Entity) { removeClass(e, rest) }
	default:
		return t, fault.New(fault.InvalidValue, "The option transforms has "+spec+", which is not known")
	}
	return t, nil
}

// addValue gives an attribute a value, or a list one more.
func addValue(e *catalog.Entity, key, value string) {
	item, isList := strings.CutPrefix(value, "list:")
	switch standing := e.Attributes[key].(type) {
	case []any:
		e.Attributes[key] = append(standing, item)
	default:
		if isList && standing == nil {
			e.Attributes[key] = []any{item}
		} else {
			e.Attributes[key] = value
		}
	}
}

func addClass(e *catalog.Entity, name string) {
	for _, c := range e.Classifications {
		if c.TypeName == name {
			return
		}
	}
	e.Classifications = append(e.Classifications, catalog.Classification{TypeName: name})
}

func removeClass(e *catalog.Entity, name string) {
	var kept []catalog.Classification
	for _, c := range e.Classifications {
		if c.TypeName != name {
			kept = append(kept, c)
		}
	}
	e.Classifications = kept
}

// apply changes one entity.
func (t *transforms) apply(types *schema.Types, e *catalog.Entity) {
	if t == nil {
		return
	}
	if e.Attributes == nil {
		e.Attributes = make(map[string]any)
	}
	names := []string{e.TypeName}
	if of := types.Entity(e.TypeName); of != nil {
		names = append(names, of.Ancestors()...)
	}
	for _, name := range names {
		for attribute, all := range t.byType[name] {
			for _, one := range all {
				value, isText := e.Attributes[attribute].(string)
				switch {
				case one.entity != nil:
					one.entity(e)
				case isText:
					e.Attributes[attribute] = one.value(value)
				}
			}
		}
	}
}
