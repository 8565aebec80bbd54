package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// double is an instruction set with vectors of float64, n lanes of them (8, 4, 2
// or 1, of these what the set has). Only loads, stores and arithmetic that this
// file names are meant to be used.
type double struct {
	isa
	n int
}

func (d double) lanes() int { return d.n }

func (d double) vec() reg.VecVirtual {
	switch d.n {
	case 8:
		return d.ctx().ZMM()
	case 4:
		return d.ctx().YMM()
	}
	return d.ctx().XMM()
}

func (d double) loadTo(m Mem, v reg.VecVirtual, _ mask) { d.move(m, v) }
func (d double) store(v reg.VecVirtual, m Mem, _ mask)  { d.move(v, m) }

func (d double) move(from, to Op) {
	if d.n == 1 {
		d.ctx().VMOVSD(from, to)
		return
	}
	d.ctx().VMOVUPD(from, to)
}

// widened loads n float32.
func (d double) widened(m Mem) reg.VecVirtual {
	v, c := d.vec(), d.ctx()
	if d.n == 1 {
		c.VMOVSS(m, v)
		c.VCVTSS2SD(v, v, v)
		return v
	}
	c.VCVTPS2PD(m, v)
	return v
}

// everywhere loads one float32 into all lanes.
func (d double) everywhere(m Mem) reg.VecVirtual {
	one, c := double{d.isa, 1}.widened(m), d.ctx()
	if d.n == 1 {
		return one
	}
	v := d.vec()
	if d.n == 2 {
		c.VMOVDDUP(one, v)
	} else {
		c.VBROADCASTSD(one, v)
	}
	return v
}

// axpyRowsExact has whole strips and pieces in both instruction sets: a mask would
// have to be made for floats and for doubles. The product of two float32 is exact
// in float64, so here, and only here, multiply-add may be fused.
func axpyRowsExact(a isa) {
	c := start(a, "axpyRowsExact", "(acc []float64, w []float32, stride int, rows []uint32, x []float32) (done int)",
		"is axpyRows with float64 accumulators.")
	acc, x := base(c, "acc"), base(c, "x")
	var pieces []isa
	for n := a.lanes() / 4; n >= 1; n /= 2 {
		pieces = append(pieces, double{a, n})
	}
	strips := wholeStrips(double{a, a.lanes() / 2}, pieces)
	for i := range strips {
		strips[i].bytes = 8
	}
	stripLoop(a, "acc", acc, strips, func(s strip) {
		s.loadAll(acc)
	}, func(s strip, w, off, j reg.Register) {
		d := s.isa.(double)
		factor := d.everywhere(at(x, j, 0))
		for v, sum := range s.vecs {
			row := d.widened(at(w, off, v*s.lanes()))
			if d.n == 1 {
				c.VFMADD231SD(row, factor, sum)
			} else {
				c.VFMADD231PD(row, factor, sum)
			}
		}
	}, func(s strip) {
		s.storeAll(acc)
	})
}
