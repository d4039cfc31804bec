package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/query"
)

// A lister answers a selection.
type lister func(*query.Selection) ([]graph.Node, *query.Place, error)

// listNodes answers a list with its page token.
func listNodes[M any](kind pedigree.Kind, o *mlmdpb.ListOperationOptions, list lister, encode func(*graph.Node) (M, error)) ([]M, *string, error) {
	q, err := decodeList(kind, o)
	if err != nil {
		return nil, nil, err
	}
	nodes, next, err := list(q)
	if err != nil {
		return nil, nil, err
	}
	messages, err := encodeAll(nodes, encode)
	if err != nil {
		return nil, nil, err
	}
	token, err := encodeToken(q, o, next)
	return messages, token, err
}

// all lists nodes of any type.
func (s *Server) all(ctx context.Context) lister {
	return func(q *query.Selection) ([]graph.Node, *query.Place, error) { return s.graph.List(ctx, q) }
}

// within lists members of a context.
func (s *Server) within(ctx context.Context, parent int64) lister {
	return func(q *query.Selection) ([]graph.Node, *query.Place, error) {
		return s.graph.ListWithin(ctx, pedigree.NodeID(parent), q)
	}
}

// listOfType lists nodes of a type. Where there is no such type, options are
// not looked at.
func listOfType[M any](ctx context.Context, s *Server, t pedigree.Type, o *mlmdpb.ListOperationOptions, encode func(*graph.Node) (M, error)) (
	[]M, *string, error,
) {
	d, err := s.graph.Type(ctx, t)
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return listNodes(t.Kind, o, func(q *query.Selection) ([]graph.Node, *query.Place, error) {
		q.Types = []pedigree.TypeID{d.ID}
		return s.graph.List(ctx, q)
	}, encode)
}

// manyNodes encodes what a call of the rules answers.
func manyNodes[M any](found []graph.Node, err error, encode func(*graph.Node) (M, error)) ([]M, error) {
	if err != nil {
		return nil, err
	}
	return encodeAll(found, encode)
}

// oneNamed finds a node by type and name; nil for none. A call without a name
// finds none.
func oneNamed[M any](ctx context.Context, s *Server, t pedigree.Type, name *string, encode func(*graph.Node) (*M, error)) (*M, error) {
	if name == nil {
		return nil, nil
	}
	found, err := s.graph.NodeNamed(ctx, workspace, t, *name)
	if err != nil || found == nil {
		return nil, err
	}
	return encode(found)
}

// putNodes makes and changes nodes of one kind.
func putNodes[M any](ctx context.Context, s *Server, messages []M, decode func(M) (*graph.NodePut, error), adapt func(i int, p *graph.NodePut)) ([]int64, error) {
	puts, err := decodeEach(nil, messages, decode)
	if err != nil {
		return nil, err
	}
	for i, p := range puts {
		adapt(i, p)
	}
	ids, err := s.graph.PutNodes(ctx, workspace, puts)
	if err != nil {
		return nil, err
	}
	return numbers(ids), nil
}
