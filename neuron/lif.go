package neuron

import "math"

// touchLIF is one touch of the leaky integrate-and-fire neuron on a grid, NEST's
// rule: P = exp(−dt/τ), and
//
//	v' = float32(P^d·v) + (acc + (1 − P)·drive)
//
// with the input that arrives in step k in v' of step k. It spikes when v' ≥ θ;
// then v = VReset in this step and in the RefractoryUS/dt steps after it, in which
// arrivals are dropped. The decay starts in the step after those.
func (c *Clocked) touchLIF(s *State, acc []float32, lo, hi int, k, d int64, spikes []uint32) (out []uint32, hot, moved bool) {
	p := c.pow.at(d)
	for j := lo; j < hi; j++ {
		in, decay, v := acc[j], p, s.V[j]
		acc[j] = 0
		if s.until != nil {
			free := k - s.until[j]
			if free <= 0 {
				moved = true
				continue
			}
			if free < d {
				decay = c.pow.at(free)
			}
		}
		u := settle(float32(decay*v) + c.input(j, in))
		if u >= at(c.theta, j) {
			spikes = append(spikes, uint32(j))
			u = c.vReset
			if s.until != nil {
				s.until[j] = k + c.refSteps
			}
			moved = true
		}
		s.V[j] = u
		moved = moved || in != 0 || math.Float32bits(u) != math.Float32bits(v)
	}
	return spikes, false, moved
}
