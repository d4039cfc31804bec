package schema

import (
	"math"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A Column is where the value of an attribute stands that is no property: in the
// node itself. The numbers are not stored.
type Column uint8

// The columns.
const (
	NoColumn      Column = iota
	SpelledColumn        // none, but what [Place.Spelled] makes of several
	NameColumn           // the label, or the UID where there is none
	UIDColumn            //
	OwnerColumn          //
	StateColumn          //
	VersionColumn        //
	URIColumn            //
	CreatedColumn        // a moment, as the next two
	StartedColumn        //
	EndedColumn          //
)

// A Place says where nodes keep the value of an attribute: in a column, as a
// property, or, for a map, as all properties of a space. The zero value stands for
// nowhere: what the wire of the node has no word for, or what is no value but a
// tie.
type Place struct {
	Column  Column
	Spelled query.Spelled // of the column of that name
	Space   pedigree.Space
	Key     string // of the property; empty for all of the space
}

// ValueAt reads a value of a node. nil stands for none.
func (p Place) ValueAt(n *pedigree.Node, facts *pedigree.Facts) any {
	switch p.Column {
	case NoColumn:
		return p.propertyOf(facts)
	case SpelledColumn:
		name, _ := p.Spelled.Of(n)
		return text(name)
	case NameColumn:
		if n.Name != "" {
			return n.Name
		}
		return n.UID
	case UIDColumn:
		return n.UID
	case OwnerColumn:
		return text(n.Owner)
	case StateColumn:
		return text(n.State)
	case VersionColumn:
		return text(n.Version)
	case URIColumn:
		return text(n.URI)
	case CreatedColumn:
		return moment(n.Created)
	case StartedColumn:
		return moment(n.Started)
	case EndedColumn:
		return moment(n.Ended)
	}
	return nil
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func moment(t pedigree.Time) any {
	if !t.Set() {
		return nil
	}
	return int64(t)
}

func (p Place) propertyOf(facts *pedigree.Facts) any {
	if p.Space == 0 {
		return nil
	}
	if p.Key != "" {
		for _, f := range facts.Of(p.Space) {
			if f.Key == p.Key {
				return PropertyValue(&f)
			}
		}
		return nil
	}
	all := make(map[string]any)
	if p.Space == pedigree.Metric {
		for _, m := range facts.Metrics {
			all[m.Key] = number(m.Value)
		}
		return all
	}
	for _, f := range facts.Of(p.Space) {
		all[f.Key] = PropertyValue(&f)
	}
	return all
}

// number gives a number as JSON can have it, which has no word for some.
func number(f float64) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return f
}

// PropertyValue gives what a property holds; nil for bytes that are no text.
func PropertyValue(p *pedigree.Property) any {
	switch p.Form {
	case pedigree.Text:
		return p.Value
	case pedigree.Int:
		return p.Int
	case pedigree.Double:
		return number(p.Number)
	case pedigree.Bool:
		return p.Int != 0
	}
	return nil
}
