package carry

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// Searched makes of conditions on properties that show classifications, as [Mark]
// does in a space, conditions on these. Where there are none it reads nothing.
func Searched(r store.Reader, e query.Expr, space pedigree.Space) (query.Expr, error) {
	switch e := e.(type) {
	case query.And:
		parts, err := searchedAll(r, e, space)
		return query.And(parts), err
	case query.Or:
		parts, err := searchedAll(r, e, space)
		return query.Or(parts), err
	case query.Not:
		part, err := Searched(r, e.Term, space)
		return query.Not{Term: part}, err
	case query.Compare:
		f, ok := e.Field.(query.Property)
		if !ok || f.Space != space || !IsMark(f.Key) {
			return e, nil
		}
		name := strings.TrimPrefix(f.Key, MarkPrefix)
		fix, err := fixOf(r, name)
		e.Field = query.Class{Name: name, Fix: fix}
		return e, err
	}
	return e, nil
}

func searchedAll(r store.Reader, all []query.Expr, space pedigree.Space) ([]query.Expr, error) {
	parts := make([]query.Expr, len(all))
	for i, e := range all {
		var err error
		if parts[i], err = Searched(r, e, space); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// fixOf says where the classifications of a name are carried to, of those that reach
// one node the last; nil where the notes say it all.
func fixOf(r store.Reader, name string) (*query.Carry, error) {
	names := []string{name}
	behind, err := staleIn(r)
	if err != nil {
		return nil, err
	}
	if late, err := behind.any(r, names); err != nil || !late {
		return nil, err
	}
	classes, err := allOf(r, names)
	if err != nil {
		return nil, err
	}
	fix := &query.Carry{To: make(map[pedigree.ClassificationID][]pedigree.NodeID)}
	met := make(nodeSet)
	for i := range classes {
		c := &classes[len(classes)-1-i]
		reached, err := Reach(r, c)
		if err != nil {
			return nil, err
		}
		for _, id := range reached {
			if met.add(id) {
				fix.To[c.ID] = append(fix.To[c.ID], id)
			}
		}
	}
	return fix, nil
}

// SearchedIn does the same for the properties that a selection names, which are free
// ones under keys that may say the space.
func SearchedIn(r store.Reader, e query.Scalar) (_ query.Scalar, err error) {
	known := make(map[string]query.Source) // the same for each mention
	in := func(of query.Source) (query.Source, error) {
		key := of.Label
		if space, unqualified, ok := pedigree.SplitKey(key); ok && space == pedigree.Tag {
			key = unqualified
		}
		if of.Relation != query.Customs || !IsMark(key) {
			return of, nil
		}
		name := strings.TrimPrefix(key, MarkPrefix)
		if known[name].Label == "" {
			fix, err := fixOf(r, name)
			if err != nil {
				return of, err
			}
			known[name] = query.Source{Relation: query.Classes, Label: name, Fix: fix}
		}
		return known[name], nil
	}
	return searchedIn(e, in)
}

func searchedIn(e query.Scalar, in func(query.Source) (query.Source, error)) (_ query.Scalar, err error) {
	part := func(e *query.Scalar) {
		if err == nil && *e != nil {
			*e, err = searchedIn(*e, in)
		}
	}
	switch e := e.(type) {
	case query.Column:
		e.Of, err = in(e.Of)
		return e, err
	case query.Any:
		e.Of, err = in(e.Of)
		part(&e.Where)
		return e, err
	case query.Call:
		e.Args = slices.Clone(e.Args)
		for i := range e.Args {
			part(&e.Args[i])
		}
		return e, err
	case query.Case:
		e.When = slices.Clone(e.When)
		part(&e.Of)
		part(&e.Else)
		for i := range e.When {
			part(&e.When[i].If)
			part(&e.When[i].Then)
		}
		return e, err
	}
	return e, err
}
