// Package tracking is the rules of experiments, runs, metrics, data sets and
// logged models: what each may be called, when it may change and what follows
// from a change. It knows no wire and no SQL.
//
// Every call names the workspace it works in. Errors are [pedigree.Error]
// values whose messages are fit for a client; where MLflow's clients look at
// the words, they are MLflow's.
package tracking

import (
	"os"
	"path/filepath"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service applies the rules to one store.
type Service struct {
	store        store.Store
	artifactRoot string
	directory    string // where relative artifact locations start; with slashes
}

// New returns a service on s. Experiments that name no place of their own keep
// their artifacts under artifactRoot, a URI such as "mlflow-artifacts:/".
func New(s store.Store, artifactRoot string) *Service {
	directory, err := os.Getwd()
	if err != nil {
		directory = "" // then relative locations stay as clients write them
	}
	return &Service{store: s, artifactRoot: artifactRoot, directory: filepath.ToSlash(directory)}
}

// An Experiment is a context that runs belong to. Its UID is decimal digits,
// its URI the root of its runs' artifacts.
type Experiment struct {
	pedigree.Node
	Tags []pedigree.Property
}

// A Run is an execution in an experiment, with all that is known of it.
type Run struct {
	pedigree.Node
	pedigree.Facts
	Experiment  string // UID of its experiment
	Inputs      []DatasetInput
	ModelInputs []string      // UIDs of logged models it read
	Outputs     []ModelOutput // logged models it wrote
}

// A Dataset is an artifact known by name and digest: equal ones are the same
// node, wherever they are logged.
type Dataset struct {
	Name       string
	Digest     string
	SourceType string
	Source     string
	Schema     string // JSON, or empty
	Profile    string // JSON, or empty
}

// A DatasetInput is a data set as a run read it.
type DatasetInput struct {
	Dataset Dataset
	Tags    []pedigree.EventTag
}

// A ModelOutput is a logged model that a run wrote at a step.
type ModelOutput struct {
	Model string // UID
	Step  int64
}

// A DatasetUse says in which experiment and role a data set was read.
type DatasetUse struct {
	Experiment, Name, Digest string
	Context                  string // "" when the input names none
}

// A Measurement is a point of a run's metric that may also evaluate a model.
type Measurement struct {
	pedigree.Point
	Model         string // UID of the logged model it is about, or empty
	Dataset       string // name of the data set it was measured on, or empty
	DatasetDigest string
}

// A RunPoint is a point and the run it belongs to.
type RunPoint struct {
	Run string
	pedigree.Point
}

// A LoggedModel is an artifact that a run or a notebook left behind.
type LoggedModel struct {
	pedigree.Node        // State is PENDING, READY or FAILED
	Experiment    string // UID of its experiment
	ModelType     string
	SourceRun     string // UID of the run that made it, or empty
	StatusMessage string
	Params, Tags  []pedigree.Property
	Metrics       []ModelMetric // every evaluation of it
}

// A ModelMetric is one evaluation of a logged model.
type ModelMetric struct {
	Measurement
	Run string // UID of the run that measured it
}

// A Search asks for a page of experiments, runs or logged models.
type Search struct {
	Experiments []string // UIDs; not for experiments themselves
	Where       query.Expr
	Order       []query.Order
	View        query.View
	Max         int    // nodes per page
	PageToken   string // from the page before, or empty
}

// A Page is one page of a search, and the token of the next, empty at the end.
type Page[T any] struct {
	Items []T
	Next  string
}
