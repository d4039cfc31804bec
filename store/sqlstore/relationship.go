package sqlstore

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// Spaces of the table key beyond those of properties.
const (
	definitionName pedigree.Space = 100 // names of relationships and classifications
	uniqueKey      pedigree.Space = 101 // unique attributes
)

// maxJSON bounds JSON texts of the catalog, in bytes.
const maxJSON = 16 << 20

const relationshipColumns = "r.id, r.workspace, r.uid, r.type, r.end1, r.end2, r.key, r.place, r.attributes, r.passes, r.blocked, " +
	"r.version, r.created_by, r.updated_by, r.created, r.updated, r.deleted"

var (
	relationshipInsert = define("add relationship", "",
		"INSERT INTO relationship (workspace, uid, type, end1, end2, key, place, attributes, passes, blocked, "+
			"version, created_by, updated_by, created, updated, deleted) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
	relationshipUpdate = define("change relationship", "",
		"UPDATE relationship SET key = ?, place = ?, attributes = ?, passes = ?, blocked = ?, version = ?, updated_by = ?, updated = ?, deleted = ? WHERE id = ?")
	relationshipEnds   = define("ends of a relationship", "PRIMARY KEY", "SELECT end1, end2 FROM relationship WHERE id = ?")
	relationshipDelete = define("remove relationship", "PRIMARY KEY", "DELETE FROM relationship WHERE id = ?")
	relationshipNewest = define("newest relationship", "relationship", "SELECT max(id) FROM relationship")
	relationshipUsed   = define("whether there is a relationship of a type", "relationship_type_used", "SELECT 1 FROM relationship WHERE type = ? LIMIT 1")
	relationshipsAtEnd = map[int]*shape{1: relationshipPage(1), 2: relationshipPage(2)}

	eventPassagesAll   = define("how classifications pass along events", "PRIMARY KEY", "SELECT event, passes, blocked FROM event_passage WHERE event > 0 ORDER BY event")
	eventPassagePut    = define("set how classifications pass along an event", "", "INSERT INTO event_passage (event, passes, blocked) VALUES (?, ?, ?) ON CONFLICT (event) DO UPDATE SET passes = excluded.passes, blocked = excluded.blocked")
	eventPassageDelete = define("let classifications pass along an event as usual", "PRIMARY KEY", "DELETE FROM event_passage WHERE event = ?")
	eventEnds          = define("ends of an event", "PRIMARY KEY", "SELECT execution, artifact FROM event WHERE id = ?")
	eventDelete        = define("remove event", "PRIMARY KEY", "DELETE FROM event WHERE id = ?")
)

// ends of relationships, as columns are called.
var ends = map[int]string{1: "end1", 2: "end2"}

func relationshipPage(end int) *shape {
	return define("relationships of a type at "+ends[end], "relationship_"+ends[end],
		"SELECT "+relationshipColumns+" FROM relationship r WHERE r."+ends[end]+" = ? AND r.type = ? AND r.id > ? ORDER BY r.id LIMIT ?")
}

func relationshipsOf(end, given string) string {
	return given + "SELECT " + relationshipColumns + " FROM given g CROSS JOIN relationship r ON r." + end + " = g.id"
}

func relationshipsNamed(end, given string) string {
	return relationshipsOf(end, given) + " AND r.type = ?"
}

func relationshipsByUID(list string) string {
	return "SELECT " + relationshipColumns + " FROM relationship r WHERE r.workspace = ? AND r.uid IN (" + list + ")"
}

func (t *tx) Relationships(nodes []pedigree.NodeID) ([]pedigree.Relationship, error) {
	if newest, err := t.oneInt(relationshipNewest); err != nil || newest == 0 {
		return nil, err // in many stores there is none
	}
	var all []pedigree.Relationship
	for _, end := range []string{"end1", "end2"} {
		err := batchesGiven(nodes, func(given string, args []any) error {
			r, err := t.conn.query(background, relationshipsOf(end, given), args...)
			some, err := t.relationships(r, err)
			all = append(all, some...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b pedigree.Relationship) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b pedigree.Relationship) bool { return a.ID == b.ID }), nil
}

func (t *tx) RelationshipsOf(node pedigree.NodeID, name string, end int, after pedigree.RelationshipID, limit int) ([]pedigree.Relationship, error) {
	typ, err := t.findKey(definitionName, name)
	if err != nil || typ == 0 {
		return nil, err
	}
	return t.relationships(t.query(relationshipsAtEnd[end], node, typ, after, limit))
}

func (t *tx) RelationshipsNamed(nodes []pedigree.NodeID, name string, end int) ([]pedigree.Relationship, error) {
	typ, err := t.findKey(definitionName, name)
	if err != nil || typ == 0 {
		return nil, err
	}
	var all []pedigree.Relationship
	err = batchesGiven(nodes, func(given string, args []any) error {
		r, err := t.conn.query(background, relationshipsNamed(ends[end], given), append(args, typ)...)
		some, err := t.relationships(r, err)
		all = append(all, some...)
		return err
	})
	slices.SortFunc(all, func(a, b pedigree.Relationship) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

func (t *tx) RelationshipsByUID(workspace pedigree.NodeID, uids []string) ([]pedigree.Relationship, error) {
	var all []pedigree.Relationship
	err := batches(uids, func(list string, args []any) error {
		r, err := t.conn.query(background, relationshipsByUID(list), append([]any{workspace}, args...)...)
		some, err := t.relationships(r, err)
		all = append(all, some...)
		return err
	})
	return all, err
}

func (t *tx) RelationshipsUsed(_ pedigree.NodeID, name string) (bool, error) {
	typ, err := t.findKey(definitionName, name)
	if err != nil || typ == 0 {
		return false, err
	}
	used, err := t.oneInt(relationshipUsed, typ)
	return used != 0, err
}

func (t *tx) relationships(r *rows, err error) ([]pedigree.Relationship, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.Relationship
	for r.next() {
		name, err := t.keyName(r.int(3))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		blocked, err := readNames(r.text(10))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		all = append(all, pedigree.Relationship{
			ID: pedigree.RelationshipID(r.int(0)), Workspace: r.id(1), UID: r.text(2), Type: name, End1: r.id(4), End2: r.id(5),
			Key: r.text(6), Place: r.int(7), Attributes: r.text(8), Passes: pedigree.Passage(r.int(9)), Blocked: blocked,
			Version: r.int(11), CreatedBy: r.text(12), UpdatedBy: r.text(13), Created: r.time(14), Updated: r.time(15), Deleted: r.time(16),
		})
	}
	return all, r.close()
}

// readNames reads a list of names as [writeNames] writes it.
func readNames(text string) (names []string, err error) {
	if text == "" {
		return nil, nil
	}
	return names, json.Unmarshal([]byte(text), &names)
}

// writeNames writes names as a JSON list, none as empty text.
func writeNames(names []string) (string, error) {
	if len(names) == 0 {
		return "", nil
	}
	text, err := json.Marshal(names)
	return string(text), err
}

func (t *tx) CreateRelationship(r *pedigree.Relationship) error {
	blocked, err := t.checkRelationship(r)
	if err != nil {
		return err
	}
	typ, err := t.makeKey(definitionName, r.Type)
	if err != nil {
		return classify(t.store.engine, err)
	}
	r.Created, r.Updated = t.now, t.now
	id, err := t.insert(relationshipInsert, r.Workspace, r.UID, typ, r.End1, r.End2, r.Key, r.Place, r.Attributes, r.Passes, blocked,
		r.Version, r.CreatedBy, r.UpdatedBy, r.Created, r.Updated, r.Deleted)
	r.ID = pedigree.RelationshipID(id)
	t.touch(r.Workspace, r.End1, pedigree.TouchRelations)
	t.touch(r.Workspace, r.End2, pedigree.TouchRelations)
	return classify(t.store.engine, err)
}

func (t *tx) UpdateRelationship(r *pedigree.Relationship) error {
	blocked, err := t.checkRelationship(r)
	if err != nil {
		return err
	}
	r.Updated = t.after(r.Updated)
	changed, err := t.exec(relationshipUpdate, r.Key, r.Place, r.Attributes, r.Passes, blocked, r.Version, r.UpdatedBy, r.Updated, r.Deleted, r.ID)
	if err == nil && changed == 0 {
		err = errNotFound
	}
	t.touch(r.Workspace, r.End1, pedigree.TouchRelations|pedigree.TouchUntied)
	t.touch(r.Workspace, r.End2, pedigree.TouchRelations|pedigree.TouchUntied)
	return err
}

// checkRelationship refuses what no engine holds, and writes the blocked names out.
func (t *tx) checkRelationship(r *pedigree.Relationship) (blocked string, err error) {
	if blocked, err = writeNames(r.Blocked); err != nil {
		return "", err
	}
	for _, c := range []struct {
		what, text string
		most       int
	}{
		{"the guid", r.UID, maxUID},
		{"the type of the relationship", r.Type, maxKey},
		{"the key of the reference", r.Key, maxURI},
		{"the attributes of the relationship", r.Attributes, maxJSON},
		{"the blocked classifications", blocked, maxURI},
		{"the user", r.CreatedBy, maxOwner},
		{"the user", r.UpdatedBy, maxOwner},
	} {
		if err := checkText(c.what, c.text, c.most); err != nil {
			return "", err
		}
	}
	return blocked, nil
}

func (t *tx) DeleteRelationship(id pedigree.RelationshipID) (bool, error) {
	return t.untie(relationshipEnds, relationshipDelete, int64(id), pedigree.TouchRelations)
}

func (t *tx) DeleteEvent(id int64) (bool, error) {
	return t.untie(eventEnds, eventDelete, id, pedigree.TouchEvents)
}

// untie removes what ties two nodes.
func (t *tx) untie(between, remove *shape, id int64, how pedigree.Touch) (bool, error) {
	gone, err := t.touchEnds(between, id, how|pedigree.TouchUntied)
	if err != nil || !gone {
		return false, err
	}
	_, err = t.exec(remove, id)
	return true, err
}

// touchEnds notes that both nodes were touched that something ties, and reports
// whether it is there.
func (t *tx) touchEnds(between *shape, id int64, how pedigree.Touch) (bool, error) {
	r, err := t.query(between, id)
	if err != nil {
		return false, err
	}
	var nodes []pedigree.NodeID
	if r.next() {
		nodes = append(nodes, r.id(0), r.id(1))
	}
	for _, n := range nodes {
		t.touch(0, n, how)
	}
	return len(nodes) > 0, r.close()
}

func eventPassagesOf(list string) string {
	return "SELECT event, passes, blocked FROM event_passage WHERE event IN (" + list + ") ORDER BY event"
}

func (t *tx) EventPassages(events ...int64) ([]pedigree.EventPassage, error) {
	if len(events) == 0 {
		return t.eventPassages(t.query(eventPassagesAll))
	}
	var all []pedigree.EventPassage
	err := batches(events, func(list string, args []any) error {
		r, err := t.conn.query(background, eventPassagesOf(list), args...)
		some, err := t.eventPassages(r, err)
		all = append(all, some...)
		return err
	})
	return all, err
}

func (t *tx) eventPassages(r *rows, err error) ([]pedigree.EventPassage, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.EventPassage
	for r.next() {
		blocked, err := readNames(r.text(2))
		if err != nil {
			_ = r.close() // the first error counts
			return nil, err
		}
		all = append(all, pedigree.EventPassage{Event: r.int(0), Passes: pedigree.Passage(r.int(1)), Blocked: blocked})
	}
	return all, r.close()
}

func (t *tx) SetEventPassage(p *pedigree.EventPassage) error {
	there, err := t.touchEnds(eventEnds, p.Event, pedigree.TouchEvents|pedigree.TouchUntied)
	if err == nil && !there {
		err = errNotFound
	}
	if err != nil {
		return err
	}
	if p.Passes == pedigree.PassForward && len(p.Blocked) == 0 {
		_, err = t.exec(eventPassageDelete, p.Event)
		return err
	}
	blocked, err := writeNames(p.Blocked)
	if err != nil {
		return err
	}
	if err := checkText("the blocked classifications", blocked, maxURI); err != nil {
		return err
	}
	_, err = t.exec(eventPassagePut, p.Event, p.Passes, blocked)
	return err
}
