package sqlstore

import (
	"iter"
	"math/bits"

	"github.com/pedigree-ml/pedigree"
)

// A nodeSet is nodes: a bit for each, in blocks. A block without nodes may be nil. Sets
// share blocks, so that none is changed but by who has just made it; see [nodeSet.add].
type nodeSet []*nodeBlock

// A nodeBlock is which of blockNodes nodes that follow each other are in a set.
type nodeBlock [blockNodes / 64]uint64

const (
	blockNodes = 1 << blockBits
	blockBits  = 12
)

// blockOf gives the block that a node stands in, and its place there.
func blockOf(id pedigree.NodeID) (block, at int) {
	return int(id >> blockBits), int(id & (blockNodes - 1))
}

func (s nodeSet) has(id pedigree.NodeID) bool {
	block, at := blockOf(id)
	return block < len(s) && s[block] != nil && s[block][at/64]>>(at%64)&1 != 0
}

// add puts a node into a set that is being made, and shares no block.
func (s *nodeSet) add(id pedigree.NodeID) {
	block, at := blockOf(id)
	for block >= len(*s) {
		*s = append(*s, nil)
	}
	b := (*s)[block]
	if b == nil {
		b = new(nodeBlock)
		(*s)[block] = b
	}
	b[at/64] |= 1 << (at % 64)
}

// changed gives the set with some nodes put in and others taken out.
func (s nodeSet) changed(nodes []pedigree.NodeID, in func(pedigree.NodeID) bool) nodeSet {
	fresh := make(nodeSet, len(s))
	copy(fresh, s)
	own := make(map[int]bool)
	for _, id := range nodes {
		is := in(id)
		if is == s.has(id) {
			continue
		}
		block, at := blockOf(id)
		if block < len(fresh) && fresh[block] != nil && !own[block] {
			b := *fresh[block]
			fresh[block] = &b
		}
		own[block] = true
		if is {
			fresh.add(id)
		} else {
			fresh[block][at/64] &^= 1 << (at % 64)
		}
	}
	return fresh
}

func (s nodeSet) count() (n int64) {
	for _, b := range s {
		n += b.count()
	}
	return n
}

func (b *nodeBlock) count() (n int64) {
	if b == nil {
		return 0
	}
	for _, word := range b {
		n += int64(bits.OnesCount64(word))
	}
	return n
}

func (s nodeSet) empty() bool {
	for _, b := range s {
		if b != nil && *b != (nodeBlock{}) {
			return false
		}
	}
	return true
}

// block gives one of the blocks, nil for none.
func (s nodeSet) block(i int) *nodeBlock {
	if i < len(s) {
		return s[i]
	}
	return nil
}

// and gives what is in both sets.
func (s nodeSet) and(o nodeSet) nodeSet {
	both := make(nodeSet, min(len(s), len(o)))
	for i := range both {
		if s[i] == nil || o[i] == nil {
			continue
		}
		b := new(nodeBlock)
		for k := range b {
			b[k] = s[i][k] & o[i][k]
		}
		both[i] = b
	}
	return both
}

// or gives what is in one of the sets.
func (s nodeSet) or(o nodeSet) nodeSet {
	either := make(nodeSet, max(len(s), len(o)))
	for i := range either {
		a, b := s.block(i), o.block(i)
		switch {
		case a == nil:
			either[i] = b
		case b == nil:
			either[i] = a
		default:
			c := new(nodeBlock)
			for k := range c {
				c[k] = a[k] | b[k]
			}
			either[i] = c
		}
	}
	return either
}

// without gives what is in this set and not in the other.
func (s nodeSet) without(o nodeSet) nodeSet {
	rest := make(nodeSet, len(s))
	for i, a := range s {
		b := o.block(i)
		if a == nil || b == nil {
			rest[i] = a
			continue
		}
		c := new(nodeBlock)
		for k := range c {
			c[k] = a[k] &^ b[k]
		}
		rest[i] = c
	}
	return rest
}

// all gives the nodes, ascending.
func (s nodeSet) all() iter.Seq[pedigree.NodeID] {
	return func(yield func(pedigree.NodeID) bool) {
		for i, b := range s {
			if b == nil {
				continue
			}
			for k, word := range b {
				for ; word != 0; word &= word - 1 {
					if !yield(pedigree.NodeID(i<<blockBits + k*64 + bits.TrailingZeros64(word))) {
						return
					}
				}
			}
		}
	}
}

// page gives some of the nodes, from the first or from the last on. Blocks before the
// page are counted, not read.
func (s nodeSet) page(offset, limit int64, down bool) []pedigree.NodeID {
	var ids []pedigree.NodeID
	for n := range s {
		i := n
		if down {
			i = len(s) - 1 - n
		}
		b := s[i]
		if b == nil {
			continue
		}
		if some := b.count(); some <= offset {
			offset -= some
			continue
		}
		var here []pedigree.NodeID
		for id := range (nodeSet{b}).all() {
			here = append(here, id+pedigree.NodeID(i<<blockBits))
		}
		for k := range here {
			at := k
			if down {
				at = len(here) - 1 - k
			}
			if offset > 0 {
				offset--
				continue
			}
			if int64(len(ids)) == limit {
				return ids
			}
			ids = append(ids, here[at])
		}
	}
	return ids
}

// bytes is about how much memory the set takes.
func (s nodeSet) bytes() int64 {
	n := int64(8 * len(s))
	for _, b := range s {
		if b != nil {
			n += blockNodes / 8
		}
	}
	return n
}
