package kernel

import "math"

// SweepConductance brings neurons with conductances up to date, and clears what
// pulls at them. With a leak of 1, conductances that add up to total and pull
// towards pull/total, the potential relaxes for a step of h time constants to
// pull/(1 + total). For each i of v, in this order of operations:
//
//	G    = 1 + total[i],  x = h·G
//	s    = 1 + x·(1/2 + x·(1/6 + x·(1/24 + x·(1/120))))
//	v[i] = v[i] + (h·(pull[i] − G·v[i]))·(s / (1 + x·s)), and +0 if |v[i]| < Tiny
//	total[i] = pull[i] = 0
//
// s/(1 + x·s) is (1 − e^(−x))/x with 1/(1 + x + x²/2 + … + x⁵/120) for e^(−x): to
// 1e-7 up to x = 0.15, and falling from 1 to 0 whatever x ≥ 0 is, so that the
// potential never overshoots.
//
// Bit i of spikes (bit i%64 of word i/64) becomes v[i] > θ; other bits of the
// words that v covers become 0.
func SweepConductance(v, total, pull []float32, h, theta float32, spikes []uint64) {
	enough(min(len(total), len(pull)), len(v))
	enough(len(spikes), words(len(v)))
	sweepConductance(v, total, pull, h, theta, spikes)
}

// Relax is what SweepConductance makes of one potential.
func Relax(v, total, pull, h float32) float32 {
	g := 1 + total
	x := float32(h * g)
	s := float32(x*(1.0/120)) + 1.0/24
	s = float32(x*s) + 1.0/6
	s = float32(x*s) + 0.5
	s = float32(x*s) + 1
	r := s / (1 + float32(x*s))
	u := v + float32(float32(h*(pull-float32(g*v)))*r)
	if math.Float32bits(u)&^(1<<31) < tinyBits {
		u = 0
	}
	return u
}

func sweepConductanceGeneric(v, total, pull []float32, h, theta float32, spikes []uint64) {
	for b := range words(len(v)) {
		lo, hi := b*64, min(b*64+64, len(v))
		vb, tb, pb := v[lo:hi], total[lo:hi], pull[lo:hi]
		tb, pb = tb[:len(vb)], pb[:len(vb)]
		var word uint64
		for i, x := range vb {
			u := Relax(x, tb[i], pb[i], h)
			tb[i], pb[i], vb[i] = 0, 0, u
			word = word>>1 | uint64(over(u, theta))<<63
		}
		spikes[b] = word >> (lo + 64 - hi)
	}
}
