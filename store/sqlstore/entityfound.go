package sqlstore

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A finding finds all that a query asks for in columns and sets that are kept.
type finding struct {
	*entities
	view    *columnsView
	foreign nodeSet // those of the types that are not of the catalog, of which columns know nothing
	all     nodeSet // what was found

	anywhere bool // it looks at nodes of any type, at the other end of relationships
}

// mostChecked is how many nodes are looked at one by one for a condition that no
// column tells of.
const mostChecked = 3000

// found gives all nodes that the query finds. ok is false where columns cannot tell, or
// are not there and not worth making: price is how many rows the search looks at
// without them, 0 to make none.
func (e *entities) found(price int64) (f *finding, all nodeSet, ok bool, err error) {
	view, err := e.viewColumns()
	if err != nil || view == nil {
		return nil, nil, false, err
	}
	if view.price = price; price > 0 {
		if view.cost, err = e.makingCosts(); err != nil {
			return nil, nil, false, err
		}
	}
	for _, f := range e.finds {
		if f.q.Live == e.q.Live && slices.Equal(f.types, e.types) && reflect.DeepEqual(f.q.Where, e.q.Where) {
			again := *f
			again.entities, again.view = e, view
			return &again, f.all, true, nil
		}
	}
	f = &finding{entities: e, view: view}
	if all, ok, err = f.scope(); err == nil && ok && e.q.Where != nil {
		all, ok, err = f.among(all, e.q.Where)
	}
	if err == nil && ok && view.complete {
		f.all = all
		e.tx.finds = append(e.tx.finds, f)
	}
	if err == nil && !ok && price > 0 {
		err = f.wish(e.q.Where, e.q.By)
	}
	return f, all, ok, err
}

// wish asks for all columns that a search would read, which is given up for want of one:
// or each would have to be missed as often as the one before it.
func (f *finding) wish(where query.Fact, by query.Trait) error {
	var traits []query.Trait
	every, several := where.(query.Every)
	if !several {
		every = query.Every{where}
	}
	for _, part := range every {
		if h, ok := part.(query.Holds); ok {
			traits = append(traits, h.Trait)
		}
	}
	for _, t := range append(traits, by) {
		if _, err := f.column(t); err != nil {
			return err
		}
	}
	return nil
}

// makingCosts is how many rows a search looks at before a column is made: an eighth of
// those that are read for it.
func (e *entities) makingCosts() (rows int64, err error) {
	if e.store.columns.eager {
		return 0, nil
	}
	used, err := e.TypesUsed(e.q.Workspace)
	for _, u := range used {
		if isEntity(u.Type) {
			rows += u.Live + u.Binned
		}
	}
	return rows / 8, err
}

// scope gives the nodes of the types.
func (f *finding) scope() (all nodeSet, ok bool, err error) {
	for _, typ := range f.types {
		number, _ := typ.(int64)
		set, err := f.set(typeNodes{f.q.Workspace, number})
		if err != nil || set == nil {
			return nil, false, err
		}
		all = all.or(set)
		if f.ours {
			continue
		}
		if of, err := f.typeByID(number); err != nil {
			return nil, false, err
		} else if !isEntity(of) {
			f.foreign = f.foreign.or(set)
		}
	}
	if !f.q.Live {
		return all, true, nil
	}
	binned, err := f.set(binnedNodes{})
	if err != nil || binned == nil {
		return nil, false, err
	}
	return all.without(binned), true, nil
}

// set gives a set that is kept, nil for none.
func (f *finding) set(k keeper) (nodeSet, error) {
	is, err := f.view.get(k)
	set, _ := is.(nodeSet)
	return set, err
}

// column gives a column that is kept, nil for none.
func (f *finding) column(t query.Trait) (*column, error) {
	var k keeper
	switch t := t.(type) {
	case query.FieldTrait:
		if t.List || t.Decimal || !typed(spaceOf(t)) {
			return nil, nil
		}
		key, err := f.findKey(spaceOf(t), t.Key)
		if err != nil {
			return nil, err
		}
		form := t.Form
		if form == pedigree.Bool {
			form = pedigree.Int
		}
		if key == 0 {
			return &column{values: values{form: form}}, nil
		}
		k = propertyColumn{f.q.Workspace, spaceOf(t), key, form}
	case query.Attr:
		if timesOfType[t] == nil {
			return nil, nil
		}
		k = timeColumn{f.q.Workspace, t}
	default:
		return nil, nil
	}
	is, err := f.view.get(k)
	c, _ := is.(*column)
	return c, err
}

// among gives what fulfils a condition among some nodes; ok is false where that cannot
// be told from columns.
func (f *finding) among(scope nodeSet, where query.Fact) (some nodeSet, ok bool, err error) {
	if scope.empty() {
		return nil, true, nil
	}
	switch w := where.(type) {
	case query.Every:
		return f.every(scope, w)
	case query.Some:
		for _, part := range w {
			more, ok, err := f.among(scope.without(some), part)
			if err != nil || !ok {
				return nil, false, err
			}
			some = some.or(more)
		}
		return some, true, nil
	case query.Except:
		not, ok, err := f.among(scope, w.Part)
		return scope.without(not), ok, err
	case query.Among:
		for _, id := range w.Nodes {
			some.add(id)
		}
		return scope.and(some), true, nil
	case query.Binned:
		binned, err := f.set(binnedNodes{})
		return scope.and(binned), binned != nil, err
	case query.OfType:
		return f.ofTypes(scope, w)
	case query.Classified:
		some, ok, err = f.ofClass(scope, w)
	case query.Worded:
		some, ok, err = f.withWords(scope, w)
	case query.Tied:
		some, ok, err = f.tied(scope, w)
	case query.Keyed:
		some, ok, err = f.keyed(scope, w)
	case query.Holds:
		some, ok, err = f.comparing(scope, w)
	}
	if err != nil || ok {
		return some, ok, err
	}
	return f.checked(scope, where)
}

// rankOf says which conditions are looked at first: those that cost little and leave
// little.
func rankOf(where query.Fact) int {
	switch where.(type) {
	case query.OfType, query.Among, query.Binned:
		return 0
	case query.Classified, query.Worded:
		return 1
	case query.Holds:
		return 2
	case query.Every, query.Some, query.Except:
		return 3
	}
	return 4
}

func (f *finding) every(scope nodeSet, parts query.Every) (nodeSet, bool, error) {
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b query.Fact) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	for _, part := range sorted {
		some, ok, err := f.among(scope, part)
		if err != nil || !ok {
			return nil, false, err
		}
		scope = some
	}
	return scope, true, nil
}

func (f *finding) ofTypes(scope nodeSet, w query.OfType) (some nodeSet, ok bool, err error) {
	types, _, err := f.typeNumbers(w.Types)
	if err != nil {
		return nil, false, err
	}
	for _, typ := range types {
		if !f.anywhere && !slices.Contains(f.types, typ) {
			continue
		}
		number, _ := typ.(int64)
		set, err := f.set(typeNodes{f.q.Workspace, number})
		if err != nil || set == nil {
			return nil, false, err
		}
		some = some.or(set)
	}
	return scope.and(some), true, nil
}

func (f *finding) ofClass(scope nodeSet, w query.Classified) (some nodeSet, ok bool, err error) {
	if w.Where != nil || w.Fix != nil {
		return nil, false, nil
	}
	if w.Only != nil {
		one, err := f.seedOfClass(w)
		if err != nil || one == nil {
			return nil, false, err
		}
		some, err = f.setOf(f.conn.query(f.ctx, one.text.String(), one.text.args...))
		return scope.and(some), err == nil, err
	}
	ids, err := f.names(w.Names)
	if err != nil {
		return nil, false, err
	}
	if w.Names == nil {
		ids = []any{int64(0)}
	}
	for _, id := range ids {
		class, _ := id.(int64)
		var keepers []keeper
		if !w.Carried {
			keepers = append(keepers, classNodes{f.q.Workspace, class})
		}
		if !w.OwnOnly {
			keepers = append(keepers, carriedNodes{f.q.Workspace, class})
		}
		for _, k := range keepers {
			set, err := f.set(k)
			if err != nil || set == nil {
				return nil, false, err
			}
			some = some.or(set)
		}
	}
	return scope.and(some), true, nil
}

func (f *finding) withWords(scope nodeSet, w query.Worded) (some nodeSet, ok bool, err error) {
	if match := wordQuery(w); match != "" {
		if some, err = f.set(wordNodes{match}); err != nil || some == nil {
			return nil, false, err
		}
		some = some.changed(w.Stale, func(pedigree.NodeID) bool { return false })
	}
	some = some.changed(w.Fresh, func(pedigree.NodeID) bool { return true })
	return scope.and(some), true, nil
}

// keyed reads what has the keys by an index.
func (f *finding) keyed(scope nodeSet, w query.Keyed) (some nodeSet, ok bool, err error) {
	one, err := f.seedOfKeyed(w)
	if err != nil || one == nil {
		return nil, false, err
	}
	some, err = f.setOf(f.conn.query(f.ctx, one.text.String(), one.text.args...))
	return scope.and(some), err == nil, err
}

// comparing compares a trait. Of nodes that are not of the catalog columns know
// nothing: these are looked at one by one.
func (f *finding) comparing(scope nodeSet, h query.Holds) (some nodeSet, ok bool, err error) {
	switch t := h.Trait.(type) {
	case query.StatusTrait:
		return f.ofStatus(scope, h)
	case query.Calc:
		some, ok, err = f.computing(scope.without(f.foreign), t, h)
	case query.FieldTrait, query.Attr:
		c, err := f.column(t)
		if err != nil || c == nil {
			return nil, false, err
		}
		var codes codeSet
		if codes, ok = c.fulfilling(h); !ok {
			return nil, false, nil
		}
		if field, is := t.(query.FieldTrait); is && fulfils(field.Unset, h) {
			codes.add(0)
		}
		some = c.among(codes, scope.without(f.foreign))
	}
	if err != nil || !ok {
		return nil, false, err
	}
	others, ok, err := f.checked(scope.and(f.foreign), h)
	return some.or(others), ok, err
}

func (f *finding) ofStatus(scope nodeSet, h query.Holds) (some nodeSet, ok bool, err error) {
	binned, err := f.set(binnedNodes{})
	if err != nil || binned == nil {
		return nil, false, err
	}
	for status, of := range map[string]nodeSet{"ACTIVE": scope.without(binned), "DELETED": scope.and(binned)} {
		if fulfilsOne(status, h.Is, h.Values) {
			some = some.or(of)
		}
	}
	return some, true, nil
}

// checked looks at nodes one by one: those that may fulfil the condition, by an index,
// or all, if they are few.
func (f *finding) checked(scope nodeSet, where query.Fact) (some nodeSet, ok bool, err error) {
	n := scope.count()
	if f.view.dear(0) {
		return nil, false, nil
	}
	if n > mostChecked {
		seeds, err := f.seeds(where)
		if err != nil {
			return nil, false, err
		}
		for _, one := range seeds {
			if n, err = f.firstInt("SELECT count(*) FROM ("+one.text.String()+" LIMIT ?) AS entries", append(slices.Clip(one.text.args), mostChecked+1)); err != nil {
				return nil, false, err
			}
			if n > mostChecked {
				continue
			}
			may, err := f.setOf(f.conn.query(f.ctx, one.text.String(), one.text.args...))
			if err != nil {
				return nil, false, err
			}
			scope = scope.and(may)
			break
		}
	}
	if n > mostChecked || f.view.dear(n) {
		return nil, false, nil
	}
	if scope.empty() {
		return nil, true, nil
	}
	w := &sqlText{}
	w.add("SELECT n.id FROM json_each(?) g CROSS JOIN node n ON n.id = g.value WHERE ", jsonList(slices.Collect(scope.all())))
	if err := f.fact(w, "n", where); err != nil {
		return nil, false, err
	}
	some, err = f.setOf(f.conn.query(f.ctx, w.String(), w.args...))
	return some, err == nil, err
}

// A reckoner computes a number of a node; ok is false where there is none.
type reckoner func(pedigree.NodeID) (n float64, ok bool)

// computing compares what is computed.
func (f *finding) computing(scope nodeSet, t query.Calc, h query.Holds) (some nodeSet, ok bool, err error) {
	reckon, err := f.reckoner(t)
	if err != nil || reckon == nil {
		return nil, false, err
	}
	for _, v := range h.Values {
		if _, number := numberOf(v); !number {
			return nil, false, nil
		}
	}
	if h.Is >= query.Globbed || h.Is == query.NotEmpty {
		return nil, false, nil
	}
	some = make(nodeSet, len(scope))
	for id := range scope.all() {
		if n, is := reckon(id); is && fulfilsOne(n, h.Is, h.Values) {
			some.add(id)
		}
	}
	return some, true, nil
}

// reckoner makes a function of what is computed; nil where columns do not tell.
func (f *finding) reckoner(t query.Trait) (reckoner, error) {
	switch t := t.(type) {
	case query.Constant:
		return func(pedigree.NodeID) (float64, bool) { return t.Number, true }, nil
	case query.Calc:
		left, err := f.reckoner(t.Left)
		if err != nil || left == nil {
			return nil, err
		}
		right, err := f.reckoner(t.Right)
		if err != nil || right == nil {
			return nil, err
		}
		return func(id pedigree.NodeID) (float64, bool) {
			a, ok := left(id)
			b, also := right(id)
			if !ok || !also {
				return 0, false
			}
			return query.Calculate(t.Op, a, b)
		}, nil
	}
	c, err := f.column(t)
	if err != nil || c == nil || !c.numbers() {
		return nil, err
	}
	unset, hasUnset := 0.0, false
	if field, ok := t.(query.FieldTrait); ok {
		unset, hasUnset = numberOf(field.Unset)
	}
	return func(id pedigree.NodeID) (float64, bool) {
		if code := c.code(id); code != 0 {
			return c.number(code), true
		}
		return unset, hasUnset
	}, nil
}
