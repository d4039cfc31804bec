package lineage

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A pair is two nodes, the one with the lower identity first.
type pair [2]pedigree.NodeID

func pairOf(a, b pedigree.NodeID) pair {
	if a > b {
		a, b = b, a
	}
	return pair{a, b}
}

// partition takes what is tied together, directly or through others, and splits
// it into classes of what is one. In every group all are tied to each other.
// Nodes that somebody says are distinct never share a class: one that could be
// in two is in that of the lowest identity, so that the classes are the same
// wherever a walk comes from.
func partition(members []pedigree.NodeID, groups []group, distinct map[pair]bool) [][]pedigree.NodeID {
	members = slices.Sorted(slices.Values(members))
	if len(distinct) == 0 {
		return [][]pedigree.NodeID{members}
	}
	groupsOf := make(map[pedigree.NodeID][]int)
	for i, g := range groups {
		for _, id := range g.members {
			groupsOf[id] = append(groupsOf[id], i)
		}
	}
	var classes [][]pedigree.NodeID
	placed := make(map[pedigree.NodeID]bool, len(members))
	for _, id := range members {
		if placed[id] {
			continue
		}
		class := grow(id, groups, groupsOf, distinct, placed)
		slices.Sort(class)
		classes = append(classes, class)
	}
	return classes
}

// grow gives the class of the lowest node that is in none yet.
func grow(seed pedigree.NodeID, groups []group, groupsOf map[pedigree.NodeID][]int,
	distinct map[pair]bool, placed map[pedigree.NodeID]bool,
) []pedigree.NodeID {
	class := []pedigree.NodeID{seed}
	placed[seed] = true
	for next := 0; next < len(class); next++ {
		var tied []pedigree.NodeID
		for _, g := range groupsOf[class[next]] {
			tied = append(tied, groups[g].members...)
		}
		slices.Sort(tied) // the order of groups is that of the walk
		for _, id := range tied {
			if !placed[id] && !slices.ContainsFunc(class, func(in pedigree.NodeID) bool { return distinct[pairOf(id, in)] }) {
				placed[id] = true
				class = append(class, id)
			}
		}
	}
	return class
}
