package transfer

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	json2 "github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/archive"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// An ImportRequest says how to bring an archive in.
type ImportRequest struct {
	Options map[string]string `json:"options,omitempty"`
}

// An ImportResult tells of an import.
type ImportResult struct {
	Request   *ImportRequest   `json:"request,omitempty"`
	User      string           `json:"userName"`
	ClientIP  string           `json:"clientIpAddress"`
	Host      string           `json:"hostName"`
	Time      pedigree.Time    `json:"timeStamp"`
	Metrics   map[string]int64 `json:"metrics"`
	Processed []string         `json:"processedEntities"` // guids of what came in, also within files of others; of large archives those of the first files
	Status    string           `json:"operationStatus"`
	Export    *ExportResult    `json:"exportResult,omitempty"`
}

const (
	unitEntities = 1000    // entities of one transaction, unless a service says otherwise
	unitBytes    = 8 << 20 // of their files
	maxProcessed = 10_000  // guids that an answer lists
	maxTypes     = 16 << 20
)

// Import brings in an archive: all of it or nothing. Where several are brought in at
// once, all but one are refused. A large one that is interrupted, because the server
// ends or whoever asked goes away, is finished by [Service.Run].
func (s *Service) Import(ctx context.Context, workspace pedigree.NodeID, file io.ReaderAt, size int64, r *ImportRequest, by Caller) (*ImportResult, error) {
	if !s.claim() {
		return nil, fault.New(fault.FailedToObtainImportExportLock)
	}
	defer s.wake() // for what waits, or is left of this one if it is interrupted
	defer s.release()
	i, err := s.open(ctx, workspace, file, size, r, by)
	if err != nil {
		return nil, err
	}
	if err := i.lookThrough(); err != nil {
		return nil, err
	}
	if i.total <= s.most && i.bytes <= unitBytes {
		return i.result, i.runAtOnce()
	}
	if i.record, err = s.register(i, schema.NewGUID(), Processing, file, size); err != nil {
		return nil, err
	}
	return i.result, i.run()
}

// claim begins an import unless one is under way.
func (s *Service) claim() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		return false
	}
	s.busy = true
	return true
}

func (s *Service) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
}

// An importing is an import under way.
type importing struct {
	*Service
	ctx       context.Context
	workspace pedigree.NodeID
	archive   *archive.Reader
	request   *ImportRequest
	by        Caller
	result    *ImportResult
	defs      *schema.Defs
	change    *transforms
	transform transformers
	position  int   // of the first entity that is wanted, from 0: the one after the last that came in before
	total     int   // entities in the archive
	bytes     int64 // of their files
	record    *record
}

// open reads what an archive says of itself and the types in it.
func (s *Service) open(ctx context.Context, workspace pedigree.NodeID, file io.ReaderAt, size int64, r *ImportRequest, by Caller) (*importing, error) {
	z, err := archive.Open(file, size, s.limits)
	if err != nil {
		return nil, inArchive(err)
	}
	if r == nil {
		r = &ImportRequest{}
	}
	i := &importing{
		Service: s, ctx: ctx, workspace: workspace, archive: z, request: r, by: by, defs: &schema.Defs{},
		result: &ImportResult{
			Request: r, User: by.User, ClientIP: by.IP, Host: by.Host, Time: pedigree.SystemClock(), Metrics: map[string]int64{}, Processed: []string{},
		},
	}
	if i.change, err = parseTransforms(r.Options["transforms"]); err != nil {
		return nil, err
	}
	if i.transform, err = parseTransformers(r.Options["transformers"]); err != nil {
		return nil, err
	}
	if text := r.Options["startPosition"]; text != "" {
		last, err := strconv.Atoi(text)
		if err != nil || last < 0 {
			return nil, fault.New(fault.BadRequest, "The option startPosition must be a number that is not negative")
		}
		i.position = last + 1
	}
	seen := make(map[string]bool)
	err = z.Each(func(f *archive.File) error {
		if !isAside(f.Name) {
			if i.total++; f.Name == r.Options["startGuid"]+suffix {
				i.position = i.total
			}
			i.bytes += f.Size()
			return nil
		}
		if seen[f.Name] {
			return fault.New(fault.ImportInvalidZipEntry, f.Name, "it is there twice")
		}
		seen[f.Name] = true
		return i.look(f)
	})
	if update := r.Options["updateTypeDefinition"]; update != "" && update != "true" {
		i.defs = &schema.Defs{}
	}
	return i, inArchive(err)
}

// isAside reports whether a file is none of an entity: also what a file system adds to
// archives that people pack anew.
func isAside(name string) bool {
	return name == infoFile || name == orderFile || name == typesFile || strings.HasPrefix(name, "__MACOSX/")
}

// look reads a file that is no entity.
func (i *importing) look(f *archive.File) error {
	if f.Name != infoFile && f.Name != typesFile {
		return nil // files are in the order that one of them gives
	}
	if f.Size() > maxTypes {
		return fault.New(fault.ImportInvalidZipEntry, f.Name, "it is too large")
	}
	text, err := f.Read()
	if err != nil {
		return err
	}
	var into any = i.defs
	if f.Name == infoFile {
		i.result.Export = &ExportResult{}
		into = i.result.Export
	}
	if err := json2.Unmarshal(text, into, schema.Reading); err != nil {
		return fault.New(fault.ImportInvalidZipEntry, f.Name, "it cannot be read: "+err.Error())
	}
	return nil
}

// lookThrough reads an archive to its end: nothing is kept of one that is damaged, or
// whose types are not known or do not fit those that there are.
func (i *importing) lookThrough() error {
	named := make(map[string]bool)
	for k := range i.defs.Entities {
		named[i.defs.Entities[k].Name] = true
	}
	var unknown []string
	err := i.archive.Each(func(f *archive.File) error {
		if err := i.ctx.Err(); err != nil {
			return err
		}
		if isAside(f.Name) {
			return nil
		}
		if !strings.HasSuffix(f.Name, suffix) || strings.ContainsAny(f.Name, `/\`) {
			return fault.New(fault.ImportInvalidZipEntry, f.Name, "it is no file of an entity")
		}
		d, err := parse(f)
		if err != nil {
			return err
		}
		if !named[d.Entity.TypeName] {
			named[d.Entity.TypeName] = true
			unknown = append(unknown, d.Entity.TypeName)
		}
		return nil
	})
	if err != nil {
		return inArchive(err)
	}
	return i.entities.View(i.ctx, i.workspace, func(v *catalog.View) error {
		for _, name := range unknown {
			if v.Types().Entity(name) == nil {
				return fault.New(fault.TypeNameInvalid, "ENTITY", name)
			}
		}
		_, _, err := sortTypes(v.Types(), i.defs)
		return err
	})
}

// each calls fn with the files of entities that are wanted, which are numbered from 0
// with all others.
func (i *importing) each(fn func(n int, f *archive.File) error) error {
	n := -1
	i.result.Processed = []string{}
	return inArchive(i.archive.Each(func(f *archive.File) error {
		if isAside(f.Name) {
			return nil
		}
		if n++; n < i.position {
			return nil
		}
		if len(i.result.Processed) < maxProcessed {
			i.result.Processed = append(i.result.Processed, strings.TrimSuffix(f.Name, suffix))
		}
		return fn(n, f)
	}))
}

// runAtOnce brings in a small archive, in one transaction.
func (i *importing) runAtOnce() error {
	u := &unit{}
	if err := i.each(u.take); err != nil {
		return err
	}
	files := i.result.Processed
	return i.store.Update(i.ctx, func(tx store.Tx) error {
		i.result.Metrics, i.result.Processed = make(map[string]int64), files
		if _, _, err := i.keepTypes(tx, i.result.Metrics); err != nil {
			return err
		}
		c := &change{}
		if err := i.keep(tx, u, i.result.Metrics, c); err != nil {
			return err
		}
		if err := i.succeed(tx, i.result); err != nil {
			return err
		}
		i.result.Processed = append([]string{}, c.came[:min(len(c.came), maxProcessed)]...)
		return nil
	})
}

// succeed tells the history that all was brought in.
func (i *importing) succeed(tx store.Tx, r *ImportResult) error {
	r.Status = Success
	r.Metrics["duration"] = int64(pedigree.SystemClock() - r.Time)
	if full := i.source(); full != "" && len(r.Processed) > 0 {
		w, err := i.entities.Work(i.ctx, tx, i.workspace)
		if err != nil {
			return err
		}
		at := r.Time
		if r.Export != nil && r.Export.ChangeMarker != 0 {
			at = r.Export.ChangeMarker
		}
		if err := noteReplica(w, full, r.Processed[0], at); err != nil {
			return err
		}
	}
	return i.tell(tx, r.summary())
}

// tell tells the history what became of an import.
func (i *importing) tell(tx store.Tx, summary map[string]any) error {
	return workspaceLine(i.ctx, tx, i.workspace, importChange, i.request, summary)
}

// summary is what the history says of an import.
func (r *ImportResult) summary() map[string]any {
	m := map[string]any{"operationStatus": r.Status, "metrics": r.Metrics, "startTime": r.Time, "endTime": pedigree.SystemClock()}
	if r.Export != nil {
		m["sourceClusterName"] = r.Export.SourceName
	}
	return m
}

// A unit is what is brought in in one transaction.
type unit struct {
	files []named
	bytes int
}

type named struct {
	number int
	name   string
	text   []byte
}

// take reads a file for the unit.
func (u *unit) take(n int, f *archive.File) error {
	text, err := f.Read()
	if err != nil {
		return err
	}
	u.files = append(u.files, named{n, f.Name, text})
	u.bytes += len(text)
	return nil
}

// full reports whether nothing more should come into a unit.
func (s *Service) full(u *unit) bool { return len(u.files) >= s.most || u.bytes >= unitBytes }

// A change is what a unit changed: by it, the unit is taken back.
type change struct {
	Made   []string          `json:"made,omitempty"`   // guids
	Before []*catalog.Entity `json:"before,omitempty"` // what was there, as it was
	Late   []int             `json:"late,omitempty"`   // numbers of files of entities that refer to some that may come later
	came   []string          // guids of what was made, changed or put into the bin
}

// wasDeleted reports whether an entity was in the bin before.
func (c *change) wasDeleted(guid string) bool {
	return slices.ContainsFunc(c.Before, func(e *catalog.Entity) bool { return e.GUID == guid && e.Status == catalog.Deleted })
}

// keep brings in one unit and notes what that changes.
func (i *importing) keep(tx store.Tx, u *unit, metrics map[string]int64, c *change) error {
	*c = change{}
	if len(u.files) == 0 {
		return nil
	}
	w, err := i.entities.Work(i.ctx, tx, i.workspace)
	if err != nil {
		return err
	}
	server := ""
	if full := i.source(); full != "" {
		made := false
		if server, made, err = serverOf(w, full); err != nil {
			return err
		}
		if made {
			c.Made = append(c.Made, server)
		}
	}
	batch, err := i.batch(w, u, server, c)
	if err != nil {
		return err
	}
	done, err := w.Save(batch, catalog.SaveOptions{Import: true, Before: func(nodes []pedigree.Node) error {
		ours := slices.DeleteFunc(slices.Clone(nodes), func(n pedigree.Node) bool {
			t := w.Types().OfNode(n.Type)
			return t == nil || t.Foreign
		})
		before, err := w.Entities(ours, catalog.ReadOptions{NoReferred: true})
		if err == nil {
			for _, e := range before.Entities { // as it was at first
				if !slices.ContainsFunc(c.Before, func(b *catalog.Entity) bool { return b.GUID == e.GUID }) {
					c.Before = append(c.Before, e)
				}
			}
		}
		return err
	}})
	if err != nil {
		return err
	}
	for _, a := range []struct {
		action catalog.Action
		name   string
	}{{catalog.ActionCreate, "created"}, {catalog.ActionUpdate, "updated"}, {catalog.ActionDelete, "deleted"}} {
		for _, h := range done.Mutated[a.action] {
			if a.action == catalog.ActionUpdate && h.Status == catalog.Deleted && c.wasDeleted(h.GUID) {
				continue // in the bin here as there: nothing came in
			}
			metrics["entity:"+h.TypeName+":"+a.name]++
			c.came = append(c.came, h.GUID)
			if a.action == catalog.ActionCreate {
				c.Made = append(c.Made, h.GUID)
			}
		}
	}
	return nil
}

// batch reads the entities of a unit. References to what is neither there nor in the
// unit are left out: the other end brings most of them along later.
func (i *importing) batch(w *catalog.Work, u *unit, server string, c *change) (*catalog.Batch, error) {
	var entities []*catalog.Entity
	owner := make(map[string]int) // numbers of files by guid
	for _, f := range u.files {
		d, err := parseText(f.name, f.text)
		if err != nil {
			return nil, err
		}
		for _, e := range append(slices.Collect(values(d.Referred)), d.Entity) {
			if e == nil {
				continue
			}
			if _, there := owner[e.GUID]; there {
				continue
			}
			i.change.apply(w.Types(), e)
			i.transform.apply(w.Types(), e, i.top())
			if server != "" {
				copied(w, e, copiedFrom, server)
			}
			owner[e.GUID] = f.number
			entities = append(entities, e)
		}
	}
	return ready(w, entities, func(e *catalog.Entity) { c.Late = append(c.Late, owner[e.GUID]) })
}

// top gives the items that the archive was made of, as far as it says.
func (i *importing) top() []Item {
	if i.result.Export == nil || i.result.Export.Request == nil {
		return nil
	}
	return i.result.Export.Request.Items
}

// ready makes a batch of entities without references to what is neither there nor among
// them. late hears of those that alone know of such a reference.
func ready(w *catalog.Work, entities []*catalog.Entity, late func(*catalog.Entity)) (*catalog.Batch, error) {
	known, err := known(w, entities)
	if err != nil {
		return nil, err
	}
	for _, e := range entities {
		if strip(w.Types().Entity(e.TypeName), e, known) {
			late(e)
		}
	}
	return &catalog.Batch{Entities: entities, Referred: make(map[string]*catalog.Entity)}, nil
}

// keepTypes makes the types of an archive that are not there, and adds to those that
// are what they lack. It gives those that it
// made and those that it added to.
func (i *importing) keepTypes(tx store.Tx, metrics map[string]int64) (made, grown *schema.Defs, err error) {
	types, err := i.types.Types(tx)
	if err != nil {
		return nil, nil, err
	}
	if made, grown, err = sortTypes(types, i.defs); err != nil {
		return nil, nil, err
	}
	for _, name := range i.transform.classifications() {
		named := func(d schema.ClassificationDef) bool { return d.Name == name }
		if types.Classification(name) == nil && !slices.ContainsFunc(made.Classifications, named) {
			made.Classifications = append(made.Classifications, schema.ClassificationDef{Base: schema.Base{Name: name}})
		}
	}
	if made.Len() > 0 {
		if _, err := i.types.CreateIn(i.ctx, tx, made); err != nil {
			return nil, nil, err
		}
		count(metrics, made, "created")
	}
	if grown.Len() > 0 {
		if _, err := i.types.UpdateIn(i.ctx, tx, grown); err != nil {
			return nil, nil, err
		}
		count(metrics, grown, "updated")
	}
	return made, grown, nil
}

// count tells how many types of which sort were made or changed.
func count(metrics map[string]int64, d *schema.Defs, what string) {
	for name, n := range map[string]int{
		"enumdef": len(d.Enums), "structdef": len(d.Structs), "classificationdef": len(d.Classifications), "entitydef": len(d.Entities),
		"relationshipdef": len(d.Relationships), "businessmetadatadef": len(d.Business),
	} {
		if n > 0 {
			metrics["typedef:"+name+":"+what] += int64(n)
		}
	}
}
