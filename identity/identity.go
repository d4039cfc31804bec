// Package identity is the one rule for which things are one. What people write
// of the same place differs (s3a://b/x/, s3://b/x); here it gets one spelling,
// its location, and references such as models:/m@champion are followed to what
// they mean now. Artifacts of one location and one version are one vertex for
// lineage, whoever wrote them.
package identity

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// aliases are schemes that mean the same store as another.
var aliases = map[string]string{
	"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "abfss", "wasb": "wasbs", "postgresql": "postgres", "mssql": "sqlserver",
}

// ports are those that a scheme implies.
var ports = map[string]string{
	"http": "80", "https": "443", "hdfs": "8020", "webhdfs": "9870", "postgres": "5432", "mysql": "3306", "redshift": "5439",
	"sqlserver": "1433", "oracle": "1521", "kafka": "9092", "cassandra": "9042", "mongodb": "27017", "hive": "10000", "trino": "8080",
}

// Normalise gives a URI its one spelling, without credentials, and the version
// that it names, if it does. ok is false for what is no place at all, such as a
// relative path or text that is no URI.
func Normalise(raw string) (l pedigree.Location, ok bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" || strings.ContainsFunc(raw, control) {
		return l, false
	}
	raw = strings.TrimPrefix(raw, "jdbc:")
	if web(raw) {
		raw, _, _ = strings.Cut(raw, "#") // a place in the page, not another page
	}
	cut := naming.SplitLocation(raw)
	scheme := strings.ToLower(strings.TrimSuffix(cut.Scheme, ":"))
	switch {
	case scheme == "" && strings.HasPrefix(raw, "/"):
		return pedigree.Location{URI: filePath(raw, false)}, true
	case scheme == "":
		return l, false
	case len(scheme) == 1:
		return pedigree.Location{URI: filePath("/"+raw, false)}, true // a drive of Windows
	}
	if alias := aliases[scheme]; alias != "" {
		scheme = alias
	}
	return normalise(scheme, cut)
}

func web(raw string) bool {
	scheme, _, _ := strings.Cut(raw, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func normalise(scheme string, cut naming.Location) (pedigree.Location, bool) {
	authority := authorityOf(scheme, strings.TrimPrefix(cut.Authority, "//"))
	query, version := queryOf(scheme, cut.Query)
	switch scheme {
	case "file":
		if authority != "" {
			return pedigree.Location{URI: "file://" + authority + strings.TrimPrefix(filePath(cut.Path, true), "file://")}, true
		}
		return pedigree.Location{URI: filePath(cut.Path, true)}, strings.HasPrefix(cut.Path, "/")
	case "models", "runs", "mlflow-artifacts":
		path := "/" + strings.Trim(cut.Path, "/")
		return pedigree.Location{URI: scheme + ":" + path}, path != "/"
	case "gs":
		cut.Path, version, _ = strings.Cut(cut.Path, "#")
	}
	uri := scheme + ":"
	if cut.Authority != "" {
		uri += "//" + authority
	}
	return pedigree.Location{URI: uri + strings.TrimRight(cut.Path, "/") + query, Version: version}, authority != "" || cut.Path != ""
}

// authorityOf drops who asks, lowers what does not mind the case and leaves out
// the port that goes without saying.
func authorityOf(scheme, text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 && !containers[scheme] {
		text = text[at+1:]
	} else if user, host, found := strings.Cut(text, "@"); found {
		container, _, _ := strings.Cut(user, ":")
		text = container + "@" + host
	}
	if scheme == "s3" || scheme == "gs" {
		return text // old buckets have capitals
	}
	text = strings.ToLower(text)
	if scheme == "file" && text == "localhost" {
		return ""
	}
	return strings.TrimSuffix(text, ":"+ports[scheme])
}

// containers are the schemes that name a container where others name a user.
var containers = map[string]bool{"abfss": true, "wasbs": true}

// Dataset gives the location of a data set by the naming rules of OpenLineage,
// where a namespace names a store and a name what is in it.
func Dataset(namespace, name string) (pedigree.Location, bool) {
	switch {
	case namespace == "file" || strings.HasPrefix(namespace, "file:"):
		if !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "file:") {
			name = "/" + name
		}
		return Normalise(name)
	case strings.Contains(name, "://"):
		return Normalise(name)
	case strings.Contains(namespace, "://"):
		return Normalise(strings.TrimRight(namespace, "/") + "/" + strings.TrimLeft(name, "/"))
	case namespace == "" || name == "":
		return pedigree.Location{}, false
	}
	return Normalise("dataset://" + namespace + "/" + strings.TrimLeft(name, "/"))
}
