package openlineage

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// The shapes of Marquez, as its clients read them.
type (
	nameShape struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	}

	versionShape struct {
		nameShape
		Version string `json:"version"`
	}

	namespaceShape struct {
		Name        string  `json:"name"`
		CreatedAt   *string `json:"createdAt"`
		UpdatedAt   *string `json:"updatedAt"`
		OwnerName   string  `json:"ownerName"`
		Description *string `json:"description"`
		IsHidden    bool    `json:"isHidden"`
	}

	sourceShape struct {
		Type          string  `json:"type"`
		Name          string  `json:"name"`
		CreatedAt     *string `json:"createdAt"`
		UpdatedAt     *string `json:"updatedAt"`
		ConnectionURL string  `json:"connectionUrl"`
		Description   *string `json:"description"`
	}

	fieldShape struct {
		Name        string   `json:"name"`
		Type        *string  `json:"type"`
		Tags        []string `json:"tags"`
		Description *string  `json:"description"`
	}

	datasetShape struct {
		ID                 nameShape                  `json:"id"`
		Type               string                     `json:"type"`
		Name               string                     `json:"name"`
		PhysicalName       string                     `json:"physicalName"`
		CreatedAt          *string                    `json:"createdAt"`
		UpdatedAt          *string                    `json:"updatedAt"`
		Namespace          string                     `json:"namespace"`
		SourceName         string                     `json:"sourceName"`
		Fields             []fieldShape               `json:"fields"`
		Tags               []string                   `json:"tags"`
		LastModifiedAt     *string                    `json:"lastModifiedAt"`
		LastLifecycleState *string                    `json:"lastLifecycleState"`
		Description        *string                    `json:"description"`
		CurrentVersion     *string                    `json:"currentVersion"`
		ColumnLineage      []columnShape              `json:"columnLineage"`
		Facets             map[string]json.RawMessage `json:"facets"`
		Deleted            bool                       `json:"deleted"`
	}

	columnShape struct {
		Name        string             `json:"name"`
		InputFields []inputColumnShape `json:"inputFields"`
	}

	inputColumnShape struct {
		Namespace   string  `json:"namespace"`
		Dataset     string  `json:"dataset"`
		Field       string  `json:"field"`
		Description *string `json:"transformationDescription"`
		Type        *string `json:"transformationType"`
	}

	datasetVersionShape struct {
		ID             versionShape               `json:"id"`
		Type           string                     `json:"type"`
		Name           string                     `json:"name"`
		PhysicalName   string                     `json:"physicalName"`
		CreatedAt      *string                    `json:"createdAt"`
		Version        string                     `json:"version"`
		Namespace      string                     `json:"namespace"`
		SourceName     string                     `json:"sourceName"`
		Fields         []fieldShape               `json:"fields"`
		Tags           []string                   `json:"tags"`
		LifecycleState *string                    `json:"lifecycleState"`
		Description    *string                    `json:"description"`
		CreatedByRun   *runShape                  `json:"createdByRun"`
		Facets         map[string]json.RawMessage `json:"facets"`
	}

	runShape struct {
		ID               string                     `json:"id"`
		CreatedAt        *string                    `json:"createdAt"`
		UpdatedAt        *string                    `json:"updatedAt"`
		NominalStartTime *string                    `json:"nominalStartTime"`
		NominalEndTime   *string                    `json:"nominalEndTime"`
		State            string                     `json:"state"`
		StartedAt        *string                    `json:"startedAt"`
		EndedAt          *string                    `json:"endedAt"`
		DurationMs       *int64                     `json:"durationMs"`
		Args             map[string]string          `json:"args"`
		JobVersion       versionShape               `json:"jobVersion"`
		Inputs           []useShape                 `json:"inputDatasetVersions"`
		Outputs          []useShape                 `json:"outputDatasetVersions"`
		Facets           map[string]json.RawMessage `json:"facets"`
	}

	useShape struct {
		ID     versionShape               `json:"datasetVersionId"`
		Facets map[string]json.RawMessage `json:"facets"`
	}

	jobShape struct {
		ID             nameShape                  `json:"id"`
		Type           string                     `json:"type"`
		Name           string                     `json:"name"`
		SimpleName     string                     `json:"simpleName"`
		ParentJobName  *string                    `json:"parentJobName"`
		CreatedAt      *string                    `json:"createdAt"`
		UpdatedAt      *string                    `json:"updatedAt"`
		Namespace      string                     `json:"namespace"`
		Inputs         []nameShape                `json:"inputs"`
		Outputs        []nameShape                `json:"outputs"`
		Location       *string                    `json:"location"`
		Description    *string                    `json:"description"`
		LatestRun      *runShape                  `json:"latestRun"`
		LatestRuns     []runShape                 `json:"latestRuns"`
		CurrentVersion *string                    `json:"currentVersion"`
		Labels         []string                   `json:"labels"`
		Tags           []string                   `json:"tags"`
		Facets         map[string]json.RawMessage `json:"facets"`
	}
)

func nameOf(n jobs.Name) nameShape { return nameShape{n.Namespace, n.Name} }

func namesOf(names []jobs.Name) []nameShape {
	all := make([]nameShape, len(names))
	for i, n := range names {
		all[i] = nameOf(n)
	}
	return all
}

func facetsOf(f jobs.Facets) map[string]json.RawMessage {
	all := make(map[string]json.RawMessage, len(f))
	for name, text := range f {
		all[name] = json.RawMessage(text)
	}
	return all
}

// text gives a text within a facet, such as its description.
func text(f jobs.Facets, facet, key string) string {
	var all map[string]any
	if json.Unmarshal([]byte(f[facet]), &all) != nil {
		return ""
	}
	s, _ := all[key].(string)
	return s
}

func tagNames(tags []pedigree.Property) []string {
	names := make([]string, len(tags))
	for i, t := range tags {
		names[i] = t.Key
		if t.Value != "" {
			names[i] += ":" + t.Value
		}
	}
	slices.Sort(names)
	return names
}

// fieldsOf gives the columns that the facet schema lists.
func fieldsOf(f jobs.Facets, tags map[string][]string) []fieldShape {
	var schema struct {
		Fields []struct {
			Name        string `json:"name"`
			Type        string `json:"type"`
			Description string `json:"description"`
		} `json:"fields"`
	}
	fields := []fieldShape{}
	if json.Unmarshal([]byte(f[jobs.SchemaFacet]), &schema) != nil {
		return fields
	}
	for _, c := range schema.Fields {
		own := tags[c.Name]
		if own == nil {
			own = []string{}
		}
		fields = append(fields, fieldShape{c.Name, optional(c.Type), own, optional(c.Description)})
	}
	return fields
}

func datasetType(f jobs.Facets) string {
	if text(f, jobs.DatasetTypeFacet, "datasetType") == "STREAM" || text(f, jobs.DatasetTypeFacet, "datasetType") == "TOPIC" {
		return "STREAM"
	}
	return "DB_TABLE"
}

func datasetOf(d *jobs.DatasetView) datasetShape {
	source := text(d.Facets, jobs.DataSourceFacet, "name")
	if source == "" {
		source = d.Namespace
	}
	return datasetShape{
		ID: nameOf(d.Name), Type: datasetType(d.Facets), Name: d.Name.Name, PhysicalName: d.Name.Name,
		CreatedAt: moment(d.Node.Created), UpdatedAt: moment(d.Node.Updated), Namespace: d.Namespace, SourceName: source,
		Fields: fieldsOf(d.Facets, d.FieldTags), Tags: tagNames(d.Tags), LastLifecycleState: optional(d.Node.State),
		Description: optional(text(d.Facets, jobs.DocumentationFacet, "description")), Facets: facetsOf(d.Facets), Deleted: !d.Node.Live(),
	}
}

// runStates are the words of Marquez for those of ML Metadata.
var runStates = map[string]string{
	"COMPLETE": "COMPLETED", "CACHED": "COMPLETED", "FAILED": "FAILED", "CANCELED": "ABORTED", "RUNNING": "RUNNING", "NEW": "NEW",
}

func runState(n *pedigree.Node) string {
	state := n.State
	if word, ok := pedigree.CommonState(pedigree.Execution, state); ok {
		state = word
	}
	if word := runStates[state]; word != "" {
		return word
	}
	return "NEW"
}

// inUTC writes a time that a producer gave as Marquez does. What is no time stays
// as it is.
func inUTC(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func runOf(r *jobs.RunView) runShape {
	shape := runShape{
		ID: r.UID, CreatedAt: moment(r.Created), UpdatedAt: moment(r.Updated), State: runState(&r.Node),
		NominalStartTime: optional(inUTC(text(r.Facets, jobs.NominalTimeFacet, "nominalStartTime"))),
		NominalEndTime:   optional(inUTC(text(r.Facets, jobs.NominalTimeFacet, "nominalEndTime"))),
		StartedAt:        moment(r.Started), EndedAt: moment(r.Ended), Args: r.Params,
		JobVersion: versionShape{nameOf(r.Job), jobs.JobVersionID(r)},
		Inputs:     usesOf(r.Inputs, nil), Outputs: usesOf(r.Outputs, &r.Node), Facets: facetsOf(r.Facets),
	}
	if r.Started.Set() && r.Ended.Set() {
		took := int64(r.Ended - r.Started)
		shape.DurationMs = &took
	}
	return shape
}

// usesOf gives what a run read or, where it is given, wrote.
func usesOf(uses []jobs.UseView, writer *pedigree.Node) []useShape {
	all := make([]useShape, len(uses))
	for i, u := range uses {
		version := jobs.ReadID(&u)
		if writer != nil {
			version = jobs.VersionID(u.Name, writer)
		}
		all[i] = useShape{versionShape{nameOf(u.Name), version}, facetsOf(u.Facets)}
	}
	return all
}

func jobOf(j *jobs.JobView) jobShape {
	shape := jobShape{
		ID: nameOf(j.Name), Type: "BATCH", Name: j.Name.Name, SimpleName: j.Name.Name, ParentJobName: optional(j.Parent.Name),
		CreatedAt: moment(j.Node.Created), UpdatedAt: moment(j.Node.Updated), Namespace: j.Namespace,
		Inputs: namesOf(j.Reads), Outputs: namesOf(j.Writes), Location: optional(text(j.Facets, jobs.SourceLocationFacet, "url")),
		Description: optional(text(j.Facets, jobs.DocumentationFacet, "description")),
		LatestRuns:  make([]runShape, len(j.Latest)), Labels: []string{}, Tags: tagNames(j.Tags), Facets: facetsOf(j.Facets),
	}
	if kind := text(j.Facets, jobs.JobTypeFacet, "processingType"); kind == "STREAMING" {
		shape.Type = "STREAM"
	}
	for i := range j.Latest {
		shape.LatestRuns[i] = runOf(&j.Latest[i])
	}
	if len(j.Latest) > 0 {
		shape.LatestRun = &shape.LatestRuns[0]
		shape.CurrentVersion = &shape.LatestRun.JobVersion.Version
	}
	return shape
}

func namespaceOf(n *jobs.NamespaceView) namespaceShape {
	owner := n.Owner
	if owner == "" {
		owner = "anonymous"
	}
	return namespaceShape{n.Name, moment(n.Created), moment(n.Updated), owner, optional(n.Description), !n.Live()}
}

// columnsOf gathers by column from what the columns of a data set are made.
func columnsOf(edges []jobs.ColumnEdge, dataset jobs.Name) []columnShape {
	inputs := make(map[string][]inputColumnShape)
	for _, e := range edges {
		if e.To.Dataset == dataset {
			inputs[e.To.Column] = append(inputs[e.To.Column], inputOf(e))
		}
	}
	columns := make([]columnShape, 0, len(inputs))
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		columns = append(columns, columnShape{name, inputs[name]})
	}
	return columns
}

func inputOf(e jobs.ColumnEdge) inputColumnShape {
	return inputColumnShape{e.From.Dataset.Namespace, e.From.Dataset.Name, e.From.Column, optional(e.Description), optional(e.Type)}
}
