package sim

import (
	"dvsim/internal/kernel"
	"dvsim/network"
)

// convPart is a convolution onto some rows of sites, source site by source site:
// nothing is stored for a synapse.
//
// The weights are turned, so that those of one source channel and kernel row stand
// in the order of the output columns that they reach, which is the reverse of the
// kernel columns: w[c][ky][K−1−kx][o]. With a stride of 1 a source site then adds,
// for each output row, a contiguous stretch of weights of each of its channels to
// one contiguous stretch of accumulators (K sites with all their channels).
type convPart struct {
	in, out   network.Shape
	k, stride int
	w         []float32
	rows      []reach // of each source row: output rows in this block
	cols      []reach // of each source column: output columns
	width     divisor // columns of the sources
	// Source sites first ≤ s < last reach this block.
	first, last uint32
	unit, lo    int // neurons a mark, first group of the block

	// Of the list under delivery:
	tiles []kernel.Tile
	runs  []run
	ones  []float32
}

// reach is where a source row (or column) goes: output rows first … last, the
// first one through kernel row k, each next one through a row that is stride lower.
type reach struct{ first, last, k int32 }

func newConvPart(s *network.Conv2D, in, out network.Shape, b span) *convPart {
	p := &convPart{in: in, out: out, k: s.K, stride: s.Step(), width: newDivisor(in.W), unit: b.unit, lo: b.lo}
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
	for y, r := range p.rows {
		if r.first <= r.last {
			if p.last == 0 {
				p.first = uint32(y * in.W)
			}
			p.last = uint32((y + 1) * in.W)
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

func (p *convPart) deliver(s spikes, acc []float32, marks *bitset) (events int64) {
	runs, from := s.bySite(uint32(p.in.C), p.first, p.last, &p.runs)
	p.tiles = p.tiles[:0]
	for _, r := range runs {
		to := from + int(r.n)
		y := p.width.of(r.site)
		row, col := p.rows[y], p.cols[r.site-y*uint32(p.in.W)]
		height, width := int(row.last-row.first)+1, int(col.last-col.first)+1
		if height <= 0 || width <= 0 {
			from = to
			continue
		}
		if marks != nil {
			p.mark(marks, row, col)
		}
		n := int64(r.n)
		if s.n != nil {
			n = 0
			for _, c := range s.n[from:to] {
				n += int64(c)
			}
		}
		events += n * int64(width*height*p.out.C)
		p.tile(row, col, height, width, kernel.Tile{From: uint32(from), To: uint32(to), First: r.site * uint32(p.in.C)})
		from = to
	}
	x := s.x
	if x == nil {
		for len(p.ones) < len(s.idx) {
			p.ones = append(p.ones, 1)
		}
		x = p.ones[:len(s.idx)]
	}
	kernel.AxpyTiles(acc, p.w, p.out.W*p.out.C, -p.stride*p.k*p.out.C, p.k*p.k*p.out.C, p.tiles, s.idx, x)
	return events
}

// tile appends what one source site adds: one tile, or with a stride one for each
// output column, as the weights of the next column are then not next to those of
// this one.
func (p *convPart) tile(row, col reach, height, width int, t kernel.Tile) {
	outC := p.out.C
	t.Acc = uint32((int(row.first)*p.out.W + int(col.first)) * outC)
	t.W = uint32((int(row.k)*p.k + p.k - 1 - int(col.k)) * outC)
	t.Cols, t.Rows = uint32(width*outC), uint32(height)
	if p.stride == 1 {
		p.tiles = append(p.tiles, t)
		return
	}
	t.Cols = uint32(outC)
	for range width {
		p.tiles = append(p.tiles, t)
		t.Acc += uint32(outC)
		t.W += uint32(p.stride * outC)
	}
}

// mark marks the output sites that one source site reaches.
func (p *convPart) mark(marks *bitset, row, col reach) {
	each := p.out.C / p.unit
	for y := row.first; y <= row.last; y++ {
		at := (int(y)*p.out.W+int(col.first))*each - p.lo
		marks.markRange(at, at+int(col.last-col.first+1)*each)
	}
}
