package mlflow

import (
	"math"
	"net/http"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree/route"
)

// Answers are written by appending to a buffer. An object or list is opened by
// its bracket, and member and element put a comma where one belongs, which
// they see by the last byte.

// member starts a member of an object. The name needs no escapes.
func member(b []byte, name string) []byte {
	b = separate(b)
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

// element starts an element of a list.
func element(b []byte) []byte { return separate(b) }

func separate(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] != '{' && b[n-1] != '[' {
		return append(b, ',')
	}
	return b
}

// textMember writes a string, also an empty one.
func textMember(b []byte, name, value string) []byte {
	return appendString(member(b, name), value)
}

// textIfAny writes a string unless it is empty.
func textIfAny(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return textMember(b, name, value)
}

// intMember writes an integer as a JSON number, as upstream does against the
// rules of proto JSON.
func intMember(b []byte, name string, value int64) []byte {
	return strconv.AppendInt(member(b, name), value, 10)
}

// appendString appends s as a JSON string. Bytes that are not UTF-8 become
// replacement characters.
func appendString(b []byte, s string) []byte {
	if plainASCII(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	b, _ = jsontext.AppendQuote(b, s) // the error only says that a byte was replaced
	return b
}

// plainASCII reports whether s stands in JSON as it is.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendDouble appends v as upstream does: the shortest digits that read back
// as v, always with a fraction or an exponent. NaN is a word; the infinities
// have none and become the largest numbers.
func appendDouble(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, `"NaN"`...)
	case math.IsInf(v, 0):
		v = math.Copysign(math.MaxFloat64, v)
	}
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	}
	n := len(b)
	b = strconv.AppendFloat(b, v, 'f', -1, 64)
	for _, c := range b[n:] {
		if c == '.' {
			return b
		}
	}
	return append(b, '.', '0')
}

// An answer is a JSON body under construction. Small ones leave in one piece
// with their length; large ones in parts, so that memory stays flat.
type answer struct {
	w       http.ResponseWriter
	buf     []byte
	begun   bool
	failure error // of the connection; nothing more is sent after it
}

// Parts are this large, or a little more.
const partSize = 256 << 10

var answers = sync.Pool{New: func() any { return &answer{buf: make([]byte, 0, 4<<10)} }}

// begin starts an answer to w. It must be ended by finish or drop.
func begin(w http.ResponseWriter) *answer {
	a := answers.Get().(*answer)
	*a = answer{w: w, buf: a.buf[:0]}
	return a
}

// spill sends what is there if that is much.
func (a *answer) spill() {
	if len(a.buf) < partSize {
		return
	}
	if !a.begun {
		a.begun = true
		a.w.Header()["Content-Type"] = jsonType
		a.w.WriteHeader(http.StatusOK)
	}
	last := len(a.buf) - 1 // stays, for separate to look at
	a.send(a.buf[:last])
	a.buf = append(a.buf[:0], a.buf[last])
}

func (a *answer) send(part []byte) {
	if a.failure == nil {
		_, a.failure = a.w.Write(part)
	}
}

// finish sends the rest.
func (a *answer) finish() {
	if !a.begun {
		header := a.w.Header()
		header["Content-Type"] = jsonType
		header["Content-Length"] = []string{strconv.Itoa(len(a.buf))}
		a.w.WriteHeader(http.StatusOK)
	}
	a.send(a.buf)
	a.drop()
}

// fail ends an answer that cannot be completed. If part of it has left, the
// connection is cut, since nothing else tells the client that the rest is
// missing; otherwise err is returned for a proper answer.
func (a *answer) fail(w http.ResponseWriter, err error) error {
	begun := a.begun
	a.drop()
	if begun {
		route.Report(w, err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// drop gives the buffer back without sending it.
func (a *answer) drop() {
	a.w = nil
	if cap(a.buf) <= keptBuffer {
		answers.Put(a)
	}
}

var jsonType = []string{"application/json"}

// writeJSON answers with what fill appends.
func writeJSON(w http.ResponseWriter, fill func(b []byte) []byte) {
	a := begin(w)
	a.buf = fill(a.buf)
	a.finish()
}

// writeEmpty answers with an empty message.
func writeEmpty(w http.ResponseWriter) {
	writeJSON(w, func(b []byte) []byte { return append(b, "{}"...) })
}
