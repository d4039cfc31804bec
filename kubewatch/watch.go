package kubewatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A change is one event of a watch. What Kubernetes calls an event of type ERROR
// is an error here.
type change struct {
	deleted  bool
	bookmark bool // nothing but a version came
	object   *object
}

// lateness is how long after its time a watch may still end by itself before it
// counts as dead.
const lateness = 30 * time.Second

// watch sends what happens to a resource after a version to changes, and closes
// that at the end. A watch that ended in order gives no error: it lasts only so
// long. The caller reads changes until closed.
func (c *Cluster) watch(ctx context.Context, r Resource, namespace, version string, lasts time.Duration, changes chan<- *change) error {
	defer close(changes)
	ctx, cancel := context.WithTimeout(ctx, lasts+lateness)
	defer cancel()
	body, err := c.open(ctx, r.path(namespace), url.Values{
		"watch": {"1"}, "allowWatchBookmarks": {"true"}, "resourceVersion": {version},
		"timeoutSeconds": {strconv.Itoa(max(1, int(lasts.Seconds())))},
	})
	if err != nil {
		return err
	}
	defer body.Close()
	events := json.NewDecoder(body)
	for {
		next, err := readChange(events)
		if err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		select {
		case changes <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// readChange reads one event; nil at the end of the stream.
func readChange(events *json.Decoder) (*change, error) {
	var e struct {
		Type   string          `json:"type"`
		Object json.RawMessage `json:"object"`
	}
	switch err := events.Decode(&e); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("the watch broke: %w", err)
	}
	if e.Type == "ERROR" {
		var s failure
		if err := json.Unmarshal(e.Object, &s); err != nil {
			return nil, fmt.Errorf("the watch failed and does not say why: %w", err)
		}
		if s.Code == 0 && (s.Reason == "Expired" || s.Reason == "Gone") {
			s.Code = http.StatusGone
		}
		return nil, s.asError()
	}
	o, err := parseObject(e.Object)
	return &change{deleted: e.Type == "DELETED", bookmark: e.Type == "BOOKMARK", object: o}, err
}
