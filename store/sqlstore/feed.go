package sqlstore

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

var (
	feedAfter = define("feed after an entry", "PRIMARY KEY",
		"SELECT id, workspace, node, touch, time, type, uid, name FROM feed WHERE id > ? ORDER BY id LIMIT ?")
	feedOldest = define("oldest entry of the feed", "feed", "SELECT min(id) FROM feed")
	feedNewest = define("newest entry of the feed", "feed", "SELECT max(id) FROM feed")
	feedTrim   = define("trim the feed", "PRIMARY KEY",
		"DELETE FROM feed WHERE id IN (SELECT id FROM feed WHERE id < ? ORDER BY id LIMIT ?)")
	positionOf  = define("position of a follower", "PRIMARY KEY", "SELECT feed FROM position WHERE follower = ?")
	positionPut = define("set position", "",
		"INSERT INTO position (follower, feed) VALUES (?, ?) ON CONFLICT (follower) DO UPDATE SET feed = excluded.feed")
)

// touched is a node that the running closure has touched.
type touched struct {
	workspace, node pedigree.NodeID // workspace is 0 where it is not at hand
	touch           pedigree.Touch
	was             *pedigree.Node // for a node that was purged
}

// fewTouches is how many touches are looked through one by one; most closures
// have no more.
const fewTouches = 8

// touch notes for the feed that a node was touched.
func (t *tx) touch(workspace, node pedigree.NodeID, how pedigree.Touch) {
	if at := t.touchOf(node); at >= 0 {
		t.touches[at].touch |= how
		return
	}
	t.touches = append(t.touches, touched{workspace: workspace, node: node, touch: how})
	if t.touchAt != nil {
		t.touchAt[node] = len(t.touches) - 1
	}
}

// touchPurged notes what a node was that is purged.
func (t *tx) touchPurged(n *pedigree.Node) {
	t.touch(n.Workspace, n.ID, pedigree.TouchPurged)
	noted := &t.touches[t.touchOf(n.ID)]
	noted.workspace, noted.was = n.Workspace, n
}

// touchOf finds what was noted of a node; -1 for nothing.
func (t *tx) touchOf(node pedigree.NodeID) int {
	if len(t.touches) < fewTouches {
		return slices.IndexFunc(t.touches, func(n touched) bool { return n.node == node })
	}
	if t.touchAt == nil {
		t.touchAt = make(map[pedigree.NodeID]int, 4*fewTouches)
		for i := range t.touches {
			t.touchAt[t.touches[i].node] = i
		}
	}
	if at, ok := t.touchAt[node]; ok {
		return at
	}
	return -1
}

// writeFeed stores what was noted, several lines to a statement.
func (t *tx) writeFeed() error {
	for rest := t.touches; len(rest) > 0; {
		n := rowsAtOnce(len(rest))
		args := make([]any, 0, feedWidth*n)
		for _, l := range rest[:n] {
			args = append(args, l.workspace, l.node, l.node, int(l.touch), t.now)
			if l.was != nil {
				args = append(args, l.was.TypeID, l.was.UID, l.was.Name)
			} else {
				args = append(args, nil, nil, nil)
			}
		}
		if _, err := t.conn.exec(background, feedAdd[n], args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// feedAdd adds lines to the feed, by their number.
var feedAdd = severalRows("INSERT INTO feed (workspace, node, touch, time, type, uid, name) VALUES ",
	"(coalesce(nullif(?, 0), (SELECT workspace FROM node WHERE id = ?), 0), ?, ?, ?, ?, ?, ?)", "")

const feedWidth = 8 // arguments of a line

func (t *tx) Feed(after int64, limit int) ([]pedigree.FeedEntry, error) {
	r, err := t.query(feedAfter, after, limit)
	if err != nil {
		return nil, err
	}
	var all []pedigree.FeedEntry
	for r.next() {
		e := pedigree.FeedEntry{ID: r.int(0), Workspace: r.id(1), Node: r.id(2), Touch: pedigree.Touch(r.int(3)), Time: r.time(4)}
		if !r.null(5) {
			if e.Was, err = t.readGone(r, e); err != nil {
				_ = r.close() // the first error counts
				return nil, err
			}
		}
		all = append(all, e)
	}
	return all, r.close()
}

// readGone reads what the node of an entry was.
func (t *tx) readGone(r *rows, e pedigree.FeedEntry) (*pedigree.Node, error) {
	typ, err := t.typeByID(r.int(5))
	return &pedigree.Node{ID: e.Node, Workspace: e.Workspace, Type: typ, TypeID: pedigree.TypeID(r.int(5)), UID: r.text(6), Name: r.text(7)}, err
}

func (t *tx) FeedEnds() (oldest, newest int64, err error) {
	if oldest, err = t.oneInt(feedOldest); err == nil {
		newest, err = t.oneInt(feedNewest)
	}
	return oldest, newest, err
}

func (t *tx) Position(follower string) (int64, error) { return t.oneInt(positionOf, follower) }

func (t *tx) SetPosition(follower string, feed int64) error {
	_, err := t.exec(positionPut, follower, feed)
	return err
}

func (t *tx) TrimFeed(before int64, limit int) (int64, error) { return t.exec(feedTrim, before, limit) }
