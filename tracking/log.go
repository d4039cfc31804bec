package tracking

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// LogMetric adds one measurement to a live run.
func (s *Service) LogMetric(ctx context.Context, ws pedigree.NodeID, run string, m Measurement) error {
	if err := checkMeasurement("", &m); err != nil {
		return err
	}
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		return addMeasurements(tx, n, []Measurement{m})
	})
}

func checkMeasurement(place string, m *Measurement) error {
	if err := naming.CheckKey(join(place, "name"), m.Key); err != nil {
		return err
	}
	if m.Time < 0 {
		return naming.BadValue(join(place, "timestamp"), int64(m.Time), fmt.Sprintf(
			"metric '%s' (value=%s). Timestamp must be a nonnegative long (64-bit integer) ", m.Key, number(m.Value)))
	}
	if err := naming.CheckLength("Metric name", maxKey, m.Key); err != nil || m.Model == "" {
		return err
	}
	return firstError(
		naming.CheckLength("dataset_name", maxDatasetName, m.Dataset),
		naming.CheckLength("dataset_digest", maxDatasetDigest, m.DatasetDigest),
	)
}

// number writes a float so that it looks like one.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if strings.ContainsAny(text, ".eNI") {
		return text
	}
	return text + ".0"
}

// addMeasurements makes points of the run, and evaluations of the models that
// measurements name. The store has no word for infinity: the largest number
// stands for it.
func addMeasurements(tx store.Tx, run *pedigree.Node, measurements []Measurement) error {
	if len(measurements) == 0 {
		return nil
	}
	points := make([]pedigree.Point, len(measurements))
	var evaluations []pedigree.Evaluation
	models := map[string]pedigree.NodeID{}
	for i := range measurements {
		m := &measurements[i]
		points[i] = m.Point
		points[i].Value = min(max(m.Value, -math.MaxFloat64), math.MaxFloat64)
		if m.Model == "" {
			continue
		}
		if _, known := models[m.Model]; !known {
			model, err := modelNode(tx, run.Workspace, m.Model)
			if err != nil {
				return err
			}
			models[m.Model] = model.ID
		}
		evaluations = append(evaluations, pedigree.Evaluation{
			Artifact: models[m.Model], Execution: run.ID, Point: points[i], Dataset: m.Dataset, DatasetDigest: m.DatasetDigest,
		})
	}
	if err := tx.AppendPoints(run, points); err != nil || len(evaluations) == 0 {
		return err
	}
	return tx.AddEvaluations(evaluations)
}

// LogParam adds a param to a live run. The same value again is fine; another is Invalid.
func (s *Service) LogParam(ctx context.Context, ws pedigree.NodeID, run string, p pedigree.Property) error {
	if err := checkParam("", p.Key, p.Value); err != nil {
		return err
	}
	p.Space = pedigree.Param
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		standing, added, err := tx.AddProperty(n, p)
		if err == nil && !added && standing != p.Value {
			return invalid("Changing param values is not allowed. Param with key='%s' was already logged with value='%s'"+
				" for run ID='%s'. Attempted logging new value '%s'.", p.Key, standing, n.UID, p.Value)
		}
		return err
	})
}

// SetTag sets a tag of a live run. The tag mlflow.runName renames the run.
func (s *Service) SetTag(ctx context.Context, ws pedigree.NodeID, run string, tag pedigree.Property) error {
	if err := checkTag("", tag.Key, tag.Value); err != nil {
		return err
	}
	tag.Space = pedigree.Tag
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		return setTags(tx, n, []pedigree.Property{tag})
	})
}

// setTags sets tags of a run and keeps its name in step. A run always has a
// name, so the tag that would empty it is left out.
func setTags(tx store.Tx, run *pedigree.Node, tags []pedigree.Property) error {
	kept := make([]pedigree.Property, 0, len(tags))
	for _, t := range tags {
		if t.Key == runNameTag {
			if t.Value == "" {
				continue
			}
			run.Name = t.Value
			if err := tx.UpdateNode(run); err != nil {
				return err
			}
		}
		kept = append(kept, t)
	}
	return putProperties(tx, run, kept)
}

// DeleteTag removes a tag of a live run; NotFound if it is not set.
func (s *Service) DeleteTag(ctx context.Context, ws pedigree.NodeID, run, key string) error {
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		found, err := tx.DeleteProperty(n, pedigree.Tag, key)
		if err == nil && !found {
			return pedigree.Errorf(pedigree.NotFound, "No tag with name: %s in run with id %s", key, n.UID)
		}
		return err
	})
}

const modelHistoryTag = "mlflow.log-model.history"

// RecordModel appends model, a JSON object, to the list in the run's tag
// mlflow.log-model.history, as clients before 3.0 expect.
func (s *Service) RecordModel(ctx context.Context, ws pedigree.NodeID, run, model string) error {
	model = strings.TrimSpace(model)
	if !strings.HasPrefix(model, "{") || !json.Valid([]byte(model)) {
		return invalid("Malformed model info. \n %s \n not a JSON object", model)
	}
	return s.changeRun(ctx, ws, run, func(tx store.Tx, n *pedigree.Node) error {
		history, _, err := tx.Property(n.ID, pedigree.Tag, modelHistoryTag)
		if err != nil {
			return err
		}
		var models []json.RawMessage
		if err := json.Unmarshal([]byte(history), &models); history != "" && err != nil {
			return invalid("The tag %s of run %s holds no list of models.", modelHistoryTag, n.UID)
		}
		history = "[" + model + "]"
		if len(models) > 0 {
			text, err := json.Marshal(append(models, json.RawMessage(model)))
			if err != nil {
				return err
			}
			history = string(text)
		}
		if err := naming.CheckLength("value", maxTagValue, history); err != nil {
			return err
		}
		return tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: modelHistoryTag, Value: history})
	})
}
