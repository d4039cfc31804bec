package sqlstore

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"

	"github.com/pedigree-ml/pedigree"
)

const reportColumns = "id, workspace, node, time, state, body"

var (
	reportAdd = define("add report", "",
		"INSERT INTO report (workspace, node, time, state, digest, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, digest) DO NOTHING")
	reportsUp = define("reports by time", "report_time",
		"SELECT "+reportColumns+" FROM report WHERE workspace = ? AND time >= ? AND time < ? ORDER BY time, state, id LIMIT ? OFFSET ?")
	reportsDown = define("reports by time, newest first", "report_time",
		"SELECT "+reportColumns+" FROM report WHERE workspace = ? AND time >= ? AND time < ? ORDER BY time DESC, state DESC, id DESC LIMIT ? OFFSET ?")
	reportsOf = define("reports about a node", "report_node",
		"SELECT "+reportColumns+" FROM report WHERE node = ? AND id > ? ORDER BY id LIMIT ?")
	reportsCount = define("count reports", "report_time",
		"SELECT (time - ?) / ?, state, count(*) FROM report WHERE workspace = ? AND time >= ? AND time < ? GROUP BY 1, 2")
)

func (t *tx) AddReport(r *pedigree.Report) (bool, error) {
	if err := checkText("the state", r.State, maxState); err != nil {
		return false, err
	}
	digest := sha256.Sum256(r.Body)
	body, err := compress(r.Body)
	if err != nil {
		return false, err
	}
	t.wrote = true
	added, err := t.conn.exec(background, reportAdd.sql, r.Workspace, r.Node, r.Time, r.State, digest[:16], body)
	if err != nil {
		return false, err
	}
	if n, err := added.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	r.ID, err = added.LastInsertId()
	return true, err
}

func (t *tx) Reports(workspace pedigree.NodeID, from, to pedigree.Time, descending bool, limit, offset int) ([]pedigree.Report, error) {
	s := reportsUp
	if descending {
		s = reportsDown
	}
	return readReports(t.query(s, workspace, from, to, limit, offset))
}

func (t *tx) ReportsOf(node pedigree.NodeID, after int64, limit int) ([]pedigree.Report, error) {
	return readReports(t.query(reportsOf, node, after, limit))
}

func readReports(r *rows, err error) ([]pedigree.Report, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.Report
	for r.next() {
		body, err := decompress(r.text(5))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		all = append(all, pedigree.Report{ID: r.int(0), Workspace: r.id(1), Node: r.id(2), Time: r.time(3), State: r.text(4), Body: body})
	}
	return all, r.close()
}

func (t *tx) CountReports(workspace pedigree.NodeID, from, to pedigree.Time, width int64) ([]pedigree.ReportCount, error) {
	r, err := t.query(reportsCount, from, width, workspace, from, to)
	if err != nil {
		return nil, err
	}
	var all []pedigree.ReportCount
	for r.next() {
		all = append(all, pedigree.ReportCount{From: from + pedigree.Time(r.int(0)*width), State: r.text(1), Count: int(r.int(2))})
	}
	return all, r.close()
}

// packers are kept from one report to the next: each holds a large table.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil { // the level is one that there is
		panic(err)
	}
	return w
}}

// compress makes a body small. Events repeat their facets' addresses and keys.
func compress(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}

func decompress(body string) ([]byte, error) {
	return io.ReadAll(flate.NewReader(strings.NewReader(body)))
}
