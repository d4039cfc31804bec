package catalog

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
)

// mostGUIDs bounds how many guids of a type one answer lists.
const mostGUIDs = 100_000

// GUIDsOf lists the guids of the entities of a type, not of those that descend from
// it, that are not in the bin, in the order in which they were made.
func (s *Service) GUIDsOf(ctx context.Context, workspace pedigree.NodeID, typeName string) (guids []string, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		t := v.types.Entity(typeName)
		if t == nil {
			return fault.New(fault.TypeNameInvalid, "ENTITY", typeName)
		}
		guids = []string{}
		q := &query.Query{
			Workspace: workspace, Type: t.Node, Homes: []pedigree.NodeID{workspace}, Order: []query.Order{{Field: query.Arrival}}, Limit: 1000,
		}
		for {
			nodes, next, err := v.reader.Find(q)
			if err != nil {
				return err
			}
			for i := range nodes {
				guids = append(guids, v.GUID(&nodes[i]))
			}
			if q.After = next; next == nil || len(guids) >= mostGUIDs {
				return nil
			}
		}
	})
	return guids, err
}
