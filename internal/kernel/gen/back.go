package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func fastSigmoidBack(a isa) {
	c := start(a, "fastSigmoidBack", "(u, ds, next, beta, theta []float32, k float32, zero bool)",
		"is FastSigmoidBack; all slices are long enough for u.")
	slope, one, cs := broadcast(a, "k"), a.splat(math.Float32bits(1)), newConstants(a)
	back(a, c, func(x, ds reg.VecVirtual) reg.VecVirtual {
		s := add(a, one, mul(a, slope, and(a, x, cs.magnitude)))
		return div(a, ds, mul(a, s, s))
	})
}

func atanBack(a isa) {
	c := start(a, "atanBack", "(u, ds, next, beta, theta []float32, half, c float32, zero bool)",
		"is AtanBack; all slices are long enough for u.")
	half, slope, one := broadcast(a, "half"), broadcast(a, "c"), a.splat(math.Float32bits(1))
	back(a, c, func(x, ds reg.VecVirtual) reg.VecVirtual {
		y := mul(a, slope, x)
		return mul(a, div(a, half, add(a, one, mul(a, y, y))), ds)
	})
}

// back is the step of the way back with the surrogate's part as a function of
// x = u − θ and the gradient of the spikes. Neurons that reset to zero have a loop
// of their own.
func back(a isa, c *build.Context, surrogate func(x, ds reg.VecVirtual) reg.VecVirtual) {
	u, n := base(c, "u"), length(c, "u")
	ds, next, beta, theta := base(c, "ds"), base(c, "next"), base(c, "beta"), base(c, "theta")
	zero := c.GP64()
	c.Load(c.Param("zero"), zero)
	c.TESTQ(zero, zero)
	c.JNE(LabelRef("zero_loop"))
	for _, mode := range []string{"keep_", "zero_"} {
		c.Label(mode + "loop")
		elements(a, mode, n, 1, func(i reg.Register, disp int, k mask) {
			x := sub(a, load(a, at(u, i, disp), k), load(a, at(theta, i, disp), k))
			s := surrogate(x, load(a, at(ds, i, disp), k))
			keep := load(a, at(next, i, disp), k)
			if mode == "zero_" {
				none := a.vec()
				c.VXORPS(none, none, none)
				keep = a.only(a.compare(notGreater, x, none), keep)
			}
			a.store(add(a, s, mul(a, load(a, at(beta, i, disp), k), keep)), at(u, i, disp), k)
		})
		finish(a)
	}
}
