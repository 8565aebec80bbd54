package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// at is element i+disp of the float32 at p.
func at(p, i reg.Register, disp int) Mem {
	return Mem{Base: p, Index: i, Scale: 4, Disp: 4 * disp}
}

// elements runs body over n elements, a vector at a time: unroll vectors a pass,
// then one, then what is left under a mask. i counts elements; body handles those
// from i+disp on. The labels begin with prefix; the code goes on after the loop.
func elements(a isa, prefix string, n reg.Register, unroll int, body func(i reg.Register, disp int, k mask)) {
	c, lanes := a.ctx(), a.lanes()
	i, left := c.GP64(), c.GP64()
	c.XORQ(i, i)
	c.MOVQ(n, left)
	if unroll > 1 {
		c.Label(prefix + "many")
		c.CMPQ(left, Imm(uint64(unroll*lanes)))
		c.JLT(LabelRef(prefix + "one"))
		for u := range unroll {
			body(i, u*lanes, nil)
		}
		c.ADDQ(Imm(uint64(unroll*lanes)), i)
		c.SUBQ(Imm(uint64(unroll*lanes)), left)
		c.JMP(LabelRef(prefix + "many"))
	}
	c.Label(prefix + "one")
	c.CMPQ(left, Imm(uint64(lanes)))
	c.JLT(LabelRef(prefix + "tail"))
	body(i, 0, nil)
	c.ADDQ(Imm(uint64(lanes)), i)
	c.SUBQ(Imm(uint64(lanes)), left)
	c.JMP(LabelRef(prefix + "one"))

	c.Label(prefix + "tail")
	c.TESTQ(left, left)
	c.JLE(LabelRef(prefix + "end"))
	body(i, 0, a.lead(left))
	c.Label(prefix + "end")
}

// words runs body over n elements from i on and gathers one bit of each in 64-bit
// words at spikes, which moves on behind the last word: body returns the mask of
// the lanes whose bit is set. Words are written whole, so that who reads them next
// does not wait for the pieces.
func words(a isa, prefix string, i reg.Register, n Op, spikes reg.Register, body func(i reg.Register, disp int, k mask) mask) {
	c, lanes := a.ctx(), a.lanes()
	left := c.GP64()
	c.MOVQ(n, left)
	c.Label(prefix + "word")
	c.CMPQ(left, Imm(64))
	c.JLT(LabelRef(prefix + "rest"))
	word := c.GP64()
	for u := range 64 / lanes {
		if u == 0 {
			a.bits(body(i, 0, nil), nil, word)
			continue
		}
		part := c.GP64()
		a.bits(body(i, u*lanes, nil), nil, part)
		c.SHLQ(Imm(uint64(u*lanes)), part)
		c.ORQ(part, word)
	}
	c.MOVQ(word, Mem{Base: spikes})
	c.ADDQ(Imm(8), spikes)
	c.ADDQ(Imm(64), i)
	c.SUBQ(Imm(64), left)
	c.JMP(LabelRef(prefix + "word"))

	// The last word: its bits are shifted in from above, vector by vector, and
	// shifted down to their places at the end.
	c.Label(prefix + "rest")
	c.TESTQ(left, left)
	c.JLE(LabelRef(prefix + "end"))
	last, missing := c.GP64(), c.GP64()
	c.XORQ(last, last)
	c.MOVQ(U32(64), missing)
	c.Label(prefix + "one")
	c.CMPQ(left, Imm(uint64(lanes)))
	c.JLT(LabelRef(prefix + "tail"))
	pushBits(a, last, body(i, 0, nil), nil)
	c.ADDQ(Imm(uint64(lanes)), i)
	c.SUBQ(Imm(uint64(lanes)), missing)
	c.SUBQ(Imm(uint64(lanes)), left)
	c.JMP(LabelRef(prefix + "one"))

	c.Label(prefix + "tail")
	c.TESTQ(left, left)
	c.JLE(LabelRef(prefix + "done"))
	k := a.lead(left)
	pushBits(a, last, body(i, 0, k), k)
	c.SUBQ(Imm(uint64(lanes)), missing)
	c.Label(prefix + "done")
	c.MOVQ(missing, reg.RCX)
	c.SHRQ(reg.CL, last)
	c.MOVQ(last, Mem{Base: spikes})
	c.ADDQ(Imm(8), spikes)
	c.Label(prefix + "end")
}

// zeroed is a register that holds 0.
func zeroed(a isa) reg.GPVirtual {
	r := a.ctx().GP64()
	a.ctx().XORQ(r, r)
	return r
}

// pushBits makes word = word >> lanes | bits << (64−lanes).
func pushBits(a isa, word reg.GPVirtual, k, within mask) {
	c := a.ctx()
	part := c.GP64()
	a.bits(k, within, part)
	c.SHRQ(Imm(uint64(a.lanes())), word)
	c.SHLQ(Imm(uint64(64-a.lanes())), part)
	c.ORQ(part, word)
}

// finish ends a function: the upper halves of the vectors are cleared, else
// scalar code after it would be slow.
func finish(a isa) {
	a.ctx().VZEROUPPER()
	a.ctx().RET()
}

func label(format string, args ...any) string { return fmt.Sprintf(format, args...) }
