package main

import (
	. "github.com/mmcloughlin/avo/operand"
)

// leakyRun goes through all steps for one vector of neurons before it takes the
// next: potentials stay in a register. The bits of a vector are stored as the two
// bytes, or the one, that they fill.
func leakyRun(a isa) {
	c := start(a, "leakyRun", "(u, v, in, bias, beta, theta []float32, reset uint8, spikes []uint64, wordBytes int)",
		"is LeakyRun for whole vectors of neurons; a row of spikes has wordBytes.")
	u, v, in, bias := base(c, "u"), base(c, "v"), base(c, "in"), base(c, "bias")
	beta, theta, spikes := base(c, "beta"), base(c, "theta"), base(c, "spikes")
	cs := newConstants(a)
	i := zeroed(a)
	byReset(a, func(mode string) {
		c.Label(mode + "column")
		c.CMPQ(i, argument(c.Param("v").Len()))
		c.JGE(LabelRef(mode + "end"))
		x := load(a, at(v, i, 0), nil)
		p, th := load(a, at(beta, i, 0), nil), load(a, at(theta, i, 0), nil)
		constant := add(a, load(a, at(in, i, 0), nil), load(a, at(bias, i, 0), nil))
		row, bits, left, word := c.GP64(), c.GP64(), c.GP64(), c.GP64()
		c.LEAQ(at(u, i, 0), row)
		c.MOVQ(i, bits)
		c.SHRQ(Imm(3), bits)
		c.ADDQ(spikes, bits)
		c.MOVQ(argument(c.Param("u").Len()), left)
		c.Label(mode + "step")
		next := leaky(a, mode, cs, x, p, th, constant)
		a.store(next, Mem{Base: row}, nil)
		a.bits(a.compare(greater, next, th), nil, word)
		if a.lanes() == 16 {
			c.MOVW(word.As16(), Mem{Base: bits})
		} else {
			c.MOVB(word.As8(), Mem{Base: bits})
		}
		c.VMOVAPS(next, x)
		stride := c.GP64()
		c.MOVQ(argument(c.Param("v").Len()), stride)
		c.LEAQ(Mem{Base: row, Index: stride, Scale: 4}, row)
		c.ADDQ(argument(c.Param("wordBytes")), bits)
		c.SUBQ(stride, left)
		c.JGT(LabelRef(mode + "step"))
		c.ADDQ(Imm(uint64(a.lanes())), i)
		c.JMP(LabelRef(mode + "column"))
		c.Label(mode + "end")
	})
}
