package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// LogInputs records what a live run read: data sets, and logged models by UID.
// What it is known to have read already stays as it was.
func (s *Service) LogInputs(ctx context.Context, ws pedigree.NodeID, run string, inputs []DatasetInput, models []string) error {
	if !validRunID(run) {
		return naming.BadValue("run_id", run, "")
	}
	if err := checkInputs(inputs, models); err != nil {
		return err
	}
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		for i := range inputs {
			dataset, err := putDataset(tx, n, &inputs[i].Dataset)
			if err != nil {
				return err
			}
			if err := putInput(tx, n, dataset, inputs[i].Tags); err != nil {
				return err
			}
		}
		for _, uid := range models {
			model, err := modelNode(tx, ws, uid)
			if err != nil {
				return err
			}
			if err := putInput(tx, n, model.ID, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func putInput(tx store.Tx, run *pedigree.Node, artifact pedigree.NodeID, tags []pedigree.EventTag) error {
	_, err := tx.PutEvent(&pedigree.Event{
		Execution: run.ID, Artifact: artifact, Direction: pedigree.Input, Time: tx.Now(), Tags: tags,
	})
	return err
}

func checkInputs(inputs []DatasetInput, models []string) error {
	if n := max(len(inputs), len(models)); n > maxInputs {
		return invalid("A request can log at most %d inputs. Got %d.", maxInputs, n)
	}
	for i := range inputs {
		if err := inputs[i].Dataset.check(); err != nil {
			return err
		}
		if n := len(inputs[i].Tags); n > maxInputTags {
			return invalid("An input can have at most %d tags. Got %d.", maxInputTags, n)
		}
		seen := make(map[string]bool, len(inputs[i].Tags))
		for _, t := range inputs[i].Tags {
			if err := firstError(naming.CheckLength("key", maxInputTagKey, t.Key), naming.CheckLength("value", maxInputTagValue, t.Value)); err != nil {
				return err
			}
			if seen[t.Key] {
				return invalid("An input has the tag %s twice.", naming.Quote(t.Key))
			}
			seen[t.Key] = true
		}
	}
	return nil
}

// A logged model that names the run it comes from is an output of that run
// before the run says so. The event that records it carries this tag, because
// clients are shown as outputs of a run only those that the run logged itself.
var declaredTag = pedigree.EventTag{Key: "pedigree.declared", Value: "source_run_id"}

func declared(tags []pedigree.EventTag) bool {
	for _, t := range tags {
		if t == declaredTag {
			return true
		}
	}
	return false
}

// LogOutputs records the logged models that a live run wrote. What it logged
// before stays as it was.
func (s *Service) LogOutputs(ctx context.Context, ws pedigree.NodeID, run string, outputs []ModelOutput) error {
	if n := len(outputs); n > maxInputs {
		return invalid("A request can log at most %d outputs. Got %d.", maxInputs, n)
	}
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		for _, o := range outputs {
			model, err := modelNode(tx, ws, o.Model)
			if err != nil {
				return err
			}
			if err := putOutput(tx, n, model.ID, o.Step); err != nil {
				return err
			}
		}
		return nil
	})
}

func putOutput(tx store.Tx, run *pedigree.Node, model pedigree.NodeID, step int64) error {
	e := pedigree.Event{Execution: run.ID, Artifact: model, Direction: pedigree.Output, Time: tx.Now(), Step: step}
	fresh, err := tx.PutEvent(&e)
	if err != nil || fresh {
		return err
	}
	producers, err := tx.Producers([]pedigree.NodeID{model})
	if err != nil {
		return err
	}
	for _, p := range producers {
		if p.Execution == run.ID && declared(p.Tags) {
			e.ID = p.ID
			return tx.UpdateEvent(&e)
		}
	}
	return nil
}
