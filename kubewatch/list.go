package kubewatch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
)

// A page is one part of a list.
type page struct {
	Kind     string `json:"kind"`
	Metadata struct {
		ResourceVersion string `json:"resourceVersion"`
		Continue        string `json:"continue"`
	} `json:"metadata"`
	Items []json.RawMessage `json:"items"`
}

// list gives all objects of a resource, page by page, to each, and the version
// that the list is of. If the rest of a list is gone before it was asked for, all
// is listed once more in one piece, which cannot happen to; each then sees
// objects twice.
func (c *Cluster) list(ctx context.Context, r Resource, namespace string, size int, each func(*page) error) (version string, err error) {
	version, err = c.listPages(ctx, r, namespace, size, each)
	if isGone(err) {
		return c.listPages(ctx, r, namespace, 0, each)
	}
	return version, err
}

func (c *Cluster) listPages(ctx context.Context, r Resource, namespace string, size int, each func(*page) error) (string, error) {
	next := ""
	for {
		query := make(url.Values)
		if size > 0 {
			query.Set("limit", strconv.Itoa(size))
		}
		if next != "" {
			query.Set("continue", next)
		}
		var p page
		if err := c.get(ctx, r.path(namespace), query, &p); err != nil {
			return "", err
		}
		if err := each(&p); err != nil {
			return "", err
		}
		if next = p.Metadata.Continue; next == "" {
			if p.Metadata.ResourceVersion == "" {
				return "", fmt.Errorf("the list of %v has no resource version", r)
			}
			return p.Metadata.ResourceVersion, nil
		}
	}
}
