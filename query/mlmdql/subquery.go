package mlmdql

import "github.com/pedigree-ml/pedigree/query"

// scalar makes a subquery the value that it selects, null where there is no row.
func (p *parser) scalar(at int, s selection) value {
	if len(s.values) != 1 {
		refuse("Scalar subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values [at %s]", p.place(at))
	}
	v := s.values[0].as(s.values[0].typ)
	v.literal, v.null = false, false
	when := s.condition(p)
	if when == nil {
		return v
	}
	c := value{typ: v.typ, size: 2, tree: query.Case{When: []query.Branch{{If: when.tree, Then: v.tree}}}}
	c.add(p, v)
	c.add(p, *when)
	return c
}

// condition says when there is a row; nil for always.
func (s *selection) condition(p *parser) *value {
	if !s.none {
		return s.when
	}
	never := literal(boolType, false)
	if s.when != nil { // it is named, so what it names must be there
		never = p.call(boolType, query.AllOf, never, *s.when)
	}
	return &never
}

// exists tells whether a subquery has a row. What it selects does not count,
// but the neighbours that it names must be there.
func (p *parser) exists(s selection) value {
	when := s.condition(p)
	if when == nil {
		always := literal(boolType, true)
		when = &always
	}
	terms := []value{p.call(boolType, query.IsTrue, *when)}
	for _, v := range s.values {
		if namesSource(v.tree) {
			present := p.call(boolType, query.IsAbsent, v)
			terms = append(terms, p.call(boolType, query.AnyOf, literal(boolType, true), present))
		}
	}
	return p.call(boolType, query.AllOf, terms...)
}

func namesSource(tree query.Scalar) (found bool) {
	query.Walk(tree, func(s query.Scalar) {
		if c, ok := s.(query.Column); ok && c.Of != (query.Source{}) {
			found = true
		}
	})
	return found
}

// inSelection compares with what a subquery selects; without a row it is false.
func (p *parser) inSelection(at int, v value, s selection) value {
	if len(s.values) != 1 {
		refuse("Subquery of type IN must have only one output column [at %s]", p.place(at))
	}
	other := s.values[0]
	other.literal = false
	v.null, other.null = false, false // of type INT64 in a subquery
	list := []value{v, other}
	if v.literal || !mixedIntegers(v, other) {
		typ, ok := common(list)
		if !ok {
			refuse("Cannot execute IN subquery with uncomparable types %s and %s [at %s]", v.describe(), other.describe(), p.place(at))
		}
		list = all(list, typ)
	}
	in := p.call(boolType, query.OneOf, list...)
	when := s.condition(p)
	if when == nil {
		return in
	}
	c := value{typ: boolType, size: 2, tree: query.Case{When: []query.Branch{{If: when.tree, Then: in.tree}}, Else: query.Literal{Value: false}}}
	c.add(p, in)
	c.add(p, *when)
	return c
}
