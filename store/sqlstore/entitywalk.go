package sqlstore

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// maxWalks bounds the types of which each has a walk or a part of an index of its
// own. Beyond it all matches are sorted.
const maxWalks = 64

// An entityWalk reads nodes along an index in the order asked for. Several are merged.
type entityWalk struct {
	text  *sqlText
	index string
	key   func(*rows) walkKey // reads the sort key, which stands behind the columns of the node
}

// A rank makes walks whose results are merged; those of another rank follow.
type rank func() ([]*entityWalk, error)

// A walkKey is what nodes are merged by.
type walkKey struct {
	text, more string
	num        float64
	int        int64
}

func (a walkKey) compare(b walkKey) int {
	return cmp.Or(strings.Compare(a.text, b.text), strings.Compare(a.more, b.more), cmp.Compare(a.num, b.num), cmp.Compare(a.int, b.int))
}

// walks gives the walks in the order that the query asks for: those of what has the
// trait, then, for a call each, those of what has not. It is nil where no index has
// that order.
func (e *entities) walks() []rank {
	switch by := e.q.By.(type) {
	case query.FieldTrait:
		if e.ours && len(e.types) <= maxWalks && typed(spaceOf(by)) && !by.Decimal {
			ranks := []rank{func() ([]*entityWalk, error) { return e.withField(by) }}
			if len(e.compares(by)) == 0 {
				ranks = append(ranks, func() ([]*entityWalk, error) { return e.withoutField(by) })
			}
			return ranks
		}
	case query.Attr:
		if by == query.Created || by == query.Updated {
			return []rank{func() ([]*entityWalk, error) { return e.byTime(by) }}
		}
		if by == query.UID && len(e.types) <= maxWalks {
			return []rank{e.byUID}
		}
	}
	return nil
}

// walk reads a page from walks.
func (e *entities) walk(ranks []rank) ([]pedigree.Node, error) {
	wanted := e.q.Offset + e.q.Limit
	var nodes []pedigree.Node
	for _, rank := range ranks {
		walks, err := rank()
		if err != nil {
			return nil, err
		}
		some, err := e.merge(walks, wanted-len(nodes))
		if err != nil {
			return nil, err
		}
		if nodes = append(nodes, some...); len(nodes) >= wanted {
			break
		}
	}
	return nodes[min(e.q.Offset, len(nodes)):min(wanted, len(nodes))], nil
}

func (e *entities) merge(walks []*entityWalk, wanted int) ([]pedigree.Node, error) {
	type walked struct {
		node pedigree.Node
		key  walkKey
	}
	var all []walked
	for _, w := range walks {
		r, err := e.conn.query(e.ctx, w.text.String(), append(slices.Clip(w.text.args), wanted)...)
		if err != nil {
			return nil, err
		}
		for r.next() {
			n, err := e.readNode(r)
			if err != nil {
				_ = r.close() // the first error counts
				return nil, err
			}
			all = append(all, walked{n, w.key(r)})
		}
		if err := r.close(); err != nil {
			return nil, err
		}
	}
	if len(walks) > 1 {
		slices.SortFunc(all, func(a, b walked) int {
			c := cmp.Or(a.key.compare(b.key), cmp.Compare(a.node.ID, b.node.ID))
			if e.q.Desc {
				return -c
			}
			return c
		})
	}
	nodes := make([]pedigree.Node, min(wanted, len(all)))
	for i := range nodes {
		nodes[i] = all[i].node
	}
	return nodes, nil
}

func (e *entities) down() string {
	if e.q.Desc {
		return " DESC"
	}
	return ""
}

// withField walks along the properties of each type. The index has no more than the
// beginning of a value that is kept apart (see maxInline): among texts that begin with
// the same characters these come first, by arrival.
func (e *entities) withField(by query.FieldTrait) ([]*entityWalk, error) {
	key, err := e.findKey(spaceOf(by), by.Key)
	if err != nil || key == 0 {
		return nil, err
	}
	column := columnOf(by.Form)
	index, columns := "property_entity_"+column, ", o."+column
	order := " ORDER BY o." + column + e.down()
	if column == "text" {
		columns += ", o.more"
		order += ", o.more" + e.down()
	}
	var all []*entityWalk
	for _, typ := range e.types {
		w := &sqlText{}
		w.add("SELECT "+nodeColumns+columns+" FROM property o"+e.use(index)+" CROSS JOIN node n ON n.id = o.node"+
			" WHERE o.type = ? AND o.key = ? AND o."+column+" IS NOT NULL AND n.workspace = ?", typ, key, e.q.Workspace)
		if err := e.bound(w, by); err != nil {
			return nil, err
		}
		if err := e.conditions(w, e.q.Where); err != nil {
			return nil, err
		}
		w.add(order + ", o.node" + e.down() + " LIMIT ?")
		all = append(all, &entityWalk{text: w, index: index, key: fieldKeys[column]})
	}
	return all, nil
}

// compares lists the comparisons of a property that every match fulfils, and no node
// without it.
func (e *entities) compares(by query.FieldTrait) []query.Holds {
	every, ok := e.q.Where.(query.Every)
	if !ok {
		every = query.Every{e.q.Where}
	}
	var all []query.Holds
	for _, part := range every {
		h, ok := part.(query.Holds)
		if !ok {
			continue
		}
		f, ok := h.Trait.(query.FieldTrait)
		if ok && spaceOf(f) == spaceOf(by) && f.Key == by.Key && f.Form == by.Form && !f.List && !f.Decimal && !fulfils(f.Unset, h) && wantsValue(h.Is) {
			all = append(all, h)
		}
	}
	return all
}

// bound narrows a walk along a property to what comparisons of it leave.
func (e *entities) bound(w *sqlText, by query.FieldTrait) error {
	column := columnOf(by.Form)
	value := &sqlText{}
	value.add("o." + column)
	for _, h := range e.compares(by) {
		w.add(" AND ")
		if column == "text" {
			textEntries(w, "o.text", h)
			continue
		}
		if err := comparison(w, value, h); err != nil {
			return err
		}
	}
	return nil
}

var fieldKeys = map[string]func(*rows) walkKey{
	"text": func(r *rows) walkKey {
		k := walkKey{text: r.text(nodeWidth)}
		if !r.null(nodeWidth + 1) {
			k.more = r.text(nodeWidth + 1)
		}
		return k
	},
	"int": func(r *rows) walkKey { return walkKey{int: r.int(nodeWidth)} },
	"num": func(r *rows) walkKey { return walkKey{num: r.float(nodeWidth)} },
}

// withoutField walks along the nodes of each type that lack the property.
func (e *entities) withoutField(by query.FieldTrait) ([]*entityWalk, error) {
	key, err := e.findKey(spaceOf(by), by.Key)
	if err != nil {
		return nil, err
	}
	var all []*entityWalk
	for _, typ := range e.types {
		w := &sqlText{}
		w.add("SELECT "+nodeColumns+" FROM node n"+e.use("node_type")+" WHERE n.workspace = ? AND n.type = ? AND NOT EXISTS (SELECT 1 FROM property o"+
			" WHERE o.node = n.id AND o.space = ? AND o.key = ? AND o."+columnOf(by.Form)+" IS NOT NULL)", e.q.Workspace, typ, spaceOf(by), key)
		if err := e.conditions(w, e.q.Where); err != nil {
			return nil, err
		}
		w.add(" ORDER BY n.id" + e.down() + " LIMIT ?")
		all = append(all, &entityWalk{text: w, index: "node_type", key: func(*rows) walkKey { return walkKey{} }})
	}
	return all, nil
}

// byUID walks along the identities of the nodes of each type.
func (e *entities) byUID() (all []*entityWalk, err error) {
	for _, typ := range e.types {
		w := &sqlText{}
		w.add("SELECT "+nodeColumns+", n.uid, NULL FROM node n"+e.use("node_uid")+" WHERE n.workspace = ? AND n.type = ?", e.q.Workspace, typ)
		if err := e.conditions(w, e.q.Where); err != nil {
			return nil, err
		}
		w.add(" ORDER BY n.uid" + e.down() + " LIMIT ?")
		all = append(all, &entityWalk{text: w, index: "node_uid", key: fieldKeys["text"]})
	}
	return all, nil
}

// byTime walks along the nodes of each kind.
func (e *entities) byTime(by query.Attr) ([]*entityWalk, error) {
	kinds := map[pedigree.Kind]bool{}
	for _, t := range e.q.Types {
		kinds[t.Kind] = true
	}
	column, index := orderColumns[by], walks[by]
	var all []*entityWalk
	for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context} {
		if !kinds[kind] {
			continue
		}
		w := &sqlText{}
		w.add("SELECT "+nodeColumns+", "+column+" FROM node n"+e.use(index)+" WHERE n.workspace = ? AND n.kind = ? AND +n.type IN ("+placeholders(len(e.types))+")", e.q.Workspace, kind)
		w.args = append(w.args, e.types...)
		if err := e.conditions(w, e.q.Where); err != nil {
			return nil, err
		}
		w.add(" ORDER BY " + column + e.down() + ", n.id" + e.down() + " LIMIT ?")
		all = append(all, &entityWalk{text: w, index: index, key: fieldKeys["int"]})
	}
	return all, nil
}
