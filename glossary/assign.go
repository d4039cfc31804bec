package glossary

import (
	"context"
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

// Assign says that a term is the meaning of entities. One that it is assigned to
// already stays as it is.
func (s *Service) Assign(ctx context.Context, workspace pedigree.NodeID, term string, to []catalog.RelatedID) error {
	if err := checkMany(len(to)); err != nil {
		return err
	}
	return s.update(ctx, workspace, func(d *desk) error {
		t, err := d.term(term)
		if err != nil {
			return err
		}
		has := byEntity(t)
		for i := range to {
			r := &to[i]
			n, err := d.Resolve(&catalog.ObjectID{GUID: r.GUID})
			if err != nil {
				return err
			}
			if _, there := has[r.GUID]; there {
				continue
			}
			has[r.GUID] = *r
			var values map[string]any
			if r.RelationshipAttributes != nil {
				values = r.RelationshipAttributes.Attributes
			}
			if err := d.relate(assignment, term, r.GUID, values); err != nil {
				return err
			}
			if err := d.work.Audit(n, catalog.AuditTermAdd, "Added term: "+auditText(t)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Dissociate says that a term is no longer the meaning of entities. Each names the
// relationship by which it is.
func (s *Service) Dissociate(ctx context.Context, workspace pedigree.NodeID, term string, from []catalog.RelatedID) error {
	if err := checkMany(len(from)); err != nil {
		return err
	}
	return s.update(ctx, workspace, func(d *desk) error {
		t, err := d.term(term)
		if err != nil {
			return err
		}
		has := byEntity(t)
		for i := range from {
			r := &from[i]
			if r.RelationshipGUID == "" {
				return fault.New(fault.TermDissociationMissingRelationGUID)
			}
			if old, there := has[r.GUID]; !there || old.RelationshipGUID != r.RelationshipGUID {
				return fault.New(fault.InvalidTermDissociation, r.RelationshipGUID, term, r.GUID)
			}
			delete(has, r.GUID)
			n, err := d.NodeByGUID(r.GUID)
			if err != nil {
				return err
			}
			if err := d.unrelate(r.RelationshipGUID); err != nil {
				return err
			}
			if err := d.work.Audit(n, catalog.AuditTermDelete, "Deleted term: "+auditText(t)); err != nil {
				return err
			}
		}
		return nil
	})
}

func byEntity(t *Term) map[string]catalog.RelatedID {
	has := make(map[string]catalog.RelatedID, len(t.AssignedEntities))
	for _, r := range t.AssignedEntities {
		has[r.GUID] = r
	}
	return has
}

// auditText names a term in the history of an entity.
func auditText(t *Term) string {
	text, err := json.Marshal(struct {
		GUID          string `json:"guid"`
		QualifiedName string `json:"qualifiedName"`
		Name          string `json:"name"`
	}{t.GUID, t.QualifiedName, t.Name})
	if err != nil {
		panic(err) // texts always have a JSON
	}
	return string(text)
}
