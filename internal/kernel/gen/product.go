package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productSteps is how many rows of x a loop of product handles: each vector of w that
// it loads is used so often.
const productSteps = 4

// product goes through w once a strip of columns, and within that through x in fours
// of rows, then one by one. Nothing has to be compared with an end: there is no list.
func product(a isa) {
	c := start(a, "product", "(acc []float32, accStride int, x []float32, xStride, steps int, w []float32, wStride, rows, cols int)",
		"is Product; all places lie within the slices, and rows is not 0.")
	acc, x, w := base(c, "acc"), base(c, "x"), base(c, "w")
	xStride, wStride := bytes(a, "xStride"), bytes(a, "wStride")
	thrice := c.GP64() // xStride
	c.LEAQ(Mem{Base: xStride, Index: xStride, Scale: 2}, thrice)
	cols := c.Load(c.Param("cols"), c.GP64())
	c.Label("strip")
	c.TESTQ(cols, cols)
	c.JLE(LabelRef("end"))
	widest := 4
	if a.lanes() == 8 {
		widest = 2 // of 16 vectors
	}
	for size := widest; size >= 1; size-- {
		c.CMPQ(cols, U32((size-1)*a.lanes()+1))
		c.JGE(LabelRef(label("size%d", size)))
	}
	for size := widest; size >= 1; size-- {
		c.Label(label("size%d", size))
		last := a.lead(lanesOfLast(a, cols, size))
		at, from, left := c.GP64(), c.GP64(), c.GP64()
		c.MOVQ(acc, at)
		c.MOVQ(x, from)
		c.MOVQ(argument(c.Param("steps")), left)
		for _, steps := range []int{productSteps, 1} {
			name := label("size%dsteps%d", size, steps)
			c.Label(name)
			c.CMPQ(left, Imm(uint64(steps)))
			c.JLT(LabelRef(name + "done"))
			row := productTile(a, name, steps, size, last, at, w, wStride, []Mem{
				{Base: from},
				{Base: from, Index: xStride, Scale: 1},
				{Base: from, Index: xStride, Scale: 2},
				{Base: from, Index: thrice, Scale: 1},
			})
			c.ADDQ(bytes(a, "accStride"), row)
			c.MOVQ(row, at)
			// from has moved on by the rows of w.
			c.LEAQ(Mem{Base: from, Index: xStride, Scale: uint8(steps)}, from)
			row = c.GP64()
			c.MOVQ(argument(c.Param("rows")), row)
			c.SHLQ(Imm(2), row)
			c.SUBQ(row, from)
			c.SUBQ(Imm(uint64(steps)), left)
			c.JMP(LabelRef(name))
			c.Label(name + "done")
		}
		c.ADDQ(U32(4*size*a.lanes()), acc)
		c.ADDQ(U32(4*size*a.lanes()), w)
		c.SUBQ(U32(size*a.lanes()), cols)
		c.JMP(LabelRef("strip"))
	}
	c.Label("end")
	finish(a)
}

// bytes loads a stride in float32 and makes it one in bytes.
func bytes(a isa, name string) reg.Register {
	r := a.ctx().Load(a.ctx().Param(name), a.ctx().GP64())
	a.ctx().SHLQ(Imm(2), r)
	return r
}

// productTile adds up steps rows of accumulators of size vectors and returns the
// place of the last of them. x are the places of the rows of x, which move on.
func productTile(a isa, name string, steps, size int, last mask, acc, w, wStride reg.Register, x []Mem) reg.Register {
	c := a.ctx()
	within := func(v int) mask {
		if v == size-1 {
			return last
		}
		return nil
	}
	each := func(f func(s, v int, m Mem)) reg.Register {
		row, stride := c.GP64(), bytes(a, "accStride")
		c.MOVQ(acc, row)
		for s := range steps {
			for v := range size {
				f(s, v, Mem{Base: row, Disp: 4 * v * a.lanes()})
			}
			if s < steps-1 {
				c.ADDQ(stride, row)
			}
		}
		return row
	}
	sums := make([][]reg.VecVirtual, steps)
	each(func(s, v int, m Mem) {
		sums[s] = append(sums[s], a.vec())
		a.loadTo(m, sums[s][v], within(v))
	})
	from, left := c.GP64(), c.GP64()
	c.MOVQ(w, from)
	c.MOVQ(argument(c.Param("rows")), left)
	c.Label(name + "row")
	weights := make([]reg.VecVirtual, size)
	for v := range weights {
		weights[v] = load(a, Mem{Base: from, Disp: 4 * v * a.lanes()}, within(v))
	}
	for s := range steps {
		factor := a.vec()
		c.VBROADCASTSS(x[s], factor)
		for v, sum := range sums[s] {
			c.VADDPS(mul(a, factor, weights[v]), sum, sum)
		}
	}
	c.ADDQ(wStride, from)
	c.ADDQ(Imm(4), x[0].Base)
	c.DECQ(left)
	c.JNZ(LabelRef(name + "row"))
	return each(func(s, v int, m Mem) { a.store(sums[s][v], m, within(v)) })
}
