package main

import . "github.com/mmcloughlin/avo/operand"

// cacheLine is the size of a line of cache in bytes.
const cacheLine = 64

// fetch asks for lines of memory without waiting for them.
func fetch(a isa) {
	c := start(a, "fetch", "(x []float32)", "asks for the memory of x.")
	p, end := base(c, "x"), length(c, "x")
	c.LEAQ(Mem{Base: p, Index: end, Scale: 4}, end)
	c.JMP(LabelRef("test"))
	c.Label("next")
	c.PREFETCHT0(Mem{Base: p})
	c.ADDQ(Imm(cacheLine), p)
	c.Label("test")
	c.CMPQ(p, end)
	c.JCS(LabelRef("next"))
	c.RET()
}
