package learn

import "math"

// scaleTarget is the share of steps in which the neurons of a layer should fire at
// the start.
const scaleTarget = 0.1

// scaleInit scales the weights and biases of each layer, from the input on, so that
// its neurons fire in a tenth of the steps of the first batch. The factor is found
// by bisection of its logarithm: the rate grows with it, but for the odd
// inhibited neuron. A layer that no factor brings to life (no input at all)
// stays as it is and is warned of in training.
func (t *Trainer) scaleInit(d Data) {
	m := t.m
	samples := order(t.Seed, 0, d.Len())
	m.load(d, samples[:min(t.batch(), len(samples))], 0)
	in, constant := m.inputs, m.inputs[0].Constant
	for _, l := range m.layers {
		w, b := l.in.param().x, l.bias
		w0, b0 := append([]float32(nil), w...), append([]float32(nil), b...)
		rate := func(f float64) float64 {
			for i, x := range w0 {
				w[i] = float32(f * float64(x))
			}
			for i, x := range b0 {
				b[i] = float32(f * float64(x))
			}
			m.run(l, in, constant)
			n := 0
			for s := range m.samples {
				n += len(l.out[s].Source)
			}
			return float64(n) / float64(m.rows()*l.n)
		}
		lo, hi := math.Log(1e-4), math.Log(1e4)
		if rate(math.Exp(hi)) <= scaleTarget {
			lo, hi = 0, 0 // alive or not, it cannot be had
		}
		for range 20 {
			if mid := (lo + hi) / 2; rate(math.Exp(mid)) < scaleTarget {
				lo = mid
			} else {
				hi = mid
			}
		}
		rate(math.Exp(hi))
		in, constant = l.out, false
	}
}
