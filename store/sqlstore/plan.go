package sqlstore

import (
	"context"
	"errors"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A Plan says how the database means to answer a statement, for tests that
// read it. Steps are in the database's own words.
type Plan struct {
	Name  string // of the shape, or of the walk of a search
	SQL   string
	Index string // what is to serve it, by name; empty for a plain write
	Steps []string
}

// Plans explains every fixed shape.
func (s *Store) Plans(ctx context.Context, explain string) ([]Plan, error) {
	plans := make([]Plan, 0, len(shapes))
	batch, given := placeholders(4), given(4)
	all := append([]*shape{
		{"nodes by number", "PRIMARY KEY", nodesByID(batch)},
		{"add to the feed", "", feedAdd[1]},
		{"properties of nodes", "PRIMARY KEY", propertiesOf(batch, nil)},
		{"keys used by nodes", "PRIMARY KEY", keysUsed(batch)},
		{"properties of nodes in spaces", "PRIMARY KEY", propertiesOf(batch, []pedigree.Space{pedigree.Param, pedigree.Tag})},
		{"latest points of nodes", "PRIMARY KEY", latestOf(batch)},
		{"events of executions", "event_execution", eventsOf(batch)},
		{"producers of artifacts", "event_artifact", producersOf(batch)},
		{"links of executions", "event_execution", linksOf(pedigree.Execution, batch)},
		{"links of artifacts", "event_artifact", linksOf(pedigree.Artifact, batch)},
		{"neighbours of executions", "event_execution", s.engine.Dialect.neighboursOf(pedigree.Execution, batch, true, true)},
		{"neighbours of artifacts", "event_artifact", s.engine.Dialect.neighboursOf(pedigree.Artifact, batch, true, true)},
		{"events by number", "PRIMARY KEY", eventsByID("IN (" + batch + ")")},
		{"events by a span of numbers", "PRIMARY KEY", eventsByID("BETWEEN ? AND ?")},
		{"links among executions", "COVERING INDEX event_execution", linksAmong(pedigree.Execution, false, given)},
		{"links among artifacts", "COVERING INDEX event_artifact", linksAmong(pedigree.Artifact, false, given)},
		{"links among executions, with times", "event_execution", linksAmong(pedigree.Execution, true, given)},
		{"links among artifacts, with times", "event_artifact", linksAmong(pedigree.Artifact, true, given)},
		{"further links of an execution", "COVERING INDEX event_execution", linksFrom(pedigree.Execution, false)},
		{"further links of an artifact", "COVERING INDEX event_artifact", linksFrom(pedigree.Artifact, false)},
		{"further links of an execution, with times", "event_execution", linksFrom(pedigree.Execution, true)},
		{"further links of an artifact, with times", "event_artifact", linksFrom(pedigree.Artifact, true)},
		{"vertices by number", "PRIMARY KEY", verticesOf(given)},
		{"locations shared with others", "place_location", sharedLocationsOf(given)},
		{"contexts of nodes", "membership_node", membershipsWhere("IN (" + batch + ")")},
		{"contexts of a span of nodes", "membership_node", membershipsWhere("BETWEEN ? AND ?")},
		{"homes of nodes", "PRIMARY KEY", homesWhere("IN (" + batch + ")")},
		{"homes of a span of nodes", "PRIMARY KEY", homesWhere("BETWEEN ? AND ?")},
		{"nodes by what others call them", "node_external", nodesExternalOf(4)},
		{"artifacts by place", "node_uri", s.engine.Dialect.nodesAt(4)},
		{"types by number", "PRIMARY KEY", declarationsOf("d.id IN (" + batch + ")")},
		{"long values", "PRIMARY KEY", longValues(batch)},
		{"types by name", "type_name", typesNamedOf(4)},
		{"number of nodes of types", "PRIMARY KEY", typesTotalOf(4)},
		{"types by what others call them", "type_external", typesExternal(batch)},
		{"locations by number", "PRIMARY KEY", locationsOf(batch)},
		{"places of nodes", "PRIMARY KEY", placesOf("node", batch)},
		{"what is at locations", "place_location", placesOf("location", batch)},
		{"relations from nodes", "relation_source", relationsOf("source", given)},
		{"relations to nodes", "relation_target", relationsOf("target", given)},
		{"column links to artifacts", "PRIMARY KEY", columnLinksOf("target", batch)},
		{"column links from artifacts", "column_link_source", columnLinksOf("source", batch)},
		{"nodes by public identities", "node_uid", nodesByUID(batch)},
		{"cells of texts", "PRIMARY KEY", cellsOf(batch, batch)},
		{"relationships from nodes", "relationship_end1", relationshipsOf("end1", given)},
		{"relationships to nodes", "relationship_end2", relationshipsOf("end2", given)},
		{"relationships of a type from nodes", "relationship_end1", relationshipsNamed("end1", given)},
		{"relationships of a type to nodes", "relationship_end2", relationshipsNamed("end2", given)},
		{"relationships by public identity", "relationship_uid", relationshipsByUID(batch)},
		{"how classifications pass along some events", "PRIMARY KEY", eventPassagesOf(batch)},
		{"classifications of nodes", "classification_node", classificationsOf(given)},
		{"classifications by numbers", "PRIMARY KEY", classificationsByID(batch)},
		{"classifications carried to nodes", "PRIMARY KEY", carriedTo(given)},
		{"carry a classification no more", "carried_by", uncarry(given)},
		{"evaluations of artifacts", "PRIMARY KEY", evaluationsOf(batch)},
	}, shapes...)
	for _, sh := range all {
		p := Plan{Name: sh.name, SQL: sh.sql, Index: sh.index}
		if err := s.explain(ctx, explain, &p, nil); err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// SearchPlans explains the walks of a search in its first home.
func (s *Store) SearchPlans(ctx context.Context, explain string, q *query.Query) ([]Plan, error) {
	c, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.readers.put(c)
	t := &tx{ctx: ctx, conn: c, store: s}
	typ, err := t.findType(q.Type)
	if err != nil {
		return nil, err
	}
	p := part{tx: t, q: q, typ: typ, home: q.Homes[0], terms: t.terms(q)}
	l := p.selectiveFilter()
	if l == nil {
		if err := p.findFew(); err != nil {
			return nil, err
		}
	}
	var plans []Plan
	for _, rank := range p.ranks(l) {
		text, err := p.statement(rank, l, q.After, q.Limit, q.Skip)
		if err != nil {
			return nil, err
		}
		plan := Plan{Name: "walk", SQL: text.String(), Index: p.drive(rank, l).index}
		if err := explainOn(ctx, c, explain, &plan, text.args); err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// SelectionPlan explains a selection. Its index is empty where matches are
// sorted.
func (s *Store) SelectionPlan(ctx context.Context, explain string, q *query.Selection) (p Plan, err error) {
	c, err := s.reader(ctx)
	if err != nil {
		return p, err
	}
	defer s.readers.put(c)
	t := &tx{ctx: ctx, conn: c, store: s}
	sel, err := t.selection(q)
	if err != nil || sel == nil {
		return p, err
	}
	text, err := sel.statement()
	if err != nil {
		return p, err
	}
	p = Plan{Name: "selection", SQL: text.String(), Index: sel.index()}
	return p, explainOn(ctx, c, explain, &p, text.args)
}

// EntityPlans explains how a query of the catalog is answered: by one statement whose
// matches are sorted or come by type, or by walks.
func (s *Store) EntityPlans(ctx context.Context, explain string, q *query.Entities) (plans []Plan, err error) {
	c, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.readers.put(c)
	e, err := (&tx{ctx: ctx, conn: c, store: s}).entitiesOf(q)
	if err != nil || e == nil {
		return nil, err
	}
	all, err := e.statements()
	for _, w := range all {
		p := Plan{Name: "query of the catalog", SQL: w.text.String(), Index: w.index}
		if err := explainOn(ctx, c, explain, &p, w.text.args); err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, err
}

func (s *Store) explain(ctx context.Context, word string, p *Plan, args []any) error {
	c, err := s.reader(ctx)
	if err != nil {
		return err
	}
	defer s.readers.put(c)
	return explainOn(ctx, c, word, p, args)
}

// explainOn reads the plan of a statement: the last column of each row.
func explainOn(ctx context.Context, c *conn, word string, p *Plan, args []any) error {
	for range placeholdersIn(p.SQL) - len(args) {
		args = append(args, int64(0))
	}
	r, err := c.query(ctx, word+" "+p.SQL, args...)
	if err != nil {
		return pedigree.Hide(pedigree.Internal, errors.Join(err, errors.New(p.SQL)), "a statement cannot be explained")
	}
	for r.next() {
		p.Steps = append(p.Steps, r.text(r.width()-1))
	}
	return r.close()
}

func placeholdersIn(sql string) (n int) {
	for _, c := range sql {
		if c == '?' {
			n++
		}
	}
	return n
}
