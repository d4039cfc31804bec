package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pedigree-ml/pedigree/docs"
	"github.com/pedigree-ml/pedigree/openapi"
	"github.com/pedigree-ml/pedigree/route"
)

// A contract holds what the wire really answers against the document that
// clients read. All tests of the wire go through it.
type contract struct {
	document openapi.Document
	schemas  *jsonschema.Compiler // of answers, closed
	open     *jsonschema.Compiler // of requests

	lock sync.Mutex
	kept map[string]bool // operations of which a good answer was seen
}

const documentURL = "http://pedigree.test" + base + documentPath

var theContract = sync.OnceValue(func() *contract {
	c := &contract{schemas: compiler(closeObjects), open: compiler(func(any) {}), kept: map[string]bool{}}
	if err := json.Unmarshal(docs.OpenAPI, &c.document); err != nil {
		panic(err)
	}
	return c
})

// compiler gives the schemas of the document, changed.
func compiler(change func(tree any)) *jsonschema.Compiler {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(docs.OpenAPI))
	if err != nil {
		panic(err)
	}
	change(tree)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(documentURL, tree); err != nil {
		panic(err)
	}
	return c
}

// closeObjects makes every object refuse members that it does not name: clients must
// expect more, the server must not say what is not described.
func closeObjects(tree any) {
	switch v := tree.(type) {
	case map[string]any:
		if _, named := v["properties"].(map[string]any); named && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// mount serves a wire under the contract.
func mount(t *testing.T, mux *http.ServeMux, wire route.Wire) {
	for _, r := range wire.Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, func(w http.ResponseWriter, q *http.Request) {
			sent, err := io.ReadAll(q.Body)
			if err != nil {
				t.Fatal(err)
			}
			q.Body = io.NopCloser(bytes.NewReader(sent))
			tee := &tee{ResponseWriter: w}
			r.Handler(tee, q)
			if err := theContract().check(&r, sent, tee); err != nil {
				t.Errorf("%s %s breaks the contract: %v", q.Method, q.URL, err)
			}
		})
	}
}

// A tee keeps what is answered.
type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (t *tee) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *tee) Write(p []byte) (int, error) {
	t.body.Write(p)
	return t.ResponseWriter.Write(p)
}

func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// check holds one exchange against the document.
func (c *contract) check(r *route.Route, sent []byte, answer *tee) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	status := answer.status
	if status == 0 {
		status = http.StatusOK
	}
	path, method := strings.TrimPrefix(r.Pattern, base), strings.ToLower(r.Method)
	o := c.document.Paths[path][method]
	if o == nil {
		return fmt.Errorf("there is no such operation")
	}
	at := pointer("paths", path, method, "responses", strconv.Itoa(status))
	response := o.Responses[strconv.Itoa(status)]
	if response == nil {
		return fmt.Errorf("it never answers %d", status)
	}
	if response.Ref != "" {
		at = response.Ref[1:]
		response = c.document.Components.Responses[response.Ref[strings.LastIndexByte(response.Ref, '/')+1:]]
	}
	kind := answer.Header().Get("Content-Type")
	if _, ok := response.Content[kind]; !ok {
		return fmt.Errorf("it never answers %d with %q", status, kind)
	}
	texts := []string{answer.body.String()}
	switch kind {
	case linesType:
		texts = strings.Split(strings.TrimSuffix(texts[0], "\n"), "\n")
	case pageType, csvType:
		text, _ := json.Marshal(texts[0])
		texts[0] = string(text)
	case eventsType:
		texts = eventData(texts[0])
	}
	for _, text := range texts {
		if err := validate(c.schemas, at+pointer("content", kind, "schema"), text); err != nil {
			return err
		}
	}
	if status >= 300 {
		return nil
	}
	c.kept[o.ID] = true
	if o.Body == nil {
		return nil
	}
	return validate(c.open, pointer("paths", path, method, "requestBody", "content", jsonType, "schema"), string(sent))
}

func validate(c *jsonschema.Compiler, at, text string) error {
	schema, err := c.Compile(documentURL + "#" + at)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// eventData gives the data of the events of a stream that have no name.
func eventData(stream string) (all []string) {
	for event := range strings.SplitSeq(stream, "\n\n") {
		if _, data, ok := strings.Cut(event, "data: "); ok && !strings.Contains(event, "event: ") {
			all = append(all, data)
		}
	}
	return all
}

// pointer writes a JSON pointer as it stands in a URL.
func pointer(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name))
	}
	return b.String()
}
