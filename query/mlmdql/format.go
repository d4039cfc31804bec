package mlmdql

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree/query"
)

// maxWidth is the most characters that one conversion of FORMAT may ask for.
const maxWidth = 1 << 20

// conversion is a percent sign in a pattern of FORMAT, with flags, width,
// precision and a letter for what is converted.
var conversion = regexp.MustCompile(`(?s)%(?:%|[-+ #0']*(\*|\d+)?(?:\.(\*|\d*))?(.)?)`)

// conversions of FORMAT, by the types that they take: * is a width.
var formatted = map[string]string{
	int32Type: "*dioxXtT", int64Type: "*dioxXtT", uint32Type: "*dioxXutT", uint64Type: "*dioxXutT",
	floatType: "eEfFgGtT", doubleType: "eEfFgGtT", stringType: "stT",
	boolType: "tT", bytesType: "tT", dateType: "tT", timestampType: "tT",
}

// checkFormat refuses arguments that do not fit the pattern, and a pattern or
// width that is not known yet: it could ask for any number of characters.
func (p *parser) checkFormat(at int, args []value) {
	pattern, ok := args[0].constantText()
	if args[0].tree == (query.Literal{}) {
		return
	}
	if !ok {
		refuse("FORMAT needs a literal for its pattern [at %s]", p.place(at))
	}
	letters := p.formatLetters(at, pattern)
	if len(letters) != len(args)-1 {
		refuse("Wrong number of arguments to FORMAT for pattern %q; Expected %d; Got %d [at %s]", pattern, len(letters)+1, len(args), p.place(at))
	}
	for i, v := range args[1:] {
		if known, ok := formatted[v.typ]; ok && !strings.Contains(known, letters[i]) {
			refuse("Invalid type for argument %d to FORMAT; Got %s [at %s]", i+2, v.typ, p.place(at))
		}
		if width, ok := v.tree.(query.Literal); letters[i] == "*" && (!ok || !isWidth(width.Value)) {
			refuse("FORMAT needs a literal for its width, of at most %d [at %s]", maxWidth, p.place(at))
		}
	}
}

// formatLetters gives the conversions of a pattern, one for each argument that
// it needs.
func (p *parser) formatLetters(at int, pattern string) (letters []string) {
	for _, m := range conversion.FindAllStringSubmatch(pattern, -1) {
		if m[0] == "%%" {
			continue
		}
		for _, width := range m[1:3] {
			if width == "*" {
				letters = append(letters, width)
			} else if n, err := strconv.Atoi("0" + width); err != nil || n > maxWidth {
				refuse("Width %s exceeds the maximum supported output width of FORMAT. Limit: %d [at %s]", width, maxWidth, p.place(at))
			}
		}
		if letter := m[3]; letter == "" || !strings.Contains("dioxXueEfFgGstTpP", letter) {
			refuse("Invalid format specifier character %q in FORMAT string: %q [at %s]", letter, pattern, p.place(at))
		}
		letters = append(letters, m[3])
	}
	return letters
}

// isWidth tells whether a constant is a width that may be asked for; a negative
// one is for the left.
func isWidth(v any) bool {
	n, ok := v.(int64)
	return ok && n >= -maxWidth && n <= maxWidth
}
