// Package naming is what all rules hold of names, keys and locations: which
// characters and lengths they may have, how a location is read, and how errors
// speak of them, in MLflow's words. It decides nothing about any one thing.
package naming

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

// BadCharacters says what characters a key may have.
const BadCharacters = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.)," +
	" spaces ( ), colon(:) and slashes (/)."

// CheckKey refuses the key of a metric, param or tag that a file system could
// take for another one, since old clients keep each key in a file. place is
// where the key stands in the request, such as "params[3].key".
func CheckKey(place, key string) error {
	if !validKeyCharacters(key) {
		return BadValue(place, key, BadCharacters)
	}
	if clean := CleanPath(key); clean != key || clean == "." || strings.HasPrefix(clean, "..") || clean[0] == '/' {
		return BadValue(place, key, "Names may be treated as files in certain cases, and must not resolve to"+
			" other names when treated as such. This name would resolve to "+Quote(clean))
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

// CleanPath is [path.Clean], but like POSIX it keeps two leading slashes.
func CleanPath(name string) string {
	clean := path.Clean(name)
	if strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "///") && clean[0] == '/' {
		return "/" + clean
	}
	return clean
}

// CheckLength refuses a value of more than limit characters. Bytes are counted
// first: almost no value is near its limit.
func CheckLength(what string, limit int, value string) error {
	if len(value) <= limit || utf8.RuneCountInString(value) <= limit {
		return nil
	}
	return Invalid("'%s' exceeds the maximum length of %d characters", what, limit)
}

// Invalid makes an error of that code.
func Invalid(format string, args ...any) error {
	return pedigree.Errorf(pedigree.Invalid, format, args...)
}

// BadValue is the error about a value that may not stand at a place in a
// request.
func BadValue(place string, value any, why string) error {
	if why == "" {
		return Invalid("Invalid value %s for parameter '%s' supplied.", Literal(value), place)
	}
	return Invalid("Invalid value %s for parameter '%s' supplied: %s", Literal(value), place, why)
}

// Literal writes a value as JSON in ASCII.
func Literal(value any) string {
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

// Quote writes text between quotes as MLflow's messages do: single ones unless
// the text holds those and no double ones.
func Quote(text string) string {
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

// NewUID makes a random identity: a version 4 UUID in 32 hexadecimal digits.
func NewUID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return hex.EncodeToString(id[:])
}
