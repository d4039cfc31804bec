package registry

import (
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// A site is a run and a logged model, and where the artifacts of the run are.
type site struct {
	run, model pedigree.Node
	root       string // of the run
}

func (f *fixture) site(root string) site {
	f.t.Helper()
	run := f.run(root)
	model := f.node(pedigree.LoggedModelType, "m-"+naming.NewUID(), root+"/model")
	return site{run, model, root}
}

func (f *fixture) register(d VersionDraft) error {
	f.t.Helper()
	d.Name = "m"
	v, err := f.CreateVersion(f.ctx, ws, d)
	if err == nil && v.URI != d.Source {
		f.t.Errorf("%s became %s", d.Source, v.URI)
	}
	return err
}

const (
	served    = "mlflow-artifacts:/0/run/artifacts"
	proxied   = "http://ml.example.com/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts"
	local     = "file:///data/0/run/artifacts"
	plain     = "/data/0/run/artifacts"
	elsewhere = "s3://bucket/0/run/artifacts"
)

func TestSourcesInsideTheirRunAreKeptAsWritten(t *testing.T) {
	f := open(t)
	f.model("m")
	for root, sources := range map[string][]string{
		served: {
			served, served + "/", served + "/model", served + "/a b", served + "/a//b", "mlflow-artifacts:///0/run/artifacts/x", "MLFLOW-ARTIFACTS:/0/run/artifacts/x",
			served + "/..../x", served + "/x?y", served + "/100%", "mlflow-artifacts:/0/%72un/artifacts/x", "runs:/RUN/model", "runs:/RUN/", "s3://b/x", "dbfs:/x",
			"hdfs://h:1/x", "https://h/x", "wasbs://c@a/x", "abfss://c@a/x", "gs://b/a+b",
		},
		proxied:   {proxied + "/model", "HTTP://ML.example.com/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts", "runs:/RUN/model"},
		local:     {local, local + "/model", local + "/.", local + "/model/..", local + "/a//b", plain, plain + "/x", "file:/data/0/run/artifacts/x", "file://localhost/data/0/run/artifacts/x", "../data/0/run/artifacts", "FILE:///data/0/run/artifacts", local + "/a+b", local + "/a%20b"},
		plain:     {plain, plain + "/model", local, "file:///data/0/run/./artifacts/x"},
		elsewhere: {elsewhere + "/model", "mlflow-artifacts:/models", "mlflow-artifacts:/models///", "mlflow-artifacts://host:9000/models/artifact/..../", "runs:/RUN/model"},
	} {
		site := f.site(root)
		for _, source := range sources {
			source = strings.ReplaceAll(source, "RUN", site.run.UID)
			if err := f.register(VersionDraft{Source: source, RunID: &site.run.UID}); err != nil {
				t.Errorf("%s in %s: %v", source, root, err)
			}
		}
		inModel := []string{site.model.URI, site.model.URI + "/x"}
		for _, source := range append(inModel, "models:/"+site.model.UID) {
			if err := f.register(VersionDraft{Source: source, ModelID: &site.model.UID}); err != nil {
				t.Errorf("%s in the model at %s: %v", source, root, err)
			}
		}
	}
}

// evil are sources that lie nowhere they may, whatever run or model is named:
// case M1. UP stands for parent segments in every spelling.
var evil = []string{
	"file:///etc/passwd", "file:/etc/passwd", "file://localhost/etc/passwd", "file:etc/passwd", "FILE:///etc/passwd", "file://h/etc/passwd", "file://../etc/passwd",
	`file://\\h\etc`, "file:////etc/passwd", "//etc/passwd", "///etc/passwd", "/etc/passwd", "/", ".", "..", "../../etc/passwd", "etc/passwd", "./x", "~/x", "x", "C:/x", `C:\x`, "c:x",
	`\\h\share`, `\etc\passwd`, " /etc/passwd", "/data/0/run/artifacts2", "/data/0/run", "file:///data/0/run/artifacts2/x", "/data/0/run/artifacts\x00", "/data/0/run/artifacts/x\ny",
	"mlflow-artifacts:", "mlflow-artifacts:/", "mlflow-artifacts:///", "mlflow-artifacts:0/run/artifacts", "mlflow-artifacts:/1/run/artifacts", "mlflow-artifacts:/0/run/artifacts2",
	"mlflow-artifacts:/0/run", "mlflow-artifacts://h/0/run/artifacts", "mlflow-artifacts://h:1/0/run/artifacts/x", "mlflow-artifacts:////h/0/run", "mlflow-artifacts:/0%2Frun/artifacts/x",
	"http://h/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts", "https://ml.example.com/x/api/2.0/mlflow-artifacts/artifacts/x", "http://h/api/2.0/mlflow-artifacts%2Fartifacts/../x",
	"http://h/%61pi/2.0/mlflow-artifacts/artifacts/x", "http://h//api//2.0/mlflow-artifacts/artifacts/x",
	"models:/UP/1", "models:/m/UP", "models:/m/1/UP", "models:/m/1#x", "models:/m/1?x", "models:/m/1;x", "models://h/m/1", "models:m/1", "models:/", "models:/m/", "models:/m@", "models:/m/999",
	"models:/none/1", "models:/m-none", "models:/m-none/x", "models:/m/%31",
	"runs:", "runs:/", "runs://h/RUN/x", "runs:/RUN/UP/x", "runs:/OTHER/x", "runs:RUN/x", "runs:/%4fTHER/UP", "runs:/RUN;x/y", "runs:/RUN#x/y",
	"s3://b", "s3://b/", "s3:b", "s3://b/./x", "s3://b/UP/x", "s3://UP/x/..", "s3://b/x?y=UP/z", "s3://b/x?UP", "s3://b/x#y", "s3://b/x%23y", "s3://b/x;y", "s3://b/x%3by", `s3://b\x/y`, "s3://b/x%5cy",
	"s3://b/x\x00", "s3://b/x%00", "s3://b/x%2500", "s3://b/x\ny", "s3://b/x%0ay", "s3://b/\x7f", "s3://b/\xff", "dbfs:/RUN/artifacts/a%3f/UP/x", "ftp://h/UP/x", "gs://b/x/..",
	"wasbs://c@a/UP", "http://h/x/UP/y", "unknown:/x/UP",
}

var parents = []string{"..", "%2e%2e", "%2E%2e", ".%2e", "%252e%252e", "%25252e.", "..+", "+..", "..%2f..", "..%252f..", "..%5c..", " .. "}

// Case M1.
func TestSourcesElsewhereAreRefusedInEverySpelling(t *testing.T) {
	f := open(t)
	f.model("m")
	sites := []site{f.site(served), f.site(proxied), f.site(local)}
	other := f.run("mlflow-artifacts:/0/other/artifacts")
	unknown := "unknown"
	for _, site := range sites {
		owners := []struct {
			name  string
			draft VersionDraft
		}{
			{"nothing", VersionDraft{}},
			{"the run", VersionDraft{RunID: &site.run.UID}},
			{"another run", VersionDraft{RunID: &other.UID}},
			{"an unknown run", VersionDraft{RunID: &unknown}},
			{"the model", VersionDraft{ModelID: &site.model.UID}},
			{"an unknown model", VersionDraft{ModelID: &unknown}},
			{"both", VersionDraft{RunID: &site.run.UID, ModelID: &site.model.UID}},
		}
		for _, o := range owners {
			for _, source := range evil {
				if source == "runs:/OTHER/x" && o.name == "another run" {
					continue // that is in it
				}
				for _, up := range parents {
					text := strings.NewReplacer("RUN", site.run.UID, "OTHER", other.UID, "UP", up).Replace(source)
					if site.root != local || !isServed(text) { // what has its artifacts in a directory has none with a server
						f.evil(o.name, text, o.draft)
					}
					if !strings.Contains(source, "UP") {
						break
					}
				}
			}
		}
		// What is in place is not, for those who name no run, or another.
		for _, source := range []string{site.root, site.root + "/model", "runs:/" + site.run.UID + "/model", "models:/" + site.model.UID} {
			f.evil("nothing", source, VersionDraft{})
			f.evil("another run", source, VersionDraft{RunID: &other.UID})
			f.evil("an unknown run", source, VersionDraft{RunID: &unknown})
			f.evil("an unknown model", source, VersionDraft{ModelID: &unknown})
		}
		for _, source := range []string{site.root, site.root + "/other", "runs:/" + site.run.UID + "/model"} {
			f.evil("a model that lies deeper", source, VersionDraft{ModelID: &site.model.UID})
		}
	}
	f.wantEqual("versions", f.searchVersions(nil), []string{})
	if v := f.version("m"); v.Version != "1" {
		t.Errorf("numbers were given: the first version is %s", v.Version)
	}
}

// evil fails unless a source is refused in upstream's form, with and without
// the tag of prompts: case M2.
func (f *fixture) evil(owner, source string, d VersionDraft) {
	f.t.Helper()
	d.Name, d.Source = "m", source
	for _, tags := range [][]pedigree.Property{nil, {tag(promptTag, "true")}, {tag(promptTag, "true"), tag(promptTag, "false")}, {tag("Mlflow.prompt.is_prompt", "true")}} {
		d.Tags = tags
		_, err := f.CreateVersion(f.ctx, ws, d)
		code := pedigree.CodeOf(err)
		if err == nil || code != pedigree.Invalid && code != pedigree.NotFound {
			f.t.Errorf("%q, naming %s, with tags %v: %v", source, owner, tags, err)
		}
	}
}

func TestSourcesAreRefusedInTheWordsOfUpstream(t *testing.T) {
	f := open(t)
	f.model("m")
	f.model("p", tag(promptTag, "true"))
	f.version("p")
	site := f.site(served)
	form := func(source string) string {
		return "Invalid model version source: '" + source + "'. If supplying a source as an http, https, local file path, ftp, objectstore," +
			" or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path."
	}
	inside := func(source, what string) string {
		return "Invalid model version source: '" + source + "'. The " + what + " request parameter must identify the resource that contains the source."
	}
	path := func(source, what string) string {
		return "Invalid model version source: '" + source + "'. To use a local path as a model version source, the " + what + " request parameter has to be" +
			" specified and the local path has to be contained within the artifact directory of the run specified by the " + what + "."
	}
	run, model := &site.run.UID, &site.model.UID
	for _, c := range []struct {
		draft VersionDraft
		words string
	}{
		{VersionDraft{Source: "s3://b/../x"}, form("s3://b/../x")},
		{VersionDraft{Source: "mlflow-artifacts:/x"}, inside("mlflow-artifacts:/x", "run_id")},
		{VersionDraft{Source: "mlflow-artifacts:/x", RunID: run}, inside("mlflow-artifacts:/x", "run_id")},
		{VersionDraft{Source: "mlflow-artifacts:/x", ModelID: model}, inside("mlflow-artifacts:/x", "model_id")},
		{VersionDraft{Source: "../../etc"}, path("../../etc", "run_id")},
		{VersionDraft{Source: "/etc", RunID: run}, path("/etc", "run_id")},
		{VersionDraft{Source: "/etc", ModelID: model}, path("/etc", "model_id")},
		{VersionDraft{Source: "runs:/" + *run + "/x"}, inside("runs:/"+*run+"/x", "run_id")},
		{VersionDraft{Source: "runs:/" + *run + "/x", ModelID: model}, inside("runs:/"+*run+"/x", "model_id")},
		{VersionDraft{Source: "models:/" + *model}, inside("models:/"+*model, "model_id")},
		{VersionDraft{Source: "models:/m-x", ModelID: model}, inside("models:/m-x", "model_id")},
		{VersionDraft{Source: "models:/p/1"}, "Invalid model version source: 'models:/p/1'. Prompt versions cannot be used as model version sources."},
		{VersionDraft{Source: "models://h/m/1"}, "Invalid model version source: 'models://h/m/1'. Registered model sources must use the active model registry."},
		{VersionDraft{Source: "/x", Tags: []pedigree.Property{tag(promptTag, "True")}}, "Invalid prompt source: '/x'. Prompt sources must use an MLflow placeholder."},
		{VersionDraft{Source: "s3://b/" + strings.Repeat("x", maxSource)}, "'source' exceeds the maximum length of 2048 characters"},
		{VersionDraft{Source: "file://h/x"}, "file://h/x is not a valid remote uri. For remote access on windows, please consider using a different scheme" +
			" such as SMB (e.g. smb://<hostname>/<path>)."},
	} {
		c.draft.Name = "m"
		_, err := f.CreateVersion(f.ctx, ws, c.draft)
		f.refused(err, pedigree.Invalid, c.words)
	}
}

// A copy names the run and the model of its original, or none.
func TestCopiesCannotClaimAnotherRun(t *testing.T) {
	f := open(t)
	f.model("m")
	site := f.site(served)
	if err := f.register(VersionDraft{Source: served, RunID: &site.run.UID}); err != nil {
		t.Fatal(err)
	}
	other, none := "other", ""
	const words = "Invalid model version source: 'models:/m/1'. The run_id and model_id request parameters must match the referenced model version."
	for _, d := range []VersionDraft{{RunID: &other}, {RunID: &none}, {ModelID: &other}, {ModelID: &site.model.UID}, {RunID: &site.run.UID, ModelID: &other}} {
		d.Name, d.Source = "m", "models:/m/1"
		_, err := f.CreateVersion(f.ctx, ws, d)
		f.refused(err, pedigree.Invalid, words)
	}
	for _, d := range []VersionDraft{{}, {RunID: &site.run.UID}, {ModelID: &none}, {RunID: &site.run.UID, ModelID: &none}} {
		d.Source = "models:/m/1"
		if err := f.register(d); err != nil {
			t.Error(err)
		}
	}
}

// Of the runs of other servers nothing is known.
func TestRunsOfOtherServersMayBeNamed(t *testing.T) {
	f := open(t)
	f.model("m")
	unknown := "unknown"
	if err := f.register(VersionDraft{Source: "runs:/elsewhere/model", RunID: &unknown}); err != nil {
		t.Error(err)
	}
	known := f.run(served)
	f.refused(f.register(VersionDraft{Source: "runs:/" + known.UID + "/model", RunID: &unknown}), pedigree.Invalid,
		"Invalid model version source: 'runs:/"+known.UID+"/model'. The run_id request parameter must identify the resource that contains the source.")
}

func TestPromptsHaveAPlaceholderForASource(t *testing.T) {
	f := open(t)
	f.model("m")
	for _, source := range []string{"dummy-source", "prompt-template"} {
		if err := f.register(VersionDraft{Source: source, Tags: []pedigree.Property{tag(promptTag, "TRUE")}}); err != nil {
			t.Error(err)
		}
		if err := f.register(VersionDraft{Source: source}); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%s without the tag: %v", source, err)
		}
	}
}

// FuzzSource asserts that what is taken leads nowhere but into the run, however
// often it is decoded.
func FuzzSource(f *testing.F) {
	for _, source := range append(evil, served+"/x", local+"/x", plain, "s3://b/x") {
		f.Add(source)
	}
	fix := open(f)
	fix.model("m")
	sites := []site{fix.site(served), fix.site(local)}
	f.Fuzz(func(t *testing.T, source string) {
		for _, site := range sites {
			v, err := fix.CreateVersion(t.Context(), ws, VersionDraft{Name: "m", Source: source, RunID: &site.run.UID})
			if err != nil {
				if code := pedigree.CodeOf(err); code == pedigree.Internal {
					t.Fatalf("%q: %v", source, err)
				}
				continue
			}
			if strings.HasPrefix(v.URI, "models:/") {
				continue
			}
			if v.URI != source {
				t.Fatalf("%q became %q", source, v.URI)
			}
			for text := range encodings(source) {
				if hasBadCharacter(text) {
					t.Fatalf("%q holds what it must not", source)
				}
			}
			l := naming.SplitLocation(source)
			if p, ok := fix.localPath(source, l); isLocal(l) && (!ok || !strings.HasPrefix(p+"/", plain+"/")) {
				t.Fatalf("%q is %s on this machine", source, p)
			}
			if isServed(source) && site.root == served && !within(source, served) {
				t.Fatalf("%q is not in its run", source)
			}
			if !isLocal(l) {
				for text := range encodings(source) {
					if strings.Contains(text+"/", "/../") {
						t.Fatalf("%q leads upwards", source)
					}
				}
			}
		}
	})
}
