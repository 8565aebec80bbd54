package sim

import (
	"sort"

	"dvsim/network"
)

// rowsPart is the synapses of a random connection of one delay onto one block. A
// target is stored as its number within the block, in 16 bits where those do, and a
// weight that all synapses have is stored once: what bounds the delivery to many
// random targets is how many bytes come from memory for each.
type rowsPart[T uint16 | uint32] struct {
	row    []int32 // synapses of source i are row[i] ≤ k < row[i+1]
	target []T
	weight []float32 // one for each synapse; nil where all have the same
	same   float32
	lo, hi int // neurons of the block
	unit   int
}

// manySources is how many rows a synapse may come with at most: where there are
// more, most are empty, and a list of those that are not takes less memory.
const manySources = 4

// splitRows makes the parts of a connection whose synapses all have its delay.
func splitRows(s *network.Sparse, delay int64, blocks []span) []split {
	one := split{delay: delay}
	for _, b := range blocks {
		lo, hi := b.neurons()
		if hi-lo <= 1<<16 {
			one.parts = append(one.parts, newRowsPart[uint16](s, lo, hi, b.unit))
		} else {
			one.parts = append(one.parts, newRowsPart[uint32](s, lo, hi, b.unit))
		}
	}
	return []split{one}
}

func newRowsPart[T uint16 | uint32](s *network.Sparse, lo, hi, unit int) *rowsPart[T] {
	sources := len(s.Row) - 1
	p := &rowsPart[T]{row: make([]int32, sources+1), lo: lo, hi: hi, unit: unit}
	first := make([]int32, sources) // of each row, the first synapse onto the block
	n, uniform := int32(0), true
	for i := range sources {
		a, b := s.Row[i], s.Row[i+1]
		row := s.Target[a:b] // ascending
		from := int32(sort.Search(len(row), func(k int) bool { return int(row[k]) >= lo }))
		to := int32(sort.Search(len(row), func(k int) bool { return int(row[k]) >= hi }))
		if from < to && n == 0 {
			p.same = s.Weight[a+from]
		}
		for _, w := range s.Weight[a+from : a+to] {
			uniform = uniform && w == p.same
		}
		first[i] = a + from
		n += to - from
		p.row[i+1] = n
	}
	p.target = make([]T, n)
	if !uniform {
		p.weight = make([]float32, n)
	}
	for i, a := range first {
		to := p.target[p.row[i]:p.row[i+1]]
		for k, j := range s.Target[a : int(a)+len(to)] {
			to[k] = T(int(j) - lo)
		}
		if !uniform {
			copy(p.weight[p.row[i]:p.row[i+1]], s.Weight[a:])
		}
	}
	return p
}

func (p *rowsPart[T]) deliver(s spikes, acc []float32, marks *bitset) (events int64) {
	acc = acc[p.lo:p.hi]
	for q, i := range s.idx {
		lo, hi := p.row[i], p.row[i+1]
		target := p.target[lo:hi]
		x := float32(1)
		if s.x != nil {
			x = s.x[q]
		}
		if p.weight == nil {
			w := float32(x * p.same)
			for _, j := range target {
				acc[j] += w
			}
		} else {
			weight := p.weight[lo:hi]
			weight = weight[:len(target)]
			for k, j := range target {
				acc[j] += float32(x * weight[k])
			}
		}
		if marks != nil {
			p.mark(target, marks)
		}
		events += int64(s.count(q)) * int64(len(target))
	}
	return events
}

// mark marks the groups of some targets.
func (p *rowsPart[T]) mark(target []T, marks *bitset) {
	if p.unit == 1 {
		for _, j := range target {
			marks.mark(int(j))
		}
		return
	}
	for _, j := range target {
		marks.mark(int(j) / p.unit)
	}
}
