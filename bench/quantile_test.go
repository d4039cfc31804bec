package bench

import (
	"testing"
	"time"
)

func TestQuantileIsTheSmallestThatCoversTheShare(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Millisecond
	}
	cases := []struct {
		of   []time.Duration
		q    float64
		want float64
	}{
		{nil, 0.5, 0},
		{hundred[:1], 0.5, 1},
		{hundred[:1], 0.99, 1},
		{hundred[:3], 0.5, 2},
		{hundred[:4], 0.5, 2},
		{hundred, 0.5, 50},
		{hundred, 0.99, 99},
		{hundred, 1, 100},
		{hundred, 0, 1},
	}
	for _, c := range cases {
		if got := Quantile(c.of, c.q); got != c.want {
			t.Errorf("quantile %g of %d values is %g, want %g", c.q, len(c.of), got, c.want)
		}
	}
}
