package sqlstore

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

func (t *tx) Select(q *query.Selection) ([]pedigree.Node, *query.Place, error) {
	return nil, nil, pedigree.Errorf(pedigree.Unimplemented, "selections are being built")
}
