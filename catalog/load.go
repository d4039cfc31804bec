package catalog

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// A part says what to read of nodes beside their own columns and fields.
type part uint8

const (
	withLinks    part = 1 << iota // what ties them to others
	withClasses                   // classifications, their own and carried ones
	withNoted                     // classifications, of those carried what is noted already: as it was before this transaction
	withMeanings                  // of what ties them to others, the terms of glossaries that are assigned to them
)

// A loaded is a node with what an entity is made of.
type loaded struct {
	pedigree.Node
	guid    string
	typ     *schema.EntityType
	facts   pedigree.Facts
	links   []*link
	own     []pedigree.Classification
	carried []pedigree.Classification
}

// fields are the properties in the space Field, by key.
func (l *loaded) fields() []pedigree.Property { return l.facts.Of(pedigree.Field) }

// field gives one property in the space Field, nil where there is none.
func (l *loaded) field(key string) *pedigree.Property { return propertyOf(l.fields(), key) }

func propertyOf(properties []pedigree.Property, key string) *pedigree.Property {
	for i := range properties {
		if properties[i].Key == key {
			return &properties[i]
		}
	}
	return nil
}

// text gives a text property in the space Field, or another where there is none.
func (l *loaded) text(key, otherwise string) string {
	if p := l.field(key); p != nil {
		return p.Value
	}
	return otherwise
}

// load reads nodes in the order given.
func (v *View) load(nodes []pedigree.Node, parts part) ([]*loaded, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	facts, err := v.reader.Facts(ids)
	if err != nil {
		return nil, err
	}
	all := make([]*loaded, len(nodes))
	for i := range nodes {
		t, err := v.typeOf(&nodes[i])
		if err != nil {
			return nil, err
		}
		all[i] = &loaded{Node: nodes[i], guid: v.GUID(&nodes[i]), typ: t, facts: facts[i]}
	}
	if parts&withLinks != 0 {
		links, err := v.links(nodes)
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			l.links = links[l.ID]
		}
	}
	if parts&withMeanings != 0 {
		if err := v.loadMeanings(all, ids); err != nil {
			return nil, err
		}
	}
	if parts&(withClasses|withNoted) != 0 {
		of := carry.Of
		if parts&withNoted != 0 {
			of = noted
		}
		if err := v.loadClasses(all, ids, of); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (v *View) loadMeanings(all []*loaded, ids []pedigree.NodeID) error {
	rows, err := v.reader.RelationshipsNamed(ids, MeaningRelationship, 2)
	if err != nil || len(rows) == 0 {
		return err
	}
	byNode := make(map[pedigree.NodeID][]*link)
	for i := range rows {
		byNode[rows[i].End2] = append(byNode[rows[i].End2], &link{Relationship: rows[i], def: v.types.Relationship(MeaningRelationship)})
	}
	for _, l := range all {
		l.links = byNode[l.ID]
	}
	return nil
}

// noted gives what is noted of the classifications carried to nodes.
func noted(r store.Reader, nodes []pedigree.NodeID) (map[pedigree.NodeID][]pedigree.Classification, error) {
	pairs, err := r.CarriedTo(nodes)
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	ids := make([]pedigree.ClassificationID, len(pairs))
	for i := range pairs {
		ids[i] = pairs[i].Classification
	}
	slices.Sort(ids)
	classes, err := r.ClassificationsByID(slices.Compact(ids))
	byNode := make(map[pedigree.NodeID][]pedigree.Classification)
	for _, p := range pairs {
		for i := range classes {
			if classes[i].ID == p.Classification {
				byNode[p.Node] = append(byNode[p.Node], classes[i])
			}
		}
	}
	return byNode, err
}

func (v *View) loadClasses(all []*loaded, ids []pedigree.NodeID, of func(store.Reader, []pedigree.NodeID) (map[pedigree.NodeID][]pedigree.Classification, error)) error {
	own, err := v.reader.Classifications(ids)
	if err != nil {
		return err
	}
	byNode := make(map[pedigree.NodeID][]pedigree.Classification)
	for i := range own {
		byNode[own[i].Node] = append(byNode[own[i].Node], own[i])
	}
	carried, err := of(v.reader, ids)
	if err != nil {
		return err
	}
	for _, l := range all {
		l.own, l.carried = byNode[l.ID], carried[l.ID]
		slices.SortFunc(l.carried, func(a, b pedigree.Classification) int { return cmp.Compare(a.ID, b.ID) })
	}
	return nil
}

// loadIDs reads nodes by identity, by identity.
func (v *View) loadIDs(ids []pedigree.NodeID, parts part) (map[pedigree.NodeID]*loaded, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	nodes, err := v.reader.Nodes(slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	all, err := v.load(nodes, parts)
	byID := make(map[pedigree.NodeID]*loaded, len(all))
	for _, l := range all {
		byID[l.ID] = l
	}
	return byID, err
}
