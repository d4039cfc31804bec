package graph

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A foreignType is what a type of another wire looks like here. What its nodes
// have in the space Field beyond the keys is the bookkeeping of its rules, and
// is not seen.
type foreignType struct {
	pedigree.Type
	base string   // the simple type that it descends from
	keys []string // by name; all of it text
}

// foreignDeclarations are the types of MLflow and of OpenLineage.
var foreignDeclarations = []foreignType{
	{Type: pedigree.ExperimentType},
	{Type: pedigree.RegisteredModelType, keys: []string{"description"}},
	{Type: pedigree.RunType},
	{Type: pedigree.DatasetType, base: "mlmd.Dataset", keys: []string{"profile", "schema", "source", "source_type"}},
	{Type: pedigree.LoggedModelType, base: "mlmd.Model", keys: []string{"model_type", "source_run_id", "status_message"}},
	{Type: pedigree.ModelVersionType, base: "mlmd.Model", keys: []string{
		"copied_from", "description", "digest", "digest_reason", "digest_state", "model_id", "run_id", "run_link", "stage",
		"status_message", "storage_location",
	}},
	{Type: pedigree.JobNamespaceType, keys: []string{"description"}},
	{Type: pedigree.JobTagType, keys: []string{"description"}},
	{Type: pedigree.JobType},
	{Type: pedigree.JobRunType, keys: []string{"parent_run", "root_run"}},
	{Type: pedigree.JobSignatureType},
	{Type: pedigree.LineageDatasetType, base: "mlmd.Dataset"},
	{Type: pedigree.LineageDatasetVersionType, base: "mlmd.Dataset"},
}

// foreignTypes gives the types of other wires of a kind.
func foreignTypes(kind pedigree.Kind) (types []pedigree.Type) {
	for _, f := range foreignDeclarations {
		if f.Kind == kind {
			types = append(types, f.Type)
		}
	}
	return types
}

// shown reports whether a property of a node of another wire is seen.
func shown(t pedigree.Type, p *pedigree.Property) bool {
	if p.Space != pedigree.Field {
		return true
	}
	for _, f := range foreignDeclarations {
		if f.Type == t {
			return slices.Contains(f.keys, p.Key)
		}
	}
	return true
}
