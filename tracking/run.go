package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
)

// A RunDraft is what a client says about a run that it starts.
type RunDraft struct {
	Experiment string // UID; empty stands for "0"
	Name       string // empty: the tag mlflow.runName, else a generated one
	Owner      string
	Started    pedigree.Time // NoTime stands for zero, as upstream has it
	Tags       []pedigree.Property
}

// A RunChange is what a client changes about a run; zero values change nothing.
type RunChange struct {
	State string        // RUNNING, SCHEDULED, FINISHED, FAILED or KILLED
	Ended pedigree.Time // NoTime changes nothing
	Name  string
}

// A Batch is written whole or not at all.
type Batch struct {
	Metrics []Measurement
	Params  []pedigree.Property
	Tags    []pedigree.Property
}

// CreateRun starts a run in a live experiment.
func (s *Service) CreateRun(ctx context.Context, ws pedigree.NodeID, draft RunDraft) (Run, error) {
	return Run{}, errTodo
}

// Run finds a run by its UID, in the bin or not, with all that is known of it.
func (s *Service) Run(ctx context.Context, ws pedigree.NodeID, id string) (Run, error) {
	return Run{}, errTodo
}

// UpdateRun changes a live run and returns it without facts.
func (s *Service) UpdateRun(ctx context.Context, ws pedigree.NodeID, id string, change RunChange) (Run, error) {
	return Run{}, errTodo
}

// DeleteRun puts a run in the bin.
func (s *Service) DeleteRun(ctx context.Context, ws pedigree.NodeID, id string) error { return errTodo }

// RestoreRun takes a run out of the bin.
func (s *Service) RestoreRun(ctx context.Context, ws pedigree.NodeID, id string) error {
	return errTodo
}

// SearchRuns lists runs of some experiments with all that is known of them.
func (s *Service) SearchRuns(ctx context.Context, ws pedigree.NodeID, search Search) (Page[Run], error) {
	return Page[Run]{}, errTodo
}

// LogMetric adds one measurement to a live run.
func (s *Service) LogMetric(ctx context.Context, ws pedigree.NodeID, run string, m Measurement) error {
	return errTodo
}

// LogParam adds a param to a live run. The same value again is fine; another is Invalid.
func (s *Service) LogParam(ctx context.Context, ws pedigree.NodeID, run string, p pedigree.Property) error {
	return errTodo
}

// SetTag sets a tag of a live run. The tag mlflow.runName renames the run.
func (s *Service) SetTag(ctx context.Context, ws pedigree.NodeID, run string, tag pedigree.Property) error {
	return errTodo
}

// DeleteTag removes a tag of a live run; NotFound if it is not set.
func (s *Service) DeleteTag(ctx context.Context, ws pedigree.NodeID, run, key string) error {
	return errTodo
}

// LogBatch adds metrics, params and tags to a live run, all or none.
func (s *Service) LogBatch(ctx context.Context, ws pedigree.NodeID, run string, batch Batch) error {
	return errTodo
}

// LogInputs records what a live run read: data sets, and logged models by UID.
func (s *Service) LogInputs(ctx context.Context, ws pedigree.NodeID, run string, inputs []DatasetInput, models []string) error {
	return errTodo
}

// LogOutputs records the logged models that a live run wrote.
func (s *Service) LogOutputs(ctx context.Context, ws pedigree.NodeID, run string, outputs []ModelOutput) error {
	return errTodo
}

// RecordModel appends model, a JSON object, to the list in the run's tag
// mlflow.log-model.history, as clients before 3.0 expect.
func (s *Service) RecordModel(ctx context.Context, ws pedigree.NodeID, run, model string) error {
	return errTodo
}
