package tracking

import (
	"context"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
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

// Keys of what a logged model's type declares.
const (
	modelTypeField     = "model_type"
	sourceRunField     = "source_run_id"
	statusMessageField = "status_message"
)

// States of a logged model.
const (
	pending = "PENDING"
	ready   = "READY"
	failed  = "FAILED"
)

// CreateLoggedModel makes a model in state PENDING. Where the run it comes from
// is known, it becomes an output of that run for lineage; see [Service.LogOutputs].
func (s *Service) CreateLoggedModel(ctx context.Context, ws pedigree.NodeID, draft LoggedModelDraft) (LoggedModel, error) {
	if err := draft.check(); err != nil {
		return LoggedModel{}, err
	}
	name := draft.Name
	if name == "" {
		name = generateName()
	}
	params, tags := inSpace(pedigree.Param, draft.Params), inSpace(pedigree.Tag, draft.Tags)
	var model LoggedModel
	err := s.store.Update(ctx, func(tx store.Tx) error {
		experiment, err := liveExperiment(tx, ws, draft.Experiment)
		if err != nil {
			return err
		}
		uid := "m-" + naming.NewUID()
		n := pedigree.Node{
			Workspace: ws, Home: experiment.ID, Type: pedigree.LoggedModelType, UID: uid, Name: name,
			State: pending, URI: below(experiment.URI, "models", uid, "artifacts"),
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := tx.CreateNode(&n); err != nil {
			return err
		}
		properties := append(append(draft.fields(), params...), tags...)
		if err := putProperties(tx, &n, properties); err != nil {
			return err
		}
		if err := identity.Settle(tx, &n, nil); err != nil {
			return err
		}
		model = LoggedModel{
			Node: n, Experiment: experiment.UID, ModelType: draft.ModelType, SourceRun: draft.SourceRun, Params: params, Tags: tags,
		}
		return declareOutput(tx, &n, draft.SourceRun)
	})
	return model, err
}

func declareOutput(tx store.Tx, model *pedigree.Node, sourceRun string) error {
	if sourceRun == "" {
		return nil
	}
	run, err := tx.Node(model.Workspace, pedigree.RunType, sourceRun)
	if err != nil {
		return orNothing(err) // clients name runs of other servers too
	}
	_, err = tx.PutEvent(&pedigree.Event{
		Execution: run.ID, Artifact: model.ID, Direction: pedigree.Output, Time: tx.Now(), Tags: []pedigree.EventTag{declaredTag},
	})
	return err
}

func (d *LoggedModelDraft) check() error {
	if strings.ContainsAny(d.Name, `/:.%"'`) {
		return invalid("Invalid model name (%s) provided. Model name must be a non-empty string and cannot contain"+
			" the following characters: ('/', ':', '.', '%%', '\"', \"'\")", naming.Quote(d.Name))
	}
	return firstError(
		naming.CheckLength("name", maxModelName, d.Name),
		naming.CheckLength("model_type", maxModelType, d.ModelType),
		naming.CheckLength("source_run_id", maxSourceRun, d.SourceRun),
		checkModelProperties("Param", maxParamValue, d.Params),
		checkModelProperties("Tag", maxTagValue, d.Tags),
	)
}

func (d *LoggedModelDraft) fields() []pedigree.Property {
	var fields []pedigree.Property
	if d.ModelType != "" {
		fields = append(fields, pedigree.Property{Space: pedigree.Field, Key: modelTypeField, Value: d.ModelType})
	}
	if d.SourceRun != "" {
		fields = append(fields, pedigree.Property{Space: pedigree.Field, Key: sourceRunField, Value: d.SourceRun})
	}
	return fields
}

// checkModelProperties bounds the params or tags of a logged model. Their keys
// may be of any characters.
func checkModelProperties(what string, maxValue int, properties []pedigree.Property) error {
	for _, p := range properties {
		if p.Key == "" {
			return invalid("%s key must not be empty.", what)
		}
		if err := firstError(naming.CheckLength(what+" key", maxKey, p.Key), naming.CheckLength(what+" value", maxValue, p.Value)); err != nil {
			return err
		}
	}
	return nil
}

// FinalizeLoggedModel sets the state READY or FAILED.
func (s *Service) FinalizeLoggedModel(ctx context.Context, ws pedigree.NodeID, id, state string) (LoggedModel, error) {
	if state != ready && state != failed {
		return LoggedModel{}, invalid("Invalid model status: %s. Expected statuses: [READY, FAILED]", naming.Quote(state))
	}
	var model LoggedModel
	err := s.changeModel(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		n.State = state
		if err := tx.UpdateNode(n); err != nil {
			return err
		}
		models, err := describeModels(tx, []pedigree.Node{*n}, nil)
		if err != nil {
			return err
		}
		model = models[0]
		return nil
	})
	return model, err
}

// changeModel runs fn on a model, in the bin or not, inside one transaction.
func (s *Service) changeModel(ctx context.Context, ws pedigree.NodeID, id string, fn func(store.Tx, *pedigree.Node) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		n, err := modelNode(tx, ws, id)
		if err != nil {
			return err
		}
		return fn(tx, &n)
	})
}

// DeleteLoggedModel puts a model in the bin, where it may be already.
func (s *Service) DeleteLoggedModel(ctx context.Context, ws pedigree.NodeID, id string) error {
	return s.changeModel(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		if !n.Live() {
			return nil
		}
		n.Deleted = tx.Now()
		return tx.UpdateNode(n)
	})
}

// SetLoggedModelTags sets tags of a model.
func (s *Service) SetLoggedModelTags(ctx context.Context, ws pedigree.NodeID, id string, tags []pedigree.Property) error {
	if err := checkModelProperties("Tag", maxTagValue, tags); err != nil {
		return err
	}
	tags = inSpace(pedigree.Tag, tags)
	return s.changeModel(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		return putProperties(tx, n, tags)
	})
}

// DeleteLoggedModelTag removes a tag; NotFound if it is not set.
func (s *Service) DeleteLoggedModelTag(ctx context.Context, ws pedigree.NodeID, id, key string) error {
	return s.changeModel(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		found, err := tx.DeleteProperty(n, pedigree.Tag, key)
		if err == nil && !found {
			return pedigree.Errorf(pedigree.NotFound, "No tag with key %s found for model with ID %s.", naming.Quote(key), naming.Quote(n.UID))
		}
		return err
	})
}

// LogLoggedModelParams adds params to a model. The same value again is fine;
// another is Invalid.
func (s *Service) LogLoggedModelParams(ctx context.Context, ws pedigree.NodeID, id string, params []pedigree.Property) error {
	if err := checkModelProperties("Param", maxParamValue, params); err != nil {
		return err
	}
	params = inSpace(pedigree.Param, params)
	return s.changeModel(ctx, ws, id, func(tx store.Tx, n *pedigree.Node) error {
		return addParams(tx, n, params, modelParamsChanged)
	})
}

func modelParamsChanged(model *pedigree.Node, changes []paramChange) error {
	return invalid("Changing param values is not allowed. Param with key='%s' was already logged with value='%s' for"+
		" model ID='%s'. Attempted logging new value '%s'.", changes[0].key, changes[0].from, model.UID, changes[0].to)
}
