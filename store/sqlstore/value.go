package sqlstore

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

// typed reports whether properties of a space may have values of all forms.
func typed(space pedigree.Space) bool { return space == pedigree.Field || space == pedigree.Custom }

// inTyped and inOthers tell the properties of typed spaces, of nodes that are not
// entities of the catalog, from those of other spaces, in the very words of the
// partial indexes: with other words SQLite does not use them.
func inTyped(alias string) string {
	return alias + ".type IS NULL AND " + alias + ".space IN (1, 7)"
}
func inOthers(alias string) string { return alias + ".space NOT IN (1, 7)" }

// valueColumns names the columns behind text and more that readValue reads, or none
// where all properties of the spaces are text.
func valueColumns(spaces []pedigree.Space) string {
	if len(spaces) == 0 || slices.ContainsFunc(spaces, typed) {
		return ", form, num, int, data, long"
	}
	return ""
}

// value is a property's value as its columns hold it.
type value struct {
	form                       pedigree.Form
	text, more, num, int, data any
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
		v.text, v.more = split(p.Value)
	}
	return v
}

// inText is how many characters of a text stand in the column text, which is
// indexed; the others stand in the column more.
const inText = 64

// split gives a text as its two columns hold it.
func split(text string) (first string, more any) {
	if first = prefixOf(text); len(first) < len(text) {
		return first, text[len(first):]
	}
	return first, nil
}

// prefixOf is what the index holds of a text.
func prefixOf(text string) string {
	if len(text) <= inText {
		return text
	}
	n := 0
	for i := range text {
		if n++; n > inText {
			return text[:i]
		}
	}
	return text
}

// isWhole reports whether no text but this one has it as its prefix.
func isWhole(text string) bool { return utf8.RuneCountInString(text) < inText }

// maxInline is how many bytes of a value lie in the row of its property; see
// migration 00014. Values of the spaces that are not typed are bounded by their
// rules and all lie there.
const maxInline = 4 << 10

func isLong(p *pedigree.Property) bool { return typed(p.Space) && len(p.Value) > maxInline }

// textOf writes the text of a property with the given alias, long or not.
func textOf(alias string) string {
	return "(CASE WHEN " + alias + ".long IS NULL THEN " + shortText(alias) + " WHEN " + alias + ".text IS NOT NULL THEN " +
		"(SELECT CAST(l.value AS TEXT) FROM long_value l WHERE l.id = " + alias + ".long) END)"
}

// shortText writes the text of a property whose value lies in its row.
func shortText(alias string) string {
	return "coalesce(" + alias + ".text || " + alias + ".more, " + alias + ".text)"
}

// textIn writes the text of a property of a space, in the shorter way where it
// cannot be long.
func textIn(space pedigree.Space, alias string) string {
	if typed(space) {
		return textOf(alias)
	}
	return shortText(alias)
}

// longRead is a property whose value is still to be read.
type longRead struct {
	of *pedigree.Facts
	at int // in its properties
	id int64
}

// readLong reads the values that do not lie in the rows of their properties.
func (t *tx) readLong(all []longRead) error {
	ids := make([]int64, len(all))
	by := make(map[int64]longRead, len(all))
	for i, l := range all {
		ids[i], by[l.id] = l.id, l
	}
	return batches(ids, func(list string, args []any) error {
		r, err := t.conn.query(background, longValues(list), args...)
		if err != nil {
			return err
		}
		for r.next() {
			l := by[r.int(0)]
			l.of.Properties[l.at].Value = r.text(1)
		}
		return r.close()
	})
}

func longValues(list string) string {
	return "SELECT id, value FROM long_value WHERE id IN (" + list + ")"
}

// readText reads text and more, which stand at a place in the row.
func readText(r *rows, at int) string {
	if r.null(at + 1) {
		return r.text(at)
	}
	return r.text(at) + r.text(at+1)
}

// readValue reads text, more and valueColumns, which stand at a place in the row.
func readValue(r *rows, at int, p *pedigree.Property) {
	switch p.Form = pedigree.Form(r.int(at + 2)); p.Form {
	case pedigree.Int, pedigree.Bool:
		p.Int = r.int(at + 4)
	case pedigree.Double:
		if p.Number = math.NaN(); !r.null(at + 3) {
			p.Number = r.float(at + 3)
		}
	case pedigree.Struct, pedigree.Proto, pedigree.Bytes:
		p.Value = r.text(at + 5)
	default:
		p.Value = readText(r, at)
	}
}
