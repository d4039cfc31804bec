package blob

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

// The bounds of a key, in bytes and segments: what the strictest store takes.
const (
	MaxKey     = 1024
	MaxSegment = 255
	MaxDepth   = 64
)

// decodeRounds is how often a key is looked through for escapes within
// escapes. One that still changes after that is refused.
const decodeRounds = 10

// A Key names one object: segments joined by slashes, as "0/a1b2/model.bin".
// Whoever holds one knows that it stays inside its store, on every file system
// and however often somebody decodes it. The zero Key names nothing.
type Key struct{ path string }

// ParseKey makes a key of text that the wire has decoded, once. It takes the
// text as it is or refuses it; nothing is ever cleaned, so what was checked is
// what is used. Refused is text with an empty, "." or ".." segment, and hence
// a slash at either end; with a drive or scheme in front; with a backslash, a
// control character, or one of # ? ;; that is not UTF-8 or out of bounds; and
// text that any of this holds for after further percent-decoding. A percent
// sign without such consequences is a character like any other, and so is one
// in the marks of an image.
//
// The error is Invalid and its message does not repeat the text.
func ParseKey(decoded string) (Key, error) {
	if err := checkKey(decoded); err != nil {
		return Key{}, invalidPath(err)
	}
	return Key{decoded}, nil
}

// invalidPath hides why a path was refused from the one who tries.
func invalidPath(reason error) error {
	return pedigree.Hide(pedigree.Invalid, reason, "Invalid path")
}

func checkKey(s string) error {
	if len(s) > MaxKey {
		return fmt.Errorf("longer than %d bytes", MaxKey)
	}
	depth := 0
	for segment := range strings.SplitSeq(s, "/") {
		if depth++; depth > MaxDepth {
			return fmt.Errorf("deeper than %d segments", MaxDepth)
		}
		if err := checkSegment(segment, depth == 1); err != nil {
			return err
		}
	}
	return nil
}

// imageMarks are what MLflow's 2.x clients put into the name of an image that
// belongs to a step: state%step%12%timestamp%1795255781329%g3e1.png (later ones
// use plus signs). They look like escapes of control characters. Only decimal
// digits follow their percent signs, so however often somebody decodes them,
// neither a slash nor a dot comes out and the name stays in its place.
var imageMarks = regexp.MustCompile(`%step%(0|[1-9][0-9]*)%timestamp%([1-9][0-9]*)`)

// spare takes the marks of an image out of what is looked at for escapes.
func spare(s string) string {
	if !strings.Contains(s, "%step%") {
		return s
	}
	return imageMarks.ReplaceAllString(s, "+step+${1}+timestamp+${2}")
}

// checkSegment looks at a segment and at all that it decodes to.
func checkSegment(s string, first bool) error {
	if err := checkLiteral(s, first); err != nil {
		return err
	}
	s = spare(s)
	for range decodeRounds {
		if err := checkLiteral(s, first); err != nil {
			return err
		}
		decoded := unescape(s)
		if decoded == s {
			return nil
		}
		s = decoded
	}
	return errors.New("escapes within escapes")
}

func checkLiteral(s string, first bool) error {
	switch {
	case s == "" || s == "." || s == "..":
		return fmt.Errorf("segment %q", s)
	case len(s) > MaxSegment:
		return fmt.Errorf("segment longer than %d bytes", MaxSegment)
	case !utf8.ValidString(s):
		return errors.New("not UTF-8")
	case strings.ContainsAny(s, `/\#?;`):
		return errors.New("reserved character")
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("control character")
	case first && hasScheme(s):
		return errors.New("drive or scheme in front")
	}
	return nil
}

// hasScheme reports whether s starts like a URI or a path on a drive.
func hasScheme(s string) bool {
	scheme, _, found := strings.Cut(s, ":")
	if !found || scheme == "" || !isLetter(scheme[0]) {
		return false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !isLetter(c) && (c < '0' || c > '9') && !strings.ContainsRune("+-.", rune(c)) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// unescape decodes what looks like a percent escape and leaves the rest, as
// the most lenient decoder would.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2])
			if hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// String gives the text that the key was made of.
func (k Key) String() string { return k.path }

// IsZero reports whether the key names nothing.
func (k Key) IsZero() bool { return k.path == "" }

// Name gives the last segment.
func (k Key) Name() string { return k.path[strings.LastIndexByte(k.path, '/')+1:] }

// Parent gives the directory that the key lies in.
func (k Key) Parent() Prefix { return Prefix{k.path[:max(strings.LastIndexByte(k.path, '/'), 0)]} }

// Prefix gives the directory of the key's own name.
func (k Key) Prefix() Prefix { return Prefix(k) }
