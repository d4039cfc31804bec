package e2e

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// verify compares the server with the ledger: the runs touched since the last
// time, or all of them.
func (w *writer) verify(all bool) error {
	if err := w.verifyExperiments(); err != nil {
		return err
	}
	if err := w.verifyRunNames(); err != nil {
		return err
	}
	for _, r := range w.runs {
		if !r.touched && !all {
			continue
		}
		if err := w.verifyRun(r); err != nil {
			return fmt.Errorf("%s, run %s: %w", w.name, r.id, err)
		}
		r.touched = false
	}
	return nil
}

func (w *writer) verifyExperiments() error {
	for name, c := range w.experiments {
		seen := "made"
		err := w.call.get("experiments/get-by-name", url.Values{"experiment_name": {name}}, nil)
		if errors.Is(err, errMissing) {
			seen, err = absent, nil
		}
		if err == nil {
			err = c.see(seen)
		}
		if err != nil {
			return fmt.Errorf("experiment %q: %w", name, err)
		}
	}
	return nil
}

// A runAnswer is a run as the wire shows it.
type runAnswer struct {
	Info struct {
		RunID   string `json:"run_id"`
		RunName string `json:"run_name"`
		Status  string `json:"status"`
	}
	Data struct {
		Metrics      []point
		Params, Tags []pair
	}
}

// verifyRunNames pages through all runs of the writer: every acknowledged one
// is there, once, and one whose creation got no answer is whole if it exists.
func (w *writer) verifyRunNames() error {
	found, err := w.searchAll()
	if err != nil {
		return err
	}
	for name, c := range w.byName {
		r, ok := found[name]
		if !ok {
			if err := c.see(absent); err != nil {
				return fmt.Errorf("run named %q: %w", name, err)
			}
			continue
		}
		if len(c.may) > 1 {
			if err := hasTags(r, birthTags(name)); err != nil {
				return err
			}
			c.wrote(r.Info.RunID, false)
			w.runs = append(w.runs, newRunLedger(r.Info.RunID, w.experiment, birthTags(name)))
		}
		if err := c.see(r.Info.RunID); err != nil {
			return fmt.Errorf("run named %q: %w", name, err)
		}
	}
	for name := range found {
		if w.byName[name] == nil {
			return fmt.Errorf("run %q exists, but nobody asked for it", name)
		}
	}
	return nil
}

// searchAll gives all runs of the writer by name.
func (w *writer) searchAll() (map[string]runAnswer, error) {
	found := map[string]runAnswer{}
	for token := ""; ; {
		var page struct {
			Runs  []runAnswer
			Token string `json:"next_page_token"`
		}
		err := w.call.post("runs/search", object{
			"experiment_ids": []string{w.experiment}, "max_results": 40, "page_token": token,
		}, &page)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Runs {
			if _, twice := found[r.Info.RunName]; twice {
				return nil, fmt.Errorf("run %q was found twice", r.Info.RunName)
			}
			found[r.Info.RunName] = r
		}
		if token = page.Token; token == "" {
			return found, nil
		}
	}
}

func hasTags(r runAnswer, want []pair) error {
	have := values(r.Data.Tags)
	for _, tag := range want {
		if have[tag.Key] != tag.Value {
			return fmt.Errorf("run %q is half there: tag %q is %q", r.Info.RunName, tag.Key, have[tag.Key])
		}
	}
	return nil
}

func values(pairs []pair) map[string]string {
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		m[p.Key] = p.Value
	}
	return m
}

func (w *writer) verifyRun(r *runLedger) error {
	var answer struct{ Run runAnswer }
	if err := w.call.get("runs/get", url.Values{"run_id": {r.id}}, &answer); err != nil {
		return err
	}
	points, err := w.history(r, answer.Run.Data.Metrics)
	if err != nil {
		return err
	}
	params, tags := values(answer.Run.Data.Params), values(answer.Run.Data.Tags)
	if err := r.settle(points, params, tags); err != nil {
		return err
	}
	return errors.Join(
		r.seePoints(points),
		r.params.see("param", params),
		r.tags.see("tag", tags),
		r.status.see(answer.Run.Info.Status),
		w.verifyArtifacts(r),
	)
}

// history reads the series of a run in small pages and compares the latest
// values that the run shows with the points of highest step. Keys that the run
// does not show but were written must have no history.
func (w *writer) history(r *runLedger, latest []point) (map[point]bool, error) {
	points := map[point]bool{}
	shown := map[string]point{}
	for _, p := range latest {
		shown[p.Key] = p
	}
	for _, key := range []string{"loss", "batch/rmse", "batch/r2"} {
		var last point
		for token := ""; ; {
			var page struct {
				Metrics []point
				Token   string `json:"next_page_token"`
			}
			arguments := url.Values{"run_id": {r.id}, "metric_key": {key}, "max_results": {"700"}}
			if token != "" {
				arguments.Set("page_token", token)
			}
			if err := w.call.get("metrics/get-history", arguments, &page); err != nil {
				return nil, err
			}
			for _, p := range page.Metrics {
				if points[p] {
					return nil, fmt.Errorf("point %+v came twice", p)
				}
				points[p] = true
				if p.Step >= last.Step {
					last = p
				}
			}
			if token = page.Token; token == "" {
				break
			}
		}
		if shown[key] != last {
			return nil, fmt.Errorf("latest point of %q is %+v, its history ends with %+v", key, shown[key], last)
		}
	}
	return points, nil
}

// settle decides the batches that got no answer: whole or not at all.
func (r *runLedger) settle(points map[point]bool, params, tags map[string]string) error {
	for _, b := range r.lost {
		found, size := 0, len(b.points)+len(b.params)+len(b.tags)
		for _, p := range b.points {
			if points[p] {
				found++
			}
		}
		found += matches(b.params, params) + matches(b.tags, tags)
		switch found {
		case 0:
		case size:
			r.acknowledged(b)
		default:
			return fmt.Errorf("half a batch: %d of %d entries", found, size)
		}
	}
	r.lost = nil
	return nil
}

func matches(pairs []pair, in map[string]string) (n int) {
	for _, p := range pairs {
		if in[p.Key] == p.Value {
			n++
		}
	}
	return n
}

// seePoints wants every acknowledged point and none that nobody wrote. Points
// that got no answer are facts from now on, or gone.
func (r *runLedger) seePoints(found map[point]bool) error {
	for p, acknowledged := range r.points {
		switch {
		case acknowledged && !found[p]:
			return fmt.Errorf("acknowledged point %+v is lost", p)
		case found[p]:
			r.points[p] = true
		default:
			delete(r.points, p)
		}
	}
	for p := range found {
		if !r.points[p] {
			return fmt.Errorf("point %+v exists, but nobody wrote it", p)
		}
	}
	return nil
}

// verifyArtifacts lists the folder of a run and reads every file in it.
func (w *writer) verifyArtifacts(r *runLedger) error {
	folder := r.experiment + "/" + r.id + "/artifacts"
	names, err := w.call.list(folder)
	if errors.Is(err, errMissing) { // nothing was ever stored there
		names, err = nil, nil
	}
	if err != nil {
		return err
	}
	found := map[string]string{}
	for _, name := range names {
		name = strings.TrimPrefix(name, folder+"/")
		content, err := w.call.download(folder + "/" + name)
		if err != nil {
			return err
		}
		found[name] = string(content)
	}
	return r.artifacts.see("artifact", found)
}
