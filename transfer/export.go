package transfer

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/archive"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// atOnce is how many entities are read from one state of the store.
const atOnce = 200

// maxItems bounds what one export begins with.
const maxItems = 10_000

// Export writes the entities that a request asks for to an archive, as far as they
// came through the catalog. Each is as it was when it was written. ready is called
// when the first part of the archive is about to be sent, with whether anything is
// in it: who asks hears of a bad request before that.
func (s *Service) Export(ctx context.Context, workspace pedigree.NodeID, r *ExportRequest, by Caller, w io.Writer, ready func(empty bool) error) (*ExportResult, error) {
	if r == nil || len(r.Items) > maxItems {
		return nil, fault.New(fault.BadRequest, "The request must name what to export, and no more than 10000 items")
	}
	e, err := s.newExport(ctx, workspace, r)
	if err != nil {
		return nil, err
	}
	result := &ExportResult{
		Request: r, User: by.User, ClientIP: by.IP, Host: by.Host, Time: pedigree.SystemClock(), SourceName: ServerName,
		ChangeMarker: pedigree.SystemClock(), Metrics: map[string]int64{},
	}
	z, err := archive.NewWriter(w, time.Now())
	if err != nil {
		return nil, err
	}
	defer z.Close()
	e.out, e.result = z, result
	more, err := e.begin()
	if err != nil {
		return nil, err
	}
	if err := ready(!more); err != nil {
		return nil, err
	}
	if err := e.run(); err != nil {
		return nil, err
	}
	if err := e.finish(); err != nil {
		return nil, err
	}
	return result, s.store.Update(ctx, func(tx store.Tx) error {
		return workspaceLine(ctx, tx, workspace, exportChange, r, result.summary())
	})
}

// An export is one under way.
type export struct {
	*Service
	ctx       context.Context
	workspace pedigree.NodeID
	request   *ExportRequest
	out       *archive.Writer
	result    *ExportResult

	connected   bool // follow what the first ones are tied to in one direction only
	incremental bool
	since       pedigree.Time // of an incremental one: what was changed then or later
	noLineage   bool

	seen  seen
	queue []step // what is to be read, in order
	scans []*scan
	items int // of the request that led to something

	order   strings.Builder // the guids, as a JSON list
	used    usedTypes
	written int64
}

// A step is a node to read, and which way from it to go on.
type step struct {
	node pedigree.NodeID
	way  way
}

// A way says in which directions of relationships to go on from a node.
type way uint8

const (
	inward  way = 1 << iota // to those that refer to it
	outward                 // to those that it refers to
	around  = inward | outward
	leaf    = way(0) // nowhere
)

func (s *Service) newExport(ctx context.Context, workspace pedigree.NodeID, r *ExportRequest) (*export, error) {
	e := &export{Service: s, ctx: ctx, workspace: workspace, request: r, used: newUsedTypes()}
	switch strings.ToLower(r.text("fetchType")) {
	case "connected":
		e.connected = true
	case "incremental":
		e.incremental = true
		marker := r.text("changeMarker")
		n, err := parseMarker(marker)
		if err != nil {
			return nil, err
		}
		e.since = n
	}
	e.noLineage = r.text("skipLineage") == "true"
	e.order.WriteByte('[')
	return e, nil
}

// run writes until there is nothing left.
func (e *export) run() error {
	for len(e.queue) > 0 || len(e.scans) > 0 {
		if len(e.queue) == 0 {
			if err := e.scanOn(); err != nil {
				return err
			}
			continue
		}
		chunk := e.queue[:min(atOnce, len(e.queue))]
		err := e.entities.View(e.ctx, e.workspace, func(v *catalog.View) error { return e.advance(v, chunk) })
		if err != nil {
			return err
		}
		if e.queue = e.queue[len(chunk):]; len(e.queue) == 0 {
			e.queue = nil
		}
		if err := e.out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// advance writes some entities and notes what they are tied to.
func (e *export) advance(v *catalog.View, chunk []step) error {
	ids := make([]pedigree.NodeID, len(chunk))
	ways := make(map[pedigree.NodeID]way, len(chunk))
	for i, s := range chunk {
		ids[i] = s.node
		ways[s.node] |= s.way
	}
	nodes, err := v.Reader().Nodes(unique(ids))
	if err != nil {
		return err
	}
	if err := e.follow(v, nodes, ways); err != nil {
		return err
	}
	fresh := nodes[:0:0]
	for _, n := range nodes {
		if e.seen.add(n.ID, written) {
			fresh = append(fresh, n)
		}
	}
	return e.write(v, fresh)
}

func unique(ids []pedigree.NodeID) (once []pedigree.NodeID) {
	known := make(map[pedigree.NodeID]bool, len(ids))
	for _, id := range ids {
		if !known[id] {
			known[id] = true
			once = append(once, id)
		}
	}
	return once
}

// write puts entities into the archive, each with those that it owns.
func (e *export) write(v *catalog.View, nodes []pedigree.Node) error {
	if len(nodes) == 0 {
		return nil
	}
	all, err := v.Entities(nodes, catalog.ReadOptions{NoReferred: true})
	if err != nil {
		return err
	}
	for _, one := range all.Entities {
		if e.incremental && one.UpdateTime < e.since {
			continue
		}
		e.used.add(v.Types(), one)
		if e.written > 0 {
			e.order.WriteByte(',')
		}
		e.written++
		e.order.WriteString(`"` + one.GUID + `"`)
		e.result.Metrics["entity:"+one.TypeName]++
		e.result.Metrics["entity:withExtInfo"]++
		if err := e.out.Add(one.GUID+suffix, encode(&document{one, map[string]*catalog.Entity{}})); err != nil {
			return err
		}
	}
	return nil
}

// finish writes what comes last.
func (e *export) finish() error {
	defs := &schema.Defs{}
	err := e.entities.View(e.ctx, e.workspace, func(v *catalog.View) error {
		defs = e.used.defs(v.Types())
		return nil
	})
	if err != nil {
		return err
	}
	e.result.Status = overall(e.items, len(e.request.Items))
	e.result.Metrics["duration"] = int64(pedigree.SystemClock() - e.result.Time)
	e.order.WriteByte(']')
	for _, f := range []struct {
		name string
		text []byte
	}{{orderFile, []byte(e.order.String())}, {typesFile, encode(defs)}, {infoFile, encode(e.result)}} {
		if err := e.out.Add(f.name, f.text); err != nil {
			return err
		}
	}
	return e.out.Finish()
}

// overall says how an operation went of whose parts some went well.
func overall(well, all int) string {
	switch well {
	case 0:
		return Failed
	case all:
		return Success
	}
	return Partial
}

// summary is what the history says of an export.
func (r *ExportResult) summary() map[string]any {
	return map[string]any{"operationStatus": r.Status, "metrics": r.Metrics, "changeMarker": r.ChangeMarker, "startTime": r.Time, "endTime": pedigree.SystemClock()}
}
