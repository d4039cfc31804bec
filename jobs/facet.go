package jobs

import (
	"encoding/json"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// The facets that are understood beyond being kept, by name.
const (
	OwnershipFacet      = "ownership"
	TagsFacet           = "tags"
	SymlinksFacet       = "symlinks"
	VersionFacet        = "version"
	LifecycleFacet      = "lifecycleStateChange"
	ColumnLineageFacet  = "columnLineage"
	LineageFacet        = "lineage"
	ParentFacet         = "parent"
	SourceLocationFacet = "sourceCodeLocation"
	SchemaFacet         = "schema"
	DocumentationFacet  = "documentation"
	NominalTimeFacet    = "nominalTime"
	DataSourceFacet     = "dataSource"
	DatasetTypeFacet    = "datasetType"
	JobTypeFacet        = "jobType"
)

// read decodes a facet as far as it has the right form: what is wrong in it is
// kept, and means nothing.
func read[T any](text string) (facet T) {
	if text != "" {
		var whole T
		if json.Unmarshal([]byte(text), &whole) == nil {
			return whole
		}
	}
	return facet
}

// isDeletion reports whether a facet says that there is none any more.
func isDeletion(text string) bool {
	return strings.Contains(text, `"_deleted"`) && read[struct {
		Deleted bool `json:"_deleted"`
	}](text).Deleted
}

type ownership struct {
	Owners []struct {
		Name string `json:"name"`
	} `json:"owners"`
}

type tagList struct {
	Tags []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
		Field string `json:"field"`
	} `json:"tags"`
}

type identifier struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

type lifecycle struct {
	Change   string     `json:"lifecycleStateChange"`
	Previous identifier `json:"previousIdentifier"`
}

// What is taken from a facet at most, in bytes. What is longer stays in the facet.
const (
	maxOwner = 1000
	maxState = 64
	maxURL   = 8_000
)

// understand moves what a facet says into the columns of the node.
func (s *subject) understand(c change) {
	switch c.name {
	case OwnershipFacet:
		owner := ""
		if owners := read[ownership](c.after).Owners; len(owners) > 0 && len(owners[0].Name) <= maxOwner {
			owner = owners[0].Name
		}
		s.set(&s.Owner, owner)
	case LifecycleFacet:
		if state := strings.ToUpper(read[lifecycle](c.after).Change); s.Type.Kind == pedigree.Artifact && len(state) <= maxState {
			s.set(&s.State, state)
		}
	case SourceLocationFacet:
		url := read[struct {
			URL string `json:"url"`
		}](c.after).URL
		if s.Type == pedigree.JobType && len(url) <= maxURL {
			s.set(&s.URI, url)
		}
	}
}

// saveTags makes tags of the node what a facet about tags says, and takes away
// what the facet before it said. Tags of single columns stay in the facet.
func (s *subject) saveTags(tx store.Tx, c change) error {
	now := make(map[string]string)
	for _, t := range read[tagList](c.after).Tags {
		if t.Field == "" && t.Key != "" && len(t.Key) <= maxKey {
			now[t.Key] = t.Value
		}
	}
	for _, t := range read[tagList](c.before).Tags {
		if _, stays := now[t.Key]; stays || t.Field != "" || t.Key == "" || len(t.Key) > maxKey {
			continue
		}
		if _, err := tx.DeleteProperty(&s.Node, pedigree.Tag, t.Key); err != nil {
			return err
		}
	}
	var put []pedigree.Property
	for key, value := range now {
		put = append(put, pedigree.Property{Space: pedigree.Tag, Key: key, Value: value})
	}
	return tx.PutProperties(&s.Node, put...)
}
