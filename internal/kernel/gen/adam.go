package main

import "github.com/mmcloughlin/avo/reg"

// adam takes the constants one by one: it cannot know the layout of a Go struct.
func adam(a isa) {
	c := start(a, "adam", "(w, m, v, grad []float32, oneMinusBeta1, beta2, oneMinusBeta2, invRoot2, eps, rate, l2, decay float32)",
		"is Adam; all slices are long enough for w.")
	wp, mp, vp, gp, n := base(c, "w"), base(c, "m"), base(c, "v"), base(c, "grad"), length(c, "w")
	oneMinusBeta1, beta2, oneMinusBeta2 := broadcast(a, "oneMinusBeta1"), broadcast(a, "beta2"), broadcast(a, "oneMinusBeta2")
	invRoot2, eps, rate := broadcast(a, "invRoot2"), broadcast(a, "eps"), broadcast(a, "rate")
	l2, decay := broadcast(a, "l2"), broadcast(a, "decay")
	elements(a, "", n, 1, func(i reg.Register, disp int, k mask) {
		w := load(a, at(wp, i, disp), k)
		g := add(a, load(a, at(gp, i, disp), k), mul(a, l2, w))
		m := load(a, at(mp, i, disp), k)
		m = add(a, m, mul(a, oneMinusBeta1, sub(a, g, m)))
		a.store(m, at(mp, i, disp), k)
		v := mul(a, beta2, load(a, at(vp, i, disp), k))
		v = add(a, v, mul(a, mul(a, oneMinusBeta2, g), g))
		a.store(v, at(vp, i, disp), k)
		d := add(a, mul(a, sqrt(a, v), invRoot2), eps)
		w = sub(a, mul(a, decay, w), mul(a, rate, div(a, m, d)))
		a.store(w, at(wp, i, disp), k)
	})
	finish(a)
}
