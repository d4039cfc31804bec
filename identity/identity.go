// Package identity is the one rule for which things are one. What people write
// of the same place differs (s3a://b/x/, s3://b/x); here it gets one spelling,
// its location, and references such as models:/m@champion are followed to what
// they mean now. Artifacts of one location and one version are one vertex for
// lineage, whoever wrote them.
package identity

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
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
