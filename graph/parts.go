package graph

import "github.com/pedigree-ml/pedigree"

// maxParts bounds the nodes, events, memberships and types that one call may
// write; ten properties count as one. All of them are kept or none, so everyone
// else who writes waits meanwhile: some seconds, rather than until the call is
// given up.
const maxParts = 100_000

// checkParts refuses a call with too many parts before any is looked at. Its
// code is one that no client repeats by itself.
func checkParts(parts int) error {
	if parts <= maxParts {
		return nil
	}
	return pedigree.Errorf(pedigree.TooLarge, "The request has %d parts (nodes, events, memberships or types; ten properties are one); at most %d"+
		" are written at once. Nothing of it is kept: send it as several requests", parts, maxParts)
}

// partsOf counts nodes with their properties.
func partsOf(puts []*NodePut) (parts int) {
	for _, p := range puts {
		parts += p.parts()
	}
	return parts
}

func (p *NodePut) parts() int { return 1 + len(p.Node.Properties)/10 }

// parts counts what a publication would write. Every node becomes a member of
// every context.
func (p *Publication) parts() int {
	parts := p.Execution.parts() + partsOf(p.Contexts) + len(p.Contexts)*(1+len(p.Artifacts))
	for _, a := range p.Artifacts {
		if parts++; a.Artifact != nil {
			parts += a.Artifact.parts()
		}
	}
	return parts
}

// parts counts what a subgraph would write.
func (g *Subgraph) parts() int {
	return partsOf(g.Executions) + partsOf(g.Artifacts) + partsOf(g.Contexts) + len(g.Edges) + len(g.Contexts)*(len(g.Executions)+len(g.Artifacts))
}
