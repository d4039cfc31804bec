package graph

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// foreign reports whether nodes of a type belong to rules of their own: those
// of a wire that speaks of runs or models rather than of nodes. Such nodes take
// custom properties, events and memberships here, and no other change.
func foreign(t pedigree.Type) bool { return strings.HasPrefix(t.Name, "mlflow.") }

// hidden reports whether a type is left out of lists: those of the server's own
// making.
func hidden(t pedigree.Type) bool {
	return strings.HasPrefix(t.Name, "pedigree.") || strings.HasPrefix(t.Name, "mlmd.")
}
