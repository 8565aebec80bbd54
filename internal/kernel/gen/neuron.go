package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tiny is kernel.Tiny: what is below it becomes +0.
const tiny = 1e-30

// constants are the vectors that every kernel over neurons needs.
type constants struct{ magnitude, tiny reg.VecVirtual }

func newConstants(a isa) constants {
	return constants{
		magnitude: a.splat(0x7fffffff),
		tiny:      a.splat(math.Float32bits(tiny)),
	}
}

// flushed is u, and +0 where |u| < tiny. NaN stays.
func (c constants) flushed(a isa, u Op) reg.VecVirtual {
	return a.only(a.compare(notLess, and(a, u, c.magnitude), c.tiny), u)
}

func sweepSubtract(a isa) {
	c := start(a, "sweepSubtract", "(v, acc []float32, p, theta float32, spikes []uint64)",
		"is SweepSubtract; acc and spikes are long enough for v.")
	v, acc, n, spikes := base(c, "v"), base(c, "acc"), length(c, "v"), base(c, "spikes")
	p, theta, cs := broadcast(a, "p"), broadcast(a, "theta"), newConstants(a)
	zero := a.vec()
	c.VXORPS(zero, zero, zero)
	words(a, "", n, spikes, func(i reg.Register, disp int, k mask) mask {
		x := load(a, at(v, i, disp), k)
		u := add(a, mul(a, p, x), load(a, at(acc, i, disp), k))
		a.store(zero, at(acc, i, disp), k)
		a.subWhere(a.compare(greater, x, theta), u, theta)
		u = cs.flushed(a, u)
		a.store(u, at(v, i, disp), k)
		return a.compare(greater, u, theta)
	})
	finish(a)
}

func sweepSubtractBias(a isa) {
	c := start(a, "sweepSubtractBias", "(v, acc, bias []float32, p, theta float32, spikes []uint64) (moved bool)",
		"is SweepSubtractBias; acc, bias and spikes are long enough for v.")
	v, acc, bias, n, spikes := base(c, "v"), base(c, "acc"), base(c, "bias"), length(c, "v"), base(c, "spikes")
	p, theta, cs := broadcast(a, "p"), broadcast(a, "theta"), newConstants(a)
	zero, moved := a.vec(), a.vec()
	c.VXORPS(zero, zero, zero)
	c.VXORPS(moved, moved, moved)
	words(a, "", n, spikes, func(i reg.Register, disp int, k mask) mask {
		x := load(a, at(v, i, disp), k)
		in := load(a, at(acc, i, disp), k)
		u := add(a, mul(a, p, x), add(a, in, load(a, at(bias, i, disp), k)))
		a.store(zero, at(acc, i, disp), k)
		a.subWhere(a.compare(greater, x, theta), u, theta)
		u = cs.flushed(a, u)
		a.store(u, at(v, i, disp), k)
		change := or(a, xor(a, u, x), in)
		if k != nil {
			change = a.only(k, change)
		}
		c.VORPS(change, moved, moved)
		return a.compare(greater, u, theta)
	})
	result := c.GP64()
	a.anyBit(moved, result)
	c.Store(result.As8L(), c.Return("moved"))
	finish(a)
}

// leakyStep has one loop for each reset; their order is that of kernel.Reset.
func leakyStep(a isa) {
	c := start(a, "leakyStep", "(dst, v, in, bias, beta, theta []float32, reset uint8, spikes []uint64)",
		"is LeakyStep; all slices are long enough for dst.")
	dst, n, spikes := base(c, "dst"), length(c, "dst"), base(c, "spikes")
	v, in, bias, beta, theta := base(c, "v"), base(c, "in"), base(c, "bias"), base(c, "beta"), base(c, "theta")
	cs := newConstants(a)
	reset := c.GP64()
	c.Load(c.Param("reset"), reset)
	const subtract, zero, none = "subtract_", "zero_", "none_"
	c.CMPQ(reset, Imm(1))
	c.JEQ(LabelRef(zero + "loop"))
	c.JGT(LabelRef(none + "loop"))
	for _, mode := range []string{subtract, zero, none} {
		c.Label(mode + "loop")
		words(a, mode, n, spikes, func(i reg.Register, disp int, k mask) mask {
			x := load(a, at(v, i, disp), k)
			th := load(a, at(theta, i, disp), k)
			kept := x
			if mode == zero {
				kept = a.only(a.compare(notGreater, x, th), x)
			}
			input := load(a, at(in, i, disp), k)
			a.addFrom(input, at(bias, i, disp), k)
			u := add(a, mul(a, load(a, at(beta, i, disp), k), kept), input)
			if mode == subtract {
				a.subWhere(a.compare(greater, x, th), u, th)
			}
			u = cs.flushed(a, u)
			a.store(u, at(dst, i, disp), k)
			return a.compare(greater, u, th)
		})
		finish(a)
	}
}
