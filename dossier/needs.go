package dossier

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Flavors are the ways in which the version can be loaded.
func (d *Dossier) Flavors() []string {
	if d.Manifest["flavors"] == "" {
		return nil
	}
	return strings.Split(d.Manifest["flavors"], ",")
}

// Needs are the packages that the version needs, as its files say.
func (d *Dossier) Needs() []string {
	var list []string
	for _, key := range []string{"requirements", "conda_dependencies"} {
		if json.Unmarshal([]byte(d.Manifest[key]), &list) == nil && len(list) > 0 {
			return list
		}
	}
	return nil
}

// A Column is one of those that a version takes or gives.
type Column struct {
	Part string // inputs, outputs or params
	Name string // its place, from 1 on, where it has none
	Type string // as the MLmodel file says it, as JSON without the name
}

// parts of a signature, in the order in which people read them.
var parts = []string{"inputs", "outputs", "params"}

// Signature gives the columns of all parts, in order.
func (d *Dossier) Signature() (columns []Column) {
	for _, part := range parts {
		var list []map[string]json.RawMessage
		if json.Unmarshal([]byte(d.Manifest[part]), &list) != nil {
			continue
		}
		for i, members := range list {
			var name string
			if json.Unmarshal(members["name"], &name) != nil || name == "" {
				name = "#" + strconv.Itoa(i+1)
			}
			delete(members, "name")
			columns = append(columns, Column{part, name, typeOf(members)})
		}
	}
	return columns
}

// typeOf writes a type as short as it can be: the bare word where that is all.
func typeOf(members map[string]json.RawMessage) string {
	if string(members["required"]) == "true" {
		delete(members, "required")
	}
	var word string
	if len(members) == 1 && json.Unmarshal(members["type"], &word) == nil {
		return word
	}
	text, err := json.Marshal(members) // of text in, so never refused
	if err != nil {
		return ""
	}
	return string(text)
}

// separators end the name of a package in a requirement.
var separators = regexp.MustCompile(`[\s=<>!~;@\[]`)

// packageOf gives the name of a package in a requirement, in the one spelling
// that all mean, and the rest.
func packageOf(need string) (name, rest string) {
	end := len(need)
	if at := separators.FindStringIndex(need); at != nil {
		end = at[0]
	}
	name = strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(need[:end]))
	return name, strings.TrimSpace(need[end:])
}

// sortedKeys gives the keys that either side has.
func sortedKeys[V any](sides ...map[string]V) (keys []string) {
	for _, side := range sides {
		for key := range side {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
