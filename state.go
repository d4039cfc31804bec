package pedigree

// A life cycle has other words on each wire. States are stored in the words of
// the wire that wrote them; these tables say what they mean in ML Metadata's.
var commonStates = map[Kind]map[string]string{
	Execution: {"SCHEDULED": "NEW", "FINISHED": "COMPLETE", "KILLED": "CANCELED", "FAIL": "FAILED", "ABORT": "CANCELED"},
	Artifact: {
		"READY": "LIVE", "PENDING_REGISTRATION": "PENDING",
		"FAILED": "ABANDONED", "FAILED_REGISTRATION": "ABANDONED",
		"DROP": "DELETED",
	},
}

// CommonState gives the word of ML Metadata for a state of another wire. Where
// ok is false the state is a word of both, or of ML Metadata alone.
func CommonState(kind Kind, state string) (word string, ok bool) {
	word, ok = commonStates[kind][state]
	return word, ok
}

// StatesMeaning lists the stored states that stand for a word of ML Metadata,
// the word itself first.
func StatesMeaning(kind Kind, word string) []string {
	states := []string{word}
	for state, means := range commonStates[kind] {
		if means == word {
			states = append(states, state)
		}
	}
	return states
}
