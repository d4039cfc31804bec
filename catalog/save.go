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

	// Before, where it is not nil, is called before anything is written, with the
	// nodes of the batch that are there already, if any.
	Before func([]pedigree.Node) error
}

// Save creates and changes entities, all or none, and tells what became of them.
// An entity is one that is there if it names its guid or has the unique attributes of
// it. Attributes that are not given keep their values; null clears them. What does
// not change anything is left out of the answer.
func (w *Work) Save(in *Batch, o SaveOptions) (*Mutations, error) {
	if in == nil || len(in.Entities) == 0 {
		return nil, fault.New(fault.InvalidParameters, "no entities to create/update.")
	}
	var binned []pedigree.Node
	if o.Import {
		var err error
		if binned, err = w.importDeleted(in, o.Before); err != nil {
			return nil, err
		}
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
	answer, err := s.run()
	if err == nil {
		err = w.addBinned(answer, binned)
	}
	return answer, err
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
	declared map[*schema.EntityType]bool // what other protocols were told of
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
		if err := r.normalise((s.options.Partial || r.typ.Foreign) && !r.create); err != nil {
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
		if err := s.resolveEmbedded(r); err != nil {
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
	if s.options.Import && r.entity.Status == Deleted {
		keys = nil // what is in the bin keeps nobody from its values
	}
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
	guid := s.guidFor(r)
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
	if err := s.declare(r.typ); err != nil {
		return err
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

// declare tells other protocols of a type at its first entity.
func (s *saving) declare(t *schema.EntityType) error {
	if s.declared[t] {
		return nil
	}
	if s.declared == nil {
		s.declared = make(map[*schema.EntityType]bool)
	}
	s.declared[t] = true
	return s.types.Declare(s.tx, t)
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

// setUnique makes a node the holder of the unique values among those given; one in the
// bin of those that nobody else holds.
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
			switch {
			case pedigree.CodeOf(err) != pedigree.AlreadyExists:
				return err
			case n.Live():
				return takenUnique(t, f, text)
			}
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
		row, err := s.newClassification(r.key, r.typ, c, true)
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
		if err := s.putClassification(r.node, nil, row); err != nil {
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
