package atlasql

import (
	"fmt"
	"strings"
)

var opSigns = map[Op]string{Eq: "=", Ne: "!=", Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Like: "like", In: "in", NotIn: "not-in"}

// show writes a query so that a reader sees how it was understood; it is a query
// itself that means the same.
func show(q *Query) string {
	var b strings.Builder
	for _, f := range q.From {
		b.WriteString("from " + f.Name.Raw())
		if f.Alias.Text != "" {
			b.WriteString(" as " + f.Alias.Raw())
		}
		b.WriteByte(' ')
	}
	if q.Where != nil {
		b.WriteString("where " + showExpr(q.Where) + " ")
	}
	if q.GroupBy != nil {
		b.WriteString("groupby (" + showItems(q.GroupBy) + ") ")
	}
	if q.Select != nil {
		b.WriteString("select " + showItems(q.Select) + " ")
	}
	if q.Order != nil {
		b.WriteString("orderby " + showExpr(q.Order.By) + map[bool]string{false: " asc ", true: " desc "}[q.Order.Desc])
	}
	if q.Page != nil {
		fmt.Fprintf(&b, "limit %d offset %d", q.Page.Limit, q.Page.Offset)
	}
	return strings.TrimSpace(b.String())
}

func showItems(items []Item) string {
	var all []string
	for _, i := range items {
		text := showExpr(i.Expr)
		if i.Alias.Text != "" {
			text += " as " + i.Alias.Raw()
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func showExpr(e Expr) string {
	switch e := e.(type) {
	case And:
		return "(" + showExpr(e.Left) + " and " + showExpr(e.Right) + ")"
	case Or:
		return "(" + showExpr(e.Left) + " or " + showExpr(e.Right) + ")"
	case Compare:
		sign := opSigns[e.Op]
		if e.Op == NotIn {
			sign = "!="
		}
		return "(" + showExpr(e.Left) + " " + sign + " " + showExpr(e.Right) + ")"
	case Is:
		return "(" + showExpr(e.Left) + " isa " + e.Name.Raw() + ")"
	case Has:
		return "(" + showExpr(e.Left) + " has " + e.Name.Raw() + ")"
	case HasTerm:
		return "(" + showExpr(e.Left) + " hasterm " + e.Name.Raw() + ")"
	case Aggregate:
		name := map[Function]string{Count: "count", Min: "min", Max: "max", Sum: "sum"}[e.Of]
		if e.Arg == nil {
			return name + "()"
		}
		return name + "(" + showExpr(e.Arg) + ")"
	case Arithmetic:
		return "(" + showExpr(e.Left) + " " + string(e.Op) + " " + showExpr(e.Right) + ")"
	case Name:
		return e.Raw()
	case Number:
		return e.Text
	case Bool:
		return fmt.Sprint(bool(e))
	case List:
		var all []string
		for _, one := range e {
			all = append(all, showExpr(one))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	panic(fmt.Sprintf("%T", e))
}
