package schema

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// spellings say how the qualified names of nodes of other wires are written: as the
// wire itself refers to them where it does, else as its people would. They last as
// long as what they are made of, so the name of a model changes where it is renamed.
var spellings = map[pedigree.Type]struct {
	prefix string
	by     query.Spelling
}{
	pedigree.ExperimentType:      {"experiments:/", query.ByUID},
	pedigree.RunType:             {"runs:/", query.ByUID},
	pedigree.DatasetType:         {"datasets:/", query.ByNameAndVersion},
	pedigree.LoggedModelType:     {"models:/", query.ByUID},
	pedigree.RegisteredModelType: {"models:/", query.ByName},
	pedigree.ModelVersionType:    {"models:/", query.ByNameAndVersion},

	pedigree.JobNamespaceType:          {"", query.ByUID},
	pedigree.JobType:                   {"", query.ByQualified},
	pedigree.JobRunType:                {"", query.ByUID},
	pedigree.JobTagType:                {"", query.ByUID},
	pedigree.JobSignatureType:          {"", query.ByQualified},
	pedigree.LineageDatasetType:        {"", query.ByQualified},
	pedigree.LineageDatasetVersionType: {"", query.ByQualified},

	pedigree.WorkspaceType: {"", query.ByUID},
}

// spelled gives the spelling of a type; that of types of ML Metadata is the type and
// the name.
func spelled(t pedigree.Type) query.Spelled {
	if s, ok := spellings[t]; ok {
		return query.Spelled{Type: t, Prefix: s.prefix, By: s.by}
	}
	return query.Spelled{Type: t, Prefix: t.Name + "/", By: query.ByNameOrNumber}
}
