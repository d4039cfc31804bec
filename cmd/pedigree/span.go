package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A span is a length of time that people write in days: "30d", "36h", "0".
type span time.Duration

// UnmarshalText reads a number of days with a d behind it, or a Go duration.
func (s *span) UnmarshalText(text []byte) error {
	value := string(text)
	d, err := time.ParseDuration(value)
	if days, ok := strings.CutSuffix(value, "d"); ok {
		var n float64
		n, err = strconv.ParseFloat(days, 64)
		d = time.Duration(n * 24 * float64(time.Hour))
	}
	if err != nil || d < 0 {
		return fmt.Errorf("want a time such as 30d or 12h, not %q", value)
	}
	*s = span(d)
	return nil
}
