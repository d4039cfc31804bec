package glossary

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
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

// change changes what a relationship says of itself.
func (d *desk) change(guid string, attributes map[string]any) error {
	_, err := d.work.UpdateRelationship(&catalog.Relationship{GUID: guid, Attributes: attributes})
	return err
}

// unrelate removes a relationship for ever: a thesaurus keeps no past relations.
func (d *desk) unrelate(guid string) error { return d.work.Erase(guid) }
