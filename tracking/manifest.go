package tracking

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// ManifestPath is the key, in the space [pedigree.Manifest] of a run, of the
// directory below its artifacts that holds the model which the other facts
// there are about: the one whose files arrived last. "." is the artifacts
// themselves, where the files of a logged model always are.
const ManifestPath = "path"

// Keeper finds the run or the logged model with an id, in the bin or not: what
// artifacts belong to.
func (s *Service) Keeper(ctx context.Context, ws pedigree.NodeID, id string) (keeper pedigree.Node, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		keeper, err = r.Node(ws, pedigree.LoggedModelType, id)
		if pedigree.CodeOf(err) == pedigree.NotFound {
			keeper, err = runNode(r, ws, id)
		}
		return err
	})
	return keeper, err
}

// Manifest gives what the files of a model say of a run or logged model, by
// key; for a run with the path of that model.
func (s *Service) Manifest(ctx context.Context, keeper pedigree.NodeID) (map[string]string, error) {
	said := make(map[string]string)
	err := s.store.View(ctx, func(r store.Reader) error {
		clear(said)
		facts, err := r.Facts([]pedigree.NodeID{keeper}, pedigree.Manifest)
		if err != nil {
			return err
		}
		for _, f := range facts[0].Properties {
			said[f.Key] = f.Value
		}
		return nil
	})
	return said, err
}

// SetManifest makes facts, in the space [pedigree.Manifest], all that the files
// of a model say of a run or logged model.
func (s *Service) SetManifest(ctx context.Context, keeper pedigree.NodeID, facts []pedigree.Property) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		nodes, err := tx.Nodes([]pedigree.NodeID{keeper})
		if err != nil || len(nodes) == 0 {
			return err // it went meanwhile, and all that is said of it
		}
		standing, err := tx.Facts([]pedigree.NodeID{keeper}, pedigree.Manifest)
		if err != nil {
			return err
		}
		for _, old := range standing[0].Properties {
			if slices.ContainsFunc(facts, func(f pedigree.Property) bool { return f.Key == old.Key }) {
				continue
			}
			if _, err := tx.DeleteProperty(&nodes[0], old.Space, old.Key); err != nil {
				return err
			}
		}
		return tx.PutProperties(&nodes[0], facts...)
	})
}
