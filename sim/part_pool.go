package sim

import (
	"slices"

	"dvsim/network"
)

// poolPart hands the spikes of K×K sites to one, channel by channel, onto some
// rows of sites.
type poolPart struct {
	in, out     network.Shape
	k           int
	weight      float32
	first, last uint32 // sources first ≤ i < last reach this block
	unit, lo    int
}

func newPoolPart(s *network.Pool, in, out network.Shape, b span) *poolPart {
	lo, hi := b.neurons()
	row := in.W * in.C * s.K // sources of one row of output sites
	return &poolPart{
		in: in, out: out, k: s.K, weight: s.Scale(), unit: b.unit, lo: b.lo,
		first: uint32(lo / (out.W * out.C) * row), last: uint32(hi / (out.W * out.C) * row),
	}
}

// within cuts a list to the sources that reach this block.
func (p *poolPart) within(s spikes) spikes {
	lo, _ := slices.BinarySearch(s.idx, p.first)
	hi, _ := slices.BinarySearch(s.idx, p.last)
	s.idx = s.idx[lo:hi]
	if s.n != nil {
		s.n = s.n[lo:hi]
	}
	return s
}

// targets walks over a list and tells which neuron each spike goes to; spikes of
// one site come together, so the divisions are few.
type targets struct {
	p    *poolPart
	next uint32 // first index behind the site under way
	base int    // target of channel 0 of the site, −1 where there is none
}

func (t *targets) of(i uint32) int {
	c := uint32(t.p.in.C)
	if i >= t.next {
		site := i / c
		y := site / uint32(t.p.in.W)
		x := site - y*uint32(t.p.in.W)
		t.next = (site + 1) * c
		k := uint32(t.p.k)
		t.base = -1
		if ox := int(x / k); ox < t.p.out.W {
			t.base = (int(y/k)*t.p.out.W + ox) * t.p.out.C
		}
	}
	if t.base < 0 {
		return -1
	}
	return t.base + int(i-(t.next-c))
}

func (p *poolPart) deliver(s spikes, scale float32, acc []float32, marks *bitset) (events int64) {
	s = p.within(s)
	to := targets{p: p}
	for q, i := range s.idx {
		j := to.of(i)
		if j < 0 {
			continue
		}
		n := uint32(1)
		if s.n != nil {
			n = s.n[q]
		}
		acc[j] += float32(value(n, scale) * p.weight)
		events += int64(n)
		if marks != nil {
			marks.mark(j/p.unit - p.lo)
		}
	}
	return events
}

// collect is deliver for a relay: it counts.
func (p *poolPart) collect(s spikes, count []uint32, marks *bitset) {
	s = p.within(s)
	to := targets{p: p}
	for q, i := range s.idx {
		j := to.of(i)
		if j < 0 {
			continue
		}
		if s.n != nil {
			count[j] += s.n[q]
		} else {
			count[j]++
		}
		marks.mark(j - p.lo)
	}
}
