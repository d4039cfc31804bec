package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
)

// A LoggedModelDraft is what a client says about a model that it logs.
type LoggedModelDraft struct {
	Experiment string
	Name       string // generated when empty
	ModelType  string
	SourceRun  string
	Params     []pedigree.Property
	Tags       []pedigree.Property
}

// CreateLoggedModel makes a model in state PENDING.
func (s *Service) CreateLoggedModel(ctx context.Context, ws pedigree.NodeID, draft LoggedModelDraft) (LoggedModel, error) {
	return LoggedModel{}, errTodo
}

// LoggedModel finds a model that is not in the bin, or with deleted any.
func (s *Service) LoggedModel(ctx context.Context, ws pedigree.NodeID, id string, deleted bool) (LoggedModel, error) {
	return LoggedModel{}, errTodo
}

// FinalizeLoggedModel sets the state READY or FAILED.
func (s *Service) FinalizeLoggedModel(ctx context.Context, ws pedigree.NodeID, id, state string) (LoggedModel, error) {
	return LoggedModel{}, errTodo
}

// DeleteLoggedModel puts a model in the bin.
func (s *Service) DeleteLoggedModel(ctx context.Context, ws pedigree.NodeID, id string) error {
	return errTodo
}

// SearchLoggedModels lists models of some experiments.
func (s *Service) SearchLoggedModels(ctx context.Context, ws pedigree.NodeID, search Search) (Page[LoggedModel], error) {
	return Page[LoggedModel]{}, errTodo
}

// SetLoggedModelTags sets tags of a model.
func (s *Service) SetLoggedModelTags(ctx context.Context, ws pedigree.NodeID, id string, tags []pedigree.Property) error {
	return errTodo
}

// DeleteLoggedModelTag removes a tag; NotFound if it is not set.
func (s *Service) DeleteLoggedModelTag(ctx context.Context, ws pedigree.NodeID, id, key string) error {
	return errTodo
}

// LogLoggedModelParams adds params to a model.
func (s *Service) LogLoggedModelParams(ctx context.Context, ws pedigree.NodeID, id string, params []pedigree.Property) error {
	return errTodo
}
