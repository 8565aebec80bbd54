package kernel

import "math"

// Reset is what a spike does to the potential in the step after it.
type Reset uint8

const (
	Subtract Reset = iota // θ is subtracted
	Zero                  // the potential starts from 0
	None                  // nothing
)

// LeakyStep makes the potentials of one step from those of the step before, for
// training, which keeps them all. For each j of dst, in this order of operations,
// with R = (v[j] > theta[j]):
//
//	Subtract:  u = float32(beta[j]·v[j]) + (in[j] + bias[j]), then u −= theta[j] if R
//	Zero:      u = float32(beta[j]·(0 if R, else v[j])) + (in[j] + bias[j])
//	None:      u = float32(beta[j]·v[j]) + (in[j] + bias[j])
//	dst[j] = u, and +0 if |u| < Tiny
//
// Bit j of spikes (bit j%64 of word j/64) becomes dst[j] > theta[j]; other bits of
// the words that dst covers become 0. dst may be v. All slices but spikes have the
// length of dst. The bits of dst are those that [SweepBias] gives for one beta and
// theta.
func LeakyStep(dst, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	enough(min(len(v), len(in), len(bias), len(beta), len(theta)), len(dst))
	enough(len(spikes), words(len(dst)))
	leakyStep(dst, v, in, bias, beta, theta, reset, spikes)
}

// FastSigmoidBack is one step of the way back through Leaky neurons with the
// surrogate gradient 1/(1 + k·|x|)². u[j] is the potential of the step and becomes
// the gradient with respect to it:
//
//	x    = u[j] − theta[j]
//	a    = 1 + float32(k·|x|)
//	keep = 0 if zero and u[j] > theta[j], else next[j]
//	u[j] = float32(ds[j]/float32(a·a)) + float32(beta[j]·keep)
//
// ds is the gradient with respect to the spikes of this step, next the gradient
// with respect to the potentials of the next one; zero tells that the neurons
// reset to zero. All slices have the length of u; u overlaps none of them.
func FastSigmoidBack(u, ds, next, beta, theta []float32, k float32, zero bool) {
	enough(min(len(ds), len(next), len(beta), len(theta)), len(u))
	fastSigmoidBack(u, ds, next, beta, theta, k, zero)
}

// AtanBack is [FastSigmoidBack] with the surrogate gradient
// (α/2)/(1 + (π/2·α·x)²): half is α/2, c is π/2·α, and
//
//	y    = float32(c·x)
//	g    = half/(1 + float32(y·y))
//	u[j] = float32(g·ds[j]) + float32(beta[j]·keep)
func AtanBack(u, ds, next, beta, theta []float32, half, c float32, zero bool) {
	enough(min(len(ds), len(next), len(beta), len(theta)), len(u))
	atanBack(u, ds, next, beta, theta, half, c, zero)
}

func leakyStepGeneric(dst, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	for b := range words(len(dst)) {
		lo, hi := b*64, min(b*64+64, len(dst))
		db, vb, ib, cb, pb, tb := dst[lo:hi], v[lo:hi], in[lo:hi], bias[lo:hi], beta[lo:hi], theta[lo:hi]
		vb, ib, cb, pb, tb = vb[:len(db)], ib[:len(db)], cb[:len(db)], pb[:len(db)], tb[:len(db)]
		var word uint64
		for i := range db {
			x, th := vb[i], tb[i]
			fired := x > th
			if fired && reset == Zero {
				x = 0
			}
			u := float32(pb[i]*x) + (ib[i] + cb[i])
			if fired && reset == Subtract {
				u -= th
			}
			if math.Float32bits(u)&^(1<<31) < tinyBits {
				u = 0
			}
			db[i] = u
			word = word>>1 | uint64(over(u, th))<<63
		}
		spikes[b] = word >> (lo + 64 - hi)
	}
}

func fastSigmoidBackGeneric(u, ds, next, beta, theta []float32, k float32, zero bool) {
	ds, next, beta, theta = ds[:len(u)], next[:len(u)], beta[:len(u)], theta[:len(u)]
	for j, v := range u {
		x := v - theta[j]
		a := 1 + float32(k*abs(x))
		keep := next[j]
		if zero && x > 0 {
			keep = 0
		}
		u[j] = float32(ds[j]/float32(a*a)) + float32(beta[j]*keep)
	}
}

func atanBackGeneric(u, ds, next, beta, theta []float32, half, c float32, zero bool) {
	ds, next, beta, theta = ds[:len(u)], next[:len(u)], beta[:len(u)], theta[:len(u)]
	for j, v := range u {
		x := v - theta[j]
		y := float32(c * x)
		g := half / (1 + float32(y*y))
		keep := next[j]
		if zero && x > 0 {
			keep = 0
		}
		u[j] = float32(g*ds[j]) + float32(beta[j]*keep)
	}
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
