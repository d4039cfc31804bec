package catalog

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/identity"
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
	s := saving{
		Work: w, batch: b, touched: make(map[pedigree.NodeID]bool), fresh: make(map[pedigree.NodeID]*loaded), standing: make(map[pedigree.NodeID]*loaded),
	}
	return s.run()
}

// A saving writes a batch.
type saving struct {
	*Work
	*batch
	touched  map[pedigree.NodeID]bool    // others that were tied or untied
	order    []pedigree.NodeID           // the same, in order
	standing map[pedigree.NodeID]*loaded // what was there
	fresh    map[pedigree.NodeID]*loaded // what was made
	made     []*loaded                   // the same, in order
	deleted  []*loaded                   // what went because nobody owns it any more
}

// run checks everything before it writes anything: who fails after a write makes all
// that share its commit run again.
func (s *saving) run() (*Mutations, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	for _, r := range s.requests {
		if r.create {
			if err := s.make(r); err != nil {
				return nil, err
			}
		}
	}
	for _, r := range s.requests {
		r.settle()
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

// settle puts the nodes that the batch has made where they are meant.
func (r *request) settle() {
	if r.first != nil {
		r.node = r.first.node
	}
	for _, refs := range r.refs {
		for i := range refs {
			if refs[i].made != nil {
				refs[i].node = refs[i].made.node
			}
		}
	}
}

// check finds what is wrong with the batch.
func (s *saving) check() error {
	for _, r := range s.requests {
		if err := r.normalise(s.options.Partial && !r.create); err != nil {
			return err
		}
		if err := s.checkNew(r); err != nil {
			return err
		}
	}
	for _, r := range s.requests {
		if err := s.resolveRefs(r); err != nil {
			return err
		}
		if err := s.checkRefs(r); err != nil {
			return err
		}
	}
	return s.checkStanding()
}

// checkNew checks what a new entity is given beside its attributes. One that the
// batch makes already, by its unique attributes, is changed instead.
func (s *saving) checkNew(r *request) (err error) {
	if !r.create {
		return nil
	}
	keys := uniqueKeys(r.typ, r.values)
	for _, key := range keys {
		if r.first = s.unique[key]; r.first != nil {
			r.create = false
			return nil
		}
	}
	for _, key := range keys {
		s.unique[key] = r
	}
	if r.typ.Foreign {
		return refuseForeign(r.typ.Name())
	}
	r.values = completed(r.typ, r.values)
	if r.business, err = businessProperties(r); err != nil {
		return err
	}
	return s.checkClasses(r)
}

// make makes the node of a new entity.
func (s *saving) make(r *request) (err error) {
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
	if n.Name, err = s.nodeName(r.typ, n, r.values); err != nil {
		return err
	}
	if places := placesOf(r.typ, r.values); len(places) > 0 {
		n.URI = identity.Redact(places[0])
	}
	if err := s.tx.CreateNode(n); err != nil {
		return err
	}
	r.node = n
	if err := s.locate(n, r.typ, r.values); err != nil {
		return err
	}
	l := &loaded{Node: *n, guid: guid, typ: r.typ}
	s.fresh[n.ID] = l
	s.made = append(s.made, l)
	return s.writeNew(r, l)
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
	properties = append(properties, r.business...)
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
				return takenUnique(t, f, text)
			}
			return err
		}
	}
	return nil
}

// takenUnique says that another entity has a value that no two may have.
func takenUnique(t *schema.EntityType, f *schema.Field, value string) error {
	return fault.New(fault.InstanceAlreadyExists, t.Name()+" with "+f.Def.Name+"="+value+" already exists")
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
	for _, l := range s.made {
		if len(l.links) > 0 {
			answer.tied = append(answer.tied, l.guid)
		}
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

// checkClasses checks the classifications of a new entity, but for what is carried to
// it.
func (s *saving) checkClasses(r *request) error {
	seen := make(map[string]bool)
	for i := range r.entity.Classifications {
		c := &r.entity.Classifications[i]
		if isCarriedTo(c, r.key) || s.options.Import && c.EntityGUID != "" && c.EntityGUID != r.key {
			continue
		}
		row, err := s.newClassification(r.key, r.typ, c)
		if err != nil {
			return err
		}
		if seen[row.Type] {
			return alreadyClassified(r.key, row.Type)
		}
		seen[row.Type] = true
		r.classes = append(r.classes, row)
	}
	return nil
}

// classifyNew classifies a new entity.
func (s *saving) classifyNew(r *request) error {
	for _, row := range r.classes {
		row.Node = r.node.ID
		if err := s.putClassification(r.node, row, tellAdded); err != nil {
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
