package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree/fault"
)

// growTrees finds what descends from what.
func (t *Types) growTrees() error {
	entities := make(map[string]*tree, len(t.entities))
	for name, e := range t.entities {
		e.supers = e.Def.SuperTypes
		entities[name] = &e.tree
	}
	if err := t.grow(entities); err != nil {
		return err
	}
	classifications := make(map[string]*tree, len(t.classifications))
	for name, c := range t.classifications {
		c.supers = c.Def.SuperTypes
		classifications[name] = &c.tree
	}
	return t.grow(classifications)
}

// grow fills the trees of one category.
func (t *Types) grow(all map[string]*tree) error {
	names := slices.Sorted(maps.Keys(all))
	for _, name := range names {
		if err := t.climb(all, name, nil); err != nil {
			return err
		}
	}
	for _, name := range names {
		for _, super := range all[name].supers {
			all[super].subs = append(all[super].subs, name)
		}
		for above := range all[name].above {
			all[above].descendants = append(all[above].descendants, name)
		}
	}
	for _, name := range names {
		slices.Sort(all[name].descendants)
	}
	return nil
}

// mostAncestors bounds how deep trees may grow, so that no chain of definitions
// exhausts the stack.
const mostAncestors = 200

// climb finds the ancestors of a type. below are those that it was reached from.
func (t *Types) climb(all map[string]*tree, name string, below []string) error {
	own := all[name]
	if own.above != nil {
		return nil
	}
	if slices.Contains(below, name) {
		return fault.New(fault.CircularReference, name, "["+strings.Join(below, ", ")+"]")
	}
	if len(below) > mostAncestors {
		return fault.New(fault.InvalidTypeDefinition, below[0]+": more than "+strconv.Itoa(mostAncestors)+" super types above each other")
	}
	below = append(below, name)
	above := map[string]bool{name: true}
	var ancestors []string
	see := func(super string) {
		if !above[super] {
			above[super] = true
			ancestors = append(ancestors, super)
		}
	}
	for _, super := range own.supers {
		if all[super] == nil {
			if t.byName[super] != nil {
				return fault.New(fault.IncompatibleSupertype, name, super)
			}
			return fault.New(fault.TypeNameNotFound, super)
		}
		if err := t.climb(all, super, below); err != nil {
			return err
		}
	}
	for _, super := range own.supers {
		see(super)
	}
	for _, super := range own.supers {
		for _, further := range all[super].ancestors {
			see(further)
		}
	}
	own.above, own.ancestors = above, ancestors
	return nil
}
