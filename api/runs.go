package api

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/tracking"
)

// runEndpoints show the runs of an experiment as a table. MLflow's search gives
// all that is known of each run, which of wide runs is a megabyte.
func (h *Handler) runEndpoints() []endpoint {
	slow := []pedigree.Code{pedigree.NotFound, pedigree.Exhausted}
	return []endpoint{{
		id: "tableRuns", method: "GET", path: "/experiments/{experiment}/runs", group: runGroup, permission: route.Read,
		summary: "Give a page of the runs of an experiment, with the columns asked for and no others",
		detail:  tableDetail,
		parameters: append(tableParameters(),
			columnsIn("column", "a column to give: "+columnWanted),
			limitOf(200, 1000), textOf("page", cursorWanted),
			numberOf("skip", "runs to pass over from where the page begins", 0, 10_000_000),
		),
		answer: RunsAnswer{}, problems: slow, call: h.runs,
	}, {
		id: "countRuns", method: "GET", path: "/experiments/{experiment}/runs/count", group: runGroup, permission: route.Read,
		summary:    "Count the runs of an experiment that a filter keeps",
		parameters: append(tableParameters(), sinceParameter()), answer: RunCount{}, problems: slow, call: h.countRuns,
	}, {
		id: "groupRuns", method: "GET", path: "/experiments/{experiment}/runs/groups", group: runGroup, permission: route.Read,
		summary: "Gather the runs of an experiment by the values of params, tags or attributes, and sum up metrics of each group",
		parameters: append(tableParameters(),
			columnsIn("by", "what runs of one group have in common: a param or tag, attributes.status or attributes.user_id; at most 8").must(),
			columnsIn("metric", "a metric to sum up, such as metrics.rmse; at most 20"), limitOf(1000, 10_000),
		),
		answer: GroupsAnswer{}, problems: slow, call: h.groupRuns,
	}, h.exportEndpoint(), h.keysEndpoint(), h.valuesEndpoint()}
}

const tableDetail = "Filter and order are those of MLflow's search for runs, with what this server adds to its grammar. Where a filter is wrong, part of the problem says which characters of it. " +
	"A page that says until as the first page's newest did leaves out what was made since, so that rows keep their places. What takes more than ten seconds is given up with 429."

const columnWanted = "metrics.KEY, params.KEY, tags.KEY with the key as it is; first.KEY, min.KEY or max.KEY of all that was logged of a metric; or attributes.start_time, end_time, duration, status, user_id, run_id or artifact_uri"

// columnsIn names columns.
func columnsIn(name, about string) parameter { return textOf(name, about).several() }

func tableParameters() []parameter {
	return []parameter{
		textOf("experiment", "the experiment's id").onPath(),
		textOf("filter", "a condition; none for any run"),
		textOf("order_by", "a term of the order, such as metrics.rmse DESC; ties go by the latest start").several(),
		choiceOf("view", "which runs: those in use, or those in the bin", "live", "deleted"),
		flagOf("roots", "only runs that are part of no other run; the filter is about them"),
		numberOf("until", "the newest of a page before: only runs that were there then", 1, maxWhole),
	}
}

func sinceParameter() parameter {
	return numberOf("since", "the newest of a page before: only runs made after that", 1, maxWhole)
}

// table reads which runs are asked for.
func (h *Handler) table(r *request) (t tracking.Table, err error) {
	t = tracking.Table{
		Experiment: r.text("experiment"), Bin: r.text("view") == "deleted", Roots: r.flag("roots"), Until: r.node("until"),
	}
	if t.Where, err = mlflowql.ParseRuns(r.text("filter")); err != nil {
		return t, err
	}
	t.Order, err = mlflowql.OrderRuns(r.texts("order_by"))
	return t, err
}

// A RunsAnswer is one page of a table: each list has one entry for each run.
type RunsAnswer struct {
	Runs     []string        `json:"runs"` // ids
	Names    []string        `json:"names"`
	States   []string        `json:"states"`             // RUNNING, SCHEDULED, FINISHED, FAILED or KILLED
	Columns  []RunColumn     `json:"columns"`            // as they were asked for
	Children []int64         `json:"children,omitempty"` // how many runs are part of each, counted up to 1,000; where roots were asked for
	Next     string          `json:"next,omitempty"`     // for the parameter page of the next page
	Newest   pedigree.NodeID `json:"newest"`             // for the parameters until and since
}

// A RunColumn is what the runs of a page have of one thing.
type RunColumn struct {
	Column string `json:"column"`
	Values []any  `json:"values"` // null where a run has none; times and durations in milliseconds; NaN and infinities are text
}

// runs gives a page of a table.
func (h *Handler) runs(w http.ResponseWriter, r *request) error {
	t, err := h.table(r)
	if err != nil {
		return err
	}
	columns, err := readColumns(r.texts("column"), maxColumns)
	if err != nil {
		return err
	}
	rows, err := h.Runs.TableRows(r.Context(), h.workspace(), &t, tracking.Window{
		Columns: columns.properties, Max: r.limit(), Skip: int(r.number("skip")), PageToken: r.text("page"),
	})
	if err != nil {
		return err
	}
	a := RunsAnswer{Columns: make([]RunColumn, len(columns.all)), Children: rows.Children, Next: rows.Next, Newest: rows.Newest}
	a.Runs, a.Names, a.States = make([]string, len(rows.Runs)), make([]string, len(rows.Runs)), make([]string, len(rows.Runs))
	for i := range rows.Runs {
		n := &rows.Runs[i]
		a.Runs[i], a.Names[i], a.States[i] = n.UID, n.Name, n.State
	}
	for j := range columns.all {
		c := &columns.all[j]
		a.Columns[j] = RunColumn{c.name, make([]any, len(rows.Runs))}
		for i := range rows.Runs {
			a.Columns[j].Values[i] = c.value(&rows, i)
		}
	}
	return answer(w, a)
}

// A RunCount says how many runs there are.
type RunCount struct {
	Runs int64 `json:"runs"`
	More bool  `json:"more,omitempty"` // there are more than were counted
}

// countMost is how many runs are counted.
const countMost = 10_000_000

func (h *Handler) countRuns(w http.ResponseWriter, r *request) error {
	t, err := h.table(r)
	if err != nil {
		return err
	}
	t.Since = r.node("since")
	n, err := h.Runs.CountRuns(r.Context(), h.workspace(), &t, countMost)
	if err != nil {
		return err
	}
	return answer(w, RunCount{n, n == countMost})
}

// A runColumn is one column as it was asked for.
type runColumn struct {
	name     string
	of       func(*pedigree.Node) any // of an attribute
	property int                      // else its place among the properties
}

// runColumns are those of one request.
type runColumns struct {
	all        []runColumn
	properties []tracking.Column
}

const maxColumns = 200

func readColumns(names []string, most int) (c runColumns, err error) {
	if len(names) > most {
		return c, pedigree.Errorf(pedigree.Invalid, "At most %d columns can be asked for, not %d", most, len(names))
	}
	for _, name := range names {
		if a, ok := strings.CutPrefix(name, "attributes."); ok && runAttributes[a] != nil {
			c.all = append(c.all, runColumn{name: name, of: runAttributes[a]})
			continue
		}
		column, err := trackingColumn(name)
		if err != nil {
			return c, err
		}
		c.all = append(c.all, runColumn{name: name, property: len(c.properties)})
		c.properties = append(c.properties, column)
	}
	return c, nil
}

// readings are what columns of whole series begin with.
var readings = map[string]tracking.Reading{"first": tracking.First, "min": tracking.Least, "max": tracking.Most}

func trackingColumn(name string) (tracking.Column, error) {
	if entity, key, _ := strings.Cut(name, "."); readings[entity] != tracking.Latest && key != "" {
		return tracking.Column{Property: query.Property{Space: pedigree.Metric, Key: key}, Reading: readings[entity]}, nil
	}
	p, err := propertyColumn(name)
	return tracking.Column{Property: p}, err
}

// columnSpaces are the names that columns begin with.
var columnSpaces = map[string]pedigree.Space{"metrics": pedigree.Metric, "params": pedigree.Param, "tags": pedigree.Tag}

func propertyColumn(name string) (p query.Property, err error) {
	entity, key, _ := strings.Cut(name, ".")
	space, known := columnSpaces[entity]
	if !known || key == "" {
		return p, pedigree.Errorf(pedigree.Invalid, "There is no column %.100q: it must be %s", name, columnWanted)
	}
	return query.Property{Space: space, Key: key}, nil
}

// value gives what a run has of the column, nil for nothing.
func (c *runColumn) value(rows *tracking.Rows, i int) any {
	if c.of != nil {
		return c.of(&rows.Runs[i])
	}
	cell := &rows.Cells[i][c.property]
	switch {
	case !cell.Set:
		return nil
	case rows.Columns[c.property].Space == pedigree.Metric:
		return number(cell.Number)
	}
	return cell.Text
}

// runAttributes give attributes of runs, by the names that MLflow's filters have
// for them.
var runAttributes = map[string]func(*pedigree.Node) any{
	"run_id":       func(n *pedigree.Node) any { return n.UID },
	"status":       func(n *pedigree.Node) any { return n.State },
	"user_id":      func(n *pedigree.Node) any { return n.Owner },
	"artifact_uri": func(n *pedigree.Node) any { return n.URI },
	"start_time":   func(n *pedigree.Node) any { return milliseconds(n.Started) },
	"end_time":     func(n *pedigree.Node) any { return milliseconds(n.Ended) },
	"duration": func(n *pedigree.Node) any {
		if !n.Started.Set() || !n.Ended.Set() {
			return nil
		}
		return int64(n.Ended - n.Started)
	},
}

func milliseconds(t pedigree.Time) any {
	if !t.Set() {
		return nil
	}
	return int64(t)
}
