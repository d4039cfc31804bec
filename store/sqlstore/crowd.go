package sqlstore

import (
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// A crowd is the nodes of a type that are at one home and not in the bin.
type crowd struct {
	home pedigree.NodeID
	typ  int64
}

// crowds remembers how many there are, for choices that may be a little wrong:
// to count a hundred thousand takes longer than the search that asks.
type crowds struct {
	mu    sync.Mutex
	known map[crowd]crowdCount
}

// A crowdCount is what was counted, and until when there are not many more.
type crowdCount struct {
	atLeast int64
	all     time.Time // zero if it was not counted to the end
}

// crowdsKept is for how long a whole count is believed.
const crowdsKept = time.Minute

// maxCrowds bounds what is remembered.
const maxCrowds = 10_000

// count gives how many there are, up to enough. It asks only where it does not
// remember; ask counts up to enough.
func (k *crowds) count(c crowd, enough int64, ask func() (int64, error)) (int64, error) {
	k.mu.Lock()
	was := k.known[c]
	k.mu.Unlock()
	if was.atLeast >= enough || time.Now().Before(was.all) {
		return was.atLeast, nil
	}
	n, err := ask()
	if err != nil {
		return 0, err
	}
	now := crowdCount{atLeast: n}
	if n < enough {
		now.all = time.Now().Add(crowdsKept)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= maxCrowds {
		k.known = make(map[crowd]crowdCount)
	}
	k.known[c] = now
	return n, nil
}
