package pedigree

import "strings"

// A Type names what a node is. Its kind is part of it: an mlflow.Run is always
// an execution.
type Type struct {
	Name    string
	Kind    Kind
	Version string // empty for types that have none
}

// Protocols, as [Type.Protocol] names them. What Kubeflow Metadata and the watcher
// of Kubernetes write is ML Metadata's.
const (
	ProtocolMLflow      = "mlflow"
	ProtocolOpenLineage = "openlineage"
	ProtocolMLMD        = "mlmd"
	ProtocolAtlas       = "atlas"
)

// AtlasPrefix begins the names of the types of nodes that came through Atlas, and what
// the history says was done to nodes there.
const AtlasPrefix = ProtocolAtlas + "."

// Protocol tells through which protocol nodes of the type come.
func (t Type) Protocol() string {
	first, _, dotted := strings.Cut(t.Name, ".")
	switch first {
	case ProtocolMLflow, ProtocolOpenLineage, ProtocolAtlas:
		if dotted {
			return first
		}
	}
	return ProtocolMLMD
}

// The types that the server itself gives meaning to.
var (
	WorkspaceType       = Type{Name: "pedigree.Workspace", Kind: Context}
	ExperimentType      = Type{Name: "mlflow.Experiment", Kind: Context}
	RunType             = Type{Name: "mlflow.Run", Kind: Execution}
	DatasetType         = Type{Name: "mlflow.Dataset", Kind: Artifact}
	LoggedModelType     = Type{Name: "mlflow.LoggedModel", Kind: Artifact}
	RegisteredModelType = Type{Name: "mlflow.RegisteredModel", Kind: Context}
	ModelVersionType    = Type{Name: "mlflow.ModelVersion", Kind: Artifact}

	JobNamespaceType          = Type{Name: "openlineage.Namespace", Kind: Context}
	JobType                   = Type{Name: "openlineage.Job", Kind: Context}
	JobRunType                = Type{Name: "openlineage.Run", Kind: Execution}
	JobTagType                = Type{Name: "openlineage.Tag", Kind: Context}
	JobSignatureType          = Type{Name: "openlineage.JobSignature", Kind: Execution} // what a job reads and writes by design, whenever it runs
	LineageDatasetType        = Type{Name: "openlineage.Dataset", Kind: Artifact}
	LineageDatasetVersionType = Type{Name: "openlineage.DatasetVersion", Kind: Artifact} // a state of a data set that its producer named
)

// ShownByUID lists the types whose nodes are known by their UID wherever other
// nodes have an external identity, unless they were given one.
var ShownByUID = []Type{
	ExperimentType, RunType, DatasetType, LoggedModelType, RegisteredModelType, ModelVersionType,
	JobNamespaceType, JobType, JobRunType, JobSignatureType, JobTagType, LineageDatasetType, LineageDatasetVersionType,
}

// TypeID is the identity of a type inside one store.
type TypeID int64

// A Declaration is what is said of a type beside its name. A type that nobody
// declared has an empty one from its first node on.
type Declaration struct {
	ID   TypeID // assigned by the store
	Type Type

	Description string
	External    string             // what another system knows it by; unique within the kind, empty for none
	Properties  []DeclaredProperty // by key
	Parents     []TypeID           // the types it descends from, nearest first
	Reads       string             // of executions: the signature of what they read, as its wire serialises it
	Writes      string             // likewise of what they write
}

// A DeclaredProperty says that nodes of a type may have a property in the space
// [Field], and of which form.
type DeclaredProperty struct {
	Key  string
	Form Form
}
