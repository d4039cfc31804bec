package registry

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Each announcement puts into the outbox what MLflow's webhooks tell of a
// change, with the members that they have there. Prompts have events of their
// own; a tag of a model that is no prompt has none.

func (s *Service) announce(tx store.Tx, ws pedigree.NodeID, entity, action string, data map[string]any) error {
	return s.outbox.Enqueue(tx, ws, Event{Entity: entity, Action: action, Data: data})
}

func (s *Service) announceModel(tx store.Tx, m *Model) error {
	if s.outbox == nil {
		return nil
	}
	entity, tags := EntityModel, tagMap(m.Tags)
	if saysPrompt(m.Tags) {
		entity = EntityPrompt
		delete(tags, promptTag)
		delete(tags, promptTypeTag)
	}
	return s.announce(tx, m.Workspace, entity, ActionCreated, map[string]any{
		"name": m.Name, "tags": tags, "description": m.Description,
	})
}

func (s *Service) announceVersion(tx store.Tx, v *Version) error {
	if s.outbox == nil {
		return nil
	}
	entity, tags := EntityVersion, tagMap(v.Tags)
	data := map[string]any{
		"name": v.Name, "version": v.Version, "tags": tags, "description": orNull(v.Description),
	}
	if saysPrompt(v.Tags) {
		entity = EntityPromptVersion
		template, ok := tagIn(v.Tags, promptTextTag)
		data["template"] = template
		if !ok {
			data["template"] = nil
		}
		for _, internal := range []string{promptTag, promptTextTag, promptTypeTag} {
			delete(tags, internal)
		}
	} else {
		data["source"] = v.URI
		data["run_id"] = orNull(v.RunID)
	}
	return s.announce(tx, v.Workspace, entity, ActionCreated, data)
}

// announceModelTag tells of a tag of a prompt that was set, or removed when
// there is no value.
func (s *Service) announceModelTag(tx store.Tx, model *pedigree.Node, key string, value *string) error {
	if s.outbox == nil {
		return nil
	}
	data := map[string]any{"name": model.Name, "key": key}
	if value == nil { // the caller knows that it was a prompt: the tag that says so may be the one that went
		return s.announce(tx, model.Workspace, EntityPromptTag, ActionDeleted, data)
	}
	prompt, err := isPrompt(tx, model)
	if err != nil || !prompt {
		return err
	}
	data["value"] = *value
	return s.announce(tx, model.Workspace, EntityPromptTag, ActionSet, data)
}

// announceVersionTag tells of a tag of a version that was set, or removed when
// there is no value.
func (s *Service) announceVersionTag(tx store.Tx, model, n *pedigree.Node, key string, value *string) error {
	if s.outbox == nil {
		return nil
	}
	data := map[string]any{"name": model.Name, "version": n.Version, "key": key}
	action := ActionDeleted
	if value != nil {
		action = ActionSet
		data["value"] = *value
	}
	return s.announceEither(tx, model, EntityVersionTag, EntityPromptVersionTag, action, data)
}

// announceAlias tells of an alias that was given to a version, or removed when
// there is no number.
func (s *Service) announceAlias(tx store.Tx, model *pedigree.Node, alias, number string) error {
	if s.outbox == nil {
		return nil
	}
	data := map[string]any{"name": model.Name, "alias": alias}
	action := ActionDeleted
	if number != "" {
		action = ActionCreated
		data["version"] = number
	}
	return s.announceEither(tx, model, EntityVersionAlias, EntityPromptAlias, action, data)
}

// announceEither picks the entity by whether the model is a prompt.
func (s *Service) announceEither(tx store.Tx, model *pedigree.Node, entity, ofPrompt, action string, data map[string]any) error {
	prompt, err := isPrompt(tx, model)
	if err != nil {
		return err
	}
	if prompt {
		entity = ofPrompt
	}
	return s.announce(tx, model.Workspace, entity, action, data)
}

func tagMap(tags []pedigree.Property) map[string]string {
	m := make(map[string]string, len(tags))
	for i := range tags {
		m[tags[i].Key] = tags[i].Value
	}
	return m
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
