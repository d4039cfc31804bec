package mlflow

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// Limits on the form of a message, whatever its size. No message of the
// protocol comes near them.
const (
	maxDepth = 64
	maxItems = 100_000 // keys of objects and elements of lists, together
)

// keptBuffer is the size up to which a buffer is kept for the next request.
const keptBuffer = 1 << 20

// A decoder reads one message. It is reused.
type decoder struct {
	*jsontext.Decoder
	body  bytes.Buffer // what the request brought
	src   bytes.Buffer // the same, as the tokens eat it up
	items int
}

var decoders = sync.Pool{New: func() any { return &decoder{Decoder: new(jsontext.Decoder)} }}

func (d *decoder) release() {
	if d.body.Cap() <= keptBuffer {
		decoders.Put(d)
	}
}

// start makes the bytes of the body ready to be read as tokens.
func (d *decoder) start() {
	d.src = *bytes.NewBuffer(d.body.Bytes())
	d.items = 0
	d.Reset(&d.src)
}

// decode reads the arguments of a request, which starts as initial: those of
// the query string of a GET, else the body. As upstream has it, a body that is
// no JSON counts as an empty object.
func decode[T any](r *http.Request, of shape[T], initial T) (T, error) {
	return decodeAtMost(math.MaxInt64, r, of, initial)
}

// decodeAtMost is decode with a limit on the bytes of a body that the wire
// words itself. The server's own limit stands above it.
func decodeAtMost[T any](limit int64, r *http.Request, of shape[T], initial T) (T, error) {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.body.Reset()
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if err := writeArguments(&d.body, of, r.URL.RawQuery); err != nil {
			return initial, err
		}
	} else if err := readBody(&d.body, r, limit); err != nil {
		return initial, err
	}
	return parse(d, of, initial)
}

func readBody(b *bytes.Buffer, r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return tooLarge(limit, r.ContentLength)
	}
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, keptBuffer-bytes.MinRead)) + bytes.MinRead)
	}
	_, err := b.ReadFrom(r.Body)
	if n := int64(b.Len()); err == nil && n > limit {
		return tooLarge(limit, n)
	}
	if _, known := errors.AsType[*pedigree.Error](err); err == nil || known {
		return err
	}
	return pedigree.Hide(pedigree.Invalid, err, "The request body could not be read.")
}

func tooLarge(limit, size int64) error {
	return pedigree.Errorf(pedigree.Invalid,
		"Batched logging API requests must be at most %d bytes, got a request of size %d.", limit, size)
}

// parse reads the message in the body of d.
func parse[T any](d *decoder, of shape[T], initial T) (T, error) {
	m := initial
	d.start()
	err := topLevel(d, of, &m)
	if !isSyntax(err) {
		return m, err
	}
	if validBut(d.body.Bytes()) {
		return initial, errAmbiguous
	}
	text := quoteNonFinite(d.body.Bytes())
	if text == nil {
		text = []byte("{}")
	}
	d.replace(text)
	return parse(d, of, initial)
}

// replace puts other text in place of the body.
func (d *decoder) replace(text []byte) {
	d.body.Reset()
	d.body.Write(text)
	d.start()
}

// topLevel reads the one object of a body. Old clients send it wrapped in a
// JSON string.
func topLevel[T any](d *decoder, of shape[T], m *T) error {
	switch d.PeekKind() {
	case '"':
		inner, err := d.text()
		if err == nil {
			err = d.end()
		}
		if err != nil {
			return err
		}
		d.replace([]byte(inner))
		if d.PeekKind() == '"' {
			return errNotObject
		}
		return topLevel(d, of, m)
	case 'n':
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		d.replace([]byte("{}"))
	case '[', '0', 't', 'f':
		if err := d.skip(); err != nil {
			return err
		}
		return errNotObject
	}
	return object(d, of, m)
}

var (
	errNotObject = pedigree.Errorf(pedigree.Invalid, "The request body must be a JSON object.")
	errAmbiguous = pedigree.Errorf(pedigree.Invalid, "The request body repeats a key of one object or holds text that is not valid Unicode.")
)

// object reads the outermost object to its end. Faults in single members are
// kept until all is known to be JSON and then reported in the order of the
// shape, which is the order in which upstream looks.
func object[T any](d *decoder, of shape[T], m *T) error {
	var faults []error // by field; nil while there are none
	seen, err := eachMember(d, of, m, func(i int, err error) error {
		if !isFault(err) {
			return err
		}
		if faults == nil {
			faults = make([]error, len(of))
		}
		if faults[i] == nil {
			faults[i] = err
		}
		return d.unwind(1)
	})
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return err
	}
	for i := range of {
		if faults != nil && faults[i] != nil {
			return under(faults[i], of[i].spellings[0]).public()
		}
		if of[i].required && seen&(1<<i) == 0 {
			return missing(of[i].spellings[0]).public()
		}
	}
	return nil
}

// members reads an object inside a message. Its first fault ends it.
func members[T any](d *decoder, of shape[T], m *T) error {
	seen, err := eachMember(d, of, m, func(i int, err error) error {
		if f, ok := err.(*fault); ok {
			return under(f, of[i].spellings[0])
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range of {
		if of[i].required && seen&(1<<i) == 0 {
			return missing(of[i].spellings[0])
		}
	}
	return nil
}

// eachMember reads the members of an object into m. It returns which fields
// hold something, as bits. A failure to read field i goes through failed,
// which may forgive it.
func eachMember[T any](d *decoder, of shape[T], m *T, failed func(i int, err error) error) (seen uint64, err error) {
	if _, err := d.ReadToken(); err != nil {
		return 0, err
	}
	var spelled uint64 // one bit for each spelling of each field
	next := 0
	for d.PeekKind() == '"' {
		if err := d.countItem(); err != nil {
			return 0, err
		}
		raw, err := d.ReadValue()
		if err != nil {
			return 0, err
		}
		i, s := find(of, next, raw)
		if i < 0 {
			if err := d.skip(); err != nil {
				return 0, err
			}
			continue
		}
		next = i + 1
		spelled |= 1 << (4*i + s)
		if twin := s ^ 1; spelled&(1<<(4*i+twin)) != 0 {
			snake := s &^ 1
			return 0, pedigree.Errorf(pedigree.Invalid, "Request specifies both '%s' and '%s'; provide only one of them.",
				of[i].spellings[snake], of[i].spellings[snake|1])
		}
		if d.PeekKind() == 'n' {
			if _, err := d.ReadToken(); err != nil {
				return 0, err
			}
			continue
		}
		blank, err := of[i].read(d, m)
		if of[i].required && isBlank(err) {
			continue
		}
		if err != nil {
			if err := failed(i, err); err != nil {
				return 0, err
			}
			continue
		}
		if !blank {
			seen |= 1 << i
		}
	}
	_, err = d.ReadToken()
	return seen, err
}

// find gives the field and spelling of a quoted name, trying the field at
// first because members mostly come in order; -1 if there is none.
func find[T any](of shape[T], first int, quoted []byte) (i, spelling int) {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name, _ = jsontext.AppendUnquote(nil, quoted)
	}
	for k := range of {
		i := k + first
		if i >= len(of) {
			i -= len(of)
		}
		for s, spelling := range &of[i].spellings {
			if spelling != "" && spelling == string(name) {
				return i, s
			}
		}
	}
	return -1, 0
}

// end checks that nothing follows.
func (d *decoder) end() error {
	_, err := d.ReadToken()
	switch err {
	case io.EOF:
		return nil
	case nil:
		return io.ErrUnexpectedEOF
	}
	return err
}

// countItem counts a key or element against the limit.
func (d *decoder) countItem() error {
	if d.items++; d.items > maxItems {
		return pedigree.Errorf(pedigree.Invalid, "The request body holds more than %d keys and list elements.", maxItems)
	}
	return nil
}

// skip passes over the next value, whatever it is.
func (d *decoder) skip() error {
	if k := d.PeekKind(); k != '{' && k != '[' {
		_, err := d.ReadValue()
		return err
	}
	depth := d.StackDepth()
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	return d.unwind(depth)
}

// unwind passes over tokens until all but depth objects and lists have ended.
func (d *decoder) unwind(depth int) error {
	for d.StackDepth() > depth {
		if d.StackDepth() > maxDepth {
			return pedigree.Errorf(pedigree.Invalid, "The request body nests more than %d levels deep.", maxDepth)
		}
		if err := d.countItem(); err != nil {
			return err
		}
		if _, err := d.ReadToken(); err != nil {
			return err
		}
	}
	return nil
}

// isSyntax reports whether err says that the text is no JSON.
func isSyntax(err error) bool {
	if err == nil {
		return false
	}
	_, syntax := errors.AsType[*jsontext.SyntacticError](err)
	return syntax || err == io.EOF || err == io.ErrUnexpectedEOF
}

// validBut reports whether the text is JSON but for repeated keys or bad Unicode.
func validBut(text []byte) bool {
	return jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
