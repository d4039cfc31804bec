package kubewatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// groupList is the cluster's list of groups.
type groupList struct {
	Groups []struct {
		Name      string         `json:"name"`
		Versions  []groupVersion `json:"versions"`
		Preferred groupVersion   `json:"preferredVersion"`
	} `json:"groups"`
}

type groupVersion struct {
	Version string `json:"version"`
}

// resourceList is the cluster's list of what a version of a group holds.
type resourceList struct {
	Resources []struct {
		Name     string   `json:"name"`
		Singular string   `json:"singularName"`
		Kind     string   `json:"kind"`
		Short    []string `json:"shortNames"`
		Verbs    []string `json:"verbs"`
	} `json:"resources"`
}

// Find asks the cluster for the resource that people call word: a kind, plural,
// singular or short name in any case, with its group behind a dot if it needs
// one: "Pod", "deploy", "tfjobs.kubeflow.org". The core group wins over others;
// of one group the version that the cluster prefers. The error names all that
// the word could mean.
func (c *Cluster) Find(ctx context.Context, word string) (Resource, error) {
	name, group, qualified := strings.Cut(word, ".")
	versions, err := c.versions(ctx)
	if err != nil {
		return Resource{}, err
	}
	var found []Resource
	for _, v := range versions {
		if qualified && v.Group != group {
			continue
		}
		here, err := c.findIn(ctx, v, name)
		if err != nil {
			return Resource{}, err
		}
		if found = append(found, here...); len(here) > 0 && v.Group == "" {
			break
		}
	}
	switch len(found) {
	case 0:
		return Resource{}, fmt.Errorf("the cluster has no resource %q that can be watched", word)
	case 1:
		return found[0], nil
	}
	return Resource{}, fmt.Errorf("%q can be any of %v; choose one", word, found)
}

// versions lists groups with their preferred versions, the core group first.
func (c *Cluster) versions(ctx context.Context) ([]Resource, error) {
	var list groupList
	if err := c.get(ctx, "/apis", nil, &list); err != nil {
		return nil, err
	}
	all := []Resource{{Version: "v1"}}
	for _, g := range list.Groups {
		version := g.Preferred.Version
		if version == "" && len(g.Versions) > 0 {
			version = g.Versions[0].Version
		}
		all = append(all, Resource{Group: g.Name, Version: version})
	}
	return all, nil
}

// findIn looks for a name in one version of a group. A group whose server is
// away has none.
func (c *Cluster) findIn(ctx context.Context, v Resource, name string) (found []Resource, err error) {
	var list resourceList
	if err := c.get(ctx, root(v.Group, v.Version), nil, &list); err != nil {
		if v.Group == "" || ctx.Err() != nil {
			return nil, err
		}
		return nil, nil
	}
	for _, r := range list.Resources {
		names := append([]string{r.Name, r.Singular, r.Kind}, r.Short...)
		matches := slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
		if matches && slices.Contains(r.Verbs, "watch") && !strings.Contains(r.Name, "/") {
			found = append(found, Resource{v.Group, v.Version, r.Name, r.Kind})
		}
	}
	return found, nil
}
