package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// Nodes gives nodes of a kind once each, by arrival; unknown ones are left out.
func (s *Service) Nodes(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID) ([]Node, error) {
	nodes, _, err := s.nodesAndTypes(ctx, workspace, kind, ids, false)
	return nodes, err
}

// NodesAndTypes is Nodes with the types of these nodes, by identity.
func (s *Service) NodesAndTypes(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID) ([]Node, []Type, error) {
	return s.nodesAndTypes(ctx, workspace, kind, ids, true)
}

func (s *Service) nodesAndTypes(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID, withTypes bool) (
	nodes []Node, types []Type, err error,
) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		if nodes, err = visibleNodes(r, workspace, kind, ids); err != nil || !withTypes {
			return err
		}
		types, err = typesByID(r, kind, typesOf(nodes))
		return err
	})
	return nodes, types, err
}

// visibleNodes gives nodes of a kind once each, by arrival.
func visibleNodes(r store.Reader, workspace pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID) ([]Node, error) {
	ids = distinct(ids)
	slices.Sort(ids)
	nodes, err := r.Nodes(ids)
	if err != nil {
		return nil, err
	}
	return describe(r, onlyVisible(nodes, workspace, kind))
}

// typesOf gives the types of nodes once each, by identity.
func typesOf(nodes []Node) []pedigree.TypeID {
	var ids []pedigree.TypeID
	for i := range nodes {
		ids = append(ids, nodes[i].TypeID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// NodeNamed finds a node by its type and name, nil for none. Nodes of other
// wires are also found by their public identity, before others.
func (s *Service) NodeNamed(ctx context.Context, workspace pedigree.NodeID, t pedigree.Type, name string) (found *Node, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		n, err := nodeNamed(r, workspace, t, name)
		if err != nil || n == nil {
			return err
		}
		described, err := describe(r, []pedigree.Node{*n})
		if err == nil {
			found = &described[0]
		}
		return err
	})
	return found, err
}

// nodeNamed finds a visible node by its type and name, nil for none.
func nodeNamed(r store.Reader, workspace pedigree.NodeID, t pedigree.Type, name string) (*pedigree.Node, error) {
	if t.Kind != pedigree.Context || foreign(t) {
		n, err := visibleOne(r.Node(workspace, t, naming.UIDOfName(name)))
		if err != nil || n != nil && (foreign(t) || n.Name == name) {
			return n, err
		}
	}
	if t.Kind != pedigree.Context {
		return nil, nil
	}
	return visibleOne(r.NodeNamed(workspace, t, name))
}

// visibleOne makes of a lookup that finds nothing, or nothing to be seen, a nil.
func visibleOne(n pedigree.Node, err error) (*pedigree.Node, error) {
	switch {
	case err != nil && pedigree.CodeOf(err) == pedigree.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case !n.Live() || internal(n.Type):
		return nil, nil
	}
	return &n, nil
}

// NodesAt finds artifacts by URI, by arrival.
func (s *Service) NodesAt(ctx context.Context, workspace pedigree.NodeID, uris []string) (found []Node, err error) {
	if len(uris) == 0 {
		return nil, nil
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		nodes, err := r.NodesAt(workspace, distinct(asStored(uris)))
		if err != nil {
			return err
		}
		found, err = describe(r, onlyVisible(nodes, workspace, pedigree.Artifact))
		return err
	})
	return found, err
}

// asStored gives URIs as they are stored: without what is secret in them.
func asStored(uris []string) []string {
	clean := make([]string, len(uris))
	for i, uri := range uris {
		clean[i] = identity.Redact(uri)
	}
	return clean
}
