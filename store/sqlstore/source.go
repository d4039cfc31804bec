package sqlstore

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// sources are what an expression on nodes of a kind names beside the node n,
// each a table of its own in the statement.
type sources struct {
	*tx
	kind  pedigree.Kind
	all   []query.Source
	inner []query.Source               // of the conditions of query.Any that are being written
	keys  map[query.Source][]sourceKey // of properties
	none  bool                         // a source is nowhere, so the expression is true for no node
}

// sourceKey is a key under which the property of a source may stand.
type sourceKey struct {
	space pedigree.Space
	id    int64
}

// sourcesOf lists the sources of an expression in order of first mention.
func (t *tx) sourcesOf(kind pedigree.Kind, e query.Scalar) (*sources, error) {
	s := &sources{tx: t, kind: kind, keys: make(map[query.Source][]sourceKey)}
	s.all = namedBy(e)
	for _, of := range append(ownSources(e), s.all...) {
		if !isProperty(of) {
			continue
		}
		var err error
		if s.keys[of], err = s.keysOf(of); err != nil {
			return nil, err
		}
	}
	s.none = slices.ContainsFunc(s.all, func(of query.Source) bool { return isProperty(of) && len(s.keys[of]) == 0 })
	return s, nil
}

// ownSources lists the sources that conditions of [query.Any] have to
// themselves.
func ownSources(e query.Scalar) (own []query.Source) {
	query.Walk(e, func(e query.Scalar) {
		if a, ok := e.(query.Any); ok {
			own = append(append(own, a.Of), ownSources(a.Where)...)
		}
	})
	return own
}

func isProperty(of query.Source) bool {
	return of.Relation == query.Fields || of.Relation == query.Customs || of.Relation == query.Classes
}

// keysOf gives the keys under which the property of a source may stand, those
// only that some node has.
func (s *sources) keysOf(of query.Source) (keys []sourceKey, err error) {
	candidates := []keyName{{pedigree.Field, of.Label}}
	switch of.Relation {
	case query.Classes:
		candidates[0].space = definitionName
	case query.Customs:
		candidates[0].space = pedigree.Custom
		if space, key, ok := pedigree.SplitKey(of.Label); ok {
			candidates = append(candidates, keyName{space, key})
		}
	}
	for _, c := range candidates {
		id, err := s.findKey(c.space, c.name)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			keys = append(keys, sourceKey{c.space, id})
		}
	}
	return keys, nil
}

// alias names the table of a source.
func (s *sources) alias(of query.Source) string {
	if of.Relation == query.Self {
		return "n"
	}
	for i := len(s.inner) - 1; i >= 0; i-- {
		if s.inner[i] == of {
			return "i" + strconv.Itoa(i)
		}
	}
	return "s" + strconv.Itoa(slices.Index(s.all, of))
}

var tables = map[query.Relation]string{
	query.Fields: "property", query.Customs: "property", query.Events: "event",
	query.Contexts: "node", query.Artifacts: "node", query.Executions: "node", query.Children: "node",
}

// table writes the table of a source with its alias.
func (s *sources) table(w *sqlText, of query.Source) {
	if of.Relation == query.Classes {
		s.classTexts(w, s.keys[of][0].id, of.Fix)
		w.add(" " + s.alias(of))
		return
	}
	w.add(tables[of.Relation] + " " + s.alias(of))
}

// maxJoined is how many tables one statement joins: SQLite takes 64.
const maxJoined = 40

// where writes that an expression is true for one choice of sources at least.
// Parts that share no source are looked at apart, so that their choices add up
// and do not multiply.
func (s *sources) where(w *sqlText, e query.Scalar) error {
	own := namedBy(e)
	c, _ := e.(query.Call)
	var groups []query.Scalar
	if c.Op == query.AllOf && len(own) > 0 {
		groups = apart(c.Args)
	}
	switch {
	case len(own) == 0:
		return s.plain(w, c, e)
	case len(groups) > 1:
		return s.each(w, " AND ", groups)
	case c.Op == query.AnyOf && len(own) > 1:
		return s.anyOf(w, c, own)
	}
	return s.exists(w, own, e)
}

// plain writes an expression over the node alone. A long conjunction is kept in
// one piece: a database that takes it apart takes long.
func (s *sources) plain(w *sqlText, c query.Call, e query.Scalar) error {
	if c.Op == query.AllOf && len(c.Args) > maxJoined {
		w.add("+")
	}
	return s.scalar(w, e)
}

// anyOf writes that one of several parts is true, each with sources of its own,
// and that the sources of the others are there.
func (s *sources) anyOf(w *sqlText, c query.Call, own []query.Source) error {
	w.add("(")
	err := balanced(w, " AND ", own, func(of query.Source) error { return s.exists(w, []query.Source{of}, nil) })
	if err != nil {
		return err
	}
	w.add(" AND ")
	err = s.each(w, " OR ", c.Args)
	w.add(")")
	return err
}

func (s *sources) each(w *sqlText, word string, parts []query.Scalar) error {
	return balanced(w, word, parts, func(e query.Scalar) error { return s.where(w, e) })
}

// namedBy lists the sources that an expression names, as far as they are not its
// own.
func namedBy(e query.Scalar) (all []query.Source) {
	query.Walk(e, func(e query.Scalar) {
		c, ok := e.(query.Column)
		if ok && c.Of.Relation != query.Self && !slices.Contains(all, c.Of) {
			all = append(all, c.Of)
		}
	})
	return all
}

// apart puts parts together that share a source, and those without any.
func apart(parts []query.Scalar) (groups []query.Scalar) {
	var named [][]query.Source // of each group
	var members [][]query.Scalar
	for _, e := range parts {
		own, together := namedBy(e), []query.Scalar{e}
		for i := 0; i < len(named); i++ {
			shares := len(own) == 0 && len(named[i]) == 0 || slices.ContainsFunc(own, func(of query.Source) bool { return slices.Contains(named[i], of) })
			if !shares {
				continue
			}
			own, together = append(named[i], own...), append(members[i], together...)
			named, members = slices.Delete(named, i, i+1), slices.Delete(members, i, i+1)
			i--
		}
		named, members = append(named, own), append(members, together)
	}
	for _, m := range members {
		if len(m) == 1 {
			groups = append(groups, m[0])
		} else {
			groups = append(groups, query.Call{Op: query.AllOf, Args: m})
		}
	}
	return groups
}

// exists writes that there is a choice of sources for which an expression is
// true, any choice where it is nil. More sources than can be joined stand in
// subqueries of one another.
func (s *sources) exists(w *sqlText, own []query.Source, e query.Scalar) error {
	depth := 0
	for some := range slices.Chunk(own, maxJoined) {
		if depth++; depth > 1 {
			w.add(" AND ")
		}
		if err := s.from(w, some); err != nil {
			return err
		}
	}
	if e != nil {
		w.add(" AND ")
		if err := s.scalar(w, e); err != nil {
			return err
		}
	}
	w.add(strings.Repeat(")", depth))
	return nil
}

// from begins a subquery over the tables of sources.
func (s *sources) from(w *sqlText, some []query.Source) error {
	w.add("EXISTS (SELECT 1 FROM ")
	for i, of := range some {
		if i > 0 {
			w.add(", ")
		}
		s.table(w, of)
	}
	w.add(" WHERE ")
	for i, of := range some {
		if i > 0 {
			w.add(" AND ")
		}
		if err := s.tie(w, of, s.alias(of)); err != nil {
			return err
		}
	}
	return nil
}

// tie writes how the table of a source hangs on the node n. The members of a
// workspace are not counted, nor is what is in the bin.
func (s *sources) tie(w *sqlText, of query.Source, alias string) error {
	switch of.Relation {
	case query.Fields, query.Customs:
		tieProperty(w, s.keys[of], alias)
	case query.Classes:
		w.add(alias + ".node = n.id")
	case query.Events:
		s.tieEvent(w, alias)
	case query.Contexts:
		w.add(alias + ".deleted IS NULL AND " + alias + ".id IN (SELECT m.context FROM membership m WHERE m.node = n.id" +
			" UNION ALL SELECT n.home WHERE n.home <> n.workspace)")
	case query.Artifacts:
		tieMembers(w, alias, pedigree.Artifact)
	case query.Executions:
		tieMembers(w, alias, pedigree.Execution)
	case query.Children:
		tieMembers(w, alias, pedigree.Context)
	default:
		return pedigree.Errorf(pedigree.Internal, "a selection has an unknown relation %d", of.Relation)
	}
	return nil
}

// tieProperty finds a property by its primary key. Keys are numbered across
// spaces, so that only the pairs meant can be found.
func tieProperty(w *sqlText, keys []sourceKey, alias string) {
	list := placeholders(len(keys))
	w.add(alias + ".node = n.id AND " + alias + ".space IN (" + list + ") AND " + alias + ".key IN (" + list + ")")
	for _, k := range keys {
		w.args = append(w.args, k.space)
	}
	for _, k := range keys {
		w.args = append(w.args, k.id)
	}
}

func (s *sources) tieEvent(w *sqlText, alias string) {
	own, other := "execution", "artifact"
	if s.kind == pedigree.Artifact {
		own, other = other, own
	}
	w.add(alias + "." + own + " = n.id AND NOT EXISTS (SELECT 1 FROM node b" + s.conn.dialect.UseIndex("node_in_bin") +
		" WHERE b.id = " + alias + "." + other + " AND b.deleted IS NOT NULL)")
}

func tieMembers(w *sqlText, alias string, kind pedigree.Kind) {
	w.add("+"+alias+".kind = ? AND "+alias+".deleted IS NULL AND "+alias+".id IN (SELECT m.node FROM membership m WHERE m.context = n.id"+
		" UNION ALL SELECT h.id FROM node h WHERE h.home = n.id AND h.home <> h.workspace AND h.deleted IS NULL)", kind)
}
