package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
)

// A request is one whose parameters are as its endpoint declares them. It gives
// declared parameters only.
type request struct {
	*http.Request
	endpoint *endpoint
	values   url.Values
}

// check refuses what the endpoint does not declare: a parameter with a typing
// error in its name would change the meaning of the answer in silence.
func (e *endpoint) check(r *http.Request) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, pedigree.Errorf(pedigree.Invalid, "The query string is malformed")
	}
	for name := range values {
		if !slices.ContainsFunc(e.parameters, func(p parameter) bool { return p.name == name && p.in == inQuery }) {
			return nil, pedigree.Errorf(pedigree.Invalid, "There is no parameter %.100q here, only these: %s", name, e.known())
		}
	}
	for i := range e.parameters {
		p := &e.parameters[i]
		switch p.in {
		case inPath:
			values.Set(p.name, r.PathValue(p.name))
		case inHeader:
			values[p.name] = r.Header.Values(p.name)
		case inQuery:
		}
		if !p.many { // an empty one is as good as none
			values[p.name] = slices.DeleteFunc(values[p.name], func(v string) bool { return v == "" })
		}
		if err := p.checkAll(values[p.name]); err != nil {
			return nil, err
		}
	}
	return &request{r, e, values}, nil
}

func (p *parameter) checkAll(given []string) error {
	if len(given) == 0 && p.required {
		return pedigree.Errorf(pedigree.Invalid, "The parameter %s is missing: %s", p.name, p.about)
	}
	if len(given) > 1 && !p.many {
		return pedigree.Errorf(pedigree.Invalid, "The parameter %s is given more than once", p.name)
	}
	for _, v := range given {
		if v == "" {
			return pedigree.Errorf(pedigree.Invalid, "The parameter %s is empty", p.name)
		}
		if !utf8.ValidString(v) || strings.Contains(v, "\x00") {
			return pedigree.Errorf(pedigree.Invalid, "The parameter %s is no text in UTF-8", p.name)
		}
		if err := p.check(v); err != nil {
			return err
		}
	}
	return nil
}

// known lists the parameters of the query string.
func (e *endpoint) known() string {
	var names []string
	for _, p := range e.parameters {
		if p.in == inQuery {
			names = append(names, p.name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// text gives a parameter, or what its absence stands for.
func (r *request) text(name string) string {
	at := slices.IndexFunc(r.endpoint.parameters, func(p parameter) bool { return p.name == name })
	if at < 0 {
		panic("api: " + r.endpoint.id + " declares no parameter " + name)
	}
	if given := r.values[name]; len(given) > 0 {
		return given[0]
	}
	return r.endpoint.parameters[at].standard
}

// texts gives all values of a parameter that may be given several times.
func (r *request) texts(name string) []string {
	_ = r.text(name) // it must be declared
	return r.values[name]
}

// number gives a number, 0 for nothing.
func (r *request) number(name string) int64 {
	n, _ := strconv.ParseInt(r.text(name), 10, 64) // it was checked
	return n
}

// limit gives the length of a page.
func (r *request) limit() int { return int(r.number("limit")) }

func (r *request) flag(name string) bool { return r.text(name) == "true" }

// moment gives a time, NoTime for nothing.
func (r *request) moment(name string) pedigree.Time {
	if text := r.text(name); text != "" {
		t, _ := readMoment(text) // it was checked
		return t
	}
	return pedigree.NoTime
}

func (r *request) node(name string) pedigree.NodeID { return pedigree.NodeID(r.number(name)) }

// read decodes the body, which is one object. Members that it does not know it
// passes over, so that newer clients can be served.
func (r *request) read(v any) error {
	err := json.UnmarshalRead(r.Body, v)
	if err == nil {
		return nil
	}
	if e, known := errors.AsType[*pedigree.Error](err); known { // the limit of the body
		return e
	}
	where := ""
	if e, known := errors.AsType[*json.SemanticError](err); known && e.JSONPointer != "" {
		where = ", which " + string(e.JSONPointer) + " is not"
	}
	return pedigree.Hide(pedigree.Invalid, err, "The body must be one JSON object as "+base+documentPath+" describes it"+where)
}
