package registry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// SetAlias gives a version a name, and takes it from the version that had it.
func (s *Service) SetAlias(ctx context.Context, ws pedigree.NodeID, name, alias, number string) error {
	if err := checkModelName("name", name); err != nil {
		return err
	}
	if err := checkNewAlias(alias); err != nil {
		return err
	}
	return s.changeVersion(ctx, ws, name, number, nil, func(tx store.Tx, model, n *pedigree.Node) error {
		before, ok, err := tx.Property(model.ID, pedigree.Alias, alias)
		if err != nil {
			return err
		}
		if !ok || before != n.Version {
			if err := moveAlias(newRecorder(ctx, tx), model, n, alias, before); err != nil {
				return err
			}
		}
		return s.announceAlias(tx, model, alias, n.Version)
	})
}

// moveAlias makes alias a name of n; before is the number of the version that
// had it, or empty.
func moveAlias(r recorder, model, n *pedigree.Node, alias, before string) error {
	if err := r.tx.PutProperties(model, pedigree.Property{Space: pedigree.Alias, Key: alias, Value: n.Version}); err != nil {
		return err
	}
	if err := r.add(model, Aliased, pair(alias, before, before != ""), pair(alias, n.Version, true)); err != nil {
		return err
	}
	if err := r.add(n, Aliased, "", alias); err != nil || before == "" {
		return err
	}
	return loseAlias(r, model, alias, before)
}

// loseAlias tells the history of a version that a name is no longer its own.
func loseAlias(r recorder, model *pedigree.Node, alias, number string) error {
	n, err := r.tx.Node(model.Workspace, pedigree.ModelVersionType, versionUID(model, number))
	if err != nil {
		return err
	}
	return r.add(&n, AliasRemoved, alias, "")
}

// DeleteAlias takes a name from the version that has it, if one has.
func (s *Service) DeleteAlias(ctx context.Context, ws pedigree.NodeID, name, alias string) error {
	if err := checkModelName("name", name); err != nil {
		return err
	}
	if err := checkAlias(alias); err != nil {
		return err
	}
	return s.changeModel(ctx, ws, name, func(tx store.Tx, model *pedigree.Node) error {
		found, err := removeAlias(newRecorder(ctx, tx), model, alias)
		if err != nil || !found {
			return err
		}
		return s.announceAlias(tx, model, alias, "")
	})
}

func removeAlias(r recorder, model *pedigree.Node, alias string) (found bool, err error) {
	number, found, err := r.tx.Property(model.ID, pedigree.Alias, alias)
	if err != nil || !found {
		return false, err
	}
	if _, err := r.tx.DeleteProperty(model, pedigree.Alias, alias); err != nil {
		return false, err
	}
	if err := r.add(model, AliasRemoved, pair(alias, number, true), ""); err != nil {
		return false, err
	}
	return true, loseAlias(r, model, alias, number)
}

// removeAliases takes all its names from a version.
func removeAliases(r recorder, model, n *pedigree.Node) error {
	facts, err := r.tx.Facts([]pedigree.NodeID{model.ID}, pedigree.Alias)
	if err != nil {
		return err
	}
	for _, a := range aliasesIn(&facts[0]) {
		if a.Version != n.Version {
			continue
		}
		if _, err := removeAlias(r, model, a.Name); err != nil {
			return err
		}
	}
	return nil
}
