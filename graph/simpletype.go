package graph

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// simpleTypes are there from the start, as in ML Metadata: what other types may
// descend from. Lists leave them out.
var simpleTypes = []pedigree.Type{
	{Kind: pedigree.Artifact, Name: "mlmd.Dataset"},
	{Kind: pedigree.Artifact, Name: "mlmd.Model"},
	{Kind: pedigree.Artifact, Name: "mlmd.Metrics"},
	{Kind: pedigree.Artifact, Name: "mlmd.Statistics"},
	{Kind: pedigree.Execution, Name: "mlmd.Train"},
	{Kind: pedigree.Execution, Name: "mlmd.Transform"},
	{Kind: pedigree.Execution, Name: "mlmd.Process"},
	{Kind: pedigree.Execution, Name: "mlmd.Evaluate"},
	{Kind: pedigree.Execution, Name: "mlmd.Deploy"},
}

// hidden reports whether a type is left out of lists: the server's own and the
// simple ones, whatever the kind.
func hidden(t pedigree.Type) bool {
	return internal(t) || slices.ContainsFunc(simpleTypes, func(s pedigree.Type) bool { return s.Name == t.Name })
}
