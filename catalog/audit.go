package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

// An AuditAction is what a line of an entity's history tells of.
type AuditAction string

// The actions.
const (
	AuditCreate                         AuditAction = "ENTITY_CREATE"
	AuditUpdate                         AuditAction = "ENTITY_UPDATE"
	AuditDelete                         AuditAction = "ENTITY_DELETE"
	AuditPurge                          AuditAction = "ENTITY_PURGE"
	AuditImportCreate                   AuditAction = "ENTITY_IMPORT_CREATE"
	AuditImportUpdate                   AuditAction = "ENTITY_IMPORT_UPDATE"
	AuditImportDelete                   AuditAction = "ENTITY_IMPORT_DELETE"
	AuditClassificationAdd              AuditAction = "CLASSIFICATION_ADD"
	AuditClassificationDelete           AuditAction = "CLASSIFICATION_DELETE"
	AuditClassificationUpdate           AuditAction = "CLASSIFICATION_UPDATE"
	AuditPropagatedClassificationAdd    AuditAction = "PROPAGATED_CLASSIFICATION_ADD"
	AuditPropagatedClassificationDelete AuditAction = "PROPAGATED_CLASSIFICATION_DELETE"
	AuditPropagatedClassificationUpdate AuditAction = "PROPAGATED_CLASSIFICATION_UPDATE"
	AuditTermAdd                        AuditAction = "TERM_ADD"
	AuditTermDelete                     AuditAction = "TERM_DELETE"
	AuditLabelAdd                       AuditAction = "LABEL_ADD"
	AuditLabelDelete                    AuditAction = "LABEL_DELETE"
	AuditCustomAttributeUpdate          AuditAction = "CUSTOM_ATTRIBUTE_UPDATE"
	AuditBusinessAttributeUpdate        AuditAction = "BUSINESS_ATTRIBUTE_UPDATE"
)

// auditActions are all of them.
var auditActions = []AuditAction{
	AuditCreate, AuditUpdate, AuditDelete, AuditPurge, AuditImportCreate, AuditImportUpdate, AuditImportDelete,
	AuditClassificationAdd, AuditClassificationDelete, AuditClassificationUpdate,
	AuditPropagatedClassificationAdd, AuditPropagatedClassificationDelete, AuditPropagatedClassificationUpdate,
	AuditTermAdd, AuditTermDelete, AuditLabelAdd, AuditLabelDelete, AuditCustomAttributeUpdate, AuditBusinessAttributeUpdate,
}

// auditPrefixes begin what lines say of an entity.
var auditPrefixes = map[AuditAction]string{
	AuditCreate: "Created: ", AuditUpdate: "Updated: ", AuditPurge: "Purged: ",
	AuditImportCreate: "Created by import: ", AuditImportUpdate: "Updated by import: ",
	AuditCustomAttributeUpdate: "Updated custom attribute: ", AuditBusinessAttributeUpdate: "Updated business attribute: ",
}

// maxAudit bounds what a line says, in bytes: the history keeps every line for ever.
const maxAudit = 8000

// Audit adds a line to the history of a node.
func (w *Work) Audit(n *pedigree.Node, what AuditAction, details string) error {
	return w.audit(n, what, details)
}

func (w *Work) audit(n *pedigree.Node, what AuditAction, details string) error {
	_, err := w.auditLine(n, what, details)
	return err
}

// auditLine does so and gives the number of the line.
func (w *Work) auditLine(n *pedigree.Node, what AuditAction, details string) (int64, error) {
	return appendLine(w.tx, n.Workspace, n.ID, w.actor, what, details)
}

func appendLine(tx store.Tx, workspace, node pedigree.NodeID, actor pedigree.Actor, what AuditAction, details string) (int64, error) {
	line := pedigree.Change{
		Workspace: workspace, Node: node, Actor: bounded(actor.Name), Reason: bounded(actor.Reason),
		What: pedigree.AtlasPrefix + string(what), After: shorten(strings.ReplaceAll(details, "\x00", ""), maxAudit),
	}
	err := tx.AppendChange(&line)
	return line.ID, err
}

// auditEntity adds a line that shows an entity. Where that is too long, it is shown
// without attributes and relationships.
func (w *Work) auditEntity(n *pedigree.Node, what AuditAction, e *Entity) error {
	text := auditPrefixes[what] + jsonText(e)
	if len(text) > maxAudit {
		short := *e
		short.Attributes, short.RelationshipAttributes, short.BusinessAttributes, short.CustomAttributes = nil, nil, nil, nil
		if len(short.Classifications) > 10 {
			short.Classifications = nil
		}
		text = auditPrefixes[what] + jsonText(&short)
	}
	return w.audit(n, what, text)
}

// bounded keeps a text within its part of a line of the history.
func bounded(text string) string { return shorten(text, 1000) }

func shorten(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-3], "") + "..."
}

// An AuditEvent is one line of an entity's history.
type AuditEvent struct {
	EntityID  string        `json:"entityId"`
	Timestamp pedigree.Time `json:"timestamp"`
	User      string        `json:"user"`
	Action    AuditAction   `json:"action"`
	Details   string        `json:"details"`
	EventKey  string        `json:"eventKey"`
	Entity    *Entity       `json:"entity,omitempty"` // as it is now; nil for one that is gone
	Type      string        `json:"type"`
}

// An AuditQuery asks for lines of an entity's history, newest first unless sorted.
type AuditQuery struct {
	GUID       string
	StartKey   string // from the line with this key on; empty for the newest
	Action     string // only of this; empty for any
	Count      int    // at most
	Offset     int    // lines to pass over; negative for none
	SortBy     string // user, action or timestamp; empty for as they come
	Descending bool
}

// How many lines are read at a time, and looked at for one answer at most.
const (
	auditChunk = 500
	auditLooks = 20_000
)

// AuditEvents gives the history of an entity, also of one that is gone.
func (v *View) AuditEvents(q *AuditQuery) ([]AuditEvent, error) {
	if q.Action != "" && !slices.Contains(auditActions, AuditAction(q.Action)) {
		return nil, fault.New(fault.BadRequest, "invalid auditAction: "+q.Action)
	}
	node, entity, err := v.auditedNode(q.GUID)
	if err != nil {
		return nil, err
	}
	sorted := q.SortBy != "" || q.Offset >= 0
	want := q.Count
	ask := &store.ChangeQuery{Workspace: v.workspace, Node: node, Limit: auditChunk}
	switch {
	case sorted:
		want = auditLooks
	case q.StartKey != "":
		if ask.Before, err = v.afterKey(q.StartKey); err != nil {
			return nil, err
		}
	}
	events := []AuditEvent{}
	for looked := 0; len(events) < want && looked < auditLooks; {
		lines, err := v.reader.ChangesBefore(ask)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			e := auditEvent(q.GUID, &lines[i])
			if q.Action == "" || e.Action == AuditAction(q.Action) {
				e.Entity = entity
				events = append(events, e)
			}
		}
		if len(lines) < ask.Limit {
			break
		}
		looked += len(lines)
		ask.Before = lines[len(lines)-1].ID
	}
	if sorted {
		sortEvents(events, q)
		events = events[min(max(q.Offset, 0), len(events)):]
	}
	return events[:min(max(q.Count, 0), len(events))], nil
}

// auditedNode finds the node of a guid, and its entity unless it is gone.
func (v *View) auditedNode(guid string) (pedigree.NodeID, *Entity, error) {
	n, err := v.NodeByGUID(guid)
	if err == nil {
		e, _, err := v.Entity(n, ReadOptions{NoRelationships: true, NoReferred: true})
		return n.ID, e, err
	}
	if !fault.Is(err, fault.InstanceGUIDNotFound) {
		return 0, nil, err
	}
	if id, ok := v.mark.NodeID(guid); ok {
		return id, nil, nil
	}
	ask := &store.ChangeQuery{Workspace: v.workspace, What: pedigree.AtlasPrefix + string(AuditPurge), Limit: auditChunk}
	for range auditLooks / auditChunk {
		lines, err := v.reader.ChangesBefore(ask)
		if err != nil {
			return 0, nil, err
		}
		for i := range lines {
			if lines[i].Before == guid {
				return lines[i].Node, nil, nil
			}
		}
		if len(lines) < ask.Limit {
			break
		}
		ask.Before = lines[len(lines)-1].ID
	}
	return 0, nil, fault.New(fault.InstanceGUIDNotFound, guid)
}

// afterKey reads the key of a line: lines are asked for that come before the one
// after it.
func (v *View) afterKey(key string) (int64, error) {
	id, err := strconv.ParseInt(key[strings.LastIndexByte(key, ':')+1:], 10, 63)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "invalid startKey: "+shorten(key, 100))
	}
	return id + 1, nil
}

// othersActions are what lines of other protocols tell of; the rest is updates.
var othersActions = map[string]AuditAction{"created": AuditCreate, "deleted": AuditDelete}

// auditEvent shows a line of the history.
func auditEvent(guid string, c *pedigree.Change) AuditEvent {
	e := AuditEvent{
		EntityID: guid, Timestamp: c.Time, User: cmp.Or(c.Actor, LocalUser), Type: "ENTITY_AUDIT_V2",
		EventKey: guid + ":" + strconv.FormatInt(int64(c.Time), 10) + ":" + strconv.FormatInt(c.ID, 10),
	}
	if action, ours := strings.CutPrefix(c.What, pedigree.AtlasPrefix); ours {
		e.Action, e.Details = AuditAction(action), c.After
		return e
	}
	e.Action, e.Details = cmp.Or(othersActions[c.What], AuditUpdate), c.What
	if c.Before != "" || c.After != "" {
		e.Details += ": " + c.Before + " -> " + c.After
	}
	return e
}

func sortEvents(events []AuditEvent, q *AuditQuery) {
	slices.SortStableFunc(events, func(a, b AuditEvent) int {
		var order int
		switch strings.ToLower(q.SortBy) {
		case "user":
			order = cmp.Compare(a.User, b.User)
		case "action":
			order = cmp.Compare(a.Action, b.Action)
		case "timestamp":
			order = cmp.Compare(a.Timestamp, b.Timestamp)
		}
		if q.Descending {
			return -order
		}
		return order
	})
}
