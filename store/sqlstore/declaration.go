package sqlstore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

var (
	declarationUpdate = define("change type", "", "UPDATE type SET description = ?, external = ?, reads = ?, writes = ? WHERE id = ?")
	declaredClear     = define("remove declared properties", "PRIMARY KEY", "DELETE FROM type_property WHERE type = ?")
	declaredAdd       = define("add declared property", "", "INSERT INTO type_property (type, key, form) VALUES (?, ?, ?)")
	parentsClear      = define("remove super types", "PRIMARY KEY", "DELETE FROM type_parent WHERE type = ?")
	parentAdd         = define("add super type", "", "INSERT INTO type_parent (type, place, parent) VALUES (?, ?, ?)")
)

// declarationsOf reads types by number with what they declare, one row for each
// declared property; condition is SQL on d.
func declarationsOf(condition string) string {
	return "SELECT d.id, d.kind, d.name, d.version, d.description, d.external, d.reads, d.writes, " +
		"(SELECT group_concat(q.place || ':' || q.parent) FROM type_parent q WHERE q.type = d.id), p.key, p.form " +
		"FROM type d LEFT JOIN type_property p ON p.type = d.id WHERE " + condition + " ORDER BY d.id, p.key"
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
	var all []pedigree.Declaration
	var unread []pedigree.TypeID
	for i, id := range ids {
		if slices.Index(ids, id) < i {
			continue
		}
		if d, ok := t.declared(id); ok {
			all = append(all, d)
		} else {
			unread = append(unread, id)
		}
	}
	err := batches(unread, func(list string, args []any) error {
		some, err := t.declarations("d.id IN ("+list+")", args...)
		for i := range some {
			t.remember(&some[i])
		}
		all = append(all, some...)
		return err
	})
	if len(all) > 1 {
		place := make(map[pedigree.TypeID]int, len(ids))
		for i, id := range ids {
			place[id] = i
		}
		slices.SortFunc(all, func(a, b pedigree.Declaration) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	}
	return all, err
}

// declared gives a type that a write has read or changed in this transaction:
// most of those that share a commit write nodes of the same few types, and
// nobody else can change these meanwhile.
func (t *tx) declared(id pedigree.TypeID) (pedigree.Declaration, bool) {
	if t.fresh == nil {
		return pedigree.Declaration{}, false
	}
	d, ok := t.fresh.declared[id]
	d.Properties, d.Parents = slices.Clone(d.Properties), slices.Clone(d.Parents) // those asking may change them
	return d, ok
}

func (t *tx) remember(d *pedigree.Declaration) {
	if t.fresh == nil {
		return
	}
	if t.fresh.declared == nil {
		t.fresh.declared = make(map[pedigree.TypeID]pedigree.Declaration)
	}
	own := *d
	own.Properties, own.Parents = slices.Clone(d.Properties), slices.Clone(d.Parents)
	t.fresh.declared[d.ID] = own
}

func (t *tx) DeclarationsOf(kind pedigree.Kind) ([]pedigree.Declaration, error) {
	return t.declarations("d.kind = ?", kind)
}

func (t *tx) DeclarationsExternal(kind pedigree.Kind, external []string) ([]pedigree.Declaration, error) {
	var ids []pedigree.TypeID
	err := batches(external, func(list string, args []any) error {
		r, err := t.conn.query(background, typesExternal(list), append([]any{kind}, args...)...)
		if err != nil {
			return err
		}
		for r.next() {
			ids = append(ids, pedigree.TypeID(r.int(0)))
		}
		return r.close()
	})
	if err != nil {
		return nil, err
	}
	return t.Declarations(ids)
}

func typesExternal(list string) string {
	return "SELECT d.id FROM type d WHERE d.kind = ? AND d.external IN (" + list + ")"
}

func (t *tx) declarations(condition string, args ...any) ([]pedigree.Declaration, error) {
	r, err := t.conn.query(background, declarationsOf(condition), args...)
	if err != nil {
		return nil, err
	}
	var all []pedigree.Declaration
	for r.next() {
		if id := pedigree.TypeID(r.int(0)); len(all) == 0 || all[len(all)-1].ID != id {
			parents, err := readParents(r.text(8))
			if err != nil {
				_ = r.close() // the first error counts
				return nil, err
			}
			all = append(all, pedigree.Declaration{
				ID: id, Description: r.text(4), External: r.text(5), Reads: r.text(6), Writes: r.text(7), Parents: parents,
				Type: pedigree.Type{Kind: pedigree.Kind(r.int(1)), Name: r.text(2), Version: r.text(3)},
			})
		}
		if d := &all[len(all)-1]; !r.null(9) {
			d.Properties = append(d.Properties, pedigree.DeclaredProperty{Key: r.text(9), Form: pedigree.Form(r.int(10))})
		}
	}
	return all, r.close()
}

// readParents reads pairs of place and number, with commas between and in any
// order.
func readParents(list string) ([]pedigree.TypeID, error) {
	if list == "" {
		return nil, nil
	}
	pairs := strings.Split(list, ",")
	parents := make([]pedigree.TypeID, len(pairs))
	for _, pair := range pairs {
		var place int
		var id pedigree.TypeID
		if _, err := fmt.Sscanf(pair, "%d:%d", &place, &id); err != nil {
			return nil, err
		}
		if place < 0 || place >= len(parents) {
			return nil, fmt.Errorf("super types in places %s", list)
		}
		parents[place] = id
	}
	return parents, nil
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
	delete(t.fresh.declared, d.ID)
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
	return t.renew(pedigree.DefaultWorkspace, declarations)
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
