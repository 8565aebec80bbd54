package kernel

import (
	"math"
	"testing"
)

func TestAdam(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		s := AdamStep{
			OneMinusBeta1: 0.1, Beta2: 0.999, OneMinusBeta2: 0.001,
			InvRoot2: float32(1 / math.Sqrt(1-math.Pow(0.999, float64(1+n)))), Eps: 1e-8,
			Rate: float32(1e-3 / (1 - math.Pow(0.9, float64(1+n)))), L2: 0, Decay: 1,
		}
		if r.IntN(2) == 0 {
			s.L2, s.Decay = 0.01, 0.9999
		}
		w, checkW := buffer(t, r, n, off)
		m, checkM := buffer(t, r, n, 1)
		v, checkV := buffer(t, r, n, 2)
		for i := range v {
			v[i] = abs(v[i])
		}
		g := floats(t, r, n, 3)
		wantW, wantM, wantV := make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range w {
			penalty := float32(s.L2 * w[i])
			gr := g[i] + penalty
			change := float32(s.OneMinusBeta1 * (gr - m[i]))
			wantM[i] = m[i] + change
			old, square := float32(s.Beta2*v[i]), float32(float32(s.OneMinusBeta2*gr)*gr)
			wantV[i] = old + square
			root := float32(math.Sqrt(float64(wantV[i])))
			scaled := float32(root * s.InvRoot2)
			kept, step := float32(s.Decay*w[i]), float32(s.Rate*float32(wantM[i]/(scaled+s.Eps)))
			wantW[i] = kept - step
		}
		Adam(w, m, v, g, &s)
		equalBits(t, "first moment", m, wantM)
		equalBits(t, "second moment", v, wantV)
		equalBits(t, "weight", w, wantW)
		checkW()
		checkM()
		checkV()
	})
}
