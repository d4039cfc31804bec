package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

var (
	declarationUpdate = define("change type", "", "UPDATE type SET description = ?, external = ?, reads = ?, writes = ? WHERE id = ?")
	declaredClear     = define("remove declared properties", "PRIMARY KEY", "DELETE FROM type_property WHERE type = ?")
	declaredAdd       = define("add declared property", "", "INSERT INTO type_property (type, key, form) VALUES (?, ?, ?)")
	parentsClear      = define("remove super types", "PRIMARY KEY", "DELETE FROM type_parent WHERE type = ?")
	parentAdd         = define("add super type", "", "INSERT INTO type_parent (type, place, parent) VALUES (?, ?, ?)")
	declaredOf        = define("declared properties of a type", "PRIMARY KEY",
		"SELECT key, form FROM type_property WHERE type = ? ORDER BY key")
	parentsOf = define("super types of a type", "PRIMARY KEY",
		"SELECT parent FROM type_parent WHERE type = ? ORDER BY place")
)

// declarationsOf reads types; condition is SQL on d.
func declarationsOf(condition string) string {
	return "SELECT d.id, d.kind, d.name, d.version, d.description, d.external, d.reads, d.writes FROM type d WHERE " + condition
}

func (t *tx) Declaration(typ pedigree.Type) (pedigree.Declaration, error) {
	id, err := t.findType(typ)
	if err != nil {
		return pedigree.Declaration{}, err
	}
	all, err := t.Declarations([]pedigree.TypeID{pedigree.TypeID(id)})
	if err == nil && len(all) == 0 {
		err = errNotFound
	}
	if err != nil {
		return pedigree.Declaration{}, err
	}
	return all[0], nil
}

func (t *tx) Declarations(ids []pedigree.TypeID) ([]pedigree.Declaration, error) {
	place := make(map[pedigree.TypeID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	var all []pedigree.Declaration
	err := batches(ids, func(list string, args []any) error {
		some, err := t.declarations("d.id IN ("+list+")", args...)
		all = append(all, some...)
		return err
	})
	slices.SortFunc(all, func(a, b pedigree.Declaration) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	return all, err
}

func (t *tx) DeclarationsOf(kind pedigree.Kind) ([]pedigree.Declaration, error) {
	return t.declarations("d.kind = ? ORDER BY d.id", kind)
}

func (t *tx) DeclarationsExternal(kind pedigree.Kind, external []string) ([]pedigree.Declaration, error) {
	var all []pedigree.Declaration
	err := batches(external, func(list string, args []any) error {
		some, err := t.declarations("d.kind = ? AND d.external IN ("+list+")", append([]any{kind}, args...)...)
		all = append(all, some...)
		return err
	})
	return all, err
}

func (t *tx) declarations(condition string, args ...any) ([]pedigree.Declaration, error) {
	r, err := t.conn.query(background, declarationsOf(condition), args...)
	if err != nil {
		return nil, err
	}
	var all []pedigree.Declaration
	for r.next() {
		all = append(all, pedigree.Declaration{
			ID: pedigree.TypeID(r.int(0)), Description: r.text(4), External: r.text(5), Reads: r.text(6), Writes: r.text(7),
			Type: pedigree.Type{Kind: pedigree.Kind(r.int(1)), Name: r.text(2), Version: r.text(3)},
		})
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	for i := range all {
		if err := t.readDeclared(&all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (t *tx) readDeclared(d *pedigree.Declaration) error {
	r, err := t.query(declaredOf, d.ID)
	if err != nil {
		return err
	}
	for r.next() {
		d.Properties = append(d.Properties, pedigree.DeclaredProperty{Key: r.text(0), Form: pedigree.Form(r.int(1))})
	}
	if err := r.close(); err != nil {
		return err
	}
	if r, err = t.query(parentsOf, d.ID); err != nil {
		return err
	}
	for r.next() {
		d.Parents = append(d.Parents, pedigree.TypeID(r.int(0)))
	}
	return r.close()
}

func (t *tx) PutDeclaration(d *pedigree.Declaration) error {
	if err := checkDeclaration(d); err != nil {
		return err
	}
	id, err := t.makeType(d.Type)
	if err != nil {
		return classify(t.store.engine, err)
	}
	d.ID = pedigree.TypeID(id)
	if _, err := t.exec(declarationUpdate, d.Description, optional(d.External), []byte(d.Reads), []byte(d.Writes), d.ID); err != nil {
		return classify(t.store.engine, err)
	}
	if _, err := t.exec(declaredClear, d.ID); err != nil {
		return err
	}
	for _, p := range d.Properties {
		if _, err := t.exec(declaredAdd, d.ID, p.Key, p.Form); err != nil {
			return classify(t.store.engine, err)
		}
	}
	if _, err := t.exec(parentsClear, d.ID); err != nil {
		return err
	}
	for i, parent := range d.Parents {
		if _, err := t.exec(parentAdd, d.ID, i, parent); err != nil {
			return classify(t.store.engine, err)
		}
	}
	return nil
}

func checkDeclaration(d *pedigree.Declaration) error {
	if err := checkText("the name of the type", d.Type.Name, maxName); err != nil {
		return err
	}
	if err := checkText("the version of the type", d.Type.Version, maxVersion); err != nil {
		return err
	}
	if err := checkText("the description of the type", d.Description, maxLabel); err != nil {
		return err
	}
	for _, p := range d.Properties {
		if err := checkText("the key", p.Key, maxKey); err != nil {
			return err
		}
	}
	return checkText("the external id", d.External, maxExternal)
}
