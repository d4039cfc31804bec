package tracking

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// Limits on what a client may name and say, in characters.
const (
	maxKey                = 250
	maxParamValue         = 6000
	maxTagValue           = 8000
	maxExperimentName     = 500
	maxExperimentTagValue = 20000
	maxLocation           = 2048
	maxOwner              = 256
	maxModelName          = 500
	maxModelType          = 500
	maxSourceRun          = 256
)

func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = naming.Quote(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func checkParam(place, key, value string) error {
	return firstError(
		naming.CheckKey(join(place, "key"), key),
		naming.CheckLength("Param key", maxKey, key),
		naming.CheckLength("Param value", maxParamValue, value),
	)
}

func checkTag(place, key, value string) error {
	return firstError(
		naming.CheckKey(join(place, "key"), key),
		naming.CheckLength(join(place, "key"), maxKey, key),
		naming.CheckLength(join(place, "value"), maxTagValue, value),
	)
}

func checkExperimentTag(key, value string) error {
	return firstError(
		naming.CheckKey("key", key),
		naming.CheckLength("key", maxKey, key),
		naming.CheckLength("value", maxExperimentTagValue, value),
	)
}

// validRunID reports whether id has the form of a run's identity: a letter or
// digit and at most 255 more, or dashes and underscores.
func validRunID(id string) bool {
	if id == "" || utf8.RuneCountInString(id) > 256 {
		return false
	}
	for i, c := range id {
		if c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsNumber(c) {
			return false
		}
		if i == 0 && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			return false
		}
	}
	return true
}

// join writes the place of a member in a request; the place of the whole is "".
func join(place, member string) string {
	if place == "" {
		return member
	}
	return place + "." + member
}

func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

func invalid(format string, args ...any) error {
	return pedigree.Errorf(pedigree.Invalid, format, args...)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
