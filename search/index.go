package search

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

const (
	follower       = "search"  // under which the index notes how far it has come
	batch          = 100       // nodes that one write takes: who writes meanwhile waits
	entries        = 1000      // of the feed, read at once
	maxWords       = 8 << 10   // bytes that are indexed of one node
	maxValue       = 500       // bytes that are indexed of one value
	maxSaid        = 16 << 10  // bytes that are indexed of the comments on one node
	newestComments = 20        // comments on one node that are looked at for that
	keptFeed       = 1_000_000 // entries of the feed that are kept for those who follow it
	idle           = 30 * time.Second
	gather         = 200 * time.Millisecond // so that what comes together is indexed once

	// How many times as long as a batch took nothing is done after it: while others
	// write, and while they do not.
	busy, quiet = 19, 1
)

// changes are the touches after which a node has other words.
const changes = pedigree.TouchCreated | pedigree.TouchNode | pedigree.TouchProperties | pedigree.TouchComments

// Run keeps the index of words until ctx ends. While others write it takes a
// twentieth of a processor at the most: words are found later then, and nothing else.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	var newest int64 // of the feed, when it was last looked at
	for ctx.Err() == nil {
		changed := s.store.Changed()
		begun := time.Now()
		next, err := s.advance(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("the index of words is not kept", "error", err)
			s.pause(ctx, idle)
		case next.more && next.newest > newest:
			s.pause(ctx, busy*time.Since(begun))
		case next.more:
			s.pause(ctx, quiet*time.Since(begun))
		default:
			store.Wait(ctx, changed, idle)
			s.pause(ctx, gather)
		}
		newest = next.newest
	}
}

func pause(ctx context.Context, d time.Duration) { store.Wait(ctx, nil, d) }

// A stretch is what the index does next: some nodes, and how far it is then.
type stretch struct {
	words     map[pedigree.NodeID]string
	positions map[string]int64 // to note; nil where there is nothing to do
	more      bool             // there is more to do after it
	trim      int64            // entries of the feed before this one may go
	newest    int64            // entry of the feed
}

// advance indexes the next nodes and tells which.
func (s *Service) advance(ctx context.Context) (next stretch, err error) {
	err = s.store.View(ctx, func(r store.Reader) (err error) {
		next, err = plan(r)
		return err
	})
	if err != nil || next.positions == nil {
		return next, err
	}
	return next, s.store.Update(ctx, func(tx store.Tx) error { return next.write(tx) })
}

func (n *stretch) write(tx store.Tx) error {
	for id, words := range n.words {
		if err := tx.SetText(id, words); err != nil {
			return err
		}
	}
	for position, to := range n.positions {
		if err := tx.SetPosition(position, to); err != nil {
			return err
		}
	}
	if n.trim <= 0 {
		return nil
	}
	_, err := tx.TrimFeed(n.trim, entries)
	return err
}

// scanner is the position of a walk over all nodes, [scanned] when it is
// through: over those stored before there was an index, and over all again where
// the feed has lost what the index had not read yet.
const (
	scanner = follower + ".scan"
	scanned = -1
)

// plan says what is to be done next.
func plan(r store.Reader) (stretch, error) {
	oldest, newest, err := r.FeedEnds()
	if err != nil {
		return stretch{}, err
	}
	walked, err := r.Position(scanner)
	if err != nil {
		return stretch{}, err
	}
	at, err := r.Position(follower)
	switch {
	case err != nil:
		return stretch{}, err
	case walked != scanned:
		return planWalk(r, walked, newest)
	case at < oldest-1:
		return stretch{positions: map[string]int64{scanner: 0}, more: true, newest: newest}, nil
	}
	n, err := planFeed(r, at)
	n.trim, n.newest = newest-keptFeed, newest
	return n, err
}

// planWalk takes the next nodes of a walk. What is touched after its first step
// the feed tells when it is through.
func planWalk(r store.Reader, walked, newest int64) (stretch, error) {
	nodes, err := r.NodesAfter(pedigree.NodeID(walked), batch)
	if err != nil {
		return stretch{}, err
	}
	n := stretch{positions: map[string]int64{scanner: scanned}, more: true, newest: newest}
	if len(nodes) > 0 {
		n.positions[scanner] = int64(nodes[len(nodes)-1].ID)
	}
	if walked == 0 {
		n.positions[follower] = newest
	}
	n.words, err = wordsOf(r, nodes)
	return n, err
}

// planFeed takes the next nodes that the feed names.
func planFeed(r store.Reader, at int64) (stretch, error) {
	feed, err := r.Feed(at, entries)
	if err != nil || len(feed) == 0 {
		return stretch{}, err
	}
	n := stretch{more: len(feed) == entries}
	to := feed[len(feed)-1].ID
	var ids []pedigree.NodeID
	for _, e := range feed {
		if e.Touch&changes == 0 || slices.Contains(ids, e.Node) {
			continue
		}
		if len(ids) == batch {
			to, n.more = e.ID-1, true
			break
		}
		ids = append(ids, e.Node)
	}
	n.positions = map[string]int64{follower: to}
	nodes, err := r.Nodes(ids)
	if err != nil {
		return n, err
	}
	n.words, err = wordsOf(r, nodes)
	return n, err
}

// wordsOf gives what nodes are found by.
func wordsOf(r store.Reader, nodes []pedigree.Node) (map[pedigree.NodeID]string, error) {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	facts, err := r.Facts(ids)
	if err != nil {
		return nil, err
	}
	all := make(map[pedigree.NodeID]string, len(nodes))
	for i := range nodes {
		said, err := r.LatestComments(ids[i], newestComments)
		if err != nil {
			return nil, err
		}
		all[ids[i]] = apart(words(&nodes[i], &facts[i]) + saidOf(said))
	}
	return all, nil
}

// saidOf joins the texts of comments, the newest first, as far as there is room.
func saidOf(comments []pedigree.Comment) string {
	var b strings.Builder
	for i := range comments {
		text := comments[i].Text
		if room := maxSaid - b.Len(); len(text) >= room {
			b.WriteString(strings.ToValidUTF8(text[:room], ""))
			break
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// words writes the texts of a node, the telling ones first and each once.
func words(n *pedigree.Node, f *pedigree.Facts) string {
	var b strings.Builder
	there := make(map[string]bool, 8+2*len(f.Properties)+len(f.Metrics))
	add := func(text string) {
		if len(text) > maxValue {
			text = text[:maxValue]
		}
		if text != "" && !there[text] && b.Len()+len(text) < maxWords {
			there[text] = true
			b.WriteString(text)
			b.WriteByte('\n')
		}
	}
	for _, text := range []string{n.Name, n.UID, n.External, n.URI, n.Type.Name, n.Version, n.Owner, n.State} {
		add(text)
	}
	for _, p := range f.Properties {
		add(p.Key)
		if p.Form == pedigree.Text || p.Form == pedigree.Bytes {
			add(p.Value)
		}
	}
	for _, m := range f.Metrics {
		add(m.Key)
	}
	return b.String()
}
