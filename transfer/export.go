package transfer

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/archive"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// atOnce is how many entities are read from one state of the store.
const atOnce = 100

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
	if e.order, err = z.Spool(); err != nil {
		return nil, err
	}
	defer e.order.Close()
	if _, err := e.order.WriteString("["); err != nil {
		return nil, err
	}
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
	if err := e.noteCopies(); err != nil {
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

	walk  frontier
	scans []*scan
	items int // of the request that led to something

	firstOut string // the guid of the first

	order   *archive.Spool // the guids, as a JSON list
	used    usedTypes
	written int64
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
	return e, nil
}

// run writes until there is nothing left: while some entities are packed, the next
// are read.
func (e *export) run() error {
	ctx, stop := context.WithCancelCause(e.ctx)
	defer stop(nil)
	read := make(chan []*catalog.Entity, 1)
	var packing sync.WaitGroup
	packing.Go(func() {
		for some := range read {
			if err := e.pack(some); err != nil {
				stop(err)
				break
			}
		}
	})
	err := e.readAll(ctx, read)
	close(read)
	packing.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// readAll reads until there is nothing left, or nobody takes what is read.
func (e *export) readAll(ctx context.Context, to chan<- []*catalog.Entity) error {
	for !e.walk.empty() || len(e.scans) > 0 {
		if e.walk.empty() {
			if err := e.scanOn(ctx); err != nil {
				return err
			}
			continue
		}
		ids, ways := e.walk.next(atOnce)
		var some []*catalog.Entity
		err := e.entities.View(ctx, e.workspace, func(v *catalog.View) (err error) {
			some, err = e.advance(v, ids, ways)
			return err
		})
		if err != nil {
			return err
		}
		select {
		case to <- some:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// advance reads some entities and notes what they are tied to.
func (e *export) advance(v *catalog.View, ids []pedigree.NodeID, ways map[pedigree.NodeID]way) ([]*catalog.Entity, error) {
	nodes, err := v.Reader().Nodes(ids)
	if err != nil {
		return nil, err
	}
	if err := e.follow(v, nodes, ways); err != nil {
		return nil, err
	}
	fresh := nodes[:0:0]
	for _, n := range nodes {
		if e.walk.first(n.ID) {
			fresh = append(fresh, n)
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	all, err := v.Entities(fresh, catalog.ReadOptions{NoReferred: true})
	if err != nil {
		return nil, err
	}
	var some []*catalog.Entity
	for i, one := range all.Entities {
		if e.incremental && one.UpdateTime < e.since {
			continue
		}
		e.walk.known[fresh[i].ID] |= out
		e.used.add(v.Types(), one)
		if some = append(some, one); e.firstOut == "" {
			e.firstOut = one.GUID
		}
	}
	return some, nil
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

// pack puts entities into the archive.
func (e *export) pack(some []*catalog.Entity) error {
	for _, one := range some {
		separator := ","
		if e.written == 0 {
			separator = ""
		}
		e.written++
		if _, err := e.order.WriteString(separator + `"` + one.GUID + `"`); err != nil {
			return err
		}
		e.result.Metrics["entity:"+one.TypeName]++
		e.result.Metrics["entity:withExtInfo"]++
		if err := e.out.Add(one.GUID+suffix, encode(&document{one, map[string]*catalog.Entity{}})); err != nil {
			return err
		}
	}
	return e.out.Flush()
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
	if _, err := e.order.WriteString("]"); err != nil {
		return err
	}
	if err := e.out.AddSpool(orderFile, e.order); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{typesFile, encode(defs)}, {infoFile, encode(e.result)}} {
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
