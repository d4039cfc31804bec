package storetest

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func reports(e *env) {
	x := e.experiment()
	run := draft(pedigree.RunType, x.ID, "r")
	add := func(at pedigree.Time, state, body string) (fresh bool) {
		e.update(func(tx store.Tx) (err error) {
			r := pedigree.Report{Workspace: pedigree.DefaultWorkspace, Node: run.ID, Time: at, State: state, Body: []byte(body)}
			fresh, err = tx.AddReport(&r)
			return err
		})
		return fresh
	}
	e.update(func(tx store.Tx) error { return tx.CreateNode(run) })
	long := `{"long":"` + strings.Repeat("x", 100_000) + `"}`
	for i, fresh := range []bool{add(20, "START", "b"), add(10, "START", "a"), add(25, "", long), add(30, "COMPLETE", "c"), add(99, "FAIL", "a")} {
		if fresh != (i < 4) {
			e.Errorf("report %d is new: %v", i, fresh)
		}
	}
	e.view(func(r store.Reader) error {
		all, err := r.Reports(pedigree.DefaultWorkspace, 10, 30, false, 10, 0)
		e.wantBodies("by time", all, err, "a", "b", long)
		all, err = r.Reports(pedigree.DefaultWorkspace, 0, 100, true, 2, 1)
		e.wantBodies("newest first, after one", all, err, long, "b")
		all, err = r.Reports(pedigree.DefaultWorkspace+1, 0, 100, false, 10, 0)
		e.wantBodies("of another workspace", all, err)
		all, err = r.ReportsOf(run.ID, 0, 2)
		e.wantBodies("by arrival", all, err, "b", "a")
		all, err = r.ReportsOf(run.ID, all[1].ID, 10)
		e.wantBodies("after two", all, err, long, "c")
		counts, err := r.CountReports(pedigree.DefaultWorkspace, 5, 30, 20)
		want := []pedigree.ReportCount{{From: 5, State: "START", Count: 2}, {From: 25, State: "", Count: 1}}
		if err != nil || len(counts) != 2 || counts[0] != want[0] || counts[1] != want[1] {
			e.Errorf("counts %+v (%v), want %+v", counts, err, want)
		}
		return nil
	})
	e.update(func(tx store.Tx) error { return tx.Purge(run.ID) })
	e.view(func(r store.Reader) error {
		all, err := r.Reports(pedigree.DefaultWorkspace, 0, 100, false, 10, 0)
		e.wantBodies("after the run went", all, err)
		return nil
	})
}

func (e *env) wantBodies(which string, got []pedigree.Report, err error, want ...string) {
	e.Helper()
	var bodies []string
	for _, r := range got {
		bodies = append(bodies, string(r.Body))
	}
	if err != nil || strings.Join(bodies, "|") != strings.Join(want, "|") {
		e.Errorf("reports %s: %.200q (%v), want %.200q", which, bodies, err, want)
	}
}
