package query

import (
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// Spelled is the name that a person would write for a node of a type, made of what
// the node is known by. Within the type no two nodes have the same; nodes of other
// types have none.
type Spelled struct {
	Type   pedigree.Type
	Prefix string
	By     Spelling
}

// Spelling says of what a name is made, after its prefix.
type Spelling uint8

// The spellings.
const (
	ByUID            Spelling = iota + 1 //
	ByQualified                          // a UID that is a qualified name, as [naming.Show] writes it
	ByName                               // of contexts, whose names are unique
	ByNameAndVersion                     // with a slash between, and none in the version, where it is %2F
	ByNameOrNumber                       // where there is no name, # and the number of the node; a # at the beginning of a name is doubled
)

// Of spells the name of a node; ok is false for one of another type.
func (s Spelled) Of(n *pedigree.Node) (name string, ok bool) {
	if n.Type != s.Type {
		return "", false
	}
	switch s.By {
	case ByUID:
		name = n.UID
	case ByQualified:
		name = naming.Show(n.UID)
	case ByName:
		name = n.Name
	case ByNameAndVersion:
		name = n.Name + "/" + naming.EscapeVersion(n.Version)
	case ByNameOrNumber:
		switch {
		case n.Name == "":
			name = "#" + strconv.FormatInt(int64(n.ID), 10)
		case strings.HasPrefix(n.Name, "#"):
			name = "#" + n.Name
		default:
			name = n.Name
		}
	}
	return s.Prefix + name, true
}

func (Spelled) trait() {}
