package main

import (
	"math"

	"github.com/mmcloughlin/avo/reg"
)

func sweepConductance(a isa) {
	c := start(a, "sweepConductance", "(v, total, pull []float32, h, theta float32, spikes []uint64)",
		"is SweepConductance; total, pull and spikes are long enough for v.")
	v, total, pull := base(c, "v"), base(c, "total"), base(c, "pull")
	n, spikes := length(c, "v"), base(c, "spikes")
	h, theta, cs := broadcast(a, "h"), broadcast(a, "theta"), newConstants(a)
	one := a.splat(math.Float32bits(1))
	var series []reg.VecVirtual
	for _, x := range []float32{1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5} {
		series = append(series, a.splat(math.Float32bits(x)))
	}
	zero := a.vec()
	c.VXORPS(zero, zero, zero)
	words(a, "", zeroed(a), n, spikes, func(i reg.Register, disp int, k mask) mask {
		g := add(a, one, load(a, at(total, i, disp), k))
		x := mul(a, h, g)
		s := add(a, mul(a, x, series[0]), series[1])
		for _, term := range append(series[2:], one) {
			s = add(a, mul(a, x, s), term)
		}
		r := div(a, s, add(a, one, mul(a, x, s)))
		old := load(a, at(v, i, disp), k)
		force := mul(a, h, sub(a, load(a, at(pull, i, disp), k), mul(a, g, old)))
		u := cs.flushed(a, add(a, old, mul(a, force, r)))
		a.store(u, at(v, i, disp), k)
		a.store(zero, at(total, i, disp), k)
		a.store(zero, at(pull, i, disp), k)
		return a.compare(greater, u, theta)
	})
	finish(a)
}
