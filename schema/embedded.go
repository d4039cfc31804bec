package schema

import "slices"

// markEmbedding finds out which attributes of entities hold references in their
// values. The types are all resolved by then.
func (t *Types) markEmbedding() error {
	for _, e := range t.entities {
		for _, f := range e.Fields {
			f.Embeds = f.Soft() && f.Target != nil || f.Target == nil && embeds(f.Type, nil)
		}
	}
	return nil
}

// embeds reports whether values of a type can hold references; within are the
// structs that it is looked for in already.
func embeds(t ValueType, within []*StructType) bool {
	switch t := t.(type) {
	case *arrayType:
		return embeds(t.element, within)
	case *mapType:
		return embeds(t.value, within)
	case *referenceType:
		return true
	case *structType:
		return !slices.Contains(within, t.of) && slices.ContainsFunc(t.of.Fields, func(f *Field) bool {
			return embeds(f.Type, append(within, t.of))
		})
	}
	return false
}

// Embedded gives a value, which Normalize made, with each reference in it replaced by
// what replace makes of it. The name that replace is told is of the type that the
// reference must be to.
func (f *Field) Embedded(value any, replace func(id ObjectID, typeName string) (ObjectID, error)) (any, error) {
	return replaceIn(f.Type, value, replace)
}

func replaceIn(t ValueType, value any, replace func(ObjectID, string) (ObjectID, error)) (any, error) {
	switch t := t.(type) {
	case *referenceType:
		if id, ok := value.(ObjectID); ok {
			return replace(id, t.target)
		}
	case *arrayType:
		list, ok := value.([]any)
		if !ok {
			break
		}
		out := make([]any, len(list))
		for i := range list {
			var err error
			if out[i], err = replaceIn(t.element, list[i], replace); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *mapType:
		object, ok := value.(map[string]any)
		if !ok {
			break
		}
		return replaceAll(object, func(string) ValueType { return t.value }, replace)
	case *structType:
		object, ok := value.(map[string]any)
		attributes, has := object["attributes"].(map[string]any)
		if !ok || !has {
			break
		}
		out, err := replaceAll(attributes, func(name string) ValueType { return t.of.Field(name).Type }, replace)
		if err != nil {
			return nil, err
		}
		return map[string]any{"typeName": t.Name(), "attributes": out}, nil
	}
	return value, nil
}

func replaceAll(object map[string]any, typeOf func(string) ValueType, replace func(ObjectID, string) (ObjectID, error)) (map[string]any, error) {
	out := make(map[string]any, len(object))
	for key, v := range object {
		var err error
		if out[key], err = replaceIn(typeOf(key), v, replace); err != nil {
			return nil, err
		}
	}
	return out, nil
}
