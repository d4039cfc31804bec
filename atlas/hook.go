package atlas

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

// hookTopic is where others tell of entities.
const hookTopic = "ATLAS_HOOK"

// maxMessages bounds how many messages one request brings.
const maxMessages = 10_000

// hook does what the messages of a request say, in their order: each as a whole or
// not at all, and those after one that fails not.
func (h *Handler) hook(w http.ResponseWriter, r *http.Request) error {
	if topic := r.PathValue("topic"); topic != hookTopic {
		return fault.New(fault.InvalidTopicName, topic)
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	messages, err := messagesIn(body)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := h.apply(r.Context(), m); err != nil {
			return err
		}
	}
	return done(w)
}

// messagesIn reads a list of messages, or one. Each may be written as text that is
// JSON.
func messagesIn(body []byte) ([][]byte, error) {
	var list []json.RawMessage
	if json.Unmarshal(body, &list) != nil {
		list = []json.RawMessage{body}
	}
	if len(list) > maxMessages {
		return nil, fault.New(fault.BadRequest, "There are more than 10000 messages in one request")
	}
	var messages [][]byte
	for _, one := range list {
		var text string
		if json.Unmarshal(one, &text) == nil {
			one = json.RawMessage(text)
		}
		messages = append(messages, one)
	}
	return messages, nil
}

// A hookMessage is what others say of entities: in an envelope, or without one.
type hookMessage struct {
	Compression string          `json:"msgCompressionKind"`
	Splits      int             `json:"msgSplitCount"`
	Message     json.RawMessage `json:"message"`

	Type     string          `json:"type"`
	User     string          `json:"user"`
	Entities json.RawMessage `json:"entities"`
	Entity   json.RawMessage `json:"entity"`
	EntityID json.RawMessage `json:"entityId"`

	TypeName       string `json:"typeName"` // with the next two, of version 1, which entity is meant
	Attribute      string `json:"attribute"`
	AttributeValue string `json:"attributeValue"`
}

// maxUnpacked bounds a message that came compressed, in bytes.
const maxUnpacked = 64 << 20

// unpacked gives the message in an envelope. One that came compressed has its own
// envelope within.
func (m *hookMessage) unpacked() ([]byte, error) {
	switch {
	case m.Splits > 1:
		return nil, fault.New(fault.BadRequest, "Messages in several parts are not taken")
	case m.Compression == "" || m.Compression == "NONE":
		return m.Message, nil
	case m.Compression != "GZIP":
		return nil, fault.New(fault.BadRequest, "Messages compressed by "+quoteShort(m.Compression)+" are not taken")
	}
	unreadable := fault.New(fault.BadRequest, "A compressed message cannot be read")
	var packed []byte // JSON has it in base64
	if json.Unmarshal(m.Message, &packed) != nil {
		return nil, unreadable
	}
	from, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, unreadable
	}
	text, err := io.ReadAll(io.LimitReader(from, maxUnpacked+1))
	if err != nil || len(text) > maxUnpacked {
		return nil, unreadable
	}
	var within hookMessage
	if json.Unmarshal(text, &within) != nil {
		return nil, unreadable
	}
	if within.Compression == "GZIP" {
		return nil, unreadable
	}
	if len(within.Message) > 0 {
		return within.unpacked()
	}
	return text, nil
}

// apply does what one message says.
func (h *Handler) apply(ctx context.Context, text []byte) error {
	var m hookMessage
	if err := json.Unmarshal(text, &m); err != nil {
		return fault.New(fault.BadRequest, "A message is no JSON of a message")
	}
	if len(m.Message) > 0 {
		inner, err := m.unpacked()
		if err != nil {
			return err
		}
		m = hookMessage{}
		if err := json.Unmarshal(inner, &m); err != nil {
			return fault.New(fault.BadRequest, "A message is no JSON of a message")
		}
	}
	if a := pedigree.ActorOf(ctx); m.User != "" && a.Name == "" {
		a.Name = m.User
		ctx = pedigree.WithActor(ctx, a)
	}
	switch m.Type {
	case "ENTITY_CREATE_V2", "ENTITY_FULL_UPDATE_V2":
		return h.applySave(ctx, m.Entities)
	case "ENTITY_PARTIAL_UPDATE_V2":
		return h.applyPartial(ctx, m.EntityID, m.Entity)
	case "ENTITY_DELETE_V2":
		return h.applyDelete(ctx, m.Entities)
	case "ENTITY_CREATE", "ENTITY_FULL_UPDATE":
		batch, err := readV1Entities(m.Entities)
		if err == nil {
			_, err = h.Entities.Save(ctx, workspace, batch)
		}
		return err
	case "ENTITY_PARTIAL_UPDATE":
		batch, err := readV1Entities(m.Entity)
		if err == nil {
			_, err = h.Entities.Partial(ctx, workspace, m.ref(), batch)
		}
		return err
	case "ENTITY_DELETE":
		_, err := h.Entities.DeleteRef(ctx, workspace, m.ref())
		if fault.Is(err, fault.InstanceByUniqueAttributeNotFound) {
			return nil // it is as it should be
		}
		return err
	}
	return fault.New(fault.BadRequest, "Messages of type "+quoteShort(m.Type)+" are not taken")
}

// ref is which entity a message of version 1 means.
func (m *hookMessage) ref() catalog.Ref {
	return catalog.Ref{Type: m.TypeName, Unique: map[string]any{m.Attribute: m.AttributeValue}}
}

func (h *Handler) applySave(ctx context.Context, text []byte) error {
	var in struct {
		Entities []*catalog.Entity          `json:"entities"`
		Referred map[string]*catalog.Entity `json:"referredEntities"`
	}
	if err := decodeText(text, &in); err != nil {
		return err
	}
	_, err := h.Entities.Save(ctx, workspace, &catalog.Batch{Entities: in.Entities, Referred: in.Referred})
	return err
}

func (h *Handler) applyPartial(ctx context.Context, id, text []byte) error {
	var of hookID
	if err := decodeText(id, &of); err != nil {
		return err
	}
	var in struct {
		Entity   *catalog.Entity            `json:"entity"`
		Referred map[string]*catalog.Entity `json:"referredEntities"`
	}
	if err := decodeText(text, &in); err != nil {
		return err
	}
	if in.Entity == nil {
		return fault.New(fault.BadRequest, "A message of a change names no entity")
	}
	_, err := h.Entities.PartialByUnique(ctx, workspace, of.ref(), &catalog.Batch{Entities: []*catalog.Entity{in.Entity}, Referred: in.Referred})
	return err
}

// A hookID names an entity in a message.
type hookID struct {
	GUID   string         `json:"guid"`
	Type   string         `json:"typeName"`
	Unique map[string]any `json:"uniqueAttributes"`
}

func (id *hookID) ref() catalog.Ref {
	if id.GUID != "" && id.GUID[0] != '-' {
		return catalog.Ref{GUID: id.GUID}
	}
	return catalog.Ref{Type: id.Type, Unique: id.Unique}
}

// applyDelete deletes entities. Those that are gone already are as they should be.
func (h *Handler) applyDelete(ctx context.Context, text []byte) error {
	var ids []hookID
	if err := decodeText(text, &ids); err != nil {
		return err
	}
	return h.Entities.Update(ctx, workspace, func(w *catalog.Work) error {
		var nodes []pedigree.Node
		for i := range ids {
			n, err := w.Node(ids[i].ref())
			switch {
			case fault.Is(err, fault.InstanceGUIDNotFound, fault.InstanceByUniqueAttributeNotFound):
			case err != nil:
				return err
			default:
				nodes = append(nodes, *n)
			}
		}
		_, err := w.Delete(nodes)
		return err
	})
}
