package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	json2 "github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/archive"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// A large import is several transactions, so that nobody who writes waits for all of
// it. Each of them keeps, with the entities, how far the import is and what it
// changed: by that an import that was interrupted goes on where it was, and one that
// cannot go on is taken back.

// The memos of imports.
const (
	recordPart = "atlas.import"         // a record, by the import
	changePart = "atlas.import.change." // and the import: a change, by the number of its transaction
)

// A record is what is remembered of an import.
type record struct {
	Job       Job                   `json:"job"`
	Workspace pedigree.NodeID       `json:"workspace"`
	Actor     pedigree.Actor        `json:"actor"`
	Request   *ImportRequest        `json:"request"`
	By        Caller                `json:"by"`
	Waited    bool                  `json:"waited"`  // a request waits for it, or did: nobody asks for its status
	Typed     pedigree.Time         `json:"typed"`   // when its types came in; 0 for not yet
	Made      []string              `json:"made"`    // types that it made
	Grown     []string              `json:"grown"`   // types that it added to
	Was       []pedigree.Definition `json:"was"`     // what these were, but for those as the server comes with them
	Units     int                   `json:"units"`   // transactions
	Next      int                   `json:"next"`    // number of the file to go on with
	Tied      int                   `json:"tied"`    // of the late entities
	Failure   string                `json:"failure"` // why it is taken back; empty while it is not
}

// put remembers a record. The entities that it lists can be found again.
func (r *record) put(tx store.Tx) error {
	kept := *r
	if result := kept.Job.Result; result != nil && kept.Job.Completed == 0 {
		short := *result
		short.Processed = nil
		kept.Job.Result = &short
	}
	return tx.PutMemo(&store.Memo{Part: recordPart, Key: r.Job.ID, Content: encode(&kept)})
}

// records gives all imports that are remembered, oldest first.
func records(r store.Reader) (all []*record, err error) {
	memos, err := r.Memos(recordPart, 0)
	for i := range memos {
		one, err := readRecord(&memos[i])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, err
}

func readRecord(m *store.Memo) (*record, error) {
	var r record
	if err := json2.Unmarshal(m.Content, &r, schema.Reading); err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "what is remembered of an import is no JSON")
	}
	return &r, nil
}

// ended reports whether nothing is left to be done.
func (r *record) ended() bool { return r.Job.Completed != 0 }

const suffixZip = ".zip"

// archivePath is where the archive of an import lies until that has ended.
func (s *Service) archivePath(id string) string { return filepath.Join(s.dir, id+suffixZip) }

// register remembers an import and keeps its archive.
func (s *Service) register(i *importing, id, status string, file io.ReaderAt, size int64) (*record, error) {
	if err := s.keepArchive(s.archivePath(id), file, size); err != nil {
		return nil, err
	}
	now := pedigree.SystemClock()
	r := &record{
		Job: Job{
			ID: id, Status: status, Received: i.result.Time, Staged: now, Result: i.result,
			Details: JobDetails{Total: i.total, Published: i.total, FailedIDs: []string{}, Failures: map[string]string{}},
		},
		Workspace: i.workspace, Actor: pedigree.ActorOf(i.ctx), Request: i.request, By: i.by, Waited: status == Processing,
	}
	if r.Waited {
		r.Job.Started = now
	}
	err := s.store.Update(i.ctx, func(tx store.Tx) error {
		if !r.Waited {
			if err := makeRoom(tx, id); err != nil {
				return err
			}
		}
		return r.put(tx)
	})
	if err != nil {
		return nil, errors.Join(err, os.Remove(s.archivePath(id)))
	}
	return r, nil
}

// Arriving makes a file for an archive on its way in. Who asks for it removes it.
func (s *Service) Arriving() (*os.File, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	return os.CreateTemp(s.dir, "arriving-")
}

// keepArchive puts an archive at a path and on the disk: the record that names it
// outlives a power cut, too. One that arrived here is not copied.
func (s *Service) keepArchive(path string, file io.ReaderAt, size int64) error {
	if arrived, ok := file.(*os.File); ok && filepath.Dir(arrived.Name()) == s.dir {
		return errors.Join(arrived.Sync(), os.Link(arrived.Name(), path))
	}
	out, err := s.Arriving()
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.NewSectionReader(file, 0, size))
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		return os.Rename(out.Name(), path)
	}
	return errors.Join(err, os.Remove(out.Name()))
}

// sweep removes archives that nothing remembers: what was arriving when a server ended.
func (s *Service) sweep(ctx context.Context) error {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return nil //nolint:nilerr // nothing ever arrived
	}
	wanted := make(map[string]bool)
	err = s.store.View(ctx, func(r store.Reader) error {
		all, err := records(r)
		for _, one := range all {
			wanted[one.Job.ID+suffixZip] = !one.ended()
		}
		return err
	})
	for _, f := range files {
		if err == nil && !wanted[f.Name()] {
			err = os.Remove(filepath.Join(s.dir, f.Name()))
		}
	}
	return err
}

// run brings in what is left of a large archive, or takes back what was brought in. An
// import that is interrupted stays as it is.
func (i *importing) run() error {
	err := errFailed
	if i.record.Failure == "" {
		if err = i.forward(); err == nil || i.ctx.Err() != nil {
			return err
		}
		failure := message(err)
		if noted := i.step(func(_ store.Tx, r *record) error { r.Failure = failure; return nil }); noted != nil {
			return errors.Join(err, noted)
		}
	}
	if back := i.takeBack(); back != nil {
		return errors.Join(err, back)
	}
	return err
}

var errFailed = errors.New("the import is taken back")

// step does a part of an import in one transaction, with what is remembered of it.
func (i *importing) step(do func(tx store.Tx, r *record) error) error {
	var next record
	err := i.store.Update(i.ctx, func(tx store.Tx) error {
		result := *i.record.Job.Result
		result.Metrics = maps.Clone(result.Metrics)
		next = *i.record
		next.Job.Result = &result
		if err := do(tx, &next); err != nil {
			return err
		}
		if next.ended() && next.Waited { // who waits hears it
			_, err := tx.DeleteMemo(recordPart, next.Job.ID)
			return err
		}
		return next.put(tx)
	})
	if err == nil {
		*i.result = *next.Job.Result
		next.Job.Result = i.result
		*i.record = next
	}
	return err
}

// forward brings in what is left: types, then entities, then again those entities that
// refer to some that came later.
func (i *importing) forward() error {
	if i.record.Typed == 0 {
		if err := i.step(i.bringTypes); err != nil {
			return err
		}
	}
	u := &unit{}
	err := i.each(func(n int, f *archive.File) error {
		if n < i.record.Next {
			return nil
		}
		if err := u.take(n, f); err != nil || !i.full(u) {
			return err
		}
		return i.keepUnit(u)
	})
	if err != nil {
		return err
	}
	if err := i.keepUnit(u); err != nil {
		return err
	}
	if err := i.tieLate(); err != nil {
		return err
	}
	return i.finish(func(tx store.Tx, r *record) error {
		r.Job.Status = Successful
		return i.succeed(tx, r.Job.Result)
	})
}

// bringTypes brings in the types, and notes what that changes.
func (i *importing) bringTypes(tx store.Tx, r *record) error {
	was, err := tx.Definitions(i.workspace)
	if err != nil {
		return err
	}
	made, grown, err := i.keepTypes(tx, r.Job.Result.Metrics)
	if err != nil {
		return err
	}
	r.Typed, r.Made, r.Grown, r.Was = tx.Now(), namesOf(made), namesOf(grown), nil
	for _, d := range was {
		if slices.Contains(r.Grown, d.Name) {
			r.Was = append(r.Was, d)
		}
	}
	return nil
}

func namesOf(d *schema.Defs) (names []string) {
	for _, one := range d.All() {
		names = append(names, one.Common().Name)
	}
	return names
}

// keepUnit brings in the entities of a unit, and empties it.
func (i *importing) keepUnit(u *unit) error {
	if len(u.files) == 0 {
		return nil
	}
	err := i.step(func(tx store.Tx, r *record) error {
		var c change
		if err := i.keep(tx, u, r.Job.Result.Metrics, &c); err != nil {
			return err
		}
		r.Units++
		r.Next = u.files[len(u.files)-1].number + 1
		r.Job.Details.Imported += len(u.files)
		r.Job.Details.Progress = 100 * float64(r.Job.Details.Imported) / float64(max(r.Job.Details.Total, 1))
		return tx.PutMemo(&store.Memo{Part: changePart + r.Job.ID, Key: changeKey(r.Units), Content: encode(&c)})
	})
	*u = unit{}
	return err
}

func changeKey(unit int) string { return fmt.Sprintf("%09d", unit) }

// changeOf reads what a transaction of the import changed.
func (i *importing) changeOf(r store.Reader, unit int) (*change, error) {
	m, err := r.Memo(changePart+i.record.Job.ID, changeKey(unit))
	if err != nil {
		return nil, err
	}
	var c change
	if err := json2.Unmarshal(m.Content, &c, schema.Reading); err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "what is remembered of an import is no JSON")
	}
	return &c, nil
}

// tieLate brings in again the entities that refer to some that came after them.
func (i *importing) tieLate() error {
	var late []int
	err := i.store.View(i.ctx, func(r store.Reader) error {
		late = nil
		for unit := 1; unit <= i.record.Units; unit++ {
			c, err := i.changeOf(r, unit)
			if err != nil {
				return err
			}
			late = append(late, c.Late...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(late)
	late = slices.Compact(late)
	left := late[min(i.record.Tied, len(late)):]
	u := &unit{}
	tie := func() error {
		if len(u.files) == 0 {
			return nil
		}
		err := i.step(func(tx store.Tx, r *record) error {
			r.Tied += len(u.files)
			return i.keep(tx, u, make(map[string]int64), &change{})
		})
		*u = unit{}
		return err
	}
	err = i.each(func(n int, f *archive.File) error {
		if len(left) == 0 || left[0] != n {
			return nil
		}
		left = left[1:]
		if err := u.take(n, f); err != nil || !i.full(u) {
			return err
		}
		return tie()
	})
	if err == nil {
		err = tie()
	}
	return err
}

// takeBack undoes what an import changed, the last first.
func (i *importing) takeBack() error {
	for i.record.Units > 0 {
		err := i.step(func(tx store.Tx, r *record) error {
			c, err := i.changeOf(tx, r.Units)
			if err != nil {
				return err
			}
			if err := i.undo(tx, c); err != nil {
				return err
			}
			_, err = tx.DeleteMemo(changePart+r.Job.ID, changeKey(r.Units))
			r.Units--
			return err
		})
		if err != nil {
			return err
		}
	}
	left := i.removeTypes()
	return i.finish(func(tx store.Tx, r *record) error {
		r.Job.Status, r.Job.Result.Status = FailedJob, Failed
		r.Job.Result.Metrics, r.Job.Result.Processed = map[string]int64{}, []string{}
		d := &r.Job.Details
		d.Imported, d.Progress, d.Failed = 0, 0, d.Total
		d.Failures = map[string]string{"import": r.Failure}
		summary := r.Job.Result.summary()
		summary["failure"] = r.Failure
		if len(left) > 0 {
			summary["typesThatStay"] = left
		}
		return i.tell(tx, summary)
	})
}

// undo takes back what one transaction changed: what it made goes, what was there
// becomes again as it was.
func (i *importing) undo(tx store.Tx, c *change) error {
	w, err := i.entities.Work(i.ctx, tx, i.workspace)
	if err != nil {
		return err
	}
	made, err := w.NodesByGUID(c.Made)
	if err != nil {
		return err
	}
	for _, guid := range c.Made {
		if n := made[guid]; n != nil {
			if err := tx.Purge(n.ID); err != nil {
				return err
			}
		}
	}
	if len(c.Before) == 0 {
		return nil
	}
	batch, err := ready(w, c.Before, func(*catalog.Entity) {})
	if err != nil {
		return err
	}
	_, err = w.Save(batch, catalog.SaveOptions{Import: true})
	return err
}

// removeTypes takes back what an import changed of types, and gives those that stay as
// they are because somebody has used or changed them since.
func (i *importing) removeTypes() (left []string) {
	err := i.store.Update(i.ctx, func(tx store.Tx) error {
		left = nil
		now, err := tx.Definitions(i.workspace)
		if err != nil {
			return err
		}
		for _, d := range now {
			if !slices.Contains(i.record.Grown, d.Name) {
				continue
			}
			if d.Updated != i.record.Typed {
				left = append(left, d.Name)
				continue
			}
			at := slices.IndexFunc(i.record.Was, func(was pedigree.Definition) bool { return was.Name == d.Name })
			if at >= 0 {
				err = tx.PutDefinition(i.workspace, &i.record.Was[at])
			} else {
				_, err = tx.DeleteDefinition(i.workspace, d.Name)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return slices.Concat(i.record.Made, i.record.Grown)
	}
	gone := &schema.Defs{}
	err = i.entities.View(i.ctx, i.workspace, func(v *catalog.View) error {
		gone = &schema.Defs{}
		for _, name := range i.record.Made {
			if d := v.Types().Def(name); d != nil {
				gone.Add(d)
			}
		}
		return nil
	})
	if err == nil && gone.Len() > 0 {
		err = i.types.Delete(i.ctx, gone, true)
	}
	if err != nil {
		left = append(left, i.record.Made...)
	}
	return left
}

// finish ends an import.
func (i *importing) finish(last func(tx store.Tx, r *record) error) error {
	units := i.record.Units
	err := i.step(func(tx store.Tx, r *record) error {
		r.Job.Completed = pedigree.SystemClock()
		if err := last(tx, r); err != nil {
			return err
		}
		for unit := 1; unit <= units; unit++ {
			if _, err := tx.DeleteMemo(changePart+r.Job.ID, changeKey(unit)); err != nil {
				return err
			}
		}
		r.Units = 0
		return nil
	})
	if err != nil {
		return err
	}
	return os.Remove(i.archivePath(i.record.Job.ID))
}
