package openlineage

import (
	"encoding/json"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// Who we are to those who read our events, and by which schema.
const (
	producer      = "https://github.com/pedigree-ml/pedigree"
	runSchema     = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
	datasetSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
	versionSchema = "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"
	paramsSchema  = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet"
)

// An outgoing is an event that tells another system what was written here.
type outgoing struct {
	EventType string            `json:"eventType,omitempty"`
	EventTime string            `json:"eventTime"`
	Producer  string            `json:"producer"`
	SchemaURL string            `json:"schemaURL"`
	Run       *outgoingRun      `json:"run,omitempty"`
	Job       *nameShape        `json:"job,omitempty"`
	Dataset   *outgoingDataset  `json:"dataset,omitempty"`
	Inputs    []outgoingDataset `json:"inputs,omitempty"`
	Outputs   []outgoingDataset `json:"outputs,omitempty"`
}

type outgoingRun struct {
	RunID  string         `json:"runId"`
	Facets map[string]any `json:"facets"`
}

type outgoingDataset struct {
	nameShape
	Facets map[string]any `json:"facets"`
}

// A baseFacet is what every facet says of itself.
type baseFacet struct {
	Producer  string `json:"_producer"`
	SchemaURL string `json:"_schemaURL"`
}

type versionFacet struct {
	baseFacet
	Version string `json:"datasetVersion"`
}

type paramsFacet struct {
	baseFacet
	Params map[string]string `json:"params"`
}

// outgoingEvents are all that is to be told of some news, in order.
func outgoingEvents(n *jobs.News) []outgoing {
	var all []outgoing
	for i := range n.Datasets {
		d := &n.Datasets[i]
		all = append(all, outgoing{
			EventTime: timestamp(d.Node.Updated), Producer: producer, SchemaURL: datasetSchema,
			Dataset: &outgoingDataset{nameOf(d.Name), facetsFor(d.Facets, d.Node.Version)},
		})
	}
	for i := range n.Runs {
		all = append(all, runEvents(&n.Runs[i])...)
	}
	return all
}

// endings are the types of the events that end a run, by its state.
var endings = map[string]string{"COMPLETED": "COMPLETE", "FAILED": "FAIL", "ABORTED": "ABORT"}

// runEvents tell of a run: that it has started and, where it has, that it ended.
func runEvents(r *jobs.RunView) []outgoing {
	started := r.Started
	if !started.Set() {
		started = r.Created
	}
	e := outgoing{
		EventType: "START", EventTime: timestamp(started), Producer: producer, SchemaURL: runSchema,
		Run: &outgoingRun{jobs.RunID(&r.Node), facetsFor(r.Facets, "")}, Job: &nameShape{r.Job.Namespace, r.Job.Name},
		Inputs: usedDatasets(r.Inputs), Outputs: usedDatasets(r.Outputs),
	}
	if len(r.Params) > 0 {
		e.Run.Facets["pedigree_params"] = paramsFacet{baseFacet{producer, paramsSchema}, r.Params}
	}
	ending := endings[runState(&r.Node)]
	if ending == "" {
		return []outgoing{e}
	}
	ended := r.Ended
	if !ended.Set() {
		ended = r.Updated
	}
	end := e
	end.EventType, end.EventTime = ending, timestamp(ended)
	return []outgoing{e, end}
}

func usedDatasets(uses []jobs.UseView) []outgoingDataset {
	all := make([]outgoingDataset, len(uses))
	for i, u := range uses {
		all[i] = outgoingDataset{nameOf(u.Name), facetsFor(nil, u.Artifact.Version)}
	}
	return all
}

// facetsFor gives facets as they were sent to us, and the version of an artifact.
func facetsFor(known jobs.Facets, version string) map[string]any {
	facets := make(map[string]any)
	for name, text := range known {
		facets[name] = json.RawMessage(text)
	}
	if _, said := facets[jobs.VersionFacet]; version != "" && !said {
		facets[jobs.VersionFacet] = versionFacet{baseFacet{producer, versionSchema}, version}
	}
	return facets
}

func timestamp(t pedigree.Time) string {
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.000Z")
}
