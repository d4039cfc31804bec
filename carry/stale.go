package carry

import (
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

const (
	follower = "carry" // under which it is noted how far the notes follow the feed

	// mostBehind bounds the entries of the feed that a reader looks through for what
	// the notes lack. Beyond it all classifications count as behind.
	mostBehind = 2000

	// mostAgain bounds how many classifications can be behind one by one.
	mostAgain = 1000
)

// ties are the touches after which a node may stand where other classifications
// come by, or fewer.
const ties = pedigree.TouchCreated | pedigree.TouchNode | pedigree.TouchEvents | pedigree.TouchRelations | pedigree.TouchUntied |
	pedigree.TouchHome | pedigree.TouchPurged

// A stale says of which classifications the notes may not be all.
type stale struct {
	all     bool
	classes classSet
}

func (s *stale) has(c pedigree.ClassificationID) bool { return s.all || s.classes.has(c) }

// any reports whether a classification of some names is behind, of any for no names.
func (s *stale) any(r store.Reader, names []string) (bool, error) {
	if s.all || s.none() {
		return s.all, nil
	}
	classes, err := r.ClassificationsByID(sorted(s.classes))
	return slices.ContainsFunc(classes, func(c pedigree.Classification) bool {
		return len(names) == 0 || slices.Contains(names, c.Type)
	}), err
}

func (s *stale) none() bool { return !s.all && len(s.classes) == 0 }

// staleIn finds of which classifications the notes may lack something that the
// reader sees.
func staleIn(r store.Reader) (*stale, error) {
	again, err := r.CarryAgain(mostAgain + 1)
	if err != nil {
		return nil, err
	}
	found, err := behind(r)
	if err != nil {
		return nil, err
	}
	if len(again) == 0 {
		return found, nil
	}
	whole := stale{all: found.all || len(again) > mostAgain, classes: make(classSet)}
	maps.Copy(whole.classes, found.classes)
	for _, c := range again {
		whole.classes[c] = struct{}{}
	}
	return &whole, nil
}

// behind does so for what the feed tells.
func behind(r store.Reader) (*stale, error) {
	at, err := r.Position(follower)
	if err != nil {
		return nil, err
	}
	oldest, newest, err := r.FeedEnds()
	if err != nil || newest == at {
		return &stale{}, err
	}
	if newest-at > mostBehind || oldest > at+1 {
		return &stale{all: true}, nil
	}
	entries, err := r.Feed(at, mostBehind)
	if err != nil {
		return nil, err
	}
	classes, err := affected(r, entries)
	return &stale{classes: classes}, err
}

// affected gives the classifications that may have come to hold for other nodes by
// what the feed tells: those of the nodes that were touched, and of those before them.
func affected(r store.Reader, entries []pedigree.FeedEntry) (classSet, error) {
	near := make(nodeSet)
	for i := range entries {
		if entries[i].Touch&ties != 0 {
			near.add(entries[i].Node)
		}
	}
	if len(near) == 0 {
		return nil, nil
	}
	steps, err := newStepper(r)
	if err != nil {
		return nil, err
	}
	vertices, err := r.Vertices(sorted(near))
	if err != nil {
		return nil, err
	}
	before, err := steps.steps(lineage.Upstream, vertices)
	if err != nil {
		return nil, err
	}
	for i := range before {
		near.add(before[i].from)
	}
	classes := make(classSet)
	ids := sorted(near)
	own, err := r.Classifications(ids)
	if err != nil {
		return nil, err
	}
	for i := range own {
		classes[own[i].ID] = struct{}{}
	}
	carried, err := r.CarriedTo(ids)
	for _, c := range carried {
		classes[c.Classification] = struct{}{}
	}
	return classes, err
}
