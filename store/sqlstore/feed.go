package sqlstore

import "github.com/pedigree-ml/pedigree"

var (
	feedAdd = define("add to the feed", "",
		"INSERT INTO feed (workspace, node, touch, time) VALUES (coalesce(nullif(?, 0), (SELECT workspace FROM node WHERE id = ?), 0), ?, ?, ?)")
	feedAfter = define("feed after an entry", "PRIMARY KEY",
		"SELECT id, workspace, node, touch, time FROM feed WHERE id > ? ORDER BY id LIMIT ?")
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
}

// touch notes for the feed that a node was touched. Closures touch few nodes,
// mostly the same one again.
func (t *tx) touch(workspace, node pedigree.NodeID, how pedigree.Touch) {
	for i := len(t.touches) - 1; i >= max(0, len(t.touches)-8); i-- {
		if t.touches[i].node == node {
			t.touches[i].touch |= how
			return
		}
	}
	t.touches = append(t.touches, touched{workspace, node, how})
}

// writeFeed stores what was noted.
func (t *tx) writeFeed() error {
	for _, n := range t.touches {
		if _, err := t.exec(feedAdd, n.workspace, n.node, n.node, int(n.touch), t.now); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Feed(after int64, limit int) ([]pedigree.FeedEntry, error) {
	r, err := t.query(feedAfter, after, limit)
	if err != nil {
		return nil, err
	}
	var all []pedigree.FeedEntry
	for r.next() {
		all = append(all, pedigree.FeedEntry{
			ID: r.int(0), Workspace: r.id(1), Node: r.id(2), Touch: pedigree.Touch(r.int(3)), Time: r.time(4),
		})
	}
	return all, r.close()
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
