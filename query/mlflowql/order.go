package mlflowql

import (
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree/query"
)

// An ordering collects the terms of an order and refuses to have one twice.
type ordering struct {
	terms []query.Order
	given []string // as the client wrote them
}

func newOrdering(given []string) (*ordering, error) {
	if len(given) > MaxOrder {
		return nil, invalid("`order_by` has %d terms, at most %d are allowed.", len(given), MaxOrder)
	}
	return &ordering{given: given}, nil
}

func (o *ordering) has(f query.Field) bool {
	for _, t := range o.terms {
		if sameField(t.Field, f) {
			return true
		}
	}
	return false
}

// sameField compares fields of which none is a Score, which cannot be compared.
func sameField(a, b query.Field) bool {
	if _, score := a.(query.Score); score {
		return false
	}
	if _, score := b.(query.Score); score {
		return false
	}
	return a == b
}

func (o *ordering) add(f query.Field, desc bool) error {
	if o.has(f) {
		texts := make([]string, len(o.given))
		for i, g := range o.given {
			texts[i] = repr(g)
		}
		return invalid("`order_by` contains duplicate fields: [%s]", strings.Join(texts, ", "))
	}
	o.terms = append(o.terms, query.Order{Field: f, Desc: desc})
	return nil
}

// term reads a field and the direction after it, if there is one.
func term(clause string) (name string, desc bool, err error) {
	if len(clause) > MaxFilter {
		return "", false, invalid("Invalid order_by clause: it is longer than %d bytes.", MaxFilter)
	}
	if !utf8.ValidString(clause) || strings.Contains(clause, "\x00") {
		return "", false, invalid("Invalid order_by clause: it is not text in UTF-8.")
	}
	tokens := lex(clause)
	tokens = tokens[:len(tokens)-1]
	if n := len(tokens); n == 0 || n > 2 || !isIdentifier(tokens[0]) || tokens[0].is("ASC") || tokens[0].is("DESC") {
		return "", false, invalid("Invalid order_by clause '%s'. Could not be parsed.", clause)
	}
	if len(tokens) == 1 {
		return tokens[0].raw, false, nil
	}
	if desc = tokens[1].is("DESC"); !desc && !tokens[1].is("ASC") {
		if tokens[1].kind != word {
			return "", false, invalid("Invalid order_by clause '%s'. Could not be parsed.", clause)
		}
		return "", false, invalid("Invalid ordering key in order_by clause '%s'.", clause)
	}
	return tokens[0].raw, desc, nil
}

// OrderRuns reads the order of a search for runs. Where nothing else decides,
// the latest start comes first.
func OrderRuns(clauses []string) ([]query.Order, error) {
	o, err := newOrdering(clauses)
	if err != nil {
		return nil, err
	}
	for _, c := range clauses {
		name, desc, err := term(c)
		if err != nil {
			return nil, err
		}
		f, entity, _, err := runField(name, orderableKeys)
		if err != nil {
			return nil, err
		}
		if entity == "dataset" {
			return nil, invalid("Invalid identifier type '%s'", entity)
		}
		if err := o.add(f, desc); err != nil {
			return nil, err
		}
	}
	if !o.has(query.Started) {
		o.terms = append(o.terms, query.Order{Field: query.Started, Desc: true})
	}
	return o.terms, nil
}

// OrderExperiments reads the order of a search for experiments. Without one the
// latest created comes first; with one, the larger identity decides ties.
// Identities are numbers given in order of arrival, so that is what stands for
// them: as texts, 10 would come before 9.
func OrderExperiments(clauses []string) ([]query.Order, error) {
	if len(clauses) == 0 {
		return []query.Order{{Field: query.Created, Desc: true}, {Field: query.Arrival}}, nil
	}
	o, err := newOrdering(clauses)
	if err != nil {
		return nil, err
	}
	for _, c := range clauses {
		name, desc, err := term(c)
		if err != nil {
			return nil, err
		}
		f, _, err := experimentField(name)
		if err != nil {
			return nil, err
		}
		if _, isAttr := f.(query.Attr); !isAttr {
			return nil, invalid("Invalid order_by entity: tag")
		}
		if f == query.UID {
			f = query.Arrival
		}
		if err := o.add(f, desc); err != nil {
			return nil, err
		}
	}
	if !o.has(query.Arrival) {
		o.terms = append(o.terms, query.Order{Field: query.Arrival, Desc: true})
	}
	return o.terms, nil
}

// A ModelOrder is one term of the order of a search for logged models.
type ModelOrder struct {
	Field         string // an attribute, or a metric as "metrics.key"
	Ascending     bool
	DatasetName   string // a metric counts only as measured on this data set; empty stands for any
	DatasetDigest string // of that name; empty stands for any
}

// OrderLoggedModels turns the order of a search for logged models. Where
// nothing else decides, the latest created comes first.
func OrderLoggedModels(terms []ModelOrder) ([]query.Order, error) {
	given := make([]string, len(terms))
	for i, t := range terms {
		given[i] = t.Field
	}
	o, err := newOrdering(given)
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		f, err := t.field()
		if err != nil {
			return nil, err
		}
		if err := o.add(f, !t.Ascending); err != nil {
			return nil, err
		}
	}
	if !o.has(query.Created) {
		o.terms = append(o.terms, query.Order{Field: query.Created, Desc: true})
	}
	return o.terms, nil
}

func (t *ModelOrder) field() (query.Field, error) {
	entity, key, dotted := strings.Cut(t.Field, ".")
	if !dotted {
		if f, known := modelAttributes[t.Field]; known {
			return f, nil
		}
		return nil, invalid("Invalid order by field name: %s", t.Field)
	}
	if entity != "metrics" {
		return nil, invalid("Invalid order by field name: %s. Only metrics are supported.", t.Field)
	}
	score := query.Score{Key: unquote(key)}
	switch {
	case t.DatasetName != "":
		score.On = []query.Dataset{{Name: t.DatasetName, Digest: t.DatasetDigest}}
	case t.DatasetDigest != "":
		return nil, invalid("`dataset_name` must be specified with `dataset_digest` in the order of %s.", t.Field)
	}
	return score, nil
}
