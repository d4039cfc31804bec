package search

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// BenchmarkFacets counts as many nodes as one search ever does, each with ten
// tags, by all facets.
func BenchmarkFacets(b *testing.B) {
	records, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		b.Fatal(err)
	}
	defer records.Close()
	types := []pedigree.Type{dataType, pedigree.RunType, pedigree.RegisteredModelType}
	for made := 0; made < 3*counted+3; made += 303 {
		err := records.Update(b.Context(), func(tx store.Tx) error {
			for i := made; i < made+303; i++ {
				n := &pedigree.Node{
					Workspace: 1, Home: 1, Type: types[i%3], UID: fmt.Sprint(i), Name: fmt.Sprint(i), State: fmt.Sprint(i % 5), Owner: fmt.Sprint("user", i%50),
					Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
				}
				if err := tx.CreateNode(n); err != nil {
					return err
				}
				tags := make([]pedigree.Property, 10)
				for t := range tags {
					tags[t] = pedigree.Property{Space: pedigree.Tag, Key: fmt.Sprint("key", (i+t)%40), Value: "value"}
				}
				if err := tx.PutProperties(n, tags...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	s := New(records)
	for _, by := range [][]Facet{{ByType, ByState, ByOwner, ByCreated}, Facets} {
		b.Run(fmt.Sprint(len(by)), func(b *testing.B) {
			for b.Loop() {
				p, err := s.Find(b.Context(), &Query{Workspace: 1, By: query.Updated, Desc: true, Limit: 1, Facets: by, Values: 20})
				if err != nil || !p.More || p.Seen != 3*counted {
					b.Fatal(p.Seen, p.More, err)
				}
			}
		})
	}
}
