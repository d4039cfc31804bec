package transfer

import (
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
)

// values gives the values of a map.
func values[K comparable, V any](m map[K]V) func(yield func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// known gives which guids that entities refer to are there or among them.
func known(w *catalog.Work, entities []*catalog.Entity) (map[string]bool, error) {
	all := make(map[string]bool, len(entities))
	for _, e := range entities {
		all[e.GUID] = true
	}
	var ask []string
	for _, e := range entities {
		each(e, func(guid string) {
			if !all[guid] {
				ask = append(ask, guid)
			}
		})
	}
	found, err := w.NodesByGUID(ask)
	for guid, n := range found {
		all[guid] = n.Live()
	}
	return all, err
}

// guidOf gives the guid of a reference, and whether it is one. One that is deleted
// itself, or whose relationship is, refers to nothing.
func guidOf(v any) (guid string, live bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return "", false
	}
	guid, ok = m["guid"].(string)
	return guid, ok && m["relationshipStatus"] != "DELETED" && m["entityStatus"] != "DELETED"
}

// each calls fn with the guids that an entity refers to.
func each(e *catalog.Entity, fn func(guid string)) {
	for _, group := range []map[string]any{e.Attributes, e.RelationshipAttributes} {
		for _, v := range group {
			walk(v, fn)
		}
	}
}

func walk(v any, fn func(guid string)) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			walk(one, fn)
		}
	case map[string]any:
		if guid, ok := v["guid"].(string); ok {
			fn(guid)
			return
		}
		for _, one := range v {
			walk(one, fn)
		}
	}
}

// strip takes out of an entity the references to what is not known, and reports
// whether one of them is known to the entity alone.
func strip(t *schema.EntityType, e *catalog.Entity, known map[string]bool) (late bool) {
	if t == nil {
		return false // saving says so
	}
	for _, name := range t.EndNames() {
		if v, there := e.RelationshipAttributes[name]; there {
			e.RelationshipAttributes[name], _ = kept(v, known)
		}
		if v, there := e.Attributes[name]; there {
			e.Attributes[name], _ = kept(v, known)
		}
	}
	for _, f := range t.Fields {
		if f.Target == nil || f.Soft() || len(t.End(f.Def.Name)) > 0 {
			continue
		}
		if v, there := e.Attributes[f.Def.Name]; there {
			var less bool
			e.Attributes[f.Def.Name], less = kept(v, known)
			late = late || less
		}
	}
	return late
}

// kept gives what is left of the value of an attribute that refers to others.
func kept(v any, known map[string]bool) (left any, less bool) {
	switch v := v.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, one := range v {
			if guid, live := guidOf(one); guid == "" || live && known[guid] {
				list = append(list, one)
			}
		}
		return list, len(list) < len(v)
	case map[string]any:
		guid, isRef := v["guid"].(string)
		if isRef {
			if _, live := guidOf(v); live && known[guid] {
				return v, false
			}
			return nil, true
		}
		all := make(map[string]any, len(v))
		for key, one := range v {
			if guid, live := guidOf(one); guid == "" || live && known[guid] {
				all[key] = one
			}
		}
		return all, len(all) < len(v)
	}
	return v, false
}
