package mlflow

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/tracking"
)

// Messages that several operations share.

// keyValue is a tag or param.
var keyValue = shape[pedigree.Property]{
	text("key", func(m *pedigree.Property) *string { return &m.Key }),
	text("value", func(m *pedigree.Property) *string { return &m.Value }),
}

// keyedValue is a tag or param whose key must be given.
var keyedValue = shape[pedigree.Property]{
	must(text("key", func(m *pedigree.Property) *string { return &m.Key })),
	text("value", func(m *pedigree.Property) *string { return &m.Value }),
}

// measurement is a metric in a batch.
var measurement = shape[tracking.Measurement]{
	must(text("key", func(m *tracking.Measurement) *string { return &m.Key })),
	must(double("value", func(m *tracking.Measurement) *float64 { return &m.Value })),
	must(whole("timestamp", func(m *tracking.Measurement) *pedigree.Time { return &m.Time })),
	whole("step", func(m *tracking.Measurement) *int64 { return &m.Step }),
	text("model_id", func(m *tracking.Measurement) *string { return &m.Model }),
	text("dataset_name", func(m *tracking.Measurement) *string { return &m.Dataset }),
	text("dataset_digest", func(m *tracking.Measurement) *string { return &m.DatasetDigest }),
}

// dataset is a data set that a run read.
var dataset = shape[tracking.Dataset]{
	text("name", func(m *tracking.Dataset) *string { return &m.Name }),
	text("digest", func(m *tracking.Dataset) *string { return &m.Digest }),
	text("source_type", func(m *tracking.Dataset) *string { return &m.SourceType }),
	text("source", func(m *tracking.Dataset) *string { return &m.Source }),
	text("schema", func(m *tracking.Dataset) *string { return &m.Schema }),
	text("profile", func(m *tracking.Dataset) *string { return &m.Profile }),
}

// datasetInput is a data set with the role it played.
var datasetInput = shape[tracking.DatasetInput]{
	each("tags", eventTag, pedigree.EventTag{}, func(m *tracking.DatasetInput) *[]pedigree.EventTag { return &m.Tags }),
	one("dataset", dataset, func(m *tracking.DatasetInput) *tracking.Dataset { return &m.Dataset }),
}

var eventTag = shape[pedigree.EventTag]{
	text("key", func(m *pedigree.EventTag) *string { return &m.Key }),
	text("value", func(m *pedigree.EventTag) *string { return &m.Value }),
}

// modelInput is a logged model that a run read, modelOutput one that it wrote.
var (
	modelInput = shape[tracking.ModelOutput]{
		text("model_id", func(m *tracking.ModelOutput) *string { return &m.Model }),
	}
	modelOutput = append(modelInput,
		whole("step", func(m *tracking.ModelOutput) *int64 { return &m.Step }))
)

// views are the values of ViewType.
var views = enum[query.View]{
	{1, "ACTIVE_ONLY", query.Live},
	{2, "DELETED_ONLY", query.Bin},
	{3, "ALL", query.All},
}

// runStates are the values of RunStatus.
var runStates = enum[string]{
	{1, "RUNNING", "RUNNING"},
	{2, "SCHEDULED", "SCHEDULED"},
	{3, "FINISHED", "FINISHED"},
	{4, "FAILED", "FAILED"},
	{5, "KILLED", "KILLED"},
}

// modelStates are the values of LoggedModelStatus.
var modelStates = enum[string]{
	{0, "LOGGED_MODEL_STATUS_UNSPECIFIED", "UNSPECIFIED"},
	{1, "LOGGED_MODEL_PENDING", "PENDING"},
	{2, "LOGGED_MODEL_READY", "READY"},
	{3, "LOGGED_MODEL_UPLOAD_FAILED", "FAILED"},
}
