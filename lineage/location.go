package lineage

import (
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxCrowd bounds what may be at one location for it to say anything about what
// is one.
const maxCrowd = 100_000

// remembered bounds the artifacts in the locations that a walk remembers.
const remembered = 500_000

// A location is a place and its states.
type location struct {
	uri     string
	stateOf map[pedigree.NodeID]*state
	before  map[pedigree.NodeID]pedigree.NodeID   // successions, by the later end
	after   map[pedigree.NodeID][]pedigree.NodeID // and by the earlier one
}

// location reads a place, once for each walk.
func (j *joiner) location(id pedigree.LocationID) (*location, error) {
	if l := j.locations[id]; l != nil {
		return l, nil
	}
	places, err := j.r.PlacesFrom(id, 0, maxCrowd+1)
	if err != nil {
		return nil, err
	}
	uris, err := j.r.LocationURIs([]pedigree.LocationID{id})
	if err != nil {
		return nil, err
	}
	l := &location{uri: uris[0]}
	if len(places) > maxCrowd {
		places = nil
		j.crowded = append(j.crowded, l.uri)
	}
	seen, err := j.sightings(places)
	if err != nil {
		return nil, err
	}
	l.index(newTimeline(seen))
	j.remember(id, l)
	return l, nil
}

// index makes a timeline be found by its artifacts.
func (l *location) index(t *timeline) {
	l.stateOf = make(map[pedigree.NodeID]*state)
	for _, s := range t.states {
		for _, id := range s.members {
			l.stateOf[id] = s
		}
	}
	l.before, l.after = make(map[pedigree.NodeID]pedigree.NodeID), make(map[pedigree.NodeID][]pedigree.NodeID)
	for _, n := range t.successions {
		l.before[n.to] = n.from
		l.after[n.from] = append(l.after[n.from], n.to)
	}
}

func (j *joiner) remember(id pedigree.LocationID, l *location) {
	if j.held += len(l.stateOf); j.held > remembered {
		clear(j.locations)
		j.held = len(l.stateOf)
	}
	j.locations[id] = l
}

// sightings gives what can be seen of places. Who wrote of an artifact matters
// only where it names no version, and not where it can be but one state.
func (j *joiner) sightings(places []pedigree.Place) ([]sighting, error) {
	var seen []sighting
	var undated []pedigree.NodeID
	for _, p := range places {
		if !j.q.there(p.Created, p.Deleted) {
			continue
		}
		seen = append(seen, sighting{node: p.Node, version: p.Version, created: p.Created})
		if p.Version == "" {
			undated = append(undated, p.Node)
		}
	}
	if len(undated) == 0 || len(seen) < 3 && len(undated) == 1 {
		return seen, nil
	}
	written, err := j.written(undated)
	if err != nil {
		return nil, err
	}
	types, err := j.types(undated)
	if err != nil {
		return nil, err
	}
	for i := range seen {
		if id := seen[i].node; seen[i].version == "" {
			seen[i].written, seen[i].typ = written[id], types[id]
		}
	}
	return seen, nil
}

func (j *joiner) types(ids []pedigree.NodeID) (map[pedigree.NodeID]string, error) {
	vertices, err := j.r.Vertices(ids)
	types := make(map[pedigree.NodeID]string, len(vertices))
	for i := range vertices {
		types[vertices[i].ID] = vertices[i].Type.Name
	}
	return types, err
}

// written tells which artifacts some execution wrote. Of each it reads little:
// from the first event found it goes on to the next artifact.
func (j *joiner) written(ids []pedigree.NodeID) (map[pedigree.NodeID]bool, error) {
	found := make(map[pedigree.NodeID]bool, len(ids))
	q := store.LinkQuery{Kind: pedigree.Artifact, Nodes: slices.Sorted(slices.Values(ids)), Direction: pedigree.Output, Limit: linkPage}
	for {
		links, next, err := j.r.LinkPage(&q)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			found[l.Node] = true
		}
		if next == nil {
			return found, nil
		}
		q.After = &store.LinkPlace{Node: next.Node, Other: math.MaxInt64}
	}
}
