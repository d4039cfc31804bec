package graph

import "github.com/pedigree-ml/pedigree"

// State gives the state of a node in ML Metadata's words, empty for none. What
// MLMD itself wrote stands as it is.
func State(n *pedigree.Node) string {
	if word, ok := pedigree.CommonState(n.Type.Kind, n.State); ok {
		return word
	}
	return n.State
}
