package transfer

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// TestEachNodeIsReadOnceInEachWay has more nodes wait than the queue has room for, and
// some of them met again while others are read.
func TestEachNodeIsReadOnceInEachWay(t *testing.T) {
	const nodes = 3 * queued
	var f frontier
	for id := pedigree.NodeID(nodes); id > 0; id-- {
		f.push(id, way(id%4))
		f.push(id, way(id%4))
	}
	if len(f.queue) != queued {
		t.Fatalf("%d wait in the queue", len(f.queue))
	}
	gone := make(map[pedigree.NodeID]way)
	for reads := 0; !f.empty(); reads++ {
		ids, ways := f.next(atOnce)
		if len(ids) == 0 || len(ids) != len(ways) || len(ids) > atOnce {
			t.Fatalf("%d nodes and %d ways at once", len(ids), len(ways))
		}
		for _, id := range ids {
			if gone[id]&ways[id] != 0 {
				t.Fatalf("%d is gone on from in the ways %b and %b", id, gone[id], ways[id])
			}
			gone[id] |= ways[id]
			f.push(id, ways[id])         // which leads nowhere new
			f.push(nodes+1-id, around)   // perhaps one that was read
			f.push(id, way(id%4)&inward) // part of what was gone
		}
	}
	for id := pedigree.NodeID(1); id <= nodes; id++ {
		if gone[id] != around {
			t.Fatalf("%d was gone on from in %b only", id, gone[id])
		}
		if !f.first(id) || f.first(id) {
			t.Fatalf("%d is not written once", id)
		}
	}
}
