package webhook

import (
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/naming"
)

// An Event is a sort of change: what happened to which sort of thing, such as
// model_version created.
type Event struct{ Entity, Action string }

// String writes the event as it is stored.
func (e Event) String() string { return e.Entity + "." + e.Action }

// ParseEvent reads what String wrote.
func ParseEvent(text string) Event {
	entity, action, _ := strings.Cut(text, ".")
	return Event{entity, action}
}

// examples has one row for each event there is, with what a test tells of it.
// Nothing exceeds a budget here; who wants to hear of it may, and never will.
var examples = map[Event]map[string]any{
	{"registered_model", "created"}: {"name": "example_model", "tags": exampleTags, "description": "An example registered model"},
	{"model_version", "created"}: {
		"name": "example_model", "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678",
		"tags": exampleTags, "description": "An example model version",
	},
	{"model_version_tag", "set"}:       {"name": "example_model", "version": "1", "key": "example_key", "value": "example_value"},
	{"model_version_tag", "deleted"}:   {"name": "example_model", "version": "1", "key": "example_key"},
	{"model_version_alias", "created"}: {"name": "example_model", "alias": "example_alias", "version": "1"},
	{"model_version_alias", "deleted"}: {"name": "example_model", "alias": "example_alias"},
	{"prompt", "created"}:              {"name": "example_prompt", "tags": exampleTags, "description": "An example prompt"},
	{"prompt_version", "created"}: {
		"name": "example_prompt", "version": "1", "template": "Hello {{name}}!",
		"tags": exampleTags, "description": "An example prompt version",
	},
	{"prompt_tag", "set"}:             {"name": "example_prompt", "key": "example_key", "value": "example_value"},
	{"prompt_tag", "deleted"}:         {"name": "example_prompt", "key": "example_key"},
	{"prompt_version_tag", "set"}:     {"name": "example_prompt", "version": "1", "key": "example_key", "value": "example_value"},
	{"prompt_version_tag", "deleted"}: {"name": "example_prompt", "version": "1", "key": "example_key"},
	{"prompt_alias", "created"}:       {"name": "example_prompt", "alias": "example_alias", "version": "1"},
	{"prompt_alias", "deleted"}:       {"name": "example_prompt", "alias": "example_alias"},
	{"budget_policy", "exceeded"}: {
		"budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0, "current_spend": 105.5,
		"duration_unit": "MONTHS", "duration_value": 1, "target_scope": "ENDPOINT", "workspace": "default",
		"target_value": "ep-abc123", "window_start": 1704067200000,
	},
}

var exampleTags = map[string]string{"example_key": "example_value"}

// checkEvent refuses an event that does not exist.
func checkEvent(e Event) error {
	if _, ok := examples[e]; ok {
		return nil
	}
	var actions []string
	for known := range maps.Keys(examples) {
		if known.Entity == e.Entity {
			actions = append(actions, naming.Quote(known.Action))
		}
	}
	slices.Sort(actions)
	return naming.Invalid("Invalid action '%s' for entity '%s'. Valid actions are: [%s]", e.Action, e.Entity, strings.Join(actions, ", "))
}

// checkEvents gives the events of a webhook as they are stored: in order, each
// once.
func checkEvents(events []Event) ([]string, error) {
	if len(events) == 0 {
		return nil, naming.Invalid("Webhook events must be a non-empty list of WebhookEvent objects: [].")
	}
	texts := make([]string, len(events))
	for i, e := range events {
		if err := checkEvent(e); err != nil {
			return nil, err
		}
		texts[i] = e.String()
	}
	slices.Sort(texts)
	return slices.Compact(texts), nil
}
