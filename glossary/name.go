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

// A Page says which part of a list is wanted, in which order.
type Page struct {
	Offset int // entries that are passed over; less than 0 stands for 0
	Limit  int // entries at most; less than 0 stands for all
	Desc   bool
}

// of gives a page of a list.
func of[T any](p Page, all []T) []T {
	from := max(p.Offset, 0)
	if from >= len(all) {
		return nil
	}
	all = all[from:]
	if p.Limit >= 0 && p.Limit < len(all) {
		all = all[:p.Limit]
	}
	return all
}

// set sets an attribute that a partial change may set; ok is false for others.
func (b *Base) set(name, value string) (ok bool) {
	switch name {
	case "name":
		b.Name = value
	case "shortDescription":
		b.ShortDescription = value
	case "longDescription":
		b.LongDescription = value
	default:
		return false
	}
	return true
}

func (g *Glossary) set(name, value string) bool {
	switch name {
	case "language":
		g.Language = value
	case "usage":
		g.Usage = value
	default:
		return g.Base.set(name, value)
	}
	return true
}

func (t *Term) set(name, value string) bool {
	switch name {
	case "abbreviation":
		t.Abbreviation = value
	case "usage":
		t.Usage = value
	default:
		return t.Base.set(name, value)
	}
	return true
}
