package neuron

import "dvsim/internal/kernel"

// coba is the potential of a neuron with conductances g after a step in which nothing
// is reset. The equation is
//
//	τ·dv/dt = (D − v) + Σ_r g_r(t)·(E_r − v),  τ_r·dg_r/dt = −g_r
//
// with the conductances in units of the leak. The method is exponential Euler with
// each conductance at its mean over the step, m_r·g_r, m_r = (1 − e^(−h/τ_r))·τ_r/h:
// of second order, and exact for constant conductances. In this order:
//
//	total = Σ_r m_r·g_r,  pull = Σ_r (m_r·E_r)·g_r, each from +0;  pull + D where there is any drive
//
// and then [kernel.Relax] with h/τ.
func (c *Clocked) coba(v float32, j int, g []float32) float32 {
	total, pull := float32(0), float32(0)
	for r, x := range g {
		total += float32(c.syn.weight[r] * x)
		pull += float32(c.syn.pull[r] * x)
	}
	if c.constant != nil {
		pull += c.constant[j]
	}
	return kernel.Relax(v, total, pull, c.syn.perStep)
}
