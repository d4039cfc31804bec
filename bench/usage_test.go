package bench

import (
	"slices"
	"testing"
)

func TestParseStatCountsFieldsFromTheNamesEnd(t *testing.T) {
	line := "4242 (a (odd) name) S 17 4242 4242 0 -1 4194304 900 80 0 0 250 50 7 3 20 0 12 0 99 123456789 5555 18446744073709551615 1 1"
	got, err := parseStat([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	if want := (stat{parent: 17, own: 300, children: 10, pages: 5555}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParseStatRefusesOtherLines(t *testing.T) {
	for _, line := range []string{"", "1 (init) S 0 1", "1 init S 0 1 1 1", "1 (x) S y 1 1 0 -1 0 0 0 0 0 2 5 0 0 20 0 1 0 9 1 5 1"} {
		if _, err := parseStat([]byte(line)); err == nil {
			t.Errorf("%q was parsed", line)
		}
	}
}

func TestParsePSS(t *testing.T) {
	text := "55d0-7ffe ---p 00000000 00:00 0    [rollup]\nRss:    2048 kB\nPss:    1536 kB\nPss_Dirty: 9 kB\n"
	if got, err := parsePSS([]byte(text)); err != nil || got != 1536 {
		t.Errorf("got %d, %v, want 1536", got, err)
	}
	if _, err := parsePSS([]byte("Rss: 1 kB\n")); err == nil {
		t.Error("a text without Pss was parsed")
	}
}

func TestDescendantsAreTheTreeBelow(t *testing.T) {
	parents := map[int]int{1: 0, 10: 1, 11: 10, 12: 10, 13: 12, 20: 1, 21: 20}
	got := descendants(10, parents)
	slices.Sort(got)
	if want := []int{10, 11, 12, 13}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
