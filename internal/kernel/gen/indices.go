package main

import . "github.com/mmcloughlin/avo/operand"

// indices writes a whole vector for every few bits and moves on by as many as there
// were: no branch depends on the bits.
func indices(a isa) {
	c := start(a, "indices", "(dst, base []uint32, masks []uint64, width int) (n int)",
		"is Indices; dst has room for a vector more than all bits.")
	dst, from := base(c, "dst"), base(c, "base")
	masks, count := base(c, "masks"), length(c, "masks")
	n := c.GP64()
	c.MOVQ(dst, n) // where dst began
	i := zeroed(a)
	lanes := a.counting()
	step := a.splat(uint32(a.lanes()))

	c.Label("mask")
	c.CMPQ(i, count)
	c.JGE(LabelRef("end"))
	m, left := c.GP64(), c.GP64()
	c.MOVQ(Mem{Base: masks, Index: i, Scale: 8}, m)
	c.MOVQ(argument(c.Param("width")), left)
	first := a.vec()
	c.VPBROADCASTD(at(from, i, 0), first)
	if lanes != nil {
		c.VPADDD(lanes, first, first)
	}

	c.Label("part")
	part, bits := c.GP64(), c.GP64()
	a.packed(m, first, Mem{Base: dst}, part)
	c.POPCNTQ(part, bits)
	c.LEAQ(Mem{Base: dst, Index: bits, Scale: 4}, dst)
	c.VPADDD(step, first, first)
	c.SHRQ(Imm(uint64(a.lanes())), m)
	c.SUBQ(Imm(uint64(a.lanes())), left)
	c.JG(LabelRef("part"))
	c.INCQ(i)
	c.JMP(LabelRef("mask"))

	c.Label("end")
	r := c.GP64()
	c.MOVQ(dst, r)
	c.SUBQ(n, r)
	c.SHRQ(Imm(2), r)
	c.Store(r, c.Return("n"))
	finish(a)
}

// countMasks adds one to the counts whose bits are set, a vector of counts at a time.
func countMasks(a isa) {
	c := start(a, "countMasks", "(count, at []uint32, masks []uint64, width int)",
		"is CountMasks; every at has width counts behind it.")
	count, place := base(c, "count"), base(c, "at")
	masks, n := base(c, "masks"), length(c, "masks")
	i := zeroed(a)
	bit := a.laneBits()
	whole := c.GP64()
	c.MOVQ(argument(c.Param("width")), whole)

	c.Label("mask")
	c.CMPQ(i, n)
	c.JGE(LabelRef("end"))
	m, left, to := c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(Mem{Base: masks, Index: i, Scale: 8}, m)
	c.MOVQ(whole, left)
	c.MOVL(at(place, i, 0), to.As32())
	c.LEAQ(Mem{Base: count, Index: to, Scale: 4}, to)

	c.Label("part")
	c.CMPQ(left, Imm(uint64(a.lanes())))
	c.JLT(LabelRef("tail"))
	a.countUp(m, bit, Mem{Base: to})
	c.SHRQ(Imm(uint64(a.lanes())), m)
	c.ADDQ(U32(4*a.lanes()), to)
	c.SUBQ(Imm(uint64(a.lanes())), left)
	c.JMP(LabelRef("part"))

	// What is left is fewer counts than a vector has: one by one.
	c.Label("tail")
	c.TESTQ(left, left)
	c.JLE(LabelRef("next"))
	one := c.GP64()
	c.MOVQ(m, one)
	c.ANDQ(Imm(1), one)
	c.ADDL(one.As32(), Mem{Base: to})
	c.SHRQ(Imm(1), m)
	c.ADDQ(Imm(4), to)
	c.DECQ(left)
	c.JMP(LabelRef("tail"))

	c.Label("next")
	c.INCQ(i)
	c.JMP(LabelRef("mask"))
	c.Label("end")
	finish(a)
}
