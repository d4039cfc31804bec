package dossier_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/dossier"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

const ws = pedigree.DefaultWorkspace

// A fixture is the rules over a real store.
type fixture struct {
	*dossier.Service
	testing.TB
	store  store.Store
	runs   *tracking.Service
	models *registry.Service
}

func open(t testing.TB) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{dossier.New(s, lineage.New(s)), t, s, tracking.New(s, "mlflow-artifacts:/"), registry.New(s, nil)}
	f.must(f.runs.Prepare(t.Context()))
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// said is what a version is made with.
type said struct {
	params, metrics, manifest map[string]string
	data                      string // its digest
	evaluated                 float64
	files                     []pedigree.File
}

// version registers a version of the model m that came of a run and a logged model.
func (f *fixture) version(s said) *registry.Version {
	f.Helper()
	ctx := f.Context()
	run, err := f.runs.CreateRun(ctx, ws, tracking.RunDraft{Experiment: "0", Name: "fox", Started: 1})
	f.must(err)
	for key, value := range s.params {
		f.must(f.runs.LogParam(ctx, ws, run.UID, pedigree.Property{Space: pedigree.Param, Key: key, Value: value}))
	}
	f.must(f.runs.SetTag(ctx, ws, run.UID, pedigree.Property{Space: pedigree.Tag, Key: "mlflow.source.git.commit", Value: "abc"}))
	for key, value := range s.metrics {
		var x float64
		_, _ = fmt.Sscan(value, &x)
		for step := range int64(3) {
			f.must(f.runs.LogMetric(ctx, ws, run.UID, tracking.Measurement{Point: pedigree.Point{Key: key, Value: x + float64(step) - 2, Time: 5, Step: step}}))
		}
	}
	if s.data != "" {
		f.must(f.runs.LogInputs(ctx, ws, run.UID, []tracking.DatasetInput{{Dataset: tracking.Dataset{Name: "readings", Digest: s.data, SourceType: "s3", Source: `{"uri":"s3://lake/readings"}`}}}, nil))
	}
	m, err := f.runs.CreateLoggedModel(ctx, ws, tracking.LoggedModelDraft{Experiment: "0", SourceRun: run.UID})
	f.must(err)
	if s.evaluated != 0 {
		f.must(f.runs.LogMetric(ctx, ws, run.UID, tracking.Measurement{Point: pedigree.Point{Key: "rmse", Value: s.evaluated, Time: 9}, Model: m.UID, Dataset: "holdout", DatasetDigest: "h"}))
	}
	var facts []pedigree.Property
	for key, value := range s.manifest {
		facts = append(facts, pedigree.Property{Space: pedigree.Manifest, Key: key, Value: value})
	}
	f.must(f.runs.SetManifest(ctx, m.ID, facts))
	if _, err := f.models.CreateModel(ctx, ws, registry.ModelDraft{Name: "m"}); err != nil && pedigree.CodeOf(err) != pedigree.AlreadyExists {
		f.Fatal(err)
	}
	v, err := f.models.CreateVersion(ctx, ws, registry.VersionDraft{Name: "m", Source: "models:/" + m.UID, RunID: &run.UID, ModelID: &m.UID})
	f.must(err)
	f.must(f.store.Update(ctx, func(tx store.Tx) error { return tx.PutFiles(v.ID, s.files...) }))
	return &v
}

func (f *fixture) read(v *registry.Version) *dossier.Dossier {
	f.Helper()
	d, err := f.Read(f.Context(), v)
	f.must(err)
	return d
}

var full = said{
	params:    map[string]string{"lr": "0.1", "depth": "3"},
	metrics:   map[string]string{"rmse": "0.25"},
	manifest:  map[string]string{"flavors": "python_function,sklearn", "inputs": `[{"name":"a","type":"double","required":true},{"type":"long"}]`, "requirements": `["numpy==2.1","scikit_learn>=1.5"]`, "python_version": "3.11.9"},
	data:      "d1",
	evaluated: 0.5,
	files:     []pedigree.File{{Path: "MLmodel", Size: 3, SHA256: "aa"}, {Path: "model.pkl", Size: 9, SHA256: "bb"}},
}

func TestADossierHoldsWhatRunModelAndGraphSay(t *testing.T) {
	f := open(t)
	d := f.read(f.version(full))
	var metrics []string
	for _, m := range d.Metrics {
		metrics = append(metrics, fmt.Sprintf("%s=%g", m.Label(), m.Value))
	}
	if got := strings.Join(metrics, " "); got != "rmse=0.25 rmse on holdout=0.5" && got != "rmse=0.5 rmse on holdout=0.5" {
		t.Errorf("metrics are %s", got)
	}
	if len(d.Params) != 2 || d.Params[0].Key != "depth" || d.Params[1].Value != "0.1" {
		t.Errorf("params are %+v", d.Params)
	}
	if got := strings.Join(d.Flavors(), " ") + strings.Join(d.Needs(), " "); got != "python_function sklearnnumpy==2.1 scikit_learn>=1.5" {
		t.Errorf("flavors and needs are %s", got)
	}
	if got := fmt.Sprint(d.Signature()); got != "[{inputs a double} {inputs #2 long}]" {
		t.Errorf("the signature is %s", got)
	}
	if len(d.Data) != 1 || dossier.DataName(&d.Data[0]) != "readings" || dossier.DataVersion(&d.Data[0]) != "d1" {
		t.Errorf("data are %+v", d.Data)
	}
	if len(d.Code) != 1 || d.Code[0].Value != "abc" || d.Run.Name != "fox" {
		t.Errorf("code is %+v", d.Code)
	}
}

func TestAVersionOfWhichNothingIsKnownHasADossier(t *testing.T) {
	f := open(t)
	_, err := f.models.CreateModel(t.Context(), ws, registry.ModelDraft{Name: "m"})
	f.must(err)
	v, err := f.models.CreateVersion(t.Context(), ws, registry.VersionDraft{Name: "m", Source: "s3://b/m"})
	f.must(err)
	d := f.read(&v)
	if d.Run != nil || len(d.Metrics)+len(d.Params)+len(d.Data)+len(d.Signature())+len(d.Needs()) != 0 {
		t.Errorf("it is %+v", d)
	}
	if text := d.Card(&digest.Summary{State: digest.Waiting}, nil); !strings.Contains(text, "None is recorded.") {
		t.Errorf("the card is %s", text)
	}
}

func TestTwoVersionsAreToldApartAspectByAspect(t *testing.T) {
	f := open(t)
	other := full
	other.params = map[string]string{"lr": "0.2", "depth": "3"}
	other.manifest = map[string]string{"flavors": "python_function,sklearn", "inputs": `[{"name":"a","type":"float","required":true},{"type":"long"}]`, "requirements": `["numpy==2.2","scikit-learn>=1.5","scipy"]`, "python_version": "3.11.9"}
	other.data, other.evaluated = "d2", 0.4
	other.files = []pedigree.File{{Path: "MLmodel", Size: 3, SHA256: "aa"}, {Path: "model.pkl", Size: 8, SHA256: "cc"}, {Path: "z", SHA256: ""}}
	left, right := f.read(f.version(full)), f.read(f.version(other))
	d, err := f.Compare(t.Context(), left, right)
	f.must(err)
	for _, c := range []struct {
		name   string
		aspect dossier.Aspect
		want   string
	}{
		{"signature", d.Signature, "inputs.a: double → float; 1 equal"},
		{"params", d.Params, "lr: 0.1 → 0.2; 1 equal"},
		{"environment", d.Environment, "numpy: ==2.1 → ==2.2; scipy: none → ; 3 equal"},
		{"code", d.Code, "1 equal"},
		{"data", d.Data, "readings: d1 → d2; 0 equal"},
	} {
		if got := show(&c.aspect); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if d.Metrics.Differ == 0 || d.Files.Equal != 1 || d.Files.Differ != 2 || d.Files.Changes[0].Path != "model.pkl" || d.Files.Changes[1].Left != nil {
		t.Errorf("metrics %+v, files %+v", d.Metrics, d.Files)
	}
	same, err := f.Compare(t.Context(), left, left)
	f.must(err)
	for _, a := range []dossier.Aspect{same.Signature, same.Params, same.Metrics, same.Environment, same.Code, same.Data} {
		if a.Differ != 0 {
			t.Errorf("a version differs from itself: %+v", a)
		}
	}
	if same.Files.Differ != 0 || same.Files.Equal != 2 {
		t.Errorf("files of a version differ from themselves: %+v", same.Files)
	}
}

func show(a *dossier.Aspect) string {
	side := func(s *string) string {
		if s == nil {
			return "none"
		}
		return *s
	}
	var b strings.Builder
	for _, c := range a.Changes {
		fmt.Fprintf(&b, "%s: %s → %s; ", c.Key, side(c.Left), side(c.Right))
	}
	return b.String() + fmt.Sprintf("%d equal", a.Equal)
}

func TestManyFilesAreComparedPageByPage(t *testing.T) {
	f := open(t)
	var left, right []pedigree.File
	for i := range 2500 {
		left = append(left, pedigree.File{Path: fmt.Sprintf("%05d", i), SHA256: "a"})
		if i%2 == 0 {
			right = append(right, pedigree.File{Path: fmt.Sprintf("%05d", i), SHA256: "a"})
		}
	}
	d, err := f.Compare(t.Context(), f.read(f.version(said{files: left})), f.read(f.version(said{files: right})))
	f.must(err)
	if d.Files.Equal != 1250 || d.Files.Differ != 1250 || len(d.Files.Changes) != dossier.MaxChanges {
		t.Errorf("%d equal, %d differ, %d told", d.Files.Equal, d.Files.Differ, len(d.Files.Changes))
	}
}

// row is a row of a table of Markdown, in which other pipes are escaped.
var row = regexp.MustCompile(`^\|( (?:[^|\\]|\\.)* \|)+$|^\|( --- \|)+$`)

func FuzzWhatOthersWroteIsTextInACard(f *testing.F) {
	f.Add("a|b", "<script>alert(1)</script>", "x\n# y\n\n| z |", "`[a](javascript:x)`")
	f.Add("", "\\", "```", "\u202e\u2028- x")
	f.Add("$(reboot)", "a'b", "![x](y)", "&lt;")
	f.Fuzz(func(t *testing.T, name, key, value, reason string) {
		d := dossier.Dossier{
			Version: registry.Version{Node: pedigree.Node{Name: name, Version: "1"}, Aliases: []string{key}},
			Params:  []pedigree.Property{{Key: key, Value: value}}, Manifest: map[string]string{"flavors": key, "requirements": `["x"]`, "inputs": value},
			Metrics: []dossier.Metric{{Point: pedigree.Point{Key: key}, Dataset: value}},
			Data:    []lineage.Material{{Node: pedigree.Node{ID: 3, Name: value, URI: key}, Digest: reason}},
		}
		for range 5 { // as much as there can be
			d.Params, d.Metrics, d.Data = append(d.Params, d.Params...), append(d.Metrics, d.Metrics...), append(d.Data, d.Data...)
		}
		text := d.Card(&digest.Summary{State: digest.Complete, Digest: "abc"}, []pedigree.Change{{What: key, Before: value, Reason: reason}})
		if len(text) > 100_000 {
			t.Fatalf("%d bytes do not fit into a description", len(text))
		}
		sections := 0
		for line := range strings.SplitSeq(text, "\n") {
			if strings.HasPrefix(line, "|") && !row.MatchString(line) {
				t.Errorf("not a row: %q", line)
			}
			if strings.HasPrefix(line, "#") {
				sections++
			}
		}
		if sections > 10 {
			t.Errorf("%d sections", sections)
		}
		bare := regexp.MustCompile("`[^`\n]*`|\\\\.").ReplaceAllString(text, "")
		if strings.ContainsAny(bare, "<`\r\u2028") {
			t.Errorf("something is not text: %q", bare)
		}
	})
}
