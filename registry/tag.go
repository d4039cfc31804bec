package registry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// SetModelTag sets a tag of a model.
func (s *Service) SetModelTag(ctx context.Context, ws pedigree.NodeID, name, key, value string) error {
	if err := checkModelName("name", name); err != nil {
		return err
	}
	if err := checkTag(key, value); err != nil {
		return err
	}
	return s.changeModel(ctx, ws, name, func(tx store.Tx, n *pedigree.Node) error {
		if err := setTag(newRecorder(ctx, tx), n, key, value); err != nil {
			return err
		}
		return s.announceModelTag(tx, n, key, &value)
	})
}

// DeleteModelTag removes a tag of a model, if it is set.
func (s *Service) DeleteModelTag(ctx context.Context, ws pedigree.NodeID, name, key string) error {
	if err := checkModelName("name", name); err != nil {
		return err
	}
	if err := naming.CheckKey("key", key); err != nil {
		return err
	}
	return s.changeModel(ctx, ws, name, func(tx store.Tx, n *pedigree.Node) error {
		wasPrompt, err := isPrompt(tx, n)
		if err != nil {
			return err
		}
		found, err := deleteTag(newRecorder(ctx, tx), n, key)
		if err != nil || !found || !wasPrompt {
			return err
		}
		return s.announceModelTag(tx, n, key, nil)
	})
}

// SetVersionTag sets a tag of a version.
func (s *Service) SetVersionTag(ctx context.Context, ws pedigree.NodeID, name, number, key, value string) error {
	return s.changeVersion(ctx, ws, name, number, checkVersionTag(key, value), func(tx store.Tx, model, n *pedigree.Node) error {
		if err := setTag(newRecorder(ctx, tx), n, key, value); err != nil {
			return err
		}
		return s.announceVersionTag(tx, model, n, key, &value)
	})
}

// DeleteVersionTag removes a tag of a version, if it is set.
func (s *Service) DeleteVersionTag(ctx context.Context, ws pedigree.NodeID, name, number, key string) error {
	return s.changeVersion(ctx, ws, name, number, naming.CheckKey("key", key), func(tx store.Tx, model, n *pedigree.Node) error {
		found, err := deleteTag(newRecorder(ctx, tx), n, key)
		if err != nil || !found {
			return err
		}
		return s.announceVersionTag(tx, model, n, key, nil)
	})
}

func setTag(r recorder, n *pedigree.Node, key, value string) error {
	before, ok, err := r.tx.Property(n.ID, pedigree.Tag, key)
	if err != nil {
		return err
	}
	if ok && before == value {
		return nil
	}
	if err := r.tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: key, Value: value}); err != nil {
		return err
	}
	return r.add(n, Tagged, pair(key, before, ok), pair(key, value, true))
}

func deleteTag(r recorder, n *pedigree.Node, key string) (found bool, err error) {
	before, found, err := r.tx.Property(n.ID, pedigree.Tag, key)
	if err != nil || !found {
		return false, err
	}
	if _, err := r.tx.DeleteProperty(n, pedigree.Tag, key); err != nil {
		return false, err
	}
	return true, r.add(n, TagRemoved, pair(key, before, true), "")
}

// pair writes a tag or alias as the history has it.
func pair(key, value string, ok bool) string {
	if !ok {
		return ""
	}
	return key + "=" + value
}

func hasTag(tags []pedigree.Property, key string) bool {
	_, ok := tagIn(tags, key)
	return ok
}

func tagIn(tags []pedigree.Property, key string) (value string, ok bool) {
	for i := range tags {
		if tags[i].Key == key {
			return tags[i].Value, true
		}
	}
	return "", false
}
