package sqlstore

import (
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// typed reports whether properties of a space may have values of all forms.
func typed(space pedigree.Space) bool { return space == pedigree.Field || space == pedigree.Custom }

// valueColumns names the columns behind text that readValue reads, or none
// where all properties of the spaces are text.
func valueColumns(spaces []pedigree.Space) string {
	if len(spaces) == 0 || slices.ContainsFunc(spaces, typed) {
		return ", form, num, int, data"
	}
	return ""
}

// value is a property's value as its columns hold it.
type value struct {
	form                 pedigree.Form
	text, num, int, data any
}

func valueOf(p *pedigree.Property) value {
	v := value{form: p.Form}
	switch p.Form {
	case pedigree.Int, pedigree.Bool:
		v.int = p.Int
	case pedigree.Double:
		if !math.IsNaN(p.Number) {
			v.num = p.Number
		}
	case pedigree.Struct, pedigree.Proto, pedigree.Bytes:
		v.data = []byte(p.Value)
	default:
		v.text = p.Value
	}
	return v
}

// readValue reads text and valueColumns, which stand at a place in the row.
func readValue(r *rows, at int, p *pedigree.Property) {
	switch p.Form = pedigree.Form(r.int(at + 1)); p.Form {
	case pedigree.Int, pedigree.Bool:
		p.Int = r.int(at + 3)
	case pedigree.Double:
		if p.Number = math.NaN(); !r.null(at + 2) {
			p.Number = r.float(at + 2)
		}
	case pedigree.Struct, pedigree.Proto, pedigree.Bytes:
		p.Value = r.text(at + 4)
	default:
		p.Value = r.text(at)
	}
}
