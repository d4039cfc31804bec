package pedigree

// Facts is what is known of one node beside its own columns.
type Facts struct {
	Properties []Property // by space, then in order of first use of the key
	Metrics    []Point    // the latest point of each series, in the same order
}

// Of returns the properties of one space.
func (f *Facts) Of(space Space) []Property {
	var lo, hi int
	for lo < len(f.Properties) && f.Properties[lo].Space < space {
		lo++
	}
	for hi = lo; hi < len(f.Properties) && f.Properties[hi].Space == space; hi++ {
	}
	return f.Properties[lo:hi:hi]
}
