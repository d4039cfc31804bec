package mlmd

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlmdql"
)

// parseFilter reads a filter_query, nil for an empty one.
func parseFilter(kind pedigree.Kind, filter string) (query.Scalar, error) {
	if filter == "" {
		return nil, nil
	}
	return mlmdql.Parse(kind, filter)
}
