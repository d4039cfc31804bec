package storetest

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// eval computes an expression in three-valued logic: nil is null, truth is a
// bool, numbers are float64.
func (w *world) eval(s query.Scalar, chosen map[query.Source]any) any {
	switch s := s.(type) {
	case query.Literal:
		return plain(s.Value)
	case query.Column:
		return plain(part(s.Part, chosen[s.Of]))
	case query.Case:
		for _, b := range s.When {
			if w.eval(b.If, chosen) == true {
				return w.eval(b.Then, chosen)
			}
		}
		if s.Else == nil {
			return nil
		}
		return w.eval(s.Else, chosen)
	case query.Any:
		return slices.ContainsFunc(w.choices(chosen[query.Source{}].(*worldNode), s.Of), func(c any) bool {
			inner := maps.Clone(chosen)
			inner[s.Of] = c
			return w.eval(s.Where, inner) == true
		})
	}
	c := s.(query.Call)
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		args[i] = w.eval(a, chosen)
	}
	return apply(c.Op, args)
}

// plain makes all numbers float64.
func plain(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case pedigree.NodeID:
		return float64(v)
	case pedigree.TypeID:
		return float64(v)
	case pedigree.Time:
		return float64(v)
	}
	return v
}

// part gives a trait of a node, property or event.
func part(p query.Part, of any) any {
	switch of := of.(type) {
	case *worldNode:
		return of.part(p)
	case *pedigree.Property:
		return propertyPart(p, of)
	}
	ev := of.(*pedigree.Event)
	switch p {
	case query.EventPlace:
		return int64(ev.Role)*2 + int64(ev.Direction)
	case query.HappenedAt:
		return ev.Time
	case query.EventArtifact:
		return ev.Artifact
	}
	return ev.Execution
}

func (n *worldNode) part(p query.Part) any {
	text := map[query.Part]string{query.Label: n.Name, query.Stage: n.State, query.Outer: n.External}
	if p == query.Outer && n.External == "" && slices.Contains(pedigree.ShownByUID, n.Type) {
		return n.UID
	}
	switch p {
	case query.ID:
		return n.ID
	case query.TypeID:
		return n.TypeID
	case query.TypeName:
		return n.Type.Name
	case query.Location:
		return n.URI
	case query.MadeAt:
		return n.Created
	case query.ChangedAt:
		return n.Updated
	case query.KindNumber:
		return int64(n.Type.Kind)
	case query.PublicID:
		return n.UID
	}
	if text[p] == "" {
		return nil
	}
	return text[p]
}

func propertyPart(p query.Part, of *pedigree.Property) any {
	switch {
	case p == query.IntValue && of.Form == pedigree.Int:
		return of.Int
	case p == query.BoolValue && of.Form == pedigree.Bool:
		return of.Int
	case p == query.DoubleValue && of.Form == pedigree.Double:
		return of.Number
	case p == query.TextValue && of.Form == pedigree.Text:
		return of.Value
	}
	return nil
}

// apply does an operation of the few that the model knows.
func apply(op query.Operation, args []any) any {
	switch op {
	case query.AllOf, query.AnyOf:
		decides := op == query.AnyOf
		if slices.Contains(args, any(decides)) {
			return decides
		}
		if slices.Contains(args, nil) {
			return nil
		}
		return !decides
	case query.IsAbsent:
		return args[0] == nil
	case query.IsTrue:
		return args[0] == true
	case query.FirstPresent:
		for _, a := range args {
			if a != nil {
				return a
			}
		}
		return nil
	case query.OneOf:
		return oneOf(args)
	}
	if slices.Contains(args, nil) {
		return nil
	}
	switch op {
	case query.Negate:
		return args[0] == false
	case query.Matches:
		return like(strings.ToLower(args[0].(string)), strings.ToLower(args[1].(string)))
	case query.Add:
		return args[0].(float64) + args[1].(float64)
	case query.Between:
		return relate(args[1], args[0]) <= 0 && relate(args[0], args[2]) <= 0
	}
	by := relate(args[0], args[1])
	return map[query.Operation]bool{
		query.Equals: by == 0, query.Differs: by != 0, query.Below: by < 0, query.AtMost: by <= 0, query.Above: by > 0, query.AtLeast: by >= 0,
	}[op]
}

func oneOf(args []any) any {
	switch {
	case args[0] == nil:
		return nil
	case slices.Contains(args[1:], args[0]):
		return true
	case slices.Contains(args[1:], nil):
		return nil
	}
	return false
}

func relate(a, b any) int {
	if text, ok := a.(string); ok {
		return strings.Compare(text, b.(string))
	}
	switch x, y := a.(float64), b.(float64); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// operand is a column with constants to compare it with.
type operand struct {
	column query.Column
	values []any
}

// operands lists what conditions on nodes of a kind speak of.
func operands(w *world, kind pedigree.Kind) []operand {
	ids := []any{int64(-1), 2.5}
	var names []any
	for _, n := range w.nodes {
		ids, names = append(ids, int64(n.ID)), append(names, n.Name)
	}
	texts := append(names, "", "a", "%", "%o%", worldTexts[3])
	numbers := []any{int64(-1), int64(0), int64(1), 0.5, 2.5}
	outer := []any{"none"}
	for _, n := range w.nodes {
		outer = append(outer, n.External, n.UID)
	}
	node := func(of query.Source) []operand {
		return []operand{
			{query.Column{Of: of, Part: query.ID}, ids},
			{query.Column{Of: of, Part: query.Label}, texts},
			{query.Column{Of: of, Part: query.TypeName}, []any{"Data", "Step", "Pipe", "mlflow.Run", "mlflow.Experiment", "none"}},
			{query.Column{Of: of, Part: query.MadeAt}, times(w)},
		}
	}
	property := func(r query.Relation, key string) []operand {
		of := query.Source{Relation: r, Label: key}
		return []operand{
			{query.Column{Of: of, Part: query.IntValue}, numbers},
			{query.Column{Of: of, Part: query.DoubleValue}, numbers},
			{query.Column{Of: of, Part: query.TextValue}, texts},
		}
	}
	all := append(node(query.Source{}), operand{query.Column{Part: query.Outer}, outer}, operand{query.Column{Part: query.Stage}, []any{"LIVE", "none"}},
		operand{query.Column{Part: query.PublicID}, outer},
		operand{query.Column{Part: query.Location}, texts}, operand{query.Column{Part: query.ChangedAt}, times(w)},
		operand{query.Column{Part: query.KindNumber}, []any{int64(1), int64(2), int64(3)}})
	for _, key := range []string{"i", "s", "none"} {
		all = append(all, property(query.Fields, key)...)
		all = append(all, property(query.Customs, key)...)
	}
	all = append(all, property(query.Customs, "params.p")...)
	all = append(all, property(query.Customs, "metrics.m")...)
	relations := []query.Relation{query.Contexts, query.Artifacts, query.Executions, query.Children}
	if kind != pedigree.Context {
		relations = relations[:1]
		of := query.Source{Relation: query.Events, Label: "e"}
		other := query.EventArtifact
		if kind == pedigree.Artifact {
			other = query.EventExecution
		}
		all = append(all, operand{query.Column{Of: of, Part: query.EventPlace}, numbers}, operand{query.Column{Of: of, Part: query.HappenedAt}, numbers},
			operand{query.Column{Of: of, Part: other}, ids})
	}
	for _, r := range relations {
		all = append(all, node(query.Source{Relation: r, Label: "a"})...)
	}
	return append(all, node(query.Source{Relation: query.Contexts, Label: "b"})...)
}

func times(w *world) []any {
	all := []any{int64(0)}
	for _, n := range w.nodes {
		all = append(all, int64(n.Created))
	}
	return all
}

func conditions(w *world, kind pedigree.Kind, depth int) *rapid.Generator[query.Scalar] {
	one := rapid.Custom(func(t *rapid.T) query.Scalar {
		o := rapid.SampledFrom(operands(w, kind)).Draw(t, "operand")
		value := func() query.Scalar { return query.Literal{Value: rapid.SampledFrom(o.values).Draw(t, "value")} }
		_, text := o.values[0].(string)
		switch n := rapid.IntRange(0, 9).Draw(t, "form"); {
		case n == 0:
			return query.Call{Op: query.IsAbsent, Args: []query.Scalar{o.column}}
		case n == 1:
			return query.Call{Op: query.OneOf, Args: []query.Scalar{o.column, value(), value()}}
		case n == 2:
			return query.Call{Op: query.Between, Args: []query.Scalar{o.column, value(), value()}}
		case n == 3 && text:
			return query.Call{Op: query.Matches, Args: []query.Scalar{o.column, value()}}
		case n == 3:
			return query.Call{Op: query.Equals, Args: []query.Scalar{query.Call{Op: query.Add, Args: []query.Scalar{o.column, query.Literal{Value: int64(0)}}}, value()}}
		case n == 4:
			return query.Call{Op: query.Equals, Args: []query.Scalar{value(), o.column}}
		case n == 5:
			return query.Call{Op: query.Equals, Args: []query.Scalar{query.Call{Op: query.FirstPresent, Args: []query.Scalar{o.column, value()}}, value()}}
		}
		op := rapid.SampledFrom([]query.Operation{query.Equals, query.Equals, query.Differs, query.Below, query.AtMost, query.Above, query.AtLeast}).Draw(t, "op")
		return query.Call{Op: op, Args: []query.Scalar{o.column, value()}}
	})
	own := rapid.Map(one, func(x query.Scalar) query.Scalar {
		var of query.Source
		query.Walk(x, func(s query.Scalar) {
			if c, ok := s.(query.Column); ok {
				of = c.Of
			}
		})
		if of.Relation == query.Self {
			return query.Call{Op: query.IsTrue, Args: []query.Scalar{x}}
		}
		return query.Any{Of: of, Where: x}
	})
	if depth == 0 {
		return rapid.OneOf(one, own)
	}
	inner := conditions(w, kind, depth-1)
	several := rapid.SliceOfN(inner, 1, 3)
	return rapid.OneOf(
		one, own,
		rapid.Map(several, func(x []query.Scalar) query.Scalar { return query.Call{Op: query.AllOf, Args: x} }),
		rapid.Map(several, func(x []query.Scalar) query.Scalar { return query.Call{Op: query.AnyOf, Args: x} }),
		rapid.Map(inner, func(x query.Scalar) query.Scalar { return query.Call{Op: query.Negate, Args: []query.Scalar{x}} }),
		rapid.Map(inner, func(x query.Scalar) query.Scalar {
			return query.Case{When: []query.Branch{{If: x, Then: query.Literal{Value: true}}}, Else: query.Literal{}}
		}),
	)
}
