package sim

import (
	"slices"

	"dvsim/network"
)

// sparsePart is the synapses of one delay onto one block, source by source.
type sparsePart struct {
	source   []uint32 // that have any, ascending
	row      []int32  // synapses of source[r] (of source r, if direct) are row[r] ≤ k < row[r+1]
	target   []int32
	weight   []float32
	direct   bool // there is a row for every source
	unit, lo int
}

// splitSparse sorts synapses into parts by delay, longest first, and block.
// Within a part they keep their order.
func splitSparse(s *network.Sparse, delay int64, sources int, blocks []span) []split {
	delays := []int64{delay}
	if len(s.Delay) > 0 {
		delays = distinct(s.Delay)
	}
	splits := make([]split, len(delays))
	at := map[int64][]*sparsePart{}
	for i, d := range delays {
		splits[i].delay = d
		for _, b := range blocks {
			p := &sparsePart{unit: b.unit, lo: b.lo}
			splits[i].parts = append(splits[i].parts, p)
			at[d] = append(at[d], p)
		}
	}
	same := at[delays[0]]
	for i := range sources {
		block := 0
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			parts := same
			if len(s.Delay) > 0 {
				parts = at[int64(s.Delay[k])]
			}
			for _, hi := blocks[block].neurons(); int(s.Target[k]) >= hi; _, hi = blocks[block].neurons() {
				block++ // targets of a source ascend
			}
			parts[block].add(uint32(i), s.Target[k], s.Weight[k])
		}
	}
	for _, sp := range splits {
		for _, p := range sp.parts {
			p.(*sparsePart).finish(sources)
		}
	}
	return splits
}

// distinct lists the delays that occur, longest first.
func distinct(delay []int32) []int64 {
	seen := map[int32]bool{}
	var list []int64
	for i, d := range delay {
		if (i == 0 || d != delay[i-1]) && !seen[d] {
			seen[d] = true
			list = append(list, int64(d))
		}
	}
	slices.SortFunc(list, func(a, b int64) int { return int(b - a) })
	return list
}

func (p *sparsePart) add(source uint32, target int32, weight float32) {
	if r := len(p.source); r == 0 || p.source[r-1] != source {
		p.source = append(p.source, source)
		p.row = append(p.row, int32(len(p.target)))
	}
	p.target = append(p.target, target)
	p.weight = append(p.weight, weight)
}

// finish ends the list. Where rows are cheap beside the synapses, there is one for
// every source, empty or not: looking one up is faster than searching.
func (p *sparsePart) finish(sources int) {
	p.row = append(p.row, int32(len(p.target)))
	if p.direct = sources <= 4*len(p.target); p.direct {
		row := make([]int32, sources+1)
		for r, i := range p.source {
			row[i+1] = p.row[r+1] - p.row[r]
		}
		for i := range sources {
			row[i+1] += row[i]
		}
		p.row = row
	}
	p.source, p.row = slices.Clip(p.source), slices.Clip(p.row)
	p.target, p.weight = slices.Clip(p.target), slices.Clip(p.weight)
}

// find returns the synapses of a source.
func (p *sparsePart) find(i uint32) (lo, hi int32) {
	r := int(i)
	if !p.direct {
		var ok bool
		if r, ok = slices.BinarySearch(p.source, i); !ok {
			return 0, 0
		}
	}
	return p.row[r], p.row[r+1]
}

func (p *sparsePart) deliver(s spikes, acc []float32, marks *bitset) (events int64) {
	for q, i := range s.idx {
		lo, hi := p.find(i)
		x := float32(1)
		if s.x != nil {
			x = s.x[q]
		}
		p.through(acc, lo, hi, x, marks)
		events += int64(s.count(q)) * int64(hi-lo)
	}
	return events
}

// through goes through synapses lo ≤ k < hi with the value x of their source.
func (p *sparsePart) through(acc []float32, lo, hi int32, x float32, marks *bitset) {
	weight := p.weight[lo:hi]
	for k, j := range p.target[lo:hi] {
		acc[j] += float32(x * weight[k])
	}
	switch {
	case marks == nil:
	case p.unit == 1:
		for _, j := range p.target[lo:hi] {
			marks.mark(int(j) - p.lo)
		}
	default:
		for _, j := range p.target[lo:hi] {
			marks.mark(int(j)/p.unit - p.lo)
		}
	}
}
