// Package mlmodel reads the files that describe a model: MLmodel, and beside it
// requirements.txt and conda.yaml. Clients write them, so they are read with
// care: what is too large, too deep, ambiguous or odd is not read at all, no
// alias is followed, no tag is given meaning, and nothing is ever loaded.
package mlmodel

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/pedigree-ml/pedigree"
)

// The names of the files that are read.
const (
	Manifest     = "MLmodel"
	Requirements = "requirements.txt"
	Conda        = "conda.yaml"
)

// MaxFile is the size of the largest file that is read, in bytes.
const MaxFile = 1 << 20

// maxValue bounds a fact that is no JSON, in bytes. Longer ones are left out.
const maxValue = 1000

// ReadManifest gives what an MLmodel file says, in the space
// [pedigree.Manifest]:
//
//	flavors            names in order, with commas between them
//	inputs, outputs,   the parts of the signature, as JSON
//	params
//	python_version     of the flavor python_function
//	loader_module      of the same
//	mlflow_version, model_uuid, model_size_bytes, utc_time_created
//
// What the file does not say, or says in an odd way, is left out. The error
// says why a file is not read; it is for the log.
func ReadManifest(text []byte) ([]pedigree.Property, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	var facts facts
	flavors := member(root, "flavors")
	function := member(flavors, "python_function")
	signature := member(root, "signature")
	facts.addText("flavors", flavorNames(flavors))
	for _, part := range []string{"inputs", "outputs", "params"} {
		facts.addJSON(part, scalar(member(signature, part)))
	}
	for _, key := range []string{"python_version", "loader_module"} {
		facts.addText(key, scalar(member(function, key)))
	}
	for _, key := range []string{"mlflow_version", "model_uuid", "utc_time_created"} {
		facts.addText(key, scalar(member(root, key)))
	}
	if size := scalar(member(root, "model_size_bytes")); strings.Trim(size, "0123456789") == "" {
		facts.addText("model_size_bytes", size)
	}
	return facts, nil
}

func flavorNames(flavors *yaml.Node) string {
	var names []string
	for i := 0; i < len(pairs(flavors)); i += 2 {
		if name := flavors.Content[i].Value; name != "" && !strings.Contains(name, ",") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

// ReadConda gives the dependencies in a conda.yaml file, those of pip among
// them, as the fact conda_dependencies: a JSON list of texts such as
// "python=3.11" and "numpy==2.1". The error is for the log.
func ReadConda(text []byte) ([]pedigree.Property, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, d := range items(member(root, "dependencies")) {
		list = append(list, scalar(d))
		for _, p := range items(member(d, "pip")) {
			list = append(list, scalar(p))
		}
	}
	return listFact("conda_dependencies", list), nil
}

// ReadRequirements gives the lines of a requirements.txt file that name a
// package, as the fact requirements: a JSON list of texts such as
// "scikit-learn==1.5". Options of pip and comments are left out.
func ReadRequirements(text []byte) ([]pedigree.Property, error) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, " #")
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return listFact("requirements", list), nil
}

// maxList bounds the dependencies that are kept.
const maxList = 1000

// listFact gives a list as one fact. An address that a dependency is fetched
// from is kept without the name and password in it.
func listFact(key string, list []string) []pedigree.Property {
	kept := make([]string, 0, len(list))
	for _, text := range list {
		if text != "" && isPlain(text) && len(kept) < maxList {
			kept = append(kept, withoutPassword(text))
		}
	}
	if len(kept) == 0 {
		return nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(kept); err != nil {
		return nil // a list of texts is never refused
	}
	return []pedigree.Property{{Space: pedigree.Manifest, Key: key, Value: strings.TrimSpace(b.String())}}
}

// withoutPassword takes what stands before the @ out of addresses.
func withoutPassword(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "://")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("://")
		host := rest[:indexOrEnd(rest, "/?# ")]
		text = rest[strings.LastIndexByte(host, '@')+1:]
	}
}

func indexOrEnd(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// facts are properties as they are found.
type facts []pedigree.Property

func (f *facts) addText(key, value string) {
	if value != "" && isPlain(value) {
		*f = append(*f, pedigree.Property{Space: pedigree.Manifest, Key: key, Value: value})
	}
}

// addJSON adds a value that must be JSON, without spaces between its parts.
func (f *facts) addJSON(key, value string) {
	var b bytes.Buffer
	if value == "" || json.Compact(&b, []byte(value)) != nil || !isSound(b.String()) {
		return
	}
	*f = append(*f, pedigree.Property{Space: pedigree.Manifest, Key: key, Value: unescaped(b.String())})
}

var escapes = regexp.MustCompile(`\\u[dD][89abAB][[:xdigit:]]{2}\\u[dD][c-fC-F][[:xdigit:]]{2}|\\u[[:xdigit:]]{4}|\\.`)

// unescaped writes the characters beyond ASCII in a JSON text as they are. Python
// escapes them, and nobody would find the column "größe" by its name.
func unescaped(text string) string {
	return escapes.ReplaceAllStringFunc(text, func(e string) string {
		var c string
		if json.Unmarshal([]byte(`"`+e+`"`), &c) != nil || c < "\u0080" || c == "\uFFFD" {
			return e
		}
		return c
	})
}
