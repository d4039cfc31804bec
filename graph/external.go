package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// checkExternal refuses what no node or type is known by.
func checkExternal(external []string) error {
	if slices.Contains(external, "") {
		return pedigree.Errorf(pedigree.Invalid, "Invalid argument because at least one empty external_id exists.")
	}
	return nil
}

// distinct gives each element once, in order of first appearance.
func distinct[T comparable](all []T) []T {
	seen := make(map[T]bool, len(all))
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool {
		again := seen[x]
		seen[x] = true
		return again
	})
}

// NodesExternal finds nodes of a kind by what other systems call them, by
// arrival; NotFound where none is found for any name. Nodes of other wires are
// called by their public identities.
func (s *Service) NodesExternal(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, external []string) (found []Node, err error) {
	if err := checkExternal(external); err != nil || len(external) == 0 {
		return nil, err
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		nodes, err := nodesExternal(ctx, r, workspace, kind, distinct(external))
		if err != nil {
			return err
		}
		if len(nodes) == 0 {
			return pedigree.Errorf(pedigree.NotFound, "No %ss found for external_ids.", kind)
		}
		found, err = describe(r, nodes)
		return err
	})
	return found, err
}

// nodesExternal looks for names in both places where they may stand.
func nodesExternal(ctx context.Context, r store.Reader, workspace pedigree.NodeID, kind pedigree.Kind, external []string) ([]pedigree.Node, error) {
	nodes, err := r.NodesExternal(workspace, kind, external)
	if err != nil {
		return nil, err
	}
	taken := make(map[string]bool, len(nodes))
	for _, n := range nodes {
		taken[n.External] = true
	}
	for _, name := range external {
		if taken[name] {
			continue
		}
		if err := givenUp(ctx); err != nil {
			return nil, err
		}
		for _, t := range foreignTypes(kind) {
			n, err := r.Node(workspace, t, name)
			if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
				return nil, err
			}
			if err == nil {
				nodes = append(nodes, n)
			}
		}
	}
	nodes = onlyVisible(nodes, workspace, kind)
	slices.SortFunc(nodes, byArrival)
	return nodes, nil
}

func byArrival(a, b pedigree.Node) int { return int(a.ID - b.ID) }
