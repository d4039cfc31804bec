package sqlstore

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// bestSeed gives the smallest seed of fewer than enough nodes, and how many these
// are; nil where there is none.
func (e *entities) bestSeed(enough int64) (best *seed, size int64, err error) {
	seeds, err := e.seeds(e.q.Where)
	if err != nil || len(seeds) == 0 {
		return nil, 0, err
	}
	for _, one := range seeds {
		if one.sure {
			return one, 1, nil
		}
		n := one.size
		if n == 0 {
			args := append(slices.Clip(one.text.args), enough)
			if n, err = e.firstInt("SELECT count(*) FROM ("+one.text.String()+" LIMIT ?) AS entries", args); err != nil {
				return nil, 0, err
			}
		}
		if n < enough {
			best, enough = one, n
		}
	}
	return best, enough, nil
}

// seeds lists sets of nodes among which all that fulfil a condition are.
func (e *entities) seeds(f query.Fact) ([]*seed, error) {
	switch f := f.(type) {
	case query.Every:
		var all []*seed
		for _, part := range f {
			more, err := e.seeds(part)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	case query.Some:
		return e.union(f)
	}
	one, err := e.seedOf(f)
	if err != nil || one == nil {
		return nil, err
	}
	return []*seed{one}, nil
}

func (e *entities) union(parts []query.Fact) ([]*seed, error) {
	if len(parts) == 0 || len(parts) > maxUnion || e.unions > 2 { // those in others look at too much
		return nil, nil
	}
	e.unions++
	defer func() { e.unions-- }()
	union := &seed{sure: true}
	for i, part := range parts {
		some, err := e.seeds(part)
		if err != nil || len(some) == 0 || e.unions > 1 && len(parts) > 4 {
			return nil, err
		}
		if i > 0 {
			union.text.add(" UNION ALL ")
		}
		union.text.add("SELECT * FROM (")
		union.text.add(some[0].text.String(), some[0].text.args...)
		union.text.add(")")
		union.sure = union.sure && some[0].sure
	}
	return []*seed{union}, nil
}

func (e *entities) seedOf(f query.Fact) (*seed, error) {
	one := &seed{}
	switch f := f.(type) {
	case query.Among:
		one.sure = len(f.Nodes) <= e.store.engine.Selective
		one.size, one.implies = int64(len(f.Nodes)), f
		one.text.add("SELECT value FROM json_each(?)", jsonList(f.Nodes))
	case query.Holds:
		return e.seedOfHolds(f)
	case query.Keyed:
		return e.seedOfKeyed(f)
	case query.Classified:
		return e.seedOfClass(f)
	case query.Tied:
		return e.seedOfTied(f)
	case query.Traded:
		return e.seedOfTraded(f)
	case query.Worded:
		match := wordQuery(f)
		if match == "" {
			return nil, nil
		}
		one.text.add("SELECT t.rowid FROM node_text t WHERE t.node_text MATCH ?", match)
		if len(f.Stale) == 0 {
			one.implies = f
		}
		if len(f.Fresh) > 0 {
			one.text.add(" UNION ALL SELECT value FROM json_each(?)", jsonList(f.Fresh))
		}
	case query.Binned:
		one.text.add("SELECT i.id FROM node i" + e.use("node_in_bin") + " WHERE i.deleted IS NOT NULL")
	default:
		return nil, nil
	}
	return one, nil
}

// seedOfKeyed reads an index on texts of entities, which are at home in the workspace.
// It has what fulfils the condition, and nothing else. Of the typed spaces none has all.
func (e *entities) seedOfKeyed(f query.Keyed) (*seed, error) {
	if e.nested > 0 || !e.ours || typed(f.Space) || f.Space == pedigree.Metric {
		return nil, nil
	}
	keys := &sqlText{}
	if f.Is == query.Equal {
		ids, err := e.keysOf(f)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			one := &seed{sure: true}
			one.text.add("SELECT i.id FROM node i WHERE i.id < 0")
			return one, nil
		}
		keys.add(placeholders(len(ids)), ids...)
	} else {
		keys.add("SELECT k.id FROM key k WHERE k.space = ? AND ", f.Space)
		name := &sqlText{}
		name.add("k.name")
		if err := comparison(keys, name, query.Holds{Is: f.Is, Values: f.Values}); err != nil {
			return nil, err
		}
	}
	one := &seed{} // it gives a node once for each key
	one.text.add("SELECT p.node FROM property p"+e.use("property_text")+" WHERE "+inOthers("p")+" AND p.home = ? AND p.text IS NOT NULL AND p.key IN ("+keys.String()+")", e.q.Workspace)
	one.text.args = append(one.text.args, keys.args...)
	return one, nil
}

// seedOfHolds reads an index on properties, or on names.
func (e *entities) seedOfHolds(f query.Holds) (*seed, error) {
	if !wantsValue(f.Is) || len(f.Values) == 0 {
		return nil, nil
	}
	if f.Trait == query.Trait(query.Name) && f.Is == query.Equal && !hasEmpty(f.Values) {
		return e.seedOfName(f.Values), nil
	}
	if f.Trait == query.Trait(query.UID) && f.Is == query.Equal && e.nested == 0 {
		one := &seed{sure: true}
		one.text.add("SELECT i.id FROM node i"+e.use("node_uid")+" WHERE i.workspace = ? AND i.type IN ("+placeholders(len(e.types))+") AND i.uid IN ("+placeholders(len(f.Values))+")", e.q.Workspace)
		one.text.args = append(append(one.text.args, e.types...), f.Values...)
		return one, nil
	}
	if s, ok := f.Trait.(query.Spelled); ok {
		return e.seedOfSpelled(s, f)
	}
	t, ok := f.Trait.(query.FieldTrait)
	if !ok || t.List || t.Decimal || !typed(spaceOf(t)) || fulfils(t.Unset, f) || !bounded(f) {
		return nil, nil
	}
	key, err := e.findKey(spaceOf(t), t.Key)
	if err != nil {
		return nil, err
	}
	one := &seed{}
	column := columnOf(t.Form)
	value, fulfils := &sqlText{}, &sqlText{}
	value.add("p." + column)
	if column == "text" {
		textEntries(fulfils, "p.text", f)
	} else if err := comparison(fulfils, value, f); err != nil {
		return nil, err
	}
	if e.nested == 0 && e.ours && len(e.types) <= maxWalks {
		one.text.add("SELECT p.node FROM property p"+e.use("property_entity_"+column)+" WHERE p.type IN ("+placeholders(len(e.types))+") AND p.key = ? AND p."+column+" IS NOT NULL AND ", e.types...)
		one.text.args = append(one.text.args, key)
		one.text.add(fulfils.String(), fulfils.args...)
	} else {
		e.facts(&one.text, e.q.Workspace, key, column, fulfils)
	}
	if column != "text" || f.Is == query.Equal && wholes(f.Values) {
		one.implies = f
	}
	return one, nil
}

// bounded reports whether an index finds what fulfils a comparison.
func bounded(f query.Holds) bool {
	first, _ := f.Values[0].(string)
	switch f.Is {
	case query.Ending, query.Containing:
		return false
	case query.Starting:
		return first != ""
	case query.Globbed:
		return literal(first) > 0
	}
	return true
}

// columnOf names the column of a property that values of a form are in. The indexes
// on it are named alike.
func columnOf(form pedigree.Form) string {
	switch form {
	case pedigree.Int, pedigree.Bool:
		return "int"
	case pedigree.Double:
		return "num"
	}
	return "text"
}

// textEntries bounds the entries of an index on texts. They are cut off, so there may
// be more than what matches.
func textEntries(w *sqlText, text string, f query.Holds) {
	first, _ := f.Values[0].(string)
	switch f.Is {
	case query.Equal:
		w.add(text + " IN (" + placeholders(len(f.Values)) + ")")
		for _, v := range f.Values {
			whole, _ := v.(string)
			w.args = append(w.args, prefixOf(whole))
		}
	case query.Starting:
		within(w, text, prefixOf(first))
	case query.Globbed:
		within(w, text, prefixOf(first[:max(0, literal(first))]))
	case query.Less, query.LessEqual:
		w.add(text+" <= ?", first)
	case query.More, query.MoreEqual:
		w.add(text+" >= ?", prefixOf(first))
	default:
		w.add(text + " IS NOT NULL")
	}
}

// within bounds the index to texts that begin with a text.
func within(w *sqlText, text, prefix string) {
	w.add(text+" >= ?", prefix)
	if end, ok := beyond(prefix); ok {
		w.add(" AND "+text+" < ?", end)
	}
}

// beyond gives the first text after all that begin with a prefix.
func beyond(prefix string) (string, bool) {
	runes := []rune(prefix)
	for len(runes) > 0 {
		last := len(runes) - 1
		if r := runes[last]; r < 0x10FFFF {
			if runes[last]++; runes[last] == 0xD800 { // the first of what is no character
				runes[last] = 0xE000
			}
			return string(runes), true
		}
		runes = runes[:last]
	}
	return "", false
}

// literal is how many bytes of a pattern stand for themselves, at its beginning.
func literal(pattern string) int {
	if i := strings.IndexAny(pattern, "*?["); i >= 0 {
		return i
	}
	return len(pattern)
}

func (e *entities) seedOfName(names []any) *seed {
	list := placeholders(len(names))
	one := &seed{}
	one.text.add("SELECT i.id FROM node i"+e.use("node_label")+" WHERE i.workspace = ? AND i.kind <> 3 AND i.name <> '' AND i.name IN ("+list+")", e.q.Workspace)
	one.text.args = append(one.text.args, names...)
	one.text.add(" UNION ALL SELECT i.id FROM node i"+e.use("node_context_name")+
		" WHERE i.workspace = ? AND i.kind = 3 AND i.type IN (SELECT y.id FROM type y WHERE y.kind = 3) AND i.name IN ("+list+")", e.q.Workspace)
	one.text.args = append(one.text.args, names...)
	return one
}

func (e *entities) seedOfClass(f query.Classified) (*seed, error) {
	if f.Names == nil {
		return nil, nil
	}
	ids, err := e.names(f.Names)
	if err != nil {
		return nil, err
	}
	one := &seed{}
	if len(ids) == 0 {
		one.sure = true
		one.text.add("SELECT i.id FROM node i WHERE i.id < 0")
		return one, nil
	}
	of := " WHERE c.workspace = ? AND c.type IN (" + placeholders(len(ids)) + ")"
	args := append([]any{e.q.Workspace}, ids...)
	if f.Only != nil {
		of += " AND c.id IN " + listed
		args = append(args, jsonList(f.Only))
	}
	from := "classification c" + e.use("classification_type_id")
	if !f.Carried {
		one.text.add("SELECT c.node FROM "+from+of, args...)
	}
	if f.OwnOnly {
		return one, nil
	}
	if !f.Carried {
		one.text.add(" UNION ALL ")
	}
	one.text.add("SELECT k.node FROM "+from+" CROSS JOIN carried k"+e.use("carried_by")+" ON k.classification = c.id"+of, args...)
	if f.Fix != nil {
		one.text.add(" UNION ALL SELECT json_extract(x.value, '$[1]') FROM json_each(?) x", carriedPairs(f.Fix.To))
	}
	return one, nil
}

func (e *entities) seedOfTied(f query.Tied) (*seed, error) {
	if f.Where == nil {
		return nil, nil
	}
	ids, err := e.names(f.Types)
	if err != nil {
		return nil, err
	}
	inner, err := e.innerSeed(f.Where)
	if err != nil || inner == nil {
		return nil, err
	}
	one := &seed{}
	if len(ids) == 0 {
		one.text.add("SELECT i.id FROM node i WHERE i.id < 0")
		return one, nil
	}
	for i, end := range endsOf(f.End) {
		if i > 0 {
			one.text.add(" UNION ALL ")
		}
		one.text.add("SELECT r."+ends[end]+" FROM relationship r"+e.use("relationship_"+ends[3-end])+" WHERE r."+ends[3-end]+" IN ("+inner.text.String()+")", inner.text.args...)
		one.text.add(" AND r.type IN ("+placeholders(len(ids))+")", ids...)
	}
	return one, nil
}

// innerSeed gives a seed of what is at the other end, which may be of any type: one
// that is sure to be small, or the first.
func (e *entities) innerSeed(f query.Fact) (*seed, error) {
	e.nested++
	defer func() { e.nested-- }()
	some, err := e.seeds(f)
	if err != nil || len(some) == 0 {
		return nil, err
	}
	for _, one := range some {
		if one.sure {
			return one, nil
		}
	}
	return some[0], nil
}

func (e *entities) seedOfTraded(f query.Traded) (*seed, error) {
	if f.Where == nil {
		return nil, nil
	}
	inner, err := e.innerSeed(f.Where)
	if err != nil || inner == nil {
		return nil, err
	}
	one := &seed{}
	for i, s := range sides {
		if i > 0 {
			one.text.add(" UNION ALL ")
		}
		other := sides[1-i]
		one.text.add("SELECT v."+s.own+" FROM event v"+e.use(other.index)+" WHERE v."+s.other+" IN ("+inner.text.String()+")", inner.text.args...)
		one.text.add(" AND v.direction = ?", f.Direction)
	}
	return one, nil
}
