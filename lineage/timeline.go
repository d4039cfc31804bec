package lineage

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A sighting is an artifact at a location.
type sighting struct {
	node    pedigree.NodeID
	version string // empty where it names none
	created pedigree.Time
	written bool   // an execution wrote it; counts only without version
	typ     string // likewise: who writes of it
}

// A state is what was at a location for a while: the artifacts in it are one.
type state struct {
	version string                   // empty as long as nobody names one
	members []pedigree.NodeID        // the earliest first
	undated map[pedigree.NodeID]bool // those that name no version
	writers map[string]bool          // types of artifacts without version that were written in it
}

// A succession says that a version was seen after an artifact without version
// was written and before it was written again: it is made of it, but another
// thing, for yet another version is what the artifact itself counts as.
type succession struct{ from, to pedigree.NodeID }

// A timeline is the states of a location in order of time.
type timeline struct {
	states      []*state
	successions []succession

	current *state
	named   map[string]*state
	writer  *sighting // the last artifact without version that was written
}

// newTimeline orders what was seen at a location into states. Artifacts of one
// version are one state. An artifact without version belongs to the state that
// is current when it appears, but one that was written begins a new state
// where its own kind wrote the current one: the place was overwritten. A state
// without version takes the first that is seen in it.
func newTimeline(all []sighting) *timeline {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.node, b.node))
	})
	t := &timeline{named: make(map[string]*state)}
	for i := range all {
		switch s := &all[i]; {
		case s.version != "":
			t.seeVersion(s)
		case s.written:
			t.seeWritten(s)
		default:
			t.seeRead(s)
		}
	}
	return t
}

func (t *timeline) seeVersion(s *sighting) {
	at := t.named[s.version]
	switch {
	case at != nil:
	case t.current != nil && t.current.version == "":
		at = t.current
	default:
		at = t.begin()
		if t.writer != nil {
			t.successions = append(t.successions, succession{t.writer.node, s.node})
		}
	}
	at.version = s.version
	t.named[s.version] = at
	t.join(at, s)
}

func (t *timeline) seeWritten(s *sighting) {
	at := t.current
	if at == nil || at.writers[s.typ] {
		at = t.begin()
	}
	if at.writers == nil {
		at.writers = make(map[string]bool)
	}
	at.writers[s.typ] = true
	t.writer = s
	t.join(at, s)
}

func (t *timeline) seeRead(s *sighting) {
	at := t.current
	if at == nil {
		at = t.begin()
	}
	t.join(at, s)
}

func (t *timeline) begin() *state {
	s := &state{undated: make(map[pedigree.NodeID]bool)}
	t.states = append(t.states, s)
	return s
}

func (t *timeline) join(at *state, s *sighting) {
	at.members = append(at.members, s.node)
	if s.version == "" {
		at.undated[s.node] = true
	}
	t.current = at
}

// why says why two members are one.
func (s *state) why(a, b pedigree.NodeID) Reason {
	switch {
	case s.version == "":
		return ByLocation
	case s.undated[a] || s.undated[b]:
		return Undated
	}
	return ByVersion
}
