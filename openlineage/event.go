package openlineage

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// An event is a RunEvent, JobEvent or DatasetEvent of the specification. Which
// one shows in what it has: a run, else a data set, else a job.
type event struct {
	EventType string     `json:"eventType"`
	EventTime *string    `json:"eventTime"`
	Producer  *string    `json:"producer"`
	Run       *runPart   `json:"run"`
	Job       *namedPart `json:"job"`
	Dataset   *namedPart `json:"dataset"`
	Inputs    []ioPart   `json:"inputs"`
	Outputs   []ioPart   `json:"outputs"`
}

type runPart struct {
	RunID  *string   `json:"runId"`
	Facets rawFacets `json:"facets"`
}

type namedPart struct {
	Namespace *string   `json:"namespace"`
	Name      *string   `json:"name"`
	Facets    rawFacets `json:"facets"`
}

type ioPart struct {
	namedPart
	InputFacets  rawFacets `json:"inputFacets"`
	OutputFacets rawFacets `json:"outputFacets"`
}

type rawFacets map[string]json.RawMessage

// texts gives facets as the rules take them: JSON without spaces. A facet that
// is no object says nothing.
func (f rawFacets) texts() jobs.Facets {
	if len(f) == 0 {
		return nil
	}
	all := make(jobs.Facets, len(f))
	for name, raw := range f {
		if len(raw) > 0 && raw[0] == '{' {
			all[name] = string(raw)
		}
	}
	return all
}

// decode reads one event. Its body is kept as it came, but for spaces between
// its parts and for secrets in its addresses.
func decode(body []byte) (*jobs.Event, error) {
	if !utf8.Valid(body) {
		return nil, malformed("the event is not valid UTF-8")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, body); err != nil {
		return nil, malformed("the event is not valid JSON: " + err.Error())
	}
	clean := jobs.Redact(compact.Bytes())
	var e event
	if err := json.Unmarshal(clean, &e); err != nil {
		return nil, malformed("the event has not the form of an OpenLineage event: " + err.Error())
	}
	if problems := e.missing(); len(problems) > 0 {
		return nil, &invalid{problems}
	}
	at, err := time.Parse(time.RFC3339Nano, *e.EventTime)
	if err != nil {
		return nil, &invalid{[]string{"eventTime must be a date and time of RFC 3339 with a time zone, not " + quote(*e.EventTime)}}
	}
	rules := e.rules(pedigree.TimeOf(at))
	rules.Body = clean
	if err := rules.Check(); err != nil {
		return nil, &invalid{[]string{err.Error()}}
	}
	return rules, nil
}

// missing lists what an event must have and has not.
func (e *event) missing() (problems []string) {
	need := func(there bool, what string) {
		if !there {
			problems = append(problems, what+" must not be null")
		}
	}
	need(e.EventTime != nil, "eventTime")
	need(e.Producer != nil, "producer")
	switch {
	case e.Run != nil:
		need(e.Run.RunID != nil, "run.runId")
		need(e.Job != nil, "job")
	case e.Dataset == nil && e.Job == nil:
		problems = append(problems, "one of run, job and dataset must be there")
	case e.Job == nil:
		e.Dataset.need("dataset", need)
	}
	if e.Job != nil {
		e.Job.need("job", need)
	}
	for i := range e.Inputs {
		e.Inputs[i].need("inputs[]", need)
	}
	for i := range e.Outputs {
		e.Outputs[i].need("outputs[]", need)
	}
	return problems
}

func (n *namedPart) need(what string, need func(bool, string)) {
	need(n.Namespace != nil, what+".namespace")
	need(n.Name != nil, what+".name")
}

// rules gives the event in the words of the rules. Nothing needed is missing.
func (e *event) rules(at pedigree.Time) *jobs.Event {
	out := &jobs.Event{State: e.EventType, Time: at}
	switch {
	case e.Run != nil:
		out.Run = &jobs.Run{ID: *e.Run.RunID, Facets: e.Run.Facets.texts()}
	case e.Job == nil:
		d := e.Dataset.dataset()
		out.Dataset = &d
		return out
	}
	out.Job = &jobs.Job{Namespace: *e.Job.Namespace, Name: *e.Job.Name, Facets: e.Job.Facets.texts()}
	for _, io := range e.Inputs {
		d := io.dataset()
		d.Use = io.InputFacets.texts()
		out.Inputs = append(out.Inputs, d)
	}
	for _, io := range e.Outputs {
		d := io.dataset()
		d.Use = io.OutputFacets.texts()
		out.Outputs = append(out.Outputs, d)
	}
	return out
}

func (n *namedPart) dataset() jobs.Dataset {
	return jobs.Dataset{Namespace: *n.Namespace, Name: *n.Name, Facets: n.Facets.texts()}
}
