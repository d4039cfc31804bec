package catalog_test

import (
	"fmt"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
)

// table is an entity as tools send them: a dozen attributes.
func table(i int) *catalog.Entity {
	return an("shelf", fmt.Sprintf("shop.table_%d@cluster", i), attrs{
		"description": "what the shop sold, by day", "owner": "ann", "count": int64(i), "open": true, "opened": int64(1700000000000), "shade": "LIGHT",
		"tags": []any{"daily", "sales"}, "notes": attrs{"format": "parquet"}, "weight": 1.5,
	})
}

func BenchmarkCreate(b *testing.B) {
	f := open(b)
	for i := 0; b.Loop(); i++ {
		f.save(table(i))
	}
}

func BenchmarkCreateTogether(b *testing.B) {
	f := open(b)
	ids := make(chan int, 1)
	ids <- 0
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := <-ids
			ids <- i + 1
			f.save(table(i))
		}
	})
}

func BenchmarkCreateProcess(b *testing.B) {
	f := open(b)
	in, out := f.make(table(1)), f.make(table(2))
	for i := 0; b.Loop(); i++ {
		f.save(an("sorting", fmt.Sprint("p", i), attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
		if i%500 == 499 { // what two data sets are tied to is read each time
			in, out = f.make(table(i*2+10)), f.make(table(i*2+11))
		}
	}
}

// BenchmarkCreateAndDeleteProcess works on data sets that thousands of processes are
// tied to already: what these are costs nothing.
func BenchmarkCreateAndDeleteProcess(b *testing.B) {
	f := open(b)
	in, out := f.make(table(1)), f.make(table(2))
	process := func(i int) *catalog.Entity {
		return an("sorting", fmt.Sprint("p", i), attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}})
	}
	for i := range 5 {
		all := make([]*catalog.Entity, 1000)
		for j := range all {
			all[j] = process(i*1000 + j)
		}
		f.save(all...)
	}
	for i := 0; b.Loop(); i++ {
		f.delete(f.make(process(1_000_000 + i)))
	}
}

func BenchmarkBulk1000(b *testing.B) {
	f := open(b)
	for i := 0; b.Loop(); i++ {
		all := make([]*catalog.Entity, 1000)
		for j := range all {
			all[j] = table(i*1000 + j)
		}
		f.save(all...)
	}
}

func BenchmarkTheSameAgain(b *testing.B) {
	f := open(b)
	f.save(table(1))
	for b.Loop() {
		f.save(table(1))
	}
}

func BenchmarkGet(b *testing.B) {
	f := open(b)
	guid := f.make(table(1))
	for i := range 1000 {
		f.save(table(i + 2))
	}
	for b.Loop() {
		f.get(guid)
	}
}

func BenchmarkHeaders1000(b *testing.B) {
	f := open(b)
	all := make([]*catalog.Entity, 1000)
	for j := range all {
		all[j] = table(j)
	}
	var guids []string
	for _, h := range f.save(all...).Mutated[catalog.ActionCreate] {
		guids = append(guids, h.GUID)
	}
	for b.Loop() {
		err := f.View(b.Context(), workspace, func(v *catalog.View) error {
			found, err := v.EntitiesByGUID(guids, catalog.ReadOptions{NoRelationships: true})
			if err == nil && len(found.Entities) != 1000 {
				b.Error(len(found.Entities))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
