package sim

import (
	"dvsim/internal/kernel"
	"dvsim/network"
)

// poolPart hands the spikes of K×K sites to one, channel by channel, onto some
// rows of sites.
type poolPart struct {
	in          network.Shape
	weight      float32
	row, col    []int // of each source row and column: where the targets start, −1 where there are none
	width       divisor
	first, last uint32 // source sites first ≤ s < last reach this block
	unit, lo    int    // neurons a mark, first mark of the block
	word        bool   // marks are neurons, and those of a site lie in one word

	// Of the list under delivery:
	runs  []run
	at    []uint32
	masks []uint64
}

func newPoolPart(s *network.Pool, in, out network.Shape, b span) *poolPart {
	lo, hi := b.neurons()
	row := in.W * s.K // source sites of one row of output sites
	p := &poolPart{
		in: in, weight: s.Scale(), width: newDivisor(in.W), unit: b.unit, lo: b.lo,
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

// target is where channel 0 of a source site goes; ok is false where it goes nowhere.
func (p *poolPart) target(site uint32) (j int, ok bool) {
	y := p.width.of(site)
	a, b := p.row[y], p.col[site-y*uint32(p.in.W)]
	return a + b, a >= 0 && b >= 0
}

func (p *poolPart) deliver(s spikes, acc []float32, marks *bitset) (events int64) {
	runs, from := s.bySite(uint32(p.in.C), p.first, p.last, &p.runs)
	for _, r := range runs {
		to := from + int(r.n)
		if first, ok := p.target(r.site); ok {
			first -= int(r.site) * p.in.C
			for k := from; k < to; k++ {
				j := first + int(s.idx[k])
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
		from = to
	}
	return events
}

// collect is deliver for a relay: it counts.
func (p *poolPart) collect(s spikes, count []uint32, marks *bitset) {
	runs, from := s.bySite(uint32(p.in.C), p.first, p.last, &p.runs)
	if s.n == nil && p.word {
		p.collectMasks(runs, count, marks)
		return
	}
	for _, r := range runs {
		to := from + int(r.n)
		if first, ok := p.target(r.site); ok {
			first -= int(r.site) * p.in.C
			for k := from; k < to; k++ {
				j := first + int(s.idx[k])
				count[j] += s.count(k)
				marks.mark(j - p.lo)
			}
		}
		from = to
	}
}

// collectMasks is collect where each spike counts once and the marks of a site lie in
// one word.
func (p *poolPart) collectMasks(runs []run, count []uint32, marks *bitset) {
	p.at, p.masks = p.at[:0], p.masks[:0]
	for _, r := range runs {
		if first, ok := p.target(r.site); ok {
			p.at, p.masks = append(p.at, uint32(first-p.lo)), append(p.masks, r.mask)
			marks.markWord(first-p.lo, r.mask)
		}
	}
	kernel.CountMasks(count[p.lo:], p.at, p.masks, p.in.C)
}
