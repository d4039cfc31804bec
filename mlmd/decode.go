package mlmd

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// What a client sets and what it leaves out differ for identities, types and
// names: all else that is left out is as if empty.

// decodeTime reads a time that a client sets. The least number of all, which
// means none here, stands for the next.
func decodeTime(ms int64) pedigree.Time { return max(pedigree.Time(ms), pedigree.NoTime+1) }

func decodeArtifact(a *mlmdpb.Artifact) (*graph.NodePut, error) {
	p := graph.NewPut(pedigree.Artifact)
	p.Node.URI, p.Node.External = a.GetUri(), a.GetExternalId()
	if a != nil && a.State != nil {
		p.Node.State = a.GetState().String()
	}
	if a != nil {
		setIdentity(p, a.Id, a.TypeId, a.Name)
	}
	return p, setProperties(p, a.GetProperties(), a.GetCustomProperties())
}

func decodeExecution(e *mlmdpb.Execution) (*graph.NodePut, error) {
	p := graph.NewPut(pedigree.Execution)
	p.Node.External = e.GetExternalId()
	if e != nil && e.LastKnownState != nil {
		p.Node.State = e.GetLastKnownState().String()
	}
	if e != nil {
		setIdentity(p, e.Id, e.TypeId, e.Name)
	}
	return p, setProperties(p, e.GetProperties(), e.GetCustomProperties())
}

func decodeContext(c *mlmdpb.Context) (*graph.NodePut, error) {
	p := graph.NewPut(pedigree.Context)
	p.Node.External = c.GetExternalId()
	if c != nil {
		setIdentity(p, c.Id, c.TypeId, c.Name)
	}
	return p, setProperties(p, c.GetProperties(), c.GetCustomProperties())
}

func setIdentity(p *graph.NodePut, id, typeID *int64, name *string) {
	if id != nil {
		p.HasID, p.Node.ID = true, pedigree.NodeID(*id)
	}
	if typeID != nil {
		p.HasType, p.TypeID = true, pedigree.TypeID(*typeID)
	}
	if name != nil {
		p.HasName, p.Node.Name = true, *name
	}
}

func setProperties(p *graph.NodePut, declared, custom map[string]*mlmdpb.Value) error {
	p.Node.Properties = make([]pedigree.Property, 0, len(declared)+len(custom))
	if err := addProperties(p, pedigree.Field, declared); err != nil {
		return err
	}
	return addProperties(p, pedigree.Custom, custom)
}

// addProperties adds those of one space, by key.
func addProperties(p *graph.NodePut, space pedigree.Space, values map[string]*mlmdpb.Value) error {
	start := len(p.Node.Properties)
	for key, value := range values {
		property := pedigree.Property{Space: space, Key: key}
		ok, err := decodeValue(value, &property)
		if err != nil {
			return pedigree.Errorf(pedigree.Invalid, "The value of property %s cannot be written: %w", key, err)
		}
		if !ok {
			return pedigree.Errorf(pedigree.Invalid, "Found unmatched property type: %s (it has no value)", key)
		}
		p.Node.Properties = append(p.Node.Properties, property)
	}
	slices.SortFunc(p.Node.Properties[start:], func(a, b pedigree.Property) int { return cmp.Compare(a.Key, b.Key) })
	return nil
}
