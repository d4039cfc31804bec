package mlflow

import (
	"math"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// A shape lists what a message of type T may hold, in the order in which its
// faults are reported. Messages are decoded by their shape alone, so the rules
// of the wire (spelling, null, absence, types) stand in one place.
type shape[T any] []field[T]

// A field reads one member of a message.
type field[T any] struct {
	// spellings are the names it goes by: snake_case, camelCase, then the same
	// of an older name. Empty ones do not exist.
	spellings [4]string
	required  bool
	list      bool // an argument that is repeated in a query string
	boolean   bool // an argument that is true or false in any case in a query string

	// read takes the next value, which is not null, and reports whether it is
	// an empty text, which counts as missing.
	read func(d *decoder, m *T) (blank bool, err error)
}

// must marks a field as required: absent, null and empty text are refused.
func must[T any](f field[T]) field[T] {
	f.required = true
	return f
}

func named[T any](name string, read func(d *decoder, m *T) (bool, error)) field[T] {
	f := field[T]{read: read}
	f.spellings[0] = name
	if c := camel(name); c != name {
		f.spellings[1] = c
	}
	return f
}

// camel spells a snake_case name the other way that proto JSON knows.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// text is a string.
func text[T any](name string, at func(*T) *string) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		s, err := d.text()
		*at(m) = s
		return s == "", err
	})
}

// maybeText is a string of which the handler must know whether it was given.
func maybeText[T any](name string, at func(*T) **string) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		s, err := d.text()
		*at(m) = &s
		return s == "", err
	})
}

// runID is the run that a message is about. Its older name run_uuid is
// understood everywhere; a message that names two different runs is refused.
func runID[T any](at func(*T) *string) field[T] {
	f := named("run_id", func(d *decoder, m *T) (bool, error) {
		s, err := d.text()
		if err != nil {
			return false, err
		}
		if was := *at(m); was != "" && s != "" && was != s {
			return false, pedigree.Errorf(pedigree.Invalid, "Request specifies 'run_id' and 'run_uuid' with different values.")
		}
		if s != "" {
			*at(m) = s
		}
		return s == "", nil
	})
	f.spellings[2], f.spellings[3] = "run_uuid", "runUuid"
	return f
}

// whole is an integer of 64 bits.
func whole[T any, I ~int64](name string, at func(*T) *I) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		n, err := d.integer(math.MinInt64, math.MaxInt64)
		*at(m) = I(n)
		return false, err
	})
}

// count is an integer of 32 bits.
func count[T any](name string, at func(*T) *int) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		n, err := d.integer(math.MinInt32, math.MaxInt32)
		*at(m) = int(n)
		return false, err
	})
}

// atMost is a count with an upper bound.
func atMost[T any](limit int, name string, at func(*T) *int) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		start := d.InputOffset()
		n, err := d.integer(math.MinInt32, math.MaxInt32)
		if err == nil && n > int64(limit) {
			err = invalid(d.since(start))
		}
		*at(m) = int(n)
		return false, err
	})
}

// maybe is an integer of 32 bits of which the handler must know whether it was
// given.
func maybe[T any](name string, at func(*T) **int64) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		n, err := d.integer(math.MinInt32, math.MaxInt32)
		*at(m) = &n
		return false, err
	})
}

// double is a floating-point number.
func double[T any](name string, at func(*T) *float64) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		v, err := d.double()
		*at(m) = v
		return false, err
	})
}

// truth is true or false.
func truth[T any](name string, at func(*T) *bool) field[T] {
	f := named(name, func(d *decoder, m *T) (bool, error) {
		v, err := d.boolean()
		*at(m) = v
		return false, err
	})
	f.boolean = true
	return f
}

// choice is one of an enumeration, by name or number.
func choice[T, V any](name string, values enum[V], at func(*T) *V) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		v, err := choose(d, values)
		if err == nil {
			*at(m) = v
		}
		return false, err
	})
}

// texts is a list of strings.
func texts[T any](name string, at func(*T) *[]string) field[T] {
	f := named(name, func(d *decoder, m *T) (bool, error) {
		list, err := d.texts()
		*at(m) = list
		return false, err
	})
	f.list = true
	return f
}

// each is a list of messages; every element starts as initial.
func each[T, E any](name string, of shape[E], initial E, at func(*T) *[]E) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		list, err := messages(d, of, initial)
		*at(m) = list
		return false, err
	})
}

// one is a message inside a message.
func one[T, E any](name string, of shape[E], at func(*T) *E) field[T] {
	return named(name, func(d *decoder, m *T) (bool, error) {
		if d.PeekKind() != '{' {
			return false, d.wrongType()
		}
		return false, members(d, of, at(m))
	})
}

// An enum gives what the values of an enumeration mean here. Number and name
// stand side by side, as the wire takes either.
type enum[V any] []struct {
	number int64
	name   string
	value  V
}
