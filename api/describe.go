package api

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree/docs"
	"github.com/pedigree-ml/pedigree/openapi"
)

// documentPath is where the wire is described, below base.
const documentPath = "/openapi.json"

// describe answers with the document.
func describe(w http.ResponseWriter, _ *request) error {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(docs.OpenAPI)))
	_, _ = w.Write(docs.OpenAPI) // there is nobody left to tell
	return nil
}

//go:generate go test -count=1 -run ^TestTheDocumentIsThatOfTheCode$ . -update

// Describe makes the document from what the endpoints declare, from the types
// that they read and write, and from the comments on those. The tests write it
// to the file that the server gives.
func Describe(comments openapi.Comments) *openapi.Document {
	d := &openapi.Document{
		OpenAPI: "3.1.1",
		Info: openapi.Info{
			Title:   "Pedigree",
			Summary: "The pedigree of every model: what made it, and what depends on it.",
			Description: "The server's own protocol. Times are in UTC, as RFC 3339 writes them. Errors are problems as RFC 9457 describes them. " +
				"Parameters that an operation does not declare are refused; members of a body that it does not know are passed over.",
			License: openapi.License{Name: "Apache License 2.0", Identifier: "Apache-2.0"},
			Version: "1",
		},
		Servers: []openapi.Server{{URL: base, Description: "The server that gave this document"}},
		Paths:   map[string]openapi.Path{},
	}
	for _, g := range groups {
		d.Tags = append(d.Tags, openapi.Tag{Name: g.name, Description: g.about})
	}
	schemas := openapi.NewSchemas(comments)
	d.Components = openapi.Components{Schemas: schemas.Components, Responses: map[string]*openapi.Response{}}
	problem := schemas.Of(Problem{})
	for _, e := range (&Handler{}).endpoints() {
		if d.Paths[e.path] == nil {
			d.Paths[e.path] = openapi.Path{}
		}
		d.Paths[e.path][strings.ToLower(e.method)] = e.describe(schemas)
		for _, status := range e.statuses() {
			d.Components.Responses[responseName(status)] = &openapi.Response{
				Description: http.StatusText(status), Content: map[string]openapi.Media{problemType: {Schema: problem}},
			}
		}
	}
	return d
}

// statuses are the statuses of all problems that an endpoint may answer with.
func (e *endpoint) statuses() (all []int) {
	for _, code := range slices.Concat(always, e.problems) {
		all = append(all, statuses[code])
	}
	all = append(all, e.refusals...)
	if e.body != nil {
		all = append(all, http.StatusUnsupportedMediaType)
	}
	return all
}

func responseName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

func (e *endpoint) describe(schemas *openapi.Schemas) *openapi.Operation {
	o := &openapi.Operation{
		ID: e.id, Tags: []string{e.group.name}, Summary: e.summary, Description: e.detail,
		Responses: map[string]*openapi.Response{strconv.Itoa(e.good()): {Description: "Done", Content: e.content(schemas)}}, Permission: string(e.permission),
	}
	for i := range e.parameters {
		o.Parameters = append(o.Parameters, e.parameters[i].describe())
	}
	if e.body != nil {
		o.Body = &openapi.Body{Required: true, Content: map[string]openapi.Media{jsonType: {Schema: schemas.Of(e.body)}}}
	}
	for _, status := range e.statuses() {
		o.Responses[strconv.Itoa(status)] = &openapi.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	return o
}

// content describes a good answer.
func (e *endpoint) content(schemas *openapi.Schemas) map[string]openapi.Media {
	content := map[string]openapi.Media{}
	if e.answer != nil {
		content[jsonType] = openapi.Media{Schema: schemas.Of(e.answer)}
	}
	if len(e.lines) > 0 {
		line := &openapi.Schema{Description: "Of each line, which is a JSON value of its own."}
		for _, l := range e.lines {
			line.AnyOf = append(line.AnyOf, schemas.Of(l))
		}
		content[linesType] = openapi.Media{Schema: line}
	}
	if e.text != "" {
		content[e.text] = openapi.Media{Schema: &openapi.Schema{Type: "string"}}
	}
	if e.events != nil {
		content[eventsType] = openapi.Media{Schema: schemas.Of(e.events)}
	}
	return content
}

func (p *parameter) describe() openapi.Parameter {
	out := openapi.Parameter{Name: p.name, In: string(p.in), Description: upperFirst(p.about), Required: p.required, Schema: p.form.schema()}
	switch {
	case p.form.kind == numberForm && p.standard != "":
		out.Schema.Default, _ = strconv.Atoi(p.standard) // as declared
	case p.form.kind == flagForm:
		out.Schema.Default = p.standard == "true"
	case p.standard != "":
		out.Schema.Default = p.standard
	}
	if p.form.kind == textForm && (p.required || p.many) {
		out.Schema.MinLength = 1
	}
	if p.many {
		out.Schema = &openapi.Schema{Type: "array", Items: out.Schema}
	}
	return out
}

func (f *form) schema() *openapi.Schema {
	switch f.kind {
	case numberForm, cursorForm:
		s := &openapi.Schema{Type: "integer", Format: "int64", Minimum: &f.least}
		if f.most < math.MaxInt64 { // where that says something
			s.Maximum = &f.most
		}
		return s
	case flagForm:
		return &openapi.Schema{Type: "boolean"}
	case choiceForm:
		return &openapi.Schema{Type: "string", Enum: f.choices}
	case momentForm:
		return &openapi.Schema{AnyOf: []*openapi.Schema{{Type: "string", Format: "date-time"}, {Type: "string", Format: "date"}, {Type: "integer", Format: "int64"}}}
	case textForm:
	}
	return &openapi.Schema{Type: "string"}
}

func upperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
