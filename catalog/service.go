package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

// A Ref names an entity in a request: by guid, or by type and unique attributes.
type Ref struct {
	GUID   string
	Type   string
	Unique map[string]any
}

// Node finds the node that a request means. By unique attributes only unique ones
// may be given.
func (v *View) Node(ref Ref) (*pedigree.Node, error) {
	if ref.Type == "" {
		return v.NodeByGUID(ref.GUID)
	}
	return v.LookupExact(ref.Type, ref.Unique)
}

// Save creates and changes entities; see [Work.Save].
func (s *Service) Save(ctx context.Context, workspace pedigree.NodeID, b *Batch) (answer *Mutations, err error) {
	copied := b.copy()
	err = s.Update(ctx, workspace, func(w *Work) (err error) {
		answer, err = w.Save(copied(), SaveOptions{})
		return err
	})
	if err != nil || len(answer.tied) == 0 {
		return answer, err
	}
	return answer, s.View(ctx, workspace, func(v *View) error { return v.showCarried(answer) })
}

// showCarried puts into the headers of new entities what is carried to them. It is
// known when they are committed, which is why they show it and not, as clients know
// it, what they are classified as themselves.
func (v *View) showCarried(m *Mutations) error {
	found, err := v.NodesByGUID(m.tied)
	if err != nil {
		return err
	}
	ids := make([]pedigree.NodeID, 0, len(found))
	for _, n := range found {
		ids = append(ids, n.ID)
	}
	carried, err := carry.Of(v.reader, ids)
	if err != nil || len(carried) == 0 {
		return err
	}
	var sources []pedigree.NodeID
	for _, classes := range carried {
		for i := range classes {
			sources = append(sources, classes[i].Node)
		}
	}
	known, err := v.loadIDs(sources, 0)
	if err != nil {
		return err
	}
	for _, h := range m.Mutated[ActionCreate] {
		n := found[h.GUID]
		if n == nil {
			continue
		}
		for _, c := range carried[n.ID] {
			h.ClassificationNames = append(h.ClassificationNames, c.Type)
			h.Classifications = append(h.Classifications, v.classification(&c, known[c.Node]))
		}
	}
	return nil
}

// copy returns how to get a batch as it was given: a transaction may run again, and
// saving sorts out what stands in a batch.
func (b *Batch) copy() func() *Batch {
	return func() *Batch {
		c := &Batch{Entities: make([]*Entity, len(b.Entities)), Referred: make(map[string]*Entity, len(b.Referred))}
		for i, e := range b.Entities {
			c.Entities[i] = e.copy()
		}
		for guid, e := range b.Referred {
			c.Referred[guid] = e.copy()
		}
		return c
	}
}

func (e *Entity) copy() *Entity {
	if e == nil {
		return nil
	}
	c := *e
	c.Attributes, c.RelationshipAttributes = maps.Clone(e.Attributes), maps.Clone(e.RelationshipAttributes)
	return &c
}

// PartialByGUID changes one attribute of an entity.
func (s *Service) PartialByGUID(ctx context.Context, workspace pedigree.NodeID, guid, name string, value any) (answer *Mutations, err error) {
	err = s.Update(ctx, workspace, func(w *Work) (err error) {
		answer, err = w.PartialByGUID(guid, name, value)
		return err
	})
	return answer, err
}

// PartialByUnique changes what is given of the entity with some unique attributes.
func (s *Service) PartialByUnique(ctx context.Context, workspace pedigree.NodeID, ref Ref, b *Batch) (answer *Mutations, err error) {
	if len(b.Entities) != 1 || b.Entities[0] == nil {
		return nil, fault.New(fault.InvalidParameters, "no entity to update.")
	}
	copied := b.copy()
	err = s.Update(ctx, workspace, func(w *Work) (err error) {
		c := copied()
		answer, err = w.PartialByUnique(ref.Type, ref.Unique, c.Entities[0], c.Referred)
		return err
	})
	return answer, err
}

// Partial changes what is given of one entity and of those that come with it; the
// first of a batch is the one that ref means.
func (s *Service) Partial(ctx context.Context, workspace pedigree.NodeID, ref Ref, b *Batch) (answer *Mutations, err error) {
	if len(b.Entities) == 0 || b.Entities[0] == nil {
		return nil, fault.New(fault.InvalidParameters, "no entity to update.")
	}
	copied := b.copy()
	err = s.Update(ctx, workspace, func(w *Work) error {
		n, err := w.Node(ref)
		if err != nil {
			return err
		}
		c := copied()
		c.Entities[0].GUID = w.GUID(n)
		answer, err = w.Save(c, SaveOptions{Partial: true})
		return err
	})
	return answer, err
}

// Entities gives entities by guid, and those that they own.
func (s *Service) Entities(ctx context.Context, workspace pedigree.NodeID, guids []string, o ReadOptions) (all *Entities, err error) {
	err = s.View(ctx, workspace, func(v *View) (err error) {
		all, err = v.EntitiesByGUID(guids, o)
		return err
	})
	return all, err
}

// Entity gives one entity, and those that it owns.
func (s *Service) Entity(ctx context.Context, workspace pedigree.NodeID, ref Ref, o ReadOptions) (e *Entity, referred map[string]*Entity, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		n, err := v.Node(ref)
		if err != nil {
			return err
		}
		e, referred, err = v.Entity(n, o)
		return err
	})
	return e, referred, err
}

// EntitiesByUnique gives those entities of a type that have one of some sets of unique
// attributes, and those that they own.
func (s *Service) EntitiesByUnique(ctx context.Context, workspace pedigree.NodeID, typeName string, unique []map[string]any, o ReadOptions) (all *Entities, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		t, err := v.entityType(typeName)
		if err != nil {
			return err
		}
		var nodes []pedigree.Node
		for _, values := range unique {
			if err := checkUnique(t, values); err != nil {
				return err
			}
			n, err := v.Lookup(t, values)
			if err != nil {
				return err
			}
			if n != nil {
				nodes = append(nodes, *n)
			}
		}
		all, err = v.Entities(nodes, o)
		return err
	})
	return all, err
}

// Header gives the header of an entity.
func (s *Service) Header(ctx context.Context, workspace pedigree.NodeID, ref Ref) (h *Header, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		n, err := v.Node(ref)
		if err != nil {
			return err
		}
		h, err = v.Header(n)
		return err
	})
	return h, err
}

// Delete puts entities into the bin. Those that are not there count as gone already.
func (s *Service) Delete(ctx context.Context, workspace pedigree.NodeID, guids []string) (answer *Mutations, err error) {
	return s.without(ctx, workspace, guids, (*Work).Delete)
}

// Purge removes entities that are in the bin. Those that are not there count as gone
// already.
func (s *Service) Purge(ctx context.Context, workspace pedigree.NodeID, guids []string) (answer *Mutations, err error) {
	return s.without(ctx, workspace, guids, (*Work).Purge)
}

// without does away with entities that are named by guid.
func (s *Service) without(ctx context.Context, workspace pedigree.NodeID, guids []string, do func(*Work, []pedigree.Node) (*Mutations, error)) (answer *Mutations, err error) {
	if len(guids) == 0 {
		return nil, fault.New(fault.InvalidParameters, "Guid(s) not specified")
	}
	err = s.Update(ctx, workspace, func(w *Work) error {
		found, err := w.NodesByGUID(guids)
		if err != nil {
			return err
		}
		var nodes []pedigree.Node
		for _, guid := range guids {
			if n := found[guid]; n != nil {
				nodes = append(nodes, *n)
			}
		}
		answer, err = do(w, nodes)
		return err
	})
	return answer, err
}

// DeleteRef puts one entity into the bin, if it is there.
func (s *Service) DeleteRef(ctx context.Context, workspace pedigree.NodeID, ref Ref) (answer *Mutations, err error) {
	if ref.Type == "" {
		return s.Delete(ctx, workspace, []string{ref.GUID})
	}
	err = s.Update(ctx, workspace, func(w *Work) error {
		t, err := w.entityType(ref.Type)
		if err != nil {
			return err
		}
		if len(ref.Unique) == 0 {
			return notFoundBy(ref.Type, ref.Unique)
		}
		n, err := w.Lookup(t, ref.Unique)
		if err != nil {
			return err
		}
		if answer = (&Mutations{}); n != nil {
			answer, err = w.Delete([]pedigree.Node{*n})
		}
		return err
	})
	return answer, err
}

// Change does something to one entity: [Work.Classify], [Work.SetLabels] and the like.
func (s *Service) Change(ctx context.Context, workspace pedigree.NodeID, ref Ref, do func(*Work, *pedigree.Node) error) error {
	return s.Update(ctx, workspace, func(w *Work) error {
		n, err := w.Node(ref)
		if err != nil {
			return err
		}
		return do(w, n)
	})
}

// A Classifying says which entities are to be classified alike: those that are named
// by guid and those of a type that have one of some sets of unique attributes.
type Classifying struct {
	Class  Classification
	GUIDs  []string
	Type   string
	Unique []map[string]any

	// SkipFailed leaves those that are not there, are of the class already or cannot be
	// of it. Otherwise none is classified where there is such a one.
	SkipFailed bool
}

// ClassifyAll classifies several entities alike.
func (s *Service) ClassifyAll(ctx context.Context, workspace pedigree.NodeID, c *Classifying) error {
	if c.Class.TypeName == "" {
		return fault.New(fault.InvalidParameters, "no classification")
	}
	if len(c.GUIDs) == 0 && (len(c.Unique) == 0 || c.Type == "") {
		return fault.New(fault.InvalidParameters, "Need either list of GUIDs or entity type and list of qualified Names")
	}
	return s.Update(ctx, workspace, func(w *Work) error {
		if w.types.Classification(c.Class.TypeName) == nil {
			return fault.New(fault.ClassificationNotFound, c.Class.TypeName)
		}
		nodes, err := w.meant(c)
		if err != nil {
			return err
		}
		return w.classifyAll(nodes, []Classification{c.Class}, c.SkipFailed)
	})
}

// meant finds the entities that are to be classified.
func (w *Work) meant(c *Classifying) ([]pedigree.Node, error) {
	guids := c.GUIDs
	if c.SkipFailed {
		found, err := w.NodesByGUID(guids)
		if err != nil {
			return nil, err
		}
		guids = slices.DeleteFunc(slices.Clone(guids), func(guid string) bool { return found[guid] == nil })
	}
	nodes, err := w.nodesInOrder(guids)
	if err != nil || c.Type == "" {
		return nodes, err
	}
	for _, values := range c.Unique {
		n, err := w.LookupExact(c.Type, values)
		if c.SkipFailed && fault.Is(err, fault.InstanceByUniqueAttributeNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, *n)
	}
	if len(nodes) == 0 && len(c.GUIDs) == 0 {
		return nil, fault.New(fault.InvalidParameters, "No guid found for given entity Type Name and list of attributes")
	}
	return nodes, nil
}

// Classifications gives the classifications of an entity, its own and those carried
// to it.
func (s *Service) Classifications(ctx context.Context, workspace pedigree.NodeID, ref Ref) (all []Classification, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		n, err := v.Node(ref)
		if err != nil {
			return err
		}
		all, err = v.Classifications(n)
		return err
	})
	return all, err
}

// Classification gives one of them.
func (s *Service) Classification(ctx context.Context, workspace pedigree.NodeID, guid, name string) (c *Classification, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		if err := v.checkClassification(name); err != nil {
			return err
		}
		n, err := v.NodeByGUID(guid)
		if err != nil {
			return err
		}
		c, err = v.ClassificationNamed(n, name)
		return err
	})
	return c, err
}

// checkClassification refuses a class that is not defined.
func (v *View) checkClassification(name string) error {
	if v.types.Classification(name) == nil {
		return fault.New(fault.TypeNameInvalid, "CLASSIFICATION", name)
	}
	return nil
}

// Declassify takes a classification from an entity; see [Work.Declassify].
func (s *Service) Declassify(ctx context.Context, workspace pedigree.NodeID, ref Ref, name, from string) error {
	return s.Update(ctx, workspace, func(w *Work) error {
		if err := w.checkClassification(name); err != nil {
			return err
		}
		n, err := w.Node(ref)
		if err != nil {
			return err
		}
		return w.Declassify(n, name, from)
	})
}

// SetClassifications makes classifications those that headers say; see
// [Work.SetClassifications].
func (s *Service) SetClassifications(ctx context.Context, workspace pedigree.NodeID, headers map[string]*Header) (report []string, err error) {
	err = s.Update(ctx, workspace, func(w *Work) (err error) {
		report, err = w.SetClassifications(headers)
		return err
	})
	return report, err
}

// AuditEvents gives the history of an entity, with what is carried to it as told by
// then: that of very many at once may take longer than anybody waits.
func (s *Service) AuditEvents(ctx context.Context, workspace pedigree.NodeID, q *AuditQuery) (events []AuditEvent, err error) {
	if err := s.awaitCarried(ctx, workspace, q.GUID); err != nil {
		return nil, err
	}
	err = s.View(ctx, workspace, func(v *View) (err error) {
		events, err = v.AuditEvents(q)
		return err
	})
	return events, err
}

// headerLooks bounds how many lines of the history one request looks at.
const headerLooks = 100_000

// ClassifiedSince gives the headers of entities that were classified, or whose
// classifications changed, from a moment on, by guid.
func (s *Service) ClassifiedSince(ctx context.Context, workspace pedigree.NodeID, since pedigree.Time) (headers map[string]*Header, err error) {
	err = s.View(ctx, workspace, func(v *View) error {
		if since > v.Now() {
			return fault.New(fault.BadRequest, "fromTimestamp should be less than toTimestamp")
		}
		nodes, err := v.classifiedSince(since)
		if err != nil {
			return err
		}
		headers = make(map[string]*Header, len(nodes))
		all, err := v.Headers(nodes, HeaderOptions{Classifications: true})
		for _, h := range all {
			headers[h.GUID] = h
		}
		return err
	})
	return headers, err
}

func (v *View) classifiedSince(since pedigree.Time) ([]pedigree.Node, error) {
	last, err := v.reader.LastChange(since)
	if err != nil {
		return nil, err
	}
	ask := &store.ChangeQuery{Workspace: v.workspace, After: last, Limit: auditChunk}
	var ids []pedigree.NodeID
	for looked := 0; looked < headerLooks; looked += auditChunk {
		lines, err := v.reader.ChangesBefore(ask)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			if strings.HasPrefix(lines[i].What, pedigree.AtlasPrefix) && strings.Contains(lines[i].What, "CLASSIFICATION_") {
				ids = append(ids, lines[i].Node)
			}
		}
		if len(lines) < ask.Limit {
			break
		}
		ask.Before = lines[len(lines)-1].ID
	}
	slices.Sort(ids)
	return v.reader.Nodes(slices.Compact(ids))
}

// Relationship gives a relationship.
func (s *Service) Relationship(ctx context.Context, workspace pedigree.NodeID, guid string, extended bool) (info *RelationshipInfo, err error) {
	err = s.View(ctx, workspace, func(v *View) (err error) {
		info, err = v.Relationship(guid, extended)
		return err
	})
	return info, err
}

// Relate ties two entities.
func (s *Service) Relate(ctx context.Context, workspace pedigree.NodeID, r *Relationship) (made *Relationship, err error) {
	err = s.Update(ctx, workspace, func(w *Work) (err error) {
		made, err = w.Relate(r, RelationshipOptions{})
		return err
	})
	return made, err
}

// UpdateRelationship changes a relationship.
func (s *Service) UpdateRelationship(ctx context.Context, workspace pedigree.NodeID, r *Relationship) (changed *Relationship, err error) {
	err = s.Update(ctx, workspace, func(w *Work) (err error) {
		changed, err = w.UpdateRelationship(r)
		return err
	})
	return changed, err
}

// Unrelate puts a relationship into the bin.
func (s *Service) Unrelate(ctx context.Context, workspace pedigree.NodeID, guid string) error {
	return s.Update(ctx, workspace, func(w *Work) error { return w.Unrelate(guid) })
}
