package main

import "github.com/mmcloughlin/avo/reg"

// addRow and axpyRow are bound by their loads and stores; four vectors a pass
// leave the loop's own instructions in the gaps.
const rowUnroll = 4

func addRow(a isa) {
	c := start(a, "addRow", "(acc, w []float32)", "adds w to acc; acc is not shorter than w.")
	acc, w, n := base(c, "acc"), base(c, "w"), length(c, "w")
	elements(a, "", n, rowUnroll, func(i reg.Register, disp int, k mask) {
		s := load(a, at(acc, i, disp), k)
		a.addFrom(s, at(w, i, disp), k)
		a.store(s, at(acc, i, disp), k)
	})
	finish(a)
}

func axpyRow(a isa) {
	c := start(a, "axpyRow", "(acc, w []float32, x float32)", "adds x·w to acc; acc is not shorter than w.")
	acc, w, n := base(c, "acc"), base(c, "w"), length(c, "w")
	x := broadcast(a, "x")
	elements(a, "", n, rowUnroll, func(i reg.Register, disp int, k mask) {
		p := mul(a, x, load(a, at(w, i, disp), k))
		a.store(add(a, load(a, at(acc, i, disp), k), p), at(acc, i, disp), k)
	})
	finish(a)
}
