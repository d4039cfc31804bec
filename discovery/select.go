package discovery

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/atlasql"
	"github.com/pedigree-ml/pedigree/schema"
)

// A column is one item of a select clause.
type column struct {
	label string
	attr  *attribute      // of a plain value
	calc  query.Trait     // of what is computed of attributes, and its parts by name
	of    query.Aggregate // of an aggregate
	trait query.Trait     // that it is computed of; nil for count()
	date  bool
}

// A selected is what a select clause asks for.
type selected struct {
	columns []column
	whole   bool       // entities, not values
	refer   *attribute // they, or the values, are of what this refers to; nil for what is found itself
	through []*attribute
}

func (s *selected) aggregates() bool {
	return slices.ContainsFunc(s.columns, func(c column) bool { return c.of != 0 })
}

func (s *selected) plain() bool {
	return slices.ContainsFunc(s.columns, func(c column) bool { return c.of == 0 })
}

// results answers the query.
func (r *run) results() (*Result, error) {
	q := &query.Entities{Workspace: r.workspace, Types: r.types, Limit: r.limit, Offset: r.offset}
	if len(r.where) > 0 {
		q.Where = r.where
	}
	sel, err := r.selection()
	if err != nil || len(r.problems) > 0 {
		return nil, err
	}
	of := r.of
	for _, a := range sel.through { // what is asked for is what is referred to
		q.Where = a.backward(query.Every{query.OfType{Types: q.Types}, orAny(q.Where)})
		q.Types = r.nodeTypes(func(t *schema.EntityType) bool { return t.IsA(a.target.Name()) })
		of = a.target
	}
	if len(r.query.GroupBy) > 0 {
		return r.grouped(q, sel)
	}
	if err := r.sorted(q, of); err != nil || len(r.problems) > 0 {
		return nil, err
	}
	if r.limit == 0 {
		if sel.whole {
			return &Result{}, nil
		}
		return &Result{Attributes: &Values{Name: sel.labels(), Values: [][]any{}}}, nil
	}
	if sel.whole {
		return r.entities(q)
	}
	return r.table(q, sel)
}

func orAny(f query.Fact) query.Fact {
	if f == nil {
		return query.Every{}
	}
	return f
}

// entities answers with whole entities.
func (r *run) entities(q *query.Entities) (*Result, error) {
	nodes, err := r.r.Entities(q)
	if err != nil {
		return nil, err
	}
	headers, err := r.Headers(nodes, catalog.HeaderOptions{Classifications: true})
	return &Result{Entities: headers}, err
}

// sorted reads the orderby clause.
func (r *run) sorted(q *query.Entities, of *schema.EntityType) error {
	o := r.query.Order
	if o == nil {
		return nil
	}
	q.Desc = o.Desc
	name, ok := o.By.(atlasql.Name)
	if !ok {
		r.problem(fault.InvalidDSLOrderby, label(o.By))
		return nil
	}
	p, ok := r.locate(r.selectable(of), q.Types, r.unaliased(name))
	if !ok {
		return nil
	}
	if p.attr == nil || len(p.through) > 0 || r.sortTrait(p.attr) == nil {
		r.problem(fault.InvalidDSLOrderby, name.Text)
		return nil
	}
	q.By = r.sortTrait(p.attr)
	return nil
}

// unaliased gives what an alias of the select clause stands for.
func (r *run) unaliased(name atlasql.Name) atlasql.Name {
	for _, item := range r.query.Select {
		if of, ok := item.Expr.(atlasql.Name); ok && item.Alias.Text == name.Text && item.Alias.Text != "" {
			return of
		}
	}
	return name
}

// selectable is the type whose attributes can be selected. Where a query is about a
// classification, or about anything, those that most entities have can.
func (r *run) selectable(of *schema.EntityType) *schema.EntityType {
	if of == nil {
		return r.finder.types.Entity("Asset")
	}
	return of
}

// selection reads the select clause.
func (r *run) selection() (*selected, error) {
	s := &selected{}
	if r.query.Select == nil {
		s.whole = true
		return s, nil
	}
	var referred []*place
	var labels []string
	for _, item := range r.query.Select {
		switch e := item.Expr.(type) {
		case atlasql.Aggregate:
			if c, ok := r.aggregate(e); ok {
				c.label = item.Label
				s.columns = append(s.columns, c)
			}
		case atlasql.Arithmetic:
			if calc, ok := r.number(r.selectable(r.of), r.types, e); ok {
				s.columns = append(s.columns, column{label: item.Label, calc: calc})
			}
		case atlasql.Name:
			p, ok := r.locate(r.selectable(r.of), r.types, e)
			switch {
			case !ok:
			case p.class != "":
				r.problem(fault.InvalidDSLQualifiedName, e.Text)
			case len(p.through) > 0:
				referred = append(referred, p)
				labels = append(labels, item.Label)
			case p.attr == nil:
				s.whole = true
			case p.attr.system == nil && p.attr.field == nil:
				r.problem(fault.InvalidDSLQualifiedName, e.Text)
			default:
				s.columns = append(s.columns, column{label: item.Label, attr: p.attr, date: p.attr.date()})
			}
		default:
			r.problem(fault.InvalidDSLQualifiedName, label(e))
		}
	}
	if len(referred) > 1 {
		r.problem(fault.InvalidDSLSelectReferredAttr, strconv.Itoa(len(referred)))
	}
	if len(referred) > 0 && len(s.columns) > 0 {
		r.problem(fault.InvalidDSLSelectAttrMixing)
	}
	if len(referred) == 1 && len(r.problems) == 0 {
		p := referred[0]
		s.through, s.refer = p.through, p.through[0]
		if p.attr == nil {
			s.whole = true
		} else {
			s.columns = []column{{label: labels[0], attr: p.attr, date: p.attr.date()}}
		}
	}
	return s, nil
}

// aggregates by the words of the language.
var aggregateOf = map[atlasql.Function]query.Aggregate{
	atlasql.Count: query.Count, atlasql.Min: query.Least, atlasql.Max: query.Greatest, atlasql.Sum: query.Sum,
}

func (r *run) aggregate(e atlasql.Aggregate) (column, bool) {
	c := column{of: aggregateOf[e.Of]}
	if e.Arg == nil {
		return c, true
	}
	if _, arithmetic := e.Arg.(atlasql.Arithmetic); arithmetic {
		t, ok := r.number(r.selectable(r.of), r.types, e.Arg)
		c.trait = t
		return c, ok
	}
	name, ok := e.Arg.(atlasql.Name)
	if !ok {
		r.problem(fault.InvalidDSLSelectInvalidAgg, label(e.Arg))
		return c, false
	}
	p, ok := r.locate(r.selectable(r.of), r.types, name)
	if !ok {
		return c, false
	}
	if p.attr == nil || len(p.through) > 0 || r.valueTrait(p.attr) == nil || p.attr.system == nil && !r.primitive(p.attr) {
		r.problem(fault.InvalidDSLSelectInvalidAgg, name.Text)
		return c, false
	}
	if e.Of == atlasql.Sum && !p.attr.numeric() {
		r.problem(fault.InvalidDSLSelectInvalidAgg, name.Text)
		return c, false
	}
	c.trait, c.attr, c.date = r.valueTrait(p.attr), p.attr, p.attr.date()
	return c, true
}

func (s *selected) labels() []string {
	labels := make([]string, len(s.columns))
	for i, c := range s.columns {
		labels[i] = c.label
	}
	return labels
}

// table answers with values: a row for each entity found, each row once, as clients
// know it.
func (r *run) table(q *query.Entities, s *selected) (*Result, error) {
	v := &Values{Name: s.labels(), Values: [][]any{}}
	totals, err := r.totals(q, s)
	if err != nil {
		return nil, err
	}
	if !s.plain() {
		v.Values = append(v.Values, totals)
		return &Result{Attributes: v}, nil
	}
	nodes, err := r.r.Entities(q)
	if err != nil {
		return nil, err
	}
	cells, err := r.cells(nodes, s.columns)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for _, row := range cells {
		for i, c := range s.columns {
			if c.of != 0 {
				row[i] = totals[i]
			}
		}
		if key := fmt.Sprintf("%#v", row); !seen[key] {
			seen[key] = true
			v.Values = append(v.Values, row)
		}
	}
	return &Result{Attributes: v}, nil
}

// totals computes the aggregates over all that is found, whatever the page.
func (r *run) totals(q *query.Entities, s *selected) ([]any, error) {
	row := make([]any, len(s.columns))
	if !s.aggregates() {
		return row, nil
	}
	if len(s.columns) == 1 && s.columns[0].trait == nil { // the fast way
		n, err := r.r.CountEntities(q)
		row[0] = n
		return row, err
	}
	t := &query.Table{Entities: *q}
	t.By, t.Limit, t.Offset = nil, 1, 0
	t.Cells = cellsOf(s.columns)
	rows, err := r.r.Tabulate(t)
	if err != nil || len(rows) == 0 {
		return row, err
	}
	r.fillCells(row, s.columns, rows[0])
	return row, nil
}

func cellsOf(columns []column) []query.Cell {
	var cells []query.Cell
	for _, c := range columns {
		if c.of != 0 {
			cells = append(cells, query.Cell{Of: c.of, Trait: c.trait})
		}
	}
	return cells
}

// fillCells puts computed cells where their columns are.
func (r *run) fillCells(row []any, columns []column, cells []any) {
	for i, c := range columns {
		if c.of == 0 {
			continue
		}
		v := cells[0]
		if sum, ok := v.(float64); ok && c.of == query.Sum && c.attr != nil && c.attr.whole() && math.Abs(sum) < 1<<63 {
			v = int64(sum)
		}
		row[i], cells = r.shownCell(c.attr, v), cells[1:]
	}
}

// shownCell is what a table shows for a value of an attribute.
func (r *run) shownCell(a *attribute, v any) any {
	if v == nil {
		return ""
	}
	text, ok := v.(string)
	switch {
	case ok && a != nil && a.name == "__typeName":
		return r.typeName(text)
	case ok && a != nil && a.trait.Decimal:
		return json.Number(text)
	}
	return v
}

// cells reads the plain columns of nodes.
func (r *run) cells(nodes []pedigree.Node, columns []column) ([][]any, error) {
	var names []string
	for _, c := range columns {
		if c.of == 0 && c.attr != nil && c.attr.field != nil {
			names = append(names, c.attr.name)
		}
		for name := range namesIn(c.calc) {
			names = append(names, name)
		}
	}
	headers, err := r.Headers(nodes, catalog.HeaderOptions{Attributes: names})
	if err != nil {
		return nil, err
	}
	business, err := r.businessOf(nodes, columns)
	if err != nil {
		return nil, err
	}
	rows := make([][]any, len(nodes))
	for i := range nodes {
		row := make([]any, len(columns))
		for k, c := range columns {
			switch {
			case c.of != 0:
				continue
			case c.calc != nil:
				row[k] = ""
				if n, ok := computed(c.calc, headers[i].Attributes); ok {
					row[k] = n
				}
				continue
			case c.attr.system != nil:
				if c.attr.system.value != nil {
					row[k] = c.attr.system.value(r.finder, &nodes[i], headers[i])
				} else {
					row[k] = ""
				}
			default:
				row[k] = headers[i].Attributes[c.attr.name]
				if row[k] == nil {
					row[k] = business[i][c.attr.name]
				}
				row[k] = r.shownCell(c.attr, row[k])
			}
			if row[k] == nil {
				row[k] = ""
			}
		}
		rows[i] = row
	}
	return rows, nil
}

// businessOf reads business attributes among columns, by node and name.
func (r *run) businessOf(nodes []pedigree.Node, columns []column) ([]map[string]any, error) {
	all := make([]map[string]any, len(nodes))
	if !slices.ContainsFunc(columns, func(c column) bool { return c.attr != nil && strings.Contains(c.attr.name, ".") }) {
		return all, nil
	}
	facts, err := r.r.Facts(nodeIDs(nodes), pedigree.Field)
	if err != nil {
		return nil, err
	}
	for i := range facts {
		all[i] = make(map[string]any)
		for _, p := range facts[i].Properties {
			switch p.Form {
			case pedigree.Bool:
				all[i][p.Key] = p.Int != 0
			case pedigree.Int:
				all[i][p.Key] = p.Int
			case pedigree.Double:
				all[i][p.Key] = p.Number
			default:
				all[i][p.Key] = p.Value
			}
		}
	}
	return all, nil
}

func nodeIDs(nodes []pedigree.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}

// namesIn lists the attributes that a number is computed of.
func namesIn(t query.Trait) map[string]bool {
	names := make(map[string]bool)
	switch t := t.(type) {
	case query.Calc:
		for name := range namesIn(t.Left) {
			names[name] = true
		}
		for name := range namesIn(t.Right) {
			names[name] = true
		}
	case query.FieldTrait:
		names[t.Key] = true
	}
	return names
}

// computed computes a number of the attributes of an entity.
func computed(t query.Trait, values map[string]any) (float64, bool) {
	switch t := t.(type) {
	case query.Constant:
		return t.Number, true
	case query.FieldTrait:
		v := values[t.Key]
		if v == nil {
			v = t.Unset
		}
		switch v := v.(type) {
		case int64:
			return float64(v), true
		case float64:
			return v, true
		case fmt.Stringer:
			n, err := strconv.ParseFloat(v.String(), 64)
			return n, err == nil
		}
	case query.Calc:
		a, ok := computed(t.Left, values)
		b, also := computed(t.Right, values)
		if !ok || !also {
			return 0, false
		}
		return query.Calculate(t.Op, a, b)
	}
	return 0, false
}

// grouped answers with a row for each group, or for each distinct row in one.
func (r *run) grouped(q *query.Entities, s *selected) (*Result, error) {
	if len(s.through) > 0 {
		r.problem(fault.InvalidDSLSelectInvalidAgg, s.refer.name)
		return nil, nil
	}
	var group []query.Trait
	for _, item := range r.query.GroupBy {
		name, ok := item.Expr.(atlasql.Name)
		if !ok {
			r.problem(fault.InvalidDSLSelectInvalidAgg, item.Label)
			return nil, nil
		}
		p, ok := r.locate(r.selectable(r.of), r.types, name)
		if !ok {
			return nil, nil
		}
		if p.attr == nil || len(p.through) > 0 || r.sortTrait(p.attr) == nil {
			r.problem(fault.InvalidDSLSelectInvalidAgg, name.Text)
			return nil, nil
		}
		group = append(group, r.valueTrait(p.attr))
	}
	if s.whole {
		q.By = group[0]
		return r.entities(q)
	}
	rows, err := r.groups(q, s, group)
	if err != nil || len(r.problems) > 0 {
		return nil, err
	}
	return &Result{Attributes: &Values{Name: s.labels(), Values: rows}}, nil
}

func cut(rows [][]any, limit, offset int) [][]any {
	rows = rows[min(offset, len(rows)):]
	if rows = rows[:min(limit, len(rows))]; rows == nil {
		return [][]any{}
	}
	return rows
}

// mostGroups bounds the groups that are put in an order of their own.
const mostGroups = 100_000

// groups computes the rows of groups, as far as they are on the page.
func (r *run) groups(q *query.Entities, s *selected, group []query.Trait) ([][]any, error) {
	t := &query.Table{Entities: *q, Group: group, Cells: cellsOf(s.columns)}
	t.By, t.Limit, t.Offset = nil, mostGroups, 0
	single := r.oneEach(s, group)
	if single != nil && r.query.Order == nil {
		t.Limit, t.Offset = r.limit, r.offset
	}
	totals, err := r.r.Tabulate(t)
	switch {
	case err != nil:
		return nil, err
	case t.Limit == mostGroups && len(totals) == mostGroups:
		return nil, pedigree.Errorf(pedigree.Exhausted, "there are more than %d groups: add a condition, or leave out the order", mostGroups-1)
	}
	rows := make([][]any, 0, len(totals))
	if single != nil {
		for _, total := range totals {
			row := make([]any, len(s.columns))
			r.fillCells(row, s.columns, total[len(group):])
			for i, c := range s.columns {
				if c.of == 0 {
					row[i] = r.shownCell(c.attr, total[single[i]])
				}
			}
			rows = append(rows, row)
		}
		if r.query.Order == nil {
			return rows, nil
		}
		if err := r.sortRows(rows, s); err != nil {
			return nil, err
		}
		return cut(rows, r.limit, r.offset), nil
	}
	// The distinct rows of each group: by what is selected, too.
	byGroup := make(map[string][]any, len(totals))
	for _, total := range totals {
		byGroup[fmt.Sprintf("%#v", total[:len(group)])] = total[len(group):]
	}
	d := &query.Table{Entities: t.Entities, Group: slices.Clone(group)}
	for _, c := range s.columns {
		if c.of != 0 {
			continue
		}
		trait := c.calc
		if c.attr != nil {
			if trait = r.valueTrait(c.attr); trait == nil {
				r.problem(fault.InvalidDSLQualifiedName, c.attr.name)
				return nil, nil
			}
		}
		d.Group = append(d.Group, trait)
	}
	distinct, err := r.r.Tabulate(d)
	if err != nil {
		return nil, err
	}
	for _, one := range distinct {
		row := make([]any, len(s.columns))
		r.fillCells(row, s.columns, byGroup[fmt.Sprintf("%#v", one[:len(group)])])
		values := one[len(group):]
		for i, c := range s.columns {
			if c.of == 0 {
				row[i], values = r.shownCell(c.attr, values[0]), values[1:]
			}
		}
		rows = append(rows, row)
	}
	if err := r.sortRows(rows, s); err != nil {
		return nil, err
	}
	return cut(rows, r.limit, r.offset), nil
}

// oneEach tells where plain columns stand among what entities are grouped by; nil
// where one does not, so that a group may have several rows.
func (r *run) oneEach(s *selected, group []query.Trait) []int {
	at := make([]int, len(s.columns))
	for i, c := range s.columns {
		if c.of != 0 {
			continue
		}
		trait := c.calc
		if c.attr != nil {
			trait = r.valueTrait(c.attr)
		}
		if at[i] = slices.Index(group, trait); at[i] < 0 || trait == nil {
			return nil
		}
	}
	return at
}

// sortRows sorts the rows of groups by one of their columns.
func (r *run) sortRows(rows [][]any, s *selected) error {
	o := r.query.Order
	if o == nil {
		return nil
	}
	at := slices.IndexFunc(s.columns, func(c column) bool {
		return c.label == label(o.By) || c.of == 0 && c.attr != nil && c.attr.name == lastPart(label(o.By))
	})
	if at < 0 {
		r.problem(fault.InvalidDSLOrderby, label(o.By))
		return nil
	}
	slices.SortStableFunc(rows, func(a, b []any) int {
		c := compareCells(a[at], b[at])
		if o.Desc {
			return -c
		}
		return c
	})
	return nil
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// compareCells orders numbers before text.
func compareCells(a, b any) int {
	x, number := cellNumber(a)
	y, also := cellNumber(b)
	switch {
	case number && also && x < y:
		return -1
	case number && also && x > y:
		return 1
	case number && also:
		return 0
	case number:
		return -1
	case also:
		return 1
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func cellNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	}
	return 0, false
}
