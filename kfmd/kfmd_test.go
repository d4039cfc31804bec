package kfmd

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/route"
)

// want sends a request and checks the status and that the answer holds a text.
func (f *fixture) want(t *testing.T, method, path, body string, status int, holds string) {
	t.Helper()
	if code, got := f.do(method, path, body); code != status || !strings.Contains(got, holds) {
		t.Errorf("%s %s: %d %s, want %d and %s", method, path, code, got, status, holds)
	}
}

func TestThePredefinedTypesAreThere(t *testing.T) {
	f := open(t, graph.Options{})
	const entity = `"__ALL_META__":"STRING","create_time":"STRING","description":"STRING",`
	for name, properties := range map[string]string{
		"artifact_types/kubeflow.org/alpha/data_set":   entity + `"name":"STRING","owner":"STRING","query":"STRING","version":"STRING"`,
		"artifact_types/kubeflow.org/alpha/model":      entity + `"model_type":"STRING","name":"STRING","owner":"STRING","version":"STRING"`,
		"execution_types/kubeflow.org/alpha/execution": entity + `"executable_id":"STRING","name":"STRING","owner":"STRING"`,
	} {
		f.want(t, "GET", "/"+name, "", http.StatusOK, `"properties":{`+properties+`}`)
		kind, name, _ := strings.Cut(name, "/")
		f.want(t, "GET", "/"+kind+"/"+strings.ReplaceAll(name, "/", "%2F"), "", http.StatusOK, `"name":"`+name+`"`)
		f.want(t, "GET", "/"+kind, "", http.StatusOK, `"name":"`+name+`"`)
	}
	f.want(t, "GET", "/artifact_types/kubeflow.org/alpha/metrics", "", http.StatusOK, `"data_set_id":"STRING"`)
}

func TestEveryOperationOfTheProtocolIsMounted(t *testing.T) {
	got := make(map[string]route.Permission)
	for _, r := range New(nil).Wire().Routes {
		if !strings.Contains(r.Pattern, "...") { // the same once more, for plain slashes
			got[r.Method+" "+strings.TrimPrefix(r.Pattern, base)] = r.Permission
		}
	}
	if len(got) != 23 {
		t.Errorf("%d operations, want 23: %v", len(got), got)
	}
	for operation, permission := range got {
		method, _, _ := strings.Cut(operation, " ")
		want := map[string]route.Permission{"GET": route.Read, "POST": route.Write, "PATCH": route.Write, "DELETE": route.Delete}[method]
		if permission != want {
			t.Errorf("%s needs %s, want %s", operation, permission, want)
		}
	}
}

// A name that ends like a path means what it says when its slashes are escaped.
func TestAnEscapedNameIsNeverTakenApart(t *testing.T) {
	f := open(t, graph.Options{})
	for _, name := range []string{"a/artifacts", "a/artifacts/5", "artifacts", "x/artifacts/artifacts"} {
		f.want(t, "POST", "/artifact_types", `{"name":"`+name+`"}`, http.StatusOK, `"name":"`+name+`"`)
		escaped := "/artifact_types/" + strings.ReplaceAll(name, "/", "%2F")
		f.want(t, "GET", escaped, "", http.StatusOK, `"name":"`+name+`"`)
		f.want(t, "POST", escaped+"/artifacts", `{"uri":"`+name+`"}`, http.StatusOK, `"uri":"`+name+`"`)
		f.want(t, "GET", escaped+"/artifacts", "", http.StatusOK, `"uri":"`+name+`"`)
	}
}

func TestAPlainNameEndsWhereThePathLeavesNoDoubt(t *testing.T) {
	f := open(t, graph.Options{})
	f.want(t, "POST", "/artifact_types", `{"name":"a/artifacts/b"}`, http.StatusOK, "")
	f.want(t, "POST", "/artifact_types/a/artifacts/b/artifacts", `{}`, http.StatusOK, `"id":"2"`)
	f.want(t, "GET", "/artifact_types/a/artifacts/b/artifacts", "", http.StatusOK, `"id":"2"`)
	f.want(t, "GET", "/artifact_types/a/artifacts/b/artifacts/2", "", http.StatusOK, `"id":"2"`)
	f.want(t, "POST", "/artifact_types/a/b", `{}`, http.StatusNotFound, "Not Found")
	f.want(t, "GET", "/artifact_types/", "", http.StatusNotFound, "No type found")
}

func TestANameMayBeginWithItsCollection(t *testing.T) {
	f := open(t, graph.Options{})
	f.want(t, "GET", "/artifact_types/artifact_types%2Fkubeflow.org%2Falpha%2Fmodel", "", http.StatusOK, `"name":"kubeflow.org/alpha/model"`)
	f.want(t, "GET", "/execution_types/artifact_types%2Fkubeflow.org%2Falpha%2Fexecution", "", http.StatusNotFound, "")
}

func TestADuplicateEventIsRefusedOnlyWhereThatIsAskedFor(t *testing.T) {
	for _, strict := range []bool{false, true} {
		f := open(t, graph.Options{StrictEvents: strict})
		f.want(t, "POST", "/artifact_types/kubeflow.org%2Falpha%2Fmodel/artifacts", "{}", http.StatusOK, `"id":"2"`)
		f.want(t, "POST", "/execution_types/kubeflow.org%2Falpha%2Fexecution/executions", "{}", http.StatusOK, `"id":"3"`)
		const event = `{"artifact_id":"2","execution_id":"3","type":"INPUT"}`
		f.want(t, "POST", "/events", event, http.StatusOK, "{}")
		if strict {
			f.want(t, "POST", "/events", event, http.StatusConflict, `"code":6`)
		} else {
			f.want(t, "POST", "/events", event, http.StatusOK, "{}")
		}
	}
}

// What newer clients write is read as the protocol can say it.
func TestValuesThatTheProtocolHasNoWordForAreReadAsFarAsTheyCanBe(t *testing.T) {
	f := open(t, graph.Options{})
	model, err := f.graph.Type(t.Context(), pedigree.Type{Kind: pedigree.Artifact, Name: "kubeflow.org/alpha/model"})
	if err != nil {
		t.Fatal(err)
	}
	p := graph.NewPut(pedigree.Artifact)
	p.HasType, p.TypeID = true, model.ID
	p.Node.Properties = []pedigree.Property{
		{Space: pedigree.Field, Key: "name", Form: pedigree.Bytes, Value: "a\xffb"},
		{Space: pedigree.Custom, Key: "b", Form: pedigree.Bool, Int: 1},
		{Space: pedigree.Custom, Key: "p", Form: pedigree.Proto, Value: "\n\x01x"},
		{Space: pedigree.Custom, Key: "s", Form: pedigree.Struct, Value: "\n\x05\n\x01a\x12\x00"},
	}
	if _, err := f.graph.PutNodes(t.Context(), workspace, []*graph.NodePut{p}); err != nil {
		t.Fatal(err)
	}
	f.want(t, "GET", "/artifact_types/x/artifacts/2", "", http.StatusOK,
		`"properties":{"name":{"string_value":"a`+"\uFFFD"+`b"}},"custom_properties":{"b":{"int_value":"1"},"s":{"string_value":"mlmd-struct::CgUKAWESAA=="}}`)
}

func TestWhatIsNoTypeOfTheProtocolIsShownToo(t *testing.T) {
	f := open(t, graph.Options{})
	_, err := f.graph.PutTypes(t.Context(), []graph.Type{{Declaration: pedigree.Declaration{
		Type:       pedigree.Type{Kind: pedigree.Artifact, Name: "newer"},
		Properties: []pedigree.DeclaredProperty{{Key: "b", Form: pedigree.Bool}, {Key: "s", Form: pedigree.Struct}},
	}}}, graph.TypeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.want(t, "GET", "/artifact_types/newer", "", http.StatusOK, `"properties":{"b":"BOOLEAN","s":"STRUCT"}`)
	f.want(t, "GET", "/execution_types/mlflow.Run", "", http.StatusOK, `"name":"mlflow.Run"`)
}

func TestCausesAreForTheLog(t *testing.T) {
	f := open(t, graph.Options{})
	f.HandleFunc("GET /boom", handle(func(http.ResponseWriter, *http.Request) error {
		return pedigree.Hide(pedigree.Internal, pedigree.Errorf(pedigree.Invalid, "secret"), "secret")
	}))
	status, answer := f.at("GET", "/boom", "")
	if status != http.StatusInternalServerError || strings.Contains(answer, "secret") || !strings.Contains(answer, "under request r1") {
		t.Errorf("%d %s", status, answer)
	}
}
