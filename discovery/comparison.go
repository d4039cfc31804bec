package discovery

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
)

// A comparison is what a condition says of an attribute, before it is known how the
// attribute is stored.
type comparison struct {
	name  string // of the attribute, for errors
	is    query.Comparison
	not   bool     // it holds where the comparison does not
	all   bool     // Equal to each of the texts, of lists, instead of one of them
	texts []string // none for Present and NotEmpty; several for Equal alone
}

func (c comparison) negated(f query.Fact) query.Fact {
	if c.not {
		return query.Except{Part: f}
	}
	return f
}

// unfit says that the operator is none for the attribute.
func (c comparison) unfit() error { return fault.New(fault.InvalidOperator, c.name) }

// holds compares a trait that holds text or numbers, without looking at not.
func (c comparison) holds(t query.Trait) (query.Fact, error) {
	h := query.Holds{Trait: t, Is: c.is}
	for _, text := range c.texts {
		v, ok := valueFor(t, text)
		if !ok {
			return nil, fault.New(fault.InvalidValue, c.name+"="+text)
		}
		h.Values = append(h.Values, v)
	}
	if isNumber(t) && !ordered(c.is) {
		return nil, c.unfit()
	}
	return h, nil
}

func isNumber(t query.Trait) bool {
	switch t := t.(type) {
	case query.Attr:
		return t.Numeric()
	case query.FieldTrait:
		return t.Form != pedigree.Text
	}
	return false
}

// ordered reports whether numbers can be compared so.
func ordered(is query.Comparison) bool {
	switch is {
	case query.Present, query.NotEmpty, query.Equal, query.Less, query.LessEqual, query.More, query.MoreEqual:
		return true
	}
	return false
}

// valueFor reads a value for a trait that is not of a type of the catalog.
func valueFor(t query.Trait, text string) (any, bool) {
	if !isNumber(t) {
		return text, true
	}
	if f, ok := t.(query.FieldTrait); ok && f.Form == pedigree.Bool {
		return strings.EqualFold(text, "true"), true
	}
	return moment(text)
}

// keyed finds properties of a space by their keys.
func (c comparison) keyed(space pedigree.Space) (query.Fact, error) {
	if c.is == query.Present || c.is == query.NotEmpty {
		return c.negated(query.Keyed{Space: space, Is: query.Present}), nil
	}
	if c.all {
		var every query.Every
		for _, text := range c.texts {
			every = append(every, query.Keyed{Space: space, Is: c.is, Values: []any{text}})
		}
		return c.negated(every), nil
	}
	k := query.Keyed{Space: space, Is: c.is}
	for _, text := range c.texts {
		k.Values = append(k.Values, text)
	}
	if c.is == query.Containing && len(c.texts) == 1 { // a label is a member of the labels
		k.Is = query.Equal
	}
	return c.negated(k), nil
}

// fits compares a name, without looking at not.
func (c comparison) fits(name string) bool {
	if c.is == query.Present || c.is == query.NotEmpty {
		return true
	}
	return slices.ContainsFunc(c.texts, func(text string) bool {
		switch c.is {
		case query.Equal:
			return name == text
		case query.Less:
			return name < text
		case query.LessEqual:
			return name <= text
		case query.More:
			return name > text
		case query.MoreEqual:
			return name >= text
		case query.Starting:
			return strings.HasPrefix(name, text)
		case query.Ending:
			return strings.HasSuffix(name, text)
		case query.Containing:
			return strings.Contains(name, text)
		case query.Globbed:
			return globs(text, name)
		}
		return false
	})
}

// fact is the condition that a comparison with an attribute is, among nodes of some
// types.
func (f *finder) fact(a *attribute, scope []pedigree.Type, c comparison) (query.Fact, error) {
	switch {
	case a.system != nil:
		return a.system.fact(f, c)
	case a.target != nil:
		if c.is == query.Present || c.is == query.NotEmpty {
			return c.negated(a.onward(nil)), nil
		}
		return nil, c.unfit()
	}
	if c.all {
		var every query.Every
		for _, text := range c.texts {
			one := c
			one.all, one.not, one.texts = false, false, []string{text}
			part, err := f.fact(a, scope, one)
			if err != nil {
				return nil, err
			}
			every = append(every, part)
		}
		return c.negated(every), nil
	}
	values, err := f.values(a, c)
	if err != nil {
		return nil, err
	}
	if values == nil && len(c.texts) > 0 { // no value of the type can be so
		return c.negated(none), nil
	}
	is := c.is
	if a.trait.List && is == query.Containing {
		is = query.Equal
	}
	held, err := f.holds(a, scope, query.Holds{Is: is, Values: values})
	if err != nil {
		return nil, err
	}
	return c.negated(held), nil
}

// values reads what an attribute is compared with; nil where it is of no such value.
func (f *finder) values(a *attribute, c comparison) ([]any, error) {
	var values []any
	for _, text := range c.texts {
		switch {
		case a.date():
			v, ok := moment(text)
			if !ok {
				return nil, fault.New(fault.InvalidDSLInvalidDate, text)
			}
			values = append(values, v)
		case a.numeric() || a.trait.Form == pedigree.Bool:
			v, ok := numberOf(a, text)
			if !ok {
				return nil, fault.New(fault.InvalidValue, c.name+"="+text)
			}
			values = append(values, v)
		case f.types.Enum(elementOf(a.field.Name())) != nil && c.is == query.Equal && !a.trait.List:
			if v, err := a.field.Normalize(text); err == nil { // in whatever case it is written
				values = append(values, v)
			}
		default:
			values = append(values, text)
		}
	}
	if len(values) > 0 && (a.date() || a.numeric() || a.trait.Form == pedigree.Bool) && !a.trait.List && !ordered(c.is) {
		return nil, c.unfit()
	}
	return values, nil
}
