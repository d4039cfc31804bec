package kubewatch

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// A Resource is one sort of object, as the Kubernetes API names it.
type Resource struct {
	Group   string // empty for the core group
	Version string
	Plural  string // as in paths: "pods"
	Kind    string // "Pod"; empty until the cluster has told
}

var apiVersion = regexp.MustCompile(`^v[0-9]+((alpha|beta)[0-9]+)?$`)

// ParseResource reads group/version/plural, or version/plural for the core
// group, whose name is empty or "core". ok is false for any other form: that may
// be a kind, see [Cluster.Find].
func ParseResource(text string) (r Resource, ok bool) {
	parts := strings.Split(text, "/")
	switch len(parts) {
	case 2:
		r = Resource{Version: parts[0], Plural: parts[1]}
	case 3:
		r = Resource{Group: parts[0], Version: parts[1], Plural: parts[2]}
	default:
		return Resource{}, false
	}
	if r.Group == "core" {
		r.Group = ""
	}
	return r, apiVersion.MatchString(r.Version) && r.Plural != ""
}

// String gives the form that ParseResource reads.
func (r Resource) String() string {
	return strings.TrimPrefix(r.Group+"/"+r.Version+"/"+r.Plural, "/")
}

// TypeName is the artifact type of the resource's objects, in Kubeflow
// Metadata's form: kubeflow.org/Pod/v1, kubeflow.org/TFJob.kubeflow.org/v1. Kind
// must be known.
func (r Resource) TypeName() string {
	kind := r.Kind
	if r.Group != "" {
		kind += "." + r.Group
	}
	return "kubeflow.org/" + kind + "/" + r.Version
}

// apiVersion is how objects name their group and version.
func (r Resource) apiVersion() string {
	return strings.TrimPrefix(r.Group+"/"+r.Version, "/")
}

// root is the path of a group's version.
func root(group, version string) string {
	if group == "" {
		return "/api/" + version
	}
	return "/apis/" + group + "/" + version
}

// path is where objects are listed: all, or those of a namespace.
func (r Resource) path(namespace string) string {
	if namespace != "" {
		namespace = "/namespaces/" + url.PathEscape(namespace)
	}
	return root(r.Group, r.Version) + namespace + "/" + url.PathEscape(r.Plural)
}

// isSecret reports whether the objects hold what nobody should copy.
func (r Resource) isSecret() bool { return r.Group == "" && r.Plural == "secrets" }

// learnKind takes the kind from what a list calls itself.
func (r *Resource) learnKind(listKind string) error {
	if r.Kind != "" {
		return nil
	}
	kind, ok := strings.CutSuffix(listKind, "List")
	if !ok || kind == "" {
		return fmt.Errorf("the list of %v is of kind %q, which names none", r, listKind)
	}
	r.Kind = kind
	return nil
}
