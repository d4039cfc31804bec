package series

import (
	"encoding/binary"
	"errors"
	"math"
)

// Points and sums are written as columns, numbers as what they differ by from the
// one before: times and steps mostly take a byte or two.

// EncodePoints writes points.
func EncodePoints(points []Point) []byte {
	b := make([]byte, 0, 12*len(points)+binary.MaxVarintLen64)
	b = binary.AppendUvarint(b, uint64(len(points)))
	for _, p := range points {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Value))
	}
	w := writer{b: b}
	for _, p := range points {
		w.place(p.Place)
	}
	return w.b
}

var errDamaged = errors.New("a block of points is damaged")

// DecodePoints appends the points that EncodePoints has written.
func DecodePoints(to []Point, b []byte) ([]Point, error) {
	n, used := binary.Uvarint(b)
	if b = b[max(used, 0):]; used <= 0 || n > uint64(len(b))/10 {
		return nil, errDamaged
	}
	values := b[:8*n]
	r := reader{b: b[8*n:]}
	for ; len(values) > 0; values = values[8:] {
		to = append(to, Point{r.place(), math.Float64frombits(binary.LittleEndian.Uint64(values))})
	}
	if r.damaged || r.at < len(r.b) {
		return nil, errDamaged
	}
	return to, nil
}

// EncodeSums writes sums.
func EncodeSums(sums []Sum) []byte {
	w := writer{b: make([]byte, 0, 64*len(sums))}
	for i := range sums {
		s := &sums[i]
		w.number(int64(s.N))
		flags := int64(0)
		if s.Descending {
			flags |= 1
		}
		odd := s.Finite() < s.N
		if odd {
			flags |= 2
		}
		w.number(flags)
		if odd {
			w.number(int64(s.NaN))
			w.number(int64(s.Above))
			w.number(int64(s.Below))
		}
		w.place(s.From)
		for _, e := range []Extreme{s.First, s.Min, s.Max, s.Last} {
			w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(e.Value))
			w.place(e.At)
		}
		w.place(s.To)
	}
	return w.b
}

// DecodeSums reads what EncodeSums has written.
func DecodeSums(b []byte) ([]Sum, error) {
	r := reader{b: b}
	sums := make([]Sum, 0, 16)
	for r.at < len(b) && !r.damaged {
		sums = append(sums, Sum{N: int(r.number())})
		s := &sums[len(sums)-1]
		flags := r.number()
		s.Descending = flags&1 != 0
		if flags&2 != 0 {
			s.NaN, s.Above, s.Below = int(r.number()), int(r.number()), int(r.number())
		}
		s.From = r.place()
		r.extreme(&s.First)
		r.extreme(&s.Min)
		r.extreme(&s.Max)
		r.extreme(&s.Last)
		s.To = r.place()
	}
	if r.damaged {
		return nil, errDamaged
	}
	return sums, nil
}

type writer struct {
	b    []byte
	last Place
}

func (w *writer) number(n int64) { w.b = binary.AppendVarint(w.b, n) }

// place writes a place; differences may wrap around, which reading undoes.
func (w *writer) place(p Place) {
	w.number(p.Time - w.last.Time)
	w.number(p.Step - w.last.Step)
	w.last = p
}

type reader struct {
	b       []byte
	at      int
	last    Place
	damaged bool
}

// number reads a number; nearly all take a byte or two.
func (r *reader) number() int64 {
	b, at := r.b, r.at
	if at+1 < len(b) {
		if low := uint64(b[at]); low < 0x80 {
			r.at = at + 1
			return int64(low>>1) ^ -int64(low&1)
		} else if high := uint64(b[at+1]); high < 0x80 {
			r.at = at + 2
			u := low&0x7f | high<<7
			return int64(u>>1) ^ -int64(u&1)
		}
	}
	return r.longNumber()
}

func (r *reader) longNumber() int64 {
	n, used := binary.Varint(r.b[r.at:])
	if used <= 0 {
		r.damaged = true
		return 0
	}
	r.at += used
	return n
}

func (r *reader) place() Place {
	r.last.Time += r.number()
	r.last.Step += r.number()
	return r.last
}

func (r *reader) float() float64 {
	if len(r.b)-r.at < 8 {
		r.damaged = true
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(r.b[r.at:]))
	r.at += 8
	return v
}

func (r *reader) extreme(e *Extreme) {
	e.Value = r.float()
	e.At = r.place()
}
