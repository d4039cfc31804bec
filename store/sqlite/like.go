package sqlite

import "strings"

// like compares minding the case, which LIKE of SQLite does not do and GLOB
// does. A text that may stand anywhere is sooner found by instr.
func like(expr, pattern string) (sql, arg string) {
	if part, ok := anywhere(pattern); ok {
		return "instr(" + expr + ", ?) > 0", part
	}
	return expr + " GLOB ?", globs.Replace(pattern)
}

// anywhere reports whether a pattern asks for a text that may stand anywhere.
func anywhere(pattern string) (part string, ok bool) {
	if len(pattern) < 3 || pattern[0] != '%' || pattern[len(pattern)-1] != '%' {
		return "", false
	}
	part = pattern[1 : len(pattern)-1]
	return part, !strings.ContainsAny(part, "%_")
}

// globs turns a pattern of LIKE into one of GLOB.
var globs = strings.NewReplacer("%", "*", "_", "?", "*", "[*]", "?", "[?]", "[", "[[]")
