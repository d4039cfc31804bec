package catalog_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"

	stdjson "encoding/json"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree/catalog"
)

// A model is what an entity is to be, by the plainest reading of the rules: what is
// not given stays, null is as if it had never been given, and what was never given
// reads as its definition says.
type model struct {
	values  attrs
	friends []string
}

// unset is what attributes without values read as.
var unset = attrs{"count": int64(7), "open": false, "opened": int64(0), "shade": nil, "tags": nil, "notes": nil, "weight": 0.0, "description": nil}

// drawn gives some attributes with values, as clients give them and as they are read.
func drawn(t *rapid.T) (given, read attrs) {
	given, read = attrs{}, attrs{}
	values := map[string]*rapid.Generator[[2]any]{
		"count":       rapid.Map(rapid.Int32(), func(n int32) [2]any { return [2]any{stdjson.Number(fmt.Sprint(n)), int64(n)} }),
		"open":        rapid.Map(rapid.Bool(), func(b bool) [2]any { return [2]any{b, b} }),
		"opened":      rapid.Map(rapid.Int64Range(0, 1<<40), func(n int64) [2]any { return [2]any{stdjson.Number(fmt.Sprint(n)), n} }),
		"shade":       rapid.Map(rapid.SampledFrom([]string{"LIGHT", "dark"}), func(s string) [2]any { return [2]any{s, map[string]string{"LIGHT": "LIGHT", "dark": "DARK"}[s]} }),
		"weight":      rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) [2]any { return [2]any{f, f} }),
		"description": rapid.Map(rapid.StringN(0, 20, -1), func(s string) [2]any { return [2]any{s, s} }),
		"tags": rapid.Map(rapid.SliceOfN(rapid.StringMatching(`[a-z{"\[]{0,3}`), 0, 3), func(list []string) [2]any {
			all := []any{}
			for _, s := range list {
				all = append(all, s)
			}
			return [2]any{all, all}
		}),
		"notes": rapid.Map(rapid.MapOfN(rapid.StringN(0, 3, -1), rapid.StringN(0, 3, -1), 0, 3), func(m map[string]string) [2]any {
			all := attrs{}
			for k, v := range m {
				all[k] = v
			}
			return [2]any{all, all}
		}),
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch rapid.IntRange(0, 3).Draw(t, name+" is") {
		case 0:
			given[name], read[name] = nil, nil
		case 1:
			v := values[name].Draw(t, name)
			given[name], read[name] = v[0], v[1]
		}
	}
	return given, read
}

func TestEntitiesMergeAsAPlainModelDoes(t *testing.T) {
	f := open(t)
	var pals []string
	for i := range 3 {
		pals = append(pals, f.make(an("shelf", fmt.Sprint("pal", i), nil)))
	}
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		name := fmt.Sprint("s", run)
		m := model{values: attrs{}}
		guid, partialFrom := "", rapid.IntRange(1, 6).Draw(t, "partial from")
		for step := range rapid.IntRange(1, 6).Draw(t, "steps") {
			given, read := drawn(t)
			for key, value := range read {
				if value == nil {
					delete(m.values, key)
				} else {
					m.values[key] = value
				}
			}
			e := an("shelf", name, given)
			if rapid.Bool().Draw(t, "friends given") {
				m.friends = rapid.SliceOfN(rapid.SampledFrom(pals), 0, 3).Draw(t, "friends")
				refs := []any{}
				var once []string // a list holds each once
				for _, p := range m.friends {
					refs = append(refs, attrs{"guid": p})
					if !slices.Contains(once, p) {
						once = append(once, p)
					}
				}
				m.friends = once
				e.Attributes["friends"] = refs
			}
			before := attrs(nil)
			if guid != "" {
				before = f.get(guid).Attributes
			}
			var done *catalog.Mutations
			var err error
			if step >= partialFrom {
				done, err = f.Partial(f.t.Context(), workspace, catalog.Ref{GUID: guid}, &catalog.Batch{Entities: []*catalog.Entity{e}})
			} else {
				done, err = f.Save(f.t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{e}})
			}
			if err != nil {
				t.Fatal(err)
			}
			if step == 0 {
				guid = done.Mutated[catalog.ActionCreate][0].GUID
			}
			m.check(t, f.get(guid))
			own := slices.ContainsFunc(slices.Concat(done.Mutated[catalog.ActionUpdate], done.Mutated[catalog.ActionPartialUpdate]), func(h *catalog.Header) bool { return h.GUID == guid })
			if changed := !reflect.DeepEqual(before, f.get(guid).Attributes); step > 0 && changed != own {
				t.Fatalf("attributes changed: %t, but the answer says %t: %+v", changed, own, done)
			}
		}
	})
}

func (m *model) check(t *rapid.T, e *catalog.Entity) {
	for name, otherwise := range unset {
		want, there := m.values[name]
		if !there {
			want = otherwise
		}
		if !reflect.DeepEqual(e.Attributes[name], want) {
			t.Fatalf("%s is %#v, want %#v", name, e.Attributes[name], want)
		}
	}
	var friends []string
	for _, id := range e.Attributes["friends"].([]any) {
		friends = append(friends, id.(catalog.ObjectID).GUID)
	}
	if !slices.Equal(friends, m.friends) {
		t.Fatalf("friends %v, want %v", friends, m.friends)
	}
}

func TestManyWhoCreateTheSameMakeOneEntity(t *testing.T) {
	f := open(t)
	var wait sync.WaitGroup
	made := make(chan string, 40)
	for range 40 {
		wait.Go(func() {
			m, err := f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{an("room", "one", nil)}})
			if err != nil {
				t.Error(err)
				return
			}
			for _, h := range m.Mutated[catalog.ActionCreate] {
				made <- h.GUID
			}
		})
	}
	wait.Wait()
	close(made)
	if len(made) != 1 {
		t.Errorf("%d were made", len(made))
	}
}
