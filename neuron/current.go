package neuron

import (
	"math"

	"dvsim/internal/kernel"
)

// Current is the arithmetic of one layer of CUBA neurons in continuous time, in
// float64: parameters made ready, no state.
//
//	τ·dv/dt = −(v − D) + Σ_r i_r,  τ_r·di_r/dt = −i_r,  i_r ← i_r + w at an arrival
//
// Arrivals are at whole µs. Between them the potential is known in closed form
// ([Current.Potential]), but it may reach the threshold at any instant: a neuron
// has an appointment with its threshold ([Current.Crossing]), which every arrival
// moves. It spikes at that instant t*, to a fraction of a µs: the refractory period
// counts from there, and so rounding does not add up. To the network the spike
// belongs to the first whole µs from t* on, one at least after the spike before.
//
// During the refractory period the potential is held at VReset; the currents decay
// and take what arrives.
type Current struct {
	n        int
	membrane *Exp
	tau      float64
	syn      []*Exp
	tauSyn   []float64
	share    []float64 // τ_r/(τ − τ_r); 0 where the two are too close for it
	peak     []float64 // of each receptor: when the potential of a current is largest
	top      []float64 // and how large, for a current of 1
	theta    []float32 // 1 or n
	drive    []float32 // 1 or n, nil without drive
	vInit    []float32
	synInit  [][]float32
	vReset   float64
	refUS    float64
}

// Charge is the state of one neuron of a continuous CUBA layer.
type Charge struct {
	// Since is when V and I were so, in µs.
	Since int64
	// V is the potential; while the neuron is refractory it is VReset.
	V float64
	// I are the currents of the receptors.
	I [MaxReceptors]float64
	// hold is how many µs after Since the refractory period ends; ≤ 0 when it has.
	hold float64
	// next is the instant of the next spike, in µs after Since, as Crossing found it.
	next float64
	// last is the µs of the last spike, −1 before the first.
	last int64
}

// NewCurrent makes parameters ready that have passed [Params.Check] for n neurons of
// a continuous network.
func NewCurrent(p *Params, n int) *Current {
	c := &Current{
		n: n, membrane: NewExp(p.TauUS), tau: p.TauUS, tauSyn: p.TauSynUS, theta: orDefault(p.Threshold, 1), vInit: orDefault(p.VInit, 0),
		synInit: p.SynInit, vReset: float64(p.VReset), refUS: float64(p.RefractoryUS),
	}
	for _, x := range p.Drive {
		if x != 0 {
			c.drive = p.Drive
		}
	}
	for _, tau := range p.TauSynUS {
		c.syn = append(c.syn, NewExp(tau))
		share := 0.0
		if math.Abs(p.TauUS-tau) > 1e-3*p.TauUS {
			share = tau / (p.TauUS - tau)
		}
		c.share = append(c.share, share)
		peak := p.TauUS
		if x := tau / p.TauUS; math.Abs(x-1) > 1e-9 {
			peak = tau * math.Log(x) / (x - 1)
		}
		c.peak = append(c.peak, peak)
		c.top = append(c.top, currentWeight(peak, p.TauUS, tau))
	}
	return c
}

// NewCharges returns the state of the neurons at time 0.
func (c *Current) NewCharges() []Charge {
	s := make([]Charge, c.n)
	for j := range s {
		s[j].last = -1
		s[j].V = float64(at(c.vInit, j))
		for r, x := range c.synInit {
			if len(x) > 0 {
				s[j].I[r] = float64(at(x, j))
			}
		}
	}
	return s
}

// Receptors is the number of receptors.
func (c *Current) Receptors() int { return len(c.tauSyn) }

// Potential is the potential of neuron j at time t ≥ s.Since, if nothing arrives and
// it does not spike.
func (c *Current) Potential(s *Charge, j int, t int64) float64 {
	d := t - s.Since
	if s.hold > 0 {
		if float64(d) <= s.hold {
			return s.V
		}
		u := c.free(s)
		return c.at(&u, j, float64(d)-s.hold)
	}
	decay, rest := c.membrane.At(d), c.driven(j)
	v := rest + float64((s.V-rest)*decay)
	for r, i := range s.I[:len(c.syn)] {
		switch {
		case i == 0:
		case c.share[r] != 0: // whole µs: the decays stand in tables
			v += float64(float64(i*c.share[r]) * (decay - c.syn[r].At(d)))
		default:
			v += float64(i * currentWeight(float64(d), c.tau, c.tauSyn[r]))
		}
	}
	return v
}

// free is the state at the end of the refractory period.
func (c *Current) free(s *Charge) Charge {
	u := *s
	for r, tau := range c.tauSyn {
		if u.I[r] != 0 {
			u.I[r] *= exp(-s.hold / tau)
		}
	}
	u.hold = 0
	return u
}

// at is the potential x µs after s.Since of a neuron that is not refractory.
func (c *Current) at(s *Charge, j int, x float64) float64 {
	decay, rest := exp(-x/c.tau), c.driven(j)
	v := rest + float64((s.V-rest)*decay)
	for r, i := range s.I[:len(c.tauSyn)] {
		switch {
		case i == 0:
		case c.share[r] != 0:
			v += float64(float64(i*c.share[r]) * (decay - exp(-x/c.tauSyn[r])))
		default:
			v += float64(i * currentWeight(x, c.tau, c.tauSyn[r]))
		}
	}
	return v
}

func (c *Current) driven(j int) float64 {
	if c.drive == nil {
		return 0
	}
	return float64(at(c.drive, j))
}

// advance brings the state of neuron j to time t.
func (c *Current) advance(s *Charge, j int, t int64) {
	d := t - s.Since
	if d <= 0 {
		return
	}
	v := c.Potential(s, j, t)
	if v < kernel.Tiny && v > -kernel.Tiny {
		v = 0
	}
	s.V = v
	for r, e := range c.syn {
		i := s.I[r] * e.At(d)
		if i < kernel.Tiny && i > -kernel.Tiny {
			i = 0
		}
		s.I[r] = i
	}
	s.hold -= float64(d)
	s.next -= float64(d)
	s.Since = t
}

// Arrive adds to the currents of neuron j at time t what acc has for its receptors,
// receptor r at acc[r·n + j], and clears that. Times of one neuron do not go back, and a
// spike that is due has been fired before.
func (c *Current) Arrive(s *Charge, j int, t int64, acc []float32) {
	c.advance(s, j, t)
	for r := range c.tauSyn {
		s.I[r] += float64(acc[r*c.n+j])
		acc[r*c.n+j] = 0
	}
}

// Fire is the spike of neuron j that Crossing has promised for the µs t.
func (c *Current) Fire(s *Charge, j int, t int64) {
	// From here on the potential is held, until the refractory period is over: that is
	// counted from the instant itself.
	s.V = c.vReset
	s.hold = s.next + c.refUS
	c.advance(s, j, t)
	s.last = t
}

// Crossing predicts the µs in which neuron j spikes if nothing arrives before. ok is
// false when it never does.
func (c *Current) Crossing(s *Charge, j int) (t int64, ok bool) {
	x, ok := c.instant(s, j)
	if !ok || x > 1<<60 {
		return 0, false
	}
	s.next = x
	return max(s.Since+int64(math.Ceil(x)), s.last+1), true
}
