package graph

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// foreign reports whether nodes of a type belong to rules of their own: those
// of a wire that speaks of runs or models rather than of nodes. Such nodes take
// custom properties, events and memberships here, and no other change.
func foreign(t pedigree.Type) bool {
	return t.Protocol() != pedigree.ProtocolMLMD
}

// internal reports whether a type is of the server's own making: neither it nor
// its nodes are seen.
func internal(t pedigree.Type) bool { return strings.HasPrefix(t.Name, "pedigree.") }

// refuseForeign refuses a change to a foreign node, unless it is to custom
// properties that are not facts of its wire.
func refuseForeign(before, after *Node) error {
	d := compare(before, after)
	what := ""
	if d.columns {
		what = "its name, URI, state and external id"
	}
	for _, p := range append(d.removed, d.put...) {
		if _, _, qualified := pedigree.SplitKey(p.Key); p.Space != pedigree.Custom || qualified {
			what = "the property " + p.Key
		}
	}
	if what == "" {
		return nil
	}
	return pedigree.Errorf(pedigree.BadState, "%s %d is of type %s, whose clients alone change %s; send them back as they were read,"+
		" or name in update_mask what shall change", before.Type.Kind, before.ID, before.Type.Name, what)
}
