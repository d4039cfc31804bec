package openlineage

import (
	"net/http"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// maxPage bounds a list, and how far into one a client may look.
const maxPage = 100_000

// number reads a parameter that is a number.
func number(r *http.Request, name string, standard int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxPage {
		return 0, pedigree.Errorf(pedigree.Invalid, "query param %s must be a number from 0 to %d", name, maxPage)
	}
	return n, nil
}

// page reads the parameters limit and offset.
func page(r *http.Request) (p jobs.Page, err error) {
	if p.Limit, err = number(r, "limit", 100); err == nil {
		p.Offset, err = number(r, "offset", 0)
	}
	return p, err
}

// moment writes a time in UTC, in milliseconds; nothing for no time.
func moment(t pedigree.Time) *string {
	if !t.Set() {
		return nil
	}
	text := time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.000Z")
	return &text
}

// optional gives nothing for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// when reads a parameter that is a moment.
func when(r *http.Request, name string, standard pedigree.Time) (pedigree.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return pedigree.TimeOf(t), nil
		}
	}
	return 0, pedigree.Errorf(pedigree.Invalid, "query param %s is not a valid date and time", name)
}
