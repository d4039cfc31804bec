package census

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

func open(t *testing.T) (*Service, *catalog.Service) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	types := schema.New(s)
	return New(s, types), catalog.New(s, types)
}

func TestCountsAndDeeds(t *testing.T) {
	s, entities := open(t)
	var guids []string
	for i := range 4 {
		done, err := entities.Save(t.Context(), ws, &catalog.Batch{Entities: []*catalog.Entity{{
			TypeName: "DataSet", GUID: "-1", Attributes: map[string]any{"qualifiedName": fmt.Sprint(i), "name": "n"},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		guids = append(guids, done.Assignments["-1"])
	}
	before, err := s.Count(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entities.Delete(t.Context(), ws, guids[:2]); err != nil {
		t.Fatal(err)
	}
	if _, err := entities.Purge(pedigree.WithActor(t.Context(), pedigree.Actor{Name: "ann"}), ws, guids[:1]); err != nil {
		t.Fatal(err)
	}
	c, err := s.Count(t.Context(), ws)
	if err != nil || c.Active["DataSet"] != 2 || c.Deleted["DataSet"] != 1 || c.ActiveBelow["Asset"] < 2 || c.Entities != before.Entities-1 || c.Types == 0 || c.Unused == 0 {
		t.Errorf("%+v (%v)", c, err)
	}
	all, err := s.Deeds(t.Context(), ws, &DeedQuery{Limit: 10})
	if err != nil || len(all) != 1 || all[0].Operation != "PURGE" || all[0].User != "ann" || all[0].Done != `["`+guids[0]+`"]` {
		t.Fatalf("%+v (%v)", all, err)
	}
	id, ok := ParseGUID(all[0].GUID())
	if d, err := s.Deed(t.Context(), ws, id); !ok || err != nil || d == nil || *d != *all[0] {
		t.Errorf("%+v (%v)", d, err)
	}
	said, err := s.Purged(t.Context(), ws, all[0], guids[:1])
	if err != nil || len(said) != 1 {
		t.Errorf("%v (%v)", said, err)
	}
	if d, err := s.Deed(t.Context(), ws, 1<<40); d != nil || err != nil {
		t.Errorf("%+v (%v)", d, err)
	}
}

func TestTypesAndClassificationsAreCounted(t *testing.T) {
	s, entities := open(t)
	none, err := s.Count(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	class := func(name string) schema.ClassificationDef {
		return schema.ClassificationDef{Base: schema.Base{Name: name}}
	}
	defs := &schema.Defs{
		Classifications: []schema.ClassificationDef{class("PII"), class("Secret"), class("Unused")},
		Entities:        []schema.EntityDef{{Base: schema.Base{Name: "table"}, SuperTypes: []string{"DataSet"}}},
	}
	if _, err := s.types.Create(t.Context(), defs); err != nil {
		t.Fatal(err)
	}
	for i, names := range [][]string{{"PII", "Secret"}, {"PII"}} {
		e := &catalog.Entity{TypeName: "table", Attributes: map[string]any{"qualifiedName": fmt.Sprint(i), "name": "n"}}
		for _, name := range names {
			e.Classifications = append(e.Classifications, catalog.Classification{TypeName: name})
		}
		if _, err := entities.Save(t.Context(), ws, &catalog.Batch{Entities: []*catalog.Entity{e}}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := s.Count(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int64{"PII": 2, "Secret": 1}; !maps.Equal(c.Tagged, want) {
		t.Errorf("classified %v, want %v", c.Tagged, want)
	}
	if c.Tags != none.Tags+3 || c.Types != none.Types+1 || c.Unused != none.Unused {
		t.Errorf("%d classes, %d types, %d of them unused; were %d, %d, %d", c.Tags, c.Types, c.Unused, none.Tags, none.Types, none.Unused)
	}
	if c.Active["table"] != 2 || c.ActiveBelow["DataSet"] != 2 || c.Active["DataSet"] != 0 {
		t.Errorf("%v and below %v", c.Active, c.ActiveBelow)
	}
}

func TestGUIDsOfDeeds(t *testing.T) {
	for guid, want := range map[string]int64{deedPrefix + "00000000002a": 42, deedPrefix + "2a": -1, deedPrefix + "00000000002z": -1, "00000000002a": -1} {
		if id, ok := ParseGUID(guid); ok != (want >= 0) || ok && id != want {
			t.Errorf("%s is %d, %t", guid, id, ok)
		}
	}
}

// TestAPurgeTellsOfItsOwnEntities purges twice and asks for what either says.
func TestAPurgeTellsOfItsOwnEntities(t *testing.T) {
	s, entities := open(t)
	var guids []string
	for i := range 2 {
		done, err := entities.Save(t.Context(), ws, &catalog.Batch{Entities: []*catalog.Entity{{
			TypeName: "DataSet", GUID: "-1", Attributes: map[string]any{"qualifiedName": fmt.Sprint(i), "name": "n"},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		guid := done.Assignments["-1"]
		guids = append(guids, guid)
		for _, do := range []func(context.Context, pedigree.NodeID, []string) (*catalog.Mutations, error){entities.Delete, entities.Purge} {
			if _, err := do(t.Context(), ws, []string{guid}); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, err := s.Deeds(t.Context(), ws, &DeedQuery{Limit: 10, Ascending: true})
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v (%v)", all, err)
	}
	for i, d := range all {
		said, err := s.Purged(t.Context(), ws, d, guids[i:i+1])
		if err != nil || len(said) != 1 || said[guids[i]] == "" {
			t.Errorf("purge %d says %v (%v)", i, said, err)
		}
		other, err := s.Purged(t.Context(), ws, d, []string{"none"})
		if err != nil || len(other) > 0 {
			t.Errorf("purge %d says %v of what it did not remove (%v)", i, other, err)
		}
	}
	if newest, err := s.Deeds(t.Context(), ws, &DeedQuery{Limit: 1}); err != nil || len(newest) != 1 || newest[0].ID != all[1].ID {
		t.Errorf("the newest is %+v (%v)", newest, err)
	}
	if second, err := s.Deeds(t.Context(), ws, &DeedQuery{Limit: 5, Offset: 1, Ascending: true}); err != nil || len(second) != 1 || second[0].ID != all[1].ID {
		t.Errorf("after the first come %+v (%v)", second, err)
	}
}

func TestCountsAreKeptForAWhile(t *testing.T) {
	s, _ := open(t)
	for i := range maxKept + 5 {
		if err := s.keep(t.Context(), &Counts{Time: pedigree.Time(i), Active: map[string]int64{"T": int64(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	s = New(s.store, s.types) // as after a start
	all, err := s.Kept(t.Context(), 0, 1<<40)
	if err != nil || len(all) != maxKept || all[0].Time != 5 || all[0].Active["T"] != 5 {
		t.Errorf("%d from %+v on (%v)", len(all), all, err)
	}
	if some, err := s.Kept(t.Context(), 7, 8); err != nil || len(some) != 2 {
		t.Errorf("%d (%v)", len(some), err)
	}
	for _, want := range []string{"", "2026-11-29T21:40:00Z", "2026-11-30T00:00:00Z"} {
		if want != "" {
			if err := s.Recover(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := New(s.store, s.types).Recovered(t.Context()); err != nil || got != want {
			t.Errorf("%q (%v), want %q", got, err, want)
		}
	}
}
