package identity

import (
	"strings"
	"testing"
)

func TestOneSpelling(t *testing.T) {
	for _, c := range []struct{ raw, uri, version string }{
		{"s3a://b/k/", "s3://b/k", ""},
		{"s3n://b//k", "s3://b//k", ""},
		{"S3://Bucket/Key?versionId=abc", "s3://Bucket/Key", "abc"},
		{"gcs://b/k#17", "gs://b/k", "17"},
		{"/data/x.csv", "file:///data/x.csv", ""},
		{"file:/data/x.csv", "file:///data/x.csv", ""},
		{"file:///data/./y/../x.csv", "file:///data/x.csv", ""},
		{"file://localhost/data/a%20b", "file:///data/a b", ""},
		{`C:\data\x.csv`, "file:///C:/data/x.csv", ""},
		{"https://User:Pw@Host.org:443/a/?X-Amz-Signature=1&v=2#top", "https://host.org/a?v=2", ""},
		{"postgresql://u:p@DB:5432/app/public.t?sslmode=require", "postgres://db/app/public.t", ""},
		{"jdbc:mysql://db:3306/shop", "mysql://db/shop", ""},
		{"abfs://c@a.dfs.core.windows.net/p/", "abfss://c@a.dfs.core.windows.net/p", ""},
		{"runs:/0123/model/", "runs:/0123/model", ""},
		{"models:/m-1", "models:/m-1", ""},
		{"mlflow-artifacts://host:5000/1/2", "mlflow-artifacts:/1/2", ""},
		{"bigquery:p.d.t", "bigquery:p.d.t", ""},
		{"https://h:443:443//", "https://h", ""},
		{"HTTP://h:80/a/?#x", "http://h/a", ""},
		{"JDBC:jdbc:sqlserver://H:1433;databaseName=shop;user=u;password=p", "sqlserver://h:1433;databasename=shop", ""},
		{"jdbc:oracle:thin:scott/tiger@//host:1521/orcl", "oracle:thin://host:1521/orcl", ""},
		{"oracle:thin:scott/tiger@host:1521:orcl", "oracle:thin:host:1521:orcl", ""},
		{"abfss://c:key@acc.dfs.core.windows.net/p", "abfss://c@acc.dfs.core.windows.net/p", ""},
		{"models://other/name/1", "models://other/name/1", ""},
		{"/data/100%.csv", "file:///data/100%25.csv", ""},
		{"/data/a?b", "file:///data/a%3Fb", ""},
		{"file:///data/a%3Fb", "file:///data/a%3Fb", ""},
		{"s3://b/k / ", "s3://b/k", ""},
		{"hf://datasets/squad", "hf://datasets/squad", ""},
	} {
		got, ok := Normalise(c.raw)
		if !ok || got.URI != c.uri || got.Version != c.version {
			t.Errorf("%s: got %+v (%v), want %s %s", c.raw, got, ok, c.uri, c.version)
		}
		again, ok := Normalise(got.URI)
		if !ok || again.URI != got.URI {
			t.Errorf("%s: its spelling %s is spelt %s", c.raw, got.URI, again.URI)
		}
	}
}

func TestNoPlace(t *testing.T) {
	for _, raw := range []string{
		"", " ", "data/x.csv", "a\x00b", "models:/", "file:x", "a\xffb", "file:///a%00b", "file:///%ff", "xy:/", "//u:p@h/x",
		"s3://b/" + strings.Repeat("k", MaxURI),
	} {
		if got, ok := Normalise(raw); ok {
			t.Errorf("%q is at %+v", raw, got)
		}
	}
}

func TestRedactTakesSecretsAndNothingElse(t *testing.T) {
	for raw, want := range map[string]string{
		"postgres://u:p@h/d":                       "postgres://u@h/d",
		"s3://b/k?X-Amz-Signature=x&a=1":           "s3://b/k?a=1",
		"https://h/x?sig=1":                        "https://h/x",
		"https://h/x?a=1#f":                        "https://h/x?a=1#f",
		"abfss://c@h/x":                            "abfss://c@h/x",
		"any text: with @ and ?":                   "any text: with @ and ?",
		"https://ghp_1@github.com/o/r":             "https://github.com/o/r",
		"https://h/x?pass%77ord=1;b=2":             "https://h/x?b=2",
		"https://h/x?se=1&sr=b":                    "https://h/x?se=1&sr=b",
		"https://h/x?se=1&b=2&sig=3":               "https://h/x?b=2",
		"jdbc:mysql://u:p@h/d?password=":           "jdbc:mysql://u@h/d",
		"jdbc:sqlserver://h;user=u;Password=p;x=1": "jdbc:sqlserver://h;user=u;x=1",
		"jdbc:oracle:thin:scott/tiger@h:1:o":       "jdbc:oracle:thin:h:1:o",
		"s3://b/mail@x;y=1":                        "s3://b/mail@x;y=1",
		"models:/name@champion":                    "models:/name@champion",
		"/data/a@b;c":                              "/data/a@b;c",
	} {
		if got := Redact(raw); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}
