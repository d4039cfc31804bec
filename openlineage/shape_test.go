package openlineage

import "testing"

func TestNominalTimesAreInUTC(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-02T00:00:00+02:00":   "2026-03-01T22:00:00Z",
		"2026-03-02T00:00:00Z":        "2026-03-02T00:00:00Z",
		"2026-03-02T00:00:00.5+00:00": "2026-03-02T00:00:00.5Z",
		"next Monday":                 "next Monday",
	} {
		if got := inUTC(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
