package series_test

import (
	"math"
	"testing"

	"github.com/pedigree-ml/pedigree/series"
)

// long makes the blocks of a series as a store keeps them.
func long(points int) (blocks []series.Block, encoded [][]byte) {
	var all []series.Point
	for i := range int64(points) {
		all = append(all, series.Point{Place: series.Place{Time: 1_700_000_000_000 + 20*i, Step: i}, Value: math.Sin(float64(i))})
	}
	for ; len(all) > 0; all = all[min(4096, len(all)):] {
		some := all[:min(4096, len(all))]
		blocks = append(blocks, series.Block{Parts: series.Parts(some), Load: func() ([]series.Point, error) { return some, nil }})
		encoded = append(encoded, series.EncodeSums(series.Parts(some)))
	}
	return blocks, encoded
}

func BenchmarkDecodeSumsOfAMillionPoints(b *testing.B) {
	_, encoded := long(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		for _, e := range encoded {
			if _, err := series.DecodeSums(e); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkDrawAMillionPoints(b *testing.B) {
	blocks, _ := long(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := series.Draw(blocks, nil, series.Look{From: math.MinInt64, To: math.MaxInt64, Buckets: 330}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeAMillionPoints(b *testing.B) {
	var all []series.Point
	for i := range int64(1_000_000) {
		all = append(all, series.Point{Place: series.Place{Time: 1_700_000_000_000 + 20*i, Step: i}, Value: math.Sin(float64(i))})
	}
	encoded := series.EncodePoints(all)
	for b.Loop() {
		if _, err := series.DecodePoints(all[:0], encoded); err != nil {
			b.Fatal(err)
		}
	}
}
