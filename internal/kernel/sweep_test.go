package kernel

import (
	"math"
	"testing"
)

func TestSweepSubtract(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		for _, withBias := range []bool{false, true} {
			v, checkV := buffer(t, r, n, off)
			acc, checkA := buffer(t, r, n, 2)
			bias := floats(t, r, n, 4)
			if r.IntN(4) == 0 { // at rest: nothing moves
				clear(v)
				if r.IntN(2) == 0 {
					clear(acc)
				}
				clear(bias)
			}
			p, theta := r.Float32(), r.Float32()*1.1-0.1
			want := make([]float32, n)
			moved, nan := false, false
			for i := range want {
				in := acc[i]
				if withBias {
					in = acc[i] + bias[i]
				}
				decayed := float32(p * v[i])
				u := decayed + in
				if v[i] > theta {
					u = u - theta
				}
				want[i] = flushed(u)
				moved = moved || math.Float32bits(want[i]) != math.Float32bits(v[i]) || math.Float32bits(acc[i]) != 0
				nan = nan || u != u
			}
			words := spikeWords(n)
			if withBias {
				if got := SweepSubtractBias(v, acc, bias, p, theta, words); got != moved && !nan {
					t.Fatalf("length %d: moved = %v, want %v", n, got, moved)
				}
			} else {
				SweepSubtract(v, acc, p, theta, words)
			}
			equalBits(t, "potential", v, want)
			equalBits(t, "accumulator", acc, make([]float32, n))
			equalSpikes(t, words, v, func(int) float32 { return theta })
			checkV()
			checkA()
		}
	})
}
