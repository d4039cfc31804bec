package sqlstore

import (
	"errors"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func (t *tx) PutEvent(e *pedigree.Event) (bool, error) {
	t.wrote = true
	path, err := writePath(e.Path)
	if err != nil {
		return false, err
	}
	r, err := t.conn.exec(background, eventAdd.sql, e.Execution, e.Artifact, e.Direction, e.Time, e.Step, e.Role, path)
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if e.ID, err = r.LastInsertId(); err != nil {
		return false, err
	}
	t.touch(0, e.Execution, pedigree.TouchEvents)
	t.touch(0, e.Artifact, pedigree.TouchEvents)
	return true, t.putEventTags(e)
}

func (t *tx) UpdateEvent(e *pedigree.Event) error {
	changed, err := t.exec(eventUpdate, e.Time, e.Step, e.ID)
	if err != nil {
		return err
	}
	if changed == 0 {
		return errNotFound
	}
	t.touch(0, e.Execution, pedigree.TouchEvents)
	if _, err := t.exec(eventTagsDelete, e.ID); err != nil {
		return err
	}
	return t.putEventTags(e)
}

func (t *tx) putEventTags(e *pedigree.Event) error {
	for _, tag := range e.Tags {
		if err := checkText("the tag", tag.Key+tag.Value, 65535); err != nil {
			return err
		}
		if _, err := t.exec(eventTagAdd, e.ID, tag.Key, tag.Value); err != nil {
			return err
		}
	}
	return nil
}

// eventColumns stand behind nodeColumns, one row for each tag of an event, or
// one without a tag.
const eventColumns = linkColumns + ", g.key, g.value"

// readEvent reads linkColumns.
func readEvent(r *rows, from int) (pedigree.Event, error) {
	path, err := readPath(r.text(from + 7))
	return pedigree.Event{
		ID: r.int(from), Execution: r.id(from + 1), Artifact: r.id(from + 2), Direction: pedigree.Direction(r.int(from + 3)),
		Time: r.time(from + 4), Step: r.int(from + 5), Role: pedigree.Role(r.int(from + 6)), Path: path,
	}, err
}

// addTag appends the tag of a row to its event, if the row has one.
func addTag(e *pedigree.Event, r *rows, from int) {
	if !r.null(from + 8) {
		e.Tags = append(e.Tags, pedigree.EventTag{Key: r.text(from + 8), Value: r.text(from + 9)})
	}
}

func (t *tx) Events(executions []pedigree.NodeID) ([]store.EventNode, error) {
	var events []store.EventNode
	err := batches(executions, func(list string, args []any) error {
		r, err := t.conn.query(background, eventsOf(list), args...)
		if err != nil {
			return err
		}
		for r.next() {
			if len(events) == 0 || events[len(events)-1].ID != r.int(nodeWidth) {
				e, err := readEvent(r, nodeWidth)
				n, end := t.readNode(r)
				if err = errors.Join(err, end); err != nil {
					_ = r.close() // the first error counts
					return err
				}
				events = append(events, store.EventNode{Event: e, Node: n})
			}
			addTag(&events[len(events)-1].Event, r, nodeWidth)
		}
		return r.close()
	})
	return events, err
}

func eventsOf(list string) string {
	return "SELECT " + nodeColumns + ", " + eventColumns + " FROM event e CROSS JOIN node n ON n.id = e.artifact " +
		"LEFT JOIN event_tag g ON g.event = e.id WHERE e.execution IN (" + list + ") ORDER BY e.id, g.key"
}

func (t *tx) Producers(artifacts []pedigree.NodeID) ([]pedigree.Event, error) {
	var events []pedigree.Event
	err := batches(artifacts, func(list string, args []any) error {
		r, err := t.conn.query(background, producersOf(list), args...)
		if err != nil {
			return err
		}
		for r.next() {
			if len(events) == 0 || events[len(events)-1].ID != r.int(0) {
				e, err := readEvent(r, 0)
				if err != nil {
					_ = r.close() // the first error counts
					return err
				}
				events = append(events, e)
			}
			addTag(&events[len(events)-1], r, 0)
		}
		return r.close()
	})
	return events, err
}

func producersOf(list string) string {
	return "SELECT " + eventColumns + " FROM event e LEFT JOIN event_tag g ON g.event = e.id " +
		"WHERE e.artifact IN (" + list + ") AND e.direction = 2 ORDER BY e.id, g.key"
}

func (t *tx) InputsUsed(home pedigree.NodeID, tag string, limit int) ([]store.InputUse, error) {
	dataset, err := t.findType(pedigree.DatasetType)
	if err != nil || dataset == 0 {
		return nil, err
	}
	run, err := t.findType(pedigree.RunType)
	if err != nil || run == 0 {
		return nil, err
	}
	r, err := t.query(inputsUsed, dataset, tag, home, run, limit)
	if err != nil {
		return nil, err
	}
	var uses []store.InputUse
	for r.next() {
		n, err := t.readNode(r)
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		uses = append(uses, store.InputUse{Dataset: n, Tag: r.text(nodeWidth)})
	}
	return uses, r.close()
}
