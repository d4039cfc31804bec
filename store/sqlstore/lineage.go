package sqlstore

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

var (
	unlocated = define("artifacts that are nowhere", "PRIMARY KEY",
		"SELECT "+nodeColumns+" FROM node n WHERE n.id > ? AND n.id <= ? AND n.kind = 1 "+
			"AND NOT EXISTS (SELECT 1 FROM place p WHERE p.node = n.id) ORDER BY n.id")
	nodeNewest = define("newest node", "node", "SELECT max(id) FROM node")
	placesFrom = define("places of a location", "place_location",
		"SELECT p.node, p.location, p.version, n.created, n.deleted FROM place p CROSS JOIN node n ON n.id = p.node "+
			"WHERE p.location = ? AND p.node > ? ORDER BY p.node LIMIT ?")
)

func (t *tx) Vertices(ids []pedigree.NodeID) ([]store.Vertex, error) {
	found := make([]store.Vertex, 0, len(ids))
	texts := make([]string, 4)
	err := batchesGiven(ids, func(given string, args []any) error {
		r, err := t.conn.query(background, verticesOf(given), args...)
		if err != nil {
			return err
		}
		for r.next() {
			typ, err := t.typeByID(r.int(2))
			if err != nil {
				_ = r.close() // the first error counts
				return err
			}
			r.texts(3, texts)
			found = append(found, store.Vertex{
				ID: r.id(0), Workspace: r.id(1), Type: typ, UID: texts[0], Name: texts[1], Version: texts[2], URI: texts[3],
				Created: r.time(7), Deleted: r.time(8),
			})
		}
		return r.close()
	})
	return found, err
}

// Tables that are cross joined are walked in the order in which they are
// written, so what is read comes in the order of what was given.

func verticesOf(given string) string {
	return given + "SELECT n.id, n.workspace, n.type, n.uid, n.name, n.version, n.uri, n.created, n.deleted FROM given g CROSS JOIN node n ON n.id = g.id"
}

func (t *tx) SharedLocations(nodes []pedigree.NodeID) ([]store.NodeLocation, error) {
	var all []store.NodeLocation
	err := batchesGiven(nodes, func(given string, args []any) error {
		r, err := t.conn.query(background, sharedLocationsOf(given), args...)
		if err != nil {
			return err
		}
		for r.next() {
			all = append(all, store.NodeLocation{Node: r.id(0), Location: pedigree.LocationID(r.int(1))})
		}
		return r.close()
	})
	return all, err
}

// sharedLocationsOf leaves out, from the indexes alone, what is alone where it
// is: most artifacts are.
func sharedLocationsOf(given string) string {
	return given + "SELECT p.node, p.location FROM given g CROSS JOIN place p ON p.node = g.id WHERE EXISTS " +
		"(SELECT 1 FROM place q WHERE q.location = p.location AND q.node <> p.node)"
}

func (t *tx) PlacesFrom(location pedigree.LocationID, after pedigree.NodeID, limit int) ([]pedigree.Place, error) {
	r, err := t.query(placesFrom, location, after, limit)
	if err != nil {
		return nil, err
	}
	return readPlaceRows(r, nil)
}

func (t *tx) Unlocated(after pedigree.NodeID, limit int) ([]pedigree.Node, pedigree.NodeID, error) {
	newest, err := t.oneInt(nodeNewest)
	if err != nil || newest <= int64(after) {
		return nil, 0, err
	}
	last := min(after+pedigree.NodeID(limit), pedigree.NodeID(newest))
	nodes, err := t.allNodes(t.query(unlocated, after, last))
	return nodes, last, err
}
