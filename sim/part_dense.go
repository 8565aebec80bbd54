package sim

import (
	"dvsim/internal/kernel"
	"dvsim/network"
)

// densePart connects every source with the neurons lo ≤ j < hi of a layer.
type densePart struct {
	w      []float32 // from column lo on
	stride int
	lo, hi int
}

func newDensePart(s *network.Dense, out network.Shape, b span) *densePart {
	lo, hi := b.neurons()
	return &densePart{w: s.W[lo:], stride: out.Len(), lo: lo, hi: hi}
}

func (p *densePart) deliver(s spikes, scale float32, acc []float32, marks *bitset) int64 {
	acc = acc[p.lo:p.hi]
	total := int64(len(s.idx))
	switch {
	case s.n == nil && scale == 1:
		kernel.AddRows(acc, p.w, p.stride, s.idx)
	case s.n == nil:
		for _, i := range s.idx {
			kernel.AxpyRow(acc, p.row(i), scale)
		}
	default:
		total = 0
		run := 0 // idx[run:q] are spikes with count 1 that wait to be added
		for q, n := range s.n {
			total += int64(n)
			if x := value(n, scale); x != 1 {
				kernel.AddRows(acc, p.w, p.stride, s.idx[run:q])
				kernel.AxpyRow(acc, p.row(s.idx[q]), x)
				run = q + 1
			}
		}
		kernel.AddRows(acc, p.w, p.stride, s.idx[run:])
	}
	if marks != nil {
		marks.markRange(0, p.hi-p.lo)
	}
	return total * int64(p.hi-p.lo)
}

func (p *densePart) row(i uint32) []float32 {
	at := int(i) * p.stride
	return p.w[at : at+p.hi-p.lo]
}
