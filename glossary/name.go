package glossary

import (
	"strings"

	"github.com/pedigree-ml/pedigree/fault"
)

// special are the characters that no name may have: qualified names are joined by
// the first two.
const special = "@.<>"

// checkName refuses names that qualified names could not be made of.
func checkName(name string) error {
	if strings.ContainsAny(name, special) {
		return fault.New(fault.InvalidDisplayName)
	}
	return nil
}

// inGlossary makes the qualified name of a term, or of a category without a parent.
func inGlossary(name, glossary string) string { return name + "@" + glossary }

// below makes the qualified name of a category by that of its parent.
func below(name, parent string) string { return name + "." + parent }

// glossaryOf gives the name of the glossary in the qualified name of a term.
func glossaryOf(qualifiedName string) string {
	name, glossary, ok := strings.Cut(qualifiedName, "@")
	if !ok || name == "" || strings.Contains(glossary, "@") {
		return ""
	}
	return glossary
}
