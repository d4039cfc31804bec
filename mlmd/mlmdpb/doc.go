// Package mlmdpb is the protocol of ML Metadata 1.17.1 in Go: its messages and
// the service ml_metadata.MetadataStoreService with its 52 calls, generated from
// the .proto files under mlmd/proto. Everything else here is never edited.
package mlmdpb

//go:generate go run github.com/pedigree-ml/pedigree/mlmd/proto
