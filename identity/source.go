package identity

import (
	"encoding/json"
	"strconv"
	"strings"
)

// SourceOf reads where a data set of MLflow is from what its client says of its
// source, which is JSON of a form that depends on the sort of source: a file by
// uri, url or path, a table of Delta or Spark by name, a data set of a hub by
// path. version is that of the source where it names one. What says how the
// data is made rather than where it is, such as code, is no place.
func SourceOf(sort, source string) (uri, version string) {
	var s struct {
		URI, URL, Path    string
		TableName         string `json:"table_name"`
		DeltaTableName    string `json:"delta_table_name"`
		DeltaTableVersion *int64 `json:"delta_table_version"`
		Revision          string
	}
	if json.Unmarshal([]byte(source), &s) != nil {
		return strings.TrimSpace(source), "" // clients of other languages send the URI alone
	}
	if s.DeltaTableVersion != nil {
		version = strconv.FormatInt(*s.DeltaTableVersion, 10)
	}
	for _, place := range []string{s.URI, s.URL, s.Path} {
		switch {
		case place == "":
		case sort == "hugging_face":
			return "hf://datasets/" + place, s.Revision
		default:
			return place, version
		}
	}
	if name := firstOf(s.DeltaTableName, s.TableName); name != "" {
		return "table://" + strings.ReplaceAll(name, ".", "/"), version
	}
	return "", ""
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// RedactSource takes passwords and signatures out of the places in the source
// of a data set. A source that holds none comes back byte for byte.
func RedactSource(source string) string {
	if !strings.Contains(source, ":") || !strings.ContainsAny(source, "@?;") {
		return source
	}
	var whole any
	d := json.NewDecoder(strings.NewReader(source))
	d.UseNumber() // long numbers stay as they are
	if d.Decode(&whole) != nil {
		return Redact(source)
	}
	clean, changed := redactValue(whole)
	if !changed {
		return source
	}
	text, err := json.Marshal(clean)
	if err != nil {
		return "" // never: it was just read
	}
	return string(text)
}

func redactValue(v any) (clean any, changed bool) {
	switch v := v.(type) {
	case string:
		clean := Redact(v)
		return clean, clean != v
	case []any:
		for i := range v {
			c := false
			v[i], c = redactValue(v[i])
			changed = changed || c
		}
	case map[string]any:
		for key := range v {
			c := false
			v[key], c = redactValue(v[key])
			changed = changed || c
		}
	}
	return v, changed
}
