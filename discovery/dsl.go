package discovery

import (
	"context"
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

// A DSLQuery is a text in the query language, and what is said beside it.
type DSLQuery struct {
	Text           string
	TypeName       string // put before the text
	Classification string // counts where there is no text
	Limit, Offset  int    // count where the text says nothing
}

// whole puts the parts of the query together.
func (q *DSLQuery) whole() string {
	text := q.Text
	if q.TypeName != "" {
		name := q.TypeName
		if !strings.HasPrefix(name, "`") {
			name = "`" + name + "`"
		}
		text = name + " " + text
	}
	if q.Classification != "" && q.Text == "" {
		text = strings.TrimSpace(text + " isa `" + strings.Trim(q.Classification, "`") + "`")
		if q.TypeName == "" {
			text = "`" + strings.Trim(q.Classification, "`") + "`"
		}
	}
	return text
}

// maxDSL names the setting that other servers bound queries by.
const maxDSL = "atlas.graph.dsl-max-query-str-length"

// DSL runs a query.
func (s *Service) DSL(ctx context.Context, workspace pedigree.NodeID, q DSLQuery) (answer *Result, err error) {
	text := q.whole()
	if len(text) > atlasql.MaxBytes {
		return nil, fault.New(fault.InvalidQueryLength, maxDSL)
	}
	parsed, err := atlasql.Parse(text)
	if err != nil {
		return nil, fault.New(fault.InvalidDSLQuery, text, err.Error())
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		r := &run{finder: f, text: text, query: parsed}
		r.limit, r.offset = pageOf(q.Limit, q.Offset)
		if p := parsed.Page; p != nil {
			r.limit, r.offset = min(p.Limit, maxLimit), p.Offset
		}
		answer, err = r.answer()
		return err
	})
	return answer, err
}

// A run is one query on its way to an answer.
type run struct {
	*finder
	text          string
	query         *atlasql.Query
	limit, offset int

	problems []string // with what the query means; it is refused with all of them
	of       *schema.EntityType
	all      bool                          // any type of entity
	class    *schema.ClassificationType    // the first source, if it is a classification
	aliases  map[string]*schema.EntityType // nil for those of classifications
	classes  map[string]string             // aliases and names of classifications among the sources
	types    []pedigree.Type
	where    query.Every
}

// problem notes what is wrong with the meaning of the query.
func (r *run) problem(reason fault.Reason, args ...any) {
	r.problems = append(r.problems, fault.New(reason, args...).Message)
}

func (r *run) answer() (*Result, error) {
	if err := r.sources(); err != nil {
		return nil, err
	}
	if r.query.Where != nil && len(r.problems) == 0 {
		of := r.of
		if of == nil && r.all {
			of = r.selectable(nil)
		}
		where, err := r.condition(of, r.types, r.query.Where)
		if err != nil {
			return nil, r.refuse(err)
		}
		r.where = append(r.where, where)
	}
	if len(r.problems) > 0 {
		return nil, r.refuse(nil)
	}
	a, err := r.results()
	if err == nil && len(r.problems) > 0 {
		err = r.refuse(nil)
	}
	if err != nil {
		return nil, r.refuse(err)
	}
	a.QueryType, a.QueryText, a.ApproximateCount = typeDSL, r.text, -1
	return a, nil
}

// refuse says what is wrong with the query: what was noted, or an error of a rule.
func (r *run) refuse(err error) error {
	if len(r.problems) > 0 {
		return fault.New(fault.InvalidDSLQuery, r.text, strings.Join(r.problems, ", "))
	}
	if pedigree.CodeOf(err) == pedigree.Invalid && !fault.Is(err, fault.InvalidDSLQuery) {
		return fault.New(fault.InvalidDSLQuery, r.text, err.Error())
	}
	return err
}

// sources finds what the query is about.
func (r *run) sources() error {
	r.aliases, r.classes = make(map[string]*schema.EntityType), make(map[string]string)
	from := r.query.From
	if len(from) == 0 {
		name := firstName(r.query.Where)
		if name == "" {
			r.problem(fault.InvalidDSLFrom, "")
			return nil
		}
		from = []atlasql.From{{Name: atlasql.Name{Text: name}}}
	}
	restrict := []func(*schema.EntityType) bool{anyEntity}
	for _, src := range from {
		is, err := r.source(src)
		if err != nil {
			return err
		}
		if is != nil {
			restrict = append(restrict, is)
		}
	}
	if r.of != nil && r.of.Internal() {
		restrict = restrict[1:] // who asks for bookkeeping gets it
	}
	r.types = r.nodeTypes(func(t *schema.EntityType) bool {
		for _, is := range restrict {
			if !is(t) {
				return false
			}
		}
		return true
	})
	return nil
}

// source adds one source. It gives which types it restricts results to, if it is a
// type of entity.
func (r *run) source(src atlasql.From) (func(*schema.EntityType) bool, error) {
	name := src.Name.Text
	switch name {
	case AllEntityTypes:
		r.all = true
		r.alias(src, nil, "")
		return nil, nil
	case Classified, AllClassifications, NotClassified:
		class, err := r.classified(nil, nil, false, false)
		if name == NotClassified {
			class = query.Except{Part: class}
		}
		r.where = append(r.where, class)
		r.all = r.all || r.of == nil
		r.alias(src, nil, name)
		return nil, err
	}
	if t := r.finder.types.Entity(name); t != nil {
		if r.of == nil {
			r.of = t
		}
		r.alias(src, t, "")
		return func(e *schema.EntityType) bool { return e.IsA(name) }, nil
	}
	if c := r.finder.types.Classification(name); c != nil {
		class, err := r.classified(c.Descendants(), nil, false, false)
		r.where = append(r.where, class)
		if r.of == nil && r.class == nil {
			r.class = c
		}
		r.alias(src, nil, name)
		return nil, err
	}
	if def := r.finder.types.Def(name); def != nil {
		r.problem(fault.InvalidDSLFrom, name)
		return nil, nil
	}
	// It is said twice, as clients know it.
	r.problem(fault.InvalidDSLUnknownType, name)
	r.problem(fault.InvalidDSLUnknownType, name)
	return nil, nil
}

// alias remembers by which names a source is known.
func (r *run) alias(src atlasql.From, t *schema.EntityType, class string) {
	names := []string{src.Name.Text}
	if src.Alias.Text != "" && src.Alias.Text != src.Name.Text {
		names = append(names, src.Alias.Text)
	}
	for i, name := range names {
		_, there := r.aliases[name]
		if _, also := r.classes[name]; i > 0 && (there || also) {
			r.problem(fault.InvalidDSLDuplicateAlias, name, src.Name.Text)
			continue
		}
		if class != "" {
			r.classes[name] = class
		} else {
			r.aliases[name] = t
		}
	}
}

// firstName gives the name that a condition begins with: what it is about where no
// source is named.
func firstName(e atlasql.Expr) string {
	switch e := e.(type) {
	case atlasql.And:
		return firstName(e.Left)
	case atlasql.Or:
		return firstName(e.Left)
	case atlasql.Compare:
		return firstName(e.Left)
	case atlasql.Is:
		return firstName(e.Left)
	case atlasql.Has:
		return firstName(e.Left)
	case atlasql.HasTerm:
		return firstName(e.Left)
	case atlasql.Arithmetic:
		return firstName(e.Left)
	case atlasql.Name:
		if i := strings.LastIndexByte(e.Text, '.'); i > 0 {
			return e.Text[:strings.IndexByte(e.Text, '.')]
		}
		return e.Text
	}
	return ""
}

// A place is where a path leads: through references to an attribute, or to an entity.
type place struct {
	through []*attribute
	at      *schema.EntityType // of what the path leads to
	types   []pedigree.Type    // of nodes that are such
	attr    *attribute         // nil where the path ends at the entity itself
	class   string             // of whose attribute the rest is the name; see field
	field   string
}

// locate follows a path from entities of a type.
func (r *run) locate(of *schema.EntityType, types []pedigree.Type, name atlasql.Name) (*place, bool) {
	p := &place{at: of, types: types}
	parts := name.Path()
	if a := r.attributeOf(p.at, name.Text); a != nil && a.plain() { // business attributes have a dot
		p.attr = a
		return p, true
	}
	if r.attributeOf(of, parts[0]) == nil || r.aliasOnly(parts) {
		known := false
		if parts, known = r.strip(p, parts); !known {
			r.unknown(of, name.Text)
			return nil, false
		}
	}
	if p.class != "" {
		return p, r.classField(p, parts)
	}
	for i, part := range parts {
		a := r.attributeOf(p.at, part)
		switch {
		case a == nil:
			r.unknown(p.at, part)
			return nil, false
		case a.target == nil && i < len(parts)-1:
			r.problem(fault.InvalidDSLQualifiedName, name.Text)
			return nil, false
		case a.target == nil:
			p.attr = a
		default:
			p.through = append(p.through, a)
			p.at = a.target
			p.types = r.nodeTypes(func(t *schema.EntityType) bool { return t.IsA(a.target.Name()) })
		}
	}
	return p, true
}

// aliasOnly reports whether a name is an alias rather than an attribute.
func (r *run) aliasOnly(parts []string) bool {
	_, alias := r.aliases[parts[0]]
	return alias && len(parts) > 1 && r.attributeOf(r.of, parts[0]) == nil
}

// strip takes the name of a source, or of a classification, off a path.
func (r *run) strip(p *place, parts []string) ([]string, bool) {
	first, rest := parts[0], parts[1:]
	if _, ok := r.aliases[first]; ok {
		return rest, true
	}
	class, ok := r.classes[first]
	if !ok && r.finder.types.Classification(first) != nil {
		class, ok = first, true
	}
	if ok {
		if len(rest) > 0 && strings.HasPrefix(rest[0], "__") && systems[rest[0]] != nil {
			return rest, true
		}
		p.class = class
		return rest, true
	}
	if t := r.finder.types.Entity(first); t != nil && (len(rest) > 0 || p.at != nil && p.at.IsA(first)) {
		return rest, true
	}
	return parts, false
}

func (r *run) classField(p *place, parts []string) bool {
	if len(parts) == 0 {
		return true
	}
	c := r.finder.types.Classification(p.class)
	if len(parts) != 1 || c == nil || c.Field(parts[0]) == nil {
		r.problem(fault.InvalidDSLUnknownAttrType, strings.Join(parts, "."), p.class)
		return false
	}
	p.field = parts[0]
	return true
}

// unknown says that there is no such attribute.
func (r *run) unknown(of *schema.EntityType, name string) {
	switch {
	case of != nil:
		r.problem(fault.InvalidDSLUnknownAttrType, name, of.Name())
	case r.class != nil:
		r.problem(fault.InvalidDSLQualifiedName, name)
	default:
		r.problem(fault.InvalidDSLUnknownAttrType, name, AllEntityTypes)
	}
}

// along wraps a condition on what a path leads to in the references on the way.
func (p *place) along(f query.Fact) query.Fact {
	for _, a := range slices.Backward(p.through) {
		f = a.onward(f)
	}
	return f
}

// condition makes a condition of an expression.
func (r *run) condition(of *schema.EntityType, types []pedigree.Type, e atlasql.Expr) (query.Fact, error) {
	switch e := e.(type) {
	case atlasql.And:
		return r.both(of, types, e.Left, e.Right, func(a, b query.Fact) query.Fact { return query.Every{a, b} })
	case atlasql.Or:
		return r.both(of, types, e.Left, e.Right, func(a, b query.Fact) query.Fact { return query.Some{a, b} })
	case atlasql.Compare:
		return r.compare(of, types, e)
	case atlasql.Is:
		return r.isClass(of, types, e)
	case atlasql.Has:
		return r.has(of, types, e)
	case atlasql.HasTerm:
		return r.hasTerm(of, types, e)
	case atlasql.Name:
		return r.bare(e)
	}
	r.problem(fault.InvalidDSLQualifiedName, label(e))
	return none, nil
}

func (r *run) both(of *schema.EntityType, types []pedigree.Type, left, right atlasql.Expr, join func(a, b query.Fact) query.Fact) (query.Fact, error) {
	a, err := r.condition(of, types, left)
	if err != nil {
		return nil, err
	}
	b, err := r.condition(of, types, right)
	return join(a, b), err
}

// bare takes the name of a classification for the condition that it is one of it.
func (r *run) bare(name atlasql.Name) (query.Fact, error) {
	switch name.Text {
	case Classified, NotClassified, AllClassifications:
		return r.isClass(r.of, r.types, atlasql.Is{Left: atlasql.Name{}, Name: name})
	}
	if r.finder.types.Classification(name.Text) != nil {
		return r.isClass(r.of, r.types, atlasql.Is{Left: atlasql.Name{}, Name: name})
	}
	r.unknown(r.of, name.Text)
	return none, nil
}

// entity gives the place that a left side means, where that is an entity.
func (r *run) entity(of *schema.EntityType, types []pedigree.Type, e atlasql.Expr) (*place, bool) {
	name, ok := e.(atlasql.Name)
	switch {
	case !ok:
		r.problem(fault.InvalidDSLQualifiedName, label(e))
		return nil, false
	case name.Text == "" || of != nil && of.Name() == name.Text || name.Text == AllEntityTypes && r.all:
		return &place{at: of, types: types}, true
	}
	if _, isClass := r.classes[name.Text]; isClass {
		return &place{at: of, types: types}, true
	}
	p, ok := r.locate(of, types, name)
	if ok && p.attr != nil {
		r.problem(fault.InvalidDSLUnknownType, name.Text)
		return nil, false
	}
	return p, ok
}

func (r *run) isClass(of *schema.EntityType, types []pedigree.Type, e atlasql.Is) (query.Fact, error) {
	p, ok := r.entity(of, types, e.Left)
	if !ok {
		return none, nil
	}
	var names []string
	switch name := e.Name.Text; name {
	case Classified, AllClassifications, NotClassified:
	default:
		c := r.finder.types.Classification(name)
		if c == nil {
			r.problem(fault.InvalidDSLUnknownClassification, name)
			return none, nil
		}
		names = c.Descendants()
	}
	class, err := r.classified(names, nil, false, false)
	if e.Name.Text == NotClassified {
		class = query.Except{Part: class}
	}
	return p.along(class), err
}

func (r *run) has(of *schema.EntityType, types []pedigree.Type, e atlasql.Has) (query.Fact, error) {
	p, ok := r.entity(of, types, e.Left)
	if !ok {
		return none, nil
	}
	q, ok := r.locate(p.at, p.types, e.Name)
	if !ok {
		return none, nil
	}
	if q.attr == nil || q.attr.system == nil && !r.primitive(q.attr) {
		r.problem(fault.InvalidDSLHasProperty, e.Name.Text)
		return none, nil
	}
	if s := q.attr.system; s != nil && s.trait != nil {
		if _, stored := s.trait.(query.FieldTrait); !stored { // all have it
			return p.along(q.along(query.Every{})), nil
		}
	}
	held, err := r.fact(q.attr, q.types, comparison{name: e.Name.Text, is: query.Present})
	if err != nil {
		return nil, err
	}
	return p.along(q.along(held)), nil
}

// termType and termTie are how terms of glossaries are kept.
const termType = "AtlasGlossaryTerm"

// hasTerm finds what a term is assigned to: by its name, or by its name and that of
// its glossary, term@glossary.
func (r *run) hasTerm(of *schema.EntityType, types []pedigree.Type, e atlasql.HasTerm) (query.Fact, error) {
	p, ok := r.entity(of, types, e.Left)
	if !ok {
		return none, nil
	}
	key := "name"
	if strings.Contains(e.Name.Text, "@") {
		key = "qualifiedName"
	}
	return p.along(termed(query.Holds{Trait: query.FieldTrait{Key: key}, Is: query.Equal, Values: []any{e.Name.Text}})), nil
}

// termed holds of what a term is assigned to of which a condition holds.
func termed(where query.Fact) query.Fact {
	live := query.Every{where, query.Except{Part: query.Binned{}}}
	return query.Tied{Types: []string{catalog.MeaningRelationship}, End: 2, Where: live}
}

// comparisons are those of the language, and whether they are turned around.
var comparisons = map[atlasql.Op]struct {
	is  query.Comparison
	not bool
}{
	atlasql.Eq: {query.Equal, false}, atlasql.Ne: {query.Equal, true}, atlasql.In: {query.Equal, false}, atlasql.NotIn: {query.Equal, true},
	atlasql.Lt: {query.Less, false}, atlasql.Le: {query.LessEqual, false}, atlasql.Gt: {query.More, false}, atlasql.Ge: {query.MoreEqual, false},
	atlasql.Like: {query.Globbed, false},
}

func (r *run) compare(of *schema.EntityType, types []pedigree.Type, e atlasql.Compare) (query.Fact, error) {
	_, computed := e.Left.(atlasql.Arithmetic)
	if computed || computes(e.Right) {
		return r.compareNumbers(of, types, e)
	}
	name, ok := e.Left.(atlasql.Name)
	if !ok {
		r.problem(fault.InvalidDSLQualifiedName, label(e.Left))
		return none, nil
	}
	texts, ok := r.constants(e.Right)
	if !ok {
		r.problem(fault.InvalidDSLQualifiedName, label(e.Right))
		return none, nil
	}
	p, ok := r.locate(of, types, name)
	if !ok {
		return none, nil
	}
	op := comparisons[e.Op]
	c := comparison{name: name.Text, is: op.is, not: op.not, texts: texts}
	if p.class != "" {
		return r.compareClass(p, c)
	}
	if p.attr == nil || !p.attr.plain() {
		r.problem(fault.InvalidDSLHasProperty, name.Text)
		return none, nil
	}
	held, err := r.fact(p.attr, p.types, c)
	if err != nil {
		if fault.Is(err, fault.InvalidDSLInvalidDate, fault.InvalidValue, fault.InvalidOperator) {
			r.problems = append(r.problems, err.Error())
			return none, nil
		}
		return nil, err
	}
	return p.along(held), nil
}

// compareClass compares an attribute of a classification: Class.attribute = x holds
// of what is of the class, with such an attribute.
func (r *run) compareClass(p *place, c comparison) (query.Fact, error) {
	class := r.finder.types.Classification(p.class)
	if class == nil || p.field == "" {
		r.problem(fault.InvalidDSLQualifiedName, c.name)
		return none, nil
	}
	where, err := r.classAttribute(class, p.field, c)
	if err != nil {
		r.problems = append(r.problems, err.Error())
		return none, nil
	}
	return r.classified(class.Descendants(), where, false, false)
}

// constants reads the right side of a comparison.
func (r *run) constants(e atlasql.Expr) ([]string, bool) {
	switch e := e.(type) {
	case atlasql.Name:
		return []string{e.Text}, true
	case atlasql.Number:
		return []string{e.Text}, true
	case atlasql.Bool:
		return []string{strconv.FormatBool(bool(e))}, true
	case atlasql.List:
		var all []string
		for _, one := range e {
			texts, ok := r.constants(one)
			if !ok {
				return nil, false
			}
			all = append(all, texts...)
		}
		return all, true
	case atlasql.Arithmetic:
		if n, ok := constant(e); ok {
			return []string{strconv.FormatFloat(n, 'g', -1, 64)}, true
		}
	}
	return nil, false
}

// constant computes what names nothing.
func constant(e atlasql.Expr) (float64, bool) {
	switch e := e.(type) {
	case atlasql.Number:
		n, err := strconv.ParseFloat(e.Text, 64)
		return n, err == nil
	case atlasql.Arithmetic:
		a, ok := constant(e.Left)
		b, also := constant(e.Right)
		if !ok || !also {
			return 0, false
		}
		return query.Calculate(e.Op, a, b)
	}
	return 0, false
}

// computes reports whether a value is computed of attributes.
func computes(e atlasql.Expr) bool {
	_, arithmetic := e.(atlasql.Arithmetic)
	_, fixed := constant(e)
	return arithmetic && !fixed
}

// compareNumbers compares what is computed: the difference of both sides with 0, or
// the left side with a constant.
func (r *run) compareNumbers(of *schema.EntityType, types []pedigree.Type, e atlasql.Compare) (query.Fact, error) {
	op := comparisons[e.Op]
	if op.is == query.Globbed || e.Op == atlasql.In || e.Op == atlasql.NotIn {
		r.problem(fault.InvalidOperator, label(e.Left))
		return none, nil
	}
	left, ok := r.number(of, types, e.Left)
	if !ok {
		return none, nil
	}
	h := query.Holds{Trait: left, Is: op.is}
	if n, fixed := constant(e.Right); fixed {
		h.Values = []any{n}
	} else {
		right, ok := r.number(of, types, e.Right)
		if !ok {
			return none, nil
		}
		h.Trait, h.Values = query.Calc{Op: '-', Left: left, Right: right}, []any{0.0}
	}
	if op.not {
		return query.Except{Part: h}, nil
	}
	return h, nil
}

// number makes a trait of what is computed.
func (r *run) number(of *schema.EntityType, types []pedigree.Type, e atlasql.Expr) (query.Trait, bool) {
	switch e := e.(type) {
	case atlasql.Number:
		n, err := strconv.ParseFloat(e.Text, 64)
		return query.Constant{Number: n}, err == nil
	case atlasql.Arithmetic:
		left, ok := r.number(of, types, e.Left)
		right, also := r.number(of, types, e.Right)
		return query.Calc{Op: e.Op, Left: left, Right: right}, ok && also
	case atlasql.Name:
		p, ok := r.locate(of, types, e)
		if !ok {
			return nil, false
		}
		if p.attr != nil && len(p.through) == 0 && (p.attr.numeric() || p.attr.date()) && !p.attr.trait.List {
			return r.valueTrait(p.attr), true
		}
		r.problem(fault.InvalidDSLHasProperty, e.Text)
	default:
		r.problem(fault.InvalidDSLQualifiedName, label(e))
	}
	return nil, false
}

// label writes an expression as an error names it.
func label(e atlasql.Expr) string {
	switch e := e.(type) {
	case atlasql.Name:
		return e.Text
	case atlasql.Number:
		return e.Text
	case atlasql.Bool:
		return strconv.FormatBool(bool(e))
	case atlasql.Arithmetic:
		return label(e.Left) + string(e.Op) + label(e.Right)
	case atlasql.Aggregate:
		names := map[atlasql.Function]string{atlasql.Count: "count", atlasql.Min: "min", atlasql.Max: "max", atlasql.Sum: "sum"}
		if e.Arg == nil {
			return names[e.Of] + "()"
		}
		return names[e.Of] + "(" + label(e.Arg) + ")"
	}
	return "expression"
}
