package transfer

import (
	"context"
	"io"
	"slices"
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
	Processed []string         `json:"processedEntities"` // guids, of the first entities only where there are many
	Status    string           `json:"operationStatus"`
	Export    *ExportResult    `json:"exportResult,omitempty"`
}

const (
	unitEntities = 1000    // entities of one transaction
	unitBytes    = 8 << 20 // of their files
	maxProcessed = 10_000  // guids that an answer lists
	maxTypes     = 16 << 20
)

// Import brings in an archive. Where several are brought in at once, all but one are
// refused.
func (s *Service) Import(ctx context.Context, workspace pedigree.NodeID, file io.ReaderAt, size int64, r *ImportRequest, by Caller) (*ImportResult, error) {
	if !s.once.TryLock() {
		return nil, fault.New(fault.FailedToObtainImportExportLock)
	}
	defer s.once.Unlock()
	i, err := s.open(ctx, workspace, file, size, r, by)
	if err != nil {
		return nil, err
	}
	return i.result, i.run(nil)
}

// An importing is an import under way.
type importing struct {
	*Service
	ctx       context.Context
	workspace pedigree.NodeID
	archive   *archive.Reader
	request   *ImportRequest
	result    *ImportResult
	defs      *schema.Defs
	change    *transforms
	total     int

	late map[string]bool // files of entities that refer to some that came later
}

// open looks an archive through to its end: nothing is kept of one that is damaged.
func (s *Service) open(ctx context.Context, workspace pedigree.NodeID, file io.ReaderAt, size int64, r *ImportRequest, by Caller) (*importing, error) {
	z, err := archive.Open(file, size, s.limits)
	if err != nil {
		return nil, inArchive(err)
	}
	if r == nil {
		r = &ImportRequest{}
	}
	i := &importing{
		Service: s, ctx: ctx, workspace: workspace, archive: z, request: r, defs: &schema.Defs{}, late: make(map[string]bool),
		result: &ImportResult{
			Request: r, User: by.User, ClientIP: by.IP, Host: by.Host, Time: pedigree.SystemClock(), Metrics: map[string]int64{}, Processed: []string{},
		},
	}
	if i.change, err = parseTransforms(r.Options["transforms"]); err != nil {
		return nil, err
	}
	if r.Options["transformers"] != "" {
		return nil, fault.New(fault.BadRequest, "The option transformers is not known: write transforms")
	}
	seen := make(map[string]bool)
	err = z.Each(func(f *archive.File) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch f.Name {
		case infoFile, orderFile, typesFile:
			if seen[f.Name] {
				return fault.New(fault.ImportInvalidZipEntry, f.Name, "it is there twice")
			}
			seen[f.Name] = true
			return i.look(f)
		}
		if !strings.HasSuffix(f.Name, suffix) || strings.ContainsAny(f.Name, `/\`) {
			return fault.New(fault.ImportInvalidZipEntry, f.Name, "it is no file of an entity")
		}
		i.total++
		_, _, err := parse(f)
		return err
	})
	return i, inArchive(err)
}

// look reads a file that is no entity.
func (i *importing) look(f *archive.File) error {
	if f.Name == orderFile {
		return nil // files are in that order
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

// run brings in the types and entities. progress hears how many entities there are.
func (i *importing) run(progress func(done int)) error {
	unit := &unit{}
	started := i.request.Options["startGuid"] == ""
	first := true
	flush := func() error {
		if len(unit.files) == 0 && !first {
			return nil
		}
		if err := i.keep(unit, first); err != nil {
			return err
		}
		first = false
		*unit = (*unit).next(i)
		if progress != nil {
			progress(unit.done)
		}
		return nil
	}
	if i.total > unitEntities { // types are a unit of their own, so that those that wait for the writer wait less
		if err := flush(); err != nil {
			return err
		}
	}
	err := i.archive.Each(func(f *archive.File) error {
		switch f.Name {
		case infoFile, orderFile, typesFile:
			return nil
		}
		if started = started || f.Name == i.request.Options["startGuid"]+suffix; !started {
			return nil
		}
		text, err := f.Read()
		if err != nil {
			return err
		}
		unit.add(f.Name, text)
		if len(unit.files) >= unitEntities || unit.bytes >= unitBytes {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil && len(i.late) > 0 {
		err = i.tieLate()
	}
	if err != nil {
		return inArchive(err)
	}
	i.result.Status = Success
	i.result.Metrics["duration"] = int64(pedigree.SystemClock() - i.result.Time)
	return i.store.Update(i.ctx, func(tx store.Tx) error {
		return workspaceLine(i.ctx, tx, i.workspace, importChange, i.request, i.summary())
	})
}

// summary is what the history says of an import.
func (i *importing) summary() map[string]any {
	m := map[string]any{"operationStatus": i.result.Status, "metrics": i.result.Metrics, "startTime": i.result.Time, "endTime": pedigree.SystemClock()}
	if i.result.Export != nil {
		m["sourceClusterName"] = i.result.Export.SourceName
	}
	return m
}

// A unit is what is brought in in one transaction.
type unit struct {
	files []named
	bytes int
	done  int // entities of all units so far
}

type named struct {
	name string
	text []byte
}

func (u *unit) add(name string, text []byte) {
	u.files = append(u.files, named{name, text})
	u.bytes += len(text)
}

// next notes what a unit held, once that is kept, and gives the one after it.
func (u unit) next(i *importing) unit {
	for _, f := range u.files {
		if len(i.result.Processed) < maxProcessed {
			i.result.Processed = append(i.result.Processed, strings.TrimSuffix(f.name, suffix))
		}
	}
	return unit{done: u.done + len(u.files)}
}

// keep brings in one unit, and the types with the first.
func (i *importing) keep(u *unit, types bool) error {
	var late []string
	var metrics map[string]int64
	err := i.store.Update(i.ctx, func(tx store.Tx) error {
		late, metrics = nil, make(map[string]int64)
		if types {
			if err := i.keepTypes(tx, metrics); err != nil {
				return err
			}
		}
		if len(u.files) == 0 {
			return nil
		}
		w, err := i.entities.Work(i.ctx, tx, i.workspace)
		if err != nil {
			return err
		}
		batch, err := i.batch(w, u, &late)
		if err != nil {
			return err
		}
		done, err := w.Save(batch, catalog.SaveOptions{Import: true})
		if err != nil {
			return err
		}
		for _, c := range []struct{ action, name string }{{"CREATE", "created"}, {"UPDATE", "updated"}, {"DELETE", "deleted"}} {
			for _, h := range done.Mutated[catalog.Action(c.action)] {
				metrics["entity:"+h.TypeName+":"+c.name]++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range late {
		i.late[name] = true
	}
	for name, n := range metrics {
		i.result.Metrics[name] += n
	}
	return nil
}

// batch reads the entities of a unit. References to what is neither there nor in the
// unit are left out: the other end brings most of them along later.
func (i *importing) batch(w *catalog.Work, u *unit, late *[]string) (*catalog.Batch, error) {
	b := &catalog.Batch{Referred: make(map[string]*catalog.Entity)}
	guids := make(map[string]bool)
	owner := make(map[string]string) // files by guid
	for _, f := range u.files {
		d, err := parseText(f.name, f.text)
		if err != nil {
			return nil, err
		}
		for _, e := range append(slices.Collect(values(d.Referred)), d.Entity) {
			if e == nil || guids[e.GUID] {
				continue
			}
			i.change.apply(w.Types(), e)
			guids[e.GUID], owner[e.GUID] = true, f.name
			b.Entities = append(b.Entities, e)
		}
	}
	known, err := i.known(w, b.Entities, guids)
	if err != nil {
		return nil, err
	}
	for _, e := range b.Entities {
		if strip(w.Types().Entity(e.TypeName), e, known) {
			*late = append(*late, owner[e.GUID])
		}
	}
	return b, nil
}

// values gives the values of a map.
func values[K comparable, V any](m map[K]V) func(yield func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// known gives which guids that entities refer to are there or come with them.
func (i *importing) known(w *catalog.Work, entities []*catalog.Entity, coming map[string]bool) (map[string]bool, error) {
	var ask []string
	for _, e := range entities {
		each(e, func(guid string) {
			if !coming[guid] {
				ask = append(ask, guid)
			}
		})
	}
	found, err := w.NodesByGUID(ask)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(found)+len(coming))
	for guid, n := range found {
		known[guid] = n.Live()
	}
	for guid := range coming {
		known[guid] = true
	}
	return known, nil
}

// guidOf gives the guid of a reference, and whether it is one. One that is deleted
// itself, or whose relationship is, refers to nothing.
func guidOf(v any) (guid string, live bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return "", false
	}
	guid, ok = m["guid"].(string)
	return guid, ok && m["relationshipStatus"] != "DELETED" && m["entityStatus"] != "DELETED"
}

// each calls fn with the guids that an entity refers to.
func each(e *catalog.Entity, fn func(guid string)) {
	for _, group := range []map[string]any{e.Attributes, e.RelationshipAttributes} {
		for _, v := range group {
			walk(v, fn)
		}
	}
}

func walk(v any, fn func(guid string)) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			walk(one, fn)
		}
	case map[string]any:
		if guid, ok := v["guid"].(string); ok {
			fn(guid)
			return
		}
		for _, one := range v {
			walk(one, fn)
		}
	}
}

// strip takes out of an entity the references to what is not known, and reports
// whether one of them is known to the entity alone.
func strip(t *schema.EntityType, e *catalog.Entity, known map[string]bool) (late bool) {
	if t == nil {
		return false // saving says so
	}
	for _, name := range t.EndNames() {
		if v, there := e.RelationshipAttributes[name]; there {
			e.RelationshipAttributes[name], _ = kept(v, known)
		}
		if v, there := e.Attributes[name]; there {
			e.Attributes[name], _ = kept(v, known)
		}
	}
	for _, f := range t.Fields {
		if f.Target == nil || f.Soft() || len(t.End(f.Def.Name)) > 0 {
			continue
		}
		if v, there := e.Attributes[f.Def.Name]; there {
			var less bool
			e.Attributes[f.Def.Name], less = kept(v, known)
			late = late || less
		}
	}
	return late
}

// kept gives what is left of the value of an attribute that refers to others.
func kept(v any, known map[string]bool) (left any, less bool) {
	switch v := v.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, one := range v {
			if guid, live := guidOf(one); guid == "" || live && known[guid] {
				list = append(list, one)
			}
		}
		return list, len(list) < len(v)
	case map[string]any:
		guid, isRef := v["guid"].(string)
		if isRef {
			if _, live := guidOf(v); live && known[guid] {
				return v, false
			}
			return nil, true
		}
		all := make(map[string]any, len(v))
		for key, one := range v {
			if guid, live := guidOf(one); guid == "" || live && known[guid] {
				all[key] = one
			}
		}
		return all, len(all) < len(v)
	}
	return v, false
}

// tieLate brings in again the entities that refer to some that came after them.
func (i *importing) tieLate() error {
	late := i.late
	i.late = make(map[string]bool)
	u := &unit{}
	err := i.archive.Each(func(f *archive.File) error {
		if !late[f.Name] {
			return nil
		}
		text, err := f.Read()
		if err != nil {
			return err
		}
		u.add(f.Name, text)
		if len(u.files) < unitEntities && u.bytes < unitBytes {
			return nil
		}
		err = i.keep(u, false)
		u = &unit{}
		return err
	})
	if err != nil || len(u.files) == 0 {
		return err
	}
	return i.keep(u, false)
}

// keepTypes makes the types of an archive that are not there, and adds to those that
// are what they lack, unless told otherwise.
func (i *importing) keepTypes(tx store.Tx, metrics map[string]int64) error {
	types, err := i.types.Types(tx)
	if err != nil {
		return err
	}
	fresh, changed, err := sortTypes(types, i.defs)
	if err != nil {
		return err
	}
	if len(fresh.All()) > 0 {
		if _, err := i.types.CreateIn(i.ctx, tx, fresh); err != nil {
			return err
		}
		count(metrics, fresh, "created")
	}
	if len(changed.All()) > 0 && i.request.Options["updateTypeDefinition"] != "false" {
		if _, err := i.types.UpdateIn(i.ctx, tx, changed); err != nil {
			return err
		}
		count(metrics, changed, "updated")
	}
	return nil
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
