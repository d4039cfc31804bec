package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pedigree-ml/pedigree/docs"
	"github.com/pedigree-ml/pedigree/openapi"
	"github.com/pedigree-ml/pedigree/route"
)

var update = flag.Bool("update", false, "write the document anew")

// TestMain also fails where no test has seen a good answer of an operation, once
// all of them have run.
func TestMain(m *testing.M) {
	code := m.Run()
	all := true
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		all = all && flag.Lookup(name).Value.String() == ""
	}
	if code == 0 && all {
		for _, e := range (&Handler{}).endpoints() {
			if !theContract().kept[e.id] {
				fmt.Printf("no test has a good answer of %s held against the document\n", e.id)
				code = 1
			}
		}
	}
	os.Exit(code)
}

func TestTheDocumentIsThatOfTheCode(t *testing.T) {
	comments, err := openapi.ReadComments(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Describe(comments).Text()
	if err != nil {
		t.Fatal(err)
	}
	const file = "../docs/openapi.json"
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(text, docs.OpenAPI) {
		t.Errorf("%s is stale: run go generate ./api", file)
	}
}

func TestEveryRouteIsInTheDocumentAndTheOtherWayRound(t *testing.T) {
	routes := map[string]route.Permission{}
	for _, r := range (&Handler{}).Wire().Routes {
		path, ours := strings.CutPrefix(r.Pattern, base)
		if !ours {
			t.Errorf("%s is not below %s", r.Pattern, base)
		}
		routes[strings.ToLower(r.Method)+" "+path] = r.Permission
	}
	described, ids := map[string]route.Permission{}, map[string]bool{}
	for path, operations := range theContract().document.Paths {
		for method, o := range operations {
			described[method+" "+path] = route.Permission(o.Permission)
			if ids[o.ID] || o.ID == "" || o.Summary == "" {
				t.Errorf("%s %s has the id %q and the summary %q", method, path, o.ID, o.Summary)
			}
			ids[o.ID] = true
		}
	}
	if !maps.Equal(routes, described) {
		t.Errorf("served are\n%v\ndescribed are\n%v", routes, described)
	}
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	text, err := os.ReadFile("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("meta.json", meta); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("meta.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(docs.OpenAPI))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	delete(document.(map[string]any)["info"].(map[string]any), "version")
	if schema.Validate(document) == nil {
		t.Error("a document without a version is taken for one")
	}
}

func TestEverySchemaIsOneAndSaysWhatItDescribes(t *testing.T) {
	for name, s := range theContract().document.Components.Schemas {
		if _, err := theContract().schemas.Compile(documentURL + "#" + pointer("components", "schemas", name)); err != nil {
			t.Error(err)
		}
		if s.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
}

func TestPathParametersAreThoseOfThePath(t *testing.T) {
	for path, operations := range theContract().document.Paths {
		for method, o := range operations {
			var declared, there []string
			for _, p := range o.Parameters {
				if p.In == "path" {
					declared = append(declared, p.Name)
				}
			}
			for segment := range strings.SplitSeq(path, "/") {
				if name, ok := strings.CutPrefix(segment, "{"); ok {
					there = append(there, strings.TrimSuffix(name, "}"))
				}
			}
			if !slices.Equal(slices.Sorted(slices.Values(declared)), slices.Sorted(slices.Values(there))) {
				t.Errorf("%s %s declares %q", method, path, declared)
			}
		}
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	w := open(t).do("GET", base+documentPath)
	if w.Code != 200 || w.Header().Get("Content-Type") != jsonType || !bytes.Equal(w.Body.Bytes(), docs.OpenAPI) || !json.Valid(docs.OpenAPI) {
		t.Errorf("%d %s", w.Code, w.Header())
	}
}

func TestTheContractBites(t *testing.T) {
	r := route.Route{Method: "GET", Pattern: base + "/search"}
	for body, want := range map[string]string{
		`{"nodes": []}`:                 "",
		`{"nodes": null}`:               "got null",
		`{}`:                            "missing property",
		`{"nodes": [], "secret": 1}`:    "additional properties",
		`{"nodes": [{"kind": "node"}]}`: "value must be one of",
	} {
		answer := &tee{ResponseWriter: discard{http.Header{"Content-Type": {jsonType}}}}
		answer.body.WriteString(body)
		if err := theContract().check(&r, nil, answer); fmt.Sprint(err) != "<nil>" && want == "" || want != "" && !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
	for _, answer := range []*tee{
		{ResponseWriter: discard{http.Header{"Content-Type": {jsonType}}}, status: 418},
		{ResponseWriter: discard{http.Header{"Content-Type": {"text/html"}}}},
	} {
		if err := theContract().check(&r, nil, answer); err == nil || !strings.Contains(err.Error(), "never answers") {
			t.Errorf("%d %s: %v", answer.status, answer.Header(), err)
		}
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
