package learn

import (
	"math"

	"dvsim/internal/kernel"
)

// backward goes back through the layers: from the gradient of the loss to those
// with respect to every potential. Histories of potentials become histories of
// gradients, in place.
func (m *machine) backward() {
	n := m.chunks()
	for i := len(m.layers) - 1; i >= 0; i-- {
		l := m.layers[i]
		var next *layer
		if i+1 < len(m.layers) {
			next = m.layers[i+1]
			m.crew.do(l.blocks, func(_, k int) { next.in.turn(l.grid, k) })
		}
		m.crew.do(l.blocks*n, func(w, p int) {
			for b, end := m.piece(p % n); b < end; b++ {
				m.back(l, next, p/n, b, &m.scratch[w])
			}
		})
	}
}

// back takes block k of a layer back through the steps of sample b:
//
//	δ_t = σ'(u_t − θ)·∂L/∂s_t + β·δ_{t+1} + ∂L/∂u_t
//
// with the reset detached, as snnTorch has it: a neuron that resets to zero after
// step t hands nothing back from step t+1.
func (m *machine) back(l, next *layer, k, b int, s *scratch) {
	rows := m.rows()
	u := l.block(k, rows)
	cols := min(l.width, l.n-k*l.width)
	if next := (b + 1) * m.steps * l.width; b+1 < m.samples { // is read from its end, after this sample
		kernel.Fetch(u[next : next+m.steps*l.width])
	}
	sum := l.perSample(l.sumD, k, b, m.samples)
	clear(sum)
	later := s.zero[:l.width]
	ds := s.acc[:l.width]
	var gb, gt []float32
	if l.learnBeta {
		gb = l.perSample(l.gradBeta, k, b, m.samples)
		clear(gb)
	}
	if l.learnTheta {
		gt = l.perSample(l.gradTheta, k, b, m.samples)
		clear(gt)
	}
	for t := m.steps - 1; t >= 0; t-- {
		r := b*m.steps + t
		copy(ds, l.columns(l.extra, k))
		if next != nil {
			next.in.back(ds, k, next.u, r, rows)
		} else {
			kernel.AddRow(ds[:cols], m.grad.PerSpike[r*l.n+k*l.width:][:cols])
		}
		if l.scale != 1 {
			for j := range ds {
				ds[j] *= l.scale
			}
		}
		v := l.columns(l.v0, k)
		if t > 0 {
			v = u[(r-1)*l.width : r*l.width]
		}
		ut := u[r*l.width : (r+1)*l.width]
		if gt != nil {
			m.gates(l, s.gate[:l.width], ut, k, r)
			for j, g := range s.gate[:l.width] {
				gt[j] -= float32(g * ds[j])
			}
		}
		m.gate(l, ut, ds, later, k, r, s)
		if next == nil && m.grad.PerPotential != nil {
			kernel.AddRow(ut[:cols], m.grad.PerPotential[r*l.n+k*l.width:][:cols])
		}
		l.learn(gb, gt, ut, v, k)
		kernel.AddRow(sum, ut)
		later = ut
	}
}

// gate makes δ_t of u_t: through a kernel where there is one for the surrogate.
func (m *machine) gate(l *layer, u, ds, later []float32, k, r int, s *scratch) {
	beta, theta, zero := l.columns(l.beta, k), l.columns(l.theta, k), l.reset == kernel.Zero
	switch p := l.surrogate.p; l.surrogate.kind {
	case fastSigmoidKind:
		kernel.FastSigmoidBack(u, ds, later, beta, theta, float32(p), zero)
	case atanKind:
		kernel.AtanBack(u, ds, later, beta, theta, float32(p/2), float32(math.Pi/2*p), zero)
	default:
		gate := s.gate[:len(u)]
		m.gates(l, gate, u, k, r)
		for j, g := range gate {
			keep := later[j]
			if zero && u[j] > theta[j] {
				keep = 0
			}
			u[j] = float32(g*ds[j]) + float32(beta[j]*keep)
		}
	}
}

// gates evaluates the surrogate for one block of a layer in row r.
func (m *machine) gates(l *layer, dst, u []float32, k, r int) {
	for j, th := range l.columns(l.theta, k) {
		dst[j] = u[j] - th
	}
	l.surrogate.Grads(dst, dst, m.stream+scramble(uint64(l.index)<<48^uint64(k)<<32^uint64(r)))
}

// learn adds what step t says of β and θ: u_t = β·v + …− R·θ, with v the potential
// of the step before and R whether it was over θ.
func (l *layer) learn(gb, gt, delta, v []float32, k int) {
	theta := l.columns(l.theta, k)
	if gb != nil {
		for j, d := range delta {
			if l.reset != kernel.Zero || v[j] <= theta[j] {
				gb[j] += float32(d * v[j])
			}
		}
	}
	if gt != nil && l.reset == kernel.Subtract {
		for j, d := range delta {
			if v[j] > theta[j] {
				gt[j] -= d
			}
		}
	}
}

// perSample is the row of sample b of block k, one block wide.
func (l *layer) perSample(x []float32, k, b, samples int) []float32 {
	at := (k*samples + b) * l.width
	return x[at : at+l.width]
}
