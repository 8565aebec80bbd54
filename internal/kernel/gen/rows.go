package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// strip is how many vectors of columns stay in registers over all rows.
const strip = 8

// The kernels over many rows cut the columns into strips of up to eight vectors,
// and go through all rows once a strip: the accumulators stay in registers, a row
// is read and nothing is written until the end. The last vector of a strip is
// under a mask, so that any width takes ⌈width/strip⌉ passes.
//
// Every row's place is compared with limit, the last place where a whole row
// fits: one comparison a row, hidden behind the loads, keeps a wrong index from
// reading or writing outside w. The functions return how many rows came before
// the first wrong one; the accumulators are then worth nothing.

func addRows(a isa) {
	c := start(a, "addRows", "(acc, w []float32, stride int, rows []uint32) (done int)",
		"adds rows of w to acc, which is not longer than w, and returns how many rows came before one outside w.")
	acc := base(c, "acc")
	rowLoop(a, length(c, "acc"), acc, func(vecs []reg.VecVirtual, k mask) {
		for v, s := range vecs {
			a.loadTo(Mem{Base: acc, Disp: 4 * v * a.lanes()}, s, lastOnly(v, vecs, k))
		}
	}, func(vecs []reg.VecVirtual, k mask, w, off, _ reg.Register) {
		for v, s := range vecs {
			a.addFrom(s, at(w, off, v*a.lanes()), lastOnly(v, vecs, k))
		}
	}, func(vecs []reg.VecVirtual, k mask) {
		for v, s := range vecs {
			a.store(s, Mem{Base: acc, Disp: 4 * v * a.lanes()}, lastOnly(v, vecs, k))
		}
	})
}

func axpyRows(a isa) {
	c := start(a, "axpyRows", "(acc, w []float32, stride int, rows []uint32, x []float32) (done int)",
		"adds multiples of rows of w to acc, which is not longer than w, and returns how many rows came before one outside w.")
	acc, x := base(c, "acc"), base(c, "x")
	rowLoop(a, length(c, "acc"), acc, func(vecs []reg.VecVirtual, k mask) {
		for v, s := range vecs {
			a.loadTo(Mem{Base: acc, Disp: 4 * v * a.lanes()}, s, lastOnly(v, vecs, k))
		}
	}, func(vecs []reg.VecVirtual, k mask, w, off, j reg.Register) {
		f := a.vec()
		a.ctx().VBROADCASTSS(at(x, j, 0), f)
		for v, s := range vecs {
			p := a.vec()
			if k := lastOnly(v, vecs, k); k != nil {
				p = mul(a, f, load(a, at(w, off, v*a.lanes()), k))
			} else {
				a.ctx().VMULPS(at(w, off, v*a.lanes()), f, p)
			}
			a.ctx().VADDPS(p, s, s)
		}
	}, func(vecs []reg.VecVirtual, k mask) {
		for v, s := range vecs {
			a.store(s, Mem{Base: acc, Disp: 4 * v * a.lanes()}, lastOnly(v, vecs, k))
		}
	})
}

func addToRows(a isa) {
	c := start(a, "addToRows", "(w []float32, stride int, rows []uint32, row []float32) (done int)",
		"adds row, which is not longer than w, to rows of w and returns how many rows came before one outside w.")
	row := base(c, "row")
	rowLoop(a, length(c, "row"), row, func(vecs []reg.VecVirtual, k mask) {
		for v, s := range vecs {
			a.loadTo(Mem{Base: row, Disp: 4 * v * a.lanes()}, s, lastOnly(v, vecs, k))
		}
	}, func(vecs []reg.VecVirtual, k mask, w, off, _ reg.Register) {
		for v, s := range vecs {
			m, k := at(w, off, v*a.lanes()), lastOnly(v, vecs, k)
			a.store(add(a, load(a, m, k), s), m, k)
		}
	}, func([]reg.VecVirtual, mask) {})
}

// lastOnly is the mask k for the last vector and none for the others.
func lastOnly(v int, vecs []reg.VecVirtual, k mask) mask {
	if v == len(vecs)-1 {
		return k
	}
	return nil
}

// rowLoop cuts n columns into strips and, for each, calls before, then perRow
// for every row (w plus four times off is the row's part in this strip, j its
// number in the list), then after. pointer, the dense operand, moves with w.
func rowLoop(a isa, n, pointer reg.Register,
	before func([]reg.VecVirtual, mask),
	perRow func(vecs []reg.VecVirtual, k mask, w, off, j reg.Register),
	after func([]reg.VecVirtual, mask),
) {
	c := a.ctx()
	w, limit := base(c, "w"), length(c, "w")
	stride := c.Load(c.Param("stride"), c.GP64())
	rows, count := base(c, "rows"), length(c, "rows")
	c.SUBQ(n, limit)
	j := c.GP64()
	c.XORQ(j, j)
	c.TESTQ(count, count)
	c.JEQ(LabelRef("end"))

	c.Label("strip")
	for size := strip; size > 1; size-- {
		c.CMPQ(n, Imm(uint64((size-1)*a.lanes())))
		c.JGT(LabelRef(label("strip%d", size)))
	}
	c.TESTQ(n, n)
	c.JLE(LabelRef("end"))
	for size := 1; size <= strip; size++ {
		c.Label(label("strip%d", size))
		vecs := make([]reg.VecVirtual, size)
		for v := range vecs {
			vecs[v] = a.vec()
		}
		k := a.lead(lanesOfLast(a, n, size))
		before(vecs, k)
		c.XORQ(j, j)
		c.Label(label("row%d", size))
		off := c.GP64()
		c.MOVL(at(rows, j, 0), off.As32())
		c.IMULQ(stride, off)
		c.CMPQ(off, limit)
		c.JHI(LabelRef("end"))
		perRow(vecs, k, w, off, j)
		c.INCQ(j)
		c.CMPQ(j, count)
		c.JLT(LabelRef(label("row%d", size)))
		after(vecs, k)
		bytes := U32(4 * size * a.lanes())
		c.ADDQ(bytes, w)
		c.ADDQ(bytes, pointer)
		c.SUBQ(U32(size*a.lanes()), n)
		c.JMP(LabelRef("strip"))
	}
	c.Label("end")
	c.Store(j, c.Return("done"))
	finish(a)
}

// lanesOfLast is how many lanes the last of size vectors has: n less those of the
// vectors before it, at most a whole one.
func lanesOfLast(a isa, n reg.Register, size int) reg.Register {
	c := a.ctx()
	rem, whole := c.GP64(), c.GP64()
	c.LEAQ(Mem{Base: n, Disp: -(size - 1) * a.lanes()}, rem)
	c.MOVQ(U32(a.lanes()), whole)
	c.CMPQ(rem, whole)
	c.CMOVQGT(whole, rem)
	return rem
}
