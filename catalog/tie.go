package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// attributeLinks gives the living links of a node that make up an attribute.
func (s *saving) attributeLinks(l *loaded, name string) []*link {
	var all []*link
	for _, end := range l.typ.End(name) {
		for _, k := range l.linksAt(end) {
			if k.live() {
				all = append(all, k)
			}
		}
	}
	if f := l.typ.Field(name); f != nil && f.Target != nil && len(l.typ.End(name)) == 0 {
		for _, k := range l.links {
			if k.def == nil && k.live() && k.End1 == l.ID && k.Type == bareName(f) {
				all = append(all, k)
			}
		}
		slices.SortStableFunc(all, func(a, b *link) int { return cmp.Compare(a.Place, b.Place) })
	}
	return all
}

// differs lists the attributes of a request that refer to others than the entity
// does now, in the order in which they are to be changed.
func (s *saving) differs(r *request, l *loaded) []string {
	var names []string
	for name, refs := range r.refs {
		if s.appends(r, name) {
			if !s.containsAll(l, name, refs) {
				names = append(names, name)
			}
			continue
		}
		links := s.attributeLinks(l, name)
		f := r.typ.Field(name)
		isBare := len(r.typ.End(name)) == 0
		if len(links) != len(distinctRefs(refs)) || !s.containsAll(l, name, refs) || isBare && f.Def.Cardinality != schema.Set && !sameOrder(links, refs) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkRefs checks what references of a request mean: that it can stand there, and
// what is said of the relationships.
func (s *saving) checkRefs(r *request) error {
	for name, refs := range r.refs {
		f := r.typ.Field(name)
		for i := range refs {
			one := &refs[i]
			target, err := s.targetType(one)
			if err != nil {
				return err
			}
			if len(r.typ.End(name)) == 0 {
				if !target.IsA(f.Target.Name()) {
					return fault.New(fault.InstanceCrudInvalidParams, r.typ.Name()+"."+name+"="+showID(&one.id)+": invalid value for type "+f.Def.Type)
				}
				continue
			}
			if one.end, err = endFor(r.typ, name, one.relationship, target); err != nil {
				return err
			}
			if one.values, err = relationshipValues(one.end.Relationship, one.attributes, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *saving) targetType(one *ref) (*schema.EntityType, error) {
	if one.made != nil {
		return one.made.typ, nil
	}
	return s.typeOf(one.node)
}

// appends reports whether a partial update adds to an attribute rather than
// replace what it refers to.
func (s *saving) appends(r *request, name string) bool {
	if !s.options.Partial {
		return false
	}
	return r.typ.Appends(name)
}

// distinctRefs leaves out what refers to the same node again, under the same key.
func distinctRefs(refs []ref) []ref {
	type place struct {
		node pedigree.NodeID
		key  string
	}
	var kept []ref
	seen := make(map[place]bool)
	for _, one := range refs {
		if p := (place{one.node.ID, one.key}); !seen[p] {
			seen[p] = true
			kept = append(kept, one)
		}
	}
	return kept
}

// containsAll reports whether an attribute refers to all of these already.
func (s *saving) containsAll(l *loaded, name string, refs []ref) bool {
	links := s.attributeLinks(l, name)
	return !slices.ContainsFunc(refs, func(one ref) bool {
		return !slices.ContainsFunc(links, func(k *link) bool {
			other, _ := k.other(l.ID)
			return other == one.node.ID && (k.def != nil || k.Key == one.key)
		})
	})
}

func sameOrder(links []*link, refs []ref) bool {
	for i := range links {
		if i < len(refs) && refs[i].key == "" && links[i].End2 != refs[i].node.ID {
			return false
		}
	}
	return true
}

// tie ties a new entity to what it refers to.
func (s *saving) tie(r *request, l *loaded) error {
	names := make([]string, 0, len(r.refs))
	for name := range r.refs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.tieAttribute(r, l, name); err != nil {
			return err
		}
	}
	return nil
}

// tieAttribute makes an attribute refer to what the request says.
func (s *saving) tieAttribute(r *request, l *loaded, name string) error {
	refs := r.refs[name]
	links := s.attributeLinks(l, name)
	if len(r.typ.End(name)) == 0 {
		return s.tieBare(r, l, r.typ.Field(name), refs, links)
	}
	refs = distinctRefs(refs)
	for i := range refs {
		end := refs[i].end
		at := slices.IndexFunc(links, func(k *link) bool {
			other, _ := k.other(l.ID)
			return other == refs[i].node.ID && k.def == end.Relationship
		})
		if at >= 0 {
			links = slices.Delete(links, at, at+1)
			continue
		}
		if !end.Many && i == 0 { // the one that was there makes room first
			if err := s.untieAll(r, l, name, links); err != nil {
				return err
			}
			links = nil
		}
		if err := s.tieOne(l, end, &refs[i]); err != nil {
			return err
		}
	}
	if s.appends(r, name) {
		return nil
	}
	return s.untieAll(r, l, name, links)
}

// endFor gives the relationship that a reference to an entity of a type is of: the
// one that it names, or else the first in which that can stand.
func endFor(t *schema.EntityType, name, relationship string, target *schema.EntityType) (*schema.End, error) {
	ends := t.End(name)
	for _, e := range ends {
		if e.Relationship.Def.Name == relationship && target.IsA(e.Other.Name()) {
			return e, nil
		}
	}
	for _, e := range ends {
		if target.IsA(e.Other.Name()) {
			return e, nil
		}
	}
	d := ends[0].Relationship
	ours, theirs := t.Name(), target.Name()
	if ends[0].Number == 2 {
		ours, theirs = theirs, ours
	}
	return nil, fault.New(fault.InvalidRelationshipEndType, d.Def.Name, ours, theirs, d.End1.Name(), d.End2.Name())
}

// tieOne ties a node to another. Where the other can be tied to one such node only,
// it is untied from the one that it was tied to.
func (s *saving) tieOne(l *loaded, end *schema.End, one *ref) error {
	if !isMany(end.Relationship.End(3 - end.Number)) {
		if err := s.makeRoom(one.node, end); err != nil {
			return err
		}
	}
	k := &link{def: end.Relationship, Relationship: pedigree.Relationship{
		Workspace: s.workspace, Type: end.Relationship.Def.Name, Attributes: one.values, Passes: end.Relationship.Passes,
		CreatedBy: s.User(), UpdatedBy: s.User(), Deleted: pedigree.NoTime, End1: l.ID, End2: one.node.ID,
	}}
	if end.Number == 2 {
		k.End1, k.End2 = k.End2, k.End1
	}
	if s.options.Import {
		k.UID = one.guid
	}
	if err := s.createLink(k, &l.Node, one.node); err != nil {
		return err
	}
	l.links = append(l.links, k)
	for _, other := range []*loaded{s.fresh[one.node.ID], s.standing[one.node.ID]} {
		if other != nil && other != l {
			other.links = append(other.links, k)
		}
	}
	s.touchOther(one.node.ID)
	return nil
}

// makeRoom unties a node from the one that it is tied to at the other end.
func (s *saving) makeRoom(n *pedigree.Node, end *schema.End) error {
	links, err := s.links([]pedigree.Node{*n})
	if err != nil {
		return err
	}
	for _, k := range links[n.ID] {
		if k.def != end.Relationship || !k.live() {
			continue
		}
		other, at := k.other(n.ID)
		if at == end.Number {
			continue // it stands at the end of the holder, as in a hierarchy
		}
		if err := s.dropLink(k); err != nil {
			return err
		}
		s.forget(k)
		s.touchOther(other)
	}
	return nil
}

// forget takes a link that was dropped from what is known of new entities.
func (s *saving) forget(k *link) {
	for _, id := range []pedigree.NodeID{k.End1, k.End2} {
		if l := s.fresh[id]; l != nil {
			l.links = slices.DeleteFunc(l.links, func(o *link) bool { return o.UID == k.UID })
		}
	}
}

// untieAll drops links of an attribute. What a whole no longer holds goes with it.
func (s *saving) untieAll(r *request, l *loaded, name string, links []*link) error {
	for _, k := range links {
		other, end := k.other(l.ID)
		if err := s.dropLink(k); err != nil {
			return err
		}
		l.links = slices.DeleteFunc(l.links, func(o *link) bool { return o == k })
		f := r.typ.Field(name)
		if k.owns(end) || k.def == nil && f != nil && f.Owned() {
			if slices.ContainsFunc(l.links, func(o *link) bool { return o.Type == k.Type && o.End1 == k.End1 && o.End2 == k.End2 && o.live() }) {
				continue // under another key of a map
			}
			if err := s.deleteOwned(other); err != nil {
				return err
			}
			continue
		}
		if k.def != nil { // who is pointed to does not know it, unless it points back
			s.touchOther(other)
		} else if err := s.stopPointingBack(l, f, other); err != nil {
			return err
		}
	}
	return nil
}

// deleteOwned puts what nobody owns any more into the bin.
func (s *saving) deleteOwned(id pedigree.NodeID) error {
	nodes, err := s.reader.Nodes([]pedigree.NodeID{id})
	if err != nil || len(nodes) == 0 || !nodes[0].Live() || !isOurs(nodes[0].Type) {
		return err
	}
	d, err := s.putInBin(nodes, s.options.Import)
	if err != nil {
		return err
	}
	s.deleted = append(s.deleted, d.gone...)
	for _, other := range d.others {
		s.touchOther(other)
	}
	return nil
}

// tieBare makes an attribute refer to what the request says, where no definition of a
// relationship tells of it.
func (s *saving) tieBare(r *request, l *loaded, f *schema.Field, refs []ref, links []*link) error {
	add := s.appends(r, f.Def.Name)
	refs = distinctRefs(refs)
	place, first := int64(0), len(links) == 0
	if add {
		place = int64(len(links))
	}
	for i := range refs {
		at := slices.IndexFunc(links, func(k *link) bool { return k.End2 == refs[i].node.ID && k.Key == refs[i].key })
		if at >= 0 {
			k := links[at]
			links = slices.Delete(links, at, at+1)
			if !add && k.Place != place+int64(i) {
				k.Place = place + int64(i)
				if err := s.tx.UpdateRelationship(&k.Relationship); err != nil {
					return err
				}
			}
			continue
		}
		k, err := s.point(l, f, refs[i].node.ID, refs[i].key, place+int64(i))
		if err != nil {
			return err
		}
		l.links = append(l.links, k)
		if first && f.Single() {
			s.touchOther(refs[i].node.ID)
		}
		if err := s.pointBack(l, f, &refs[i]); err != nil {
			return err
		}
	}
	if add {
		return nil
	}
	return s.untieAll(r, l, f.Def.Name, links)
}

// relationshipValues checks the attributes of a relationship and writes them as they
// are kept, empty for none.
func relationshipValues(t *schema.RelationshipType, given map[string]any, all bool) (string, error) {
	values := make(map[string]any)
	var problems []string
	for _, f := range t.Fields {
		g := given[f.Def.Name]
		if g == nil {
			if all && !f.Def.Optional {
				problems = append(problems, missing(t.Def.Name, f, t.Def.Name))
			}
			if f.Def.Default != nil {
				values[f.Def.Name] = absent(f)
			}
			continue
		}
		value, err := f.Type.Normalize(g)
		if err != nil {
			problems = append(problems, problemOf(t.Def.Name+"."+f.Def.Name, err))
			continue
		}
		values[f.Def.Name] = value
	}
	if len(problems) > 0 {
		return "", fault.New(fault.RelationshipCrudInvalidParams, strings.Join(problems, ", "))
	}
	if len(values) == 0 {
		return "", nil
	}
	return jsonText(values), nil
}

// isMany reports whether who stands at an end can be tied to several.
func isMany(d *schema.EndDef) bool {
	return d.Cardinality == schema.Set || d.Cardinality == schema.List
}
