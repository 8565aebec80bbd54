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

// newDensePart copies the block's columns of the matrix, unless the block has all
// of them: rows that lie one behind the other fill the cache evenly, whatever the
// width of the whole.
func newDensePart(s *network.Dense, in, out network.Shape, b span) *densePart {
	lo, hi := b.neurons()
	p := &densePart{w: s.W, stride: out.Len(), lo: lo, hi: hi}
	if n := hi - lo; n < p.stride {
		p.w = make([]float32, in.Len()*n)
		for i := range in.Len() {
			copy(p.w[i*n:(i+1)*n], s.W[i*p.stride+lo:i*p.stride+hi])
		}
		p.stride = n
	}
	return p
}

func (p *densePart) deliver(s spikes, acc []float32, marks *bitset) int64 {
	addRows(acc[p.lo:p.hi], p.w, p.stride, s.idx, s.x)
	if marks != nil {
		marks.markRange(0, p.hi-p.lo)
	}
	return s.total * int64(p.hi-p.lo)
}

// addRows adds rows of a matrix, times x where that is not nil.
func addRows(acc, w []float32, stride int, rows []uint32, x []float32) {
	if x == nil {
		kernel.AddRows(acc, w, stride, rows)
	} else {
		kernel.AxpyRows(acc, w, stride, rows, x)
	}
}
