package search

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// mostPending is how many entries of the feed that the index is behind are looked at
// one by one: the newest. Where it is far behind, after very much was written, each
// search would take long for little, and it is fewer.
const (
	mostPending = 2000
	fewPending  = 200
	farBehind   = 10 * mostPending
)

// Pending tells of the nodes that the index of words has not read since they were
// touched in which of them some words are found now, and in which not; the last word
// may be a beginning, unless a space follows. Where the index is far behind it tells
// of those that were touched last.
func Pending(r store.Reader, text string) (found, not []pedigree.NodeID, err error) {
	return pending(r, func(words string) bool { return Says(words, text) })
}

// Worded is the condition that all words of a text are found; the last may be a
// beginning, unless a space follows.
func Worded(r store.Reader, text string) (w query.Worded, err error) {
	w.Text = apart(text)
	w.Fresh, w.Stale, err = Pending(r, text)
	return w, err
}

func pending(r store.Reader, says func(words string) bool) (found, not []pedigree.NodeID, err error) {
	at, err := r.Position(follower)
	if err != nil {
		return nil, nil, err
	}
	_, newest, err := r.FeedEnds()
	if err != nil || newest <= at {
		return nil, nil, err
	}
	most := int64(mostPending)
	if newest-at > farBehind {
		most = fewPending
	}
	feed, err := r.Feed(max(at, newest-most), mostPending)
	if err != nil {
		return nil, nil, err
	}
	var ids []pedigree.NodeID
	for _, e := range feed {
		if e.Touch&changes != 0 && e.Touch&pedigree.TouchPurged == 0 {
			ids = append(ids, e.Node)
		}
	}
	slices.Sort(ids)
	nodes, err := r.Nodes(slices.Compact(ids))
	if err != nil || len(nodes) == 0 {
		return nil, nil, err
	}
	words, err := wordsOf(r, nodes)
	if err != nil {
		return nil, nil, err
	}
	for i := range nodes {
		id := nodes[i].ID
		if says(words[id]) {
			found = append(found, id)
		} else {
			not = append(not, id)
		}
	}
	return found, not, nil
}

// Says reports whether all words of a text are among others, as the index does but
// for accents. What is written together stands together; the last may be a beginning,
// unless a space follows.
func Says(words, text string) bool {
	all := tokens(words)
	fields := strings.Fields(apart(text))
	for i, word := range fields {
		beginning := i == len(fields)-1 && !strings.HasSuffix(text, " ")
		if !contains(all, tokens(word), beginning) {
			return false
		}
	}
	return true
}

func tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(apart(text)), func(r rune) bool { return !inWord(r) })
}

// contains reports whether some tokens follow each other among others.
func contains(all, some []string, beginning bool) bool {
	for i := 0; len(some) > 0 && i+len(some) <= len(all); i++ {
		last := len(some) - 1
		if slices.Equal(all[i:i+last], some[:last]) && (all[i+last] == some[last] || beginning && strings.HasPrefix(all[i+last], some[last])) {
			return true
		}
	}
	return false
}
