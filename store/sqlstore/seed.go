package sqlstore

import (
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A seed is a set of nodes among which all matches of a selection are, as a
// statement that gives their numbers, perhaps some more than once.
type seed struct {
	text   sqlText
	sure   bool // it is small whatever the data
	within bool // it is the members of the contexts that the selection names

	size    int64      // how many nodes it gives, where that is known; else 0
	implies query.Fact // of a query of the catalog: what holds of all of it, which need not be looked at again
}

// A condition is a part of an expression that must be true, and compares a
// column with constants.
type condition struct {
	column query.Column
	equal  bool // the column equals one of the values; or else
	op     query.Operation
	values []any
}

// ranges are the comparisons, beside equality, whose matches indexes find.
var ranges = map[query.Operation]string{
	query.Below: " < ?", query.AtMost: " <= ?", query.Above: " > ?", query.AtLeast: " >= ?", query.Between: " BETWEEN ? AND ?",
}

// conditions lists those of the expression.
func (s *selection) conditions() []condition { return conditionsOf(s.q.Where) }

func conditionsOf(e query.Scalar) []condition {
	if a, ok := e.(query.Any); ok {
		return conditionsOf(a.Where)
	}
	c, ok := e.(query.Call)
	if !ok {
		return nil
	}
	switch {
	case c.Op == query.AllOf:
		var all []condition
		for _, a := range c.Args {
			all = append(all, conditionsOf(a)...)
		}
		return all
	case c.Op == query.IsTrue && len(c.Args) == 1:
		return conditionsOf(c.Args[0])
	}
	if one, ok := conditionOf(c); ok {
		return []condition{one}
	}
	return nil
}

func conditionOf(c query.Call) (condition, bool) {
	args := c.Args
	if c.Op == query.Equals && len(args) == 2 {
		if _, ok := args[1].(query.Column); ok {
			args = []query.Scalar{args[1], args[0]}
		}
	}
	one := condition{op: c.Op, equal: c.Op == query.Equals || c.Op == query.OneOf}
	if _, ranged := ranges[c.Op]; !ranged && !one.equal || len(args) < 2 {
		return one, false
	}
	var ok bool
	if one.column, ok = args[0].(query.Column); !ok {
		return one, false
	}
	for _, a := range args[1:] {
		l, ok := a.(query.Literal)
		if _, isBool := l.Value.(bool); !ok || isBool || l.Value == nil {
			return one, false
		}
		one.values = append(one.values, l.Value)
	}
	return one, true
}

// relation writes what follows the column in the comparison.
func (c *condition) relation(w *sqlText) {
	if c.equal {
		w.add(" IN ("+placeholders(len(c.values))+")", c.values...)
		return
	}
	w.add(ranges[c.op], c.values...)
}

// bestSeed gives the smallest seed, nil where a walk in order finds a page
// sooner.
func (s *selection) bestSeed() (*seed, error) {
	seeds, err := s.seeds()
	if err != nil || len(seeds) == 0 {
		return nil, err
	}
	for _, one := range seeds {
		if one.sure {
			return one, nil
		}
	}
	fewest, err := s.fewEnough()
	if err != nil {
		return nil, err
	}
	var best *seed
	for _, one := range seeds {
		n, err := s.firstInt("SELECT count(*) FROM ("+one.text.String()+" LIMIT ?) AS entries", append(one.text.args[:len(one.text.args):len(one.text.args)], fewest))
		if err != nil {
			return nil, err
		}
		if n < fewest {
			best, fewest = one, n
		}
	}
	return best, nil
}

// fewEnough is how many matches a seed may have. A walk passes total * limit /
// matches nodes for a page, a seed looks at all matches. How many nodes there
// were in all stands in for the total, which takes long to count.
func (s *selection) fewEnough() (int64, error) {
	total, err := s.firstInt("SELECT max(id) FROM node", nil)
	return max(int64(s.store.engine.Selective), int64(math.Sqrt(float64(total)*float64(s.q.Limit)))), err
}

// seeds lists those that the selection and the conditions give.
func (s *selection) seeds() ([]*seed, error) {
	var all []*seed
	if len(s.q.Around) > 0 {
		all = append(all, contextsAround(s.q.Around))
	}
	if len(s.q.Within) > 0 {
		one := &seed{within: true}
		s.members(one, placeholders(len(s.q.Within)), identities(s.q.Within)...)
		all = append(all, one)
	}
	if s.q.Text != "" {
		all = append(all, s.seedOfText())
	}
	conditions := s.conditions()
	for i := range conditions {
		one, err := s.seedOf(&conditions[i])
		if err != nil {
			return nil, err
		}
		if one != nil {
			all = append(all, one)
		}
	}
	for i := range conditions {
		if one := s.membersOfNamed(&conditions[i], conditions); one != nil {
			all = append(all, one)
		}
	}
	unions, err := s.unions(s.q.Where)
	if err != nil {
		return nil, err
	}
	all = append(all, unions...)
	if s.types != nil && s.index() != "node_type" {
		one := &seed{}
		one.text.add("SELECT t.id FROM node t"+s.use("node_type")+" WHERE t.workspace = ? AND t.type IN ("+placeholders(len(s.types))+")", s.q.Workspace)
		one.text.args = append(one.text.args, identities(s.types)...)
		all = append(all, one)
	}
	return all, nil
}

// maxUnion bounds the parts of a seed: databases bound it, and to count a seed of
// many takes as long as to look at all nodes.
const maxUnion = 100

// unions gives a seed for each part of an expression that must be true and is
// one of several, if each of these has a seed.
func (s *selection) unions(e query.Scalar) (all []*seed, err error) {
	c, ok := e.(query.Call)
	switch {
	case !ok:
		return nil, nil
	case c.Op == query.AllOf:
		for _, a := range c.Args {
			more, err := s.unions(a)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	case c.Op != query.AnyOf || len(c.Args) > maxUnion:
		return nil, nil
	}
	union := &seed{sure: true}
	for i, a := range c.Args {
		one, err := s.firstSeed(conditionsOf(a))
		if err != nil || one == nil {
			return nil, err
		}
		if i > 0 {
			union.text.add(" UNION ALL ")
		}
		union.text.add(one.text.String(), one.text.args...)
		union.sure = union.sure && one.sure
	}
	return []*seed{union}, nil
}

func (s *selection) firstSeed(conditions []condition) (*seed, error) {
	for i := range conditions {
		if one, err := s.seedOf(&conditions[i]); one != nil || err != nil {
			return one, err
		}
	}
	return nil, nil
}

func (s *selection) use(index string) string { return s.conn.dialect.UseIndex(index) }

func identities[ID any](ids []ID) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return args
}

func contextsAround(nodes []pedigree.NodeID) *seed {
	one := &seed{sure: true}
	list := placeholders(len(nodes))
	one.text.add("SELECT m.context FROM membership m WHERE m.node IN ("+list+")", identities(nodes)...)
	one.text.add(" UNION ALL SELECT h.home FROM node h WHERE h.id IN ("+list+") AND h.home <> h.workspace", identities(nodes)...)
	return one
}

// members adds the members of contexts, which are given by a list of numbers or
// a statement, used twice.
func (s *selection) members(one *seed, contexts string, args ...any) {
	one.text.add("SELECT m.node FROM membership m WHERE m.context IN ("+contexts+")", args...)
	one.text.add(" UNION ALL SELECT h.id FROM node h"+s.use("node_live")+" WHERE h.home IN ("+contexts+") AND h.home <> h.workspace AND h.deleted IS NULL", args...)
}

// membersOfNamed gives the members of the contexts whose name a condition
// gives, and whose type another one may.
func (s *selection) membersOfNamed(name *condition, conditions []condition) *seed {
	of := name.column.Of
	if of.Relation != query.Contexts || name.column.Part != query.Label || !name.equal {
		return nil
	}
	var typ *condition
	for i, c := range conditions {
		if c.column == (query.Column{Of: of, Part: query.TypeName}) && slices.Contains(s.all, of) { // or it speaks of another context
			typ = &conditions[i]
		}
	}
	w := &sqlText{}
	w.add("SELECT c.id FROM node c"+s.use("node_context_name")+" WHERE c.workspace = ? AND c.kind = 3 AND c.type IN (SELECT y.id FROM type y WHERE y.kind = 3", s.q.Workspace)
	if typ != nil && typ.equal {
		w.add(" AND y.name")
		typ.relation(w)
	}
	w.add(") AND c.name")
	name.relation(w)
	one := &seed{}
	if s.q.Kind == pedigree.Context {
		one.text.add("SELECT m.node FROM membership m WHERE m.context IN ("+w.String()+")", w.args...)
		return one
	}
	s.members(one, w.String(), w.args...)
	return one
}
