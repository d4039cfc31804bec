package schema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/fault"
)

var (
	typeName           = regexp.MustCompile(`^(__)?[a-zA-Z][a-zA-Z0-9_ ]*$`)
	classificationName = regexp.MustCompile(`^[a-zA-Z\x{80}-\x{10FFFF}][a-zA-Z0-9\x{80}-\x{10FFFF}_ .]*$`)
)

// reserved are names that are no types, since parameters are called so.
var reserved = []string{"description", "version", "options", "name", "servicetype"}

// check checks a definition without looking at others.
func check(d Def) error {
	b := d.Common()
	pattern := typeName
	if categoryOf(d) == ClassificationCategory {
		pattern = classificationName
	}
	switch {
	case !pattern.MatchString(b.Name):
		return fault.New(fault.TypeNameInvalidFormat, b.Name, categoryOf(d))
	case slices.Contains(reserved, b.Name):
		return fault.New(fault.UnsupportedTypeName, categoryOf(d))
	case IsPrimitive(b.Name) || b.Name == "objectid":
		return fault.New(fault.TypeAlreadyExists, b.Name)
	}
	if err := checkAttributes(d); err != nil {
		return err
	}
	switch d := d.(type) {
	case *EnumDef:
		return checkEnum(d)
	case *RelationshipDef:
		return checkRelationship(d)
	}
	return nil
}

func checkAttributes(d Def) error {
	for i := range attributesOf(d) {
		a := &attributesOf(d)[i]
		switch {
		case a.Name == "":
			return fault.New(fault.MissingMandatoryAttribute, d.Common().Name, "name")
		case a.Type == "":
			return fault.New(fault.MissingMandatoryAttribute, d.Common().Name, "typeName")
		case a.Cardinality != Single && a.Cardinality != List && a.Cardinality != Set:
			return fault.New(fault.InvalidValue, "cardinality "+a.Cardinality+" of "+d.Common().Name+"."+a.Name)
		case strings.HasPrefix(a.Name, "__"),
			categoryOf(d) == BusinessCategory && !typeName.MatchString(a.Name):
			return fault.New(fault.AttributeNameInvalidChars, a.Name)
		}
	}
	return nil
}

func checkEnum(d *EnumDef) error {
	if len(d.Elements) == 0 {
		return fault.New(fault.MissingMandatoryAttribute, d.Name, "values")
	}
	for _, e := range d.Elements {
		if e.Value == "" {
			return fault.New(fault.MissingMandatoryAttribute, d.Name, "value")
		}
	}
	return nil
}

func checkRelationship(d *RelationshipDef) error {
	if d.End1.Type == "" && d.End1.Name == "" || d.End2.Type == "" && d.End2.Name == "" {
		return fault.New(fault.RelationshipDefInsufficientEnds, d.Name)
	}
	if !slices.Contains([]string{Association, Aggregation, Composition}, d.Kind) {
		return fault.New(fault.RelationshipDefInvalid, d.Name+" is neither ASSOCIATION nor AGGREGATION nor COMPOSITION")
	}
	if _, ok := passageOf(d.Propagate); !ok {
		return fault.New(fault.InvalidPropagationType, d.Propagate, d.Name, "NONE")
	}
	for _, end := range []*EndDef{&d.End1, &d.End2} {
		if !slices.Contains([]string{Single, List, Set}, end.Cardinality) {
			return fault.New(fault.InvalidValue, "cardinality "+end.Cardinality+" of an end of "+d.Name)
		}
	}
	return nil
}

// tidy completes a definition that a client sent, and leaves one of what it says
// twice: the last.
func tidy(d Def) {
	complete(d)
	if list := attributeList(d); list != nil {
		*list = lastOf(*list, func(a *AttributeDef) string { return a.Name })
	}
	switch d := d.(type) {
	case *EnumDef:
		d.Elements = lastOf(d.Elements, func(e *EnumElement) string { return e.Value })
	case *ClassificationDef:
		d.SuperTypes, d.EntityTypes = unique(d.SuperTypes), unique(d.EntityTypes)
	case *EntityDef:
		d.SuperTypes = unique(d.SuperTypes)
	}
}

// lastOf leaves the last of what has the same name in any case.
func lastOf[T any](list []T, name func(*T) string) []T {
	var kept []T
	seen := make(map[string]bool, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		if n := strings.ToLower(name(&list[i])); !seen[n] {
			seen[n] = true
			kept = append(kept, list[i])
		}
	}
	slices.Reverse(kept)
	return kept
}

func unique(names []string) []string {
	var kept []string
	for _, n := range names {
		if !slices.Contains(kept, n) {
			kept = append(kept, n)
		}
	}
	return kept
}
