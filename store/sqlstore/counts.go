package sqlstore

// counted is what counts up when it changes, for those who keep what they have read
// of it: changes that the feed does not tell of, since they follow from it.
type counted uint8

const (
	countCarried counted = 1 << iota // notes of where classifications are carried to
	countWords                       // the index of words
)

// The sequences that count.
const (
	carriedSequence = "changes of carried"
	wordsSequence   = "changes of words"
)

var sequenceAt = define("last number given", "PRIMARY KEY", "SELECT value FROM sequence WHERE workspace = ? AND name = ?")

// writeCounts counts up what the closure has changed.
func (t *tx) writeCounts() error {
	for what, name := range map[counted]string{countCarried: carriedSequence, countWords: wordsSequence} {
		if t.counts&what == 0 {
			continue
		}
		if _, err := t.NextNumber(0, name); err != nil {
			return err
		}
	}
	return nil
}
