package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
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

// resets are the loops of a kernel that has one for each reset, in the order of
// kernel.Reset.
var resets = []string{"subtract_", "zero_", "none_"}

// byReset writes a kernel's loops, one for each reset, and the jumps to them; loop
// writes all but the return.
func byReset(a isa, loop func(mode string)) {
	c := a.ctx()
	reset := c.GP64()
	c.Load(c.Param("reset"), reset)
	c.CMPQ(reset, Imm(1))
	c.JEQ(LabelRef(resets[1] + "loop"))
	c.JGT(LabelRef(resets[2] + "loop"))
	for _, mode := range resets {
		c.Label(mode + "loop")
		loop(mode)
		finish(a)
	}
}

// leaky is the potential of a Leaky neuron: from x, the one before, where the
// neuron has fired above theta, with decay p and input in.
func leaky(a isa, mode string, cs constants, x, p, theta, in Op) reg.VecVirtual {
	kept := x
	if mode == "zero_" {
		kept = a.only(a.compare(notGreater, x, theta), x)
	}
	u := add(a, mul(a, p, kept), in)
	if mode == "subtract_" {
		a.subWhere(a.compare(greater, x, theta), u, theta)
	}
	return cs.flushed(a, u)
}

func sweep(a isa) {
	c := start(a, "sweep", "(v, acc []float32, unit, all int, groups []uint32, p []float32, theta float32, reset uint8, spikes []uint64) (done int)",
		"is Sweep of groups below all, and returns how many came before one that is not; acc, p and spikes are long enough.")
	sweepGroups(a, c, false)
}

func sweepBias(a isa) {
	c := start(a, "sweepBias", "(v, acc, bias []float32, unit, all int, groups []uint32, p []float32, theta float32, reset uint8, spikes []uint64, moved []bool) (done int)",
		"is SweepBias of groups below all, and returns how many came before one that is not; all other slices are long enough.")
	sweepGroups(a, c, true)
}

// sweepGroups is the loop over groups: i runs over the neurons of each. What is
// used once a group stays in memory, as there are not enough registers.
func sweepGroups(a isa, c *build.Context, withBias bool) {
	v, acc, spikes := base(c, "v"), base(c, "acc"), base(c, "spikes")
	groups, decay := base(c, "groups"), base(c, "p")
	theta, cs := broadcast(a, "theta"), newConstants(a)
	zero := a.vec()
	c.VXORPS(zero, zero, zero)
	var bias, moved reg.Register
	if withBias {
		bias, moved = base(c, "bias"), base(c, "moved")
	}
	j := zeroed(a)
	byReset(a, func(mode string) {
		c.CMPQ(j, argument(c.Param("groups").Len()))
		c.JGE(LabelRef(mode + "stop"))
		i := c.GP64()
		c.MOVL(at(groups, j, 0), i.As32())
		c.CMPQ(i, argument(c.Param("all")))
		c.JGE(LabelRef(mode + "stop"))
		c.IMULQ(argument(c.Param("unit")), i)
		p, change := a.vec(), a.vec()
		c.VBROADCASTSS(at(decay, j, 0), p)
		if withBias {
			c.VXORPS(change, change, change)
		}
		words(a, mode, i, argument(c.Param("unit")), spikes, func(i reg.Register, disp int, k mask) mask {
			x := load(a, at(v, i, disp), k)
			arrived := load(a, at(acc, i, disp), k)
			in := arrived
			if withBias {
				in = add(a, arrived, load(a, at(bias, i, disp), k))
			}
			u := leaky(a, mode, cs, x, p, theta, in)
			a.store(zero, at(acc, i, disp), k)
			a.store(u, at(v, i, disp), k)
			if withBias {
				moves := or(a, xor(a, u, x), arrived)
				if k != nil {
					moves = a.only(k, moves)
				}
				c.VORPS(moves, change, change)
			}
			return a.compare(greater, u, theta)
		})
		if withBias {
			any := c.GP64()
			a.anyBit(change, any)
			c.MOVB(any.As8L(), Mem{Base: moved, Index: j, Scale: 1})
		}
		c.INCQ(j)
		c.JMP(LabelRef(mode + "loop"))
		c.Label(mode + "stop")
		c.Store(j, c.Return("done"))
	})
}

func leakyStep(a isa) {
	c := start(a, "leakyStep", "(dst, v, in, bias, beta, theta []float32, reset uint8, spikes []uint64)",
		"is LeakyStep; all slices are long enough for dst.")
	dst, n, spikes := base(c, "dst"), length(c, "dst"), base(c, "spikes")
	v, in, bias, beta, theta := base(c, "v"), base(c, "in"), base(c, "bias"), base(c, "beta"), base(c, "theta")
	cs := newConstants(a)
	i := zeroed(a)
	byReset(a, func(mode string) {
		words(a, mode, i, n, spikes, func(i reg.Register, disp int, k mask) mask {
			x := load(a, at(v, i, disp), k)
			th := load(a, at(theta, i, disp), k)
			input := load(a, at(in, i, disp), k)
			a.addFrom(input, at(bias, i, disp), k)
			u := leaky(a, mode, cs, x, load(a, at(beta, i, disp), k), th, input)
			a.store(u, at(dst, i, disp), k)
			return a.compare(greater, u, th)
		})
	})
}
