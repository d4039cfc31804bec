package blob

import (
	"context"
	"iter"
)

// Walk gives every object in a directory and in those below it, the objects of
// a directory before its directories. Names are paths that start from dir. It
// ends with the first error. Memory grows with the largest directory on the
// way, not with their number.
func Walk(ctx context.Context, s Store, dir Prefix) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) { walk(ctx, s, dir, "", yield) }
}

// walk walks what is at path in a directory and reports whether to go on.
func walk(ctx context.Context, s Store, dir Prefix, path string, yield func(Entry, error) bool) bool {
	below, err := ParsePrefix(path)
	if err == nil {
		below, err = dir.Sub(below)
	}
	if err != nil {
		yield(Entry{}, err)
		return false
	}
	var dirs []string
	for e, err := range s.List(ctx, below) {
		if err != nil {
			yield(Entry{}, err)
			return false
		}
		if path != "" {
			e.Name = path + "/" + e.Name
		}
		if e.Dir {
			dirs = append(dirs, e.Name)
			continue
		}
		if !yield(e, nil) {
			return false
		}
	}
	for _, name := range dirs {
		if !walk(ctx, s, dir, name, yield) {
			return false
		}
	}
	return true
}
