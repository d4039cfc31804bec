package atlas

import "testing"

func TestWhatIsTimedIsAnOperation(t *testing.T) {
	known := make(map[string]bool)
	for _, o := range (&Handler{}).operations() {
		known[o.method+" "+o.path] = true
	}
	seen := make(map[string]string)
	for operation, name := range timedAs {
		if !known[operation] {
			t.Errorf("%s is no operation", operation)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("%s stands for %s and %s", name, operation, other)
		}
		seen[name] = operation
	}
}

func TestTimingsSayHowTheTimesSpread(t *testing.T) {
	var all timings
	for _, took := range []float64{1, 2, 3, 6} {
		all.add("GET", took)
	}
	all.add("PUT", 5)
	want := shownTiming{Name: "GET", Count: 4, Shortest: 1, Longest: 6, Deviation: 1.8708286933869707, Mean: 3}
	if got := all.shown(); got["GET"] != want || got["PUT"].Count != 1 || got["PUT"].Deviation != 0 {
		t.Errorf("got %+v", got)
	}
}
