package api

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/watch"
)

// A WatchEvent says that one transaction touched a node. What it tells of the
// node is how that was then or a little later.
type WatchEvent struct {
	Cursor  string      `json:"cursor"` // also the id of the event
	Time    string      `json:"time" format:"date-time"`
	Actions []string    `json:"actions"` // created, updated (name, state, times, the bin), properties, events (it read, wrote, was read or written), members, relations, contents (of it went into the bin or came out), comments or purged
	Node    WatchedNode `json:"node"`
}

// A WatchedNode is what an event tells of its node. Of one that has gone since,
// which a later event with the action purged reports, it is the id alone.
type WatchedNode struct {
	ID        pedigree.NodeID `json:"id"`
	Kind      string          `json:"kind,omitempty" enum:"artifact,execution,context"`
	Type      string          `json:"type,omitempty"`
	Protocol  string          `json:"protocol,omitempty" enum:"mlflow,mlmd,openlineage,atlas"` // through which it came
	Name      string          `json:"name,omitempty"`                                          // at most 500 bytes of it
	UID       string          `json:"uid,omitempty"`
	Workspace string          `json:"workspace"`
	State     string          `json:"state,omitempty"`
	Deleted   string          `json:"deleted,omitempty" format:"date-time"` // while it is in the bin
}

// actionNames are the ways to touch a node, in the words of this protocol.
var actionNames = []struct {
	touch pedigree.Touch
	name  string
}{
	{pedigree.TouchCreated, "created"},
	{pedigree.TouchNode, "updated"},               // name, state, times, the bin
	{pedigree.TouchProperties, "properties"},      // params, tags, fields and the like; no metrics
	{pedigree.TouchEvents, "events"},              // an execution read or wrote an artifact: both are told of
	{pedigree.TouchMembers, "members"},            // of a context
	{pedigree.TouchRelations, "relations"},        // relations, locations, columns
	{pedigree.TouchHome, "contents"},              // everything at home in it went into the bin or came out
	{pedigree.TouchComments, "comments"},          // people wrote below it
	{pedigree.TouchClassified, "classifications"}, // of it itself, not those carried to it
	{pedigree.TouchUntied, "untied"},              // what tied it to another node is gone
	{pedigree.TouchPurged, "purged"},              // gone for ever
}

func watchEventOf(e *watch.Event) WatchEvent {
	v := WatchEvent{Cursor: strconv.FormatInt(e.Cursor, 10), Time: moment(e.Time)}
	v.Node = WatchedNode{ID: e.Node, Type: e.Type.Name, Name: e.Name, UID: e.UID, Workspace: workspaceName, State: e.State}
	if e.Type.Kind != 0 {
		v.Node.Kind, v.Node.Protocol = e.Type.Kind.String(), e.Type.Protocol()
	}
	if e.Deleted.Set() {
		v.Node.Deleted = moment(e.Deleted)
	}
	for _, a := range actionNames {
		if e.Touch&a.touch != 0 {
			v.Actions = append(v.Actions, a.name)
		}
	}
	return v
}

// watchEndpoints tell what happens.
func (h *Handler) watchEndpoints() []endpoint {
	var actions []string
	for _, a := range actionNames {
		actions = append(actions, a.name)
	}
	return []endpoint{{
		id: "watch", method: "GET", path: "/watch", group: findingGroup, permission: route.Read,
		summary: "Tell what happens to nodes, as it happens",
		detail: "A stream of server-sent events that goes on until the client leaves. Who comes back goes on after the last event it has; an event named gone, or 410, says that " +
			"those that follow it are not kept any more.",
		parameters: []parameter{
			watchedFrom("after"), watchedFrom("Last-Event-ID").onHeader(),
			anyOf("kind", "tell only of nodes of this kind", "artifact", "execution", "context").several(),
			textOf("type", "tell only of nodes of this type").several(),
			anyOf("action", "tell only of this", actions...).several(),
			textOf("ref", "tell only of the nodes that this names: "+refWanted).several(),
		},
		events: WatchEvent{}, problems: []pedigree.Code{pedigree.NotFound}, refusals: []int{http.StatusGone}, call: h.watch,
	}}
}

func watchedFrom(name string) parameter {
	return numberOf(name, "the id of the last event seen; none for what happens from now on", 0, math.MaxInt64)
}

// watch streams events as text/event-stream, which browsers and many libraries
// read and, by the ids, resume.
func (h *Handler) watch(w http.ResponseWriter, r *request) error {
	sel, after, err := h.watchQuery(r)
	if err != nil {
		return err
	}
	watcher, err := h.Watches.Open(r.Context(), sel, after)
	if errors.Is(err, watch.ErrGone) {
		writeProblem(w, gone(w, r.Request))
		return nil
	}
	if err != nil {
		return err
	}
	defer watcher.Close()
	header := w.Header()
	header.Set("Content-Type", eventsType)
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Accel-Buffering", "no") // a proxy that gathers answers would hold back events
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	s := eventStream{to: w, control: http.NewResponseController(w), beat: cmp.Or(h.heartbeat, heartbeat)}
	if err := s.tell(r.Request, watcher); err != nil {
		route.Report(w, err) // it is too late to answer with it
	}
	return nil
}

// watchQuery reads which events are asked for and after which. A client that
// comes back says so in a header, whatever its URL says.
func (h *Handler) watchQuery(r *request) (sel watch.Selection, after *int64, err error) {
	for _, name := range []string{"Last-Event-ID", "after"} {
		if after == nil && r.text(name) != "" {
			cursor := r.number(name)
			after = &cursor
		}
	}
	sel = watch.Selection{Workspace: h.workspace(), Types: r.texts("type")}
	for _, name := range r.texts("kind") {
		sel.Kinds = append(sel.Kinds, kindNames[name])
	}
	for _, a := range actionNames {
		if slices.Contains(r.texts("action"), a.name) {
			sel.Touch |= a.touch
		}
	}
	for _, ref := range r.texts("ref") {
		nodes, err := h.Lineage.Resolve(r.Context(), h.workspace(), h.fromGUID(ref))
		if err != nil {
			return sel, after, err
		}
		sel.Nodes = append(sel.Nodes, idsOf(nodes)...)
	}
	return sel, after, nil
}

var kindNames = map[string]pedigree.Kind{"artifact": pedigree.Artifact, "execution": pedigree.Execution, "context": pedigree.Context}

// gone tells that events are not kept any more.
func gone(w http.ResponseWriter, r *http.Request) Problem {
	p := problemOf(w, r, watch.ErrGone)
	p.Status, p.Code = http.StatusGone, "gone"
	p.Title = http.StatusText(p.Status)
	return p
}

// heartbeat is how long a stream is silent at the most: proxies cut those that
// seem dead, and so does the server.
const heartbeat = 15 * time.Second

// An eventStream writes the answer of a watch.
type eventStream struct {
	to      http.ResponseWriter
	control *http.ResponseController
	beat    time.Duration
	text    bytes.Buffer
}

// tell writes events until the client leaves, the server ends or the next ones
// are not kept any more. It gives what ended it, unless that was the client.
func (s *eventStream) tell(r *http.Request, watcher *watch.Watcher) error {
	s.text.WriteString("retry: 2000\n") // ms until a client comes back
	s.place(watcher)
	for s.send() == nil {
		events, err := watcher.Next(r.Context(), s.beat)
		if errors.Is(err, watch.ErrGone) {
			s.add("event: gone\n", gone(s.to, r))
			return s.send()
		}
		if err != nil {
			return err
		}
		if len(events) == 0 {
			s.text.WriteString(": nothing new\n")
			s.place(watcher)
		}
		for i := range events {
			v := watchEventOf(&events[i])
			s.add("id: "+v.Cursor+"\n", v)
		}
	}
	return nil
}

// place says where a client resumes. It is no event, since it has no data.
func (s *eventStream) place(watcher *watch.Watcher) {
	s.text.WriteString("id: " + strconv.FormatInt(watcher.Cursor(), 10) + "\n\n")
}

// add writes one event: its data is one line of JSON.
func (s *eventStream) add(head string, v any) {
	s.text.WriteString(head + "data: ")
	_ = send(&s.text, v) // a buffer takes all
	s.text.WriteByte('\n')
}

// send sends what was written. It waits for the client as long as the server
// does.
func (s *eventStream) send() error {
	_, err := s.to.Write(s.text.Bytes())
	if s.text.Reset(); s.text.Cap() > 16<<10 {
		s.text = bytes.Buffer{} // most streams are silent most of the time
	}
	if err != nil {
		return err
	}
	return s.control.Flush()
}
