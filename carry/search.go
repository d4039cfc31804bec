package carry

import (
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
