package sqlstore

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

var (
	definitionsAll   = define("definitions", "PRIMARY KEY", "SELECT name, uid, body, created, updated FROM definition WHERE workspace = ? ORDER BY name")
	definitionMadeAt = define("when a definition was made", "PRIMARY KEY", "SELECT created FROM definition WHERE workspace = ? AND name = ?")
	definitionPut    = define("set definition", "",
		"INSERT INTO definition (workspace, name, uid, body, created, updated) VALUES (?,?,?,?,?,?) "+
			"ON CONFLICT (workspace, name) DO UPDATE SET body = excluded.body, updated = excluded.updated")
	definitionDelete = define("remove definition", "PRIMARY KEY", "DELETE FROM definition WHERE workspace = ? AND name = ?")
	sequenceNow      = define("last number of a sequence", "PRIMARY KEY", "SELECT value FROM sequence WHERE workspace = ? AND name = ?")

	versionSet = define("set version", "",
		"INSERT INTO sequence (workspace, name, value) VALUES (?,?,?) ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value")
	markOf = define("mark of the store", "PRIMARY KEY", "SELECT value FROM mark WHERE id = 1")

	uniqueAdd   = define("hold a unique value", "", "INSERT INTO unique_value (workspace, key, digest, type, node) VALUES (?,?,?,?,?)")
	uniqueClear = define("hold no unique value", "unique_value_node", "DELETE FROM unique_value WHERE node = ? AND key = ?")
	uniqueNodes = define("nodes by unique value", "PRIMARY KEY",
		"SELECT "+nodeColumns+" FROM unique_value u CROSS JOIN node n ON n.id = u.node WHERE u.workspace = ? AND u.key = ? AND u.digest = ? AND n.deleted IS NULL ORDER BY u.type")
)

// What the versions of definitions and declarations are called among the sequences.
const (
	definitions  = "definitions"
	declarations = "declarations"
)

// renew gives something another version, which nothing had before: one that counts
// would come again after a transaction that failed.
func (t *tx) renew(workspace pedigree.NodeID, what string) error {
	_, err := t.exec(versionSet, workspace, what, rand.Int64())
	return err
}

func (t *tx) Definitions(workspace pedigree.NodeID) ([]pedigree.Definition, error) {
	r, err := t.query(definitionsAll, workspace)
	if err != nil {
		return nil, err
	}
	var all []pedigree.Definition
	for r.next() {
		all = append(all, pedigree.Definition{Name: r.text(0), UID: r.text(1), Body: r.text(2), Created: r.time(3), Updated: r.time(4)})
	}
	return all, r.close()
}

func (t *tx) DefinitionsVersion(workspace pedigree.NodeID) (int64, error) {
	return t.oneInt(sequenceNow, workspace, definitions)
}

func (t *tx) DeclarationsVersion() (int64, error) {
	return t.oneInt(sequenceNow, pedigree.DefaultWorkspace, declarations)
}

func (t *tx) Mark() (m pedigree.Mark, err error) {
	r, err := t.query(markOf)
	if err != nil {
		return m, err
	}
	for r.next() {
		copy(m[:], r.text(0))
	}
	return m, r.close()
}

func (t *tx) PutDefinition(workspace pedigree.NodeID, d *pedigree.Definition) error {
	if err := checkText("the name of the type", d.Name, maxKey); err != nil {
		return err
	}
	if err := checkText("the guid of the type", d.UID, maxUID); err != nil {
		return err
	}
	if err := checkText("the definition", d.Body, maxJSON); err != nil {
		return err
	}
	r, err := t.query(definitionMadeAt, workspace, d.Name)
	if err != nil {
		return err
	}
	d.Created, d.Updated = t.now, t.now
	if r.next() {
		d.Created = r.time(0)
	}
	if err := r.close(); err != nil {
		return err
	}
	if _, err := t.exec(definitionPut, workspace, d.Name, d.UID, d.Body, d.Created, d.Updated); err != nil {
		return classify(t.store.engine, err)
	}
	return t.renew(workspace, definitions)
}

func (t *tx) DeleteDefinition(workspace pedigree.NodeID, name string) (bool, error) {
	gone, err := t.exec(definitionDelete, workspace, name)
	if err != nil || gone == 0 {
		return false, err
	}
	return true, t.renew(workspace, definitions)
}

func (t *tx) UniqueNodes(workspace pedigree.NodeID, key, value string) ([]pedigree.Node, error) {
	id, err := t.findKey(uniqueKey, key)
	if err != nil || id == 0 {
		return nil, err
	}
	return t.allNodes(t.query(uniqueNodes, workspace, id, uniqueDigest(value)))
}

func (t *tx) SetUnique(n *pedigree.Node, key, value string) error {
	id, err := t.makeKey(uniqueKey, key)
	if err != nil {
		return classify(t.store.engine, err)
	}
	if value != "" {
		holders, err := t.UniqueNodes(n.Workspace, key, value)
		if err != nil {
			return err
		}
		for i := range holders {
			switch {
			case holders[i].ID == n.ID:
				return nil
			case holders[i].TypeID == n.TypeID:
				return pedigree.Errorf(pedigree.AlreadyExists, "another node has this value")
			}
		}
	}
	if t.made.id != n.ID || slices.Contains(t.made.holds, id) {
		if _, err := t.exec(uniqueClear, n.ID, id); err != nil {
			return err
		}
	}
	if value == "" {
		return nil
	}
	if t.made.id == n.ID {
		t.made.holds = append(t.made.holds, id)
	}
	_, err = t.exec(uniqueAdd, n.Workspace, id, uniqueDigest(value), n.TypeID, n.ID)
	return err
}

func uniqueDigest(value string) []byte {
	sum := sha256.Sum256([]byte(value))
	return sum[:16]
}
