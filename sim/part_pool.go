package sim

import "dvsim/network"

// poolPart hands the spikes of K×K sites to one, channel by channel, onto some
// rows of sites.
type poolPart struct {
	in          network.Shape
	weight      float32
	row, col    []int  // of each source row and column: where the targets start, −1 where there are none
	first, last uint32 // sources first ≤ i < last reach this block
	unit, lo    int    // neurons a mark, first mark of the block
	word        bool   // marks are neurons, and those of a site lie in one word
}

func newPoolPart(s *network.Pool, in, out network.Shape, b span) *poolPart {
	lo, hi := b.neurons()
	row := in.W * in.C * s.K // sources of one row of output sites
	p := &poolPart{
		in: in, weight: s.Scale(), unit: b.unit, lo: b.lo,
		row: make([]int, in.H), col: make([]int, in.W),
		first: uint32(lo / (out.W * out.C) * row), last: uint32(hi / (out.W * out.C) * row),
	}
	p.word = b.unit == 1 && 64%in.C == 0 && b.lo%in.C == 0
	targets := func(at []int, n, step int) {
		for y := range at {
			at[y] = -1
			if y/s.K < n {
				at[y] = y / s.K * step
			}
		}
	}
	targets(p.row, out.H, out.W*out.C)
	targets(p.col, out.W, out.C)
	return p
}

// siteRun is the spikes of one source site, idx[from:to], and the target of its
// channel 0.
type siteRun struct {
	from, to int
	first    uint32 // source of channel 0
	target   int    // −1 where there is none
}

// next finds the run of spikes that begins at idx[from].
func (p *poolPart) next(idx []uint32, from int) siteRun {
	c := uint32(p.in.C)
	site := idx[from] / c
	y := site / uint32(p.in.W)
	r := siteRun{from: from, to: from + 1, first: site * c, target: -1}
	for r.to < len(idx) && idx[r.to]-r.first < c {
		r.to++
	}
	if a, b := p.row[y], p.col[site-y*uint32(p.in.W)]; a >= 0 && b >= 0 {
		r.target = a + b
	}
	return r
}

func (p *poolPart) deliver(s spikes, acc []float32, marks *bitset) (events int64) {
	s = between(s, p.first, p.last)
	for q := 0; q < len(s.idx); {
		r := p.next(s.idx, q)
		q = r.to
		if r.target < 0 {
			continue
		}
		for k := r.from; k < r.to; k++ {
			j := r.target + int(s.idx[k]-r.first)
			x := float32(1)
			if s.x != nil {
				x = s.x[k]
			}
			acc[j] += float32(x * p.weight)
			events += int64(s.count(k))
			if marks != nil {
				marks.mark(j/p.unit - p.lo)
			}
		}
	}
	return events
}

// collect is deliver for a relay: it counts.
func (p *poolPart) collect(s spikes, count []uint32, marks *bitset) {
	s = between(s, p.first, p.last)
	for q := 0; q < len(s.idx); {
		r := p.next(s.idx, q)
		q = r.to
		if r.target < 0 {
			continue
		}
		to := count[r.target:][:p.in.C]
		seen := uint64(0)
		for k := r.from; k < r.to; k++ {
			c := s.idx[k] - r.first
			to[c] += s.count(k)
			seen |= 1 << (c & 63)
		}
		if p.word {
			marks.markWord(r.target-p.lo, seen)
			continue
		}
		for k := r.from; k < r.to; k++ {
			marks.mark(r.target + int(s.idx[k]-r.first) - p.lo)
		}
	}
}
