package neuron

import (
	"fmt"
	"math"
)

// MaxReceptors bounds the receptors of a neuron.
const MaxReceptors = 4

// Receptors is the number of receptors of a neuron: of places where synapses may
// end. Models without synaptic currents have one.
func (p *Params) Receptors() int { return max(1, len(p.TauSynUS)) }

// synaptic checks what CUBA and COBA have beyond LIF.
func (c *checker) synaptic(p *Params, dtUS int64) {
	if k := len(p.TauSynUS); k < 1 || k > MaxReceptors {
		c.say("there are %d synaptic time constants; give 1 to %d, one a receptor", k, MaxReceptors)
	}
	for r, tau := range p.TauSynUS {
		if !(tau > 0) || math.IsInf(tau, 0) {
			c.say("the synaptic time constant of receptor %d is %v µs; it must be above 0", r, tau)
		}
	}
	if k := len(p.SynInit); k > len(p.TauSynUS) {
		c.say("there are initial values for %d receptors of %d", k, len(p.TauSynUS))
	}
	for r, x := range p.SynInit {
		c.values(fmt.Sprintf("initial value of receptor %d", r), x, true)
		for _, g := range x {
			if p.Model == COBA && g < 0 {
				c.say("an initial conductance of receptor %d is %v; it cannot be negative", r, g)
				break
			}
		}
	}
	if p.Model != COBA {
		return
	}
	if dtUS == 0 {
		c.say("model %s needs a clocked network: give the network a step, or take model %s", COBA, CUBA)
	}
	if len(p.Reversal) != len(p.TauSynUS) {
		c.say("there are %d reversal potentials for %d receptors", len(p.Reversal), len(p.TauSynUS))
	}
	for r, e := range p.Reversal {
		if !finite(e) {
			c.say("the reversal potential of receptor %d is %v", r, e)
		}
	}
}

// synapticStep is what a step does to synaptic currents and conductances, and they
// to the potential.
type synapticStep struct {
	decay []float32 // e^(−h/τ_r)
	// weight is, for CUBA, what a unit of current at the beginning of a step adds to
	// the potential by its end; for COBA the mean over the step of a conductance that
	// is 1 at its beginning.
	weight  []float32
	pull    []float32 // COBA: weight · reversal potential
	perStep float32   // COBA: h/τ
	init    [][]float32
}

func newSynapticStep(p *Params, dtUS int64) synapticStep {
	h := float64(dtUS)
	s := synapticStep{init: p.SynInit, perStep: float32(h / p.TauUS)}
	for r, tau := range p.TauSynUS {
		s.decay = append(s.decay, float32(exp(-h/tau)))
		w := currentWeight(h, p.TauUS, tau)
		if p.Model == COBA {
			w = phi1(h / tau)
			s.pull = append(s.pull, float32(w*float64(p.Reversal[r])))
		}
		s.weight = append(s.weight, float32(w))
	}
	return s
}

func (s *synapticStep) receptors() int { return len(s.decay) }

// start is the initial values of receptor r.
func (s *synapticStep) start(r, n int) []float32 {
	v := make([]float32, n)
	if r < len(s.init) && len(s.init[r]) > 0 {
		for j := range v {
			v[j] = at(s.init[r], j)
		}
	}
	return v
}

// currentWeight is the potential at time h of a current that is 1 at time 0 and
// decays with τs, on a membrane with τm at rest:
//
//	τs/(τm − τs)·(e^(−h/τm) − e^(−h/τs)),  h/τ·e^(−h/τ) where both are equal
//
// written without a difference of nearly equal numbers: with the longer of the two
// time constants τ and x = h·|1/τs − 1/τm| it is h/τm·e^(−h/τ)·(1 − e^(−x))/x.
func currentWeight(h, tauM, tauS float64) float64 {
	x := float64(h*math.Abs(tauM-tauS)) / float64(tauM*tauS)
	return h / tauM * exp(-h/max(tauM, tauS)) * phi1(x)
}

// phi1 is (1 − e^(−x))/x for x ≥ 0, 1 at 0.
func phi1(x float64) float64 {
	if x > 0.5 {
		return (1 - exp(-x)) / x
	}
	s := 1.0
	for i := 16.0; i >= 2; i-- { // 1 − x/2·(1 − x/3·(1 − …))
		s = 1 - float64(float64(x/i)*s)
	}
	return s
}

// spread is a parameter as one value a neuron; nil where it is 0 throughout.
func spread(x []float32, n int) []float32 {
	any := false
	for _, v := range x {
		any = any || v != 0
	}
	if !any {
		return nil
	}
	out := make([]float32, n)
	for j := range out {
		out[j] = at(x, j)
	}
	return out
}
