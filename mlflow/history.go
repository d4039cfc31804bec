package mlflow

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

type historyRequest struct {
	Run       string
	Key       string
	PageToken string
	Max       *int64
}

var historyShape = shape[historyRequest]{
	must(runID(func(m *historyRequest) *string { return &m.Run })),
	must(text("metric_key", func(m *historyRequest) *string { return &m.Key })),
	text("page_token", func(m *historyRequest) *string { return &m.PageToken }),
	maybe("max_results", func(m *historyRequest) **int64 { return &m.Max }),
}

// historyPage is how many points are held in memory at a time.
const historyPage = 25000

// getHistory answers with a page of a series, or where the client names no
// size with all of it, since clients of before paging take the first answer
// for everything.
func (h *Handler) getHistory(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, historyShape, historyRequest{})
	if err != nil {
		return err
	}
	limit := historyPage
	if m.Max != nil {
		if *m.Max <= 0 {
			return pedigree.Errorf(pedigree.Invalid, "Invalid value %d for parameter 'max_results' supplied. It must be a positive integer.", *m.Max)
		}
		limit = min(int(*m.Max), historyPage)
	}
	page, err := h.tracking.MetricHistory(r.Context(), h.workspace(), m.Run, m.Key, limit, m.PageToken)
	if err != nil {
		return err
	}
	a := begin(w)
	a.buf = append(a.buf, '{')
	list := pointList{key: appendString(nil, m.Key)}
	list.append(a, page.Items)
	for m.Max == nil && page.Next != "" && a.failure == nil {
		page, err = h.tracking.MetricHistory(r.Context(), h.workspace(), m.Run, m.Key, limit, page.Next)
		if err != nil {
			return a.fail(w, err)
		}
		list.append(a, page.Items)
	}
	list.end(a)
	a.buf = append(textIfAny(a.buf, "next_page_token", page.Next), '}')
	a.finish()
	return nil
}

// A pointList writes points of one series, whose key it quotes once.
type pointList struct {
	key  []byte
	open bool
}

func (l *pointList) append(a *answer, points []pedigree.Point) {
	if len(points) > 0 && !l.open {
		a.buf = append(member(a.buf, "metrics"), '[')
		l.open = true
	}
	for i := range points {
		p := &points[i]
		b := append(element(a.buf), `{"key":`...)
		b = append(append(b, l.key...), `,"value":`...)
		b = append(appendDouble(b, p.Value), `,"timestamp":`...)
		b = append(strconv.AppendInt(b, int64(p.Time), 10), `,"step":`...)
		a.buf = append(strconv.AppendInt(b, p.Step, 10), '}')
		a.spill()
	}
}

func (l *pointList) end(a *answer) {
	if l.open {
		a.buf = append(a.buf, ']')
	}
}

// Upstream's limits on what one request asks of several series.
const (
	maxBulkRuns     = 100
	maxBulkPoints   = 25000
	maxSampledSteps = 2500
)

// getHistoryBulk answers with the series of one metric in several runs.
func (h *Handler) getHistoryBulk(w http.ResponseWriter, r *http.Request) error {
	args, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return pedigree.Errorf(pedigree.Invalid, "The query string is malformed.")
	}
	runs := args["run_id"]
	if len(runs) == 0 {
		return pedigree.Errorf(pedigree.Invalid, "GetMetricHistoryBulk request must specify at least one run_id.")
	}
	if len(runs) > maxBulkRuns {
		return pedigree.Errorf(pedigree.Invalid, "GetMetricHistoryBulk request cannot specify more than %d run_ids. Received %d run_ids.", maxBulkRuns, len(runs))
	}
	if !args.Has("metric_key") {
		return pedigree.Errorf(pedigree.Invalid, "GetMetricHistoryBulk request must specify a metric_key.")
	}
	limit := maxBulkPoints
	if args.Has("max_results") {
		n, err := strconv.Atoi(args.Get("max_results"))
		if err != nil || n < 0 {
			f := invalid(appendString(nil, args.Get("max_results")))
			f.path = "max_results"
			return f.public()
		}
		limit = min(n, maxBulkPoints)
	}
	points, err := h.tracking.MetricHistories(r.Context(), h.workspace(), runs, args.Get("metric_key"), limit)
	if err != nil {
		return err
	}
	a := begin(w)
	a.buf = append(a.buf, `{"metrics":[`...)
	appendRunPoints(a, points)
	a.buf = append(a.buf, ']', '}')
	a.finish()
	return nil
}

type historyIntervalRequest struct {
	Runs       []string
	Key        string
	Start, End *int64
	Max        *int64
}

var historyIntervalShape = shape[historyIntervalRequest]{
	must(texts("run_ids", func(m *historyIntervalRequest) *[]string { return &m.Runs })),
	must(text("metric_key", func(m *historyIntervalRequest) *string { return &m.Key })),
	maybe("start_step", func(m *historyIntervalRequest) **int64 { return &m.Start }),
	maybe("end_step", func(m *historyIntervalRequest) **int64 { return &m.End }),
	maybe("max_results", func(m *historyIntervalRequest) **int64 { return &m.Max }),
}

// getHistoryInterval answers with a sample of one metric in several runs, at
// the same steps in each.
func (h *Handler) getHistoryInterval(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, historyIntervalShape, historyIntervalRequest{})
	if err != nil {
		return err
	}
	points, err := h.sampleHistories(r.Context(), &m)
	if err != nil {
		return err
	}
	a := begin(w)
	a.buf = append(a.buf, '{')
	if len(points) > 0 {
		a.buf = append(member(a.buf, "metrics"), '[')
		appendRunPoints(a, points)
		a.buf = append(a.buf, ']')
	}
	a.buf = append(a.buf, '}')
	a.finish()
	return nil
}

func (h *Handler) sampleHistories(ctx context.Context, m *historyIntervalRequest) ([]tracking.RunPoint, error) {
	limit, err := m.check()
	if err != nil {
		return nil, err
	}
	return h.tracking.SampleHistories(ctx, h.workspace(), m.Runs, m.Key, m.Start, m.End, limit)
}

// check bounds the request and gives the number of steps that it asks for.
func (m *historyIntervalRequest) check() (int, error) {
	const more = " See the API docs for more information about request parameters."
	if len(m.Runs) > maxBulkRuns {
		return 0, pedigree.Errorf(pedigree.Invalid, "GetMetricHistoryBulkInterval request must specify at most %d run_ids. Received %d run_ids."+more, maxBulkRuns, len(m.Runs))
	}
	if m.Max == nil {
		return maxSampledSteps, nil
	}
	if *m.Max < 1 || *m.Max > maxSampledSteps {
		return 0, pedigree.Errorf(pedigree.Invalid, "max_results must be between 1 and %d."+more, maxSampledSteps)
	}
	return int(*m.Max), nil
}

// appendRunPoints writes the elements of a list of points of several runs.
func appendRunPoints(a *answer, points []tracking.RunPoint) {
	for i := range points {
		p := &points[i]
		a.buf = appendPoint(append(element(a.buf), '{'), &p.Point)
		a.buf = append(textMember(a.buf, "run_id", p.Run), '}')
		a.spill()
	}
}
