package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
)

var errTodo = pedigree.Errorf(pedigree.Unimplemented, "not written")

// CreateExperiment makes an experiment and returns its UID.
func (s *Service) CreateExperiment(ctx context.Context, ws pedigree.NodeID, name, artifactLocation string, tags []pedigree.Property) (string, error) {
	return "", errTodo
}

// Experiment finds an experiment by its UID, in the bin or not.
func (s *Service) Experiment(ctx context.Context, ws pedigree.NodeID, id string) (Experiment, error) {
	return Experiment{}, errTodo
}

// ExperimentNamed finds an experiment by its name, in the bin or not.
func (s *Service) ExperimentNamed(ctx context.Context, ws pedigree.NodeID, name string) (Experiment, error) {
	return Experiment{}, errTodo
}

// SearchExperiments lists experiments.
func (s *Service) SearchExperiments(ctx context.Context, ws pedigree.NodeID, search Search) (Page[Experiment], error) {
	return Page[Experiment]{}, errTodo
}

// RenameExperiment gives a live experiment another name.
func (s *Service) RenameExperiment(ctx context.Context, ws pedigree.NodeID, id, name string) error {
	return errTodo
}

// DeleteExperiment puts an experiment and its runs in the bin.
func (s *Service) DeleteExperiment(ctx context.Context, ws pedigree.NodeID, id string) error {
	return errTodo
}

// RestoreExperiment takes an experiment and its runs out of the bin.
func (s *Service) RestoreExperiment(ctx context.Context, ws pedigree.NodeID, id string) error {
	return errTodo
}

// SetExperimentTag sets a tag of a live experiment.
func (s *Service) SetExperimentTag(ctx context.Context, ws pedigree.NodeID, id string, tag pedigree.Property) error {
	return errTodo
}

// DeleteExperimentTag removes a tag of a live experiment; NotFound if it is not set.
func (s *Service) DeleteExperimentTag(ctx context.Context, ws pedigree.NodeID, id, key string) error {
	return errTodo
}
