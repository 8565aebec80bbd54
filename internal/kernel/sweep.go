package kernel

import "math"

// Tiny is the potential below which a membrane is at rest: |v| < Tiny becomes +0.
// Denormal numbers are slow, and not the same on all machines.
const Tiny = 1e-30

var tinyBits = math.Float32bits(Tiny)

// SweepSubtract brings neurons that reset by subtraction up to date and clears
// their input. For each i of v, in this order of operations:
//
//	r    = θ if v[i] > θ, else 0
//	v[i] = (float32(p·v[i]) + acc[i]) − r, and +0 if |v[i]| < Tiny
//	acc[i] = 0
//
// Bit i of spikes (bit i%64 of word i/64) becomes v[i] > θ; other bits of the
// words that v covers become 0.
func SweepSubtract(v, acc []float32, p, theta float32, spikes []uint64) {
	enough(len(acc), len(v))
	enough(len(spikes), words(len(v)))
	sweepSubtract(v, acc, p, theta, spikes)
}

// SweepSubtractBias is SweepSubtract with a constant input: acc[i] + bias[i] takes
// the place of acc[i]. It reports whether any potential has changed or any acc[i]
// was not +0: if not, the next sweep without input changes nothing.
func SweepSubtractBias(v, acc, bias []float32, p, theta float32, spikes []uint64) (moved bool) {
	enough(min(len(acc), len(bias)), len(v))
	enough(len(spikes), words(len(v)))
	return sweepSubtractBias(v, acc, bias, p, theta, spikes)
}

func sweepSubtractGeneric(v, acc []float32, p, theta float32, spikes []uint64) {
	for b := range words(len(v)) {
		lo, hi := b*64, min(b*64+64, len(v))
		vb, ab := v[lo:hi], acc[lo:hi]
		ab = ab[:len(vb)]
		var word uint64
		for i, x := range vb {
			u := float32(p*x) + ab[i]
			ab[i] = 0
			if x > theta {
				u -= theta
			}
			if math.Float32bits(u)&^(1<<31) < tinyBits {
				u = 0
			}
			vb[i] = u
			word = word>>1 | over(u, theta)<<63
		}
		spikes[b] = word >> (lo + 64 - hi)
	}
}

func sweepSubtractBiasGeneric(v, acc, bias []float32, p, theta float32, spikes []uint64) bool {
	var moved uint32
	for b := range words(len(v)) {
		lo, hi := b*64, min(b*64+64, len(v))
		vb, ab, cb := v[lo:hi], acc[lo:hi], bias[lo:hi]
		ab, cb = ab[:len(vb)], cb[:len(vb)]
		var word uint64
		for i, x := range vb {
			in := ab[i]
			ab[i] = 0
			u := float32(p*x) + (in + cb[i])
			if x > theta {
				u -= theta
			}
			if math.Float32bits(u)&^(1<<31) < tinyBits {
				u = 0
			}
			vb[i] = u
			moved |= math.Float32bits(u) ^ math.Float32bits(x) | math.Float32bits(in)
			word = word>>1 | over(u, theta)<<63
		}
		spikes[b] = word >> (lo + 64 - hi)
	}
	return moved != 0
}

// over is 1 if v > θ, else 0; the compiler makes it a comparison without a jump.
func over(v, theta float32) uint64 {
	if v > theta {
		return 1
	}
	return 0
}
