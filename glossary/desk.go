package glossary

import (
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
)

// save creates an entity, whose guid begins with "-", or changes the one of a guid.
// It gives the guid that it has.
func (d *desk) save(e *catalog.Entity) (guid string, err error) {
	done, err := d.work.Save(&catalog.Batch{Entities: []*catalog.Entity{e}}, catalog.SaveOptions{})
	if err != nil {
		return "", err
	}
	if assigned, ok := done.Assignments[e.GUID]; ok {
		return assigned, nil
	}
	return e.GUID, nil
}

// remove deletes entities.
func (d *desk) remove(guids ...string) error {
	found, err := d.NodesByGUID(guids)
	if err != nil {
		return err
	}
	nodes := make([]pedigree.Node, 0, len(guids))
	for _, guid := range guids {
		if n := found[guid]; n != nil {
			nodes = append(nodes, *n)
		}
	}
	_, err = d.work.Delete(nodes)
	return err
}

// relate ties two entities. Those that are tied so already stay as they are.
func (d *desk) relate(name, end1, end2 string, attributes map[string]any) error {
	_, err := d.work.Relate(&catalog.Relationship{
		TypeName: name, End1: &catalog.ObjectID{GUID: end1}, End2: &catalog.ObjectID{GUID: end2}, Attributes: attributes,
	}, catalog.RelationshipOptions{Existing: true})
	return err
}

// anchorTerms says to which glossaries new terms belong, by guid. It looks at nothing
// else that does: a glossary may have many terms.
func (d *desk) anchorTerms(glossaries map[string]string) error {
	var guids []string
	for term, glossary := range glossaries {
		guids = append(guids, term, glossary)
	}
	nodes, err := d.NodesByGUID(guids)
	if err != nil {
		return err
	}
	for _, term := range slices.Sorted(maps.Keys(glossaries)) {
		err := d.work.Tx().CreateRelationship(&pedigree.Relationship{
			Workspace: d.workspace, UID: schema.NewGUID(), Type: termAnchor, End1: nodes[glossaries[term]].ID, End2: nodes[term].ID,
			CreatedBy: d.work.User(), UpdatedBy: d.work.User(), Deleted: pedigree.NoTime,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// change changes what a relationship says of itself.
func (d *desk) change(guid string, attributes map[string]any) error {
	_, err := d.work.UpdateRelationship(&catalog.Relationship{GUID: guid, Attributes: attributes})
	return err
}

// unrelate removes a relationship for ever: a thesaurus keeps no past relations.
func (d *desk) unrelate(guid string) error { return d.work.Erase(guid) }
