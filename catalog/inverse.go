package catalog

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// Definitions of types without definitions of relationships, as those of version 1,
// can say of a reference that it is the inverse of an attribute of what it refers
// to. Then that attribute refers back, as long as the reference stands.

// inverse gives the attribute of entities of a type that refers back to the holder
// of f, nil where there is none or a relationship is what it shows.
func inverse(f *schema.Field, target *schema.EntityType) *schema.Field {
	if f == nil || f.Inverse() == "" {
		return nil
	}
	back := target.Field(f.Inverse())
	if back == nil || back.Target == nil || back.Soft() || !back.Single() && !back.Many() || len(target.End(f.Inverse())) > 0 {
		return nil
	}
	return back
}

// point makes an attribute of a node refer to another.
func (s *saving) point(l *loaded, f *schema.Field, to pedigree.NodeID, key string, place int64) (*link, error) {
	k := &link{Relationship: pedigree.Relationship{
		Workspace: s.workspace, UID: newGUID(s.Now()), Type: bareName(f), End1: l.ID, End2: to, Key: key, Place: place,
		CreatedBy: s.User(), UpdatedBy: s.User(), Deleted: pedigree.NoTime,
	}}
	return k, s.tx.CreateRelationship(&k.Relationship)
}

// pointBack makes what an attribute refers to refer back. What that referred to
// before, if it can refer to one only, is let go.
func (s *saving) pointBack(l *loaded, f *schema.Field, one *ref) error {
	if f.Inverse() == "" {
		return nil
	}
	t, err := s.targetType(one)
	if err != nil {
		return err
	}
	back := inverse(f, t)
	if back == nil {
		return nil
	}
	target, err := s.current(one.node)
	if err != nil {
		return err
	}
	links := s.attributeLinks(target, back.Def.Name)
	if slices.ContainsFunc(links, func(k *link) bool { return k.End2 == l.ID }) {
		return nil
	}
	if back.Single() {
		for _, k := range links {
			if err := s.letGo(k); err != nil {
				return err
			}
			if err := s.stopPointingBack(target, back, k.End2); err != nil {
				return err
			}
		}
		links = nil
	}
	k, err := s.point(target, back, l.ID, "", int64(len(links)))
	if err != nil {
		return err
	}
	s.learnOf(k)
	s.touchOther(target.ID)
	return nil
}

// stopPointingBack lets go of what refers back to a node by the inverse of one of
// its attributes.
func (s *saving) stopPointingBack(l *loaded, f *schema.Field, other pedigree.NodeID) error {
	if f == nil || f.Inverse() == "" {
		return nil
	}
	nodes, err := s.reader.Nodes([]pedigree.NodeID{other})
	if err != nil || len(nodes) == 0 {
		return err
	}
	t, err := s.typeOf(&nodes[0])
	if err != nil {
		return err
	}
	back := inverse(f, t)
	if back == nil {
		return nil
	}
	target, err := s.current(&nodes[0])
	if err != nil {
		return err
	}
	for _, k := range s.attributeLinks(target, back.Def.Name) {
		if k.End2 != l.ID {
			continue
		}
		if err := s.letGo(k); err != nil {
			return err
		}
		s.touchOther(other)
	}
	return nil
}

// current loads what a node refers to as the batch has left it so far.
func (s *saving) current(n *pedigree.Node) (*loaded, error) {
	if l := s.fresh[n.ID]; l != nil {
		return l, nil
	}
	all, err := s.load([]pedigree.Node{*n}, withLinks)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// letGo drops a link and what is remembered of it.
func (s *saving) letGo(k *link) error {
	if err := s.dropLink(k); err != nil {
		return err
	}
	s.forget(k)
	delete(s.standing, k.End1) // to be read again
	return nil
}

// learnOf notes a link that was made beside those of the request.
func (s *saving) learnOf(k *link) {
	if l := s.fresh[k.End1]; l != nil {
		l.links = append(l.links, k)
	}
	delete(s.standing, k.End1) // to be read again
}
