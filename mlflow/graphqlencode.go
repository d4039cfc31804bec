package mlflow

import (
	"math"
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/tracking"
)

// In upstream's GraphQL every object names its type, whole numbers of 64 bits are
// text, absent texts are empty and absent times zero, and a value that is no
// number is null.

// writeGraphQL answers a query: its one field, of a type, with the members that
// fill appends, or what went wrong.
func writeGraphQL(w http.ResponseWriter, field, kind string, err error, fill func(b []byte) []byte) error {
	if err != nil {
		form := formOf(err)
		if form.status == http.StatusInternalServerError {
			return err
		}
		writeJSON(w, func(b []byte) []byte {
			b = append(member(append(b, `{"data":{`...), field), `null},"errors":[`...)
			return append(appendString(b, publicMessage(w, form, err)), ']', '}')
		})
		return nil
	}
	a := begin(w)
	a.buf = graphObject(member(append(a.buf, `{"data":{`...), field), kind)
	a.buf = fill(append(member(a.buf, "apiError"), "null"...))
	a.buf = append(a.buf, `}},"errors":null}`...)
	a.finish()
	return nil
}

// graphObject opens an object of a type.
func graphObject(b []byte, kind string) []byte { return textMember(append(b, '{'), "__typename", kind) }

// graphLong writes a whole number of 64 bits.
func graphLong(b []byte, name string, v int64) []byte {
	b = append(member(b, name), '"')
	return append(strconv.AppendInt(b, v, 10), '"')
}

// graphTime writes a time, of which zero stands for none.
func graphTime(b []byte, name string, t pedigree.Time) []byte {
	if !t.Set() {
		t = 0
	}
	return graphLong(b, name, int64(t))
}

// appendEach writes a list.
func appendEach[T any](b []byte, items []T, one func([]byte, *T) []byte) []byte {
	b = append(b, '[')
	for i := range items {
		b = one(element(b), &items[i])
	}
	return append(b, ']')
}

// graphPairs writes properties as a list of objects of a type.
func graphPairs(b []byte, name, kind string, all []pedigree.Property) []byte {
	return appendEach(member(b, name), all, func(b []byte, p *pedigree.Property) []byte {
		b = textMember(graphObject(b, kind), "key", p.Key)
		return append(textMember(b, "value", p.Value), '}')
	})
}

func appendGraphExperiment(b []byte, e *tracking.Experiment) []byte {
	b = textMember(graphObject(b, "MlflowExperiment"), "experimentId", e.UID)
	b = textMember(b, "name", e.Name)
	b = textMember(b, "artifactLocation", e.URI)
	b = textMember(b, "lifecycleStage", lifecycle(&e.Node))
	b = graphTime(b, "lastUpdateTime", e.Updated)
	b = graphTime(b, "creationTime", e.Created)
	b = textMember(b, "effectiveTraceArchivalRetention", "")
	return append(graphPairs(b, "tags", "MlflowExperimentTag", e.Tags), '}')
}

func (run *graphRun) append(b []byte) []byte {
	b = appendGraphRunInfo(member(graphObject(b, "MlflowRunExtension"), "info"), &run.Run)
	b = appendGraphExperiment(member(b, "experiment"), run.experiment)
	b = appendEach(member(b, "modelVersions"), run.versions, appendGraphVersion)
	b = appendGraphRunData(member(b, "data"), &run.Run)
	b = graphObject(member(b, "inputs"), "MlflowRunInputs")
	b = appendEach(member(b, "datasetInputs"), run.Inputs, appendGraphDatasetInput)
	b = append(appendEach(member(b, "modelInputs"), run.ModelInputs, func(b []byte, id *string) []byte {
		return append(textMember(graphObject(b, "MlflowModelInput"), "modelId", *id), '}')
	}), '}')
	b = graphObject(member(b, "outputs"), "MlflowRunOutputs")
	b = append(appendEach(member(b, "modelOutputs"), run.Outputs, func(b []byte, o *tracking.ModelOutput) []byte {
		b = textMember(graphObject(b, "MlflowModelOutput"), "modelId", o.Model)
		return append(graphLong(b, "step", o.Step), '}')
	}), '}')
	return append(b, '}')
}

func appendGraphRunInfo(b []byte, run *tracking.Run) []byte {
	b = textMember(graphObject(b, "MlflowRunInfo"), "runUuid", run.UID)
	b = textMember(b, "runId", run.UID)
	b = textMember(b, "runName", run.Name)
	b = textMember(b, "experimentId", run.Experiment)
	b = textMember(b, "userId", run.Owner)
	b = textMember(b, "status", run.State)
	b = graphTime(b, "startTime", run.Started)
	b = graphTime(b, "endTime", run.Ended)
	b = textMember(b, "artifactUri", run.URI)
	return append(textMember(b, "lifecycleStage", lifecycle(&run.Node)), '}')
}

func appendGraphRunData(b []byte, run *tracking.Run) []byte {
	b = graphObject(b, "MlflowRunData")
	b = appendEach(member(b, "metrics"), run.Metrics, func(b []byte, p *pedigree.Point) []byte {
		return append(appendGraphPoint(graphObject(b, "MlflowMetricExtension"), p), '}')
	})
	b = graphPairs(b, "params", "MlflowParam", run.Of(pedigree.Param))
	return append(graphPairs(b, "tags", "MlflowRunTag", run.Of(pedigree.Tag)), '}')
}

// appendGraphPoint writes the members of a metric.
func appendGraphPoint(b []byte, p *pedigree.Point) []byte {
	b = member(textMember(b, "key", p.Key), "value")
	if math.IsNaN(p.Value) {
		b = append(b, "null"...)
	} else {
		b = appendDouble(b, p.Value)
	}
	b = graphLong(b, "timestamp", int64(p.Time))
	return graphLong(b, "step", p.Step)
}

func appendGraphRunPoint(b []byte, p *tracking.RunPoint) []byte {
	b = appendGraphPoint(graphObject(b, "MlflowMetricWithRunId"), &p.Point)
	return append(textMember(b, "runId", p.Run), '}')
}

func appendGraphVersion(b []byte, v *registry.Version) []byte {
	b = textMember(graphObject(b, "MlflowModelVersion"), "name", v.Name)
	b = textMember(b, "version", v.Version)
	b = textMember(b, "status", v.State)
	b = textMember(b, "source", v.URI)
	return append(graphTime(b, "creationTimestamp", v.Created), '}')
}

func appendGraphDatasetInput(b []byte, in *tracking.DatasetInput) []byte {
	b = appendEach(member(graphObject(b, "MlflowDatasetInput"), "tags"), in.Tags, func(b []byte, t *pedigree.EventTag) []byte {
		b = textMember(graphObject(b, "MlflowInputTag"), "key", t.Key)
		return append(textMember(b, "value", t.Value), '}')
	})
	d := &in.Dataset
	b = textMember(graphObject(member(b, "dataset"), "MlflowDataset"), "name", d.Name)
	b = textMember(b, "digest", d.Digest)
	b = textMember(b, "sourceType", d.SourceType)
	b = textMember(b, "source", d.Source)
	b = textMember(b, "schema", d.Schema)
	return append(textMember(b, "profile", d.Profile), '}', '}')
}
