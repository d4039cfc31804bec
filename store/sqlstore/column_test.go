package sqlstore

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"testing"

	_ "modernc.org/sqlite" // the database whose patterns are compared with
	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A world of nodes with a value each is what a column is compared with.
type worldOfValues map[pedigree.NodeID]any

// drawColumn makes a column step by step, as a store does, and what it stands for.
func drawColumn(t *rapid.T) (*column, worldOfValues) {
	form := rapid.SampledFrom([]pedigree.Form{pedigree.Text, pedigree.Int, pedigree.Double}).Draw(t, "form")
	value := rapid.Custom(func(t *rapid.T) any { return drawValue(t, form) })
	node := rapid.Custom(func(t *rapid.T) pedigree.NodeID {
		return pedigree.NodeID(rapid.SampledFrom([]int64{1, 2, 3, 70, 4095, 4096, 9000}).Draw(t, "base") + rapid.Int64Range(0, 5).Draw(t, "more"))
	})
	world := worldOfValues{}
	var parts []*column
	for range rapid.IntRange(1, 3).Draw(t, "types") {
		of := rapid.MapOf(node, value).Draw(t, "nodes")
		maps.DeleteFunc(of, func(id pedigree.NodeID, _ any) bool { _, there := world[id]; return there })
		ids := slices.SortedFunc(maps.Keys(of), func(a, b pedigree.NodeID) int { return compareValues(of[a], of[b]) })
		part := &column{values: values{form: form}}
		for _, id := range ids {
			part.put(id, of[id])
			world[id] = of[id]
		}
		parts = append(parts, part)
	}
	c := parts[0]
	for _, part := range parts[1:] {
		c = c.merged(part)
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		changes := rapid.MapOf(node, rapid.OneOf(value, rapid.Just(any(nil)))).Draw(t, "changed")
		before := maps.Clone(world)
		old := c
		c = c.changed(changes)
		old.agrees(t, before)
		for id, v := range changes {
			if world[id] = v; v == nil {
				delete(world, id)
			}
		}
	}
	if rapid.Bool().Draw(t, "merged") {
		c = c.merged(&column{values: values{form: form}})
	}
	return c, world
}

func drawValue(t *rapid.T, form pedigree.Form) any {
	switch form {
	case pedigree.Int:
		return rapid.SampledFrom([]int64{-1 << 63, -5, 0, 1, 2, 1 << 53, 1<<53 + 1, 1<<63 - 1}).Draw(t, "int")
	case pedigree.Double:
		return rapid.SampledFrom([]float64{-1e300, -0.5, 0, 1, 2.5, 1 << 53, 9.3e18}).Draw(t, "num")
	}
	return rapid.SampledFrom([]string{"", "a", "aa", "ab", "b", "ba", "aba", "ä", "äb", "[]", "{}", "a*", "zzz"}).Draw(t, "text")
}

func (c *column) agrees(t *rapid.T, world worldOfValues) {
	for id := range pedigree.NodeID(10_000) {
		if got := c.value(c.code(id)); got != world[id] {
			t.Fatalf("node %d has %v, want %v", id, got, world[id])
		}
	}
}

func TestAColumnHasTheValuesThatWerePut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, world := drawColumn(t)
		c.agrees(t, world)
	})
}

func TestAColumnComparesAsValuesAreCompared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, world := drawColumn(t)
		h := query.Holds{Is: rapid.SampledFrom([]query.Comparison{
			query.Present, query.NotEmpty, query.Equal, query.Less, query.LessEqual, query.More, query.MoreEqual, query.Globbed, query.Starting, query.Ending, query.Containing,
		}).Draw(t, "is")}
		if c.numbers() && h.Is >= query.Globbed {
			h.Is = query.Equal
		}
		if wantsValue(h.Is) {
			form := c.values.form
			if c.numbers() {
				form = rapid.SampledFrom([]pedigree.Form{pedigree.Int, pedigree.Double}).Draw(t, "form")
			}
			h.Values = []any{drawValue(t, form)}
			if h.Is == query.Globbed {
				h.Values = []any{rapid.SampledFrom([]string{"a*", "*a", "*b*", "?", "[ab]*", "*", "", "a", "**"}).Draw(t, "pattern")}
			}
			if h.Is == query.Equal && rapid.Bool().Draw(t, "two") {
				h.Values = append(h.Values, drawValue(t, form))
			}
		}
		codes, ok := c.fulfilling(h)
		if !ok {
			t.Fatalf("%+v is no comparison of the column", h)
		}
		var scope nodeSet
		for id := range pedigree.NodeID(10_000) {
			scope.add(id)
		}
		found := c.among(codes, scope)
		for id := range pedigree.NodeID(10_000) {
			v := world[id]
			if want := v != nil && fulfilsOne(v, h.Is, h.Values); found.has(id) != want {
				t.Fatalf("%+v of %v: %v, want %v", h, v, found.has(id), want)
			}
		}
	})
}

func TestAColumnGivesPagesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, world := drawColumn(t)
		var all nodeSet
		var ids []pedigree.NodeID
		for _, id := range append(slices.Collect(maps.Keys(world)), 8000, 8001, 50) {
			if rapid.Bool().Draw(t, "in") && !all.has(id) {
				all.add(id)
				ids = append(ids, id)
			}
		}
		down := rapid.Bool().Draw(t, "down")
		slices.SortFunc(ids, func(a, b pedigree.NodeID) int {
			x, y := world[a], world[b]
			if (x == nil) != (y == nil) {
				if x == nil {
					return 1
				}
				return -1
			}
			order := cmp.Or(compareValues(x, y), cmp.Compare(a, b))
			if down {
				return -order
			}
			return order
		})
		offset, limit := rapid.IntRange(0, 12).Draw(t, "offset"), rapid.IntRange(1, 12).Draw(t, "limit")
		want := ids[min(offset, len(ids)):min(offset+limit, len(ids))]
		if got := c.page(all, int64(offset), int64(limit), down); !slices.Equal(got, want) {
			t.Fatalf("offset %d limit %d down %v: %v, want %v", offset, limit, down, got, want)
		}
	})
}

func TestSetsOfNodesAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) (nodeSet, map[pedigree.NodeID]bool) {
			var s nodeSet
			of := map[pedigree.NodeID]bool{}
			for _, id := range rapid.SliceOf(rapid.Int64Range(0, 20_000)).Draw(t, name) {
				s.add(pedigree.NodeID(id))
				of[pedigree.NodeID(id)] = true
			}
			return s, of
		}
		a, inA := draw("a")
		b, inB := draw("b")
		_, flipped := draw("flipped")
		changed := a.changed(slices.Collect(maps.Keys(flipped)), func(id pedigree.NodeID) bool { return !inA[id] })
		n := int64(0)
		for id := range pedigree.NodeID(20_001) {
			x, y := inA[id], inB[id]
			if x {
				n++
			}
			if a.has(id) != x || a.and(b).has(id) != (x && y) || a.or(b).has(id) != (x || y) || a.without(b).has(id) != (x && !y) || changed.has(id) != (x != flipped[id]) {
				t.Fatalf("node %d is wrong", id)
			}
		}
		if a.count() != n || a.empty() != (n == 0) || !slices.Equal(slices.Collect(a.all()), slices.Sorted(maps.Keys(inA))) {
			t.Fatalf("%d nodes, want %d", a.count(), n)
		}
		back := a.page(1, 3, true)
		want := slices.Sorted(maps.Keys(inA))
		slices.Reverse(want)
		if want = want[min(1, len(want)):min(4, len(want))]; !slices.Equal(back, want) {
			t.Fatalf("the last are %v, want %v", back, want)
		}
	})
}

func TestPatternsMatchAsInTheDatabase(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	one := rapid.SampledFrom([]rune("ab*?[]^-äc"))
	rapid.Check(t, func(t *rapid.T) {
		pattern, text := rapid.StringOfN(one, 0, 8, -1).Draw(t, "pattern"), rapid.StringOfN(one, 0, 8, -1).Draw(t, "text")
		var want bool
		if err := db.QueryRow("SELECT ? GLOB ?", text, pattern).Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got := glob([]byte(pattern), []byte(text)); got != want {
			t.Fatalf("%q GLOB %q: %v, want %v", text, pattern, got, want)
		}
	})
}
