package graph

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// entityKeys are what all types of Kubeflow Metadata have. The last holds the
// whole object as JSON, for what has no key of its own.
var entityKeys = []string{"name", "description", "create_time", "owner", "__ALL_META__"}

// predefinedTypes are those of Kubeflow Metadata. Its SDK expects them to be
// there; clients use them like types of their own.
func predefinedTypes() []Type {
	return []Type{
		entityType(pedigree.Artifact, "kubeflow.org/alpha/data_set", "version", "query"),
		entityType(pedigree.Artifact, "kubeflow.org/alpha/model", "version", "model_type"),
		entityType(pedigree.Artifact, "kubeflow.org/alpha/metrics", "version", "data_set_id", "model_id", "metrics_type"),
		entityType(pedigree.Execution, "kubeflow.org/alpha/execution", "executable_id"),
	}
}

// entityType is a type with the keys of an entity and further ones, all of them
// text.
func entityType(kind pedigree.Kind, name string, keys ...string) Type {
	t := Type{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: kind, Name: name}}}
	for _, key := range slices.Concat(entityKeys, keys) {
		t.Properties = append(t.Properties, pedigree.DeclaredProperty{Key: key, Form: pedigree.Text})
	}
	return t
}
