package mlflow

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree/blob"
)

// outside is a span that no artifact has.
var outside = blob.Span{Offset: math.MaxInt64, Length: 1}

// parseRange reads a Range header and reports whether it asks for bytes. One
// range is served; several, and what is none, are outside of every artifact,
// so that the answer is 416 and costs nothing. Other units are ignored.
func parseRange(header string) (span blob.Span, ok bool) {
	list, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return blob.Span{}, false
	}
	first, last, dash := strings.Cut(strings.TrimSpace(list), "-")
	switch {
	case !dash:
		return outside, true
	case first == "":
		n, ok := number(last)
		if !ok || n == 0 {
			return outside, true
		}
		return blob.Span{Offset: -n}, true
	}
	from, ok := number(first)
	if !ok {
		return outside, true
	}
	if last == "" {
		return blob.Span{Offset: from}, true
	}
	to, ok := number(last)
	if !ok || to < from {
		return outside, true
	}
	return blob.Span{Offset: from, Length: min(to-from, math.MaxInt64-1) + 1}, true
}

// number reads decimal digits. More than fit stand for the largest number.
func number(digits string) (int64, bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}
