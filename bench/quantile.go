package bench

import (
	"math"
	"time"
)

// Quantile gives the q-th quantile (0 to 1) of ascending durations in
// milliseconds: the smallest of them that at least a share q does not exceed.
// Without any it is 0.
func Quantile(ascending []time.Duration, q float64) float64 {
	if len(ascending) == 0 {
		return 0
	}
	i := int(math.Ceil(q*float64(len(ascending)))) - 1
	i = min(max(i, 0), len(ascending)-1)
	return milliseconds(ascending[i])
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
