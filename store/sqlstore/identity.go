package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

var (
	locationByURI = define("location by URI", "sqlite_autoindex_location_1",
		"SELECT id FROM location WHERE workspace = ? AND uri = ?")
	locationAdd = define("add location", "", "INSERT INTO location (workspace, uri) VALUES (?, ?)")
	placesClear = define("remove places", "PRIMARY KEY", "DELETE FROM place WHERE node = ?")
	placeAdd    = define("add place", "", "INSERT INTO place (node, location, version) VALUES (?, ?, ?) ON CONFLICT (node, location) DO UPDATE SET version = excluded.version")
	relationPut = define("set relation", "",
		"INSERT INTO relation (kind, source, target, time, actor, reason) VALUES (?,?,?,?,?,?) "+
			"ON CONFLICT (source, target, kind) DO UPDATE SET time = excluded.time, actor = excluded.actor, reason = excluded.reason")
	relationID = define("relation of a pair", "relation_source",
		"SELECT id FROM relation WHERE source = ? AND target = ? AND kind = ?")
	relationNewest = define("newest relation", "relation", "SELECT max(id) FROM relation")
	relationDelete = define("remove relation", "PRIMARY KEY", "DELETE FROM relation WHERE id = ?")
	columnLinkPut  = define("set column link", "",
		"INSERT INTO column_link (target, target_column, source, source_column, execution, detail, time) VALUES (?,?,?,?,?,?,?) "+
			"ON CONFLICT (target, target_column, source, source_column, execution) DO UPDATE SET detail = excluded.detail, time = excluded.time "+
			"WHERE (excluded.time, excluded.detail) > (column_link.time, column_link.detail)")
)

func (t *tx) Locations(workspace pedigree.NodeID, uris ...string) ([]pedigree.LocationID, error) {
	ids := make([]pedigree.LocationID, len(uris))
	for i, uri := range uris {
		id, err := t.oneInt(locationByURI, workspace, uri)
		if err != nil {
			return nil, err
		}
		ids[i] = pedigree.LocationID(id)
	}
	return ids, nil
}

func (t *tx) LocationURIs(ids []pedigree.LocationID) ([]string, error) {
	found := make(map[pedigree.LocationID]string, len(ids))
	err := batches(ids, func(list string, args []any) error {
		r, err := t.conn.query(background, locationsOf(list), args...)
		if err != nil {
			return err
		}
		for r.next() {
			found[pedigree.LocationID(r.int(0))] = r.text(1)
		}
		return r.close()
	})
	uris := make([]string, len(ids))
	for i, id := range ids {
		uris[i] = found[id]
	}
	return uris, err
}

func locationsOf(list string) string {
	return "SELECT id, uri FROM location WHERE id IN (" + list + ")"
}

func (t *tx) Places(nodes []pedigree.NodeID) ([]pedigree.Place, error) {
	return readPlaces(t, "node", nodes)
}

func (t *tx) PlacesAt(locations []pedigree.LocationID) ([]pedigree.Place, error) {
	return readPlaces(t, "location", locations)
}

func readPlaces[ID any](t *tx, by string, ids []ID) ([]pedigree.Place, error) {
	var all []pedigree.Place
	err := batches(ids, func(list string, args []any) error {
		r, err := t.conn.query(background, placesOf(by, list), args...)
		if err != nil {
			return err
		}
		all, err = readPlaceRows(r, all)
		return err
	})
	return all, err
}

// readPlaceRows reads a result to its end, adding to places, and closes it.
func readPlaceRows(r *rows, places []pedigree.Place) ([]pedigree.Place, error) {
	for r.next() {
		places = append(places, pedigree.Place{
			Node: r.id(0), Location: pedigree.LocationID(r.int(1)), Version: r.text(2), Created: r.time(3), Deleted: r.time(4),
		})
	}
	return places, r.close()
}

// placesOf reads places by one of their columns, and within it by the other.
func placesOf(by, list string) string {
	other := "location"
	if by == "location" {
		other = "node"
	}
	return "SELECT p.node, p.location, p.version, n.created, n.deleted FROM place p CROSS JOIN node n ON n.id = p.node " +
		"WHERE p." + by + " IN (" + list + ") ORDER BY p." + by + ", p." + other
}

func (t *tx) SetLocations(workspace, node pedigree.NodeID, locations ...pedigree.Location) error {
	t.touch(workspace, node, pedigree.TouchRelations)
	if _, err := t.exec(placesClear, node); err != nil {
		return err
	}
	for _, l := range locations {
		if err := checkText("the location", l.URI, maxURI); err != nil {
			return err
		}
		if err := checkText("the version", l.Version, maxVersion); err != nil {
			return err
		}
		id, err := t.oneInt(locationByURI, workspace, l.URI)
		if err == nil && id == 0 {
			id, err = t.insert(locationAdd, workspace, l.URI)
		}
		if err != nil {
			return err
		}
		if _, err := t.exec(placeAdd, node, id, l.Version); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Relations(nodes []pedigree.NodeID) ([]pedigree.Relation, error) {
	if newest, err := t.oneInt(relationNewest); err != nil || newest == 0 {
		return nil, err // in most stores nobody has said anything by hand
	}
	var all []pedigree.Relation
	seen := make(map[int64]bool)
	for _, end := range []string{"source", "target"} {
		err := batchesGiven(nodes, func(given string, args []any) error {
			r, err := t.conn.query(background, relationsOf(end, given), args...)
			if err != nil {
				return err
			}
			for r.next() {
				if id := r.int(0); !seen[id] {
					seen[id] = true
					all = append(all, pedigree.Relation{
						ID: id, Kind: pedigree.RelationKind(r.int(1)), Source: r.id(2), Target: r.id(3),
						Time: r.time(4), Actor: r.text(5), Reason: r.text(6),
					})
				}
			}
			return r.close()
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b pedigree.Relation) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

func relationsOf(end, given string) string {
	return given + "SELECT r.id, r.kind, r.source, r.target, r.time, r.actor, r.reason FROM given g CROSS JOIN relation r ON r." + end + " = g.id"
}

func (t *tx) PutRelation(r *pedigree.Relation) error {
	for _, text := range []string{r.Actor, r.Reason} {
		if err := checkText("a part of the relation", text, maxLabel); err != nil {
			return err
		}
	}
	r.Time = t.now
	t.touch(0, r.Source, pedigree.TouchRelations)
	t.touch(0, r.Target, pedigree.TouchRelations)
	if _, err := t.exec(relationPut, r.Kind, r.Source, r.Target, r.Time, r.Actor, r.Reason); err != nil {
		return err
	}
	id, err := t.oneInt(relationID, r.Source, r.Target, r.Kind)
	r.ID = id
	return err
}

func (t *tx) DeleteRelation(id int64) (bool, error) {
	changed, err := t.exec(relationDelete, id)
	return changed > 0, err
}

func (t *tx) PutColumnLinks(links ...pedigree.ColumnLink) error {
	for _, l := range links {
		for _, text := range []string{l.TargetColumn, l.SourceColumn, l.Detail} {
			if err := checkText("a part of the link", text, maxURI); err != nil {
				return err
			}
		}
		t.touch(0, l.Target, pedigree.TouchRelations)
		if _, err := t.exec(columnLinkPut, l.Target, l.TargetColumn, l.Source, l.SourceColumn, l.Execution, l.Detail, l.Time); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) ColumnLinks(artifacts []pedigree.NodeID) ([]pedigree.ColumnLink, error) {
	var all []pedigree.ColumnLink
	seen := make(map[pedigree.ColumnLink]bool)
	for _, end := range []string{"target", "source"} {
		err := batches(artifacts, func(list string, args []any) error {
			r, err := t.conn.query(background, columnLinksOf(end, list), args...)
			if err != nil {
				return err
			}
			for r.next() {
				l := pedigree.ColumnLink{
					Target: r.id(0), TargetColumn: r.text(1), Source: r.id(2), SourceColumn: r.text(3),
					Execution: r.id(4), Detail: r.text(5), Time: r.time(6),
				}
				if !seen[l] {
					seen[l] = true
					all = append(all, l)
				}
			}
			return r.close()
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func columnLinksOf(end, list string) string {
	return "SELECT target, target_column, source, source_column, execution, detail, time FROM column_link WHERE " + end + " IN (" + list + ")"
}
