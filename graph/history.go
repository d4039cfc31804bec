package graph

import (
	"context"
	"encoding/json"
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A HistoryQuery asks for what was done to the nodes of a workspace, newest
// first. What is left empty asks for any.
type HistoryQuery struct {
	Workspace    pedigree.NodeID
	Before       int64 // from before the line with this ID; 0 for the newest
	Node         pedigree.NodeID
	Actor, What  string
	Kind         pedigree.Kind // of the node; one that is gone counts in the line of its deletion alone
	Type         string        // likewise
	Since, Until pedigree.Time // from then on, and before then; NoTime for no such limit
	Limit        int           // lines of a page at most, at least 1
}

// A HistoryPage is some lines of a history. The lines of nodes that are gone stay.
type HistoryPage struct {
	Lines []pedigree.Change
	Nodes map[pedigree.NodeID]pedigree.Node // those of the lines that are still there, or in the bin
	Next  int64                             // Before of the next page, 0 after the last
}

// How many lines are read at a time, and looked at for one page at most: a page
// may be shorter than asked for, or empty, and yet have a next one.
const (
	historyChunk = 1000
	historyLooks = 20_000
)

// Changes gives a page of what was done to the nodes of a workspace.
func (s *Service) Changes(ctx context.Context, q *HistoryQuery) (page HistoryPage, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		h := history{r: r, q: q, page: HistoryPage{Nodes: make(map[pedigree.NodeID]pedigree.Node)}}
		err := h.read()
		page = h.page
		return err
	})
	return page, err
}

// EachChange gives all pages one after the other, each read by itself.
func (s *Service) EachChange(ctx context.Context, q *HistoryQuery, give func(*HistoryPage) error) error {
	next := *q
	for {
		page, err := s.Changes(ctx, &next)
		if err != nil {
			return err
		}
		if err := give(&page); err != nil || page.Next == 0 {
			return err
		}
		next.Before = page.Next
	}
}

// A history is read.
type history struct {
	r    store.Reader
	q    *HistoryQuery
	page HistoryPage
}

func (h *history) read() error {
	ask, err := h.bounds()
	if err != nil || ask == nil {
		return err
	}
	if h.sifts() {
		ask.Limit = historyChunk
	}
	for looked := 0; ; {
		lines, err := h.r.ChangesBefore(ask)
		if err != nil {
			return err
		}
		if err := h.know(lines); err != nil {
			return err
		}
		for i := range lines {
			if !h.keeps(&lines[i]) {
				continue
			}
			h.page.Lines = append(h.page.Lines, lines[i])
			if len(h.page.Lines) == h.q.Limit {
				h.page.Next = lines[i].ID
				return nil
			}
		}
		if len(lines) < ask.Limit {
			return nil
		}
		ask.Before = lines[len(lines)-1].ID
		if looked += len(lines); looked >= historyLooks {
			h.page.Next = ask.Before
			return nil
		}
	}
}

// bounds says which lines to read, nil for none: of what the store can choose by,
// the condition that leaves the fewest.
func (h *history) bounds() (*store.ChangeQuery, error) {
	q := h.q
	ask := &store.ChangeQuery{Workspace: q.Workspace, Before: q.Before, Node: q.Node, Limit: q.Limit}
	switch {
	case q.Node != 0:
	case q.Actor != "":
		ask.Actor = q.Actor
	default:
		ask.What = q.What
	}
	if q.Since.Set() {
		last, err := h.r.LastChange(q.Since)
		if err != nil {
			return nil, err
		}
		ask.After = last
	}
	if q.Until.Set() {
		last, err := h.r.LastChange(q.Until)
		if err != nil || last == 0 {
			return nil, err
		}
		if ask.Before == 0 {
			ask.Before = math.MaxInt64
		}
		ask.Before = min(ask.Before, last+1)
	}
	return ask, nil
}

// sifts reports whether lines that are read may not be wanted.
func (h *history) sifts() bool {
	q := h.q
	return q.Kind != 0 || q.Type != "" || q.Actor != "" && q.What != "" || q.Node != 0 && (q.Actor != "" || q.What != "")
}

// know reads the nodes of lines.
func (h *history) know(lines []pedigree.Change) error {
	var ids []pedigree.NodeID
	for _, c := range lines {
		if _, known := h.page.Nodes[c.Node]; !known {
			ids = append(ids, c.Node)
		}
	}
	slices.Sort(ids)
	nodes, err := h.r.Nodes(slices.Compact(ids))
	for i := range nodes {
		h.page.Nodes[nodes[i].ID] = nodes[i]
	}
	return err
}

func (h *history) keeps(c *pedigree.Change) bool {
	q := h.q
	if q.Actor != "" && c.Actor != q.Actor || q.What != "" && c.What != q.What {
		return false
	}
	if q.Kind == 0 && q.Type == "" {
		return true
	}
	kind, typ := h.typeOf(c)
	return (q.Kind == 0 || kind == q.Kind.String()) && (q.Type == "" || typ == q.Type)
}

// typeOf gives what sort of node a line is of, as far as that is still known.
func (h *history) typeOf(c *pedigree.Change) (kind, typ string) {
	if n, there := h.page.Nodes[c.Node]; there {
		return n.Type.Kind.String(), n.Type.Name
	}
	var was struct{ Kind, Type string }
	if c.What != DeletedChange || json.Unmarshal([]byte(c.Before), &was) != nil {
		return "", ""
	}
	return was.Kind, was.Type
}

// History gives what was done to one node, oldest first, from after the line
// with the given ID (0: from the start), at most limit lines.
func (s *Service) History(ctx context.Context, workspace, node pedigree.NodeID, after int64, limit int) (lines []pedigree.Change, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		lines, err = r.Changes(node, after, limit)
		return err
	})
	return slices.DeleteFunc(lines, func(c pedigree.Change) bool { return c.Workspace != workspace }), err
}
