package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A writer is one client that keeps a ledger of all it wrote. Nobody else
// writes to its runs, so the ledger knows what they hold.
type writer struct {
	name       string
	experiment string // where its runs go
	call       *caller
	rnd        *rand.Rand

	runs        []*runLedger
	byName      map[string]*cell // runs asked for, by name: their ID
	experiments cells            // experiments asked for, by name: "made" or absent
	number      int64            // of the last write; makes each of them unique
	answered    int              // writes acknowledged
}

func newWriter(name, experiment string, rnd *rand.Rand) *writer {
	return &writer{
		name: name, experiment: experiment, rnd: rnd,
		byName: map[string]*cell{}, experiments: cells{},
	}
}

// connect opens connections of the writer's own and gives what closes them.
func (w *writer) connect(url string) func() {
	w.call = newCaller(url)
	return w.call.close
}

func (w *writer) tally() (answered, made int) { return w.answered, len(w.runs) }

func (w *writer) writeUntilLost() error {
	for {
		switch err := w.write(); {
		case errors.Is(err, errLost):
			return nil
		case err != nil:
			return err
		}
		w.answered++
	}
}

// write makes one write of a random sort.
func (w *writer) write() error {
	w.number++
	if len(w.runs) == 0 {
		return w.createRun()
	}
	r := w.runs[len(w.runs)-1-w.rnd.IntN(min(4, len(w.runs)))]
	r.touched = true
	switch dice := w.rnd.IntN(100); {
	case dice < 35:
		return w.logMetric(r)
	case dice < 62:
		return w.logBatch(r)
	case dice < 70:
		return w.logParam(r)
	case dice < 80:
		return w.setTag(r)
	case dice < 83:
		return w.deleteTag(r)
	case dice < 93:
		return w.putArtifact(r)
	case dice < 95:
		return w.setStatus(r)
	case dice < 96:
		return w.createExperiment()
	}
	return w.createRun()
}

// birthTags are those that a run is created with; they come with it or not at all.
func birthTags(name string) []pair {
	return []pair{{"mlflow.runName", name}, {"first", name + " first"}, {"second", name + " second"}}
}

func (w *writer) createRun() error {
	name := fmt.Sprintf("%s run %d", w.name, w.number)
	tags := birthTags(name)
	var made struct {
		Run struct {
			Info struct {
				RunID string `json:"run_id"`
			}
		}
	}
	err := w.call.post("runs/create", object{
		"experiment_id": w.experiment, "run_name": name, "start_time": 1700000000000 + w.number, "tags": tags,
	}, &made)
	c := &cell{}
	w.byName[name] = c
	if err != nil {
		c.wrote("of an unknown ID", true)
		return err
	}
	c.wrote(made.Run.Info.RunID, false)
	w.runs = append(w.runs, newRunLedger(made.Run.Info.RunID, w.experiment, tags))
	return nil
}

func (w *writer) createExperiment() error {
	name := fmt.Sprintf("%s experiment %d", w.name, w.number)
	err := w.call.post("experiments/create", object{"name": name}, nil)
	w.experiments.at(name).wrote("made", err != nil)
	return err
}

func (w *writer) point(key string) point {
	w.number++
	return point{Key: key, Value: w.rnd.NormFloat64(), Timestamp: 1700000000000 + w.rnd.Int64N(1e6), Step: w.number}
}

func (w *writer) logMetric(r *runLedger) error {
	p := w.point("loss")
	err := w.call.post("runs/log-metric", object{
		"run_id": r.id, "key": p.Key, "value": p.Value, "timestamp": p.Timestamp, "step": p.Step,
	}, nil)
	r.points[p] = err == nil
	return err
}

func (w *writer) logParam(r *runLedger) error {
	key, value := w.name+" p"+strconv.FormatInt(w.number, 10), w.text()
	err := w.call.post("runs/log-parameter", object{"run_id": r.id, "key": key, "value": value}, nil)
	r.params.at(key).wrote(value, err != nil)
	return err
}

func (w *writer) setTag(r *runLedger) error {
	key, value := w.reusedKey(), w.text()
	err := w.call.post("runs/set-tag", object{"run_id": r.id, "key": key, "value": value}, nil)
	r.tags.at(key).wrote(value, err != nil)
	return err
}

// deleteTag sets a tag and then deletes it, since deleting what is not there
// is refused.
func (w *writer) deleteTag(r *runLedger) error {
	key, value := w.reusedKey(), w.text()
	err := w.call.post("runs/set-tag", object{"run_id": r.id, "key": key, "value": value}, nil)
	r.tags.at(key).wrote(value, err != nil)
	if err != nil {
		return err
	}
	err = w.call.post("runs/delete-tag", object{"run_id": r.id, "key": key}, nil)
	r.tags.at(key).wrote(absent, err != nil)
	return err
}

// reusedKey is one of few, so that tags are written over again and again.
func (w *writer) reusedKey() string { return "note " + strconv.Itoa(w.rnd.IntN(5)) }

func (w *writer) text() string {
	return strings.Repeat("é", w.rnd.IntN(40)) + strconv.Itoa(int(w.number))
}

func (w *writer) setStatus(r *runLedger) error {
	status := []string{"FINISHED", "FAILED", "RUNNING", "KILLED"}[w.rnd.IntN(4)]
	err := w.call.post("runs/update", object{"run_id": r.id, "status": status}, nil)
	r.status.wrote(status, err != nil)
	return err
}

// logBatch writes up to 900 points with params and tags in one request.
func (w *writer) logBatch(r *runLedger) error {
	b := w.batch()
	err := w.call.post("runs/log-batch", object{
		"run_id": r.id, "metrics": b.points, "params": b.params, "tags": b.tags,
	}, nil)
	if err != nil {
		r.lost = append(r.lost, b)
		return err
	}
	r.acknowledged(b)
	return nil
}

func (w *writer) batch() batch {
	size := 1 + w.rnd.IntN(30)
	if w.rnd.IntN(8) == 0 {
		size = 900
	}
	var b batch
	for range size {
		b.points = append(b.points, w.point([]string{"loss", "batch/rmse", "batch/r2"}[w.rnd.IntN(3)]))
	}
	for i := range 1 + w.rnd.IntN(8) {
		key := fmt.Sprintf("batch %d/%d", w.number, i)
		b.params = append(b.params, pair{key, w.text()})
		b.tags = append(b.tags, pair{key, w.text()})
	}
	return b
}

// putArtifact stores a new file, or new content under a name used before.
func (w *writer) putArtifact(r *runLedger) error {
	name := fmt.Sprintf("file %d.bin", w.rnd.IntN(6))
	content := w.content()
	err := w.call.upload(fmt.Sprintf("%s/%s/artifacts/%s", r.experiment, r.id, name), []byte(content))
	r.artifacts.at(name).wrote(content, err != nil)
	return err
}

// content is between nothing and 300 kB, starts with its own number, and shows
// any two contents that were mixed.
func (w *writer) content() string {
	line := fmt.Sprintf("%s %d\n", w.name, w.number)
	return strings.Repeat(line, w.rnd.IntN(300_000/len(line)))
}
