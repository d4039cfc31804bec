package sqlstore

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// What holds for all nodes, and for none. Plain numbers would let SQLite drop a walk
// together with the index that it was told to use, which it then reports as an error.
const (
	always  = ".id >= 0"
	nowhere = ".id < 0"
)

// flatten makes one condition of those that are nested in others of their sort, and
// one comparison of those of a trait with one value or another: a long condition is
// neither deep nor of many parts then.
func flatten(f query.Fact) query.Fact {
	switch f := f.(type) {
	case query.Every:
		var all query.Every
		for _, part := range f {
			part = flatten(part)
			if inner, ok := part.(query.Every); ok {
				all = append(all, inner...)
			} else {
				all = append(all, part)
			}
		}
		return all
	case query.Some:
		var all query.Some
		at := make(map[query.Trait]int) // of comparisons for equality
		for _, part := range f {
			part = flatten(part)
			inner, ok := part.(query.Some)
			if !ok {
				inner = query.Some{part}
			}
			for _, one := range inner {
				all = merge(all, at, one)
			}
		}
		return all
	case query.Except:
		return query.Except{Part: flatten(f.Part)}
	case query.Tied:
		if f.Where != nil {
			f.Where = flatten(f.Where)
		}
		return f
	case query.Traded:
		if f.Where != nil {
			f.Where = flatten(f.Where)
		}
		return f
	}
	return f
}

// merge adds an alternative to others.
func merge(all query.Some, at map[query.Trait]int, one query.Fact) query.Some {
	h, ok := one.(query.Holds)
	if !ok || h.Is != query.Equal {
		return append(all, one)
	}
	i, there := at[h.Trait]
	if !there {
		at[h.Trait] = len(all)
		return append(all, one)
	}
	before, _ := all[i].(query.Holds)
	before.Values = append(slices.Clip(before.Values), h.Values...)
	all[i] = before
	return all
}

// alias gives a table of a statement a name of its own.
func (e *entities) alias(prefix string) string {
	e.aliases++
	return prefix + strconv.Itoa(e.aliases)
}

// fact writes a condition on the node that a table alias stands for. It is true or
// false, never null.
func (e *entities) fact(w *sqlText, n string, f query.Fact) error {
	switch f := f.(type) {
	case query.Every:
		return e.several(w, n, " AND ", n+always, f)
	case query.Some:
		return e.several(w, n, " OR ", n+nowhere, f)
	case query.Except:
		w.add("NOT ")
		return e.inBrackets(w, n, f.Part)
	case query.Holds:
		return e.holds(w, n, f)
	case query.Keyed:
		return e.keyed(w, n, f)
	case query.OfType:
		return e.ofType(w, n, f)
	case query.Classified:
		return e.classified(w, n, f)
	case query.Tied:
		return e.tied(w, n, f)
	case query.Traded:
		return e.traded(w, n, f)
	case query.Binned:
		w.add(n + ".deleted IS NOT NULL")
		return nil
	case query.Among:
		w.add(n+".id IN "+listed, jsonList(f.Nodes))
		return nil
	case query.Worded:
		e.worded(w, n, f)
		return nil
	}
	return pedigree.Errorf(pedigree.Internal, "a query of the catalog has an unknown condition %T", f)
}

func (e *entities) several(w *sqlText, n, word, none string, parts []query.Fact) error {
	if len(parts) == 0 {
		w.add(none)
		return nil
	}
	return balanced(w, word, parts, func(f query.Fact) error { return e.fact(w, n, f) })
}

func (e *entities) keyed(w *sqlText, n string, f query.Keyed) error {
	if f.Is == query.Equal {
		ids, err := e.keysOf(f)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			w.add(n + nowhere)
			return nil
		}
		p := e.alias("p")
		w.add("EXISTS (SELECT 1 FROM property "+p+" WHERE "+p+".node = "+n+".id AND "+p+".space = ? AND "+p+".key IN ("+placeholders(len(ids))+"))", f.Space)
		w.args = append(w.args, ids...)
		return nil
	}
	p, k := e.alias("p"), e.alias("k")
	w.add("EXISTS (SELECT 1 FROM property "+p+" CROSS JOIN key "+k+" ON "+k+".id = "+p+".key WHERE "+p+".node = "+n+".id AND "+p+".space = ? AND ", f.Space)
	value := &sqlText{}
	value.add(k + ".name")
	err := comparison(w, value, query.Holds{Is: f.Is, Values: f.Values})
	w.add(")")
	return err
}

// keysOf gives the numbers of the keys that one asks for by name.
func (e *entities) keysOf(f query.Keyed) (ids []any, err error) {
	for _, v := range f.Values {
		name, _ := v.(string)
		id, err := e.findKey(f.Space, name)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (e *entities) ofType(w *sqlText, n string, f query.OfType) error {
	types, _, err := e.typeNumbers(f.Types)
	if err != nil {
		return err
	}
	if len(types) == 0 {
		w.add(n + nowhere)
		return nil
	}
	w.add(n+".type IN ("+placeholders(len(types))+")", types...)
	return nil
}

func (e *entities) inBrackets(w *sqlText, n string, f query.Fact) error {
	w.add("(")
	err := e.fact(w, n, f)
	w.add(")")
	return err
}

// listed is a list of numbers that is bound as one JSON text, so that lists of any
// length share a statement.
const listed = "(SELECT value FROM json_each(?))"

func jsonList[ID ~int64](ids []ID) string {
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(id), 10)
	}
	return string(append(b, ']'))
}

func (e *entities) holds(w *sqlText, n string, f query.Holds) error {
	switch t := f.Trait.(type) {
	case query.FieldTrait:
		return e.holdsField(w, n, t, f)
	case query.Attr, query.TypeTrait, query.VersionTrait, query.StatusTrait, query.Spelled, query.Calc, query.Constant:
		value, err := e.value(n, t)
		if err != nil {
			return err
		}
		return compared(w, value, f)
	case query.Attribute:
		return e.holdsAttribute(w, n, t, f)
	case query.Author:
		value := &sqlText{}
		value.add(n + map[query.Author]string{query.Maker: ".created_by", query.Changer: ".updated_by"}[t])
		return compared(w, value, f)
	}
	return pedigree.Errorf(pedigree.Internal, "a query of the catalog compares an unknown trait %T", f.Trait)
}

// compared writes a comparison with a value that may be null, which is no match.
func compared(w *sqlText, value *sqlText, f query.Holds) error {
	w.add("coalesce(")
	err := comparison(w, value, f)
	w.add(", 0)")
	return err
}

// signs are the comparisons that are one.
var signs = map[query.Comparison]string{
	query.Less: " < ?", query.LessEqual: " <= ?", query.More: " > ?", query.MoreEqual: " >= ?", query.Globbed: " GLOB ?",
}

// comparison writes one with a value; it is null where that is, unless it asks for
// presence.
func comparison(w *sqlText, value *sqlText, f query.Holds) error {
	one := func(format string) {
		before, after, _ := strings.Cut(format, "@")
		w.add(before)
		w.add(value.String(), value.args...)
		w.add(after, f.Values...)
	}
	if wants := wantsValue(f.Is); wants && len(f.Values) == 0 || wants && f.Is != query.Equal && len(f.Values) != 1 || !wants && len(f.Values) > 0 {
		return pedigree.Errorf(pedigree.Internal, "a comparison %d of the catalog has %d values", f.Is, len(f.Values))
	}
	switch f.Is {
	case query.Present:
		one("@ IS NOT NULL")
	case query.NotEmpty:
		one("@ NOT IN ('', '[]', '{}')")
	case query.Equal:
		if len(f.Values) == 1 {
			one("@ = ?")
		} else {
			one("@ IN (" + placeholders(len(f.Values)) + ")")
		}
	case query.Starting:
		w.add("substr(")
		w.add(value.String(), value.args...)
		w.add(", 1, length(?)) = ?", f.Values[0], f.Values[0])
	case query.Ending:
		text, _ := f.Values[0].(string)
		if text == "" {
			one("@ IS NOT NULL")
			w.args = w.args[:len(w.args)-1] // the value is in no place
			break
		}
		w.add("substr(")
		w.add(value.String(), value.args...)
		w.add(", -length(?)) = ?", text, text)
	case query.Containing:
		w.add("instr(")
		w.add(value.String(), value.args...)
		w.add(", ?) > 0", f.Values[0])
	default:
		sign, ok := signs[f.Is]
		if !ok {
			return pedigree.Errorf(pedigree.Internal, "a query of the catalog has an unknown comparison %d", f.Is)
		}
		one("@" + sign)
	}
	return nil
}

func wantsValue(c query.Comparison) bool { return c != query.Present && c != query.NotEmpty }

// fulfils reports whether a constant does what a comparison asks for: what stands
// for a value that is not there is a number, a bool or a text.
func fulfils(unset any, f query.Holds) bool {
	if unset == nil {
		return false
	}
	a, number := numberOf(unset)
	for _, v := range f.Values {
		b, also := numberOf(v)
		text, _ := unset.(string)
		other, _ := v.(string)
		c := strings.Compare(text, other)
		if number && also {
			switch {
			case a < b:
				c = -1
			case a > b:
				c = 1
			default:
				c = 0
			}
		} else if number != also {
			continue
		}
		switch {
		case f.Is == query.Equal && c == 0, f.Is == query.Less && c < 0, f.Is == query.LessEqual && c <= 0,
			f.Is == query.More && c > 0, f.Is == query.MoreEqual && c >= 0,
			f.Is == query.Starting && !number && strings.HasPrefix(text, other),
			f.Is == query.Ending && !number && strings.HasSuffix(text, other),
			f.Is == query.Containing && !number && strings.Contains(text, other):
			return true
		}
	}
	return false
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// holdsField looks a property up. Where the value that stands for none fulfils the
// condition, that is turned around: no property does not.
func (e *entities) holdsField(w *sqlText, n string, t query.FieldTrait, f query.Holds) error {
	key, err := e.findKey(spaceOf(t), t.Key)
	if err != nil {
		return err
	}
	absent := fulfils(t.Unset, f)
	if key == 0 {
		w.add(n + map[bool]string{false: nowhere, true: always}[absent])
		return nil
	}
	p := e.alias("p")
	if absent {
		w.add("NOT ")
	}
	w.add("EXISTS (SELECT 1 FROM property "+p+" WHERE "+p+".node = "+n+".id AND "+p+".space = ? AND "+p+".key = ? AND ", spaceOf(t), key)
	if absent {
		w.add("NOT ")
	}
	w.add("coalesce(")
	if err := e.compareField(w, p, t, f); err != nil {
		return err
	}
	w.add(", 0))")
	return nil
}

func (e *entities) compareField(w *sqlText, p string, t query.FieldTrait, f query.Holds) error {
	value := &sqlText{}
	value.add(formValue(p, t.Form))
	switch {
	case t.List && wantsValue(f.Is):
		return e.member(w, value, f)
	case t.Decimal:
		value.Reset()
		value.add("CAST(" + textOf(p) + " AS NUMERIC)")
	case t.Form == pedigree.Text && f.Is == query.Equal && wholes(f.Values):
		value.Reset()
		value.add(p + ".text") // where nothing is cut off, that is all of it
	}
	return comparison(w, value, f)
}

// wholes reports whether all values are texts that the column text holds whole.
func wholes(values []any) bool {
	return !slices.ContainsFunc(values, func(v any) bool {
		text, ok := v.(string)
		return !ok || !isWhole(text)
	})
}

// member writes that the comparison holds for one member of a JSON list or object.
func (e *entities) member(w *sqlText, list *sqlText, f query.Holds) error {
	j := e.alias("j")
	w.add("EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(")
	w.add(list.String(), list.args...)
	w.add(") THEN ")
	w.add(list.String(), list.args...)
	w.add(" ELSE '[]' END) " + j + " WHERE ")
	value := &sqlText{}
	value.add(j + ".value")
	err := comparison(w, value, f)
	w.add(")")
	return err
}

// holdsAttribute compares a member of the attributes of a classification, whose
// table the alias stands for.
func (e *entities) holdsAttribute(w *sqlText, c string, t query.Attribute, f query.Holds) error {
	value, err := attributeOf(c, t.Key)
	if err != nil {
		return err
	}
	if t.Unset != nil {
		inner := value.String()
		value.Reset()
		value.add("coalesce("+inner+", ?)", t.Unset)
	}
	if t.List && wantsValue(f.Is) {
		w.add("coalesce(")
		err = e.member(w, value, f)
		w.add(", 0)")
		return err
	}
	return compared(w, value, f)
}

// attributeOf reads an attribute of the classification or relationship that a table
// alias stands for.
func attributeOf(alias, key string) (*sqlText, error) {
	path, err := json.Marshal(key)
	value := &sqlText{}
	value.add("(CASE WHEN "+alias+".attributes <> '' THEN json_extract("+alias+".attributes, ?) END)", "$."+string(path))
	return value, err
}

// names gives the numbers of definitions, those only that something uses.
func (e *entities) names(names []string) ([]any, error) {
	var ids []any
	for _, name := range names {
		id, err := e.findKey(definitionName, name)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (e *entities) classified(w *sqlText, n string, f query.Classified) error {
	ids, err := e.names(f.Names)
	if err != nil {
		return err
	}
	if f.Names != nil && len(ids) == 0 {
		w.add(n + nowhere)
		return nil
	}
	w.add("(")
	if !f.Carried {
		c := e.alias("c")
		w.add("EXISTS (SELECT 1 FROM classification " + c + e.use("classification_node") + " WHERE " + c + ".node = " + n + ".id")
		if err := e.ofClass(w, c, ids, f); err != nil {
			return err
		}
		w.add(")")
	}
	if !f.OwnOnly {
		if !f.Carried {
			w.add(" OR ")
		}
		if err := e.carried(w, n, ids, f); err != nil {
			return err
		}
	}
	w.add(")")
	return nil
}

func (e *entities) carried(w *sqlText, n string, ids []any, f query.Classified) error {
	k, c := e.alias("k"), e.alias("c")
	w.add("EXISTS (SELECT 1 FROM carried " + k + " CROSS JOIN classification " + c + " ON " + c + ".id = " + k + ".classification WHERE " + k + ".node = " + n + ".id")
	if f.Fix != nil && len(f.Fix.Not) > 0 {
		w.add(" AND "+k+".classification NOT IN "+listed, jsonList(f.Fix.Not))
	}
	if err := e.ofClass(w, c, ids, f); err != nil {
		return err
	}
	w.add(")")
	if f.Fix == nil {
		return nil
	}
	x, c := e.alias("x"), e.alias("c")
	w.add(" OR "+n+".id IN (SELECT json_extract("+x+".value, '$[1]') FROM json_each(?) "+x+" CROSS JOIN classification "+c+
		" ON "+c+".id = json_extract("+x+".value, '$[0]') WHERE "+c+".id > 0", carriedPairs(f.Fix.To))
	if err := e.ofClass(w, c, ids, f); err != nil {
		return err
	}
	w.add(")")
	return nil
}

// carriedPairs lists which classification is carried to which node, as one JSON text.
func carriedPairs(to map[pedigree.ClassificationID][]pedigree.NodeID) string {
	b := []byte{'['}
	for _, id := range slices.Sorted(maps.Keys(to)) {
		for _, node := range to[id] {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(append(b, '['), int64(id), 10)
			b = append(strconv.AppendInt(append(b, ','), int64(node), 10), ']')
		}
	}
	return string(append(b, ']'))
}

func (e *entities) ofClass(w *sqlText, c string, ids []any, f query.Classified) error {
	if len(ids) > 0 {
		w.add(" AND "+c+".type IN ("+placeholders(len(ids))+")", ids...)
	}
	if f.Only != nil {
		w.add(" AND "+c+".id IN "+listed, jsonList(f.Only))
	}
	if f.Where == nil {
		return nil
	}
	w.add(" AND ")
	return e.fact(w, c, f.Where)
}

func (e *entities) use(index string) string { return e.conn.dialect.UseIndex(index) }

func (e *entities) tied(w *sqlText, n string, f query.Tied) error {
	ids, err := e.names(f.Types)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		w.add(n + nowhere)
		return nil
	}
	w.add("(")
	for i, end := range endsOf(f.End) {
		if i > 0 {
			w.add(" OR ")
		}
		r, m := e.alias("r"), e.alias("m")
		w.add("EXISTS (SELECT 1 FROM relationship "+r+e.use("relationship_"+ends[end])+" CROSS JOIN node "+m+" ON "+m+".id = "+r+"."+ends[3-end]+
			" WHERE "+r+"."+ends[end]+" = "+n+".id AND "+r+".type IN ("+placeholders(len(ids))+")", ids...)
		w.add(" AND (" + r + ".deleted IS NULL OR " + r + ".deleted >= " + n + ".deleted OR " + r + ".deleted >= " + m + ".deleted)")
		if f.Where != nil {
			w.add(" AND ")
			if err := e.fact(w, m, f.Where); err != nil {
				return err
			}
		}
		w.add(")")
	}
	w.add(")")
	return nil
}

func endsOf(end int) []int {
	if end == 0 {
		return []int{1, 2}
	}
	return []int{end}
}

// sides are the two columns of an event, and the index that each is found by.
var sides = []struct{ own, other, index string }{
	{"execution", "artifact", "event_execution"},
	{"artifact", "execution", "event_artifact"},
}

func (e *entities) traded(w *sqlText, n string, f query.Traded) error {
	w.add("(")
	for i, s := range sides {
		if i > 0 {
			w.add(" OR ")
		}
		v, m := e.alias("v"), e.alias("m")
		w.add("EXISTS (SELECT 1 FROM event "+v+e.use(s.index)+" CROSS JOIN node "+m+" ON "+m+".id = "+v+"."+s.other+
			" WHERE "+v+"."+s.own+" = "+n+".id AND "+v+".direction = ? AND "+v+".role <> ?", f.Direction, pedigree.RoleInternal)
		if f.Where != nil {
			w.add(" AND ")
			if err := e.fact(w, m, f.Where); err != nil {
				return err
			}
		}
		w.add(")")
	}
	w.add(")")
	return nil
}

func (e *entities) worded(w *sqlText, n string, f query.Worded) {
	w.add("(")
	if match := wordQuery(f); match != "" {
		matched(w, n, e.alias("t"), match, f.Any == nil && strings.HasSuffix(f.Text, " "))
		if len(f.Stale) > 0 {
			w.add(" AND "+n+".id NOT IN "+listed, jsonList(f.Stale))
		}
	} else {
		w.add(n + nowhere)
	}
	if len(f.Fresh) > 0 {
		w.add(" OR "+n+".id IN "+listed, jsonList(f.Fresh))
	}
	w.add(")")
}
