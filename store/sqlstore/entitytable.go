package sqlstore

import (
	"math"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// aggregates are the functions that compute cells.
var aggregates = map[query.Aggregate]string{query.Least: "min", query.Greatest: "max", query.Sum: "sum"}

// Tabulate answers with one statement over all matches.
func (t *tx) Tabulate(q *query.Table) ([][]any, error) {
	e, err := t.entitiesOf(&q.Entities)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return emptyTable(q), nil
	}
	s, _, err := e.bestSeed(int64(e.store.engine.Selective))
	if err != nil {
		return nil, err
	}
	if s == nil || e.store.columns.eager {
		f, all, ok, err := e.found(e.total)
		if err != nil {
			return nil, err
		}
		if ok {
			table, ok, err := f.tabulate(all, q)
			if err != nil || ok {
				return table, err
			}
		}
		if s, _, err = e.bestSeed(e.total/2 + 1); err != nil {
			return nil, err
		}
	}
	text, forms, err := e.table(q, s)
	if err != nil {
		return nil, err
	}
	r, err := t.conn.query(t.ctx, text.String(), text.args...)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for r.next() {
		row := make([]any, len(forms))
		for i, form := range forms {
			row[i] = readForm(r, i, form)
		}
		rows = append(rows, row)
	}
	return rows, r.close()
}

// emptyTable is the table of nothing.
func emptyTable(q *query.Table) [][]any {
	if len(q.Group) > 0 || q.Offset > 0 {
		return nil
	}
	row := make([]any, len(q.Cells))
	for i, c := range q.Cells {
		if c.Of == query.Count {
			row[i] = int64(0)
		}
	}
	return [][]any{row}
}

func readForm(r *rows, i int, form pedigree.Form) any {
	switch {
	case r.null(i):
		return nil
	case form == pedigree.Int:
		return r.int(i)
	case form == pedigree.Bool:
		return r.int(i) != 0
	case form == pedigree.Double:
		return r.float(i)
	}
	return r.text(i)
}

// table writes the statement and tells the forms of its columns.
func (e *entities) table(q *query.Table, s *seed) (*sqlText, []pedigree.Form, error) {
	w := &sqlText{}
	w.add("SELECT ")
	var forms []pedigree.Form
	for i, t := range q.Group {
		if i > 0 {
			w.add(", ")
		}
		value, err := e.value("n", t)
		if err != nil {
			return nil, nil, err
		}
		w.add(value.String(), value.args...)
		forms = append(forms, formOf(t))
	}
	for i, c := range q.Cells {
		if i > 0 || len(q.Group) > 0 {
			w.add(", ")
		}
		form, err := e.cell(w, c)
		if err != nil {
			return nil, nil, err
		}
		forms = append(forms, form)
	}
	w.add(" FROM node n")
	if err := e.where(w, s); err != nil {
		return nil, nil, err
	}
	if len(q.Group) > 0 {
		list := make([]string, len(q.Group))
		for i := range list {
			list[i] = strconv.Itoa(i + 1)
		}
		by := strings.Join(list, ", ")
		w.add(" GROUP BY " + by + " ORDER BY " + by)
	}
	w.add(" LIMIT ? OFFSET ?", min(q.Limit, math.MaxInt32), q.Offset)
	return w, forms, nil
}

// cell writes what is computed.
func (e *entities) cell(w *sqlText, c query.Cell) (pedigree.Form, error) {
	if c.Of == query.Count {
		w.add("count(*)")
		return pedigree.Int, nil
	}
	function, ok := aggregates[c.Of]
	if !ok || c.Trait == nil {
		return 0, pedigree.Errorf(pedigree.Internal, "a table of the catalog has an unknown cell %d", c.Of)
	}
	value, err := e.value("n", c.Trait)
	if err != nil {
		return 0, err
	}
	form := formOf(c.Trait)
	// Whole numbers may add up to more than one of them holds.
	if f, ok := c.Trait.(query.FieldTrait); ok && f.Decimal || c.Of == query.Sum {
		w.add(function+"(CAST("+value.String()+" AS REAL))", value.args...)
		return pedigree.Double, nil
	}
	w.add(function+"("+value.String()+")", value.args...)
	return form, nil
}

// formOf tells the form of the values of a trait.
func formOf(t query.Trait) pedigree.Form {
	switch t := t.(type) {
	case query.FieldTrait:
		return t.Form
	case query.Calc, query.Constant:
		return pedigree.Double
	case query.Attr:
		if t.Numeric() {
			return pedigree.Int
		}
	}
	return pedigree.Text
}
