package mlflow

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/webhook"
)

// webhookOperations are for whoever runs the server, to read as well: the URL
// of a receiver often holds a key.
func (h *Handler) webhookOperations() []operation {
	const v2 = "/2.0/mlflow"
	return []operation{
		{"POST", v2 + "/webhooks", route.Manage, h.createWebhook},
		{"GET", v2 + "/webhooks", route.Manage, h.listWebhooks},
		{"GET", v2 + "/webhooks/{webhook_id}", route.Manage, h.getWebhook},
		{"PATCH", v2 + "/webhooks/{webhook_id}", route.Manage, h.updateWebhook},
		{"DELETE", v2 + "/webhooks/{webhook_id}", route.Manage, h.deleteWebhook},
		{"POST", v2 + "/webhooks/{webhook_id}/test", route.Manage, h.testWebhook},
	}
}

// webhookEntities, webhookActions and webhookStates are the values of
// WebhookEntity, WebhookAction and WebhookStatus.
var (
	webhookEntities = enum[string]{
		{1, "REGISTERED_MODEL", "registered_model"},
		{2, "MODEL_VERSION", "model_version"},
		{3, "MODEL_VERSION_TAG", "model_version_tag"},
		{4, "MODEL_VERSION_ALIAS", "model_version_alias"},
		{5, "PROMPT", "prompt"},
		{6, "PROMPT_VERSION", "prompt_version"},
		{7, "PROMPT_TAG", "prompt_tag"},
		{8, "PROMPT_VERSION_TAG", "prompt_version_tag"},
		{9, "PROMPT_ALIAS", "prompt_alias"},
		{10, "BUDGET_POLICY", "budget_policy"},
	}
	webhookActions = enum[string]{
		{1, "CREATED", "created"},
		{2, "UPDATED", "updated"},
		{3, "DELETED", "deleted"},
		{4, "SET", "set"},
		{5, "EXCEEDED", "exceeded"},
	}
	webhookStates = enum[*bool]{
		{1, "ACTIVE", new(true)},
		{2, "DISABLED", new(false)},
	}
)

var webhookEvent = shape[webhook.Event]{
	must(choice("entity", webhookEntities, func(m *webhook.Event) *string { return &m.Entity })),
	must(choice("action", webhookActions, func(m *webhook.Event) *string { return &m.Action })),
}

// webhookRequest holds what a webhook is to be, as far as a client says.
type webhookRequest struct {
	Name, URL           string
	Description, Secret *string
	Events              []webhook.Event
	Active              *bool
}

var (
	webhookName        = text("name", func(m *webhookRequest) *string { return &m.Name })
	webhookURL         = text("url", func(m *webhookRequest) *string { return &m.URL })
	webhookEvents      = each("events", webhookEvent, webhook.Event{}, func(m *webhookRequest) *[]webhook.Event { return &m.Events })
	webhookDescription = maybeText("description", func(m *webhookRequest) **string { return &m.Description })
	webhookSecret      = hidden(maybeText("secret", func(m *webhookRequest) **string { return &m.Secret }))
	webhookStatus      = choice("status", webhookStates, func(m *webhookRequest) **bool { return &m.Active })

	createWebhookShape = shape[webhookRequest]{must(webhookName), must(webhookURL), must(webhookEvents), webhookDescription, webhookSecret, webhookStatus}
	updateWebhookShape = shape[webhookRequest]{webhookName, webhookDescription, webhookURL, webhookEvents, webhookSecret, webhookStatus}
)

// hidden marks a field whose value no error repeats.
func hidden[T any](f field[T]) field[T] {
	read := f.read
	f.read = func(d *decoder, m *T) (bool, error) {
		blank, err := read(d, m)
		if isFault(err) {
			err = pedigree.Errorf(pedigree.Invalid, "Invalid value for parameter '%s' supplied: it must be a string.", f.spellings[0])
		}
		return blank, err
	}
	return f
}

func (h *Handler) createWebhook(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, createWebhookShape, webhookRequest{})
	if err != nil {
		return err
	}
	made, err := h.Webhooks.Create(r.Context(), h.workspace(), webhook.Draft{
		Name: m.Name, URL: m.URL, Events: m.Events, Description: orEmpty(m.Description), Secret: orEmpty(m.Secret),
		Disabled: m.Active != nil && !*m.Active,
	})
	return writeWebhook(w, &made, err)
}

func (h *Handler) getWebhook(w http.ResponseWriter, r *http.Request) error {
	found, err := h.Webhooks.Webhook(r.Context(), h.workspace(), r.PathValue("webhook_id"))
	return writeWebhook(w, &found, err)
}

// updateWebhook changes what the body names. As upstream has it, an empty name,
// URL or list changes nothing, an empty description or secret takes it away.
func (h *Handler) updateWebhook(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, updateWebhookShape, webhookRequest{})
	if err != nil {
		return err
	}
	change := webhook.Change{Description: m.Description, Secret: m.Secret, Active: m.Active}
	if m.Name != "" {
		change.Name = &m.Name
	}
	if m.URL != "" {
		change.URL = &m.URL
	}
	if len(m.Events) > 0 {
		change.Events = m.Events
	}
	changed, err := h.Webhooks.Update(r.Context(), h.workspace(), r.PathValue("webhook_id"), change)
	return writeWebhook(w, &changed, err)
}

func (h *Handler) deleteWebhook(w http.ResponseWriter, r *http.Request) error {
	return done(w, h.Webhooks.Delete(r.Context(), h.workspace(), r.PathValue("webhook_id")))
}

type listWebhooksRequest struct {
	Max       int
	PageToken string
}

var listWebhooksShape = shape[listWebhooksRequest]{
	count("max_results", func(m *listWebhooksRequest) *int { return &m.Max }),
	text("page_token", func(m *listWebhooksRequest) *string { return &m.PageToken }),
}

func (h *Handler) listWebhooks(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, listWebhooksShape, listWebhooksRequest{})
	if err != nil {
		return err
	}
	page, err := h.Webhooks.Webhooks(r.Context(), h.workspace(), m.Max, m.PageToken)
	if err != nil {
		return err
	}
	writePage(w, "webhooks", page.Items, page.Next, appendWebhook)
	return nil
}

var testWebhookShape = shape[webhook.Event]{
	one("event", webhookEvent, func(m *webhook.Event) *webhook.Event { return m }),
}

func (h *Handler) testWebhook(w http.ResponseWriter, r *http.Request) error {
	event, err := decode(r, testWebhookShape, webhook.Event{})
	if err != nil {
		return err
	}
	result, err := h.Webhooks.Test(r.Context(), h.workspace(), r.PathValue("webhook_id"), event)
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendTestResult(member(append(b, '{'), "result"), &result), '}')
	})
	return nil
}

func appendTestResult(b []byte, r *webhook.TestResult) []byte {
	b = member(append(b, '{'), "success")
	if r.Success {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	if r.Status != 0 {
		b = intMember(b, "response_status", int64(r.Status))
		b = textMember(b, "response_body", r.Body)
	}
	return append(textIfAny(b, "error_message", r.Error), '}')
}

func writeWebhook(w http.ResponseWriter, found *pedigree.Webhook, err error) error {
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendWebhook(member(append(b, '{'), "webhook"), found), '}')
	})
	return nil
}

// appendWebhook writes all about a webhook but its secret, which nobody reads.
func appendWebhook(b []byte, w *pedigree.Webhook) []byte {
	b = textMember(append(b, '{'), "webhook_id", w.UID)
	b = textMember(b, "name", w.Name)
	b = textIfAny(b, "description", w.Description)
	b = textMember(b, "url", w.URL)
	b = append(member(b, "events"), '[')
	for _, e := range w.Events {
		event := webhook.ParseEvent(e)
		b = textMember(append(element(b), '{'), "entity", strings.ToUpper(event.Entity))
		b = append(textMember(b, "action", strings.ToUpper(event.Action)), '}')
	}
	state := "DISABLED"
	if w.Active {
		state = "ACTIVE"
	}
	b = textMember(append(b, ']'), "status", state)
	b = intMember(b, "creation_timestamp", int64(w.Created))
	b = intMember(b, "last_updated_timestamp", int64(w.Updated))
	return append(b, '}')
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
