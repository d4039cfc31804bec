package sqlstore

import (
	"math"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// seedOf gives the nodes that fulfil a condition, as far as an index tells; nil
// where none does.
func (s *selection) seedOf(c *condition) (*seed, error) {
	switch c.column.Of.Relation {
	case query.Self:
		return s.seedOfSelf(c)
	case query.Fields, query.Customs:
		return s.seedOfProperty(c)
	case query.Events:
		return s.seedOfEvent(c), nil
	case query.Contexts:
		if c.column.Part == query.ID && c.equal {
			one := &seed{}
			s.members(one, placeholders(len(c.values)), c.values...)
			return one, nil
		}
	case query.Artifacts, query.Executions, query.Children:
		if c.column.Part == query.ID && c.equal {
			return contextsAround(wholeNumbers(c.values)), nil
		}
	}
	return nil, nil
}

// wholeNumbers keeps the values that can be identities.
func wholeNumbers(values []any) []pedigree.NodeID {
	ids := []pedigree.NodeID{0} // of no node: a list is never empty
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			ids = append(ids, pedigree.NodeID(v))
		case float64:
			if v == math.Trunc(v) {
				ids = append(ids, pedigree.NodeID(v))
			}
		}
	}
	return ids
}

func (s *selection) seedOfSelf(c *condition) (*seed, error) {
	one := &seed{}
	switch {
	case c.column.Part == query.ID && c.equal:
		one.sure = true
		one.text.add("SELECT i.id FROM node i WHERE i.id")
	case c.column.Part == query.Label && c.equal && s.q.Kind == pedigree.Context:
		one.text.add("SELECT i.id FROM node i"+s.use("node_context_name")+
			" WHERE i.workspace = ? AND i.kind = 3 AND i.type IN (SELECT y.id FROM type y WHERE y.kind = 3) AND i.name", s.q.Workspace)
	case c.column.Part == query.Label && c.equal:
		one.text.add("SELECT i.id FROM node i"+s.use("node_label")+" WHERE i.workspace = ? AND i.kind <> 3 AND i.name <> '' AND i.name", s.q.Workspace)
	case c.column.Part == query.Outer && c.equal:
		return s.seedOfOuter(c)
	case c.column.Part == query.Location && c.equal && s.q.Kind == pedigree.Artifact:
		one.text.add("SELECT i.id FROM node i"+s.use("node_uri")+" WHERE i.workspace = ? AND i.kind = 1 AND i.uri <> '' AND i.uri", s.q.Workspace)
	case c.column.Part == query.MadeAt:
		one.text.add("SELECT i.id FROM node i"+s.use("node_created")+" WHERE i.workspace = ? AND i.kind = ? AND i.created", s.q.Workspace, s.q.Kind)
	case c.column.Part == query.ChangedAt:
		one.text.add("SELECT i.id FROM node i"+s.use("node_updated")+" WHERE i.workspace = ? AND i.kind = ? AND i.updated", s.q.Workspace, s.q.Kind)
	default:
		return nil, nil
	}
	if c.column.Part == query.Location && hasEmpty(c.values) {
		return nil, nil // the index leaves those without a URI out
	}
	c.relation(&one.text)
	return one, nil
}

func hasEmpty(values []any) bool {
	for _, v := range values {
		if v == "" {
			return true
		}
	}
	return false
}

// seedOfOuter looks in both places where the name that others call a node by
// may stand.
func (s *selection) seedOfOuter(c *condition) (*seed, error) {
	types, err := s.typesShownByUID()
	if err != nil {
		return nil, err
	}
	one := &seed{sure: true}
	one.text.add("SELECT i.id FROM node i"+s.use("node_external")+" WHERE i.workspace = ? AND i.kind = ? AND i.external IS NOT NULL AND i.external", s.q.Workspace, s.q.Kind)
	c.relation(&one.text)
	one.text.add(" UNION ALL SELECT i.id FROM node i"+s.use("node_uid")+" WHERE i.workspace = ? AND i.type IN ("+placeholders(len(types))+") AND i.uid", s.q.Workspace)
	one.text.args = append(one.text.args, types...)
	c.relation(&one.text)
	return one, nil
}

func (s *selection) seedOfEvent(c *condition) *seed {
	if !c.equal {
		return nil
	}
	one := &seed{}
	switch c.column.Part {
	case query.EventArtifact:
		one.text.add("SELECT v.execution FROM event v" + s.use("event_artifact") + " WHERE v.artifact")
	case query.EventExecution:
		one.text.add("SELECT v.artifact FROM event v" + s.use("event_execution") + " WHERE v.execution")
	default:
		return nil
	}
	c.relation(&one.text)
	return one
}

// seedOfProperty reads the index on properties of the form that is compared.
func (s *selection) seedOfProperty(c *condition) (*seed, error) {
	one := &seed{}
	if len(s.keys[c.column.Of]) == 0 { // no node has such a property
		one.sure = true
		one.text.add("SELECT n.id FROM node n WHERE " + never)
	}
	for i, k := range s.keys[c.column.Of] {
		if i > 0 {
			one.text.add(" UNION ALL ")
		}
		ok, err := s.entries(&one.text, c, k)
		if err != nil || !ok {
			return nil, err
		}
	}
	return one, nil
}

// entries adds the index entries of a key that can match. Those of the spaces
// that other wires write are found by home.
func (s *selection) entries(w *sqlText, c *condition, k sourceKey) (bool, error) {
	facts := typed(k.space)
	switch {
	case c.column.Part == query.IntValue && facts:
		s.facts(w, s.q.Workspace, k.id, "int", c.of("p.int"))
		return true, nil
	case c.column.Part == query.DoubleValue && facts:
		s.facts(w, s.q.Workspace, k.id, "num", c.of("p.num"))
		return true, nil
	case c.column.Part == query.DoubleValue:
		w.add("SELECT p.node FROM property p" + s.use("property_number") + " WHERE ")
		if err := s.inHomes(w); err != nil {
			return false, err
		}
		w.add(" AND "+inOthers("p")+" AND p.key = ? AND p.num IS NOT NULL AND p.num", k.id)
	case c.column.Part == query.TextValue && c.equal && facts:
		s.facts(w, s.q.Workspace, k.id, "text", c.byPrefixes().of("p.text"))
		return true, nil
	case c.column.Part == query.TextValue && c.equal:
		w.add("SELECT p.node FROM property p" + s.use("property_text") + " WHERE ")
		if err := s.inHomes(w); err != nil {
			return false, err
		}
		w.add(" AND "+inOthers("p")+" AND p.key = ? AND p.text IS NOT NULL AND p.text", k.id)
	default:
		return false, nil
	}
	if c.column.Part == query.TextValue {
		c = c.byPrefixes()
	}
	c.relation(w)
	return true, nil
}

// facts writes what is found of a key in the indexes on a column of typed properties:
// in that of entities, type by type, and in that of all other nodes.
func (t *tx) facts(w *sqlText, workspace pedigree.NodeID, key int64, column string, condition *sqlText) {
	there := " AND p.key = ? AND p." + column + " IS NOT NULL AND "
	w.add("SELECT p.node FROM property p"+t.conn.dialect.UseIndex("property_fact_"+column)+" WHERE "+inTyped("p")+there, key)
	w.add(condition.String(), condition.args...)
	w.add(" UNION ALL SELECT p.node FROM property p"+t.conn.dialect.UseIndex("property_entity_"+column)+
		" WHERE p.type IS NOT NULL AND p.type IN (SELECT u.type FROM type_use u WHERE u.workspace = ?)"+there, workspace, key)
	w.add(condition.String(), condition.args...)
}

// of writes a condition on an expression.
func (c *condition) of(expr string) *sqlText {
	w := &sqlText{}
	w.add(expr)
	c.relation(w)
	return w
}

// byPrefixes gives a condition on texts as one on what the indexes hold of them.
func (c *condition) byPrefixes() *condition {
	prefixes := &condition{equal: true}
	for _, v := range c.values {
		text, _ := v.(string)
		prefixes.values = append(prefixes.values, prefixOf(text))
	}
	return prefixes
}

// inHomes names the contexts where nodes of other wires are at home:
// experiments, and the workspace.
func (s *selection) inHomes(w *sqlText) error {
	experiment, err := s.findType(pedigree.ExperimentType)
	if err != nil {
		return err
	}
	w.add("p.home IN (SELECT h.id FROM node h"+s.use("node_type")+" WHERE h.workspace = ? AND h.type = ? UNION ALL SELECT ?)", s.q.Workspace, experiment, s.q.Workspace)
	return nil
}
