package catalog

import (
	"github.com/pedigree-ml/pedigree"
)

// touch notes that a node of the catalog was changed, when and by whom. Those of
// other protocols keep their own times.
func (w *Work) touch(n *pedigree.Node) error {
	if !isOurs(n.Type) {
		return nil
	}
	facts, err := w.reader.Facts([]pedigree.NodeID{n.ID}, pedigree.Field)
	if err != nil {
		return err
	}
	return w.touchKnown(n, facts[0].Of(pedigree.Field))
}

// touchKnown is touch where the fields of the node are known.
func (w *Work) touchKnown(n *pedigree.Node, fields []pedigree.Property) error {
	if !isOurs(n.Type) {
		return nil
	}
	if err := w.tx.TouchNode(n); err != nil {
		return err
	}
	creator, updater := LocalUser, ""
	for _, p := range fields {
		switch p.Key {
		case keyCreatedBy:
			creator = p.Value
		case keyUpdatedBy:
			updater = p.Value
		case keyUpdateTime:
			if _, err := w.tx.DeleteProperty(n, pedigree.Field, keyUpdateTime); err != nil {
				return err
			}
		}
	}
	user := w.User()
	switch {
	case user == creator && updater != "":
		_, err := w.tx.DeleteProperty(n, pedigree.Field, keyUpdatedBy)
		return err
	case user != creator && updater != user:
		return w.tx.PutProperties(n, propertyFor(keyUpdatedBy, user))
	}
	return nil
}

// Note gives an attribute of an entity a value that says nothing about what the entity
// is: it counts as no change, and the history does not tell of it.
func (w *Work) Note(n *pedigree.Node, attribute string, value any) error {
	return w.tx.PutProperties(n, propertyFor(attribute, value))
}
