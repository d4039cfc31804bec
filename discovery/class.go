package discovery

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
)

// classified holds of what is of one of some classes, nil for any, of its own or
// carried to it, also where that is not noted yet.
func (f *finder) classified(names []string, where query.Fact, own, carried bool) (query.Fact, error) {
	c := query.Classified{Names: names, Where: where, OwnOnly: own, Carried: carried}
	if own {
		return c, nil
	}
	h, err := carry.Where(f.r, names)
	if err != nil || h.Noted {
		return c, err
	}
	if where == nil && !carried {
		return query.Among{Nodes: h.Nodes}, nil
	}
	c.Fix, err = f.fix(names)
	return c, err
}

// classesAtOnce is how many classifications are read at once.
const classesAtOnce = 1000

// fix says of each classification where it is carried to.
func (f *finder) fix(names []string) (*query.Carry, error) {
	fix := &query.Carry{To: make(map[pedigree.ClassificationID][]pedigree.NodeID)}
	var after pedigree.ClassificationID
	for {
		some, err := f.r.ClassificationsOf(f.workspace, names, after, classesAtOnce)
		if err != nil || len(some) == 0 {
			return fix, err
		}
		for i := range some {
			after = some[i].ID
			to, err := carry.Reach(f.r, &some[i])
			if err != nil {
				return nil, err
			}
			fix.Not = append(fix.Not, some[i].ID)
			if len(to) > 0 {
				fix.To[some[i].ID] = slices.Clone(to)
			}
		}
	}
}

// descendants gives a classification and, if they are wanted, all that descend from it.
func (f *finder) descendants(name string, subtypes bool) []string {
	if c := f.types.Classification(name); c != nil && subtypes {
		return c.Descendants()
	}
	return []string{name}
}
