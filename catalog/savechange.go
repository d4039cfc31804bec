package catalog

import (
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/schema"
)

// checkStanding reads the entities of the batch that are there already, and refuses
// changes that they do not take.
func (s *saving) checkStanding() error {
	var nodes []pedigree.Node
	for _, r := range s.requests {
		if r.node != nil {
			nodes = append(nodes, *r.node)
		}
	}
	all, err := s.load(nodes, withLinks|withClasses)
	if err == nil && len(nodes) > 0 && s.options.Before != nil {
		err = s.options.Before(nodes)
	}
	if err != nil {
		return err
	}
	for _, r := range s.requests {
		if r.node == nil {
			continue
		}
		if s.standing[r.node.ID] == nil {
			s.standing[r.node.ID] = all[0]
		}
		all = all[1:]
		if err := s.checkChange(r, s.standing[r.node.ID]); err != nil {
			return err
		}
	}
	return nil
}

func (s *saving) checkChange(r *request, l *loaded) error {
	changed := s.changes(r, l)
	if r.typ.Foreign {
		if len(changed) > 0 || s.customDiffers(r, l) {
			return refuseForeign(r.typ.Name())
		}
		return nil
	}
	for _, f := range r.typ.Unique() {
		value := changed[f.Def.Name]
		if value == nil {
			continue
		}
		nodes, err := s.reader.UniqueNodes(s.workspace, uniqueKey(f), uniqueText(value))
		if err != nil {
			return err
		}
		for i := range nodes {
			if nodes[i].Type == l.Type && nodes[i].ID != l.ID {
				return takenUnique(r.typ, f, uniqueText(value))
			}
		}
	}
	if !s.options.Import {
		return nil
	}
	if err := s.checkClasses(r); err != nil {
		return err
	}
	_, err := businessValues(l, r.entity.BusinessAttributes, true)
	return err
}

// changes gives what a request says of the plain attributes of an entity that is
// different.
func (s *saving) changes(r *request, l *loaded) map[string]any {
	given := r.values
	if s.options.Partial {
		given = added(r.typ, given, func(f *schema.Field) any { return s.value(l, f) })
	}
	return changes(r.typ, given, func(f *schema.Field) any { return s.value(l, f) })
}

// customDiffers reports whether a request gives other custom attributes than there
// are.
func (s *saving) customDiffers(r *request, l *loaded) bool {
	return r.entity.CustomAttributes != nil && !maps.Equal(l.custom(), r.entity.CustomAttributes)
}

// change changes the entities of the batch that are there already.
func (s *saving) change(answer *Mutations) error {
	seen := make(map[pedigree.NodeID]bool)
	var changed []*loaded
	for _, r := range s.requests {
		if r.create {
			continue
		}
		l := s.standing[r.node.ID]
		if l == nil || seen[r.node.ID] { // what the batch has made or changed before counts
			again, err := s.load([]pedigree.Node{*r.node}, withLinks|withClasses)
			if err != nil {
				return err
			}
			l = again[0]
		}
		seen[r.node.ID] = true
		did, err := s.changeOne(r, l)
		if err != nil {
			return err
		}
		if did && s.fresh[l.ID] == nil && !slices.ContainsFunc(changed, func(c *loaded) bool { return c.ID == l.ID }) {
			changed = append(changed, l)
		}
	}
	return s.showChanged(answer, changed)
}

// action is how answers call a change.
func (s *saving) action() Action {
	if s.options.Partial {
		return ActionPartialUpdate
	}
	return ActionUpdate
}

// showChanged puts the headers of changed entities into the answer.
func (s *saving) showChanged(answer *Mutations, changed []*loaded) error {
	if len(changed) == 0 {
		return nil
	}
	ids := make([]pedigree.NodeID, len(changed))
	for i, l := range changed {
		ids[i] = l.ID
	}
	nodes, err := s.reader.Nodes(ids)
	if err != nil {
		return err
	}
	headers, err := s.Headers(nodes, HeaderOptions{Classifications: true})
	for _, h := range headers {
		answer.add(s.action(), h)
	}
	return err
}

// changeOne changes one entity and reports whether anything was different.
func (s *saving) changeOne(r *request, l *loaded) (bool, error) {
	changed, tied, custom := s.changes(r, l), s.differs(r, l), s.customDiffers(r, l)
	imported := false
	if s.options.Import {
		var err error
		if imported, err = s.importOne(r, l); err != nil {
			return false, err
		}
	}
	if len(changed) == 0 && len(tied) == 0 && !custom && !imported {
		return false, nil
	}
	if err := s.writeChanged(l, r.typ, changed); err != nil {
		return false, err
	}
	if custom {
		if err := s.replaceCustom(l, r.entity.CustomAttributes); err != nil {
			return false, err
		}
	}
	for _, name := range tied {
		if err := s.tieAttribute(r, l, name); err != nil {
			return false, err
		}
	}
	if l.field(keyIncomplete) != nil && !s.options.Partial && !r.entity.IsIncomplete {
		if _, err := s.tx.DeleteProperty(&l.Node, pedigree.Field, keyIncomplete); err != nil {
			return false, err
		}
	}
	if !imported && !(s.options.Import && r.entity.UpdateTime != 0) { // an import brings times and users with it
		if err := s.touchKnown(&l.Node, l.fields()); err != nil {
			return false, err
		}
	}
	return true, s.auditChange(r, l, custom && len(changed) == 0 && len(tied) == 0)
}

// auditChange tells the history of a change.
func (s *saving) auditChange(r *request, l *loaded, customOnly bool) error {
	what := AuditUpdate
	switch {
	case s.options.Import:
		what = AuditImportUpdate
	case customOnly:
		what = AuditCustomAttributeUpdate
	}
	e := s.shownAsGiven(r)
	e.CreateTime, e.UpdateTime = l.Created, l.Updated
	e.CreatedBy = l.text(keyCreatedBy, LocalUser)
	return s.auditEntity(&l.Node, what, e)
}

// writeChanged writes values of plain attributes; nil clears.
func (s *saving) writeChanged(l *loaded, t *schema.EntityType, changed map[string]any) error {
	if len(changed) == 0 {
		return nil
	}
	var properties []pedigree.Property
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if changed[name] != nil {
			properties = append(properties, propertyFor(name, changed[name]))
		} else if _, err := s.tx.DeleteProperty(&l.Node, pedigree.Field, name); err != nil {
			return err
		}
	}
	if len(properties) > 0 {
		if err := s.tx.PutProperties(&l.Node, properties...); err != nil {
			return err
		}
	}
	if l.Live() {
		if err := s.setUnique(&l.Node, t, changed); err != nil {
			return err
		}
	}
	return s.rename(l, t, changed)
}

// rename keeps the name of the node, and where it is, in step with what the entity
// says.
func (s *saving) rename(l *loaded, t *schema.EntityType, changed map[string]any) error {
	values := make(map[string]any)
	moved := false
	for _, name := range slices.Concat([]string{t.DisplayAttribute(), "name", "displayName", "qualifiedName"}, placeNames) {
		if f := t.Field(name); f != nil && f.Target == nil {
			values[name] = s.value(l, f)
		}
		if value, there := changed[name]; there {
			values[name] = value
			moved = moved || slices.Contains(placeNames, name)
		}
	}
	name, err := s.nodeName(t, &l.Node, values)
	if err != nil {
		return err
	}
	uri := l.URI
	if moved {
		if uri = ""; len(placesOf(t, values)) > 0 {
			uri = identity.Redact(placesOf(t, values)[0])
		}
	}
	if moved && (uri != "" || l.URI != "") {
		if err := s.locate(&l.Node, t, values); err != nil {
			return err
		}
	}
	if name == l.Name && uri == l.URI {
		return nil
	}
	l.Name, l.URI = name, uri
	return s.tx.UpdateNode(&l.Node)
}

// replaceCustom makes the custom attributes of an entity those that are given.
func (s *saving) replaceCustom(l *loaded, custom map[string]string) error {
	for _, p := range l.facts.Of(pedigree.Custom) {
		if _, stays := custom[p.Key]; !stays {
			if _, err := s.tx.DeleteProperty(&l.Node, pedigree.Custom, p.Key); err != nil {
				return err
			}
		}
	}
	var properties []pedigree.Property
	for _, key := range slices.Sorted(maps.Keys(custom)) {
		properties = append(properties, customProperty(key, custom[key]))
	}
	if len(properties) == 0 {
		return nil
	}
	return s.tx.PutProperties(&l.Node, properties...)
}

// finishOthers tells of those that were tied to entities of the batch or untied from
// them, and of those that went with that.
func (s *saving) finishOthers(answer *Mutations) error {
	shown := make(map[string]bool)
	for _, headers := range answer.Mutated {
		for _, h := range headers {
			shown[h.GUID] = true
		}
	}
	gone := make(map[pedigree.NodeID]bool)
	for _, l := range s.deleted {
		gone[l.ID] = true
	}
	var ids []pedigree.NodeID
	for _, id := range s.order {
		if !gone[id] && s.fresh[id] == nil {
			ids = append(ids, id)
		}
	}
	others, err := s.loadIDs(ids, 0)
	if err != nil {
		return err
	}
	var nodes []pedigree.Node
	for _, id := range ids {
		l := others[id]
		if l == nil || shown[l.guid] {
			continue
		}
		if err := s.noteOther(l); err != nil {
			return err
		}
		nodes = append(nodes, l.Node)
	}
	headers, err := s.headersNoted(nodes)
	if err != nil {
		return err
	}
	for _, h := range headers {
		answer.add(s.action(), h)
	}
	if len(s.deleted) > 0 {
		headers, err := s.headers(s.deleted, HeaderOptions{})
		if err != nil {
			return err
		}
		for _, h := range headers {
			answer.add(ActionDelete, h)
		}
	}
	return nil
}

// noteOther notes that a relationship of an entity changed. An import does not: it
// brings times and users with it.
func (s *saving) noteOther(l *loaded) error {
	if s.options.Import {
		return nil
	}
	if err := s.touchKnown(&l.Node, l.fields()); err != nil {
		return err
	}
	return s.auditOther(l)
}

// auditOther tells the history of an entity that one of its relationships changed.
func (s *saving) auditOther(l *loaded) error {
	r := reading{View: s.View}
	e := r.system(l)
	e.UpdateTime, e.UpdatedBy = l.Updated, s.User()
	e.Attributes = s.headerAttributes(l)
	return s.auditEntity(&l.Node, AuditUpdate, e)
}

// touchOther notes that an entity was tied to one of the batch or untied from it.
func (s *saving) touchOther(id pedigree.NodeID) {
	if !s.touched[id] {
		s.touched[id] = true
		s.order = append(s.order, id)
	}
}
