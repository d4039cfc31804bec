package catalog

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// A request is one entity of a batch, on its way into the store.
type request struct {
	key    string // its guid in the batch
	entity *Entity
	typ    *schema.EntityType
	node   *pedigree.Node // that it is or becomes; nil until that is known
	create bool           // it makes the node
	guid   string         // of the node that it makes; see [saving.guidFor]

	values map[string]any   // of plain attributes that are given, normalised; nil clears
	refs   map[string][]ref // of attributes that are given and refer to entities

	first    *request                   // of the batch, that makes the same node; nil for most
	business []pedigree.Property        // of a new entity
	classes  []*pedigree.Classification // likewise
}

// A ref is one reference of a request.
type ref struct {
	id           ObjectID
	key          string         // in a map
	relationship string         // the definition that it says it is of; empty where it says none
	attributes   map[string]any // of the relationship
	guid         string         // of the relationship, of an import
	node         *pedigree.Node // that it means; nil while that is not made
	made         *request       // that makes the node, if the batch does
	end          *schema.End    // the relationship that it is of; nil for a bare reference
	values       string         // of the relationship, checked
}

// A batch is what belongs together in one request.
type batch struct {
	view     *View
	given    map[string]*Entity // by guid
	requests []*request         // in the order in which they are reached
	byKey    map[string]*request
	known    map[string]*pedigree.Node // by guid
	unique   map[string]*request       // what is being made, by type and unique value
	embedded []string                  // guids that values of attributes refer to
	options  SaveOptions
}

// discover finds the entities that a batch is about: those listed and, of the
// others, those that one of them refers to.
func (v *View) discover(in *Batch, o SaveOptions) (*batch, error) {
	b := &batch{
		view: v, given: make(map[string]*Entity, len(in.Entities)+len(in.Referred)), byKey: make(map[string]*request),
		known: make(map[string]*pedigree.Node), unique: make(map[string]*request), options: o,
	}
	for i, e := range in.Entities {
		if e == nil {
			return nil, fault.New(fault.InvalidParameters, "found null entity")
		}
		if e.GUID == "" { // as clients do that know guids: one that is of no other
			e.GUID = "-0" + strconv.Itoa(i)
		}
		b.given[e.GUID] = e
	}
	for guid, e := range in.Referred {
		if e == nil {
			continue
		}
		if e.GUID == "" {
			e.GUID = guid
		}
		if b.given[e.GUID] == nil {
			b.given[e.GUID] = e
		}
		if b.given[guid] == nil {
			b.given[guid] = e
		}
	}
	for _, e := range in.Entities {
		if err := b.reach(e.GUID); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(b.requests); i++ { // grows on the way
		if err := b.walk(b.requests[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// reach notes that a guid is meant. One that is of no entity in the batch is to be
// found in the store.
func (b *batch) reach(guid string) error {
	e := b.given[guid]
	if e == nil || b.byKey[guid] != nil {
		return nil
	}
	t, err := b.view.entityType(e.TypeName)
	if err != nil {
		return err
	}
	r := &request{key: guid, entity: e, typ: t}
	b.byKey[guid] = r
	b.requests = append(b.requests, r)
	return nil
}

// walk reads the references of a request and reaches what they mean.
func (b *batch) walk(r *request) error {
	compact(r.entity, r.typ)
	r.refs = make(map[string][]ref)
	for _, name := range r.typ.EndNames() {
		value, there := r.entity.RelationshipAttributes[name]
		if !there {
			continue
		}
		if err := b.collect(r, name, value); err != nil {
			return err
		}
	}
	for _, f := range r.typ.Fields {
		value, there := r.entity.Attributes[f.Def.Name]
		if there && f.Embeds {
			if err := b.collectEmbedded(f, value); err != nil {
				return err
			}
		}
		if !there || f.Target == nil || f.Soft() || len(r.typ.End(f.Def.Name)) > 0 {
			continue
		}
		if err := b.collect(r, f.Def.Name, value); err != nil {
			return err
		}
	}
	return nil
}

// compact puts relationships that are given among the attributes where they belong.
// One that is given as null there says nothing.
func compact(e *Entity, t *schema.EntityType) {
	for _, name := range t.EndNames() {
		value, there := e.Attributes[name]
		if !there {
			continue
		}
		delete(e.Attributes, name)
		if value == nil || e.RelationshipAttributes[name] != nil {
			continue
		}
		if e.RelationshipAttributes == nil {
			e.RelationshipAttributes = make(map[string]any)
		}
		e.RelationshipAttributes[name] = value
	}
}

// collect reads the references in the value of an attribute.
func (b *batch) collect(r *request, name string, value any) error {
	refs := []ref{}
	add := func(key string, v any) error {
		if v == nil {
			return nil
		}
		one, err := readRef(v)
		if err != nil {
			return err
		}
		one.key = key
		refs = append(refs, one)
		return b.reach(one.id.GUID)
	}
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	f := r.typ.Field(name)
	var err error
	switch {
	case isList:
		for _, v := range list {
			if err = add("", v); err != nil {
				return err
			}
		}
	case isObject && f != nil && shapeOf(f.Def.Type) == keyed:
		for key, v := range object {
			if err = add(key, v); err != nil {
				return err
			}
		}
	default:
		err = add("", value)
	}
	r.refs[name] = refs
	return err
}

// readRef reads a reference: by guid, by unique attributes, or as the whole entity,
// whose unique attributes then stand among its attributes.
func readRef(v any) (ref, error) {
	if related, ok := v.(*RelatedID); ok {
		one := ref{id: ObjectID{GUID: related.GUID, Type: related.TypeName}, relationship: related.RelationshipType, guid: related.RelationshipGUID}
		if related.RelationshipAttributes != nil {
			one.attributes = related.RelationshipAttributes.Attributes
		}
		return one, nil
	}
	id, ok := schema.ReadObjectID(v)
	if !ok && id.Given != nil && id.Type != "" { // a whole entity without guid
		id.Unique, ok = id.Given["attributes"].(map[string]any)
	}
	if !ok {
		if id.Given != nil {
			return ref{}, fault.New(fault.InvalidObjectID, showID(&id))
		}
		return ref{}, fault.New(fault.InvalidObjectID, shorten(fmt.Sprint(v), 200))
	}
	one := ref{id: id}
	one.relationship, _ = id.Given["relationshipType"].(string)
	one.guid, _ = id.Given["relationshipGuid"].(string)
	if s, ok := id.Given["relationshipAttributes"].(map[string]any); ok {
		if inner, ok := s["attributes"].(map[string]any); ok {
			one.attributes = inner
		} else if one.relationship != "" && s["typeName"] == nil {
			one.attributes = s
		}
	}
	return one, nil
}

// resolve finds the nodes that the batch means.
func (b *batch) resolve() error {
	if err := b.resolveGUIDs(); err != nil {
		return err
	}
	for _, r := range b.requests {
		if err := b.resolveRequest(r); err != nil {
			return err
		}
	}
	return nil
}

// resolveGUIDs reads all nodes that are named by guid at once.
func (b *batch) resolveGUIDs() error {
	guids := b.embedded
	for _, r := range b.requests {
		if assigned(r.key) {
			guids = append(guids, r.key)
		}
		for _, refs := range r.refs {
			for i := range refs {
				if assigned(refs[i].id.GUID) {
					guids = append(guids, refs[i].id.GUID)
				}
			}
		}
	}
	if len(guids) == 0 {
		return nil
	}
	slices.Sort(guids)
	known, err := b.view.NodesByGUID(slices.Compact(guids))
	b.known = known
	return err
}

// resolveRequest finds the node that an entity of the batch is: by guid, then by
// unique attributes. Where there is none, it is to be made.
func (b *batch) resolveRequest(r *request) error {
	if n := b.known[r.key]; n != nil {
		r.node = n
		return b.checkType(r)
	}
	n, err := b.view.Lookup(r.typ, r.entity.Attributes)
	if n != nil && b.options.Import && r.entity.Status == Deleted {
		n, err = b.view.sameDeleted(n, r.entity)
	}
	if err != nil {
		return err
	}
	switch {
	case n != nil:
		r.node = n
	case assigned(r.key) && !b.options.Import:
		return fault.New(fault.ReferencedEntityNotFound, r.key)
	default:
		r.create = true
	}
	return nil
}

// sameDeleted gives the node that has the unique attributes of an entity which an
// import says is deleted, if it is that one. Otherwise it came after it, or from
// elsewhere, and nil is given.
func (v *View) sameDeleted(n *pedigree.Node, e *Entity) (*pedigree.Node, error) {
	all, err := v.load([]pedigree.Node{*n}, 0)
	if err != nil || all[0].otherThan(e) {
		return nil, err
	}
	return n, nil
}

// checkType reads the attributes of an entity by the type that it has, where a
// client names one that it descends from.
func (b *batch) checkType(r *request) error {
	t, err := b.view.typeOf(r.node)
	if err != nil || t == r.typ {
		return err
	}
	if t.IsA(r.typ.Name()) {
		r.typ = t
		return b.walk(r)
	}
	return fault.New(fault.TypeMatchFailed, r.typ.Name(), t.Name())
}

// resolveRefs finds what references mean.
func (b *batch) resolveRefs(r *request) error {
	for _, refs := range r.refs {
		for i := range refs {
			if err := b.resolveRef(&refs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// means notes that a reference is to what a request of the batch is or makes.
func (one *ref) means(r *request) {
	if r.first != nil {
		r = r.first
	}
	if one.node = r.node; one.node == nil {
		one.made = r
	}
}

func (b *batch) resolveRef(one *ref) (err error) {
	id := &one.id
	if of := b.byKey[id.GUID]; of != nil {
		one.means(of)
		return nil
	}
	if one.node = b.known[id.GUID]; one.node != nil {
		return nil
	}
	values := id.Unique
	if whole, ok := id.Given["attributes"].(map[string]any); ok && len(values) == 0 {
		values = whole
	}
	if assigned(id.GUID) && id.Given["attributes"] == nil || id.Type == "" || len(values) == 0 {
		return noReferred(id)
	}
	t, err := b.view.entityType(id.Type)
	if err != nil {
		return err
	}
	for _, key := range uniqueKeys(t, values) { // what the batch makes comes first
		if r := b.unique[key]; r != nil {
			one.means(r)
			return nil
		}
	}
	if one.node, err = b.view.Lookup(t, values); err != nil || one.node != nil {
		return err
	}
	return noReferred(id)
}

// noReferred says that what a reference means is not there.
func noReferred(id *ObjectID) error {
	if id.GUID != "" {
		return fault.New(fault.ReferencedEntityNotFound, id.GUID)
	}
	return fault.New(fault.ReferencedEntityNotFound, showID(id))
}

// uniqueKeys names the unique values among attributes.
func uniqueKeys(t *schema.EntityType, values map[string]any) []string {
	var keys []string
	for _, f := range t.Unique() {
		if v, err := f.Type.Normalize(values[f.Def.Name]); err == nil && v != nil {
			keys = append(keys, t.Name()+"\x00"+uniqueKey(f)+"\x00"+uniqueText(v))
		}
	}
	return keys
}
