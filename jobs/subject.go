package jobs

import (
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A subject is a node that events speak of, while they are recorded.
type subject struct {
	pedigree.Node
	fresh bool // not stored yet
	dirty bool // its columns have changed
	times map[string]pedigree.Time
}

// A change is a facet that replaces what stood.
type change struct {
	name, before, after string // empty for no facet
}

// merge gives those of the facets that are later than what the node has.
func (s *subject) merge(r store.Reader, facets Facets, at pedigree.Time) ([]change, error) {
	if len(facets) == 0 {
		return nil, nil
	}
	if err := s.readTimes(r); err != nil {
		return nil, err
	}
	var changes []change
	for name, text := range facets {
		c := change{name: name, after: text}
		when, known := s.times[name]
		if known && at < when {
			continue
		}
		if known {
			var err error
			if c.before, _, err = r.Property(s.ID, pedigree.Custom, name); err != nil {
				return nil, err
			}
		}
		if isDeletion(text) {
			c.after = ""
		}
		if known && at == when && c.after <= c.before {
			continue // of two of one moment either will do, as long as it is the same one in any order
		}
		s.times[name] = at
		changes = append(changes, c)
	}
	return changes, nil
}

func (s *subject) readTimes(r store.Reader) error {
	if s.times != nil {
		return nil
	}
	s.times = make(map[string]pedigree.Time)
	if s.fresh {
		return nil
	}
	text, found, err := r.Property(s.ID, pedigree.Field, pedigree.FacetTimesKey)
	if err != nil || !found {
		return err
	}
	if err := json.Unmarshal([]byte(text), &s.times); err != nil {
		return pedigree.Hide(pedigree.Internal, err, "the times of facets are damaged")
	}
	return nil
}

// save stores the columns of the node, if they have changed.
func (s *subject) save(tx store.Tx) (err error) {
	switch {
	case s.fresh:
		if s.times == nil {
			s.times = make(map[string]pedigree.Time)
		}
		err = tx.CreateNode(&s.Node)
	case s.dirty:
		err = tx.UpdateNode(&s.Node)
	}
	s.fresh, s.dirty = false, false
	return err
}

// saveFacets stores the facets that have changed.
func (s *subject) saveFacets(tx store.Tx, changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	times, err := json.Marshal(s.times)
	if err != nil {
		return err
	}
	put := []pedigree.Property{{Space: pedigree.Field, Key: pedigree.FacetTimesKey, Value: string(times)}}
	for _, c := range changes {
		if c.after != "" {
			put = append(put, pedigree.Property{Space: pedigree.Custom, Key: c.name, Value: c.after})
			continue
		}
		if _, err := tx.DeleteProperty(&s.Node, pedigree.Custom, c.name); err != nil {
			return err
		}
	}
	return tx.PutProperties(&s.Node, put...)
}

// set changes a column.
func (s *subject) set(column *string, value string) {
	if *column != value {
		*column, s.dirty = value, true
	}
}
