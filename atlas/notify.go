package atlas

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/notice"
	"github.com/pedigree-ml/pedigree/route"
)

// notificationRoutes tell what happens to entities, and take what others say of them.
func (h *Handler) notificationRoutes() []operation {
	return []operation{
		{method: "GET", path: v2 + "/notifications", permission: route.Read, call: h.notifications, stream: true},
		{method: "POST", path: v2 + "/notification/topic/{topic}", permission: route.Write, call: h.hook},
	}
}

// heartbeat is how long a stream is silent at the most.
const heartbeat = 15 * time.Second

// notifications streams what happens as server-sent events: the data of each is a
// message as the topic of entities carries it, its id the place to go on from.
func (h *Handler) notifications(w http.ResponseWriter, r *http.Request) error {
	after, err := afterOf(r)
	if err != nil {
		return err
	}
	watcher, err := h.Notices.Watch(r.Context(), workspace, after)
	if err != nil {
		return err
	}
	defer watcher.Close()
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Accel-Buffering", "no") // a proxy that gathers answers would hold back events
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	if err := tell(r.Context(), w, watcher); err != nil && r.Context().Err() == nil {
		route.Report(w, err) // it is too late to answer with it
	}
	return nil
}

// afterOf reads from which event on a client listens. One that comes back says so in
// a header, whatever its URL says.
func afterOf(r *http.Request) (*int64, error) {
	for name := range r.URL.Query() {
		if name != "after" {
			return nil, fault.New(fault.BadRequest, "There is no parameter "+quoteShort(name)+": a stream goes on from after, or from the header Last-Event-ID")
		}
	}
	for _, text := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, fault.New(fault.BadRequest, "The cursor must be the id of an event")
		}
		return &n, nil
	}
	return nil, nil
}

// tell writes events until the client leaves or the server ends.
func tell(ctx context.Context, w http.ResponseWriter, watcher *notice.Watcher) error {
	control := http.NewResponseController(w)
	var text bytes.Buffer
	text.WriteString("retry: 2000\n") // ms until a client comes back
	text.WriteString("id: " + strconv.FormatInt(watcher.Cursor(), 10) + "\n\n")
	for {
		if _, err := w.Write(text.Bytes()); err != nil {
			return nil //nolint:nilerr // the client has left
		}
		if err := control.Flush(); err != nil {
			return nil //nolint:nilerr // the client has left
		}
		text.Reset()
		events, err := watcher.Next(ctx, heartbeat)
		if err != nil {
			return err
		}
		for i := range events {
			line, err := json.Marshal(notice.Enclose(&events[i], pedigree.SystemClock()))
			if err != nil {
				return err
			}
			text.WriteString("id: " + strconv.FormatInt(events[i].Cursor, 10) + "\nevent: " + string(events[i].Operation) + "\ndata: ")
			text.Write(line)
			text.WriteString("\n\n")
		}
		if len(events) == 0 {
			text.WriteString(": nothing new\nid: " + strconv.FormatInt(watcher.Cursor(), 10) + "\n\n")
		}
	}
}

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
}

// apply does what one message says.
func (h *Handler) apply(ctx context.Context, text []byte) error {
	var m hookMessage
	if err := json.Unmarshal(text, &m); err != nil {
		return fault.New(fault.BadRequest, "A message is no JSON of a message")
	}
	if len(m.Message) > 0 {
		if m.Compression != "" && m.Compression != "NONE" || m.Splits > 1 {
			return fault.New(fault.BadRequest, "Messages that are compressed or in several parts are not taken")
		}
		inner := m.Message
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
	}
	return fault.New(fault.BadRequest, "Messages of type "+quoteShort(m.Type)+" are not taken")
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
