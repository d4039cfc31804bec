package search

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

func TestWhatIsFoundIsCountedByFacets(t *testing.T) {
	e := newEnv(t)
	table := pedigree.Type{Name: "openlineage.Dataset", Kind: pedigree.Artifact}
	rows := []pedigree.Property{{Space: pedigree.Custom, Key: "rows", Form: pedigree.Int, Int: 3}, {Space: pedigree.Field, Key: "rows", Value: "3"}}
	said := [][]pedigree.Property{rows, rows, {{Space: pedigree.Param, Key: "lr", Value: "1"}}, nil}
	for i, typ := range []pedigree.Type{dataType, table, pedigree.RunType, pedigree.RunType} {
		n := e.node(typ, "x", said[i]...)
		e.put(n, pedigree.Property{Space: pedigree.Tag, Key: fmt.Sprint("k", i%2), Value: "v"}, pedigree.Property{Space: pedigree.Tag, Key: "all", Value: "v"})
		if typ != dataType {
			n.State, n.Owner = "DONE", "ann"
			if err := e.store.Update(t.Context(), func(tx store.Tx) error { return tx.UpdateNode(n) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	today := time.Now().UTC().Format(time.DateOnly)
	want := map[Facet][]Value{
		ByKind:      {{"artifact", 2}, {"execution", 2}},
		ByType:      {{"mlflow.Run", 2}, {"Data", 1}, {"openlineage.Dataset", 1}},
		ByState:     {{"DONE", 3}},
		ByProtocol:  {{"mlflow", 2}, {"mlmd", 1}, {"openlineage", 1}},
		ByWorkspace: {{"default", 4}},
		ByOwner:     {{"ann", 3}},
		ByCreated:   {{today, 4}},
		ByTag:       {{"all", 4}, {"k0", 2}, {"k1", 2}},
		ByProperty:  {{"rows", 2}, {"params.lr", 1}},
	}
	p, err := e.Find(t.Context(), &Query{Workspace: 1, By: query.Arrival, Limit: 1, Facets: Facets, Values: 9})
	if err != nil || p.More || p.Seen != 4 || len(p.Facets) != len(want) {
		t.Fatalf("%+v (%v)", p, err)
	}
	for _, c := range p.Facets {
		if !slices.Equal(c.Values, want[c.Facet]) || c.More {
			t.Errorf("by %s: %+v, want %+v", c.Facet, c.Values, want[c.Facet])
		}
	}
	p, err = e.Find(t.Context(), &Query{Workspace: 1, By: query.Arrival, Limit: 1, Facets: []Facet{ByTag, ByType}, Values: 1, Kinds: []pedigree.Kind{pedigree.Artifact}})
	if err != nil || p.Seen != 2 || !p.Facets[0].More || !p.Facets[1].More || !slices.Equal(p.Facets[0].Values, []Value{{"all", 2}}) {
		t.Errorf("%+v (%v)", p, err)
	}
}

func TestTimesAreCountedByStretchesThatFit(t *testing.T) {
	at := func(days ...string) (sample []store.Sampled) {
		for _, day := range days {
			when, err := time.Parse(time.DateOnly, day)
			if err != nil {
				t.Fatal(err)
			}
			sample = append(sample, store.Sampled{Created: pedigree.Time(when.UnixMilli())})
		}
		return sample
	}
	for _, c := range []struct {
		days []string
		most int
		want []Value
		more bool
	}{
		{nil, 3, nil, false},
		{[]string{"2026-11-30", "2026-11-21", "2026-11-21"}, 3, []Value{{"2026-11-21", 2}, {"2026-11-30", 1}}, false},
		{[]string{"2026-11-30", "2026-11-21", "2026-10-01"}, 2, []Value{{"2026-10", 1}, {"2026-11", 2}}, false},
		{[]string{"2026-11-30", "2025-11-21", "2024-10-01", "2024-12-01"}, 3, []Value{{"2024", 2}, {"2025", 1}, {"2026", 1}}, false},
		{[]string{"2026-11-30", "2025-11-21", "1969-12-31"}, 2, []Value{{"2025", 1}, {"2026", 1}}, true},
	} {
		if got, more := byTime(at(c.days...), c.most); !slices.Equal(got, c.want) || more != c.more {
			t.Errorf("%q in %d: %+v, more %t", c.days, c.most, got, more)
		}
	}
}
