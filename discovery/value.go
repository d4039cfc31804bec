package discovery

import (
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// momentForms are how moments may be written, in UTC where they name no zone.
var momentForms = []string{
	"2006-01-02T15:04:05.999Z07:00", "2006-01-02T15:04:05.999", "2006-01-02 15:04:05.999", "2006-01-02",
}

// moment reads a time in milliseconds.
func moment(text string) (any, bool) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	for _, form := range momentForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UnixMilli(), true
		}
	}
	return nil, false
}

// numberOf reads a number or a truth as an attribute is compared with it: a fraction
// is no whole number, but lies between two.
func numberOf(a *attribute, text string) (any, bool) {
	text = strings.TrimSpace(text)
	if a.trait.Form == pedigree.Bool {
		switch strings.ToLower(text) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
		return nil, false
	}
	text = strings.TrimRight(text, "LlFfDd") // as programs write what kind of number it is
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != n {
		return nil, false
	}
	return n, true
}
