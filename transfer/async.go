package transfer

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
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
	ID        string         `json:"importId"`
	Status    string         `json:"status"`
	Details   JobDetails     `json:"importDetails"`
	Received  pedigree.Time  `json:"receivedTime"`
	Staged    pedigree.Time  `json:"stagedTime"`
	Started   pedigree.Time  `json:"processingStartTime"`
	Completed pedigree.Time  `json:"completedTime"`
	Result    *ImportResult  `json:"importResult,omitempty"`
	Tracking  map[string]any `json:"importTrackingInfo,omitempty"`
	User      string         `json:"-"`
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

// A queue keeps jobs, oldest first. What became of them is forgotten when the server
// ends.
type queue struct {
	mu    *sync.Mutex
	jobs  []*Job
	ready chan *waiting // of those that wait
}

// A waiting is a job with what it needs.
type waiting struct {
	job     *Job
	prepare *importing
	done    func()
}

func newQueue() queue { return queue{mu: &sync.Mutex{}, ready: make(chan *waiting, maxWaiting)} }

// Enqueue looks an archive through and has it brought in by [Service.Run]. done is
// called when the archive is not needed any more, whatever happens.
func (s *Service) Enqueue(ctx context.Context, workspace pedigree.NodeID, id string, file io.ReaderAt, size int64, r *ImportRequest, by Caller, done func()) (Job, error) {
	job := &Job{ID: id, Status: Waiting, Received: pedigree.SystemClock(), User: by.User, Tracking: map[string]any{"requestId": id, "startEntityPosition": 0}}
	// The import outlives the request: who makes it is kept, and when it ends is not.
	i, err := s.open(pedigree.WithActor(context.Background(), pedigree.ActorOf(ctx)), workspace, file, size, r, by)
	if err != nil {
		done()
		return Job{}, err
	}
	job.Staged = pedigree.SystemClock()
	job.Details = JobDetails{Total: i.total, Published: i.total, FailedIDs: []string{}, Failures: map[string]string{}}
	job.Result = i.result
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	select {
	case s.queue.ready <- &waiting{job, i, done}:
	default:
		done()
		return Job{}, fault.New(fault.ImportQueueingFailed, id)
	}
	s.queue.jobs = append(s.queue.jobs, job)
	if len(s.queue.jobs) > maxKnown {
		s.queue.jobs = slices.Delete(s.queue.jobs, 0, len(s.queue.jobs)-maxKnown)
	}
	return job.copy(), nil
}

// copy gives a job as it is now; its result is that of a job that has ended.
func (j *Job) copy() Job {
	c := *j
	if j.Completed == 0 {
		c.Result = nil
	}
	return c
}

// Run brings in what waits, one after the other, until ctx ends.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-s.queue.ready:
			s.perform(ctx, w, log)
		}
	}
}

func (s *Service) perform(ctx context.Context, w *waiting, log *slog.Logger) {
	defer w.done()
	if !s.moved(w.job, func(j *Job) { j.Status, j.Started = Processing, pedigree.SystemClock() }) {
		return
	}
	for !s.once.TryLock() { // an import that a request waits for
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	defer s.once.Unlock()
	run, cancel := context.WithCancel(w.prepare.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	w.prepare.ctx = run
	err := w.prepare.run(func(done int) {
		s.moved(w.job, func(j *Job) {
			j.Details.Imported = done
			j.Details.Progress = 100 * float64(done) / float64(max(j.Details.Total, 1))
		})
	})
	s.moved(w.job, func(j *Job) {
		j.Completed, j.Status = pedigree.SystemClock(), Successful
		if err != nil {
			j.Status = FailedJob
			j.Details.Failed = j.Details.Total - j.Details.Imported
			j.Details.Failures = map[string]string{"import": message(err)}
			j.Result.Status = Failed
		}
	})
	if err != nil {
		log.Warn("an import failed", "import", w.job.ID, "error", err)
	}
}

// message is what a client may read of an error.
func message(err error) string {
	if pedigree.CodeOf(err) == pedigree.Internal {
		return "the server's log tells why"
	}
	return err.Error()
}

// moved changes a job, unless it was given up.
func (s *Service) moved(j *Job, change func(*Job)) bool {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	if j.Status == Aborted {
		return false
	}
	change(j)
	return true
}

// Jobs gives a page of the jobs, newest first, and how many there are.
func (s *Service) Jobs(offset, limit int) (page []Job, total int) {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	for n := len(s.queue.jobs) - 1 - max(offset, 0); n >= 0 && len(page) < limit; n-- {
		page = append(page, s.queue.jobs[n].copy())
	}
	return page, len(s.queue.jobs)
}

// Job gives one job.
func (s *Service) Job(id string) (Job, error) {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	for _, j := range s.queue.jobs {
		if j.ID == id {
			return j.copy(), nil
		}
	}
	return Job{}, fault.New(fault.ImportNotFound, id)
}

// Abort gives up a job that still waits.
func (s *Service) Abort(id string) error {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	for _, j := range s.queue.jobs {
		switch {
		case j.ID != id:
		case j.Status == Waiting || j.Status == Staging:
			j.Status, j.Completed = Aborted, pedigree.SystemClock()
			return nil
		default:
			return fault.New(fault.ImportAbortNotAllowed, id, j.Status)
		}
	}
	return fault.New(fault.ImportNotFound, id)
}
