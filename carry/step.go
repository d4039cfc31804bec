package carry

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// A step is a tie along which classifications pass.
type step struct {
	from, to     pedigree.NodeID
	kind         lineage.EdgeKind // 0 for two nodes that are one, and for relationships
	relationship string           // its type; empty for lineage
	blocked      []string         // classifications that do not pass
}

// passes reports whether a classification passes.
func (s *step) passes(c *pedigree.Classification) bool {
	if hierarchy := s.relationship != ""; hierarchy && c.NotByHierarchy || !hierarchy && c.NotByLineage {
		return false
	}
	return !c.BlockedBy(s.blocked)
}

// A stepper finds steps in one transaction.
type stepper struct {
	r        store.Reader
	hopper   *lineage.Hopper
	passages map[int64]*pedigree.EventPassage // of events where somebody said so
}

func newStepper(r store.Reader) (*stepper, error) {
	all, err := r.EventPassages()
	if err != nil {
		return nil, err
	}
	s := &stepper{r: r, passages: make(map[int64]*pedigree.EventPassage, len(all))}
	for i := range all {
		s.passages[all[i].Event] = &all[i]
	}
	s.hopper = lineage.NewHopper(r, workspace, len(all) > 0)
	return s, nil
}

// steps gives the steps from some nodes, or Upstream to them. Nodes in the bin may
// be at the other ends.
func (s *stepper) steps(direction lineage.Direction, vertices []store.Vertex) ([]step, error) {
	hops, err := s.hopper.Hops(direction, vertices)
	if err != nil {
		return nil, err
	}
	all := make([]step, 0, len(hops))
	for _, h := range hops {
		p := s.passages[h.Event]
		switch {
		case h.Event == 0 || p == nil:
			all = append(all, step{from: h.From, to: h.To, kind: h.Kind})
		case p.Passes&pedigree.PassForward != 0:
			all = append(all, step{from: h.From, to: h.To, kind: h.Kind, blocked: p.Blocked})
		}
	}
	back, err := s.against(direction, vertices)
	if err != nil {
		return nil, err
	}
	beside, err := s.beside(direction, vertices)
	return append(append(all, back...), beside...), err
}

// against gives the steps along events that classifications pass the other way.
func (s *stepper) against(direction lineage.Direction, vertices []store.Vertex) ([]step, error) {
	if !s.anyBack() {
		return nil, nil
	}
	hops, err := s.hopper.Hops(lineage.Both&^direction, vertices)
	var all []step
	for _, h := range hops {
		if p := s.passages[h.Event]; h.Event != 0 && p != nil && p.Passes&pedigree.PassBack != 0 {
			all = append(all, step{from: h.To, to: h.From, kind: h.Kind, blocked: p.Blocked})
		}
	}
	return all, err
}

func (s *stepper) anyBack() bool {
	for _, p := range s.passages {
		if p.Passes&pedigree.PassBack != 0 {
			return true
		}
	}
	return false
}

// beside gives the steps along relationships.
func (s *stepper) beside(direction lineage.Direction, vertices []store.Vertex) ([]step, error) {
	ids := make([]pedigree.NodeID, len(vertices))
	asked := make(nodeSet, len(vertices))
	for i := range vertices {
		ids[i] = vertices[i].ID
		asked.add(ids[i])
	}
	relationships, err := s.r.Relationships(ids)
	var all []step
	for i := range relationships {
		t := &relationships[i]
		if t.Deleted.Set() {
			continue
		}
		for _, way := range []struct {
			passes   pedigree.Passage
			from, to pedigree.NodeID
		}{{pedigree.PassForward, t.End1, t.End2}, {pedigree.PassBack, t.End2, t.End1}} {
			near := way.from
			if direction == lineage.Upstream {
				near = way.to
			}
			if t.Passes&way.passes != 0 && asked.has(near) {
				all = append(all, step{from: way.from, to: way.to, relationship: t.Type, blocked: t.Blocked})
			}
		}
	}
	return all, err
}
