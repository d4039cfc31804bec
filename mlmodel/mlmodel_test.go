package mlmodel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmodel"
)

func file(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// told writes facts as lines.
func told(t *testing.T, facts []pedigree.Property) string {
	t.Helper()
	var b strings.Builder
	for _, f := range facts {
		if f.Space != pedigree.Manifest {
			t.Errorf("%s is in the space %v", f.Key, f.Space)
		}
		fmt.Fprintf(&b, "%s=%s\n", f.Key, f.Value)
	}
	return b.String()
}

func TestFilesThatMLflowWroteAreRead(t *testing.T) {
	column := func(name string) string { return `{"type":"double","name":"` + name + `","required":true}` }
	var columns []string
	for name := range strings.FieldsSeq("age sex bmi bp s1 s2 s3 s4 s5 s6") {
		columns = append(columns, column(name))
	}
	for _, c := range []struct {
		name string
		read func([]byte) ([]pedigree.Property, error)
		want string
	}{
		{"sklearn.MLmodel", mlmodel.ReadManifest, "flavors=python_function,sklearn\n" +
			"inputs=[" + strings.Join(columns, ",") + "]\n" +
			`outputs=[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1]}}]` + "\n" +
			"python_version=3.11.7\nloader_module=mlflow.sklearn\nmlflow_version=3.17.2\nmodel_uuid=m-6869ec6fdc8b4dbca9e5f6f82577f8d6\n" +
			"utc_time_created=2026-11-21 09:55:01.918189\nmodel_size_bytes=36899\n"},
		{"mlflow1.MLmodel", mlmodel.ReadManifest, "flavors=python_function,sklearn\n" +
			`inputs=[{"name":"size (m²)","type":"double"},{"name":"rooms","type":"long"},{"name":"it's","type":"string"}]` + "\n" +
			`outputs=[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1]}}]` + "\n" +
			"python_version=3.11.7\nloader_module=mlflow.sklearn\nmlflow_version=1.30.1\nmodel_uuid=e3f072c0d8084e0cae570298f16fdb9e\n" +
			"utc_time_created=2026-11-21 12:03:14.687106\n"},
		{"mlflow2.MLmodel", mlmodel.ReadManifest, "flavors=python_function,sklearn\n" +
			`inputs=[{"type":"double","name":"size (m²)","required":true},{"type":"long","name":"rooms","required":true},{"type":"string","name":"it's","required":true}]` + "\n" +
			`outputs=[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1]}}]` + "\n" +
			"python_version=3.11.7\nloader_module=mlflow.sklearn\nmlflow_version=2.22.5\nmodel_uuid=53f67cb996ec4c33bb27140fdd4ea7ba\n" +
			"utc_time_created=2026-11-21 12:03:19.140643\nmodel_size_bytes=780\n"},
		{"conda.yaml", mlmodel.ReadConda, `conda_dependencies=["python=3.11.7","pip<=23.2.1","mlflow==3.17.2","scikit-learn==1.9.1"]` + "\n"},
		{"requirements.txt", mlmodel.ReadRequirements, `requirements=["mlflow==3.17.2","scikit-learn==1.9.1"]` + "\n"},
	} {
		facts, err := c.read(file(t, c.name))
		if got := told(t, facts); got != c.want || err != nil {
			t.Errorf("%s says\n%s%v, want\n%s", c.name, got, err, c.want)
		}
	}
}

func TestOddValuesAreLeftOutAndOthersRead(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                 {"{}", ""},
		"values of other kinds":   {"flavors: [a]\nsignature: 3\nmlflow_version: {a: b}\nmodel_uuid: null\nmodel_size_bytes: [1]\n", ""},
		"nulls in every spelling": {"mlflow_version: ~\nmodel_uuid:\nutc_time_created: Null\n", ""},
		"texts that look typed":   {"mlflow_version: 2.10\nmodel_uuid: 0x1F\nutc_time_created: 2024-01-01\n", "mlflow_version=2.10\nmodel_uuid=0x1F\nutc_time_created=2024-01-01\n"},
		"a size that is none":     {"model_size_bytes: -5\n", ""},
		"no JSON":                 {"signature:\n  inputs: '[{'\n  outputs: '[1, 2]'\n", "outputs=[1,2]\n"},
		"characters to hide in":   {"mlflow_version: \"a\\nb\"\nmodel_uuid: \"a\\0b\"\nutc_time_created: ok\n", "utc_time_created=ok\n"},
		"escapes in JSON":         {`signature: {inputs: '["\u00e9\ud83d\ude00\u0041\n\\u00e9\ud800\u0000\"\\"]'}` + "\n", `inputs=["é😀\u0041\n\\u00e9\ud800\u0000\"\\"]` + "\n"},
		"NUL in JSON":             {"signature: {inputs: \"[\\\"\\0\\\"]\"}\n", ""},
		"a very long text":        {"mlflow_version: " + strings.Repeat("x", 1001) + "\n", ""},
		"a comma in a flavor":     {"flavors: {'a,b': 1, c: 2, b: 3}\n", "flavors=b,c\n"},
		"an alias":                {"a: &x {python_version: 1}\nflavors:\n  python_function: *x\nmlflow_version: &y '3'\nmodel_uuid: *y\n", "flavors=python_function\nmlflow_version=3\n"},
		"a merge":                 {"a: &x {mlflow_version: 1}\n<<: *x\n", ""},
		"further documents":       {"mlflow_version: 1\n---\nmlflow_version: 2\n", "mlflow_version=1\n"},
		"another writer's style":  {"---\n\"flavors\":\n  \"crate\": {\"version\": \"0.3\"}\n\"mlflow_version\": \"2.1\"\n...\n", "flavors=crate\nmlflow_version=2.1\n"},
	} {
		facts, err := mlmodel.ReadManifest([]byte(c.text))
		if got := told(t, facts); got != c.want || err != nil {
			t.Errorf("%s: says\n%s%v, want\n%s", name, got, err, c.want)
		}
	}
}

func TestRequirementsAreNamesWithoutSecrets(t *testing.T) {
	text := "# made by\n\nnumpy==2.1 # pinned\n  pandas>=2  \r\n-r other.txt\n--hash=sha256:aa\n" +
		"pkg @ git+https://user:token@example.com/a@v1\nhttps://t@h/x https://u:p@h\n"
	facts, err := mlmodel.ReadRequirements([]byte(text))
	want := `requirements=["numpy==2.1","pandas>=2","pkg @ git+https://example.com/a@v1","https://h/x https://h"]` + "\n"
	if got := told(t, facts); got != want || err != nil {
		t.Errorf("says %s%v", got, err)
	}
	if facts, err := mlmodel.ReadRequirements([]byte("# nothing\n")); len(facts) != 0 || err != nil {
		t.Errorf("nothing says %v, %v", facts, err)
	}
	for _, text := range [][]byte{[]byte("a\xff"), []byte("a\x00"), bytes.Repeat([]byte("a\n"), 1<<20)} {
		if facts, err := mlmodel.ReadRequirements(text); err == nil {
			t.Errorf("%.10q was read: %v", text, facts)
		}
	}
}

// hostile are files that must cost nothing.
func hostile() map[string]string {
	const n = mlmodel.MaxFile - 100
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'm'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ","))
	}
	return map[string]string{
		"laughs":              laughs,
		"a loop":              "a: &a [*a]\n",
		"commas":              "[" + strings.Repeat("a,", n/2) + "]",
		"commas in a map":     "{" + strings.Repeat("?,", n/2) + "}",
		"open lists":          strings.Repeat("[", n),
		"open maps":           strings.Repeat("{", n),
		"dashes":              strings.Repeat("- ", n/2),
		"dashes and comments": strings.Repeat("- #\n", n/4),
		"question marks":      strings.Repeat("? ", n/2),
		"keys":                strings.Repeat("a:\n", n/3),
		"keys and comments":   strings.Repeat("a: #\n", n/5),
		"nearly deep enough":  strings.Repeat("- ", 9_999) + "a",
		"many nodes":          "[" + strings.Repeat("a,", 20_000) + "]",
		"carriage returns":    strings.Repeat("a:\r", n/3),
		"a tag":               "a: !!python/object:os.system x\n",
		"a tag of its own":    "!x {a: b}\n",
		"a tag of the core":   "a: !!str b\n",
		"a key twice":         "mlflow_version: 1\nmlflow_version: 2\n",
		"a key twice, deep":   "flavors: {a: {b: 1, b: 2}}\n",
		"a key that is a map": "? {a: b}\n: c\n",
		"one level too deep":  strings.Repeat("[", 21) + strings.Repeat("]", 21),
		"a key twice, quoted": "a: 1\n\"\\u0061\": 2\n",
		"a merge twice":       "x: &x {a: 1}\n<<: *x\n<<: *x\n",
		"a secondary tag":     "%TAG ! tag:yaml.org,2002:\n---\na: !binary aGk=\n",
		"too large":           strings.Repeat("#", mlmodel.MaxFile+1),
		"not UTF-8":           "a: \xff\n",
		"UTF-16":              "\xff\xfea\x00:\x00 \x00b\x00",
		"NUL":                 "a: b\x00\n",
		"empty":               "",
		"a comment":           "# nothing\n",
		"unclosed":            "a: 'b",
		"tabs":                "a:\n\tb: c\n",
	}
}

func TestHostileFilesAreNotReadAndCostLittle(t *testing.T) {
	for name, text := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		facts, err := mlmodel.ReadManifest([]byte(text))
		runtime.ReadMemStats(&after)
		readable := name == "laughs" || name == "a loop"
		if (err == nil) != readable || len(facts) != 0 {
			t.Errorf("%s: read as %v, %v", name, facts, err)
		}
		if !readable && pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if cost := after.TotalAlloc - before.TotalAlloc; cost > 64<<20 {
			t.Errorf("%s: %d MiB were allocated", name, cost>>20)
		}
	}
}

// FuzzMLmodel checks that whatever a file holds, what is told of it can be
// kept and shown.
func FuzzMLmodel(f *testing.F) {
	for _, text := range hostile() {
		if len(text) < 20_000 {
			f.Add([]byte(text))
		}
	}
	for _, name := range []string{"sklearn.MLmodel", "mlflow1.MLmodel", "mlflow2.MLmodel", "conda.yaml", "requirements.txt"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, read := range []func([]byte) ([]pedigree.Property, error){mlmodel.ReadManifest, mlmodel.ReadConda, mlmodel.ReadRequirements} {
			facts, err := read(text)
			if err != nil && (facts != nil || pedigree.CodeOf(err) != pedigree.Invalid) {
				t.Fatalf("%v came with %v", facts, err)
			}
			seen := map[string]bool{}
			for _, p := range facts {
				if seen[p.Key] || p.Space != pedigree.Manifest || p.Value == "" || len(p.Value) > 8*len(text)+2 ||
					strings.Contains(p.Value, "\x00") || strings.ToValidUTF8(p.Value, "") != p.Value {
					t.Fatalf("said %+v", p)
				}
				seen[p.Key] = true
				if isJSON := strings.Contains(" inputs outputs params requirements conda_dependencies ", " "+p.Key+" "); isJSON && !json.Valid([]byte(p.Value)) {
					t.Fatalf("%s is no JSON: %q", p.Key, p.Value)
				}
			}
		}
	})
}
