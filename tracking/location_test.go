package tracking

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestArtifactLocationIsALabelAndKeptAsWritten(t *testing.T) {
	f := open(t)
	for _, uri := range []string{
		"s3://bucket/path", "s3://bucket", "gs://bucket/a b/c", "wasbs://container@account.blob.core.windows.net/p",
		"mlflow-artifacts:/some/path", "mlflow-artifacts:/", "mlflow-artifacts:///x", "file:///tmp/x", "/tmp/x", "dbfs:/x",
		"hdfs://host:8020/x", "http://host/x?y=z", "s3://b/100%", "s3://b/a%20b", "s3://b/..x/y..", "s3://b/ä",
		"s3://b/" + strings.Repeat("x", 2041),
	} {
		id, err := f.CreateExperiment(f.ctx, ws, uri[:min(len(uri), 400)], uri, nil)
		if err != nil {
			t.Errorf("%.60s: %v", uri, err)
			continue
		}
		if e, err := f.Experiment(f.ctx, ws, id); err != nil || e.URI != uri {
			t.Errorf("%s became %s %v", uri, e.URI, err)
		}
	}
}

func TestArtifactLocationThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	f := open(t)
	for _, uri := range []string{
		"../x", "a/../../x", "/a/..", "s3://b/../x", "s3://b/a/%2e%2e/x", "s3://b/a/%252e%252e/x", "s3://b/a/%25252e./x",
		"s3://b/x?a=../../etc", "s3://b/x?a=%2e%2e/etc", "http://h/x?/../../etc", "s3://b/x?%252e%252e",
		"s3://b/x#frag", "s3://b/x#/../../etc", "/x%23/../..", "s3://b/x%23y", "mlflow-artifacts:/x#y",
		"s3://b/x;p", "http://h/;..%2f..%2fetc", "file:///x;/../..", "s3://b/x%3By", "dbfs:/x;p/..",
		`C:\x`, `s3://b\x/y`, `file://\\host/x`, "s3://b/x%5cy",
		"s3://b/x\x00", "s3://b/x\ny", "s3://b/x%00", "s3://b/x%0a", "s3://b/\x7f", "s3://b/\xff",
		"file:// /etc", "file://host name/x", "//host/x", "file://../etc", "s3://./x",
		"mlflow-artifacts://host/x", "mlflow-artifacts://host:5000/x", "MLFLOW-ARTIFACTS://host/x", "mlflow-artifacts:x",
		"runs:/abc/model", "RUNS:/abc", "s3://b/%" + strings.Repeat("25", 600) + "2e", "s3://b/" + strings.Repeat("x", 2042),
	} {
		if _, err := f.CreateExperiment(f.ctx, ws, "name", uri, nil); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%.60q: %v", uri, err)
		}
	}
}

func TestRelativeLocationStartsWhereTheServerDoes(t *testing.T) {
	f := open(t)
	wd, err := os.Getwd()
	f.must(err)
	wd = filepath.ToSlash(wd)
	for uri, want := range map[string]string{"my_location": wd + "/my_location", "./a/b": wd + "/a/b", "file:a": "file://" + wd + "/a"} {
		id, err := f.CreateExperiment(f.ctx, ws, uri, uri, nil)
		f.must(err)
		if e, err := f.Experiment(f.ctx, ws, id); err != nil || e.URI != want {
			t.Errorf("%s became %s %v", uri, e.URI, err)
		}
	}
}

func TestSegmentsAreAppendedToThePathOfAURI(t *testing.T) {
	for _, c := range [][2]string{
		{"mlflow-artifacts:/", "mlflow-artifacts:/a/b"},
		{"mlflow-artifacts:/x", "mlflow-artifacts:/x/a/b"},
		{"s3://bucket", "s3://bucket/a/b"},
		{"s3://bucket/x/", "s3://bucket/x/a/b"},
		{"s3://bucket/x?key=value", "s3://bucket/x/a/b?key=value"},
		{"file:///x", "file:///x/a/b"},
		{"file:x", "file:x/a/b"},
		{"/x/y", "/x/y/a/b"},
		{"x y", "x y/a/b"},
		{"x?y", "x?y/a/b"},
		{"", "a/b"},
	} {
		if got := below(c[0], "a", "b"); got != c[1] {
			t.Errorf("%s: got %s, want %s", c[0], got, c[1])
		}
	}
}
