package kernel

import "testing"

func TestLeakyStep(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		for _, reset := range []Reset{Subtract, Zero, None} {
			dst, check := buffer(t, r, n, off)
			v, in, bias := floats(t, r, n, 1), floats(t, r, n, 2), floats(t, r, n, 3)
			beta, theta := floats(t, r, n, 4), floats(t, r, n, 5)
			inPlace := r.IntN(2) == 0
			if inPlace {
				v = dst
			}
			want := make([]float32, n)
			for j := range want {
				fired := v[j] > theta[j]
				x := v[j]
				if reset == Zero && fired {
					x = 0
				}
				decayed, input := float32(beta[j]*x), in[j]+bias[j]
				u := decayed + input
				if reset == Subtract && fired {
					u = u - theta[j]
				}
				want[j] = flushed(u)
			}
			words := spikeWords(n)
			LeakyStep(dst, v, in, bias, beta, theta, reset, words)
			equalBits(t, "LeakyStep", dst, want)
			equalSpikes(t, words, dst, func(j int) float32 { return theta[j] })
			check()
		}
	})
}

// TestLeakyStepIsTheSweep: training and simulation give the same potentials.
func TestLeakyStepIsTheSweep(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		v, acc, bias := floats(t, r, n, 1), floats(t, r, n, 2), floats(t, r, n, 3)
		beta, theta := make([]float32, n), make([]float32, n)
		b, th := r.Float32(), r.Float32()
		for j := range n {
			beta[j], theta[j] = b, th
		}
		dst, words, sweep := make([]float32, n), spikeWords(n), spikeWords(n)
		if n == 0 {
			return
		}
		reset := Reset(r.IntN(3))
		LeakyStep(dst, v, acc, bias, beta, theta, reset, words)
		SweepBias(v, acc, bias, n, []uint32{0}, []float32{b}, th, reset, sweep, make([]bool, 1))
		equalBits(t, "sweep", v, dst)
		for i := range words {
			if words[i] != sweep[i] {
				t.Fatalf("length %d: spikes %x and %x", n, words[i], sweep[i])
			}
		}
	})
}

func TestFastSigmoidBack(t *testing.T) {
	testBack(t, func(u, ds, next, beta, theta []float32, zero bool) {
		FastSigmoidBack(u, ds, next, beta, theta, 25, zero)
	}, func(x, ds float32) float32 {
		if x < 0 {
			x = -x
		}
		kx := float32(25 * x)
		a := 1 + kx
		return float32(ds / float32(a*a))
	})
}

func TestAtanBack(t *testing.T) {
	const half, c = 1, 3.1415927
	testBack(t, func(u, ds, next, beta, theta []float32, zero bool) {
		AtanBack(u, ds, next, beta, theta, half, c, zero)
	}, func(x, ds float32) float32 {
		y := float32(float32(c) * x)
		square := float32(y * y)
		g := float32(half / (1 + square))
		return float32(g * ds)
	})
}

func testBack(t *testing.T, back func(u, ds, next, beta, theta []float32, zero bool), surrogate func(x, ds float32) float32) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		for _, zero := range []bool{false, true} {
			u, check := buffer(t, r, n, off)
			ds, next := floats(t, r, n, 1), floats(t, r, n, 2)
			beta, theta := floats(t, r, n, 3), floats(t, r, n, 4)
			want := make([]float32, n)
			for j := range want {
				keep := next[j]
				if zero && u[j] > theta[j] {
					keep = 0
				}
				s, k := surrogate(u[j]-theta[j], ds[j]), float32(beta[j]*keep)
				want[j] = s + k
			}
			back(u, ds, next, beta, theta, zero)
			equalBits(t, "gradient", u, want)
			check()
		}
	})
}
