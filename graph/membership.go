package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// PutMembers adds artifacts and executions to contexts, all or none. Those that
// are members already, or at home there, stay so.
func (s *Service) PutMembers(ctx context.Context, workspace pedigree.NodeID, artifacts, executions []pedigree.Membership) error {
	if len(artifacts)+len(executions) == 0 {
		return nil
	}
	if err := checkParts(len(artifacts) + len(executions)); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		known, err := membersKnown(tx, workspace, artifacts, executions)
		if err != nil {
			return err
		}
		if err := addMembers(ctx, tx, known, pedigree.Artifact, "Artifact", artifacts); err != nil {
			return err
		}
		return addMembers(ctx, tx, known, pedigree.Execution, "Execution", executions)
	})
}

// membersKnown reads all nodes that memberships name, but those not to be seen.
func membersKnown(r store.Reader, workspace pedigree.NodeID, lists ...[]pedigree.Membership) (map[pedigree.NodeID]pedigree.Node, error) {
	var ids []pedigree.NodeID
	for _, list := range lists {
		for _, m := range list {
			ids = append(ids, m.Node, m.Context)
		}
	}
	nodes, err := r.Nodes(distinct(ids))
	if err != nil {
		return nil, err
	}
	known := make(map[pedigree.NodeID]pedigree.Node, len(nodes))
	for _, n := range nodes {
		if visible(&n, workspace) {
			known[n.ID] = n
		}
	}
	return known, nil
}

func addMembers(ctx context.Context, tx store.Tx, known map[pedigree.NodeID]pedigree.Node, kind pedigree.Kind, name string, list []pedigree.Membership) error {
	for _, m := range list {
		if err := givenUp(ctx); err != nil {
			return err
		}
		n := known[m.Node]
		if n.Type.Kind != kind {
			return pedigree.Errorf(pedigree.Invalid, "%s id not found.", name)
		}
		if known[m.Context].Type.Kind != pedigree.Context {
			return pedigree.Errorf(pedigree.Invalid, "Context id not found.")
		}
		if n.Home == m.Context {
			continue
		}
		if _, err := tx.AddMember(m.Context, m.Node); err != nil {
			return err
		}
	}
	return nil
}
