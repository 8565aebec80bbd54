package sim

import (
	"slices"

	"dvsim/internal/kernel"
	"dvsim/network"
)

// convPart is a convolution onto some rows of sites, source by source: nothing
// is stored for a synapse.
//
// The weights are turned, so that those of one source channel and kernel row stand
// in the order of the output columns that they reach, which is the reverse of the
// kernel columns: w[c][ky][K−1−kx][o]. With a stride of 1 a spike then adds, for
// each output row, one contiguous stretch of weights to one contiguous stretch of
// accumulators (K sites with all their channels).
type convPart struct {
	in, out   network.Shape
	k, stride int
	w         []float32
	rows      []reach // of each source row: output rows in this block
	cols      []reach // of each source column: output columns
	// Sources first ≤ i < last reach this block.
	first, last uint32
	whole       bool // all sources do, or may
	unit, lo    int  // neurons a mark, first group of the block
}

// reach is where a source row (or column) goes: output rows first … last, the
// first one through kernel row k, each next one through a row that is stride lower.
type reach struct{ first, last, k int32 }

func newConvPart(s *network.Conv2D, in, out network.Shape, b span) *convPart {
	p := &convPart{in: in, out: out, k: s.K, stride: s.Step(), unit: b.unit, lo: b.lo}
	p.w = make([]float32, len(s.W))
	for ky := range s.K {
		for kx := range s.K {
			for c := range in.C {
				from := ((ky*s.K+kx)*in.C + c) * out.C
				to := ((c*s.K+ky)*s.K + s.K - 1 - kx) * out.C
				copy(p.w[to:to+out.C], s.W[from:from+out.C])
			}
		}
	}
	lo, hi := b.neurons()
	y0, y1 := lo/(out.W*out.C), hi/(out.W*out.C) // blocks are cut between rows
	p.rows = reaches(s, in.H, out.H, y0, y1)
	p.cols = reaches(s, in.W, out.W, 0, out.W)
	p.whole = y0 == 0 && y1 == out.H
	p.first, p.last = 0, 0
	for y, r := range p.rows {
		if r.first <= r.last {
			if p.last == 0 {
				p.first = uint32(y * in.W * in.C)
			}
			p.last = uint32((y + 1) * in.W * in.C)
		}
	}
	return p
}

// reaches tabulates Reach for n sources, cut to the outputs lo ≤ o < hi.
func reaches(s *network.Conv2D, n, outs, lo, hi int) []reach {
	t := make([]reach, n)
	for y := range t {
		first, last, k := s.Reach(y, outs)
		if first < lo {
			k -= (lo - first) * s.Step()
			first = lo
		}
		t[y] = reach{int32(first), int32(min(last, hi-1)), int32(k)}
	}
	return t
}

func (p *convPart) deliver(s spikes, scale float32, acc []float32, marks *bitset) (events int64) {
	q, end := 0, len(s.idx)
	if !p.whole {
		q, _ = slices.BinarySearch(s.idx, p.first)
		end, _ = slices.BinarySearch(s.idx, p.last)
	}
	inC, outC := uint32(p.in.C), p.out.C
	var next uint32 // first index behind the site under way
	var row, col reach
	var sites, width int
	for ; q < end; q++ {
		i := s.idx[q]
		if i >= next {
			site := i / inC
			y := site / uint32(p.in.W)
			row, col = p.rows[y], p.cols[site-y*uint32(p.in.W)]
			width = max(0, int(col.last-col.first)+1)
			sites = width * max(0, int(row.last-row.first)+1)
			next = (site + 1) * inC
			if marks != nil && sites > 0 {
				p.mark(marks, row, col)
			}
		}
		if sites == 0 {
			continue
		}
		n, x := uint32(1), scale
		if s.n != nil {
			n = s.n[q]
			x = value(n, scale)
		}
		events += int64(n) * int64(sites*outC)
		c := int(i - (next - inC))
		w := ((c*p.k+int(row.k))*p.k + p.k - 1 - int(col.k)) * outC
		to := (int(row.first)*p.out.W + int(col.first)) * outC
		for range row.last - row.first + 1 {
			if p.stride == 1 {
				addRow(acc[to:], p.w[w:w+width*outC], x)
			} else {
				for o := range width {
					from := w + o*p.stride*outC
					addRow(acc[to+o*outC:], p.w[from:from+outC], x)
				}
			}
			w -= p.stride * p.k * outC
			to += p.out.W * outC
		}
	}
	return events
}

// mark marks the output sites that one source site reaches.
func (p *convPart) mark(marks *bitset, row, col reach) {
	each := p.out.C / p.unit
	for y := row.first; y <= row.last; y++ {
		at := (int(y)*p.out.W+int(col.first))*each - p.lo
		marks.markRange(at, at+int(col.last-col.first+1)*each)
	}
}

func addRow(acc, w []float32, x float32) {
	if x == 1 {
		kernel.AddRow(acc, w)
	} else {
		kernel.AxpyRow(acc, w, x)
	}
}
