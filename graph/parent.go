package graph

import (
	"context"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxAncestors bounds the contexts that are looked at to find a cycle: while it
// goes on, nobody else writes.
const maxAncestors = 100_000

// PutParents makes contexts the parents (Context) of others (Node), all or
// none. The error is Invalid where one is unknown or would descend from itself,
// and AlreadyExists where the relation is there.
func (s *Service) PutParents(ctx context.Context, workspace pedigree.NodeID, relations []pedigree.Membership) error {
	if len(relations) == 0 {
		return nil
	}
	if err := checkParts(len(relations)); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		known, err := membersKnown(tx, workspace, relations)
		if err != nil {
			return err
		}
		if err := checkParents(known, relations); err != nil {
			return err
		}
		up, err := ancestors(tx, relations)
		if err != nil {
			return err
		}
		if up.cyclic(relations) {
			return pedigree.Errorf(pedigree.Invalid, "There is a cycle detected of the given relationship.")
		}
		return addParents(tx, known, relations)
	})
}

func checkParents(known map[pedigree.NodeID]pedigree.Node, relations []pedigree.Membership) error {
	for _, m := range relations {
		if m.Node == 0 || m.Context == 0 {
			return pedigree.Errorf(pedigree.Invalid, "Missing parent / child id in the parent_context: %s", relation(m))
		}
		if m.Node == m.Context || known[m.Node].Type.Kind != pedigree.Context || known[m.Context].Type.Kind != pedigree.Context {
			return pedigree.Errorf(pedigree.Invalid, "Given parent / child id in the parent_context cannot be found: %s", relation(m))
		}
	}
	return nil
}

func addParents(tx store.Tx, known map[pedigree.NodeID]pedigree.Node, relations []pedigree.Membership) error {
	for _, m := range relations {
		there := known[m.Node].Home == m.Context
		if !there {
			fresh, err := tx.AddMember(m.Context, m.Node)
			if err != nil {
				return err
			}
			there = !fresh
		}
		if there {
			return pedigree.Errorf(pedigree.AlreadyExists, "Given parent_context already exists: %s", relation(m))
		}
	}
	return nil
}

// relation writes a membership of contexts as ML Metadata prints it.
func relation(m pedigree.Membership) string {
	var parts []string
	if m.Node != 0 {
		parts = append(parts, "child_id: "+strconv.FormatInt(int64(m.Node), 10))
	}
	if m.Context != 0 {
		parts = append(parts, "parent_id: "+strconv.FormatInt(int64(m.Context), 10))
	}
	return strings.Join(parts, " ")
}

// A lattice says which parents contexts have.
type lattice map[pedigree.NodeID][]pedigree.NodeID

// ancestors reads the parents of the parents given, and theirs, to the end.
func ancestors(r store.Reader, relations []pedigree.Membership) (lattice, error) {
	up := make(lattice)
	var next []pedigree.NodeID
	visit := func(id pedigree.NodeID) {
		if _, ok := up[id]; !ok {
			up[id] = nil
			next = append(next, id)
		}
	}
	for _, m := range relations {
		visit(m.Context)
	}
	for len(next) > 0 {
		if len(up) > maxAncestors+len(relations) {
			return nil, pedigree.Errorf(pedigree.Exhausted, "the contexts have more than %d ancestors", maxAncestors)
		}
		now := next
		next = nil
		links, err := r.Contexts(now)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			up[l.Node] = append(up[l.Node], l.Context)
			visit(l.Context)
		}
	}
	return up, nil
}

// cyclic reports whether a context would descend from itself, once the
// relations are added. What is there already has no cycles.
func (up lattice) cyclic(relations []pedigree.Membership) bool {
	for _, m := range relations {
		up[m.Node] = append(up[m.Node], m.Context)
	}
	// Contexts without parents are taken away until none is left, or a cycle.
	down := make(map[pedigree.NodeID][]pedigree.NodeID, len(up))
	above := make(map[pedigree.NodeID]int, len(up))
	var free []pedigree.NodeID
	for id, parents := range up {
		for _, p := range parents {
			down[p] = append(down[p], id)
		}
		if above[id] = len(parents); len(parents) == 0 {
			free = append(free, id)
		}
	}
	left := len(up)
	for ; len(free) > 0; left-- {
		id := free[len(free)-1]
		free = free[:len(free)-1]
		for _, child := range down[id] {
			if above[child]--; above[child] == 0 {
				free = append(free, child)
			}
		}
	}
	return left > 0
}
