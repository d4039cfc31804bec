package sqlstore

import (
	"github.com/pedigree-ml/pedigree"
)

func (t *tx) AppendChange(c *pedigree.Change) error {
	for _, text := range []string{c.Actor, c.What, c.Before, c.After, c.Reason} {
		if err := checkText("a part of the history", text, maxLabel); err != nil {
			return err
		}
	}
	c.Time = t.now
	id, err := t.insert(changeAdd, c.Workspace, c.Node, c.Time, c.Actor, c.What, c.Before, c.After, c.Reason)
	c.ID = id
	return err
}

func (t *tx) Changes(node pedigree.NodeID, after int64, limit int) ([]pedigree.Change, error) {
	r, err := t.query(changesOf, node, after, limit)
	if err != nil {
		return nil, err
	}
	var changes []pedigree.Change
	for r.next() {
		changes = append(changes, pedigree.Change{
			ID: r.int(0), Workspace: r.id(1), Node: node, Time: r.time(2),
			Actor: r.text(3), What: r.text(4), Before: r.text(5), After: r.text(6), Reason: r.text(7),
		})
	}
	return changes, r.close()
}
