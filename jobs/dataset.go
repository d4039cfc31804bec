package jobs

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
)

// datasetOf gives a data set, which may be not stored yet.
func (r *recorder) datasetOf(d *Dataset) (*subject, error) {
	home, err := r.homeIn(d.Namespace)
	if err != nil {
		return nil, err
	}
	s, err := r.subject(pedigree.LineageDatasetType, UID(d.Namespace, d.Name), d.Name, home)
	if err == nil && s.fresh {
		if l, ok := identity.Dataset(d.Namespace, d.Name); ok {
			s.URI = l.URI
		}
	}
	return s, err
}

// dataset stores a data set and the state of it that its facet names, if it
// does, and gives what an execution read or wrote: that state, or the data set.
// by is the execution that speaks of it, or nil.
func (r *recorder) dataset(d *Dataset, at pedigree.Time, by *subject) (*subject, error) {
	s, err := r.datasetOf(d)
	if err != nil {
		return nil, err
	}
	if err := r.putDataset(s, d, "", at); err != nil {
		return nil, err
	}
	if err := r.renamed(s, d.Facets[LifecycleFacet], at); err != nil {
		return nil, err
	}
	version := read[struct {
		Version string `json:"datasetVersion"`
	}](d.Facets[VersionFacet]).Version
	if version != "" {
		v, err := r.subject(pedigree.LineageDatasetVersionType, VersionUID(d.Namespace, d.Name, version), d.Name, s.Home)
		if err != nil {
			return nil, err
		}
		if v.fresh {
			v.URI, v.Version = s.URI, short(version)
		}
		if err := r.putDataset(v, d, version, at); err != nil {
			return nil, err
		}
		s = v
	}
	return s, r.columns(s, d.Facets[ColumnLineageFacet], at, by)
}

// putDataset stores a data set or a state of it, with where it is: by its own
// name and by those that are said to mean the same.
func (r *recorder) putDataset(s *subject, d *Dataset, version string, at pedigree.Time) error {
	fresh := s.fresh
	changes, err := r.putFacets(s, d.Facets, at)
	moved := slices.ContainsFunc(changes, func(c change) bool { return c.name == SymlinksFacet })
	if err != nil || !fresh && !moved {
		return err
	}
	links, _, err := r.tx.Property(s.ID, pedigree.Custom, SymlinksFacet)
	if err != nil {
		return err
	}
	names := append([]identifier{{d.Namespace, d.Name}}, read[struct {
		Identifiers []identifier `json:"identifiers"`
	}](links).Identifiers...)
	var uris []string
	for _, n := range names {
		l, ok := identity.Dataset(n.Namespace, n.Name)
		if !ok {
			continue
		}
		if version == "" {
			version = l.Version
		}
		uris = append(uris, l.URI)
	}
	return identity.Locate(r.tx, &s.Node, version, uris...)
}

// renamed ties a data set to what it was before it got its name.
func (r *recorder) renamed(s *subject, text string, at pedigree.Time) error {
	before := read[lifecycle](text).Previous
	if !before.sound() {
		return nil
	}
	old, err := r.dataset(&Dataset{Namespace: before.Namespace, Name: before.Name}, at, nil)
	if err != nil || old.ID == s.ID {
		return err
	}
	return r.tx.PutRelation(&pedigree.Relation{Kind: pedigree.Derived, Source: old.ID, Target: s.ID, Reason: "renamed"})
}
