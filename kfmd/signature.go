package kfmd

import (
	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// decodeSignature reads what a type of executions reads or writes. The graph
// keeps it as ML Metadata serialises it, so that clients of both see the same.
func decodeSignature(member string, given jsontext.Value) (string, error) {
	if len(given) == 0 || given.Kind() == 'n' {
		return "", nil
	}
	m := new(mlmdpb.ArtifactStructType)
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(given, m); err != nil {
		return "", pedigree.Hide(pedigree.Invalid, err, "the "+member+" is no type of artifacts")
	}
	stored, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return "", pedigree.Hide(pedigree.Invalid, err, "the "+member+" cannot be written")
	}
	return string(stored), nil
}

// encodeSignature writes what is kept of a signature, nil for none.
func encodeSignature(stored string) (jsontext.Value, error) {
	if stored == "" {
		return nil, nil
	}
	m := new(mlmdpb.ArtifactStructType)
	if err := proto.Unmarshal([]byte(stored), m); err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "a stored signature cannot be read")
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "a stored signature cannot be written")
	}
	v := jsontext.Value(text)
	return v, v.Compact() // protojson sets blanks at random
}
