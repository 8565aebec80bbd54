package kernel

import "math"

// AdamStep holds the constants of one step of Adam (Kingma, Ba 2015), each
// computed in float64 and rounded once. Computed in float32, 1 − β2 would be wrong
// by 5e-5.
type AdamStep struct {
	OneMinusBeta1 float32
	Beta2         float32
	OneMinusBeta2 float32
	InvRoot2      float32 // 1/√(1 − β2ⁿ)
	Eps           float32
	Rate          float32 // learning rate / (1 − β1ⁿ)
	L2            float32 // is multiplied with the weight and added to the gradient (Adam's weight decay)
	Decay         float32 // the weight is multiplied with it first: 1 − rate·decay (AdamW), else 1
}

// Adam updates weights w and the moments m and v of their gradients g. For each i:
//
//	g' = g[i] + float32(L2·w[i])
//	m[i] = m[i] + float32(OneMinusBeta1·(g' − m[i]))
//	v[i] = float32(Beta2·v[i]) + float32(float32(OneMinusBeta2·g')·g')
//	d = float32(√v[i]·InvRoot2) + Eps
//	w[i] = float32(Decay·w[i]) − float32(Rate·float32(m[i]/d))
//
// All slices have the length of w.
func Adam(w, m, v, g []float32, s *AdamStep) {
	enough(min(len(m), len(v), len(g)), len(w))
	adam(w, m, v, g, s)
}

func adamGeneric(w, m, v, g []float32, s *AdamStep) {
	m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
	for i, x := range w {
		gr := g[i] + float32(s.L2*x)
		mi := m[i] + float32(s.OneMinusBeta1*(gr-m[i]))
		vi := float32(s.Beta2*v[i]) + float32(float32(s.OneMinusBeta2*gr)*gr)
		m[i], v[i] = mi, vi
		d := float32(float32(math.Sqrt(float64(vi)))*s.InvRoot2) + s.Eps
		w[i] = float32(s.Decay*x) - float32(s.Rate*float32(mi/d))
	}
}
