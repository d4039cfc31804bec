package dossier_test

import (
	"fmt"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/tracking"
)

// wide is a version whose run read a thousand data sets, and which has as many files.
func wide(f *fixture) *registry.Version {
	s := full
	s.files = nil
	for i := range 1000 {
		s.files = append(s.files, pedigree.File{Path: fmt.Sprintf("part-%04d", i), Size: 1, SHA256: "a"})
	}
	v := f.version(s)
	var inputs []tracking.DatasetInput
	for i := range 1000 {
		inputs = append(inputs, tracking.DatasetInput{Dataset: tracking.Dataset{Name: fmt.Sprintf("day-%04d", i), Digest: "d", SourceType: "s3", Source: `{"uri":"s3://lake/` + fmt.Sprint(i) + `"}`}})
	}
	f.must(f.runs.LogInputs(f.Context(), pedigree.DefaultWorkspace, v.RunID, inputs, nil))
	return v
}

func BenchmarkRead(b *testing.B) {
	f := open(b)
	v := wide(f)
	for b.Loop() {
		f.read(v)
	}
}

func BenchmarkCompare(b *testing.B) {
	f := open(b)
	left, right := f.read(wide(f)), f.read(f.version(full))
	for b.Loop() {
		_, err := f.Compare(b.Context(), left, right)
		f.must(err)
	}
}

// BenchmarkMetrics is of the hundred versions that a page of a model shows.
func BenchmarkMetrics(b *testing.B) {
	f := open(b)
	var versions []registry.Version
	for range 100 {
		versions = append(versions, *f.version(full))
	}
	for b.Loop() {
		_, err := f.Metrics(b.Context(), versions)
		f.must(err)
	}
}
