package mlmd

import (
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

func encodeArtifactType(t *graph.Type) (*mlmdpb.ArtifactType, error) {
	m := &mlmdpb.ArtifactType{
		Id: (*int64)(&t.ID), Name: &t.Type.Name, Version: set(t.Type.Version), Description: set(t.Description),
		ExternalId: set(t.External), Properties: encodeDeclared(t),
	}
	if base, ok := artifactBases.number(t.Base); ok {
		m.BaseType = mlmdpb.ArtifactType_SystemDefinedBaseType(base).Enum()
	}
	return m, nil
}

func encodeExecutionType(t *graph.Type) (*mlmdpb.ExecutionType, error) {
	m := &mlmdpb.ExecutionType{
		Id: (*int64)(&t.ID), Name: &t.Type.Name, Version: set(t.Type.Version), Description: set(t.Description),
		ExternalId: set(t.External), Properties: encodeDeclared(t),
	}
	if base, ok := executionBases.number(t.Base); ok {
		m.BaseType = mlmdpb.ExecutionType_SystemDefinedBaseType(base).Enum()
	}
	var err error
	if m.InputType, err = encodeSignature(t.Reads); err == nil {
		m.OutputType, err = encodeSignature(t.Writes)
	}
	return m, err
}

func encodeContextType(t *graph.Type) (*mlmdpb.ContextType, error) {
	return &mlmdpb.ContextType{
		Id: (*int64)(&t.ID), Name: &t.Type.Name, Version: set(t.Type.Version), Description: set(t.Description),
		ExternalId: set(t.External), Properties: encodeDeclared(t),
	}, nil
}

// encodeTypes encodes types of one kind.
func encodeTypes[M any](types []graph.Type, encode func(*graph.Type) (M, error)) ([]M, error) {
	messages := make([]M, 0, len(types))
	for i := range types {
		m, err := encode(&types[i])
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// encodeSignature reads what an execution type reads or writes, nil for none.
func encodeSignature(stored string) (*mlmdpb.ArtifactStructType, error) {
	if stored == "" {
		return nil, nil
	}
	m := new(mlmdpb.ArtifactStructType)
	if err := proto.Unmarshal([]byte(stored), m); err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "a stored signature cannot be read")
	}
	return m, nil
}

func encodeDeclared(t *graph.Type) map[string]mlmdpb.PropertyType {
	if len(t.Properties) == 0 {
		return nil
	}
	m := make(map[string]mlmdpb.PropertyType, len(t.Properties))
	for _, p := range t.Properties {
		m[p.Key] = propertyTypes[p.Form]
	}
	return m
}

// propertyTypes says which form of value is which type of property.
var propertyTypes = map[pedigree.Form]mlmdpb.PropertyType{
	pedigree.Text: mlmdpb.PropertyType_STRING, pedigree.Bytes: mlmdpb.PropertyType_STRING,
	pedigree.Int: mlmdpb.PropertyType_INT, pedigree.Double: mlmdpb.PropertyType_DOUBLE, pedigree.Bool: mlmdpb.PropertyType_BOOLEAN,
	pedigree.Struct: mlmdpb.PropertyType_STRUCT, pedigree.Proto: mlmdpb.PropertyType_PROTO,
}
