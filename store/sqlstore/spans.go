package sqlstore

import "slices"

// What was written together is numbered together, and a lineage or a page mostly
// asks for much of it. Where the numbers asked for lie close to each other, one
// walk from the first to the last costs less than a search for each.
const (
	spanGap   = 4  // numbers from one to the next at most
	spanLeast = 16 // numbers that are worth a walk
)

// spans takes runs of numbers that lie close to each other out of ascending ones,
// and gives those that are left.
func spans[T ~int64](sorted []T) (runs [][]T, rest []T) {
	for start := 0; start < len(sorted); {
		end := start + 1
		for end < len(sorted) && sorted[end]-sorted[end-1] <= spanGap {
			end++
		}
		if end-start >= spanLeast {
			runs = append(runs, sorted[start:end])
		} else {
			rest = append(rest, sorted[start:end]...)
		}
		start = end
	}
	return runs, rest
}

// eachSpan calls walk for each run of numbers, and find for groups of the
// others as [batches] does. walk has to leave out what is not in its run.
func eachSpan[T ~int64](ids []T, walk func(run []T) error, find func(list string, args []any) error) error {
	sorted := slices.Sorted(slices.Values(ids))
	runs, rest := spans(slices.Compact(sorted))
	for _, run := range runs {
		if err := walk(run); err != nil {
			return err
		}
	}
	return batches(rest, find)
}

// A filter tells which of some ascending numbers were asked for.
type filter[T ~int64] struct{ asked []T }

// has moves on to a number, which is none before the last.
func (f *filter[T]) has(id T) bool {
	for len(f.asked) > 0 && f.asked[0] < id {
		f.asked = f.asked[1:]
	}
	return len(f.asked) > 0 && f.asked[0] == id
}
