package transfer

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/store"
)

// What the history of the workspace says where something was taken out or brought in.
const (
	exportChange = "atlas.EXPORT"
	importChange = "atlas.IMPORT"
)

// An AuditEntry tells of an export or import.
type AuditEntry struct {
	User       string        `json:"userName"`
	Operation  string        `json:"operation"`
	Params     string        `json:"operationParams"`
	Start      pedigree.Time `json:"startTime"`
	End        pedigree.Time `json:"endTime"`
	Result     string        `json:"resultSummary"`
	SourceName string        `json:"sourceServerName"`
	TargetName string        `json:"targetServerName"`
}

// An AuditQuery asks for them, newest first.
type AuditQuery struct {
	User, Operation, Server string // empty for any
	From, To                pedigree.Time
	Limit, Offset           int
}

// maxAudits bounds how many lines of the history are looked at.
const maxAudits = 20_000

// Audits gives what was taken out and brought in.
func (s *Service) Audits(ctx context.Context, workspace pedigree.NodeID, q *AuditQuery) (all []AuditEntry, err error) {
	limit := q.Limit
	if limit <= 0 || limit > 1000 {
		limit = 100
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		all = nil
		skip := max(q.Offset, 0)
		ask := &store.ChangeQuery{Workspace: workspace, Node: workspace, Limit: 500}
		for looked := 0; looked < maxAudits; {
			lines, err := r.ChangesBefore(ask)
			if err != nil {
				return err
			}
			for i := range lines {
				e, ok := auditEntry(&lines[i])
				if !ok || !q.wants(&e) {
					continue
				}
				if skip > 0 {
					skip--
					continue
				}
				if all = append(all, e); len(all) == limit {
					return nil
				}
			}
			if len(lines) < ask.Limit {
				return nil
			}
			looked += len(lines)
			ask.Before = lines[len(lines)-1].ID
		}
		return nil
	})
	return all, err
}

func (q *AuditQuery) wants(e *AuditEntry) bool {
	return (q.User == "" || q.User == e.User) && (q.Operation == "" || q.Operation == e.Operation) &&
		(q.Server == "" || q.Server == e.SourceName || q.Server == e.TargetName) &&
		(q.From == 0 || e.Start >= q.From) && (q.To == 0 || e.Start <= q.To)
}

// auditEntry reads a line of the history; ok is false for what is none.
func auditEntry(c *pedigree.Change) (e AuditEntry, ok bool) {
	var said struct {
		Start  pedigree.Time `json:"startTime"`
		End    pedigree.Time `json:"endTime"`
		Source string        `json:"sourceClusterName"`
	}
	e = AuditEntry{User: cmp.Or(c.Actor, catalog.LocalUser), Params: c.Before, Result: c.After, SourceName: ServerName, TargetName: ServerName}
	_ = json.Unmarshal([]byte(c.After), &said) // what was too long to be kept says nothing
	var asked struct {
		Options map[string]any `json:"options"`
	}
	_ = json.Unmarshal([]byte(c.Before), &asked)
	other := func(option string) string { full, _ := asked.Options[option].(string); return serverName(full) }
	e.Start, e.End = cmp.Or(said.Start, c.Time), cmp.Or(said.End, c.Time)
	switch c.What {
	case exportChange:
		e.Operation, e.TargetName = "EXPORT", cmp.Or(other(copiedTo), ServerName)
	case importChange:
		e.Operation, e.SourceName = "IMPORT", cmp.Or(other(copiedFrom), said.Source, ServerName)
	default:
		return e, false
	}
	return e, true
}
