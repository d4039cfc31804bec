package identity

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Descend ties a version of a registered model to what it was made of: the
// logged model that it is, and the version that it is a copy of. Other nodes
// have events for that.
func Descend(tx store.Tx, n *pedigree.Node, properties []pedigree.Property) error {
	if n.Type != pedigree.ModelVersionType {
		return nil
	}
	if id := textOf(properties, "model_id"); id != "" {
		if err := derive(tx, n, pedigree.LoggedModelType, id); err != nil {
			return err
		}
	}
	from := textOf(properties, "copied_from")
	if from == "" {
		return nil
	}
	l, ok, err := Resolve(tx, n.Workspace, from)
	if err != nil || !ok {
		return err
	}
	return derive(tx, n, pedigree.ModelVersionType, strings.TrimPrefix(l.URI, "models:/"))
}

// derive says that a node is made of another, if there is that one.
func derive(tx store.Tx, n *pedigree.Node, t pedigree.Type, uid string) error {
	from, err := tx.Node(n.Workspace, t, uid)
	if err != nil {
		if pedigree.CodeOf(err) == pedigree.NotFound {
			return nil
		}
		return err
	}
	if from.ID == n.ID {
		return nil
	}
	return tx.PutRelation(&pedigree.Relation{Kind: pedigree.Derived, Source: from.ID, Target: n.ID})
}
