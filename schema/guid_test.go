package schema

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func TestGuidsOfOtherWiresGoBothWays(t *testing.T) {
	mark, other := Mark{1, 2, 3, 4, 5, 6, 7, 8}, Mark{1, 2, 3, 4, 5, 6, 7, 9}
	for _, n := range []int64{1, 255, 1 << 40, math.MaxInt64} {
		node, event := NodeGUID(mark, pedigree.NodeID(n)), RelationGUID(mark, n)
		if !uuid.MatchString(node) || !uuid.MatchString(event) || node == event {
			t.Errorf("guids %s and %s", node, event)
		}
		if got, ok := mark.NodeID(node); !ok || int64(got) != n {
			t.Errorf("%s is node %d, want %d", node, got, n)
		}
		if got, ok := mark.EventID(event); !ok || got != n {
			t.Errorf("%s is event %d, want %d", event, got, n)
		}
		for _, wrong := range []string{event, strings.ToUpper(node) + "x", node[:35], NodeGUID(other, pedigree.NodeID(n)), NewGUID(), ""} {
			if got, ok := mark.NodeID(wrong); ok {
				t.Errorf("%s is taken for node %d", wrong, got)
			}
		}
		if _, ok := mark.EventID(node); ok {
			t.Errorf("%s is taken for an event", node)
		}
	}
	if _, ok := mark.NodeID(NodeGUID(mark, 0)); ok {
		t.Error("no node has the number 0")
	}
}

func TestNewGuidsAreUUIDsInOrderOfTime(t *testing.T) {
	last := ""
	for range 1000 {
		g := NewGUID()
		if !uuid.MatchString(g) || g[14] != '7' || !strings.ContainsRune("89ab", rune(g[19])) {
			t.Fatalf("%s is no UUID of version 7", g)
		}
		if g[:13] < last {
			t.Fatalf("%s after %s", g, last)
		}
		last = g[:13]
	}
}

func FuzzGuids(f *testing.F) {
	mark := Mark{0xff, 0, 0xaa, 0x55, 1, 2, 3, 4}
	f.Add(NodeGUID(mark, 7))
	f.Add(RelationGUID(mark, 7))
	f.Add("ff00aa55-0102-0304-0000-000000000007")
	f.Fuzz(func(t *testing.T, guid string) {
		if id, ok := mark.NodeID(guid); ok && NodeGUID(mark, id) != guid {
			t.Errorf("%q is read as node %d, which is %s", guid, id, NodeGUID(mark, id))
		}
		if id, ok := mark.EventID(guid); ok && RelationGUID(mark, id) != guid {
			t.Errorf("%q is read as event %d, which is %s", guid, id, RelationGUID(mark, id))
		}
	})
}
