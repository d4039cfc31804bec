package mlmd

import (
	"encoding/base64"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/query"
)

// maxPage is the most nodes that one page has, whatever a client asks for.
const maxPage = 100

// orders are the fields that lists can be ordered by.
var orders = map[mlmdpb.ListOperationOptions_OrderByField_Field]query.Attr{
	mlmdpb.ListOperationOptions_OrderByField_ID:               query.Arrival,
	mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME:      query.Created,
	mlmdpb.ListOperationOptions_OrderByField_LAST_UPDATE_TIME: query.Updated,
}

// decodeList reads the options of a list. Without any, all nodes are asked for.
func decodeList(kind pedigree.Kind, o *mlmdpb.ListOperationOptions) (*query.Selection, error) {
	q := &query.Selection{Workspace: workspace, Kind: kind, By: query.Arrival}
	if o == nil {
		return q, nil
	}
	if o.GetMaxResultSize() <= 0 {
		return nil, pedigree.Errorf(pedigree.Invalid, "max_result_size field value is required to be greater than 0 and less than or equal to %d."+
			" Set value:%d", maxPage, o.GetMaxResultSize())
	}
	by, ok := orders[o.GetOrderByField().GetField()]
	if !ok {
		return nil, pedigree.Errorf(pedigree.Invalid, "Unsupported field: %s specified in ListOperationOptions", o.GetOrderByField().GetField())
	}
	q.Limit, q.By, q.Desc = min(int(o.GetMaxResultSize()), maxPage), by, !o.GetOrderByField().GetIsAsc()
	var err error
	if q.After, err = decodeToken(o); err == nil {
		q.Where, err = parseFilter(kind, o.GetFilterQuery())
	}
	return q, err
}

// encodeToken tells where the next page starts, nil after the last, in the form
// that ML Metadata's own tokens have.
func encodeToken(q *query.Selection, o *mlmdpb.ListOperationOptions, next *query.Place) (*string, error) {
	if next == nil {
		return nil, nil
	}
	options := proto.CloneOf(o)
	options.NextPageToken = nil
	token := &mlmdpb.ListOperationNextPageToken{IdOffset: (*int64)(&next.ID), FieldOffset: (*int64)(&next.ID), SetOptions: options}
	if q.By != query.Arrival {
		token.FieldOffset = (*int64)(&next.Key)
	}
	b, err := proto.Marshal(token)
	if err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "the page token cannot be written")
	}
	return proto.String(base64.RawURLEncoding.EncodeToString(b)), nil
}

// decodeToken reads where a page starts, nil for the first.
func decodeToken(o *mlmdpb.ListOperationOptions) (*query.Place, error) {
	if o.GetNextPageToken() == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(o.GetNextPageToken(), "="))
	if err != nil {
		return nil, pedigree.Errorf(pedigree.Invalid, "Failed to decode next page token string")
	}
	token := new(mlmdpb.ListOperationNextPageToken)
	if err := proto.Unmarshal(b, token); err != nil {
		return nil, pedigree.Errorf(pedigree.Invalid, "Failed to parse decoded next page token into ListOperationNextPageToken proto message")
	}
	was, is := token.GetSetOptions().GetOrderByField(), o.GetOrderByField()
	if was.GetField() != is.GetField() || was.GetIsAsc() != is.GetIsAsc() {
		return nil, pedigree.Errorf(pedigree.Invalid, "ListOperationOptions mismatch between calls: the token was given for lists by %s (ascending: %t), this one is by %s (ascending: %t)",
			was.GetField(), was.GetIsAsc(), is.GetField(), is.GetIsAsc())
	}
	place := &query.Place{ID: pedigree.NodeID(token.GetIdOffset())}
	if orders[is.GetField()] != query.Arrival {
		place.Key = pedigree.Time(token.GetFieldOffset())
	}
	return place, nil
}
