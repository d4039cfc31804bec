package catalog

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// Bounds of what people add to entities, in UTF-16 units.
const (
	maxLabel       = 50
	maxCustomKey   = 50
	maxCustomValue = 500
)

// plainName is what labels and keys of custom attributes are made of: letters,
// digits, "_", "-" and the characters of Chinese and Japanese.
var plainName = regexp.MustCompile("^[\u2E80-\u2FD5\u3190-\u319f\u3400-\u4DBF\u4E00-\u9FCC\uF900-\uFAADa-zA-Z0-9_-]*$")

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// checkLabels refuses labels that are too long or not made of letters and the like.
func checkLabels(labels []string) error {
	for _, l := range labels {
		if length(l) > maxLabel {
			return fault.New(fault.InvalidLabelLength, l, maxLabel)
		}
		if !plainName.MatchString(l) || l == "" {
			return fault.New(fault.InvalidLabelCharacters, l)
		}
	}
	return nil
}

// checkCustom refuses custom attributes likewise.
func checkCustom(custom map[string]string) error {
	for key, value := range custom {
		switch {
		case length(key) > maxCustomKey:
			return fault.New(fault.InvalidCustomAttributeKeyLength, key)
		case !plainName.MatchString(key) || key == "":
			return fault.New(fault.InvalidCustomAttributeKeyCharacters, key)
		case length(value) > maxCustomValue:
			return fault.New(fault.InvalidCustomAttributeValue, value, maxCustomValue)
		}
	}
	return nil
}

// normalise checks what a request says and reads the values of its plain
// attributes. All that must be there is asked for unless the update is partial.
func (r *request) normalise(partial bool) error {
	if err := checkCustom(r.entity.CustomAttributes); err != nil {
		return err
	}
	if err := checkLabels(r.entity.Labels); err != nil {
		return err
	}
	r.values = make(map[string]any, len(r.entity.Attributes))
	var problems []string
	name := r.typ.Name()
	for _, f := range r.typ.Fields {
		given, there := r.entity.Attributes[f.Def.Name]
		refs, related := r.refs[f.Def.Name]
		if given == nil && len(refs) == 0 && !f.Def.Optional && !partial && !r.entity.IsIncomplete {
			problems = append(problems, missing(name, f, name))
			continue
		}
		if related || !there || f.Target != nil && !f.Soft() {
			continue
		}
		if given == nil {
			r.values[f.Def.Name] = nil
			continue
		}
		value, err := f.Type.Normalize(given)
		if err != nil {
			problems = append(problems, problemOf(name+"."+f.Def.Name, err))
			continue
		}
		r.values[f.Def.Name] = value
	}
	if len(problems) > 0 {
		return fault.New(fault.InstanceCrudInvalidParams, strings.Join(problems, ", "))
	}
	return nil
}

// completed gives the values that a new entity has: those that are given, and for
// the others those that the definition says.
func completed(t *schema.EntityType, given map[string]any) map[string]any {
	values := make(map[string]any, len(given))
	for _, f := range t.Fields {
		if value := given[f.Def.Name]; value != nil {
			values[f.Def.Name] = value
		} else if f.Def.Default != nil {
			if value := absent(f); value != nil {
				values[f.Def.Name] = value
			}
		}
	}
	return values
}

// added gives what a partial update makes of the given values: those of lists and
// maps that say so are put to what stands.
func added(t *schema.EntityType, given map[string]any, standing func(*schema.Field) any) map[string]any {
	all := given
	for _, f := range t.Fields {
		value, there := given[f.Def.Name]
		if !there || !t.Appends(f.Def.Name) {
			continue
		}
		if all = maps.Clone(all); value == nil {
			all[f.Def.Name] = standing(f)
			continue
		}
		all[f.Def.Name] = joined(f, standing(f), value)
	}
	return all
}

// joined puts the elements of one list or map to those of another.
func joined(f *schema.Field, standing, value any) any {
	switch v := value.(type) {
	case []any:
		before, _ := standing.([]any)
		list := slices.Clone(before)
		for _, e := range v {
			if f.Def.Cardinality != schema.Set || !slices.ContainsFunc(list, func(o any) bool { return same(o, e) }) {
				list = append(list, e)
			}
		}
		return list
	case map[string]any:
		before, _ := standing.(map[string]any)
		merged := maps.Clone(v)
		for key, e := range before {
			if _, there := v[key]; !there {
				merged[key] = e
			}
		}
		return merged
	}
	return value
}

// changes gives those of the given values that differ from what stands. What is
// cleared becomes what the definition says of an attribute without value, or nil.
func changes(t *schema.EntityType, given map[string]any, standing func(*schema.Field) any) map[string]any {
	changed := make(map[string]any)
	for _, f := range t.Fields {
		value, there := given[f.Def.Name]
		if !there {
			continue
		}
		if value == nil && f.Def.Default != nil {
			value = absent(f)
		}
		seen := value
		if seen == nil {
			seen = absent(f)
		}
		if !same(seen, standing(f)) {
			changed[f.Def.Name] = value
		}
	}
	return changed
}
