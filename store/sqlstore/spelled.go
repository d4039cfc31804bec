package sqlstore

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
)

// spelled writes the name that a node of a type is called by, null for others. It
// does in SQL what [query.Spelled.Of] does.
func (e *entities) spelled(n string, s query.Spelled) (*sqlText, error) {
	id, err := e.findType(s.Type)
	if err != nil {
		return nil, err
	}
	w := &sqlText{}
	w.add("CASE WHEN "+n+".type = ? THEN ? || ", id, s.Prefix)
	switch s.By {
	case query.ByUID:
		w.add(n + ".uid")
	case query.ByQualified:
		w.add(strings.ReplaceAll("CASE WHEN instr(@, '/') = 0 THEN @"+
			" WHEN substr(@, instr(@, '/') - 1, 1) = ':' THEN replace(substr(@, 1, instr(@, '/') - 2), ':%2F%2F', '://') || '%3A' || substr(@, instr(@, '/'))"+
			" ELSE replace(substr(@, 1, instr(@, '/') - 1), ':%2F%2F', '://') || substr(@, instr(@, '/')) END", "@", n+".uid"))
	case query.ByName:
		w.add(n + ".name")
	case query.ByNameAndVersion:
		w.add(n + ".name || '/' || replace(replace(" + n + ".version, '%', '%25'), '/', '%2F')")
	case query.ByNameOrNumber:
		w.add(strings.ReplaceAll("CASE WHEN @.name = '' THEN '#' || @.id WHEN substr(@.name, 1, 1) = '#' THEN '#' || @.name ELSE @.name END", "@", n))
	default:
		return nil, pedigree.Errorf(pedigree.Internal, "a query of the catalog has an unknown spelling %d", s.By)
	}
	w.add(" END")
	return w, nil
}

// seedOfSpelled reads the index on what names begin with.
func (e *entities) seedOfSpelled(s query.Spelled, f query.Holds) (*seed, error) {
	first, _ := f.Values[0].(string)
	if f.Is == query.Globbed {
		first = first[:literal(first)]
	}
	id, err := e.findType(s.Type)
	if err != nil {
		return nil, err
	}
	one := &seed{}
	begins, ok := strings.CutPrefix(first, s.Prefix)
	switch {
	case f.Is != query.Starting && f.Is != query.Globbed, !ok && strings.HasPrefix(s.Prefix, first):
		begins = "" // any of the type
	case !ok:
		one.sure = true
		one.text.add("SELECT i.id FROM node i WHERE i.id < 0")
		return one, nil
	}
	index, column := spelledBy(s, &begins)
	if begins == "" {
		one.text.add("SELECT i.id FROM node i"+e.use("node_type")+" WHERE i.workspace = ? AND i.type = ?", e.q.Workspace, id)
		return one, nil
	}
	one.text.add("SELECT i.id FROM node i"+e.use(index)+" WHERE i.workspace = ? AND ", e.q.Workspace)
	if index == "node_label" {
		one.text.add("i.kind <> 3 AND i.name <> '' AND +i.type = ?", id)
	} else {
		one.text.add("i.type = ?", id)
	}
	if index == "node_context_name" {
		one.text.add(" AND i.kind = 3")
	}
	one.text.add(" AND ")
	within(&one.text, "i."+column, begins)
	return one, nil
}

// spelledBy gives the index that names are found by and the column that it is on, and
// makes of what a name begins with what the column does.
func spelledBy(s query.Spelled, begins *string) (index, column string) {
	switch s.By {
	case query.ByQualified:
		uid, whole := naming.Unshow(*begins)
		if !whole { // what ends it may be a part of what stands for something else
			uid = strings.TrimRight(uid, ":/%3A")
		}
		*begins = uid
		return "node_uid", "uid"
	case query.ByUID:
		return "node_uid", "uid"
	case query.ByNameAndVersion:
		if slash := strings.LastIndexByte(*begins, '/'); slash >= 0 {
			*begins = (*begins)[:slash]
		}
	case query.ByNameOrNumber:
		if name, marked := strings.CutPrefix(*begins, "#"); marked {
			*begins = ""
			if strings.HasPrefix(name, "#") {
				*begins = name
			}
		}
	}
	if s.Type.Kind == pedigree.Context {
		return "node_context_name", "name"
	}
	return "node_label", "name"
}
