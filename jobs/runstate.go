package jobs

import "github.com/pedigree-ml/pedigree"

// The states of events that end a run, by which of them counts when their times
// are equal.
var endings = map[string]int{"COMPLETE": 1, "ABORT": 2, "FAIL": 3}

// The states of runs that have not ended.
const (
	stateNew     = "NEW" // heard of, not known to run
	stateRunning = "RUNNING"
)

func knownState(state string) bool {
	switch state {
	case "", "START", "RUNNING", "OTHER":
		return true
	}
	return endings[state] > 0
}

// advance moves a run by an event. A run that has ended stays ended, whatever a
// late event or a clock that is behind says; of several endings the last counts.
func advance(n *pedigree.Node, state string, at pedigree.Time) (moved bool) {
	before := *n
	if !n.Started.Set() || at < n.Started {
		n.Started = at
	}
	switch rank := endings[state]; {
	case rank > 0:
		if standing := endings[n.State]; standing == 0 || at > n.Ended || at == n.Ended && rank > standing {
			n.State, n.Ended = state, at
		}
	case endings[n.State] > 0:
	case state == "START" || state == "RUNNING":
		n.State = stateRunning
	case n.State == "":
		n.State = stateNew
	}
	return *n != before
}
