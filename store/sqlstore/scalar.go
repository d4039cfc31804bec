package sqlstore

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// scalar writes an expression over the node n and the sources that it names.
func (s *sources) scalar(w *sqlText, e query.Scalar) error {
	switch e := e.(type) {
	case query.Literal:
		return s.literal(w, e)
	case query.Column:
		return s.column(w, e)
	case query.Call:
		return s.call(w, e)
	case query.Case:
		return s.branches(w, e)
	case query.Any:
		return s.any(w, e)
	}
	return pedigree.Errorf(pedigree.Internal, "a selection has an unknown part %T", e)
}

func (s *sources) literal(w *sqlText, l query.Literal) error {
	switch v := l.Value.(type) {
	case nil:
		w.add("NULL")
	case bool:
		w.add(map[bool]string{false: "0", true: "1"}[v])
	case int64, float64, string:
		w.add("?", v)
	default:
		return pedigree.Errorf(pedigree.Internal, "a selection has an unknown constant %T", v)
	}
	return nil
}

// infixes stand between operands, functions around them.
var infixes = map[query.Operation]string{
	query.AllOf: " AND ", query.AnyOf: " OR ",
	query.Equals: " = ", query.Differs: " <> ", query.Below: " < ", query.AtMost: " <= ", query.Above: " > ", query.AtLeast: " >= ",
	query.Matches: " LIKE ",
	query.Add:     " + ", query.Subtract: " - ", query.Multiply: " * ", query.Divide: " / ",
	query.BitAnd: " & ", query.BitOr: " | ", query.ShiftLeft: " << ", query.ShiftRight: " >> ",
}

var functions = map[query.Operation]string{
	query.FirstPresent: "COALESCE", query.NullWhen: "NULLIF", query.Upper: "UPPER", query.Lower: "LOWER", query.Length: "LENGTH",
	query.Substring: "SUBSTR", query.Absolute: "ABS", query.Round: "ROUND", query.Sign: "SIGN", query.Replace: "REPLACE",
	query.Trim: "TRIM", query.TrimLeft: "LTRIM", query.TrimRight: "RTRIM", query.CodePoint: "UNICODE", query.Format: "PRINTF",
}

// around are the words before and behind the one operand.
var around = map[query.Operation][2]string{
	query.Negate: {"(NOT ", ")"}, query.IsAbsent: {"(", " IS NULL)"}, query.IsTrue: {"(", " IS TRUE)"}, query.IsFalse: {"(", " IS FALSE)"},
	query.Minus: {"(-", ")"}, query.BitNot: {"(~", ")"},
	query.ToInteger: {"CAST(", " AS INTEGER)"}, query.ToReal: {"CAST(", " AS REAL)"}, query.ToNumber: {"CAST(", " AS NUMERIC)"},
}

func (s *sources) call(w *sqlText, c query.Call) error {
	if word, ok := infixes[c.Op]; ok && len(c.Args) > 0 {
		return s.infix(w, word, c.Args)
	}
	if name, ok := functions[c.Op]; ok {
		w.add(name)
		return s.list(w, c.Args)
	}
	if words, ok := around[c.Op]; ok && len(c.Args) == 1 {
		w.add(words[0])
		err := s.scalar(w, c.Args[0])
		w.add(words[1])
		return err
	}
	switch {
	case c.Op == query.Between && len(c.Args) == 3:
		return s.between(w, c.Args)
	case c.Op == query.OneOf && len(c.Args) > 1:
		return s.oneOf(w, c.Args)
	case c.Op == query.JSONValue && len(c.Args) == 2:
		return s.jsonValue(w, c.Args)
	}
	return pedigree.Errorf(pedigree.Internal, "a selection has an operation %d of %d operands", c.Op, len(c.Args))
}

func (s *sources) infix(w *sqlText, word string, args []query.Scalar) error {
	return balanced(w, word, args, func(e query.Scalar) error { return s.scalar(w, e) })
}

// balanced writes parts with a word between them, halved again and again so that
// a long chain does not nest as deep as it is long: databases bound that.
func balanced[T any](w *sqlText, word string, parts []T, write func(T) error) error {
	if len(parts) == 1 {
		return write(parts[0])
	}
	half := (len(parts) + 1) / 2
	w.add("(")
	if err := balanced(w, word, parts[:half], write); err != nil {
		return err
	}
	w.add(word)
	if err := balanced(w, word, parts[half:], write); err != nil {
		return err
	}
	w.add(")")
	return nil
}

func (s *sources) between(w *sqlText, args []query.Scalar) error {
	for i, word := range []string{"(", " BETWEEN ", " AND "} {
		w.add(word)
		if err := s.scalar(w, args[i]); err != nil {
			return err
		}
	}
	w.add(")")
	return nil
}

func (s *sources) oneOf(w *sqlText, args []query.Scalar) error {
	w.add("(")
	if err := s.scalar(w, args[0]); err != nil {
		return err
	}
	w.add(" IN ")
	err := s.list(w, args[1:])
	w.add(")")
	return err
}

// jsonValue keeps what is no JSON from being an error.
func (s *sources) jsonValue(w *sqlText, args []query.Scalar) error {
	w.add("(SELECT CASE WHEN JSON_VALID(j.text) THEN JSON_EXTRACT(j.text, ")
	if err := s.scalar(w, args[1]); err != nil {
		return err
	}
	w.add(") END FROM (SELECT ")
	err := s.scalar(w, args[0])
	w.add(" AS text) j)")
	return err
}

func (s *sources) list(w *sqlText, args []query.Scalar) error {
	w.add("(")
	for i, a := range args {
		if i > 0 {
			w.add(", ")
		}
		if err := s.scalar(w, a); err != nil {
			return err
		}
	}
	w.add(")")
	return nil
}

func (s *sources) branches(w *sqlText, c query.Case) error {
	w.add("(CASE")
	if c.Of != nil {
		w.add(" ")
		if err := s.scalar(w, c.Of); err != nil {
			return err
		}
	}
	for _, b := range c.When {
		w.add(" WHEN ")
		if err := s.scalar(w, b.If); err != nil {
			return err
		}
		w.add(" THEN ")
		if err := s.scalar(w, b.Then); err != nil {
			return err
		}
	}
	if c.Else != nil {
		w.add(" ELSE ")
		if err := s.scalar(w, c.Else); err != nil {
			return err
		}
	}
	w.add(" END)")
	return nil
}

// any writes that a choice of a source makes a condition true.
func (s *sources) any(w *sqlText, a query.Any) error {
	if isProperty(a.Of) && len(s.keys[a.Of]) == 0 {
		w.add("(" + never + ")")
		return nil
	}
	s.inner = append(s.inner, a.Of)
	defer func() { s.inner = s.inner[:len(s.inner)-1] }()
	w.add("EXISTS (SELECT 1 FROM ")
	s.table(w, a.Of)
	w.add(" WHERE ")
	if err := s.tie(w, a.Of, s.alias(a.Of)); err != nil {
		return err
	}
	w.add(" AND ")
	err := s.scalar(w, a.Where)
	w.add(")")
	return err
}

// nodeParts are the traits of a node with the name @.
var nodeParts = map[query.Part]string{
	query.ID: "@.id", query.TypeID: "@.type", query.TypeName: "(SELECT y.name FROM type y WHERE y.id = @.type)",
	query.Label: "NULLIF(@.name, '')", query.Location: "@.uri", query.Stage: "NULLIF(@.state, '')", query.MadeAt: "@.created", query.ChangedAt: "@.updated",
	query.KindNumber: "@.kind", query.PublicID: "@.uid", query.OwnerName: "NULLIF(@.owner, '')", query.VersionName: "NULLIF(@.version, '')",
}

// propertyParts are those of a property. A latest point stands as a Double.
var propertyParts = map[query.Part]string{
	query.IntValue: "(CASE WHEN @.form = 1 THEN @.int END)", query.BoolValue: "(CASE WHEN @.form = 5 THEN @.int END)",
	query.DoubleValue: "@.num", query.TextValue: textOf("@"),
}

// classParts are those of what is shown of classifications, which is text.
var classParts = map[query.Part]string{query.IntValue: "NULL", query.BoolValue: "NULL", query.DoubleValue: "NULL", query.TextValue: "@.text"}

var eventParts = map[query.Part]string{
	query.EventPlace: "(@.role * 2 + @.direction)", query.HappenedAt: "@.time",
	query.EventArtifact: "@.artifact", query.EventExecution: "@.execution",
}

// outer writes what other systems know a node by.
func (s *sources) outer(w *sqlText, alias string) error {
	types, err := s.typesShownByUID()
	if err != nil {
		return err
	}
	w.add("COALESCE(" + alias + ".external, CASE WHEN " + alias + ".type IN (" + placeholders(len(types)) + ") THEN " + alias + ".uid END)")
	w.args = append(w.args, types...)
	return nil
}

// typesShownByUID gives numbers of types, 0 for those that have no node yet.
func (t *tx) typesShownByUID() ([]any, error) {
	types := make([]any, len(pedigree.ShownByUID))
	for i, typ := range pedigree.ShownByUID {
		id, err := t.findType(typ)
		if err != nil {
			return nil, err
		}
		types[i] = id
	}
	return types, nil
}

// column writes a trait of the node or of a source.
func (s *sources) column(w *sqlText, c query.Column) error {
	if c.Part == query.Outer {
		return s.outer(w, s.alias(c.Of))
	}
	parts := nodeParts
	switch c.Of.Relation {
	case query.Fields, query.Customs:
		parts = propertyParts
	case query.Classes:
		parts = classParts
	case query.Events:
		parts = eventParts
	}
	text, ok := parts[c.Part]
	if !ok {
		return pedigree.Errorf(pedigree.Internal, "a selection asks for part %d of relation %d", c.Part, c.Of.Relation)
	}
	w.add(strings.ReplaceAll(text, "@", s.alias(c.Of)))
	return nil
}
