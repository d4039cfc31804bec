package tracking

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// runNameTag is the tag that mirrors a run's name, both ways.
const runNameTag = "mlflow.runName"

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

// CreateRun starts a run in a live experiment.
func (s *Service) CreateRun(ctx context.Context, ws pedigree.NodeID, draft RunDraft) (Run, error) {
	if err := draft.complete(); err != nil {
		return Run{}, err
	}
	var run Run
	err := s.store.Update(ctx, func(tx store.Tx) error {
		experiment, err := liveExperiment(tx, ws, draft.Experiment)
		if err != nil {
			return err
		}
		uid := naming.NewUID()
		n := pedigree.Node{
			Workspace: ws, Home: experiment.ID, Type: pedigree.RunType, UID: uid, Name: draft.Name,
			State: "RUNNING", Owner: draft.Owner, URI: below(experiment.URI, uid, "artifacts"),
			Started: draft.Started, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := tx.CreateNode(&n); err != nil {
			return err
		}
		run = Run{Node: n, Facts: pedigree.Facts{Properties: draft.Tags}, Experiment: experiment.UID}
		return tx.PutProperties(&n, draft.Tags...)
	})
	return run, err
}

// complete checks the draft and settles the run's name and the tag that
// mirrors it.
func (d *RunDraft) complete() error {
	for i, t := range d.Tags {
		if err := checkTag(at("tags", i), t.Key, t.Value); err != nil {
			return err
		}
	}
	if err := naming.CheckLength("user_id", maxOwner, d.Owner); err != nil {
		return err
	}
	if err := naming.CheckLength("run_name", maxTagValue, d.Name); err != nil {
		return err
	}
	d.Tags = inSpace(pedigree.Tag, d.Tags)
	if !d.Started.Set() {
		d.Started = 0
	}
	i := slices.IndexFunc(d.Tags, func(t pedigree.Property) bool { return t.Key == runNameTag })
	if i < 0 {
		d.Tags = append(d.Tags, pedigree.Property{Space: pedigree.Tag, Key: runNameTag})
		i = len(d.Tags) - 1
	}
	tag := &d.Tags[i]
	if d.Name != "" && tag.Value != "" && d.Name != tag.Value {
		return invalid("Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values"+
			" (run_name='%s', mlflow.runName='%s').", d.Name, tag.Value)
	}
	if d.Name == "" {
		d.Name = tag.Value
	}
	if d.Name == "" {
		d.Name = generateName()
	}
	tag.Value = d.Name
	return nil
}

// UpdateRun changes a live run and returns it without facts.
func (s *Service) UpdateRun(ctx context.Context, ws pedigree.NodeID, id string, change RunChange) (Run, error) {
	if err := change.check(); err != nil {
		return Run{}, err
	}
	var run Run
	err := s.changeRun(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		if change.State != "" {
			n.State = change.State
		}
		if change.Ended.Set() {
			n.Ended = change.Ended
		}
		if change.Name != "" {
			n.Name = change.Name
		}
		if err := tx.UpdateNode(n); err != nil {
			return err
		}
		uids, err := uidsOf(tx, []pedigree.NodeID{n.Home})
		if err != nil {
			return err
		}
		run = Run{Node: *n, Experiment: uids[n.Home]}
		if change.Name == "" {
			return nil
		}
		return tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: runNameTag, Value: change.Name})
	})
	return run, err
}

func (c *RunChange) check() error {
	switch c.State {
	case "", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED":
	default:
		return naming.BadValue("status", c.State, "It must be one of RUNNING, SCHEDULED, FINISHED, FAILED and KILLED.")
	}
	return naming.CheckLength("run_name", maxTagValue, c.Name)
}

// DeleteRun puts a run in the bin, where it may be already.
func (s *Service) DeleteRun(ctx context.Context, ws pedigree.NodeID, id string) error {
	return s.moveRun(ctx, ws, id, true)
}

// RestoreRun takes a run out of the bin, if it is there.
func (s *Service) RestoreRun(ctx context.Context, ws pedigree.NodeID, id string) error {
	return s.moveRun(ctx, ws, id, false)
}

func (s *Service) moveRun(ctx context.Context, ws pedigree.NodeID, id string, toBin bool) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		_, err := moveRun(tx, ws, id, toBin)
		return err
	})
}
