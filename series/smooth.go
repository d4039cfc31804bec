package series

import "math"

// A Method is a way to smooth.
type Method uint8

// The methods. All are over the finite points of the whole series, whatever part
// of it is looked at, in the order of the axis.
const (
	Raw      Method = iota
	EMA             // exponential moving average without the bias of its start; Amount is the weight of what came before, from 0 to below 1
	Mean            // mean of the nearest points; Amount is how many, an odd number
	Gaussian        // mean with weights by a normal distribution; Amount is its deviation, in points
)

// Smoothing is a method and how much of it.
type Smoothing struct {
	By     Method
	Amount float64
}

// reach is how many deviations on either side of a point Gaussian looks at; those
// beyond weigh less than 0.02 % together.
const reach = 4

// fewest is the least number of points that are smoothed.
const fewest = 3

// of smooths points and gives the value at the last finite one of each bucket, NaN
// where it has none. The first bucket starts with the given point.
func (s Smoothing) of(buckets []Sum, points []Point, from int) []float64 {
	m := s.over(points)
	finites := 0
	for _, p := range points[:from] {
		if finite(p.Value) {
			finites++
		}
	}
	smoothed := make([]float64, len(buckets))
	for i := range buckets {
		finites += buckets[i].Finite()
		if smoothed[i] = math.NaN(); buckets[i].Finite() > 0 {
			smoothed[i] = m.at(finites - 1)
		}
	}
	return smoothed
}

// A smoother gives single values of a smoothed series.
type smoother struct {
	Smoothing
	values  []float64
	weights []float64 // of Gaussian, from the middle on
	plain   bool      // the values are few or all the same and stay as they are
	next    int       // of EMA, which goes from first to last
	state   float64
	decay   float64 // the weight of all values together that are missing before the first
}

func (s Smoothing) over(points []Point) *smoother {
	m := &smoother{Smoothing: s, values: make([]float64, 0, len(points)), plain: true, decay: 1}
	for _, p := range points {
		if finite(p.Value) {
			m.values = append(m.values, p.Value)
			m.plain = m.plain && p.Value == m.values[0]
		}
	}
	m.plain = m.plain || len(m.values) < fewest
	if s.By == Gaussian {
		for i := 0; float64(i) <= reach*s.Amount; i++ {
			x := float64(i) / s.Amount
			m.weights = append(m.weights, math.Exp(-x*x/2))
		}
	}
	return m
}

// at gives the smoothed value at one of the values. EMA has to be asked from first
// to last.
func (m *smoother) at(i int) float64 {
	if m.plain {
		return m.values[i]
	}
	switch m.By {
	case EMA:
		for ; m.next <= i; m.next++ {
			m.state = m.Amount*m.state + (1-m.Amount)*m.values[m.next]
			if m.decay *= m.Amount; m.decay < 1e-30 { // it changes nothing any more, and numbers yet smaller are slow
				m.decay = 0
			}
		}
		return m.state / (1 - m.decay)
	case Mean:
		half := int(m.Amount) / 2
		near := m.values[max(0, i-half):min(len(m.values), i+half+1)]
		sum := 0.0
		for _, v := range near {
			sum += v
		}
		return sum / float64(len(near))
	case Gaussian:
		sum, weight := m.values[i], 1.0
		for d, w := range m.weights[1:] {
			if k := i - d - 1; k >= 0 {
				sum, weight = sum+w*m.values[k], weight+w
			}
			if k := i + d + 1; k < len(m.values) {
				sum, weight = sum+w*m.values[k], weight+w
			}
		}
		return sum / weight
	case Raw:
	}
	return m.values[i]
}
