package openlineage

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// maxEvents bounds a page of events, which may be large.
const maxEvents = 1000

// The moments that an event can be of: producers' clocks may be years off.
var (
	firstMoment = pedigree.TimeOf(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
	lastMoment  = pedigree.TimeOf(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC))
)

// events lists events as they came.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	p.Limit = min(p.Limit, maxEvents)
	after, err := when(r, "after", firstMoment)
	if err != nil {
		return err
	}
	before, err := when(r, "before", lastMoment)
	if err != nil {
		return err
	}
	oldestFirst := strings.EqualFold(r.URL.Query().Get("sortDirection"), "asc")
	all, total, err := h.rules.Reports(r.Context(), h.workspace(), after, before, !oldestFirst, p)
	if err != nil {
		return err
	}
	bodies := make([]json.RawMessage, len(all))
	for i, report := range all {
		bodies[i] = report.Body
	}
	return answer(w, struct {
		Events []json.RawMessage `json:"events"`
		Total  int               `json:"totalCount"`
	}{bodies, total})
}

// A stretch of time of which something is counted.
type stretch struct {
	StartInterval *string `json:"startInterval"`
	EndInterval   *string `json:"endInterval"`
}

// stretches reads the parameters period and timezone: the last day by hours, or
// the last week by days. It gives where each begins, and where the last ends.
func stretches(r *http.Request) ([]time.Time, error) {
	asked := r.URL.Query()
	zone, err := time.LoadLocation(asked.Get("timezone"))
	if err != nil {
		return nil, pedigree.Errorf(pedigree.Invalid, "the timezone %s is not known", quote(asked.Get("timezone")))
	}
	now := time.Now().In(zone)
	var times []time.Time
	switch strings.ToUpper(asked.Get("period")) {
	case "DAY":
		end := now.Truncate(time.Hour).Add(time.Hour)
		for i := -24; i <= 0; i++ {
			times = append(times, end.Add(time.Duration(i)*time.Hour))
		}
	case "WEEK":
		for i := -6; i <= 1; i++ {
			times = append(times, time.Date(now.Year(), now.Month(), now.Day()+i, 0, 0, 0, 0, zone))
		}
	default:
		return nil, pedigree.Errorf(pedigree.Invalid, "Invalid period")
	}
	return times, nil
}

func stretchOf(from, to time.Time) stretch {
	return stretch{moment(pedigree.TimeOf(from)), moment(pedigree.TimeOf(to))}
}

// eventStats counts events by state and stretch.
func (h *Handler) eventStats(w http.ResponseWriter, r *http.Request) error {
	times, err := stretches(r)
	if err != nil {
		return err
	}
	type metric struct {
		stretch
		Fail     int `json:"fail"`
		Start    int `json:"start"`
		Complete int `json:"complete"`
		Abort    int `json:"abort"`
	}
	metrics := make([]metric, len(times)-1)
	for i := range metrics {
		from, to := pedigree.TimeOf(times[i]), pedigree.TimeOf(times[i+1])
		metrics[i].stretch = stretchOf(times[i], times[i+1])
		counts, err := h.rules.CountReports(r.Context(), h.workspace(), from, to, int64(to-from))
		if err != nil {
			return err
		}
		for _, c := range counts {
			switch c.State {
			case "FAIL":
				metrics[i].Fail += c.Count
			case "START":
				metrics[i].Start += c.Count
			case "COMPLETE":
				metrics[i].Complete += c.Count
			case "ABORT":
				metrics[i].Abort += c.Count
			}
		}
	}
	return answer(w, metrics)
}

// nodeStats counts how many nodes of a type there were at the end of each stretch.
func (h *Handler) nodeStats(t pedigree.Type) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		times, err := stretches(r)
		if err != nil {
			return err
		}
		ends := make([]pedigree.Time, len(times)-1)
		for i := range ends {
			ends[i] = pedigree.TimeOf(times[i+1])
		}
		counts, err := h.rules.CountMade(r.Context(), h.workspace(), t, ends)
		if err != nil {
			return err
		}
		type metric struct {
			stretch
			Count int `json:"count"`
		}
		metrics := make([]metric, len(counts))
		for i, n := range counts {
			metrics[i] = metric{stretchOf(times[i], times[i+1]), n}
		}
		return answer(w, metrics)
	}
}
