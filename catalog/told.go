package catalog

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// mostTold bounds the entities whose history tells of a classification that came to
// be carried to them, or no longer is, when somebody changes it: the nearest ones.
// Where it is carried to is known of all; a line in the history of each of a hundred
// thousand would keep everybody waiting.
const mostTold = 100

// tellCarried adds a line to the history of entities that a classification is carried
// to. It goes by the graph as it stands in the transaction.
func (w *Work) tellCarried(n *pedigree.Node, c *pedigree.Classification, what AuditAction, details string) error {
	if !c.Propagate {
		return nil
	}
	reached, err := w.nearest(n, c)
	if err != nil {
		return err
	}
	for i := range reached {
		if err := w.audit(&reached[i], what, details); err != nil {
			return err
		}
	}
	return nil
}

// nearest gives the entities that a classification passes to first.
func (v *View) nearest(n *pedigree.Node, c *pedigree.Classification) ([]pedigree.Node, error) {
	var all []pedigree.Node
	seen := map[pedigree.NodeID]bool{n.ID: true}
	for level := []pedigree.Node{*n}; len(level) > 0 && len(all) < mostTold; {
		ids, err := v.passedTo(level, c)
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(ids, func(id pedigree.NodeID) bool { return seen[id] })
		slices.Sort(ids)
		ids = slices.Compact(ids)
		if level, err = v.reader.Nodes(ids[:min(len(ids), mostTold-len(all))]); err != nil {
			return nil, err
		}
		level = slices.DeleteFunc(level, func(n pedigree.Node) bool { return !n.Live() })
		for i := range level {
			seen[level[i].ID] = true
		}
		all = append(all, level...)
	}
	return all, nil
}

// passedTo gives what a classification passes to from some nodes at once.
func (v *View) passedTo(nodes []pedigree.Node, c *pedigree.Classification) ([]pedigree.NodeID, error) {
	var ids []pedigree.NodeID
	if !c.NotByLineage {
		made, err := v.passedByEvents(nodes, c)
		if err != nil {
			return nil, err
		}
		ids = made
	}
	if c.NotByHierarchy {
		return ids, nil
	}
	for i := range nodes {
		beside, err := v.passedByRelationships(&nodes[i], c)
		if err != nil {
			return nil, err
		}
		ids = append(ids, beside...)
	}
	return ids, nil
}

// passedByEvents follows what read artifacts and what executions wrote.
func (v *View) passedByEvents(nodes []pedigree.Node, c *pedigree.Classification) ([]pedigree.NodeID, error) {
	var ids []pedigree.NodeID
	for kind, direction := range map[pedigree.Kind]pedigree.Direction{pedigree.Artifact: pedigree.Input, pedigree.Execution: pedigree.Output} {
		var of []pedigree.NodeID
		for i := range nodes {
			if nodes[i].Type.Kind == kind {
				of = append(of, nodes[i].ID)
			}
		}
		if len(of) == 0 {
			continue
		}
		next, err := v.reader.Neighbours(kind, of, direction, mostTold)
		if err != nil {
			return nil, err
		}
		events := make([]int64, len(next))
		for i := range next {
			events[i] = next[i].Event
		}
		if len(events) == 0 {
			continue
		}
		said, err := v.reader.EventPassages(events...)
		if err != nil {
			return nil, err
		}
		for i := range next {
			at := slices.IndexFunc(said, func(p pedigree.EventPassage) bool { return p.Event == next[i].Event })
			if at < 0 || said[at].Passes&pedigree.PassForward != 0 && !c.BlockedBy(said[at].Blocked) {
				ids = append(ids, next[i].To)
			}
		}
	}
	return ids, nil
}

// passedByRelationships follows the relationships of a node along which
// classifications pass.
func (v *View) passedByRelationships(n *pedigree.Node, c *pedigree.Classification) ([]pedigree.NodeID, error) {
	t, err := v.typeOf(n)
	if err != nil {
		return nil, err
	}
	var ids []pedigree.NodeID
	for _, name := range t.EndNames() {
		for _, end := range t.End(name) {
			way := pedigree.PassForward
			if end.Number == 2 {
				way = pedigree.PassBack
			}
			d := end.Relationship
			if d.Event != 0 || d.Passes&way == 0 {
				continue
			}
			rows, err := v.reader.RelationshipsOf(n.ID, d.Def.Name, end.Number, 0, mostTold)
			if err != nil {
				return nil, err
			}
			for i := range rows {
				if l := (&link{Relationship: rows[i]}); l.live() && l.Passes&way != 0 && !c.BlockedBy(l.Blocked) {
					other, _ := l.other(n.ID)
					ids = append(ids, other)
				}
			}
		}
	}
	return ids, nil
}
