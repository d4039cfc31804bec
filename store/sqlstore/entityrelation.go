package sqlstore

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

var (
	eventsPage  = define("a page of events by direction", "PRIMARY KEY", "SELECT v.id, v.execution, v.artifact, v.time FROM event v WHERE v.id > 0 AND +v.direction = ? AND v.role <> ? ORDER BY v.id LIMIT ? OFFSET ?")
	eventsCount = define("number of events by direction", "PRIMARY KEY", "SELECT count(*) FROM event v NOT INDEXED WHERE v.id > 0 AND +v.direction = ? AND v.role <> ?")
)

// FindRelationships reads relationships by type, then events. Events of all workspaces are
// those of the one there is.
func (t *tx) FindRelationships(q *query.Relations) (page []pedigree.Relationship, total int64, err error) {
	e := &entities{tx: t, q: &query.Entities{Workspace: q.Workspace}}
	ids, err := e.names(q.Types)
	if err != nil {
		return nil, 0, err
	}
	if len(ids) > 0 {
		if page, total, err = e.relations(q, ids); err != nil {
			return nil, 0, err
		}
	}
	if q.Where != nil {
		return page, total, nil
	}
	for _, direction := range q.Events {
		n, err := t.oneInt(eventsCount, direction, pedigree.RoleInternal)
		if err != nil {
			return nil, 0, err
		}
		if room := q.Limit - len(page); room > 0 {
			some, err := t.eventPage(direction, room, max(0, q.Offset-int(total)))
			if err != nil {
				return nil, 0, err
			}
			page = append(page, some...)
		}
		total += n
	}
	return page, total, nil
}

func (e *entities) relations(q *query.Relations, ids []any) (page []pedigree.Relationship, total int64, err error) {
	if q.Where == nil && q.By.Key == "" {
		if total, err = e.countTies(ids); err != nil {
			return nil, 0, err
		}
		page, err = e.pageOfTies(q, ids)
		return page, total, err
	}
	w := &sqlText{}
	w.add(" FROM relationship r"+e.use("relationship_type_used")+" WHERE r.type IN ("+placeholders(len(ids))+")", ids...)
	w.add(" AND r.workspace = ?", q.Workspace)
	if q.Where != nil {
		w.add(" AND ")
		if err := e.fact(w, "r", q.Where); err != nil {
			return nil, 0, err
		}
	}
	if total, err = e.firstInt("SELECT count(*)"+w.String(), w.args); err != nil {
		return nil, 0, err
	}
	w.add(" ORDER BY ")
	if q.By.Key != "" {
		value, err := attributeOf("r", q.By.Key)
		if err != nil {
			return nil, 0, err
		}
		w.add(value.String()+" IS NULL, ", value.args...)
		w.add(value.String(), value.args...)
		if q.Desc {
			w.add(" DESC")
		}
		w.add(", ")
	}
	w.add("r.type, r.id LIMIT ? OFFSET ?", q.Limit, q.Offset)
	r, err := e.conn.query(e.ctx, "SELECT "+relationshipColumns+w.String(), w.args...)
	page, err = e.tx.relationships(r, err)
	return page, total, err
}

// countTies counts the relationships of some types, those of the one workspace that
// there is: in memory where they are kept, else along the index alone.
func (e *entities) countTies(ids []any) (total int64, err error) {
	view, err := e.viewColumns()
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		number, _ := id.(int64)
		var all *tieTable
		if view != nil {
			is, err := view.get(relationshipTies{number})
			if err != nil {
				return 0, err
			}
			all, _ = is.(*tieTable)
		}
		n := int64(0)
		if all != nil {
			n = int64(len(all.pairs) + len(all.binned))
		} else if n, err = e.oneInt(relationshipsOfType, number); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

var relationshipsOfType = define("number of relationships of a type", "relationship_type_used", "SELECT count(*) FROM relationship r WHERE r.type = ?")

// pageOfTies reads the page alone, having found it along the index.
func (e *entities) pageOfTies(q *query.Relations, ids []any) ([]pedigree.Relationship, error) {
	args := append(slices.Clip(ids), q.Limit, q.Offset, q.Workspace)
	r, err := e.conn.query(e.ctx, "SELECT "+relationshipColumns+" FROM (SELECT i.id FROM relationship i"+e.use("relationship_type_used")+
		" WHERE i.type IN ("+placeholders(len(ids))+") ORDER BY i.type, i.id LIMIT ? OFFSET ?) p CROSS JOIN relationship r ON r.id = p.id WHERE r.workspace = ? ORDER BY r.type, r.id", args...)
	return e.tx.relationships(r, err)
}

func (t *tx) eventPage(direction pedigree.Direction, limit, offset int) ([]pedigree.Relationship, error) {
	r, err := t.query(eventsPage, direction, pedigree.RoleInternal, limit, offset)
	if err != nil {
		return nil, err
	}
	var all []pedigree.Relationship
	for r.next() {
		all = append(all, pedigree.Relationship{
			ID: pedigree.RelationshipID(r.int(0)), End1: r.id(1), End2: r.id(2), Place: int64(direction), Created: r.time(3), Updated: r.time(3), Deleted: pedigree.NoTime,
		})
	}
	return all, r.close()
}
