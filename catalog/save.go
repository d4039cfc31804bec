package catalog

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/schema"
)

// SaveOptions say how entities are saved.
type SaveOptions struct {
	// Partial changes what is given of entities that are there, and asks for nothing
	// else that must be given.
	Partial bool

	// Import keeps guids, times, users, versions and states as they are given, and
	// makes the classifications and business attributes those that are given.
	Import bool
}

// Save creates and changes entities, all or none, and tells what became of them.
// An entity is one that is there if it names its guid or has the unique attributes of
// it. Attributes that are not given keep their values; null clears them. What does
// not change anything is left out of the answer.
func (w *Work) Save(in *Batch, o SaveOptions) (*Mutations, error) {
	if in == nil || len(in.Entities) == 0 {
		return nil, fault.New(fault.InvalidParameters, "no entities to create/update.")
	}
	b, err := w.discover(in, o)
	if err != nil {
		return nil, err
	}
	if err := b.resolve(); err != nil {
		return nil, err
	}
	s := saving{Work: w, batch: b, touched: make(map[pedigree.NodeID]bool), fresh: make(map[pedigree.NodeID]*loaded)}
	return s.run()
}

// A saving writes a batch.
type saving struct {
	*Work
	*batch
	touched map[pedigree.NodeID]bool    // others that were tied or untied
	order   []pedigree.NodeID           // the same, in order
	fresh   map[pedigree.NodeID]*loaded // what was made
	made    []*loaded                   // the same, in order
	deleted []*loaded                   // what went because nobody owns it any more
}

func (s *saving) run() (*Mutations, error) {
	for _, r := range s.requests {
		if err := r.normalise(s.options.Partial && !r.create); err != nil {
			return nil, err
		}
		if err := s.make(r); err != nil {
			return nil, err
		}
	}
	for _, r := range s.requests {
		if err := s.resolveRefs(r); err != nil {
			return nil, err
		}
	}
	answer := &Mutations{}
	if err := s.finishMade(answer); err != nil {
		return nil, err
	}
	if err := s.change(answer); err != nil {
		return nil, err
	}
	if err := s.finishOthers(answer); err != nil {
		return nil, err
	}
	for _, r := range s.requests {
		if guid := s.GUID(r.node); guid != r.key {
			if answer.Assignments == nil {
				answer.Assignments = make(map[string]string)
			}
			answer.Assignments[r.key] = guid
		}
	}
	return answer, nil
}

// make makes the node of a new entity. One that the batch makes already, by its
// unique attributes, is changed instead.
func (s *saving) make(r *request) error {
	if !r.create {
		return nil
	}
	keys := uniqueKeys(r.typ, r.values)
	for _, key := range keys {
		if first := s.unique[key]; first != nil {
			r.node, r.create = first.node, false
			return nil
		}
	}
	if r.typ.Foreign {
		return refuseForeign(r.typ.Name())
	}
	r.values = completed(r.typ, r.values)
	guid := newGUID(s.Now())
	if s.options.Import && assigned(r.key) {
		guid = r.key
	}
	n := &pedigree.Node{
		Workspace: s.workspace, Home: s.workspace, Type: r.typ.Node, UID: guid, External: guid,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	if s.options.Import && r.entity.Status == Deleted {
		n.Deleted = s.Now()
	}
	var err error
	if n.Name, err = s.nodeName(r.typ, n, r.values); err != nil {
		return err
	}
	if err := s.tx.CreateNode(n); err != nil {
		return err
	}
	r.node = n
	l := &loaded{Node: *n, guid: guid, typ: r.typ}
	if err := s.writeNew(r, l); err != nil {
		return err
	}
	s.fresh[n.ID] = l
	s.made = append(s.made, l)
	for _, key := range keys {
		s.unique[key] = r
	}
	return nil
}

// nodeName is what other protocols see as the name of an entity: what it is shown
// as; of contexts, which keep names apart, the qualified name unless it is taken or
// the entity is in the bin, and then the guid.
func (w *Work) nodeName(t *schema.EntityType, n *pedigree.Node, values map[string]any) (string, error) {
	text := func(name string) string { s, _ := values[name].(string); return naming.Shorten(s, maxNodeName) }
	if t.Kind != pedigree.Context {
		return cmp.Or(text(t.DisplayAttribute()), text("name"), text("displayName"), text("qualifiedName")), nil
	}
	name := text("qualifiedName")
	if name == "" || !n.Live() {
		return n.UID, nil
	}
	holder, err := w.reader.NodeNamed(w.workspace, t.Node, name)
	if err == nil && holder.ID != n.ID {
		return n.UID, nil
	}
	if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
		return "", err
	}
	return name, nil
}

// maxNodeName bounds names of nodes, in characters.
const maxNodeName = 500

// writeNew writes the properties of a new node.
func (s *saving) writeNew(r *request, l *loaded) error {
	properties := s.systemProperties(r.entity)
	for _, f := range r.typ.Fields {
		if value := r.values[f.Def.Name]; value != nil {
			properties = append(properties, propertyFor(f.Def.Name, value))
		}
	}
	business, err := s.businessProperties(r)
	if err != nil {
		return err
	}
	properties = append(properties, business...)
	for _, label := range r.entity.Labels {
		properties = append(properties, pedigree.Property{Space: pedigree.Tag, Key: label})
	}
	for _, key := range slices.Sorted(maps.Keys(r.entity.CustomAttributes)) {
		properties = append(properties, customProperty(key, r.entity.CustomAttributes[key]))
	}
	if err := s.tx.PutProperties(r.node, properties...); err != nil {
		return err
	}
	l.facts.Properties = properties
	return s.setUnique(r.node, r.typ, r.values)
}

func customProperty(key, value string) pedigree.Property {
	return pedigree.Property{Space: pedigree.Custom, Form: pedigree.TextForm(value), Key: key, Value: value}
}

// systemProperties are the properties of what every entity has, where it is not as
// usual. Only an import says more than who makes it.
func (s *saving) systemProperties(e *Entity) []pedigree.Property {
	var properties []pedigree.Property
	creator, updater := s.User(), ""
	if s.options.Import {
		creator, updater = cmp.Or(e.CreatedBy, creator), e.UpdatedBy
		for key, t := range map[string]pedigree.Time{keyCreateTime: e.CreateTime, keyUpdateTime: e.UpdateTime} {
			if t != 0 && t.Set() {
				properties = append(properties, propertyFor(key, int64(t)))
			}
		}
	}
	if creator != LocalUser {
		properties = append(properties, propertyFor(keyCreatedBy, creator))
	}
	if updater != "" && updater != creator {
		properties = append(properties, propertyFor(keyUpdatedBy, updater))
	}
	if e.Version != 0 {
		properties = append(properties, propertyFor(keyVersion, e.Version))
	}
	if e.HomeID != "" {
		properties = append(properties, propertyFor(keyHomeID, e.HomeID))
	}
	if e.IsProxy {
		properties = append(properties, propertyFor(keyProxy, true))
	}
	if e.IsIncomplete {
		properties = append(properties, propertyFor(keyIncomplete, true))
	}
	if e.ProvenanceType != 0 {
		properties = append(properties, propertyFor(keyProvenance, e.ProvenanceType))
	}
	return properties
}

// setUnique makes a node the holder of the unique values among those given.
func (w *Work) setUnique(n *pedigree.Node, t *schema.EntityType, values map[string]any) error {
	for _, f := range t.Unique() {
		value, there := values[f.Def.Name]
		if !there {
			continue
		}
		text := ""
		if value != nil {
			text = uniqueText(value)
		}
		if err := w.tx.SetUnique(n, uniqueKey(f), text); err != nil {
			if pedigree.CodeOf(err) == pedigree.AlreadyExists {
				return fault.Hide(err, fault.InstanceAlreadyExists, t.Name()+" with "+f.Def.Name+"="+text+" already exists")
			}
			return err
		}
	}
	return nil
}

// finishMade ties new entities to others, classifies them and tells of them.
func (s *saving) finishMade(answer *Mutations) error {
	for _, r := range s.requests {
		if !r.create {
			continue
		}
		if err := s.tie(r, s.fresh[r.node.ID]); err != nil {
			return err
		}
	}
	if len(s.made) == 0 {
		return nil
	}
	if err := s.knowCarried(); err != nil {
		return err
	}
	headers, err := s.headers(s.made, HeaderOptions{Classifications: true})
	if err != nil {
		return err
	}
	for _, h := range headers {
		answer.add(ActionCreate, h)
	}
	for _, r := range s.requests {
		if !r.create {
			continue
		}
		if err := s.classifyNew(r); err != nil {
			return err
		}
		what := AuditCreate
		if s.options.Import {
			what = AuditImportCreate
		}
		if err := s.auditEntity(r.node, what, s.shownAsGiven(r)); err != nil {
			return err
		}
	}
	return nil
}

// knowCarried reads what is carried to new entities that are tied to others.
func (s *saving) knowCarried() error {
	var ids []pedigree.NodeID
	for _, l := range s.made {
		if len(l.links) > 0 {
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	carried, err := carry.Of(s.reader, ids)
	for _, l := range s.made {
		l.carried = carried[l.ID]
	}
	return err
}

// classifyNew classifies a new entity as it is given, but for what is carried to it.
func (s *saving) classifyNew(r *request) error {
	var own []Classification
	for _, c := range r.entity.Classifications {
		if !isCarriedTo(&c, s.GUID(r.node)) {
			own = append(own, c)
		}
	}
	seen := make(map[string]bool)
	for i := range own {
		row, err := s.newClassification(r.node, r.typ, &own[i])
		if err != nil {
			return err
		}
		if seen[row.Type] {
			return fault.New(fault.InvalidParameters, "entity: "+s.GUID(r.node)+", already associated with classification: "+row.Type)
		}
		seen[row.Type] = true
		if err := s.putClassification(r.node, row, AuditClassificationAdd, "Added classification: "); err != nil {
			return err
		}
	}
	return nil
}

// shownAsGiven is what the history says of an entity that was made: what was given.
func (s *saving) shownAsGiven(r *request) *Entity {
	e := *r.entity
	e.TypeName, e.GUID, e.Status = r.typ.Name(), s.GUID(r.node), statusOf(r.node.Deleted)
	e.CreateTime, e.UpdateTime = r.node.Created, r.node.Updated
	e.CreatedBy, e.UpdatedBy = cmp.Or(e.CreatedBy, s.User()), cmp.Or(e.UpdatedBy, s.User())
	e.Attributes = r.values
	e.RelationshipAttributes = nil
	if e.Labels == nil {
		e.Labels = []string{}
	}
	return &e
}

// change changes the entities of the batch that are there already.
func (s *saving) change(answer *Mutations) error {
	var nodes []pedigree.Node
	at := make(map[*request]int)
	for _, r := range s.requests {
		if !r.create {
			at[r] = len(nodes)
			nodes = append(nodes, *r.node)
		}
	}
	all, err := s.load(nodes, withLinks|withClasses)
	if err != nil {
		return err
	}
	first := make(map[pedigree.NodeID]*loaded)
	var changed []*loaded
	for _, r := range s.requests {
		if r.create {
			continue
		}
		l := all[at[r]]
		if first[l.ID] != nil { // what an earlier request of the batch has changed counts
			again, err := s.load([]pedigree.Node{first[l.ID].Node}, withLinks|withClasses)
			if err != nil {
				return err
			}
			l = again[0]
		}
		first[l.ID] = l
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
	changed := changes(r.typ, r.values, func(f *schema.Field) any { return s.value(l, f) })
	tied, err := s.differs(r, l)
	if err != nil {
		return false, err
	}
	custom := r.entity.CustomAttributes != nil && !maps.Equal(l.custom(), r.entity.CustomAttributes)
	if r.typ.Foreign && (len(changed) > 0 || custom) {
		return false, refuseForeign(r.typ.Name())
	}
	imported := false
	if s.options.Import {
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
	if !imported {
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

// rename keeps the name of the node in step with what the entity is shown as.
func (s *saving) rename(l *loaded, t *schema.EntityType, changed map[string]any) error {
	values := make(map[string]any)
	for _, name := range []string{t.DisplayAttribute(), "name", "displayName", "qualifiedName"} {
		if f := t.Field(name); f != nil && f.Target == nil {
			values[name] = s.value(l, f)
		}
		if value, there := changed[name]; there {
			values[name] = value
		}
	}
	name, err := s.nodeName(t, &l.Node, values)
	if err != nil || name == l.Name {
		return err
	}
	l.Name = name
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
		if err := s.touchKnown(&l.Node, l.fields()); err != nil {
			return err
		}
		if err := s.auditOther(l); err != nil {
			return err
		}
		nodes = append(nodes, l.Node)
	}
	headers, err := s.Headers(nodes, HeaderOptions{})
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

// auditOther tells the history of an entity that one of its relationships changed.
func (s *saving) auditOther(l *loaded) error {
	r := reading{View: s.View}
	e := r.system(l)
	e.UpdateTime, e.UpdatedBy = l.Updated, s.User()
	e.Attributes = s.headerAttributes(l)
	what := AuditUpdate
	if s.options.Import {
		what = AuditImportUpdate
	}
	return s.auditEntity(&l.Node, what, e)
}

// touchOther notes that an entity was tied to one of the batch or untied from it.
func (s *saving) touchOther(id pedigree.NodeID) {
	if !s.touched[id] {
		s.touched[id] = true
		s.order = append(s.order, id)
	}
}
