// Package fake is a small cluster for tests: it speaks as much of the list
// and watch protocol of Kubernetes as a watcher must cope with.
package fake

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A Cluster has pods and tells of them in pages, with versions, bookmarks, the
// end of a watch, and 410 Gone in all its forms.
type Cluster struct {
	*httptest.Server
	Behaviour

	t       *testing.T
	mu      sync.Mutex
	version int
	objects map[string]map[string]any // pods, by UID
	history []event                   // since compacted
	compact int                       // versions up to this are forgotten
	changed chan struct{}             // closed and replaced at every change
	hangUp  chan struct{}             // likewise to end all watches
}

// A Behaviour is what can be asked of a cluster, and what it was asked. It is
// looked at and changed within [Cluster.Set].
type Behaviour struct {
	Expire   int    // so many of the next continue tokens are refused
	GoneAs   string // "status" to refuse old versions by HTTP, else by an ERROR event
	Refusals []int  // HTTP codes to answer the next requests with
	Garbage  int    // so many of the next watches break off inside an event

	Lists   []url.Values // queries, in order
	Watches []url.Values
	Tokens  []string // Authorization headers, in order
}

type event struct {
	version int
	text    string
}

// New starts a cluster without pods, which ends with the test.
func New(t *testing.T) *Cluster {
	f := &Cluster{t: t, version: 100, objects: make(map[string]map[string]any), changed: make(chan struct{}), hangUp: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/pods", f.pods)
	mux.HandleFunc("GET /api/v1/namespaces/{namespace}/pods", f.pods)
	mux.HandleFunc("GET /api/v1/namespaces/kube-system", answer(`{"metadata":{"name":"kube-system","uid":"cluster-uid"}}`))
	mux.HandleFunc("GET /api/v1", answer(`{"resources":[{"name":"pods","singularName":"pod","kind":"Pod","shortNames":["po"],"verbs":["list","watch"]},
		{"name":"pods/status","kind":"Pod","verbs":["get"]},{"name":"bindings","kind":"Binding","verbs":["create"]}]}`))
	mux.HandleFunc("GET /apis", answer(`{"groups":[{"name":"apps","versions":[{"version":"v1"}],"preferredVersion":{"version":"v1"}},
		{"name":"serving.knative.dev","versions":[{"version":"v1"},{"version":"v1beta1"}],"preferredVersion":{"version":"v1"}},
		{"name":"other.dev","versions":[{"version":"v2"}],"preferredVersion":{}},{"name":"away.dev","versions":[{"version":"v1"}],"preferredVersion":{"version":"v1"}}]}`))
	mux.HandleFunc("GET /apis/apps/v1", answer(`{"resources":[{"name":"deployments","singularName":"deployment","kind":"Deployment","shortNames":["deploy"],"verbs":["watch"]}]}`))
	mux.HandleFunc("GET /apis/serving.knative.dev/v1", answer(`{"resources":[{"name":"routes","kind":"Route","verbs":["watch"]}]}`))
	mux.HandleFunc("GET /apis/other.dev/v2", answer(`{"resources":[{"name":"routes","kind":"Route","verbs":["watch"]}]}`))
	f.Server = httptest.NewServer(mux)
	t.Cleanup(func() { f.EndWatches(); f.Server.Close() })
	return f
}

func answer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, text) }
}

// Put creates or changes a pod.
func (f *Cluster) Put(uid, namespace string, spec any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what := "ADDED"
	if f.objects[uid] != nil {
		what = "MODIFIED"
	}
	f.version++
	f.objects[uid] = map[string]any{"spec": spec, "metadata": map[string]any{
		"name": "pod-" + uid, "namespace": namespace, "uid": uid, "resourceVersion": strconv.Itoa(f.version),
		"creationTimestamp": "2026-01-02T03:04:05Z", "managedFields": []any{"noise"},
	}}
	f.tell(what, f.objects[uid])
}

// Remove deletes a pod.
func (f *Cluster) Remove(uid string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	gone := f.objects[uid]
	gone["metadata"].(map[string]any)["resourceVersion"] = strconv.Itoa(f.version)
	delete(f.objects, uid)
	f.tell("DELETED", gone)
}

// Lose deletes a pod and tells no watch.
func (f *Cluster) Lose(uid string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.objects, uid)
}

// Bookmark moves the version on without a change, and tells watchers.
func (f *Cluster) Bookmark() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	f.tell("BOOKMARK", map[string]any{"metadata": map[string]any{"resourceVersion": strconv.Itoa(f.version)}})
}

// tell adds to the history; mu is held.
func (f *Cluster) tell(what string, object map[string]any) {
	full := maps.Clone(object)
	full["kind"], full["apiVersion"] = "Pod", "v1"
	text, err := json.Marshal(map[string]any{"type": what, "object": full})
	if err != nil {
		f.t.Error(err)
	}
	f.history = append(f.history, event{f.version, string(text)})
	close(f.changed)
	f.changed = make(chan struct{})
}

// Forget makes the cluster forget all versions so far.
func (f *Cluster) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	f.compact, f.history = f.version, nil
}

// EndWatches closes the connections of all watches.
func (f *Cluster) EndWatches() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.hangUp)
	f.hangUp = make(chan struct{})
}

// Set looks at or changes the behaviour.
func (f *Cluster) Set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *Cluster) pods(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	f.mu.Lock()
	f.Tokens = append(f.Tokens, r.Header.Get("Authorization"))
	if len(f.Refusals) > 0 {
		code := f.Refusals[0]
		f.Refusals = f.Refusals[1:]
		f.mu.Unlock()
		refuse(w, code, "Refused")
		return
	}
	f.mu.Unlock()
	if query.Has("watch") {
		f.watch(w, r, query)
	} else {
		f.list(w, r, query)
	}
}

func refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"kind":"Status","code":%d,"reason":%q,"message":"no"}`, code, reason)
}

func (f *Cluster) list(w http.ResponseWriter, r *http.Request, query url.Values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Lists = append(f.Lists, query)
	from := query.Get("continue")
	if from != "" && f.Expire > 0 {
		f.Expire--
		refuse(w, http.StatusGone, "Expired")
		return
	}
	limit, _ := strconv.Atoi(query.Get("limit"))
	var items []map[string]any
	next := ""
	for _, uid := range slices.Sorted(maps.Keys(f.objects)) {
		if uid <= from || !isIn(r, f.objects[uid]) {
			continue
		}
		if limit > 0 && len(items) == limit {
			next = items[limit-1]["metadata"].(map[string]any)["uid"].(string)
			break
		}
		items = append(items, f.objects[uid])
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"kind": "PodList", "items": items, "metadata": map[string]any{"resourceVersion": strconv.Itoa(f.version), "continue": next},
	})
}

func isIn(r *http.Request, object map[string]any) bool {
	namespace := r.PathValue("namespace")
	return namespace == "" || object["metadata"].(map[string]any)["namespace"] == namespace
}

func (f *Cluster) watch(w http.ResponseWriter, r *http.Request, query url.Values) {
	from, err := strconv.Atoi(query.Get("resourceVersion"))
	if err != nil {
		refuse(w, http.StatusBadRequest, "Invalid")
		return
	}
	f.mu.Lock()
	f.Watches = append(f.Watches, query)
	hangUp, gone, goneAs, broken := f.hangUp, from < f.compact, f.GoneAs, f.Garbage > 0
	if broken {
		f.Garbage--
	}
	f.mu.Unlock()
	switch {
	case gone && goneAs == "status":
		refuse(w, http.StatusGone, "Expired")
		return
	case gone:
		fmt.Fprintln(w, `{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}`)
		return
	case broken:
		fmt.Fprint(w, `{"type":"ADDED","object":{"metadata":{"uid":"ha`)
		return
	}
	flusher := http.NewResponseController(w)
	_ = flusher.Flush()
	for {
		f.mu.Lock()
		changed := f.changed
		for _, e := range f.history {
			if e.version > from && (!strings.Contains(e.text, "BOOKMARK") || query.Get("allowWatchBookmarks") != "") {
				fmt.Fprintln(w, e.text)
				from = e.version
			}
		}
		f.mu.Unlock()
		_ = flusher.Flush()
		select {
		case <-changed:
		case <-hangUp:
			return
		case <-r.Context().Done():
			return
		}
	}
}
