package sqlstore

import (
	"math"

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

var changesBefore = define("history of all nodes", "PRIMARY KEY",
	"SELECT id, time, actor, what, before, after, reason, node FROM change WHERE id < ? AND workspace = ? ORDER BY id DESC LIMIT ?")

func (t *tx) ChangesBefore(workspace pedigree.NodeID, before int64, limit int) ([]pedigree.Change, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	r, err := t.query(changesBefore, before, workspace, limit)
	if err != nil {
		return nil, err
	}
	var changes []pedigree.Change
	for r.next() {
		changes = append(changes, pedigree.Change{
			ID: r.int(0), Workspace: workspace, Time: r.time(1),
			Actor: r.text(2), What: r.text(3), Before: r.text(4), After: r.text(5), Reason: r.text(6), Node: r.id(7),
		})
	}
	return changes, r.close()
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
