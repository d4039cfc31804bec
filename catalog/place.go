package catalog

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/schema"
)

// placeNames are the attributes that say where an artifact is, the plainest first.
var placeNames = []string{"path", "uri", "url", "location", "qualifiedName"}

// pathTypes are the types whose places are written as paths without a scheme.
var pathTypes = []string{"fs_path"}

// placesOf gives the URIs among the attributes of an entity that say where it is. A
// qualified name may end with the cluster that it is of, which is no part of them.
func placesOf(t *schema.EntityType, values map[string]any) []string {
	if t.Kind != pedigree.Artifact {
		return nil
	}
	var places []string
	for _, name := range placeNames {
		text, _ := values[name].(string)
		if name == "qualifiedName" {
			if at := strings.LastIndexByte(text, '@'); at > 0 && !strings.Contains(text[at:], "/") {
				text = text[:at]
			}
		}
		isPath := strings.HasPrefix(text, "/") && slices.ContainsFunc(pathTypes, t.IsA)
		if (strings.Contains(text, "://") || isPath) && !slices.Contains(places, text) {
			places = append(places, text)
		}
	}
	return places
}

// locate says where an artifact is, so that what other protocols know of the same
// place is one with it.
func (w *Work) locate(n *pedigree.Node, t *schema.EntityType, values map[string]any) error {
	places := placesOf(t, values)
	if len(places) == 0 && n.URI == "" {
		return nil
	}
	return identity.Locate(w.tx, n, "", places...)
}
