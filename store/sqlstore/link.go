package sqlstore

import (
	"cmp"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

func (t *tx) Links(kind pedigree.Kind, nodes []pedigree.NodeID) ([]pedigree.Event, error) {
	var events []pedigree.Event
	err := batches(nodes, func(list string, args []any) error {
		r, err := t.conn.query(background, linksOf(kind, list), args...)
		if err != nil {
			return err
		}
		events, err = readEvents(r, events)
		return err
	})
	slices.SortFunc(events, func(a, b pedigree.Event) int { return cmp.Compare(a.ID, b.ID) })
	return events, err
}

func linksOf(kind pedigree.Kind, list string) string {
	end := "execution"
	if kind == pedigree.Artifact {
		end = "artifact"
	}
	return "SELECT " + linkColumns + " FROM event e WHERE e." + end + " IN (" + list + ")"
}

// linkColumns are those of an event itself.
const linkColumns = "e.id, e.execution, e.artifact, e.direction, e.time, e.step, e.role, e.path"

// readEvents reads a result to its end, adding to events, and closes it.
func readEvents(r *rows, events []pedigree.Event) ([]pedigree.Event, error) {
	for r.next() {
		e, err := readEvent(r, 0)
		if err != nil {
			_ = r.close() // the first error counts
			return events, err
		}
		events = append(events, e)
	}
	return events, r.close()
}

// writePath writes a path as a JSON array: keys are strings, indexes numbers.
// An empty path is empty text.
func writePath(path []pedigree.PathStep) (string, error) {
	if len(path) == 0 {
		return "", nil
	}
	steps := make([]any, len(path))
	for i, s := range path {
		if steps[i] = s.Index; s.IsKey {
			if !utf8.ValidString(s.Key) {
				return "", pedigree.Errorf(pedigree.Invalid, "a key in the path of an event is not valid UTF-8")
			}
			steps[i] = s.Key
		}
	}
	text, err := json.Marshal(steps)
	return string(text), err
}

func readPath(text string) ([]pedigree.PathStep, error) {
	if text == "" {
		return nil, nil
	}
	var steps []json.RawMessage
	if err := json.Unmarshal([]byte(text), &steps); err != nil {
		return nil, err
	}
	path := make([]pedigree.PathStep, len(steps))
	for i, s := range steps {
		var err error
		if path[i].IsKey = s[0] == '"'; path[i].IsKey {
			err = json.Unmarshal(s, &path[i].Key)
		} else {
			err = json.Unmarshal(s, &path[i].Index)
		}
		if err != nil {
			return nil, err
		}
	}
	return path, nil
}
