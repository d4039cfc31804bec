package discovery

import (
	"path"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// A system attribute is one that every entity has, whatever its type.
type system struct {
	trait query.Trait // what it is sorted by and computed with; nil for none
	date  bool
	fact  func(f *finder, c comparison) (query.Fact, error)
	value func(f *finder, n *pedigree.Node, h *catalog.Header) any
}

// systems are the system attributes by name.
var systems map[string]*system

func init() {
	createdBy := query.FieldTrait{Key: "__createdBy", Unset: catalog.LocalUser}
	updatedBy := query.FieldTrait{Key: "__updatedBy"}
	systems = map[string]*system{
		"__guid": {trait: query.UID, fact: guidFact, value: func(f *finder, n *pedigree.Node, _ *catalog.Header) any { return f.GUID(n) }},
		"__historicalGuids": {fact: func(f *finder, c comparison) (query.Fact, error) {
			if c.is == query.Present || c.is == query.NotEmpty { // entities keep their guid
				return c.negated(none), nil
			}
			return guidFact(f, c)
		}},
		"__typeName":              {trait: query.TypeTrait{}, fact: typeFact, value: func(_ *finder, _ *pedigree.Node, h *catalog.Header) any { return h.TypeName }},
		"__superTypeNames":        {fact: superTypeFact},
		"__state":                 {trait: query.StatusTrait{}, fact: stateFact, value: func(_ *finder, _ *pedigree.Node, h *catalog.Header) any { return string(h.Status) }},
		"__timestamp":             {trait: query.Created, date: true, fact: traitFact(query.Created), value: func(_ *finder, n *pedigree.Node, _ *catalog.Header) any { return int64(n.Created) }},
		"__modificationTimestamp": {trait: query.Updated, date: true, fact: traitFact(query.Updated), value: func(_ *finder, n *pedigree.Node, _ *catalog.Header) any { return int64(n.Updated) }},
		"__createdBy":             {trait: createdBy, fact: traitFact(createdBy)},
		"__modifiedBy": {trait: updatedBy, fact: func(_ *finder, c comparison) (query.Fact, error) {
			h, err := c.holds(updatedBy)
			made, again := c.holds(createdBy)
			if err != nil || again != nil {
				return nil, err
			}
			unchanged := query.Except{Part: query.Holds{Trait: updatedBy, Is: query.Present}}
			return c.negated(query.Some{h, query.Every{unchanged, made}}), nil
		}},
		"__isIncomplete": {
			trait: query.FieldTrait{Key: "__isIncomplete", Form: pedigree.Bool, Unset: false}, fact: incompleteFact,
			value: func(_ *finder, _ *pedigree.Node, h *catalog.Header) any { return h.IsIncomplete },
		},
		"__provenanceType": {trait: query.FieldTrait{Key: "__provenanceType", Form: pedigree.Int, Unset: int64(0)}, fact: traitFact(query.FieldTrait{Key: "__provenanceType", Form: pedigree.Int, Unset: int64(0)})},
		"__homeId":         {trait: query.FieldTrait{Key: "__homeId"}, fact: traitFact(query.FieldTrait{Key: "__homeId"})},
		"__labels": {
			fact:  func(_ *finder, c comparison) (query.Fact, error) { return c.keyed(pedigree.Tag) },
			value: func(_ *finder, _ *pedigree.Node, h *catalog.Header) any { return strings.Join(h.Labels, "|") },
		},
		"__customAttributes":              {fact: customFact},
		"__pendingTasks":                  {fact: func(_ *finder, c comparison) (query.Fact, error) { return c.negated(none), nil }}, // nothing is done later
		"__classificationNames":           {fact: classFact(false, false), value: classNames},
		"__classificationsText":           {fact: classFact(false, false), value: classNames},
		"__propagatedClassificationNames": {fact: classFact(false, true)},
		"__traitNames":                    {fact: classFact(true, false)},
	}
}

func classNames(_ *finder, _ *pedigree.Node, h *catalog.Header) any {
	return strings.Join(h.ClassificationNames, "|")
}

// traitFact compares a trait.
func traitFact(t query.Trait) func(*finder, comparison) (query.Fact, error) {
	return func(_ *finder, c comparison) (query.Fact, error) {
		h, err := c.holds(t)
		if err != nil {
			return nil, err
		}
		return c.negated(h), nil
	}
}

func guidFact(f *finder, c comparison) (query.Fact, error) {
	if c.is != query.Equal {
		return traitFact(query.UID)(f, c)
	}
	ids, err := f.guids(c.texts)
	return c.negated(query.Among{Nodes: ids}), err
}

// typeFact looks which types have a name that fits.
func typeFact(f *finder, c comparison) (query.Fact, error) {
	types := f.nodeTypes(func(t *schema.EntityType) bool { return c.fits(t.Name()) })
	return c.negated(query.OfType{Types: types}), nil
}

func superTypeFact(f *finder, c comparison) (query.Fact, error) {
	types := f.nodeTypes(func(t *schema.EntityType) bool {
		for _, name := range t.Ancestors() {
			if c.fits(name) {
				return true
			}
		}
		return false
	})
	return c.negated(query.OfType{Types: types}), nil
}

func stateFact(_ *finder, c comparison) (query.Fact, error) {
	var some query.Some
	if c.fits(string(catalog.Active)) {
		some = append(some, query.Except{Part: query.Binned{}})
	}
	if c.fits(string(catalog.Deleted)) {
		some = append(some, query.Binned{})
	}
	return c.negated(some), nil
}

// incompleteFact takes true and 1, whatever the spelling.
func incompleteFact(_ *finder, c comparison) (query.Fact, error) {
	yes := query.Holds{Trait: query.FieldTrait{Key: "__isIncomplete", Form: pedigree.Bool, Unset: false}, Is: query.Equal, Values: []any{true}}
	switch {
	case c.is == query.Present, c.is == query.NotEmpty:
		return c.negated(query.Every{}), nil
	case c.is != query.Equal || len(c.texts) == 0:
		return nil, c.unfit()
	}
	var some query.Some
	for _, text := range c.texts {
		if strings.EqualFold(text, "true") || text == "1" {
			some = append(some, yes)
		} else {
			some = append(some, query.Except{Part: yes})
		}
	}
	return c.negated(oneOf(some)), nil
}

// customFact finds custom attributes by key, or by key and value: key=value.
func customFact(_ *finder, c comparison) (query.Fact, error) {
	if len(c.texts) == 0 {
		return c.keyed(pedigree.Custom)
	}
	var some query.Some
	for _, text := range c.texts {
		key, value, both := strings.Cut(text, "=")
		if !both {
			key, value, both = strings.Cut(strings.Trim(text, `{}`), ":")
		}
		key = strings.Trim(strings.TrimSpace(key), `"`)
		if !both {
			some = append(some, query.Keyed{Space: pedigree.Custom, Is: query.Equal, Values: []any{key}})
			continue
		}
		trait := query.FieldTrait{Space: pedigree.Custom, Key: key}
		some = append(some, query.Holds{Trait: trait, Is: query.Equal, Values: []any{strings.Trim(strings.TrimSpace(value), `"`)}})
	}
	return c.negated(oneOf(some)), nil
}

// classFact looks which classifications have a name that fits.
func classFact(own, carried bool) func(*finder, comparison) (query.Fact, error) {
	return func(f *finder, c comparison) (query.Fact, error) {
		var names []string // nil for any
		if c.is != query.Present && c.is != query.NotEmpty {
			names = []string{}
			for _, t := range f.types.Classifications() {
				if c.fits(t.Def.Name) {
					names = append(names, t.Def.Name)
				}
			}
			if len(names) == 0 {
				return c.negated(none), nil
			}
		}
		class, err := f.classified(names, nil, own, carried)
		return c.negated(class), err
	}
}

// globs reports whether a text matches a pattern of the store.
func globs(pattern, text string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", "\x01"), strings.ReplaceAll(text, "/", "\x01"))
	return ok && err == nil
}
