package lineage

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A namer knows which types keep the names of their nodes in a property, as
// those of Kubeflow Metadata do.
type namer map[pedigree.Type]bool

// nameKey is that property, which such a type declares.
const nameKey = "name"

// name gives nodes that have no name the one that they keep in a property.
func (m namer) name(r store.Reader, nodes []Node) error {
	var ids []pedigree.NodeID
	var at []int
	for i := range nodes {
		if nodes[i].Name != "" {
			continue
		}
		keeps, err := m.keeps(r, nodes[i].Type)
		if err != nil {
			return err
		}
		if keeps {
			ids, at = append(ids, nodes[i].ID), append(at, i)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	facts, err := r.Facts(ids, pedigree.Field)
	if err != nil {
		return err
	}
	for i := range facts {
		nodes[at[i]].Name = keptName(facts[i].Properties)
	}
	return nil
}

func (m namer) keeps(r store.Reader, t pedigree.Type) (bool, error) {
	keeps, known := m[t]
	if known {
		return keeps, nil
	}
	d, err := r.Declaration(t)
	if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
		return false, err
	}
	m[t] = slices.Contains(d.Properties, pedigree.DeclaredProperty{Key: nameKey, Form: pedigree.Text})
	return m[t], nil
}

// keptName finds the name of a node among its properties.
func keptName(properties []pedigree.Property) string {
	for _, p := range properties {
		if p.Space == pedigree.Field && p.Key == nameKey {
			return p.Value
		}
	}
	return ""
}
