package catalog

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// importOne makes of an entity that is there what an import says beside its
// attributes: times, users, version, state, labels, classifications and business
// attributes. It reports whether anything was different.
func (s *saving) importOne(r *request, l *loaded) (bool, error) {
	if !isOurs(l.Type) {
		return false, nil
	}
	system, err := s.importSystem(r.entity, l)
	if err != nil {
		return false, err
	}
	state, err := s.importState(r.entity, l)
	if err != nil {
		return false, err
	}
	classes := false
	if l.Live() {
		if classes, err = s.importClasses(r, l); err != nil {
			return false, err
		}
	}
	if r.entity.Labels != nil {
		if err := s.SetLabels(&l.Node, r.entity.Labels); err != nil {
			return false, err
		}
	}
	if len(r.entity.BusinessAttributes) > 0 {
		values, err := businessValues(l, r.entity.BusinessAttributes, true)
		if err != nil {
			return false, err
		}
		if err := s.writeBusiness(l, values); err != nil {
			return false, err
		}
	}
	return system || state || classes, nil
}

// importSystem writes what every entity has, as it is given.
func (s *saving) importSystem(e *Entity, l *loaded) (bool, error) {
	want := make(map[string]pedigree.Property)
	for _, p := range s.systemProperties(e) {
		want[p.Key] = p
	}
	changed := false
	for _, key := range []string{keyCreatedBy, keyUpdatedBy, keyCreateTime, keyUpdateTime, keyVersion, keyHomeID, keyProxy, keyIncomplete, keyProvenance} {
		p, wanted := want[key]
		standing := l.field(key)
		switch {
		case !wanted && standing == nil, wanted && standing != nil && *standing == p:
			continue
		case wanted:
			if err := s.tx.PutProperties(&l.Node, p); err != nil {
				return false, err
			}
		default:
			if _, err := s.tx.DeleteProperty(&l.Node, pedigree.Field, key); err != nil {
				return false, err
			}
		}
		changed = true
	}
	return changed, nil
}

// importState puts an entity into the bin or takes it out, as it is given.
func (s *saving) importState(e *Entity, l *loaded) (bool, error) {
	switch {
	case e.Status == Deleted && l.Live():
		if l.otherThan(e) {
			return false, nil
		}
		d, err := s.putInBin([]pedigree.Node{l.Node}, true)
		if err != nil {
			return false, err
		}
		l.Deleted = s.Now()
		for _, other := range d.others {
			s.touchOther(other)
		}
		return true, nil
	case e.Status == Active && !l.Live():
		l.Deleted = pedigree.NoTime
		values := make(map[string]any)
		for _, f := range l.typ.Fields {
			if f.Target == nil {
				values[f.Def.Name] = s.value(l, f)
			}
		}
		name, err := s.nodeName(l.typ, &l.Node, values)
		if err != nil {
			return false, err
		}
		l.Name = cmp.Or(name, l.Name)
		if err := s.tx.UpdateNode(&l.Node); err != nil {
			return false, err
		}
		if err := s.tellAgain(l); err != nil {
			return false, err
		}
		return true, s.setUnique(&l.Node, l.typ, values)
	}
	return false, nil
}

// otherThan reports whether an entity that an import says is deleted is another than
// the one that has its place here: that one was made at another time.
func (l *loaded) otherThan(e *Entity) bool {
	created := l.Created
	if p := l.field(keyCreateTime); p != nil {
		created = pedigree.Time(p.Int)
	}
	return e.CreateTime != 0 && e.CreateTime.Set() && e.CreateTime != created
}

// importDeleted puts into the bin what a batch says is deleted, so that what it brings in
// their place can have their names. before hears of them first.
func (w *Work) importDeleted(in *Batch, before func([]pedigree.Node) error) ([]pedigree.Node, error) {
	gone := make(map[string]*Entity)
	for _, e := range in.Entities {
		if e != nil && e.Status == Deleted {
			gone[e.GUID] = e
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	found, err := w.NodesByGUID(slices.Sorted(maps.Keys(gone)))
	if err != nil {
		return nil, err
	}
	var nodes []pedigree.Node
	for guid, n := range found {
		if !n.Live() || !isOurs(n.Type) {
			continue
		}
		all, err := w.load([]pedigree.Node{*n}, 0)
		if err != nil {
			return nil, err
		}
		if !all[0].otherThan(gone[guid]) {
			nodes = append(nodes, *n)
		}
	}
	slices.SortFunc(nodes, func(a, b pedigree.Node) int { return cmp.Compare(a.ID, b.ID) })
	if len(nodes) == 0 {
		return nil, nil
	}
	if before != nil {
		if err := before(nodes); err != nil {
			return nil, err
		}
	}
	_, err = w.putInBin(nodes, true)
	return nodes, err
}

// addBinned puts what an import put into the bin into its answer, but for what is there as
// changed.
func (w *Work) addBinned(answer *Mutations, nodes []pedigree.Node) error {
	nodes = slices.DeleteFunc(nodes, func(n pedigree.Node) bool {
		guid := w.GUID(&n)
		return slices.ContainsFunc(answer.Mutated[ActionUpdate], func(h *Header) bool { return h.GUID == guid })
	})
	if len(nodes) == 0 {
		return nil
	}
	headers, err := w.Headers(nodes, HeaderOptions{})
	for _, h := range headers {
		answer.add(ActionDelete, h)
	}
	return err
}

// importClasses makes the classifications of an entity those that are given.
func (s *saving) importClasses(r *request, l *loaded) (bool, error) {
	changed := false
	standing := make(map[string]*pedigree.Classification)
	for i := range l.own {
		c := &l.own[i]
		if slices.ContainsFunc(r.classes, func(row *pedigree.Classification) bool { return row.Type == c.Type }) {
			standing[c.Type] = c
			continue
		}
		if err := s.Declassify(&l.Node, c.Type, ""); err != nil {
			return false, err
		}
		changed = true
	}
	for _, row := range r.classes {
		row.Node = l.ID
		old := standing[row.Type]
		if old != nil {
			row.ID, row.Created, row.CreatedBy = old.ID, old.Created, old.CreatedBy
			same := *row
			same.UpdatedBy, same.Updated = old.UpdatedBy, old.Updated
			if same == *old {
				continue
			}
		}
		if err := s.putClassification(&l.Node, old, row); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}
