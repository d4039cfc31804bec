package mlmd

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A typeMessage is a type of any kind.
type typeMessage interface {
	GetName() string
	GetVersion() string
	GetDescription() string
	GetExternalId() string
	GetProperties() map[string]mlmdpb.PropertyType
}

func decodeArtifactType(m *mlmdpb.ArtifactType) (graph.Type, error) {
	t, err := decodeType(pedigree.Artifact, m)
	if err == nil && m != nil && m.BaseType != nil {
		t.Base, err = artifactBases.name(int32(*m.BaseType))
	}
	return t, err
}

func decodeExecutionType(m *mlmdpb.ExecutionType) (graph.Type, error) {
	t, err := decodeType(pedigree.Execution, m)
	if err == nil && m != nil && m.BaseType != nil {
		t.Base, err = executionBases.name(int32(*m.BaseType))
	}
	if err == nil {
		t.Reads, err = decodeSignature(m.GetInputType())
	}
	if err == nil {
		t.Writes, err = decodeSignature(m.GetOutputType())
	}
	return t, err
}

func decodeContextType(m *mlmdpb.ContextType) (graph.Type, error) {
	t, err := decodeType(pedigree.Context, m)
	if err == nil && m != nil && m.BaseType != nil {
		t.Base, err = contextBases.name(int32(*m.BaseType))
	}
	return t, err
}

func decodeType(kind pedigree.Kind, m typeMessage) (graph.Type, error) {
	t := graph.Type{Declaration: pedigree.Declaration{
		Type:        pedigree.Type{Kind: kind, Name: m.GetName(), Version: m.GetVersion()},
		Description: m.GetDescription(), External: m.GetExternalId(),
	}}
	for key, property := range m.GetProperties() {
		form, ok := formOf(property)
		if !ok {
			return t, pedigree.Errorf(pedigree.Invalid, "Property %s is UNKNOWN.", key)
		}
		t.Properties = append(t.Properties, pedigree.DeclaredProperty{Key: key, Form: form})
	}
	slices.SortFunc(t.Properties, func(a, b pedigree.DeclaredProperty) int { return cmp.Compare(a.Key, b.Key) })
	return t, nil
}

func formOf(t mlmdpb.PropertyType) (pedigree.Form, bool) {
	if t == mlmdpb.PropertyType_STRING {
		return pedigree.Text, true
	}
	for form, named := range propertyTypes {
		if named == t {
			return form, true
		}
	}
	return 0, false
}

func decodeSignature(m *mlmdpb.ArtifactStructType) (string, error) {
	if m == nil {
		return "", nil
	}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return "", pedigree.Hide(pedigree.Invalid, err, "the input_type or output_type cannot be written")
	}
	return string(b), nil
}
