package mlmd

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlmdql"
)

// parseFilter reads a filter_query, nil for an empty one. The original engine
// hands what it reads to its database, and where that has no such function it
// says INTERNAL; so do we, with words that tell why.
func parseFilter(kind pedigree.Kind, filter string) (query.Scalar, error) {
	where, err := mlmdql.Parse(kind, filter)
	if pedigree.CodeOf(err) == pedigree.Unimplemented {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return where, err
}
