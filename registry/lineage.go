package registry

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// link ties a new version to what it came from.
func (o *origin) link(tx store.Tx, version *pedigree.Node) error {
	run, err := o.producer(tx, version.Workspace)
	if err != nil {
		return err
	}
	if run != 0 {
		_, err := tx.PutEvent(&pedigree.Event{
			Execution: run, Artifact: version.ID, Direction: pedigree.Output, Time: tx.Now(),
		})
		if err != nil {
			return err
		}
	}
	if o.loggedModel == nil {
		return nil
	}
	return noteVersion(tx, o.loggedModel, version)
}

// producer finds the run that wrote a version: the one that is named, or else
// one that wrote its logged model. There may be none.
func (o *origin) producer(r store.Reader, ws pedigree.NodeID) (pedigree.NodeID, error) {
	if o.runID != "" {
		n, err := r.Node(ws, pedigree.RunType, o.runID)
		if pedigree.CodeOf(err) == pedigree.NotFound {
			return 0, nil // clients name runs of other servers too
		}
		return n.ID, err
	}
	if o.loggedModel == nil {
		return 0, nil
	}
	events, err := r.Producers([]pedigree.NodeID{o.loggedModel.ID})
	if err != nil || len(events) == 0 {
		return 0, err
	}
	return events[0].Execution, nil
}

// versionsTag is the tag of a logged model that lists the versions it became,
// as JSON.
const versionsTag = "mlflow.modelVersions"

// maxVersionsTag bounds that list, in bytes. The oldest go first.
const maxVersionsTag = 64 << 10

// noteVersion adds a version to the list that its logged model carries.
func noteVersion(tx store.Tx, loggedModel, version *pedigree.Node) error {
	text, _, err := tx.Property(loggedModel.ID, pedigree.Tag, versionsTag)
	if err != nil {
		return err
	}
	var entries []json.RawMessage
	if json.Unmarshal([]byte(text), &entries) != nil {
		entries = nil // a client wrote something else there
	}
	entries = append(entries, json.RawMessage(`{"name": `+naming.Literal(version.Name)+`, "version": `+
		strconv.FormatInt(numberOf(version), 10)+`}`))
	return tx.PutProperties(loggedModel, pedigree.Property{Space: pedigree.Tag, Key: versionsTag, Value: joinEntries(entries)})
}

func joinEntries(entries []json.RawMessage) string {
	size := 0
	first := len(entries)
	for first > 0 && size+len(entries[first-1])+2 <= maxVersionsTag {
		first--
		size += len(entries[first]) + 2
	}
	texts := make([]string, 0, len(entries)-first)
	for _, e := range entries[first:] {
		texts = append(texts, string(e))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
