package neuron

// touchSynaptic brings neurons with synaptic currents (CUBA) or conductances (COBA)
// from step k − 1 to step k. What arrives in step k is in the current of step k, and
// moves the potential of step k + 1: NEST's rule. With P = exp(−dt/τ), in this order
//
//	CUBA  x  = Σ_r float32(w_r·i_r)           from +0, receptors ascending
//	      v' = float32(P·v) + (x + c)         c = bias + (1 − P)·drive, left out where all are 0
//	COBA  v' as [Clocked.coba]
//	both  i_r' = float32(e^(−dt/τ_r)·i_r) + acc_r
//
// |v'| < 1e-30 and |i_r'| < 1e-30 become +0. It spikes when v' ≥ θ; then v = VReset in
// this step and in the RefractoryUS/dt steps after it, in which the currents decay and
// take what arrives all the same.
//
// This is the plain way, a neuron at a time; [Stepper] does the same with kernels.
func (c *Clocked) touchSynaptic(s *State, acc []float32, lo, hi int, k int64, spikes []uint32) (out []uint32, hot, moved bool) {
	var in [MaxReceptors]float32
	for j := lo; j < hi; j++ {
		for r, syn := range s.Syn {
			in[r] = syn[j]
			syn[j] = settle(float32(c.syn.decay[r]*in[r]) + acc[r*c.n+j])
			acc[r*c.n+j] = 0
		}
		if s.until != nil && k <= s.until[j] {
			continue
		}
		var u float32
		if c.model == COBA {
			u = c.coba(s.V[j], j, in[:len(s.Syn)])
		} else {
			x := float32(0)
			for r, i := range in[:len(s.Syn)] {
				x += float32(c.syn.weight[r] * i)
			}
			u = settle(float32(c.pow.at(1)*s.V[j]) + c.input(j, x))
		}
		if u >= at(c.theta, j) {
			spikes = append(spikes, uint32(j))
			u = c.vReset
			if s.until != nil {
				s.until[j] = k + c.refSteps
			}
		}
		s.V[j] = u
	}
	return spikes, false, true
}
