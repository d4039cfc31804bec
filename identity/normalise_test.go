package identity

import "testing"

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
	for _, raw := range []string{"", " ", "data/x.csv", "a\x00b", "models:/", "file:x"} {
		if got, ok := Normalise(raw); ok {
			t.Errorf("%q is at %+v", raw, got)
		}
	}
}

func TestRedactTakesSecretsAndNothingElse(t *testing.T) {
	for raw, want := range map[string]string{
		"postgres://u:p@h/d":             "postgres://u@h/d",
		"s3://b/k?X-Amz-Signature=x&a=1": "s3://b/k?a=1",
		"https://h/x?sig=1":              "https://h/x",
		"https://h/x?a=1#f":              "https://h/x?a=1#f",
		"abfss://c@h/x":                  "abfss://c@h/x",
		"any text: with @ and ?":         "any text: with @ and ?",
	} {
		if got := Redact(raw); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}
