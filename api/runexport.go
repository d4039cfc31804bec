package api

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/tracking"
)

func (h *Handler) exportEndpoint() endpoint {
	return endpoint{
		id: "exportRuns", method: "GET", path: "/experiments/{experiment}/runs/export", group: runGroup, permission: route.Read,
		summary: "Give all runs of an experiment that a filter keeps, in order, as CSV",
		detail: "A line for each run: its id, its name, its status, and the columns asked for; a column that a run does not have is empty. Times are in UTC, durations in milliseconds. " +
			"A text that a spreadsheet would take for a formula has an apostrophe before it. Runs that are made meanwhile are left out. An answer that is cut short ends without its last chunk.",
		parameters: append(tableParameters(), columnsIn("column", "a column to give: "+columnWanted+". With an asterisk at the end, such as metrics.val/*, all whose keys begin so")),
		text:       csvType, problems: []pedigree.Code{pedigree.NotFound, pedigree.Exhausted}, call: h.exportRuns,
	}
}

// exportRuns streams the rows of a table.
func (h *Handler) exportRuns(w http.ResponseWriter, r *request) error {
	t, err := h.table(r)
	if err != nil {
		return err
	}
	names, err := h.allColumns(r)
	if err != nil {
		return err
	}
	columns, err := readColumns(names, maxExported)
	if err != nil {
		return err
	}
	lines := csv.NewWriter(w)
	begun := false
	line := make([]string, 3+len(columns.all))
	err = h.Runs.EachRow(r.Context(), h.workspace(), t, columns.properties, func(rows *tracking.Rows) error {
		if !begun {
			begun = true
			header := w.Header()
			header.Set("Content-Type", csvType)
			header.Set("Content-Disposition", `attachment; filename="runs-`+strconv.Itoa(len(rows.Runs))+`.csv"`)
			header.Set("Cache-Control", "no-store")
			copy(line, []string{"run_id", "name", "status"})
			for j := range columns.all {
				line[3+j] = harmless(columns.all[j].name)
			}
			_ = lines.Write(line) // Error tells of it
		}
		for i := range rows.Runs {
			n := &rows.Runs[i]
			copy(line, []string{n.UID, harmless(n.Name), n.State})
			for j := range columns.all {
				line[3+j] = columns.all[j].text(rows, i)
			}
			_ = lines.Write(line)
		}
		lines.Flush()
		return lines.Error()
	})
	if err != nil && begun {
		route.Report(w, err)
		panic(http.ErrAbortHandler) // a client must not take a part for the whole
	}
	return err
}

// maxExported bounds the columns of a file.
const maxExported = 10_000

// allColumns gives the columns that an export names, those that it names by how
// they begin in full.
func (h *Handler) allColumns(r *request) (names []string, err error) {
	for _, name := range r.texts("column") {
		prefix, many := strings.CutSuffix(name, "*")
		if !many {
			names = append(names, name)
			continue
		}
		entity, begin, _ := strings.Cut(prefix, ".")
		space, known := columnSpaces[entity]
		if readings[entity] != tracking.Latest {
			space, known = pedigree.Metric, true
		}
		if !known {
			return nil, pedigree.Errorf(pedigree.Invalid, "There are no columns %.100q: they must begin with metrics., params., tags., first., min. or max.", name)
		}
		uses, _, err := h.Runs.KeysUsed(r.Context(), h.workspace(), r.text("experiment"), []pedigree.Space{space}, begin, maxExported)
		if err != nil {
			return nil, err
		}
		for _, u := range uses {
			if strings.HasPrefix(u.Property.Key, begin) {
				names = append(names, entity+"."+u.Property.Key)
			}
		}
	}
	return names, nil
}

// text writes a cell.
func (c *runColumn) text(rows *tracking.Rows, i int) string {
	switch v := c.value(rows, i).(type) {
	case nil:
		return ""
	case string:
		return harmless(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int64:
		if strings.HasSuffix(c.name, "_time") {
			return time.UnixMilli(v).UTC().Format(time.RFC3339Nano)
		}
		return strconv.FormatInt(v, 10)
	default:
		return fmt.Sprint(v)
	}
}

// harmless keeps spreadsheets from running a text.
func harmless(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}
