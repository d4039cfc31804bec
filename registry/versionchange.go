package registry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// changeVersion runs fn on a version that is not deleted, and its model, inside
// one transaction. A fault that was found beforehand comes after faults of the
// name and number, which clients see first.
func (s *Service) changeVersion(ctx context.Context, ws pedigree.NodeID, name, number string, fault error,
	fn func(tx store.Tx, model, version *pedigree.Node) error,
) error {
	if err := checkModelName("name", name); err != nil {
		return err
	}
	if _, err := versionNumber(number); err != nil {
		return err
	}
	if fault != nil {
		return fault
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		model, n, err := versionNodes(tx, ws, name, number)
		if err != nil {
			return err
		}
		return fn(tx, &model, &n)
	})
}

// DescribeVersion gives a version another description, which may be empty.
func (s *Service) DescribeVersion(ctx context.Context, ws pedigree.NodeID, name, number, description string) (Version, error) {
	var version Version
	fault := naming.CheckLength("description", maxDescription, description)
	err := s.changeVersion(ctx, ws, name, number, fault, func(tx store.Tx, model, n *pedigree.Node) error {
		if err := redescribe(newRecorder(ctx, tx), n, description); err != nil {
			return err
		}
		var err error
		version, err = describeVersion(tx, model, *n)
		return err
	})
	return version, err
}

// TransitionVersion moves a version to a stage, named in any case. With archive
// the other versions in that stage, which must be Staging or Production, are
// archived.
func (s *Service) TransitionVersion(ctx context.Context, ws pedigree.NodeID, name, number, stage string, archive bool) (Version, error) {
	to, err := canonicalStage(stage)
	if err != nil {
		return Version{}, err
	}
	if archive && to != stageStaging && to != stageProduction {
		return Version{}, naming.Invalid("Model version transition cannot archive existing model versions because '%s' is not an Active stage."+
			" Valid stages are ['Staging', 'Production']", stage)
	}
	var version Version
	err = s.changeVersion(ctx, ws, name, number, nil, func(tx store.Tx, model, n *pedigree.Node) error {
		r := newRecorder(ctx, tx)
		if archive {
			if err := archiveOthers(r, model, n, to); err != nil {
				return err
			}
		}
		if err := moveToStage(r, model, n, to); err != nil {
			return err
		}
		if err := tx.TouchNode(model); err != nil {
			return err
		}
		version, err = describeVersion(tx, model, *n)
		return err
	})
	return version, err
}

func archiveOthers(r recorder, model, n *pedigree.Node, stage string) error {
	members, err := liveVersions(r.tx, model)
	if err != nil {
		return err
	}
	for i := range members {
		m := &members[i]
		if in, err := stageOf(r.tx, m.ID); err != nil {
			return err
		} else if m.ID == n.ID || in != stage {
			continue
		}
		if err := moveToStage(r, model, m, stageArchived); err != nil {
			return err
		}
	}
	return nil
}

// moveToStage moves a version from whatever stage it is in.
func moveToStage(r recorder, model, n *pedigree.Node, to string) error {
	from, err := stageOf(r.tx, n.ID)
	if err != nil {
		return err
	}
	if from == to {
		return r.tx.TouchNode(n)
	}
	if to == stageNone {
		_, err = r.tx.DeleteProperty(n, pedigree.Field, stageField)
	} else {
		err = r.tx.PutProperties(n, pedigree.Property{Space: pedigree.Field, Key: stageField, Value: to})
	}
	if err != nil {
		return err
	}
	if err := leaveStage(r.tx, model, from, n.ID); err != nil {
		return err
	}
	if err := enterStage(r.tx, model, to, n.ID); err != nil {
		return err
	}
	if err := r.add(n, Staged, from, to); err != nil {
		return err
	}
	return r.tx.TouchNode(n)
}

// DeleteVersion puts a version in the bin and takes its aliases from it. Its
// number is never given again.
func (s *Service) DeleteVersion(ctx context.Context, ws pedigree.NodeID, name, number string) error {
	return s.changeVersion(ctx, ws, name, number, nil, func(tx store.Tx, model, n *pedigree.Node) error {
		r := newRecorder(ctx, tx)
		stage, err := stageOf(tx, n.ID)
		if err != nil {
			return err
		}
		if err := removeAliases(r, model, n); err != nil {
			return err
		}
		if err := discard(r, n, n.Name); err != nil {
			return err
		}
		if err := leaveStage(tx, model, stage, n.ID); err != nil {
			return err
		}
		if err := r.add(model, VersionRemoved, n.Version, ""); err != nil {
			return err
		}
		return tx.TouchNode(model)
	})
}
