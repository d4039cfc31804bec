package api

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// A parameter is something that a request says in its path or query string.
type parameter struct {
	name     string
	about    string // in lower case, for it stands in messages too
	form     form
	standard string // what an absent one stands for; empty for nothing
	in       place
	required bool
	many     bool // it may be given several times
}

// A place is where in a request a parameter stands.
type place string

const (
	inQuery  place = "query"
	inPath   place = "path"
	inHeader place = "header"
)

// A form is what a parameter may look like.
type form struct {
	kind        kind
	least, most int64    // of numbers
	choices     []string // of choices
}

type kind uint8

const (
	textForm   kind = iota
	numberForm      // whole
	cursorForm      // likewise, as a page before said it
	flagForm        // true or false
	momentForm
	choiceForm
)

const cursorWanted = "the next of the page before"

const momentWanted = "a time such as 2026-11-21T10:30:00Z, a day, or milliseconds since 1970"

// maxWhole is the largest number that every reader of JSON keeps as it is.
const maxWhole = 1<<53 - 1

func textOf(name, about string) parameter { return parameter{name: name, about: about, in: inQuery} }

func numberOf(name, about string, least, most int64) parameter {
	return parameter{name: name, about: about, in: inQuery, form: form{kind: numberForm, least: least, most: most}}
}

func flagOf(name, about string) parameter {
	return parameter{name: name, about: about, in: inQuery, form: form{kind: flagForm}, standard: "false"}
}

func momentOf(name, about string) parameter {
	return parameter{name: name, about: about + ": " + momentWanted, in: inQuery, form: form{kind: momentForm}}
}

// choiceOf takes one of some words, the first where nothing is said.
func choiceOf(name, about string, choices ...string) parameter {
	p := anyOf(name, about, choices...)
	p.standard = choices[0]
	return p
}

// anyOf takes one of some words, or none of them.
func anyOf(name, about string, choices ...string) parameter {
	return parameter{name: name, about: about, in: inQuery, form: form{kind: choiceForm, choices: choices}}
}

// limitOf says how long a page is.
func limitOf(standard, most int64) parameter {
	p := numberOf("limit", "how long a page is", 1, most)
	p.standard = strconv.FormatInt(standard, 10)
	return p
}

// named gives a parameter another meaning.
func named(p parameter, about string) parameter {
	p.about = about
	return p
}

// cursorOf says where a page of numbered things starts.
func cursorOf(name string) parameter {
	return parameter{name: name, about: cursorWanted, in: inQuery, form: form{kind: cursorForm, least: 0, most: math.MaxInt64}}
}

// nodeIn names a node by its number, the id in every answer.
func nodeIn(name, about string) parameter { return numberOf(name, about, 1, maxWhole) }

func (p parameter) must() parameter {
	p.required = true
	return p
}

func (p parameter) several() parameter {
	p.many = true
	return p
}

func (p parameter) onHeader() parameter {
	p.in = inHeader
	return p
}

func (p parameter) onPath() parameter {
	p.in, p.required = inPath, true
	return p
}

// check says what is wrong with a value.
func (p *parameter) check(value string) error {
	wrong := false
	switch f := &p.form; f.kind {
	case numberForm, cursorForm:
		n, err := strconv.ParseInt(value, 10, 64)
		wrong = err != nil || n < f.least || n > f.most
	case flagForm:
		wrong = value != "true" && value != "false"
	case momentForm:
		_, ok := readMoment(value)
		wrong = !ok
	case choiceForm:
		wrong = !slices.Contains(f.choices, value)
	case textForm:
	}
	if wrong {
		return pedigree.Errorf(pedigree.Invalid, "The parameter %s must be %s", p.name, p.form.wanted())
	}
	return nil
}

// wanted describes the form to who missed it.
func (f *form) wanted() string {
	switch f.kind {
	case numberForm:
		if f.most >= maxWhole {
			return "a whole number from " + strconv.FormatInt(f.least, 10) + " on"
		}
		return "a number from " + strconv.FormatInt(f.least, 10) + " to " + strconv.FormatInt(f.most, 10)
	case cursorForm:
		return cursorWanted
	case flagForm:
		return "true or false"
	case momentForm:
		return momentWanted
	case choiceForm:
		return "one of " + strings.Join(f.choices, ", ")
	case textForm:
	}
	return "text"
}

// readMoment reads a time that a client wrote.
func readMoment(text string) (pedigree.Time, bool) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return pedigree.Time(ms), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return pedigree.Time(t.UnixMilli()), true
		}
	}
	return 0, false
}
