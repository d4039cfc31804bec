package discovery

import (
	"context"
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// A Related asks for what an entity is tied to by one of its attributes.
type Related struct {
	GUID     string
	Relation string
	Count    bool // also count all of them
	Unsorted bool // not even by name where no order is asked for
	Parameters
}

// Related searches for what an entity is tied to.
func (s *Service) Related(ctx context.Context, workspace pedigree.NodeID, p *Related) (answer *Result, err error) {
	if err := checkLengths("guid", p.GUID, "relation", p.Relation, "sortBy", p.SortBy); err != nil {
		return nil, err
	}
	if p.GUID == "" || p.Relation == "" {
		return nil, fault.New(fault.InvalidParameters, "guid: '"+p.GUID+"', relation: '"+p.Relation+"'")
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		answer, err = f.related(p)
		return err
	})
	return answer, err
}

func (f *finder) related(p *Related) (*Result, error) {
	n, err := f.NodeByGUID(p.GUID)
	if err != nil {
		return nil, err
	}
	t, err := f.TypeOf(n)
	if err != nil {
		return nil, err
	}
	answer := &Result{QueryType: typeRelationship, ApproximateCount: -1}
	a := f.attributeOf(t, p.Relation)
	if a == nil {
		a = f.byLabel(t, p.Relation)
	}
	switch {
	case a == nil:
		answer.ApproximateCount = 0
		return answer, nil
	case a.target == nil:
		typeName := ""
		if a.field != nil {
			typeName = a.field.Name()
		}
		return nil, fault.New(fault.InvalidRelationshipAttribute, p.Relation, typeName)
	}
	q := &query.Entities{
		Workspace: f.workspace, Live: p.ExcludeDeleted, Where: a.backward(query.Among{Nodes: []pedigree.NodeID{n.ID}}),
		Types: f.nodeTypes(func(o *schema.EntityType) bool { return o.IsA(a.target.Name()) }),
	}
	q.Limit, q.Offset = pageOf(p.Limit, p.Offset)
	by := p.SortBy
	if by == "" && !p.Unsorted {
		by = "name"
	}
	if by != "" { // one that there is not says nothing
		if sorted := f.attributeOf(a.target, by); sorted != nil {
			q.By, q.Desc = f.sortTrait(sorted), descending(p.SortOrder)
		}
	}
	nodes, err := f.r.Entities(q)
	if err != nil {
		return nil, err
	}
	if answer.Entities, err = f.Headers(nodes, catalog.HeaderOptions{Attributes: p.Attributes, Classifications: p.ClassificationAttributes}); err != nil {
		return nil, err
	}
	if p.Count {
		answer.ApproximateCount, err = f.r.CountEntities(q)
	}
	return answer, err
}

// byLabel finds an attribute by the label that relationships of it have in the graph
// of other servers.
func (f *finder) byLabel(t *schema.EntityType, label string) *attribute {
	for _, name := range t.EndNames() {
		for _, end := range t.End(name) {
			def := end.Relationship.Def
			if def.Label == label || "r:"+def.Name == label || def.Name == label {
				return endAttribute(name, []*schema.End{end})
			}
		}
	}
	return nil
}

// A RelationHeader is what lists show of a relationship.
type RelationHeader struct {
	TypeName      string            `json:"typeName"`
	Attributes    map[string]any    `json:"attributes,omitempty"`
	GUID          string            `json:"guid"`
	Status        catalog.Status    `json:"status"`
	PropagateTags string            `json:"propagateTags"`
	Label         string            `json:"label,omitempty"`
	End1          *catalog.ObjectID `json:"end1"`
	End2          *catalog.ObjectID `json:"end2"`
}

// Relations searches for relationships of some types.
func (s *Service) Relations(ctx context.Context, workspace pedigree.NodeID, p *Parameters) (answer *Result, err error) {
	switch {
	case p.Limit < 0 || p.Offset < 0:
		return nil, badRequest("Limit/offset should be non-negative")
	case p.RelationshipName == "" && !p.RelationshipFilters.empty():
		return nil, badRequest("RelationshipFilters specified without Type name")
	}
	if err := p.checkParts(); err != nil {
		return nil, err
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		answer, err = f.relations(p)
		return err
	})
	return answer, err
}

func (f *finder) relations(p *Parameters) (*Result, error) {
	answer := &Result{QueryType: typeBasic, Parameters: p.shown()}
	if p.RelationshipName == "" {
		return answer, nil
	}
	q := &query.Relations{Workspace: f.workspace}
	q.Limit, q.Offset = pageOf(p.Limit, p.Offset)
	var of []*schema.RelationshipType
	for _, name := range splitValues(p.RelationshipName) {
		if t := f.types.Relationship(name); t != nil {
			of = append(of, t)
			q.Types = append(q.Types, name)
			if t.Event != 0 {
				q.Events = append(q.Events, t.Event)
			}
		}
	}
	if len(of) == 0 {
		return nil, fault.New(fault.UnknownTypeName, p.RelationshipName)
	}
	if !p.RelationshipFilters.empty() {
		where, err := p.RelationshipFilters.join(func(leaf *Filter) (query.Fact, error) { return f.relationLeaf(of, leaf) })
		if err != nil {
			return nil, err
		}
		q.Where = where
	}
	if by := of[0].Field(p.SortBy); by != nil { // one that there is not says nothing
		if a := plainAttribute(p.SortBy, by); f.primitive(a) {
			q.By, q.Desc = query.Attribute{Key: p.SortBy, Form: a.trait.Form}, descending(p.SortOrder)
		}
	}
	page := query.Entities{Offset: q.Offset}
	if err := f.resume(&page, p); err != nil {
		return nil, err
	}
	q.Offset = page.Offset
	rows, total, err := f.r.FindRelationships(q)
	if err != nil {
		return nil, err
	}
	answer.ApproximateCount = total
	if answer.NextMarker, err = p.mark(q.Offset+len(rows), total); err != nil {
		return nil, err
	}
	answer.Relations, err = f.relationHeaders(rows)
	return answer, err
}

func (f *finder) relationLeaf(of []*schema.RelationshipType, leaf *Filter) (query.Fact, error) {
	if t := classSystems[leaf.Attribute]; t != nil {
		return f.leaf(leaf, false, func(c comparison) (query.Fact, error) {
			h, err := c.holds(t)
			return c.negated(h), err
		})
	}
	for _, t := range of {
		if field := t.Field(leaf.Attribute); field != nil {
			a := plainAttribute(leaf.Attribute, field)
			return f.leaf(leaf, a.trait.List, func(c comparison) (query.Fact, error) { return f.jsonFact(a, c) })
		}
	}
	return nil, fault.New(fault.UnknownAttribute, leaf.Attribute, of[0].Def.Name)
}

// passages as clients call them.
var passages = map[pedigree.Passage]string{
	pedigree.PassNone: "NONE", pedigree.PassForward: "ONE_TO_TWO", pedigree.PassBack: "TWO_TO_ONE", pedigree.PassBoth: "BOTH",
}

func (f *finder) relationHeaders(rows []pedigree.Relationship) ([]*RelationHeader, error) {
	var ids []pedigree.NodeID
	for i := range rows {
		ids = append(ids, rows[i].End1, rows[i].End2)
	}
	ends, err := f.endsOf(ids)
	if err != nil {
		return nil, err
	}
	mark, err := f.r.Mark()
	if err != nil {
		return nil, err
	}
	all := make([]*RelationHeader, len(rows))
	for i := range rows {
		r := &rows[i]
		h := &RelationHeader{TypeName: r.Type, GUID: r.UID, Status: catalog.Active, PropagateTags: passages[r.Passes], End1: ends[r.End1], End2: ends[r.End2]}
		if r.UID == "" { // an event
			h.GUID = schema.RelationGUID(schema.Mark(mark), int64(r.ID))
			for _, t := range f.types.Relationships() {
				if t.Event != 0 && int64(t.Event) == r.Place {
					h.TypeName, h.PropagateTags = t.Def.Name, passages[t.Passes]
				}
			}
		}
		if r.Deleted.Set() {
			h.Status = catalog.Deleted
		}
		if t := f.types.Relationship(h.TypeName); t != nil {
			h.Label = "r:" + t.Def.Name
			if t.Def.Label != "" {
				h.Label = t.Def.Label
			}
		}
		if r.Attributes != "" {
			if err := json.Unmarshal([]byte(r.Attributes), &h.Attributes); err != nil {
				return nil, pedigree.Hide(pedigree.Internal, err, "the attributes of a relationship are no JSON")
			}
		}
		all[i] = h
	}
	return all, nil
}

// endsOf gives what names the ends of relationships.
func (f *finder) endsOf(ids []pedigree.NodeID) (map[pedigree.NodeID]*catalog.ObjectID, error) {
	nodes, err := f.r.Nodes(ids)
	if err != nil {
		return nil, err
	}
	headers, err := f.Headers(nodes, catalog.HeaderOptions{})
	if err != nil {
		return nil, err
	}
	ends := make(map[pedigree.NodeID]*catalog.ObjectID, len(nodes))
	for i, h := range headers {
		end := &catalog.ObjectID{GUID: h.GUID, Type: h.TypeName}
		if name := h.Attributes["qualifiedName"]; name != nil {
			end.Unique = map[string]any{"qualifiedName": name}
		}
		ends[nodes[i].ID] = end
	}
	return ends, nil
}
