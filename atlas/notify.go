package atlas

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
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
