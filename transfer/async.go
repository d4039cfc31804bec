package transfer

import (
	"context"
	"io"
	"log/slog"
	"os"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

// The states of an import that goes on by itself.
const (
	Staging    = "STAGING"
	Waiting    = "WAITING"
	Processing = "PROCESSING"
	Successful = "SUCCESSFUL"
	Aborted    = "ABORTED"
	FailedJob  = "FAILED"
)

// Bounds on imports that go on by themselves.
const (
	maxWaiting = 10  // that wait
	maxKnown   = 200 // of which is remembered what became of them
)

// A Job is an import that goes on by itself.
type Job struct {
	ID        string        `json:"importId"`
	Status    string        `json:"status"`
	Details   JobDetails    `json:"importDetails"`
	Received  pedigree.Time `json:"receivedTime"`
	Staged    pedigree.Time `json:"stagedTime"`
	Started   pedigree.Time `json:"processingStartTime"`
	Completed pedigree.Time `json:"completedTime"`
	Result    *ImportResult `json:"importResult,omitempty"`
	User      string        `json:"-"`
}

// JobDetails say how far it is.
type JobDetails struct {
	Published int               `json:"publishedEntityCount"`
	Total     int               `json:"totalEntitiesCount"`
	Imported  int               `json:"importedEntitiesCount"`
	Failed    int               `json:"failedEntitiesCount"`
	FailedIDs []string          `json:"failedEntities"`
	Progress  float64           `json:"importProgress"` // in percent
	Failures  map[string]string `json:"failures"`       // why, by guid; by "import" for the import as a whole
}

// Enqueue looks an archive through and has it brought in by [Service.Run], under an id.
func (s *Service) Enqueue(ctx context.Context, workspace pedigree.NodeID, id string, file io.ReaderAt, size int64, r *ImportRequest, by Caller) (Job, error) {
	i, err := s.open(ctx, workspace, file, size, r, by)
	if err != nil {
		return Job{}, err
	}
	if err := i.lookThrough(); err != nil {
		return Job{}, err
	}
	kept, err := s.register(i, id, Waiting, file, size)
	if err != nil {
		return Job{}, err
	}
	s.wake()
	return kept.Job, nil
}

// makeRoom refuses an import where too many wait, and forgets the oldest of those that
// have ended where too many are remembered.
func makeRoom(tx store.Tx, id string) error {
	all, err := records(tx)
	if err != nil {
		return err
	}
	waiting := 0
	for _, r := range all {
		if r.Job.Status == Waiting {
			waiting++
		}
	}
	if waiting >= maxWaiting {
		return fault.New(fault.ImportQueueingFailed, id)
	}
	known := len(all)
	for _, r := range all {
		if known < maxKnown || !r.ended() {
			continue
		}
		known--
		if _, err := tx.DeleteMemo(recordPart, r.Job.ID); err != nil {
			return err
		}
	}
	return nil
}

// wake has [Service.Run] look for what is to be done.
func (s *Service) wake() {
	select {
	case s.work <- struct{}{}:
	default:
	}
}

// Run brings in what waits, one after the other, until ctx ends; first what was
// interrupted.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
		log.Warn("what is left of imports cannot be removed", "error", err)
	}
	s.wake()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.work:
		}
		for s.next(ctx, log) {
		}
	}
}

// next goes on with one import and reports whether there may be others.
func (s *Service) next(ctx context.Context, log *slog.Logger) bool {
	r, err := s.begin(ctx)
	if err == nil && r != nil {
		defer s.release()
		err = s.goOn(ctx, r)
	}
	switch {
	case ctx.Err() != nil:
		return false
	case err != nil && r != nil:
		log.Warn("an import failed", "import", r.Job.ID, "error", err)
		return r.ended()
	case err != nil:
		log.Error("imports that wait cannot be read", "error", err)
	}
	return r != nil && err == nil
}

// begin claims an import that has not ended, nil for none or while another is under
// way: that wakes us when it ends. What looks begun was interrupted.
func (s *Service) begin(ctx context.Context) (chosen *record, err error) {
	s.mu.Lock() // who asks for an import waits for this moment, rather than being refused
	defer s.mu.Unlock()
	if s.busy {
		return nil, nil
	}
	defer func() { s.busy = err == nil && chosen != nil }()
	err = s.store.Update(ctx, func(tx store.Tx) error {
		chosen = nil
		all, err := records(tx)
		if err != nil {
			return err
		}
		for _, r := range all {
			if !r.ended() && (chosen == nil || r.Job.Status == Processing && chosen.Job.Status != Processing) {
				chosen = r
			}
		}
		if chosen == nil || chosen.Job.Status == Processing {
			return nil
		}
		chosen.Job.Status, chosen.Job.Started = Processing, pedigree.SystemClock()
		return chosen.put(tx)
	})
	return chosen, err
}

// goOn brings in what is left of an import. Who asked for it makes it.
func (s *Service) goOn(ctx context.Context, r *record) error {
	file, err := os.Open(s.archivePath(r.Job.ID))
	if err != nil {
		return err
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil {
		return err
	}
	i, err := s.open(pedigree.WithActor(ctx, r.Actor), r.Workspace, file, about.Size(), r.Request, r.By)
	if err != nil {
		return err
	}
	r.Job.Result.Export = i.result.Export
	i.result, i.record = r.Job.Result, r
	return i.run()
}

// message is what a client may read of an error.
func message(err error) string {
	if pedigree.CodeOf(err) == pedigree.Internal {
		return "the server's log tells why"
	}
	return err.Error()
}

// jobs gives the imports that go on by themselves, oldest first.
func (s *Service) jobs(ctx context.Context) (all []Job, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		known, err := records(r)
		all = nil
		for _, one := range known {
			if one.Job.Completed == 0 {
				one.Job.Result = nil
			}
			if one.Job.User = one.By.User; !one.Waited {
				all = append(all, one.Job)
			}
		}
		return err
	})
	return all, err
}

// Jobs gives a page of the imports that go on by themselves, newest first, and how many
// there are.
func (s *Service) Jobs(ctx context.Context, offset, limit int) (page []Job, total int, err error) {
	all, err := s.jobs(ctx)
	slices.Reverse(all)
	from := min(max(offset, 0), len(all))
	return all[from:min(from+max(limit, 0), len(all))], len(all), err
}

// Job gives one of them.
func (s *Service) Job(ctx context.Context, id string) (Job, error) {
	all, err := s.jobs(ctx)
	if err != nil {
		return Job{}, err
	}
	for _, j := range all {
		if j.ID == id {
			return j, nil
		}
	}
	return Job{}, fault.New(fault.ImportNotFound, id)
}

// Abort gives up an import that still waits.
func (s *Service) Abort(ctx context.Context, id string) error {
	err := s.store.Update(ctx, func(tx store.Tx) error {
		all, err := records(tx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(r *record) bool { return r.Job.ID == id && !r.Waited })
		if at < 0 {
			return fault.New(fault.ImportNotFound, id)
		}
		j := &all[at].Job
		if j.Status != Waiting {
			return fault.New(fault.ImportAbortNotAllowed, id, j.Status)
		}
		j.Status, j.Completed = Aborted, pedigree.SystemClock()
		return all[at].put(tx)
	})
	if err != nil {
		return err
	}
	return os.Remove(s.archivePath(id))
}
