package tracking

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
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

const badCharacters = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.)," +
	" spaces ( ), colon(:) and slashes (/)."

// checkKey refuses the key of a metric, param or tag that a file system could
// take for another one, since old clients keep each key in a file. place is
// where the key stands in the request, such as "params[3].key".
func checkKey(place, key string) error {
	if !validKeyCharacters(key) {
		return badValue(place, key, badCharacters)
	}
	if clean := cleanPath(key); clean != key || clean == "." || strings.HasPrefix(clean, "..") || clean[0] == '/' {
		return badValue(place, key, "Names may be treated as files in certain cases, and must not resolve to"+
			" other names when treated as such. This name would resolve to "+quote(clean))
	}
	return nil
}

func validKeyCharacters(key string) bool {
	for i := 0; i < len(key); i++ {
		if c := key[i]; c >= utf8.RuneSelf {
			return utf8.ValidString(key) && !strings.ContainsFunc(key, badKeyRune)
		} else if badKeyRune(rune(c)) {
			return false
		}
	}
	return true
}

func badKeyRune(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	case c < utf8.RuneSelf:
		return !strings.ContainsRune("_-./ :", c)
	}
	return !unicode.IsLetter(c) && !unicode.IsNumber(c)
}

// cleanPath is [path.Clean], but like POSIX it keeps two leading slashes.
func cleanPath(name string) string {
	clean := path.Clean(name)
	if strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "///") && clean[0] == '/' {
		return "/" + clean
	}
	return clean
}

// checkLength refuses a value of more than limit characters. Bytes are counted
// first: almost no value is near its limit.
func checkLength(what string, limit int, value string) error {
	if len(value) <= limit || utf8.RuneCountInString(value) <= limit {
		return nil
	}
	return invalid("'%s' exceeds the maximum length of %d characters", what, limit)
}

func checkParam(place, key, value string) error {
	return firstError(
		checkKey(join(place, "key"), key),
		checkLength("Param key", maxKey, key),
		checkLength("Param value", maxParamValue, value),
	)
}

func checkTag(place, key, value string) error {
	return firstError(
		checkKey(join(place, "key"), key),
		checkLength(join(place, "key"), maxKey, key),
		checkLength(join(place, "value"), maxTagValue, value),
	)
}

func checkExperimentTag(key, value string) error {
	return firstError(
		checkKey("key", key),
		checkLength("key", maxKey, key),
		checkLength("value", maxExperimentTagValue, value),
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

func badValue(place string, value any, why string) error {
	if why == "" {
		return invalid("Invalid value %s for parameter '%s' supplied.", literal(value), place)
	}
	return invalid("Invalid value %s for parameter '%s' supplied: %s", literal(value), place, why)
}

// literal writes a value as JSON in ASCII.
func literal(value any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return "?"
	}
	text := strings.TrimSuffix(b.String(), "\n")
	b.Reset()
	for _, c := range text {
		switch {
		case c < utf8.RuneSelf:
			b.WriteRune(c)
		case c > 0xffff:
			c -= 0x10000
			b.WriteString(`\u` + strconv.FormatInt(int64(0xd800+c>>10), 16) + `\u` + strconv.FormatInt(int64(0xdc00+c&0x3ff), 16))
		default:
			b.WriteString(`\u` + strconv.FormatInt(int64(0x10000+c), 16)[1:])
		}
	}
	return b.String()
}

// quote writes text between quotes as MLflow's messages do: single ones unless
// the text holds those and no double ones.
func quote(text string) string {
	q := "'"
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		q = `"`
	}
	text = strings.ReplaceAll(text, `\`, `\\`)
	if q == "'" {
		text = strings.ReplaceAll(text, "'", `\'`)
	}
	text = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
	return q + text + q
}

func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = quote(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
