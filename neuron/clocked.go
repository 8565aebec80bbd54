package neuron

import (
	"math"

	"dvsim/internal/kernel"
)

// Clocked is the arithmetic of one layer of a clocked network: its parameters
// made ready for stepping. It has no state and may be used from many goroutines.
type Clocked struct {
	n        int
	lif      bool // LIF, CUBA or COBA
	model    Model
	now      bool // ResetNow
	inhibit  bool
	reset    Reset
	scale    float32
	theta    []float32 // 1 or n
	pow      powers    // decay, where it is one for the layer
	beta     []float64 // decay a step of each neuron; nil where it is one for the layer
	constant []float32 // constant input a step, n values; nil where there is none
	vInit    []float32 // 1 or n
	vReset   float32
	refSteps int64
	always   bool // touched in every step
	syn      synapticStep
	fast     bool // the kernels serve it: see newFast
	fastBy   kernel.Reset
	over     float32 // it spikes above this
}

// State is the potential of each neuron of a layer, and when its refractory
// period ends. Neurons of different index may be touched by different goroutines.
type State struct {
	// V is the membrane potential, as it was at the last touch.
	V []float32
	// until is the last step in which the neuron is refractory; nil where the model has no such period.
	until []int64
	win   winner
	// Syn are the currents (CUBA) or conductances (COBA) of each receptor, n values each.
	Syn [][]float32
}

// NewClocked makes the parameters of n neurons ready for a step of dtUS µs. bias
// is a constant input of every step, n values or nil. The parameters must have
// passed [Params.Check].
func NewClocked(p *Params, n int, dtUS int64, bias []float32) *Clocked {
	c := &Clocked{
		n: n, lif: p.Model != Leaky, model: p.Model, now: p.ResetNow, inhibit: p.Inhibition, reset: p.Reset, scale: p.Graded,
		theta: orDefault(p.Threshold, 1), vInit: orDefault(p.VInit, 0), vReset: p.VReset,
	}
	if c.reset == "" {
		c.reset = Subtract
	}
	if c.scale == 0 {
		c.scale = 1
	}
	if c.lif {
		c.pow = newPowers(exp(-float64(dtUS) / p.TauUS))
		c.refSteps = p.RefractoryUS / dtUS
	} else if beta := p.Decay(dtUS); len(beta) == 1 {
		c.pow = newPowers(float64(beta[0]))
	} else {
		c.beta = make([]float64, n)
		for i, b := range beta {
			c.beta[i] = float64(b)
		}
	}
	if p.Model == CUBA || p.Model == COBA {
		c.syn = newSynapticStep(p, dtUS)
		c.always = true
	}
	if p.Model == COBA {
		c.constant = spread(p.Drive, n)
	} else {
		c.constant = constantInput(p, n, c.pow.beta, bias)
	}
	c.newFast()
	return c
}

// newFast finds out whether the kernels serve the layer: one β and one θ, no
// inhibition; Leaky neurons that reset in the step after the spike; LIF neurons whose
// refractory period, if there is one, begins at a potential of 0 and without constant
// input: all that is left of it then is that arrivals are dropped.
func (c *Clocked) newFast() {
	c.fast = c.beta == nil && len(c.theta) == 1 && !c.now && !c.inhibit
	c.over = c.theta[0]
	switch {
	case c.model == CUBA || c.model == COBA:
		c.fast = false
	case c.lif:
		c.over = math.Nextafter32(c.over, -1) // v ≥ θ
		c.fastBy = kernel.None
		c.fast = c.fast && (c.refSteps == 0 || math.Float32bits(c.vReset) == 0 && c.constant == nil)
	default:
		c.fastBy = map[Reset]kernel.Reset{Subtract: kernel.Subtract, Zero: kernel.Zero, None: kernel.None}[c.reset]
	}
}

// constantInput is bias + (1 − β)·drive of each neuron, or nil where that is 0 throughout.
func constantInput(p *Params, n int, beta float64, bias []float32) []float32 {
	c := make([]float32, n)
	any := false
	for i := range c {
		x := 0.0
		if len(p.Drive) > 0 {
			x = float64((1 - beta) * float64(at(p.Drive, i)))
		}
		if bias != nil {
			x += float64(bias[i])
		}
		c[i] = float32(x)
		any = any || c[i] != 0
	}
	if !any {
		return nil
	}
	return c
}

// Decay is β of a Leaky layer for a step of dtUS µs: as given and clamped to
// [0, 1], or exp(−dt/τ) in float64, rounded once. Length 1 or one value a neuron.
func (p *Params) Decay(dtUS int64) []float32 {
	if len(p.Beta) == 0 {
		return []float32{float32(exp(-float64(dtUS) / p.TauUS))}
	}
	beta := make([]float32, len(p.Beta))
	for i, b := range p.Beta {
		beta[i] = min(max(b, 0), 1)
	}
	return beta
}

// NewState returns the state before step 0.
func (c *Clocked) NewState() *State {
	s := &State{V: make([]float32, c.n)}
	for i := range s.V {
		s.V[i] = at(c.vInit, i)
	}
	if c.refSteps > 0 {
		s.until = make([]int64, c.n)
		for i := range s.until {
			s.until[i] = -1
		}
	}
	for r := range c.syn.receptors() {
		s.Syn = append(s.Syn, c.syn.start(r, c.n))
	}
	return s
}

// Receptors is the number of values that acc has for each neuron.
func (c *Clocked) Receptors() int { return max(1, c.syn.receptors()) }

// Always makes all neurons touched in every step, driven or not: a layer with a
// generator needs it.
func (c *Clocked) Always() { c.always = true }

// Scale is the size of an output spike.
func (c *Clocked) Scale() float32 { return c.scale }

// Inhibits reports whether only one neuron of the layer may spike in a step:
// after the touches of a step, [Clocked.Win] has to be called.
func (c *Clocked) Inhibits() bool { return c.inhibit }

// Driven reports whether any of the neurons lo ≤ j < hi has a constant input, or
// synaptic currents or conductances, or has to be touched [Clocked.Always]. If so,
// all of them are touched in every step; see [Clocked.Touch] for when that may be
// skipped.
func (c *Clocked) Driven(lo, hi int) bool {
	if c.always {
		return true
	}
	if c.constant == nil {
		return false
	}
	for _, x := range c.constant[lo:hi] {
		if x != 0 {
			return true
		}
	}
	return false
}

// Hot reports whether any of the neurons lo ≤ j < hi has to be touched in the
// next step although nothing arrives: its potential is where it fires, and its
// reset is still to come.
func (c *Clocked) Hot(s *State, lo, hi int) bool {
	for j, v := range s.V[lo:hi] {
		if th := at(c.theta, lo+j); v > th || c.lif && v == th {
			return true
		}
	}
	return false
}

// Touch brings the neurons lo ≤ j < hi from the step of their last touch to step
// k, d ≥ 1 steps later, with the summed input acc[j], and clears acc[lo:hi]. acc
// has one value for each neuron of the layer; one for each receptor and neuron,
// receptor r of neuron j at acc[r·n + j], where there are [Clocked.Receptors], whose
// layers are touched in every step: d is 1. The indices of those that spike
// are appended to spikes, in ascending order (a layer with inhibition appends
// none: see [Clocked.Win]).
//
// hot tells that one of them must be touched in step k+1 even if nothing arrives
// (see [Clocked.Hot]). moved matters for a driven group only, which is touched in
// every step, always with d = 1: when it is false (no input, no potential that
// changed, no spike, no neuron refractory), touches without input may be left out until
// something arrives, bit for bit. (The map v → β·v + c, rounded, is monotone, so
// potentials reach a value that they keep; nothing cycles.) moved may be false for
// a layer without constant input.
func (c *Clocked) Touch(s *State, acc []float32, lo, hi int, k, d int64, spikes []uint32) (out []uint32, hot, moved bool) {
	switch {
	case c.fast:
		return c.touchFast(s, acc, lo, hi, k, d, spikes)
	case c.model == CUBA || c.model == COBA:
		return c.touchSynaptic(s, acc, lo, hi, k, spikes)
	case c.lif:
		return c.touchLIF(s, acc, lo, hi, k, d, spikes)
	}
	return c.touchLeaky(s, acc, lo, hi, d, spikes)
}

// touchFast serves the usual layer through the kernels.
func (c *Clocked) touchFast(s *State, acc []float32, lo, hi int, k, d int64, spikes []uint32) (out []uint32, hot, moved bool) {
	if c.refSteps > 0 {
		for j, until := range s.until[lo:hi] {
			if until >= k {
				acc[lo+j] = 0
			}
		}
	}
	p, before := [1]float32{c.pow.at(d)}, len(spikes)
	var mask [16]uint64
	var any [1]bool
	for lo < hi {
		n := min(hi-lo, 64*len(mask))
		v, in := s.V[lo:lo+n], acc[lo:lo+n]
		if c.constant == nil {
			kernel.Sweep(v, in, n, first, p[:], c.over, c.fastBy, mask[:])
		} else {
			kernel.SweepBias(v, in, c.constant[lo:lo+n], n, first, p[:], c.over, c.fastBy, mask[:], any[:])
			moved = moved || any[0]
		}
		for w := range (n + 63) / 64 {
			if mask[w] != 0 {
				spikes = appendBits(spikes, mask[w], uint32(lo+64*w))
			}
		}
		lo += n
	}
	if c.lif {
		c.fireLIF(s, spikes[before:], k)
	}
	return spikes, len(spikes) > before && c.Again(), moved
}

// Again reports whether a neuron that spikes has to be touched in the next step, as
// its reset comes then.
func (c *Clocked) Again() bool { return !c.lif }

// fireLIF does what a spike in step k does to LIF neurons.
func (c *Clocked) fireLIF(s *State, spikes []uint32, k int64) {
	for _, j := range spikes {
		s.V[j] = c.vReset
	}
	if c.refSteps > 0 {
		for _, j := range spikes {
			s.until[j] = k + c.refSteps
		}
	}
}

// first is the list of the one group of a slice.
var first = []uint32{0}

// Potentials evaluates the neurons lo ≤ j < hi in step k, last touched d steps
// before, without touching them: dst[j − lo] becomes what a touch without input
// would make of V[j], before reset and threshold.
func (c *Clocked) Potentials(dst []float32, s *State, lo, hi int, k, d int64) {
	v := s.V[lo:hi]
	dst = dst[:len(v)]
	if s.until == nil && c.beta == nil {
		p := c.pow.at(d)
		for i, x := range v {
			dst[i] = settle(p * x)
		}
		return
	}
	for i, x := range v {
		di := d
		if s.until != nil {
			di = max(0, min(d, k-s.until[lo+i]))
		}
		dst[i] = settle(c.decay(lo+i, di) * x)
	}
}

// decay is β^d of neuron j.
func (c *Clocked) decay(j int, d int64) float32 {
	switch {
	case c.beta == nil:
		return c.pow.at(d)
	case d == 1:
		return float32(c.beta[j])
	}
	return float32(Pow(c.beta[j], d))
}

// input is what neuron j gets in a step in which acc has arrived.
func (c *Clocked) input(j int, acc float32) float32 {
	if c.constant == nil {
		return acc
	}
	return acc + c.constant[j]
}
