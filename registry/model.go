package registry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// A ModelDraft is what a client says about a model that it registers.
type ModelDraft struct {
	Name        string
	Description string
	Tags        []pedigree.Property
}

// CreateModel registers a model without versions. A name that is taken gives
// AlreadyExists.
func (s *Service) CreateModel(ctx context.Context, ws pedigree.NodeID, draft ModelDraft) (Model, error) {
	if err := draft.check(); err != nil {
		return Model{}, err
	}
	tags := inSpace(pedigree.Tag, draft.Tags)
	var model Model
	err := s.store.Update(ctx, func(tx store.Tx) error {
		if err := refuseTaken(tx, ws, draft.Name, tags); err != nil {
			return err
		}
		n := pedigree.Node{
			Workspace: ws, Home: ws, Type: pedigree.RegisteredModelType, UID: naming.NewUID(), Name: draft.Name,
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := tx.CreateNode(&n); err != nil {
			return err
		}
		if err := putAll(tx, &n, describing(draft.Description), tags); err != nil {
			return err
		}
		if err := newRecorder(ctx, tx).add(&n, Created, "", n.Name); err != nil {
			return err
		}
		model = Model{Node: n, Description: draft.Description, Tags: tags}
		return s.announceModel(tx, &model)
	})
	return model, err
}

func (d *ModelDraft) check() error {
	if err := checkModelName("name", d.Name); err != nil {
		return err
	}
	if err := checkTags(d.Tags, checkTag); err != nil {
		return err
	}
	return naming.CheckLength("description", maxDescription, d.Description)
}

// refuseTaken says what stands in the way of a new name, if anything does.
func refuseTaken(tx store.Tx, ws pedigree.NodeID, name string, tags []pedigree.Property) error {
	n, err := tx.NodeNamed(ws, pedigree.RegisteredModelType, name)
	if pedigree.CodeOf(err) == pedigree.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	_, prompt, err := tx.Property(n.ID, pedigree.Tag, promptTag)
	if err != nil {
		return err
	}
	taken, wanted := kindName(prompt), kindName(hasTag(tags, promptTag))
	if taken != wanted {
		return pedigree.Errorf(pedigree.AlreadyExists, "Tried to create a %s with name %s, but the name is already taken by a %s."+
			" MLflow does not allow creating a model and a prompt with the same name.", wanted, naming.Quote(name), taken)
	}
	if prompt {
		return pedigree.Errorf(pedigree.AlreadyExists, "Prompt (name=%s) already exists.", name)
	}
	return errTaken(name)
}

func errTaken(name string) error {
	return pedigree.Errorf(pedigree.AlreadyExists, "Registered Model (name=%s) already exists.", name)
}

func kindName(prompt bool) string {
	if prompt {
		return "prompt"
	}
	return "registered model"
}

// describing is a description as it is written down: not at all when empty.
func describing(text string) []pedigree.Property {
	if text == "" {
		return nil
	}
	return []pedigree.Property{{Space: pedigree.Field, Key: descriptionField, Value: text}}
}

// putAll stores properties in one call, in none where there are none.
func putAll(tx store.Tx, n *pedigree.Node, lists ...[]pedigree.Property) error {
	var all []pedigree.Property
	for _, l := range lists {
		all = append(all, l...)
	}
	if len(all) == 0 {
		return nil
	}
	return tx.PutProperties(n, all...)
}

// changeModel runs fn on a model that is not deleted, inside one transaction.
func (s *Service) changeModel(ctx context.Context, ws pedigree.NodeID, name string, fn func(store.Tx, *pedigree.Node) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		n, err := modelNode(tx, ws, name)
		if err != nil {
			return err
		}
		return fn(tx, &n)
	})
}

// DescribeModel gives a model another description, which may be empty.
func (s *Service) DescribeModel(ctx context.Context, ws pedigree.NodeID, name, description string) (Model, error) {
	if err := naming.CheckLength("description", maxDescription, description); err != nil {
		return Model{}, err
	}
	var model Model
	err := s.changeModel(ctx, ws, name, func(tx store.Tx, n *pedigree.Node) error {
		if err := redescribe(newRecorder(ctx, tx), n, description); err != nil {
			return err
		}
		var err error
		model, err = describeModel(tx, *n)
		return err
	})
	return model, err
}

// redescribe changes the description of a model or version, and when it was
// last changed.
func redescribe(r recorder, n *pedigree.Node, description string) error {
	before, _, err := r.tx.Property(n.ID, pedigree.Field, descriptionField)
	if err != nil {
		return err
	}
	if description == "" {
		_, err = r.tx.DeleteProperty(n, pedigree.Field, descriptionField)
	} else {
		err = r.tx.PutProperties(n, describing(description)...)
	}
	if err != nil {
		return err
	}
	if before != description {
		if err := r.add(n, Described, before, description); err != nil {
			return err
		}
	}
	return r.tx.TouchNode(n)
}

// RenameModel gives a model and its versions another name. One that is taken
// gives AlreadyExists.
func (s *Service) RenameModel(ctx context.Context, ws pedigree.NodeID, name, newName string) (Model, error) {
	if err := checkModelName("new_name", newName); err != nil {
		return Model{}, err
	}
	var model Model
	err := s.changeModel(ctx, ws, name, func(tx store.Tx, n *pedigree.Node) error {
		if err := rename(newRecorder(ctx, tx), n, newName); err != nil {
			return err
		}
		members, err := liveVersions(tx, n)
		if err != nil {
			return err
		}
		for i := range members {
			if err := rename(newRecorder(ctx, tx), &members[i], newName); err != nil {
				return err
			}
		}
		model, err = describeModel(tx, *n)
		return err
	})
	return model, err
}

func rename(r recorder, n *pedigree.Node, name string) error {
	before := n.Name
	n.Name = name
	err := r.tx.UpdateNode(n)
	if err != nil && pedigree.CodeOf(err) == pedigree.AlreadyExists {
		return errTaken(name)
	}
	if err != nil || before == name {
		return err
	}
	return r.add(n, Renamed, before, name)
}

// DeleteModel puts a model and its versions in the bin and frees its name.
func (s *Service) DeleteModel(ctx context.Context, ws pedigree.NodeID, name string) error {
	return s.changeModel(ctx, ws, name, func(tx store.Tx, n *pedigree.Node) error {
		members, err := liveVersions(tx, n)
		if err != nil {
			return err
		}
		for i := range members {
			if err := discard(newRecorder(ctx, tx), &members[i], members[i].Name); err != nil {
				return err
			}
		}
		return discard(newRecorder(ctx, tx), n, n.UID+"/") // a name that no model can be given
	})
}

// discard puts a node in the bin under a name of its own.
func discard(r recorder, n *pedigree.Node, name string) error {
	before := n.Name
	n.Name, n.Deleted = name, r.tx.Now()
	if err := r.tx.UpdateNode(n); err != nil {
		return err
	}
	return r.add(n, Deleted, before, "")
}
