package tracking

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

const (
	defaultExperiment     = "0"       // UID of the experiment that clients mean when they name none
	defaultExperimentName = "Default" // and its name
)

// Prepare makes what every client takes for granted: the experiment Default
// with the UID "0". It does nothing where that exists, and is called at start.
func (s *Service) Prepare(ctx context.Context) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		ws := pedigree.DefaultWorkspace
		_, err := tx.Node(ws, pedigree.ExperimentType, defaultExperiment)
		if pedigree.CodeOf(err) != pedigree.NotFound {
			return err
		}
		_, err = tx.NodeNamed(ws, pedigree.ExperimentType, defaultExperimentName)
		if pedigree.CodeOf(err) != pedigree.NotFound {
			return err // purged, and the name has gone to another
		}
		return tx.CreateNode(s.newExperiment(ws, defaultExperiment, defaultExperimentName, ""))
	})
}

func (s *Service) newExperiment(ws pedigree.NodeID, uid, name, uri string) *pedigree.Node {
	if uri == "" {
		uri = s.defaultLocation(uid)
	}
	return &pedigree.Node{
		Workspace: ws, Home: ws, Type: pedigree.ExperimentType, UID: uid, Name: name, URI: uri,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
}

func (s *Service) defaultLocation(experiment string) string { return below(s.artifactRoot, experiment) }

// CreateExperiment makes an experiment and returns its UID. A name that is
// taken, also by an experiment in the bin, gives AlreadyExists.
func (s *Service) CreateExperiment(ctx context.Context, ws pedigree.NodeID, name, artifactLocation string, tags []pedigree.Property) (string, error) {
	if err := checkExperimentName(name); err != nil {
		return "", err
	}
	for _, t := range tags {
		if err := checkExperimentTag(t.Key, t.Value); err != nil {
			return "", err
		}
	}
	if artifactLocation != "" {
		if err := checkLocation(artifactLocation); err != nil {
			return "", err
		}
		artifactLocation = s.resolve(artifactLocation)
	}
	var uid string
	err := s.store.Update(ctx, func(tx store.Tx) error {
		number, err := tx.NextNumber(ws, "experiment")
		if err != nil {
			return err
		}
		uid = strconv.FormatInt(number, 10)
		n := s.newExperiment(ws, uid, name, artifactLocation)
		if err := tx.CreateNode(n); err != nil {
			return orTaken(err, name)
		}
		return putProperties(tx, n, inSpace(pedigree.Tag, tags))
	})
	return uid, err
}

func checkExperimentName(name string) error {
	switch {
	case name == "":
		return invalid("Invalid experiment name: ''")
	case strings.ContainsFunc(name, unicode.IsControl):
		return naming.BadValue("name", name, "Control characters are not allowed.")
	}
	return naming.CheckLength("name", maxExperimentName, name)
}

func orTaken(err error, name string) error {
	if err != nil && pedigree.CodeOf(err) == pedigree.AlreadyExists {
		return pedigree.Errorf(pedigree.AlreadyExists, "Experiment(name=%s) already exists.", name)
	}
	return err
}

// putProperties is PutProperties without the call when there is nothing to put.
func putProperties(tx store.Tx, n *pedigree.Node, properties []pedigree.Property) error {
	if len(properties) == 0 {
		return nil
	}
	return tx.PutProperties(n, properties...)
}

// RenameExperiment gives a live experiment another name.
func (s *Service) RenameExperiment(ctx context.Context, ws pedigree.NodeID, id, name string) error {
	if err := checkExperimentName(name); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		n, err := experimentNode(tx, ws, id)
		if err != nil {
			return err
		}
		if !n.Live() {
			return pedigree.Errorf(pedigree.BadState, "Cannot rename a non-active experiment.")
		}
		n.Name = name
		return orTaken(tx.UpdateNode(&n), name)
	})
}

// DeleteExperiment puts an experiment and its runs in the bin; NotFound if it
// is there already. Its logged models stay, as MLflow has it, until a purge.
func (s *Service) DeleteExperiment(ctx context.Context, ws pedigree.NodeID, id string) error {
	return s.moveExperiment(ctx, ws, id, true)
}

// RestoreExperiment takes an experiment and its runs out of the bin; NotFound
// if it is not there.
func (s *Service) RestoreExperiment(ctx context.Context, ws pedigree.NodeID, id string) error {
	return s.moveExperiment(ctx, ws, id, false)
}

func (s *Service) moveExperiment(ctx context.Context, ws pedigree.NodeID, id string, toBin bool) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		n, err := experimentNode(tx, ws, id)
		if err != nil {
			return err
		}
		if n.Live() != toBin {
			return pedigree.Errorf(pedigree.NotFound, "No Experiment with id=%s exists", n.UID)
		}
		n.Deleted = pedigree.NoTime
		if toBin {
			n.Deleted = tx.Now()
		}
		if err := tx.UpdateNode(&n); err != nil {
			return err
		}
		return tx.SetDeletedAt(n.ID, pedigree.RunType, n.Deleted)
	})
}

// SetExperimentTag sets a tag of a live experiment.
func (s *Service) SetExperimentTag(ctx context.Context, ws pedigree.NodeID, id string, tag pedigree.Property) error {
	if err := checkExperimentTag(tag.Key, tag.Value); err != nil {
		return err
	}
	tag.Space = pedigree.Tag
	return s.changeExperiment(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		return tx.PutProperties(n, tag)
	})
}

// DeleteExperimentTag removes a tag of a live experiment; NotFound if it is not set.
func (s *Service) DeleteExperimentTag(ctx context.Context, ws pedigree.NodeID, id, key string) error {
	return s.changeExperiment(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		found, err := tx.DeleteProperty(n, pedigree.Tag, key)
		if err == nil && !found {
			return pedigree.Errorf(pedigree.NotFound, "No tag with name: %s in experiment with id %s", key, n.UID)
		}
		return err
	})
}
