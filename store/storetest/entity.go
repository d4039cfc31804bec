package storetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A catalog is a small one as the model of its queries knows it.
type catalogWorld struct {
	nodes     []*worldNode
	classes   []pedigree.Classification
	carried   map[pedigree.NodeID][]pedigree.ClassificationID
	relations []pedigree.Relationship
	events    []pedigree.Event
}

// The types of the model: all kinds, one that no catalog made.
var entityTypes = []pedigree.Type{
	{Name: "atlas.table", Kind: pedigree.Artifact},
	{Name: "atlas.view", Kind: pedigree.Artifact},
	{Name: "atlas.load", Kind: pedigree.Execution},
	{Name: "atlas.db", Kind: pedigree.Context},
	pedigree.RunType,
}

var (
	entityTexts  = []string{"", "a", "ab", "b[c]", "*", "#", "#1", "ä", strings.Repeat("long", 16), strings.Repeat("long", 16) + "a", strings.Repeat("long", 20), strings.Repeat("huge", 1100)}
	entityLists  = []string{"[]", `["a","b"]`, `["b"]`, `[1,2]`, "no list"}
	entityWords  = []string{"red", "reddish", "blue"}
	entityFields = []query.FieldTrait{
		{Key: "text"},
		{Key: "int", Form: pedigree.Int},
		{Key: "num", Form: pedigree.Double},
		{Key: "bool", Form: pedigree.Bool},
		{Key: "list", List: true},
		{Key: "dec", Decimal: true},
		{Key: "int", Form: pedigree.Int, Unset: int64(0)},
		{Key: "bool", Form: pedigree.Bool, Unset: false},
		{Key: "nowhere"},
		{Key: "label", Space: pedigree.Tag},
	}
)

func buildCatalog(e *env, t *rapid.T) *catalogWorld {
	var w *catalogWorld
	e.update(func(tx store.Tx) error {
		w = &catalogWorld{carried: map[pedigree.NodeID][]pedigree.ClassificationID{}}
		for range rapid.IntRange(1, 12).Draw(t, "nodes") {
			if err := w.addNode(e, tx, t); err != nil {
				return err
			}
		}
		if err := w.addClasses(tx, t); err != nil {
			return err
		}
		return w.tie(e, tx, t)
	})
	return w
}

func (w *catalogWorld) addNode(e *env, tx store.Tx, t *rapid.T) error {
	e.made++
	e.now.Add(rapid.Int64Range(0, 1).Draw(t, "later"))
	n := &worldNode{Node: *draft(rapid.SampledFrom(entityTypes).Draw(t, "type"), pedigree.DefaultWorkspace,
		rapid.SampledFrom([]string{"", "a/", "s3:%2F%2Fb/x/", "f:/", "a:%2F%25/"}).Draw(t, "namespace")+fmt.Sprint("c", e.made))}
	n.Version = rapid.SampledFrom([]string{"", "1", "a/b%"}).Draw(t, "version")
	if n.Type.Kind != pedigree.Context {
		n.Name = rapid.SampledFrom(entityTexts).Draw(t, "name")
	}
	n.Deleted = rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, pedigree.NoTime, pedigree.NoTime, 4}).Draw(t, "deleted")
	if err := tx.CreateNode(&n.Node); err != nil {
		return err
	}
	w.nodes = append(w.nodes, n)
	for _, f := range entityFields[:6] {
		if rapid.IntRange(0, 2).Draw(t, "has") == 0 {
			continue
		}
		p := pedigree.Property{Space: pedigree.Field, Key: f.Key, Form: f.Form}
		switch {
		case f.List:
			p.Value = rapid.SampledFrom(entityLists).Draw(t, "list")
		case f.Decimal:
			p.Value = rapid.SampledFrom([]string{"10", "9", "-1"}).Draw(t, "decimal")
		case f.Form == pedigree.Int:
			p.Int = rapid.Int64Range(-1, 2).Draw(t, "int")
		case f.Form == pedigree.Bool:
			p.Int = rapid.Int64Range(0, 1).Draw(t, "bool")
		case f.Form == pedigree.Double:
			p.Number = rapid.SampledFrom([]float64{-0.5, 0, 1, 2.5}).Draw(t, "num")
		default:
			p.Value = rapid.SampledFrom(entityTexts).Draw(t, "text")
		}
		n.properties = append(n.properties, p)
	}
	if rapid.Bool().Draw(t, "labelled") {
		n.properties = append(n.properties, pedigree.Property{Space: pedigree.Tag, Key: "label"})
	}
	n.words = rapid.SliceOfN(rapid.SampledFrom(entityWords), 0, 2).Draw(t, "words")
	if err := tx.SetText(n.ID, strings.Join(n.words, " ")); err != nil {
		return err
	}
	return tx.PutProperties(&n.Node, n.properties...)
}

// change changes a node: a property, the bin, a class, or what it is tied to.
func (w *catalogWorld) change(e *env, tx store.Tx, t *rapid.T) error {
	n := rapid.SampledFrom(w.nodes).Draw(t, "changed")
	e.now.Add(1)
	f := rapid.SampledFrom(entityFields[:3]).Draw(t, "changed field")
	n.properties = slices.DeleteFunc(n.properties, func(p pedigree.Property) bool { return p.Space == pedigree.Field && p.Key == f.Key })
	p := pedigree.Property{Space: pedigree.Field, Key: f.Key, Form: f.Form, Int: 7}
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		if _, err := tx.DeleteProperty(&n.Node, pedigree.Field, f.Key); err != nil {
			return err
		}
	default:
		switch f.Form {
		case pedigree.Double:
			p.Int, p.Number = 0, 7.5
		case pedigree.Text:
			p.Int, p.Value = 0, rapid.SampledFrom(append(entityTexts, "new")).Draw(t, "new text")
		}
		if err := tx.PutProperties(&n.Node, p); err != nil {
			return err
		}
		n.properties = append(n.properties, p)
	}
	if rapid.Bool().Draw(t, "to the bin or out") {
		n.Deleted = rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, 4}).Draw(t, "now deleted")
		if err := tx.UpdateNode(&n.Node); err != nil {
			return err
		}
	}
	if len(w.classes) > 0 && rapid.Bool().Draw(t, "declassified") {
		i := rapid.IntRange(0, len(w.classes)-1).Draw(t, "class")
		if _, err := tx.DeleteClassification(w.classes[i].ID); err != nil {
			return err
		}
		w.classes = slices.Delete(w.classes, i, i+1)
	}
	if len(w.relations) > 0 && rapid.Bool().Draw(t, "untied") {
		i := rapid.IntRange(0, len(w.relations)-1).Draw(t, "relation")
		r := &w.relations[i]
		if r.Deleted = rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, 3}).Draw(t, "now let go"); rapid.Bool().Draw(t, "for good") {
			_, err := tx.DeleteRelationship(r.ID)
			w.relations = slices.Delete(w.relations, i, i+1)
			return err
		}
		return tx.UpdateRelationship(r)
	}
	return nil
}

func (w *catalogWorld) addClasses(tx store.Tx, t *rapid.T) error {
	for _, n := range w.nodes {
		for _, name := range []string{"PII", "Log Data"} {
			if rapid.IntRange(0, 3).Draw(t, "classified") > 0 {
				continue
			}
			c := pedigree.Classification{Workspace: pedigree.DefaultWorkspace, Node: n.ID, Type: name}
			c.Attributes = rapid.SampledFrom([]string{"", `{"level":1}`, `{"level":2,"of":"a"}`}).Draw(t, "attributes")
			if err := tx.PutClassification(&c); err != nil {
				return err
			}
			w.classes = append(w.classes, c)
			if rapid.Bool().Draw(t, "carried") {
				to := rapid.SampledFrom(w.nodes).Draw(t, "to").ID
				if err := tx.Carry(c.ID, to); err != nil {
					return err
				}
				w.carried[to] = append(w.carried[to], c.ID)
			}
		}
	}
	return nil
}

func (w *catalogWorld) tie(e *env, tx store.Tx, t *rapid.T) error {
	for range rapid.IntRange(0, 8).Draw(t, "relationships") {
		e.made++
		r := pedigree.Relationship{
			Workspace: pedigree.DefaultWorkspace, UID: fmt.Sprint("r", e.made), Type: rapid.SampledFrom([]string{"in_db", "near"}).Draw(t, "type"),
			End1: rapid.SampledFrom(w.nodes).Draw(t, "end1").ID, End2: rapid.SampledFrom(w.nodes).Draw(t, "end2").ID,
			Deleted: rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, pedigree.NoTime, 3, 4}).Draw(t, "deleted"),
		}
		if err := tx.CreateRelationship(&r); err != nil {
			return err
		}
		w.relations = append(w.relations, r)
	}
	for range rapid.IntRange(0, 5).Draw(t, "events") {
		a, x := rapid.SampledFrom(w.nodes).Draw(t, "artifact"), rapid.SampledFrom(w.nodes).Draw(t, "execution")
		if a.Type.Kind != pedigree.Artifact || x.Type.Kind != pedigree.Execution {
			continue
		}
		ev := pedigree.Event{
			Execution: x.ID, Artifact: a.ID, Direction: rapid.SampledFrom([]pedigree.Direction{pedigree.Input, pedigree.Output}).Draw(t, "direction"),
			Role: rapid.SampledFrom([]pedigree.Role{pedigree.RoleUsed, pedigree.RoleUsed, pedigree.RoleInternal}).Draw(t, "role"),
		}
		if _, err := tx.PutEvent(&ev); err != nil {
			return err
		}
		w.events = append(w.events, ev)
	}
	return nil
}

func drawFact(t *rapid.T, w *catalogWorld, depth int) query.Fact {
	most := 10
	if depth == 0 {
		most = 5
	}
	inner := func() query.Fact {
		if depth == 0 {
			return nil
		}
		return drawFact(t, w, depth-1)
	}
	switch rapid.IntRange(0, most).Draw(t, "fact") {
	case 0, 1, 2:
		return drawHolds(t)
	case 3:
		c := query.Classified{
			Names:   rapid.SampledFrom([][]string{nil, {"PII"}, {"PII", "Log Data"}, {"no such"}, {}}).Draw(t, "names"),
			OwnOnly: rapid.Bool().Draw(t, "own"),
		}
		if c.Names != nil && len(c.Names) == 0 {
			c.Names = nil
		}
		if len(w.classes) > 0 && rapid.Bool().Draw(t, "only") {
			c.Only = []pedigree.ClassificationID{rapid.SampledFrom(w.classes).Draw(t, "the one").ID}
		}
		c.Carried = !c.OwnOnly && rapid.Bool().Draw(t, "carried")
		if rapid.Bool().Draw(t, "where") {
			c.Where = query.Holds{
				Trait: query.Attribute{Key: "level", Form: pedigree.Int, Unset: rapid.SampledFrom([]any{nil, int64(1)}).Draw(t, "unset")},
				Is:    rapid.SampledFrom([]query.Comparison{query.Equal, query.More}).Draw(t, "is"), Values: []any{int64(1)},
			}
		}
		if len(w.classes) > 0 && rapid.Bool().Draw(t, "fixed") {
			one := rapid.SampledFrom(w.classes).Draw(t, "class").ID
			c.Fix = &query.Carry{Not: []pedigree.ClassificationID{one}, To: map[pedigree.ClassificationID][]pedigree.NodeID{one: {rapid.SampledFrom(w.nodes).Draw(t, "to").ID}}}
		}
		return c
	case 4:
		return rapid.SampledFrom([]query.Fact{query.Binned{}, query.OfType{Types: entityTypes[2:4]}, query.Keyed{Space: pedigree.Tag, Is: query.Starting, Values: []any{"lab"}}, query.Keyed{Space: pedigree.Field, Is: query.Equal, Values: []any{"num"}}, query.Worded{Text: "red"}, query.Worded{Text: "red "}, query.Worded{Any: []string{"red ", "blu"}}, query.Worded{Any: []string{}}, query.Worded{Text: "blue", Fresh: []pedigree.NodeID{w.nodes[0].ID}, Stale: []pedigree.NodeID{w.nodes[len(w.nodes)-1].ID}}}).Draw(t, "plain")
	case 5:
		return query.Among{Nodes: []pedigree.NodeID{rapid.SampledFrom(w.nodes).Draw(t, "one").ID, rapid.SampledFrom(w.nodes).Draw(t, "other").ID}}
	case 6:
		return query.Except{Part: drawFact(t, w, depth-1)}
	case 7:
		return query.Tied{Types: rapid.SampledFrom([][]string{{"in_db"}, {"in_db", "near"}, {"no such"}}).Draw(t, "types"), End: rapid.IntRange(0, 2).Draw(t, "end"), Where: inner()}
	case 8:
		return query.Traded{Direction: rapid.SampledFrom([]pedigree.Direction{pedigree.Input, pedigree.Output}).Draw(t, "direction"), Where: inner()}
	case 9:
		return query.Every(drawFacts(t, w, depth-1))
	}
	return query.Some(drawFacts(t, w, depth-1))
}

func drawFacts(t *rapid.T, w *catalogWorld, depth int) []query.Fact {
	all := make([]query.Fact, rapid.IntRange(0, 3).Draw(t, "parts"))
	for i := range all {
		all[i] = drawFact(t, w, depth)
	}
	return all
}

// spelledOf spells the names of nodes of a type; each of the five differs.
func spelledOf(t pedigree.Type) query.Spelled {
	i := slices.Index(entityTypes, t)
	return query.Spelled{Type: t, Prefix: []string{"", "v:", "", "d:", "runs:/"}[i], By: []query.Spelling{query.ByQualified, query.ByNameAndVersion, query.ByNameOrNumber, query.ByName, query.ByUID}[i]}
}

var spelledTexts = []string{
	"", "a", "a/", "s3", "s3:", "s3:/", "s3://", "s3://b", "s3://b/x/c1", "s3://b/*", "s3://?/*", "f%", "f%3A", "f%3A/", "f%3A/c1", "a://%", "a://%25/c", "c1", "c1*", "v:", "v:a/1", "v:ab", "v:ab/a%", "v:ab/a%2Fb%25", "v",
	"#", "#1", "##", "*", "ä", "d:", "d:c", "d:a/c*", "runs:/", "runs", "runs:/c1", "runs:/s3:%2F%2Fb", "runs:/c*", "x",
}

func drawHolds(t *rapid.T) query.Holds {
	traits := []query.Trait{spelledOf(entityTypes[0]), spelledOf(entityTypes[1]), spelledOf(entityTypes[2]), spelledOf(entityTypes[3]), spelledOf(entityTypes[4]), query.Name, query.Created, query.TypeTrait{}, query.Calc{Op: '+', Left: entityFields[1], Right: query.Calc{Op: '*', Left: entityFields[2], Right: query.Constant{Number: 2}}}}
	for _, f := range entityFields {
		traits = append(traits, f, f)
	}
	h := query.Holds{Trait: rapid.SampledFrom(traits).Draw(t, "trait")}
	texts := []query.Comparison{query.Present, query.NotEmpty, query.Equal, query.Less, query.LessEqual, query.More, query.MoreEqual, query.Globbed, query.Starting, query.Ending, query.Containing}
	numbers := []query.Comparison{query.Present, query.Equal, query.Less, query.LessEqual, query.More, query.MoreEqual}
	f, isField := h.Trait.(query.FieldTrait)
	_, isSpelled := h.Trait.(query.Spelled)
	_, isCalc := h.Trait.(query.Calc)
	switch {
	case h.Trait == query.Trait(query.Created):
		h.Is, h.Values = rapid.SampledFrom(numbers).Draw(t, "is"), []any{int64(1_700_000_000_003)}
	case isCalc:
		h.Is, h.Values = rapid.SampledFrom(numbers).Draw(t, "is"), []any{rapid.Int64Range(-1, 3).Draw(t, "number")}
	case h.Trait == query.Trait(query.TypeTrait{}):
		h.Is, h.Values = query.Equal, []any{"atlas.table", "atlas.db"}
	case isField && (f.Form != pedigree.Text || f.Decimal):
		h.Is, h.Values = rapid.SampledFrom(numbers).Draw(t, "is"), []any{rapid.Int64Range(-1, 10).Draw(t, "number")}
	case isField && f.List:
		h.Is, h.Values = rapid.SampledFrom([]query.Comparison{query.Present, query.NotEmpty, query.Equal}).Draw(t, "is"), []any{rapid.SampledFrom([]any{"a", "b", int64(2)}).Draw(t, "member")}
	case isSpelled:
		h.Is, h.Values = rapid.SampledFrom(texts).Draw(t, "is"), []any{rapid.SampledFrom(spelledTexts).Draw(t, "spelled")}
	default:
		h.Is, h.Values = rapid.SampledFrom(texts).Draw(t, "is"), []any{rapid.SampledFrom(append(entityTexts, "a*", "?", "b[[]c]", "*a")).Draw(t, "text")}
	}
	if h.Is == query.Present || h.Is == query.NotEmpty {
		h.Values = nil
	}
	if h.Is == query.Equal && rapid.Bool().Draw(t, "several") {
		h.Values = append(h.Values, h.Values[0])
	}
	return h
}

// holds evaluates a condition as its comment has it.
func (w *catalogWorld) holds(n *worldNode, f query.Fact) bool {
	switch f := f.(type) {
	case nil:
		return true
	case query.Every:
		return !slices.ContainsFunc(f, func(p query.Fact) bool { return !w.holds(n, p) })
	case query.Some:
		return slices.ContainsFunc(f, func(p query.Fact) bool { return w.holds(n, p) })
	case query.Except:
		return !w.holds(n, f.Part)
	case query.Holds:
		return holdsTrait(n, f)
	case query.Classified:
		return w.classified(n, f)
	case query.Binned:
		return !n.Live()
	case query.OfType:
		return slices.Contains(f.Types, n.Type)
	case query.Keyed:
		return slices.ContainsFunc(n.properties, func(p pedigree.Property) bool {
			return p.Space == f.Space && (f.Is == query.Equal && p.Key == f.Values[0] || f.Is == query.Starting && strings.HasPrefix(p.Key, f.Values[0].(string)))
		})
	case query.Among:
		return slices.Contains(f.Nodes, n.ID)
	case query.Worded:
		found := slices.ContainsFunc(n.words, func(word string) bool {
			texts := f.Any
			if texts == nil {
				texts = []string{f.Text}
			}
			return slices.ContainsFunc(texts, func(text string) bool {
				return word == strings.TrimSpace(text) || !strings.HasSuffix(text, " ") && strings.HasPrefix(word, text)
			})
		})
		return found && !slices.Contains(f.Stale, n.ID) || slices.Contains(f.Fresh, n.ID)
	case query.Tied:
		return slices.ContainsFunc(w.relations, func(r pedigree.Relationship) bool {
			return slices.Contains(f.Types, r.Type) && (f.End != 2 && r.End1 == n.ID && w.inForce(n, r.End2, r, f.Where) || f.End != 1 && r.End2 == n.ID && w.inForce(n, r.End1, r, f.Where))
		})
	case query.Traded:
		return slices.ContainsFunc(w.events, func(v pedigree.Event) bool {
			if v.Direction != f.Direction || v.Role == pedigree.RoleInternal {
				return false
			}
			return v.Execution == n.ID && w.holds(w.node(v.Artifact), f.Where) || v.Artifact == n.ID && w.holds(w.node(v.Execution), f.Where)
		})
	}
	panic(fmt.Sprintf("%T", f))
}

func (w *catalogWorld) node(id pedigree.NodeID) *worldNode {
	return w.nodes[slices.IndexFunc(w.nodes, func(n *worldNode) bool { return n.ID == id })]
}

func (w *catalogWorld) inForce(n *worldNode, other pedigree.NodeID, r pedigree.Relationship, where query.Fact) bool {
	m := w.node(other)
	force := !r.Deleted.Set() || n.Deleted.Set() && r.Deleted >= n.Deleted || m.Deleted.Set() && r.Deleted >= m.Deleted
	return force && w.holds(m, where)
}

func (w *catalogWorld) classified(n *worldNode, f query.Classified) bool {
	return slices.ContainsFunc(w.classes, func(c pedigree.Classification) bool {
		carried := slices.Contains(w.carried[n.ID], c.ID)
		if f.Fix != nil {
			carried = carried && !slices.Contains(f.Fix.Not, c.ID) || slices.Contains(f.Fix.To[c.ID], n.ID)
		}
		if f.Only != nil && !slices.Contains(f.Only, c.ID) || f.Names != nil && !slices.Contains(f.Names, c.Type) || !(c.Node == n.ID && !f.Carried || carried && !f.OwnOnly) {
			return false
		}
		if f.Where == nil {
			return true
		}
		h := f.Where.(query.Holds)
		var members map[string]any
		_ = json.Unmarshal([]byte(cmp.Or(c.Attributes, "{}")), &members)
		return compareAny(members["level"], h.Trait.(query.Attribute).Unset, h)
	})
}

// traitOf gives a value as a text or number, nil for none.
func traitOf(n *worldNode, t query.Trait) any {
	switch t := t.(type) {
	case query.Constant:
		return t.Number
	case query.Calc:
		left, right := traitOf(n, t.Left), traitOf(n, t.Right)
		switch {
		case left == nil || right == nil:
			return nil
		case t.Op == '+':
			return left.(float64) + right.(float64)
		}
		return left.(float64) * right.(float64)
	case query.TypeTrait:
		return n.Type.Name
	case query.StatusTrait:
		if n.Deleted.Set() {
			return "DELETED"
		}
		return "ACTIVE"
	case query.Spelled:
		if name, ok := t.Of(&n.Node); ok {
			return name
		}
		return nil
	case query.Attr:
		if t == query.Created {
			return float64(n.Created)
		}
		return n.Name
	case query.FieldTrait:
		for _, p := range n.properties {
			if p.Key != t.Key || p.Space != max(t.Space, pedigree.Field) {
				continue
			}
			switch {
			case t.Decimal:
				v, _ := strconv.ParseFloat(p.Value, 64)
				return v
			case p.Form == pedigree.Text:
				return p.Value
			case p.Form == pedigree.Double:
				return p.Number
			}
			return float64(p.Int)
		}
	}
	return nil
}

func holdsTrait(n *worldNode, h query.Holds) bool {
	f, _ := h.Trait.(query.FieldTrait)
	v := traitOf(n, h.Trait)
	if text, ok := v.(string); ok && f.List && h.Is == query.Equal {
		var members []any
		_ = json.Unmarshal([]byte(text), &members)
		return slices.ContainsFunc(members, func(m any) bool { return compareAny(m, nil, h) })
	}
	return compareAny(v, f.Unset, h)
}

func compareAny(v, unset any, h query.Holds) bool {
	if v == nil && h.Is != query.Present && h.Is != query.NotEmpty {
		v = unset
	}
	switch {
	case v == nil:
		return false
	case h.Is == query.Present:
		return true
	case h.Is == query.NotEmpty:
		return v != "" && v != "[]" && v != "{}"
	}
	a, number := plainNumber(v)
	b, also := plainNumber(h.Values[0])
	if number != also {
		return false
	}
	x, _ := v.(string)
	y, _ := h.Values[0].(string)
	c := strings.Compare(x, y)
	if number {
		c = cmp.Compare(a, b)
	}
	switch h.Is {
	case query.Equal:
		return c == 0 || len(h.Values) > 1 && v == h.Values[1]
	case query.Less:
		return c < 0
	case query.LessEqual:
		return c <= 0
	case query.More:
		return c > 0
	case query.MoreEqual:
		return c >= 0
	case query.Starting:
		return strings.HasPrefix(x, y)
	case query.Ending:
		return strings.HasSuffix(x, y)
	case query.Containing:
		return strings.Contains(x, y)
	}
	ok, err := path.Match(strings.NewReplacer("[[]", `\[`, "/", "\x01").Replace(y), strings.ReplaceAll(x, "/", "\x01")) // to which a slash is special
	return ok && err == nil
}

func plainNumber(v any) (float64, bool) {
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

// found gives the nodes of a query by identity, in its order.
func (w *catalogWorld) found(q *query.Entities) []pedigree.NodeID {
	var nodes []*worldNode
	for _, n := range w.nodes {
		if slices.Contains(q.Types, n.Type) && (!q.Live || n.Live()) && w.holds(n, q.Where) {
			nodes = append(nodes, n)
		}
	}
	slices.SortFunc(nodes, func(a, b *worldNode) int {
		c := 0
		if q.By == nil {
			c = cmp.Compare(a.TypeID, b.TypeID)
		} else {
			x, y := traitOf(a, q.By), traitOf(b, q.By)
			if x == nil || y == nil {
				if (x == nil) != (y == nil) {
					return map[bool]int{true: 1, false: -1}[x == nil]
				}
			} else {
				c = compareValues(x, y)
			}
		}
		c = cmp.Or(c, cmp.Compare(a.ID, b.ID))
		if q.Desc {
			return -c
		}
		return c
	})
	var ids []pedigree.NodeID
	for _, n := range nodes {
		ids = append(ids, n.ID)
	}
	return ids
}

func compareValues(x, y any) int {
	a, number := plainNumber(x)
	if b, also := plainNumber(y); number && also {
		return cmp.Compare(a, b)
	}
	return strings.Compare(fmt.Sprint(x), fmt.Sprint(y))
}

func entitiesAgree(e *env) {
	rapid.Check(e.T, func(t *rapid.T) {
		e.update(func(tx store.Tx) error { // each example is a catalog of its own
			for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context} {
				if err := purgeAll(tx, kind); err != nil {
					return err
				}
			}
			return nil
		})
		w := buildCatalog(e, t)
		for round := range 4 {
			if round > 1 {
				e.update(func(tx store.Tx) error { return w.change(e, tx, t) })
			}
			q := &query.Entities{
				Workspace: pedigree.DefaultWorkspace, Live: rapid.Bool().Draw(t, "live"), Desc: rapid.Bool().Draw(t, "desc"),
				Types: rapid.SampledFrom([][]pedigree.Type{entityTypes, entityTypes[:4], entityTypes[:1], entityTypes[1:3], entityTypes[4:]}).Draw(t, "types"),
				Limit: rapid.IntRange(1, 5).Draw(t, "limit"), Offset: rapid.IntRange(0, 3).Draw(t, "offset"),
			}
			if rapid.Bool().Draw(t, "where") {
				q.Where = drawFact(t, w, 2)
			}
			q.By = rapid.SampledFrom([]query.Trait{nil, entityFields[0], entityFields[1], entityFields[2], entityFields[6], query.Created, query.Name, query.TypeTrait{}, spelledOf(entityTypes[0])}).Draw(t, "by")
			want := w.found(q)
			e.view(func(r store.Reader) error {
				n, err := r.CountEntities(q)
				if err != nil {
					return err
				}
				if int(n) != len(want) {
					t.Fatalf("%#v: counted %d, want %d", q, n, len(want))
				}
				want := want[min(q.Offset, len(want)):min(q.Offset+q.Limit, len(want))]
				nodes, err := r.Entities(q)
				if err != nil {
					return err
				}
				var got []pedigree.NodeID
				for i := range nodes {
					got = append(got, nodes[i].ID)
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%#v:\n got %v\nwant %v", q, got, want)
				}
				return w.tabulated(t, r, q)
			})
		}
	})
}

// tabulated compares a table of a query with the model.
func (w *catalogWorld) tabulated(t *rapid.T, r store.Reader, q *query.Entities) error {
	all := *q
	all.By, all.Limit, all.Offset = nil, 1000, 0
	group := rapid.SampledFrom([]query.Trait{entityFields[0], entityFields[1], entityFields[6], query.StatusTrait{}, query.TypeTrait{}}).Draw(t, "group")
	by := []query.Trait{group}
	whole := rapid.IntRange(0, 3).Draw(t, "whole") == 0
	if whole {
		by = nil
	}
	rows, err := r.Tabulate(&query.Table{Entities: all, Group: by, Cells: []query.Cell{
		{Of: query.Count}, {Of: query.Greatest, Trait: entityFields[2]}, {Of: query.Sum, Trait: entityFields[1]}, {Of: query.Least, Trait: entityFields[0]},
	}})
	if err != nil {
		return err
	}
	type row struct {
		count, greatest, sum, least any
	}
	want := map[string]*row{}
	if whole { // there is a row also of nothing
		want["<nil>"] = &row{count: int64(0)}
	}
	for _, id := range w.found(&all) {
		n := w.node(id)
		key := "<nil>"
		if !whole {
			v := traitOf(n, group)
			if field, ok := group.(query.FieldTrait); ok && v == nil && field.Unset != nil {
				v = field.Unset
			}
			key = fmt.Sprint(v)
		}
		if want[key] == nil {
			want[key] = &row{count: int64(0)}
		}
		g := want[key]
		g.count = g.count.(int64) + 1
		if v := traitOf(n, entityFields[2]); v != nil && (g.greatest == nil || v.(float64) > g.greatest.(float64)) {
			g.greatest = v
		}
		if v := traitOf(n, entityFields[1]); v != nil {
			before, _ := g.sum.(float64)
			g.sum = before + v.(float64)
		}
		if v := traitOf(n, entityFields[0]); v != nil && (g.least == nil || v.(string) < g.least.(string)) {
			g.least = v
		}
	}
	if len(rows) != len(want) {
		t.Fatalf("%d groups, want %d", len(rows), len(want))
	}
	for _, got := range rows {
		if whole {
			got = append([]any{nil}, got...)
		}
		g := want[fmt.Sprint(got[0])]
		if g == nil || got[1] != g.count || got[2] != g.greatest || got[3] != g.sum || got[4] != g.least {
			t.Fatalf("group %v, want %+v", got, g)
		}
	}
	return nil
}

// searchesSeeOneState has searches agree with each other while others write.
func searchesSeeOneState(e *env) {
	table := pedigree.Type{Name: "atlas.table", Kind: pedigree.Artifact}
	n := e.node(table, pedigree.DefaultWorkspace)
	put := func(n *pedigree.Node) func(store.Tx) error {
		return func(tx store.Tx) error {
			if n.ID == 0 {
				if err := tx.CreateNode(n); err != nil {
					return err
				}
			}
			return tx.PutProperties(n, pedigree.Property{Space: pedigree.Field, Key: "name", Value: n.UID})
		}
	}
	e.update(put(n))
	ended := make(chan error)
	go func() {
		for i := range 200 {
			if err := e.Update(e.Context(), put(draft(table, pedigree.DefaultWorkspace, fmt.Sprint("w", i)))); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	check := func(r store.Reader) error {
		q := &query.Entities{Workspace: pedigree.DefaultWorkspace, Types: []pedigree.Type{table}, By: query.FieldTrait{Key: "name"}, Desc: true, Limit: 1000}
		all, err := r.CountEntities(q)
		if err != nil {
			return err
		}
		nodes, err := r.Entities(q)
		if err != nil {
			return err
		}
		q.Where = query.Except{Part: query.Holds{Trait: query.FieldTrait{Key: "name"}, Is: query.Equal, Values: []any{"nobody"}}}
		some, err := r.CountEntities(q)
		if int64(len(nodes)) != all || some != all {
			e.Errorf("%d entities, %d on the page, %d with another name", all, len(nodes), some)
		}
		return err
	}
	for {
		select {
		case err := <-ended:
			if err != nil {
				e.Error(err)
			}
			e.view(check)
			return
		default:
			e.view(check)
		}
	}
}

// typesAreCounted holds the counters of types to what there is.
func typesAreCounted(e *env) {
	table := pedigree.Type{Name: "atlas.table", Kind: pedigree.Artifact}
	count := func(live, binned int64) {
		e.Helper()
		e.view(func(r store.Reader) error {
			used, err := r.TypesUsed(pedigree.DefaultWorkspace)
			i := slices.IndexFunc(used, func(u store.TypeUse) bool { return u.Type == table })
			if live+binned == 0 && i < 0 {
				return err
			}
			if i < 0 || used[i].Live != live || used[i].Binned != binned {
				e.Errorf("used %+v, want %d and %d in the bin", used, live, binned)
			}
			return err
		})
	}
	a, b := e.node(table, pedigree.DefaultWorkspace), e.node(table, pedigree.DefaultWorkspace)
	count(2, 0)
	b.Deleted = 7
	e.update(func(tx store.Tx) error { return tx.UpdateNode(b) })
	count(1, 1)
	b.Name = "other"
	e.update(func(tx store.Tx) error { return tx.UpdateNode(b) })
	count(1, 1)
	e.update(func(tx store.Tx) error { return tx.SetDeletedAt(pedigree.DefaultWorkspace, table, 9) })
	count(0, 2)
	e.update(func(tx store.Tx) error { return tx.SetDeletedAt(pedigree.DefaultWorkspace, table, pedigree.NoTime) })
	count(2, 0)
	e.update(func(tx store.Tx) error { return tx.Purge(a.ID) })
	count(1, 0)
	b.Deleted = 7
	e.update(func(tx store.Tx) error { return tx.UpdateNode(b) })
	e.update(func(tx store.Tx) error { return tx.Purge(b.ID) })
	count(0, 0)
}
