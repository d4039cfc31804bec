package jobs

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// ClockFacet marks runs, jobs by design and data sets of which a producer spoke
// whose clock is far ahead: with what it said, and when that was.
const ClockFacet = "pedigree_clock"

// maxAhead is how far the clock of a producer may be ahead, in milliseconds: a day,
// since many are a time zone off.
const maxAhead = 24 * 60 * 60 * 1000

// believed gives an event with the time that counts. What a clock says that is
// years ahead would stand against all that comes after it until then. So it counts
// as of now, and what the event is about is marked. Of times past nobody can say
// whether they are wrong or told late.
func (r *recorder) believed(e *Event) *Event {
	now := r.tx.Now()
	if e.Time <= now+maxAhead {
		return e
	}
	b := *e
	b.Time = now
	switch {
	case e.Run != nil:
		b.Run = &Run{e.Run.ID, marked(e.Run.Facets, "RunFacet", e.Time, now)}
	case e.Job != nil:
		b.Job = &Job{e.Job.Namespace, e.Job.Name, marked(e.Job.Facets, "JobFacet", e.Time, now)}
	default:
		d := *e.Dataset
		d.Facets = marked(d.Facets, "DatasetFacet", e.Time, now)
		b.Dataset = &d
	}
	return &b
}

func marked(facets Facets, kind string, said, now pedigree.Time) Facets {
	text, _ := json.Marshal(map[string]string{ // texts always have a JSON
		"_producer":  "https://github.com/pedigree-ml/pedigree",
		"_schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/" + kind,
		"eventTime":  moment(said),
		"receivedAt": moment(now),
	})
	all := Facets{ClockFacet: string(text)}
	maps.Copy(all, facets)
	return all
}

func moment(t pedigree.Time) string { return time.UnixMilli(int64(t)).UTC().Format(time.RFC3339Nano) }
