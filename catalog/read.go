package catalog

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// ReadOptions say how much of entities to read.
type ReadOptions struct {
	Minimal         bool // of those that are owned, only what headers show
	NoRelationships bool // leave relationship attributes out, and those who are known by them alone
	NoReferred      bool // leave out those that are owned
}

// Entity gives one entity and those that it owns.
func (v *View) Entity(n *pedigree.Node, o ReadOptions) (*Entity, map[string]*Entity, error) {
	all, err := v.Entities([]pedigree.Node{*n}, o)
	if err != nil {
		return nil, nil, err
	}
	return all.Entities[0], all.Referred, nil
}

// EntitiesByGUID gives entities in the order asked for, and those that they own. All
// must be there.
func (v *View) EntitiesByGUID(guids []string, o ReadOptions) (*Entities, error) {
	nodes, err := v.nodesInOrder(guids)
	if err != nil {
		return nil, err
	}
	return v.Entities(nodes, o)
}

// nodesInOrder finds nodes, which must all be there, in the order asked for.
func (v *View) nodesInOrder(guids []string) ([]pedigree.Node, error) {
	found, err := v.NodesByGUID(guids)
	if err != nil {
		return nil, err
	}
	nodes := make([]pedigree.Node, len(guids))
	for i, guid := range guids {
		n := found[guid]
		if n == nil {
			return nil, fault.New(fault.InstanceGUIDNotFound, guid)
		}
		nodes[i] = *n
	}
	return nodes, nil
}

// Entities gives the entities of nodes in the order given, and those that they own
// and that are not among them.
func (v *View) Entities(nodes []pedigree.Node, o ReadOptions) (*Entities, error) {
	all, err := v.load(nodes, withLinks|withClasses)
	if err != nil {
		return nil, err
	}
	r := reading{View: v, options: o, known: make(map[pedigree.NodeID]*loaded), sources: make(map[pedigree.NodeID]*loaded)}
	answer := &Entities{Entities: make([]*Entity, len(all)), Referred: make(map[string]*Entity)}
	asked := make(map[pedigree.NodeID]bool)
	for _, l := range all {
		asked[l.ID] = true
	}
	owned, err := r.owned(all, asked)
	if err != nil {
		return nil, err
	}
	if err := r.learn(slices.Concat(all, owned)); err != nil {
		return nil, err
	}
	for i, l := range all {
		answer.Entities[i] = r.entity(l)
	}
	for _, l := range owned {
		if o.Minimal {
			answer.Referred[l.guid] = r.minimal(l)
		} else {
			answer.Referred[l.guid] = r.entity(l)
		}
	}
	return answer, nil
}

// A reading makes entities of nodes that are loaded.
type reading struct {
	*View
	options ReadOptions
	known   map[pedigree.NodeID]*loaded // what the nodes are tied to
	sources map[pedigree.NodeID]*loaded // whose classifications are carried to them
}

// owned loads what nodes own, and what that owns, but for those that were asked for.
func (r *reading) owned(of []*loaded, asked map[pedigree.NodeID]bool) ([]*loaded, error) {
	if r.options.NoReferred {
		return nil, nil
	}
	var all []*loaded
	for len(of) > 0 {
		var ids []pedigree.NodeID
		for _, l := range of {
			for _, k := range l.links {
				other, end := k.other(l.ID)
				if !asked[other] && r.ownsThrough(l.typ, k, end) {
					asked[other] = true
					ids = append(ids, other)
				}
			}
		}
		slices.Sort(ids)
		nodes, err := r.reader.Nodes(ids)
		if err != nil {
			return nil, err
		}
		if of, err = r.load(nodes, withLinks|withClasses); err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return all, nil
}

// ownsThrough reports whether an entity of a type owns what a link ties it to: as a
// whole does its parts, or because the attribute says so. Without relationship
// attributes only those count that are attributes, too.
func (r *reading) ownsThrough(t *schema.EntityType, k *link, end int) bool {
	if k.def == nil {
		f := bareField(t, k, end)
		return f != nil && f.Owned() && k.live()
	}
	return k.owns(end) && (!r.options.NoRelationships || k.def.End(end).Legacy)
}

// bareField gives the attribute that a bare reference is of, nil for the entity that
// it points to.
func bareField(t *schema.EntityType, k *link, end int) *schema.Field {
	if k.def != nil || end != 1 {
		return nil
	}
	for _, f := range t.Fields {
		if f.Target != nil && bareName(f) == k.Type {
			return f
		}
	}
	return nil
}

// bareName is the type of the relationships that an attribute is kept as which no
// definition of a relationship tells of.
func bareName(f *schema.Field) string { return f.Owner + "." + f.Def.Name }

// learn loads what nodes are tied to and whose classifications they carry.
func (r *reading) learn(all []*loaded) error {
	var ids []pedigree.NodeID
	for _, l := range all {
		r.known[l.ID] = l
	}
	for _, l := range all {
		for _, k := range l.links {
			if other, end := k.other(l.ID); r.known[other] == nil && r.shows(l, k, end) {
				ids = append(ids, other)
			}
		}
		for i := range l.carried {
			if source := l.carried[i].Node; r.known[source] == nil {
				ids = append(ids, source)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	others, err := r.loadIDs(ids, 0)
	for id, l := range others {
		r.known[id] = l
	}
	return err
}

// shows reports whether the entity of a node shows what a link ties it to. Without
// relationship attributes that is what is an attribute, too.
func (r *reading) shows(l *loaded, k *link, end int) bool {
	return !r.options.NoRelationships || k.def == nil || l.typ.Field(k.def.End(end).Name) != nil
}

// entity makes the entity of a node.
func (r *reading) entity(l *loaded) *Entity {
	e := r.system(l)
	e.Attributes = make(map[string]any, len(l.typ.Fields))
	for _, f := range l.typ.Fields {
		switch {
		case f.Target == nil || f.Soft():
			e.Attributes[f.Def.Name] = shown(r.value(l, f))
		case len(l.typ.End(f.Def.Name)) > 0:
			e.Attributes[f.Def.Name] = r.legacy(l, f.Def.Name)
		default:
			e.Attributes[f.Def.Name] = r.bare(l, f)
		}
	}
	e.BusinessAttributes = r.business(l)
	if !r.options.NoRelationships {
		e.RelationshipAttributes = make(map[string]any)
		for _, name := range l.typ.EndNames() {
			related, many := r.related(l, name)
			switch {
			case many:
				e.RelationshipAttributes[name] = related
			case len(related) > 0:
				e.RelationshipAttributes[name] = related[0]
			}
			if ends := l.typ.End(name); l.typ.Field(name) == nil && slices.ContainsFunc(ends, func(e *schema.End) bool { return e.Legacy || e.Def.Legacy }) {
				e.Attributes[name] = r.legacy(l, name)
			}
		}
	}
	return e
}

// minimal makes the entity of a node with the attributes that headers show.
func (r *reading) minimal(l *loaded) *Entity {
	e := r.system(l)
	e.Attributes = r.headerAttributes(l)
	e.RelationshipAttributes = nil
	return e
}

// system makes an entity without attributes.
func (r *reading) system(l *loaded) *Entity {
	e := &Entity{
		TypeName: l.typ.Name(), GUID: l.guid, Status: statusOf(l.Deleted), CreateTime: l.Created, UpdateTime: l.Updated,
		CreatedBy: l.text(keyCreatedBy, ""), UpdatedBy: l.text(keyUpdatedBy, ""), HomeID: l.text(keyHomeID, ""), Labels: []string{},
	}
	if e.CreatedBy == "" {
		e.CreatedBy = cmp.Or(l.creator(), LocalUser)
	}
	if e.UpdatedBy == "" {
		e.UpdatedBy = e.CreatedBy
	}
	for _, p := range l.fields() {
		switch p.Key {
		case keyCreateTime:
			e.CreateTime = pedigree.Time(p.Int)
		case keyUpdateTime:
			e.UpdateTime = pedigree.Time(p.Int)
		case keyVersion:
			e.Version = p.Int
		case keyProxy:
			e.IsProxy = p.Int != 0
		case keyIncomplete:
			e.IsIncomplete = p.Int != 0
		case keyProvenance:
			e.ProvenanceType = p.Int
		}
	}
	e.Labels = l.labels()
	if custom := l.custom(); len(custom) > 0 && !l.typ.Foreign {
		e.CustomAttributes = custom
	}
	e.Classifications = r.classifications(l)
	return e
}

// creator says who made a node of another protocol.
func (l *loaded) creator() string {
	if isOurs(l.Type) {
		return ""
	}
	return l.Owner
}

// value reads a plain attribute.
func (v *View) value(l *loaded, f *schema.Field) any {
	if l.typ.Foreign {
		return foreignValue(l, f)
	}
	if p := l.field(f.Def.Name); p != nil {
		return valueOf(f.Type, p)
	}
	return absent(f)
}

// related gives what an entity is tied to by an attribute, in the order in which
// that came about.
func (r *reading) related(l *loaded, name string) (related []*RelatedID, many bool) {
	related = []*RelatedID{}
	for _, end := range l.typ.End(name) {
		many = many || end.Many
		for _, k := range l.linksAt(end) {
			if id := r.relatedID(l, k); id != nil {
				related = append(related, id)
			}
		}
	}
	if !many && len(related) > 1 { // the one that lives, or else the last
		slices.SortStableFunc(related, func(a, b *RelatedID) int { return cmp.Compare(a.RelationshipStatus, b.RelationshipStatus) })
		if related[0].RelationshipStatus != Active {
			related[0] = related[len(related)-1]
		}
	}
	return related, many
}

// linksAt gives the links of a node at an end of a relationship. A node can stand at
// both ends of one and the same link. Where both ends are alike, such as those of
// synonyms, either counts.
func (l *loaded) linksAt(end *schema.End) []*link {
	either := alike(end.Relationship)
	var at []*link
	for _, k := range l.links {
		if k.def == end.Relationship && (either || end.Number == 1 && k.End1 == l.ID || end.Number == 2 && k.End2 == l.ID) {
			at = append(at, k)
		}
	}
	return at
}

// relatedID describes the other end of a link, nil where that is gone.
func (r *reading) relatedID(l *loaded, k *link) *RelatedID {
	other, _ := k.other(l.ID)
	o := r.known[other]
	if o == nil {
		return nil
	}
	id := &RelatedID{
		GUID: o.guid, TypeName: o.typ.Name(), EntityStatus: statusOf(o.Deleted), DisplayText: r.displayText(o), QualifiedName: r.qualifiedName(o),
		RelationshipType: k.Type, RelationshipGUID: k.UID, RelationshipStatus: linkStatus(k, l, o),
		RelationshipAttributes: &Struct{TypeName: k.Type},
	}
	if len(k.def.Fields) > 0 {
		id.RelationshipAttributes.Attributes = linkAttributes(k)
	}
	return id
}

// linkStatus says whether a link stands: an event does as long as both its ends.
func linkStatus(k *link, ends ...*loaded) Status {
	if k.event != nil {
		for _, l := range ends {
			if !l.Live() {
				return Deleted
			}
		}
	}
	return statusOf(k.Deleted)
}

// linkAttributes reads the attributes of a relationship.
func linkAttributes(k *link) map[string]any {
	given, _ := parseJSON(k.Attributes).(map[string]any)
	all := make(map[string]any, len(k.def.Fields))
	for _, f := range k.def.Fields {
		v, err := f.Type.Normalize(given[f.Def.Name])
		if err != nil {
			v = nil
		}
		all[f.Def.Name] = shown(v)
	}
	return all
}

// legacy gives what an entity is tied to by a relationship as a plain attribute does:
// as references, without what lives on without it.
func (r *reading) legacy(l *loaded, name string) any {
	related, many := r.related(l, name)
	all := []any{}
	for _, id := range related {
		if id.RelationshipStatus == Deleted && id.EntityStatus == Active {
			continue
		}
		all = append(all, r.objectID(r.byGUID(l, id.GUID)))
		if !many {
			return all[0]
		}
	}
	if !many {
		return nil
	}
	return all
}

// byGUID finds a node that another is tied to.
func (r *reading) byGUID(l *loaded, guid string) *loaded {
	for _, k := range l.links {
		other, _ := k.other(l.ID)
		if o := r.known[other]; o != nil && o.guid == guid {
			return o
		}
	}
	return l
}

// bare gives the value of an attribute that holds references which no definition of
// a relationship tells of.
func (r *reading) bare(l *loaded, f *schema.Field) any {
	var links []*link
	for _, k := range l.links {
		if k.def == nil && k.live() && k.End1 == l.ID && k.Type == bareName(f) {
			links = append(links, k)
		}
	}
	slices.SortStableFunc(links, func(a, b *link) int { return cmp.Compare(a.Place, b.Place) })
	shape := shapeOf(f.Def.Type)
	list, byKey := []any{}, make(map[string]any)
	for _, k := range links {
		o := r.known[k.End2]
		if o == nil {
			continue
		}
		if shape == one {
			return r.objectID(o)
		}
		list = append(list, r.objectID(o))
		byKey[k.Key] = r.objectID(o)
	}
	switch {
	case shape == many:
		return list
	case shape == keyed && len(byKey) > 0:
		return byKey
	}
	return nil
}

// objectID refers to a node by guid and unique attributes.
func (r *reading) objectID(l *loaded) ObjectID {
	return ObjectID{GUID: l.guid, Type: l.typ.Name(), Unique: r.uniqueValues(l)}
}

// uniqueValues gives the unique attributes of a node, nil where it has none.
func (v *View) uniqueValues(l *loaded) map[string]any {
	var values map[string]any
	for _, f := range l.typ.Fields {
		if !f.Def.Unique {
			continue
		}
		if value := v.value(l, f); value != nil && value != "" {
			if values == nil {
				values = make(map[string]any)
			}
			values[f.Def.Name] = value
		}
	}
	return values
}

// A shape says how many values an attribute holds, and how.
type shape uint8

const (
	one   shape = iota
	many        // a list
	keyed       // a map
)

func shapeOf(typeName string) shape {
	switch {
	case len(typeName) > 6 && typeName[:6] == "array<":
		return many
	case len(typeName) > 4 && typeName[:4] == "map<":
		return keyed
	}
	return one
}

// labels gives the labels of an entity, sorted: its tags that have no value.
func (l *loaded) labels() []string {
	labels := []string{}
	for _, p := range l.facts.Of(pedigree.Tag) {
		if p.Value == "" && p.Form == pedigree.Text {
			labels = append(labels, p.Key)
		}
	}
	slices.Sort(labels)
	return labels
}

// custom gives the custom attributes of an entity.
func (l *loaded) custom() map[string]string {
	properties := l.facts.Of(pedigree.Custom)
	custom := make(map[string]string, len(properties))
	for _, p := range properties {
		custom[p.Key] = textOf(&p)
	}
	return custom
}

// business gives the business attributes of an entity, by group, nil for none.
func (r *reading) business(l *loaded) map[string]map[string]any {
	var all map[string]map[string]any
	for group, fields := range l.typ.Business() {
		for _, f := range fields {
			p := l.field(businessKey(f))
			if p == nil {
				continue
			}
			if all == nil {
				all = make(map[string]map[string]any)
			}
			if all[group] == nil {
				all[group] = make(map[string]any)
			}
			all[group][f.Def.Name] = shown(valueOf(f.Type, p))
		}
	}
	return all
}

func businessKey(f *schema.BusinessField) string { return f.Business + "." + f.Def.Name }
