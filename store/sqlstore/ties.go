package sqlstore

import (
	"math"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A tieTable is the relationships of a type, in memory: what stands at their ends.
type tieTable struct {
	pairs  []tie
	binned []tie      // those in the bin, which may be in force for what is there, too
	nodes  [2]nodeSet // what stands at end 1, and at end 2, and perhaps what stood there
}

// A tie is the nodes at end 1 and at end 2.
type tie [2]uint32

func (t *tieTable) bytes() int64 {
	return int64(8*cap(t.pairs)+8*cap(t.binned)) + t.nodes[0].bytes() + t.nodes[1].bytes()
}

// add adds one. No column has nodes of such numbers that it has no room for.
func (t *tieTable) add(end1, end2 int64, binned bool) bool {
	if end1 > math.MaxUint32 || end2 > math.MaxUint32 {
		return false
	}
	if pair := (tie{uint32(end1), uint32(end2)}); binned {
		t.binned = append(t.binned, pair)
	} else {
		t.pairs = append(t.pairs, pair)
	}
	return true
}

// gather adds what stands at the ends to what is known to.
func (t *tieTable) gather(known [2]nodeSet) {
	for end := range known {
		var fresh []pedigree.NodeID
		for _, all := range [][]tie{t.pairs, t.binned} {
			for _, pair := range all {
				if id := pedigree.NodeID(pair[end]); !known[end].has(id) {
					fresh = append(fresh, id)
				}
			}
		}
		t.nodes[end] = known[end].changed(fresh, func(pedigree.NodeID) bool { return true })
	}
}

// sparse gives the end whose nodes stand in fewer relationships each.
func (t *tieTable) sparse() int {
	if t.nodes[0].count() > t.nodes[1].count() {
		return 0
	}
	return 1
}

// relationshipTies keeps the relationships of a type.
type relationshipTies struct{ typ int64 }

var tiesOfType = define("ends of the relationships of a type", "relationship_type_used", "SELECT r.end1, r.end2, r.deleted FROM relationship r WHERE r.type = ?")

func (k relationshipTies) make(t *tx) (keepable, error) {
	r, err := t.conn.query(t.ctx, tiesOfType.sql, k.typ)
	if err != nil {
		return nil, err
	}
	all := &tieTable{}
	for r.next() {
		if !all.add(r.int(0), r.int(1), !r.null(2)) || all.bytes() > t.store.columns.room {
			return unkept{}, r.close()
		}
	}
	all.gather([2]nodeSet{})
	return all, r.close()
}

// unkept stands for what is too large.
type unkept struct{}

func (unkept) bytes() int64 { return math.MaxInt64 / 2 }

func (relationshipTies) touched() pedigree.Touch {
	return pedigree.TouchRelations | pedigree.TouchUntied
}

// renewed reads the relationships between nodes that were touched: one that is new,
// changed or gone has touched both. What was purged has no more of them.
func (k relationshipTies) renewed(t *tx, old keepable, nodes []pedigree.NodeID) (keepable, error) {
	before, _ := old.(*tieTable)
	there, err := t.renewedSet(nodeSet{}, nodes, " n.id FROM given g CROSS JOIN node n ON n.id = g.id")
	if err != nil {
		return nil, err
	}
	live, _ := there.(nodeSet)
	var touched, gone nodeSet
	for _, id := range nodes {
		if touched.add(id); !live.has(id) {
			gone.add(id)
		}
	}
	in := func(s nodeSet, end uint32) bool { return s.has(pedigree.NodeID(end)) }
	stays := func(p tie) bool {
		return (!in(touched, p[0]) || !in(touched, p[1])) && !in(gone, p[0]) && !in(gone, p[1])
	}
	now := &tieTable{}
	for _, p := range before.pairs {
		if stays(p) {
			now.pairs = append(now.pairs, p)
		}
	}
	for _, p := range before.binned {
		if stays(p) {
			now.binned = append(now.binned, p)
		}
	}
	fits := true
	err = batchesGiven(nodes, func(given string, ids []any) error {
		r, err := t.conn.query(t.ctx, tiesAt(given, ends[before.sparse()+1]), append(ids, k.typ)...)
		if err != nil {
			return err
		}
		for r.next() {
			if touched.has(r.id(0)) && touched.has(r.id(1)) {
				fits = now.add(r.int(0), r.int(1), !r.null(2)) && fits
			}
		}
		return r.close()
	})
	if err != nil || !fits {
		return nil, err
	}
	now.gather(before.nodes)
	return now, nil
}

func tiesAt(given, end string) string {
	return given + "SELECT r.end1, r.end2, r.deleted FROM given g CROSS JOIN relationship r ON r." + end + " = g.id AND r.type = ?"
}

// tied gives what stands at one end of relationships with something at the other of
// which a condition holds.
func (f *finding) tied(scope nodeSet, w query.Tied) (some nodeSet, ok bool, err error) {
	ids, err := f.names(w.Types)
	if err != nil {
		return nil, false, err
	}
	var binned nodeSet // what may be tied by something in the bin
	some = nodeSet{}
	for _, id := range ids {
		number, _ := id.(int64)
		is, err := f.view.get(relationshipTies{number})
		all, there := is.(*tieTable)
		if err != nil || !there {
			return nil, false, err
		}
		for _, end := range endsOf(w.End) {
			own, other := end-1, 2-end
			at, ok, err := f.elsewhere(all.nodes[other], w.Where)
			if err != nil || !ok {
				return nil, false, err
			}
			for _, pair := range all.pairs {
				if at.has(pedigree.NodeID(pair[other])) {
					some.add(pedigree.NodeID(pair[own]))
				}
			}
			for _, pair := range all.binned {
				binned.add(pedigree.NodeID(pair[own]))
			}
		}
	}
	some = scope.and(some)
	more, ok, err := f.checked(scope.and(binned).without(some), w)
	return some.or(more), ok, err
}

// elsewhere gives the nodes of which a condition holds among some of any type.
func (f *finding) elsewhere(scope nodeSet, where query.Fact) (some nodeSet, ok bool, err error) {
	if where == nil {
		return scope, true, nil
	}
	e := *f.entities
	e.nested++
	other := &finding{entities: &e, view: f.view, anywhere: true, foreign: scope}
	types, err := f.entityTypes(f.q.Workspace)
	if err != nil {
		return nil, false, err
	}
	for _, typ := range types {
		set, err := f.set(typeNodes{f.q.Workspace, typ})
		if err != nil || set == nil {
			return nil, false, err
		}
		other.foreign = other.foreign.without(set)
	}
	return other.among(scope, where)
}
