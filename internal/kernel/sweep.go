package kernel

import "math"

// Tiny is the potential below which a membrane is at rest: |v| < Tiny becomes +0.
// Denormal numbers are slow, and not the same on all machines.
const Tiny = 1e-30

const tinyBits = 0x0da24260 // of float32(Tiny)

// Sweep brings groups of Leaky neurons up to date and clears their input: of each
// g of groups, the neurons g·unit ≤ i < (g+1)·unit. With p = p[k] for groups[k], in
// this order of operations:
//
//	Subtract:  u = float32(p·v[i]) + acc[i], then u −= θ if v[i] > θ
//	Zero:      u = float32(p·(0 if v[i] > θ, else v[i])) + acc[i]
//	None:      u = float32(p·v[i]) + acc[i]
//	v[i] = u, and +0 if |u| < Tiny
//	acc[i] = 0
//
// Each group has ⌈unit/64⌉ words of spikes, one group after the other: bit i%64 of
// word i/64 of a group becomes v > θ of its neuron i; other bits of its words become
// 0. A group that comes twice is brought up to date twice.
func Sweep(v, acc []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64) {
	positive(unit)
	enough(len(acc), len(v))
	enough(len(p), len(groups))
	enough(len(spikes), len(groups)*words(unit))
	sweep(v, acc, unit, groups, p, theta, reset, spikes)
}

// SweepBias is [Sweep] with a constant input: acc[i] + bias[i] takes the place of
// acc[i]. moved[k] tells whether in groups[k] any potential has changed or any
// acc[i] was not +0: if not, the next sweep without input and with the same p
// changes nothing.
func SweepBias(v, acc, bias []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64, moved []bool) {
	positive(unit)
	enough(min(len(acc), len(bias)), len(v))
	enough(min(len(p), len(moved)), len(groups))
	enough(len(spikes), len(groups)*words(unit))
	sweepBias(v, acc, bias, unit, groups, p, theta, reset, spikes, moved)
}

// resets are the reset of the plain twins, a look-up and not a branch: which neurons
// have fired nobody can predict. Index 1 is for those that have.
type resets struct {
	keep     [2]uint32  // bits of the potential that stay
	subtract [2]float32 // what is subtracted
}

func newResets(reset Reset, theta float32) resets {
	r := resets{keep: [2]uint32{math.MaxUint32, math.MaxUint32}}
	switch reset {
	case Subtract:
		r.subtract[1] = theta
	case Zero:
		r.keep[1] = 0
	}
	return r
}

// SweepSubtract is [Sweep] for the one group of all neurons of v, that reset by
// subtraction.
func SweepSubtract(v, acc []float32, p, theta float32, spikes []uint64) {
	if len(v) > 0 {
		decay := [1]float32{p}
		Sweep(v, acc, len(v), first, decay[:], theta, Subtract, spikes)
	}
}

// SweepSubtractBias is SweepSubtract with a constant input, see [SweepBias].
func SweepSubtractBias(v, acc, bias []float32, p, theta float32, spikes []uint64) (moved bool) {
	if len(v) == 0 {
		return false
	}
	decay, any := [1]float32{p}, [1]bool{}
	SweepBias(v, acc, bias, len(v), first, decay[:], theta, Subtract, spikes, any[:])
	return any[0]
}

// first is the list of the first group alone.
var first = []uint32{0}

func sweepGeneric(v, acc []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64) {
	r := newResets(reset, theta)
	v = v[:len(v):len(v)] // a group ends within v, not within its capacity
	for k, g := range groups {
		lo := int(g) * unit
		vg, ag := v[lo:lo+unit], acc[lo:lo+unit]
		for n := min(unit, 64); n > 0; n = min(len(vg), 64) {
			if reset == Zero {
				spikes[0] = sweepZero64(vg[:n], ag[:n], p[k], theta, &r)
			} else {
				spikes[0] = sweep64(vg[:n], ag[:n], p[k], theta, &r)
			}
			vg, ag, spikes = vg[n:], ag[n:], spikes[1:]
		}
	}
}

// sweep64 sweeps up to 64 neurons that do not reset to zero. The steps of four
// neurons do not wait for each other.
func sweep64(v, acc []float32, p, theta float32, r *resets) (word uint64) {
	acc = acc[:len(v)]
	i := 0
	for ; i+4 <= len(v); i += 4 {
		v4, a4 := (*[4]float32)(v[i:]), (*[4]float32)(acc[i:])
		x0, x1, x2, x3 := v4[0], v4[1], v4[2], v4[3]
		u0 := float32(p*x0) + a4[0] - r.subtract[over(x0, theta)&1]
		u1 := float32(p*x1) + a4[1] - r.subtract[over(x1, theta)&1]
		u2 := float32(p*x2) + a4[2] - r.subtract[over(x2, theta)&1]
		u3 := float32(p*x3) + a4[3] - r.subtract[over(x3, theta)&1]
		if tiny(u0) {
			u0 = 0
		}
		if tiny(u1) {
			u1 = 0
		}
		if tiny(u2) {
			u2 = 0
		}
		if tiny(u3) {
			u3 = 0
		}
		v4[0], v4[1], v4[2], v4[3] = u0, u1, u2, u3
		word |= uint64(over(u0, theta)|over(u1, theta)<<1|over(u2, theta)<<2|over(u3, theta)<<3) << (i & 63)
	}
	for ; i < len(v); i++ {
		x := v[i]
		v[i] = flush(float32(p*x) + acc[i] - r.subtract[over(x, theta)&1])
		word |= uint64(over(v[i], theta)) << (i & 63)
	}
	clear(acc)
	return word
}

func sweepZero64(v, acc []float32, p, theta float32, r *resets) (word uint64) {
	acc = acc[:len(v)]
	for i, x := range v {
		kept := math.Float32frombits(math.Float32bits(x) & r.keep[over(x, theta)&1])
		v[i] = flush(float32(p*kept) + acc[i])
		word |= uint64(over(v[i], theta)) << (i & 63)
	}
	clear(acc)
	return word
}

func sweepBiasGeneric(v, acc, bias []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64, moved []bool) {
	r := newResets(reset, theta)
	n := words(unit)
	v = v[:len(v):len(v)]
	for k, g := range groups {
		lo := int(g) * unit
		vg, ag, cg, pk := v[lo:lo+unit], acc[lo:lo+unit], bias[lo:lo+unit], p[k]
		var change uint32
		for w := range n {
			vb := vg[64*w : min(64*w+64, unit)]
			ab, cb := ag[64*w:][:len(vb)], cg[64*w:][:len(vb)]
			var word uint64
			for i, x := range vb {
				fired := over(x, theta) & 1
				kept := math.Float32frombits(math.Float32bits(x) & r.keep[fired])
				u := float32(pk*kept) + (ab[i] + cb[i])
				u = flush(u - r.subtract[fired])
				change |= math.Float32bits(u) ^ math.Float32bits(x) | math.Float32bits(ab[i])
				vb[i], ab[i] = u, 0
				word |= uint64(over(u, theta)) << (i & 63)
			}
			spikes[k*n+w] = word
		}
		moved[k] = change != 0
	}
}

// flush is u, and +0 if |u| < Tiny.
func flush(u float32) float32 {
	if tiny(u) {
		return 0
	}
	return u
}

func tiny(u float32) bool { return math.Float32bits(u)<<1 < tinyBits<<1 }

// over is 1 if v > θ, else 0; the compiler makes it a comparison without a jump.
func over(v, theta float32) uint8 {
	if v > theta {
		return 1
	}
	return 0
}
