package sqlstore

import (
	"sync"

	"github.com/pedigree-ml/pedigree"
)

// names remembers how the tables key and type number things. Their rows never
// change, so what was read or committed once stays true, on every replica.
type names struct {
	mu      sync.RWMutex
	keys    map[keyName]int64
	keyOf   map[int64]keyName
	types   map[pedigree.Type]int64
	typeOf  map[int64]pedigree.Type
	maxKeys int // beyond it the memory of keys starts anew
}

type keyName struct {
	space pedigree.Space
	name  string
}

func newNames() *names {
	n := &names{maxKeys: 500_000, types: map[pedigree.Type]int64{}, typeOf: map[int64]pedigree.Type{}}
	n.resetKeys()
	return n
}

func (n *names) resetKeys() {
	n.keys = map[keyName]int64{}
	n.keyOf = map[int64]keyName{}
}

// draft is what one transaction has added; only a commit makes it true. And
// what it has read of types, which is true until it ends.
type draft struct {
	keys     map[keyName]int64
	types    map[pedigree.Type]int64
	declared map[pedigree.TypeID]pedigree.Declaration
}

func (n *names) draft() *draft { return &draft{} }

// keep remembers what a committed transaction added.
func (n *names) keep(d *draft) {
	if len(d.keys) == 0 && len(d.types) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for k, id := range d.keys {
		n.addKey(k, id)
	}
	for t, id := range d.types {
		n.types[t], n.typeOf[id] = id, t
	}
}

func (n *names) addKey(k keyName, id int64) {
	if len(n.keys) >= n.maxKeys {
		n.resetKeys()
	}
	n.keys[k], n.keyOf[id] = id, k
}

// findKey returns the number of a key, 0 where it has none.
func (t *tx) findKey(space pedigree.Space, name string) (int64, error) {
	k := keyName{space, name}
	n := t.store.names
	n.mu.RLock()
	id := n.keys[k]
	n.mu.RUnlock()
	if id != 0 {
		return id, nil
	}
	if t.fresh != nil && t.fresh.keys[k] != 0 {
		return t.fresh.keys[k], nil
	}
	id, err := t.oneInt(keyByName, space, name)
	if err == nil && id != 0 {
		n.mu.Lock()
		n.addKey(k, id)
		n.mu.Unlock()
	}
	return id, err
}

// makeKey returns the number of a key, giving it one where it has none.
func (t *tx) makeKey(space pedigree.Space, name string) (int64, error) {
	id, err := t.findKey(space, name)
	if id != 0 || err != nil {
		return id, err
	}
	if id, err = t.insert(keyInsert, space, name); err != nil {
		return 0, err
	}
	if t.fresh.keys == nil {
		t.fresh.keys = map[keyName]int64{}
	}
	t.fresh.keys[keyName{space, name}] = id
	return id, nil
}

// keyName returns the name of the key that a number stands for.
func (t *tx) keyName(id int64) (string, error) {
	k, err := t.keyOf(id)
	return k.name, err
}

// keyOf returns the key that a number stands for.
func (t *tx) keyOf(id int64) (keyName, error) {
	n := t.store.names
	n.mu.RLock()
	k, ok := n.keyOf[id]
	n.mu.RUnlock()
	if ok {
		return k, nil
	}
	r, err := t.query(keyByID, id)
	if err != nil {
		return k, err
	}
	if r.next() {
		k = keyName{pedigree.Space(r.int(0)), r.text(1)}
	}
	if err := r.close(); err != nil {
		return k, err
	}
	if t.fresh == nil { // a writer may see rows that are not committed yet
		n.mu.Lock()
		n.addKey(k, id)
		n.mu.Unlock()
	}
	return k, nil
}

// findType returns the number of a type, 0 where it has none.
func (t *tx) findType(typ pedigree.Type) (int64, error) {
	n := t.store.names
	n.mu.RLock()
	id := n.types[typ]
	n.mu.RUnlock()
	if id != 0 {
		return id, nil
	}
	if t.fresh != nil && t.fresh.types[typ] != 0 {
		return t.fresh.types[typ], nil
	}
	id, err := t.oneInt(typeByName, typ.Kind, typ.Name, typ.Version)
	if err == nil && id != 0 {
		n.mu.Lock()
		n.types[typ], n.typeOf[id] = id, typ
		n.mu.Unlock()
	}
	return id, err
}

// makeType returns the number of a type, giving it one where it has none.
func (t *tx) makeType(typ pedigree.Type) (int64, error) {
	id, err := t.findType(typ)
	if id != 0 || err != nil {
		return id, err
	}
	if id, err = t.insert(typeInsert, typ.Kind, typ.Name, typ.Version); err != nil {
		return 0, err
	}
	if t.fresh.types == nil {
		t.fresh.types = map[pedigree.Type]int64{}
	}
	t.fresh.types[typ] = id
	return id, t.renew(pedigree.DefaultWorkspace, declarations)
}

// typeByID returns the type that a number stands for.
func (t *tx) typeByID(id int64) (pedigree.Type, error) {
	n := t.store.names
	n.mu.RLock()
	typ, ok := n.typeOf[id]
	n.mu.RUnlock()
	if ok {
		return typ, nil
	}
	r, err := t.query(typeByID, id)
	if err != nil {
		return typ, err
	}
	if r.next() {
		typ = pedigree.Type{Kind: pedigree.Kind(r.int(0)), Name: r.text(1), Version: r.text(2)}
	}
	if err := r.close(); err != nil {
		return typ, err
	}
	if t.fresh == nil { // a writer may see rows that are not committed yet
		n.mu.Lock()
		n.types[typ], n.typeOf[id] = id, typ
		n.mu.Unlock()
	}
	return typ, nil
}
