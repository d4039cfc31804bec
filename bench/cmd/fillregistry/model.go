package main

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/registry"
)

// modelDraft and versionDraft say what the load itself would send.
func modelDraft(i int) registry.ModelDraft {
	m := bench.RegisteredModel(i)
	return registry.ModelDraft{Name: m.Name, Description: m.Description, Tags: properties(m.Tags)}
}

func versionDraft(i, k int) registry.VersionDraft {
	v := bench.ModelVersion(i, k)
	return registry.VersionDraft{Name: v.Name, Source: v.Source, Description: v.Description, Tags: properties(v.Tags)}
}

func properties(tags []bench.RegistryTag) []pedigree.Property {
	list := make([]pedigree.Property, len(tags))
	for i, t := range tags {
		list[i] = pedigree.Property{Space: pedigree.Tag, Key: t.Key, Value: t.Value}
	}
	return list
}
