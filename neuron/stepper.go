package neuron

import (
	"math"

	"dvsim/internal/kernel"
)

// Stepper steps a block of neurons of a clocked layer, all of them in every step: for
// layers that are driven throughout, where looking at each is cheaper than asking
// who has to be looked at. It gives the bits of [Clocked.Touch] with d = 1, by
// kernels: the whole block is swept without a branch, then the refractory neurons
// are put back to where they are held.
//
// Blocks of one [State] may be stepped by different goroutines.
type Stepper struct {
	c      *Clocked
	s      *State
	lo, hi int
	theta  float32   // the largest number below θ: kernels ask for v > θ, LIF fires at v ≥ θ
	plain  bool      // no kernel serves this layer
	first  bool      // a potential may be at its threshold already, as it never is after a step
	in     []float32 // CUBA: what the currents do; COBA: the conductances together
	pull   []float32 // COBA: what they pull at
	mask   []uint64  // who is at the threshold
	none   []uint64
	held   []hold // refractory neurons, first spike first
	head   int    // held[head:] are still so
}

type hold struct {
	until int64 // the last step
	j     uint32
}

// NewStepper makes a stepper of neurons lo ≤ j < hi, before their first step. A
// layer with inhibition is stepped as one block.
func (c *Clocked) NewStepper(s *State, lo, hi int) *Stepper {
	if c.inhibit && hi-lo < c.n {
		panic("neuron: a layer with inhibition cannot be stepped in blocks")
	}
	p := &Stepper{c: c, s: s, lo: lo, hi: hi, first: true}
	p.plain = !c.lif || len(c.theta) != 1 || c.beta != nil
	p.theta = math.Nextafter32(c.theta[0], -1)
	p.mask = make([]uint64, (hi-lo+63)/64)
	if c.syn.receptors() > 0 {
		p.none = make([]uint64, len(p.mask))
		p.in = make([]float32, hi-lo)
	}
	if c.model == COBA {
		p.pull = make([]float32, hi-lo)
	}
	return p
}

// Step brings the block from step k − 1 to step k, with the summed input acc as
// [Clocked.Touch] has it, and clears that. The indices of the neurons that spike are
// appended to spikes, in ascending order.
func (p *Stepper) Step(acc []float32, k int64, spikes []uint32) []uint32 {
	if p.plain || p.first {
		p.first = false
		before := len(spikes)
		spikes, _, _ = p.c.Touch(p.s, acc, p.lo, p.hi, k, 1, spikes)
		if c := p.c; c.inhibit {
			if j, ok := c.Win(p.s); ok {
				spikes = append(spikes, j)
			}
		}
		if !p.plain { // from the second step on the held ones are known by their list
			p.hold(spikes[before:], k)
		}
		return spikes
	}
	for p.head < len(p.held) && p.held[p.head].until < k {
		p.head++
	}
	v, c := p.s.V[p.lo:p.hi], p.c
	switch c.model {
	case CUBA:
		for r, syn := range p.s.Syn {
			kernel.AxpyRow(p.in, syn[p.lo:p.hi], c.syn.weight[r])
		}
		p.sweep(v, p.in)
		p.synapses(acc)
	case COBA:
		for r, syn := range p.s.Syn {
			kernel.AxpyRow(p.in, syn[p.lo:p.hi], c.syn.weight[r])
			kernel.AxpyRow(p.pull, syn[p.lo:p.hi], c.syn.pull[r])
		}
		if c.constant != nil {
			kernel.AddRow(p.pull, c.constant[p.lo:p.hi])
		}
		kernel.SweepConductance(v, p.in, p.pull, c.syn.perStep, p.theta, p.mask)
		p.synapses(acc)
	default:
		p.sweep(v, acc[p.lo:p.hi])
	}
	for _, h := range p.held[p.head:] {
		i := int(h.j) - p.lo
		v[i] = c.vReset
		p.mask[i>>6] &^= 1 << (i & 63)
	}
	before := len(spikes)
	for w, x := range p.mask {
		if x != 0 {
			spikes = appendBits(spikes, x, uint32(p.lo+64*w))
		}
	}
	for _, j := range spikes[before:] {
		p.s.V[j] = c.vReset
	}
	p.hold(spikes[before:], k)
	return spikes
}

// hold notes the neurons that spiked in step k as refractory.
func (p *Stepper) hold(spikes []uint32, k int64) {
	if p.c.refSteps == 0 {
		return
	}
	if p.head > len(p.held)/2 {
		p.held = p.held[:copy(p.held, p.held[p.head:])]
		p.head = 0
	}
	for _, j := range spikes {
		p.held = append(p.held, hold{k + p.c.refSteps, j})
	}
}

// sweep is v' = float32(P·v) + (in + c), clears in, and marks who is at the threshold.
func (p *Stepper) sweep(v, in []float32) {
	c, decay := p.c, p.c.pow.at(1)
	if c.constant == nil {
		kernel.SweepSubtract(v, in, decay, p.theta, p.mask)
	} else {
		kernel.SweepSubtractBias(v, in, c.constant[p.lo:p.hi], decay, p.theta, p.mask)
	}
}

// synapses decays what the receptors have, and adds what arrives. Nothing is ever
// over an infinite threshold, so that no reset and no spike comes of it.
func (p *Stepper) synapses(acc []float32) {
	never := float32(math.Inf(1))
	for r, syn := range p.s.Syn {
		from := r * p.c.n
		kernel.SweepSubtract(syn[p.lo:p.hi], acc[from+p.lo:from+p.hi], p.c.syn.decay[r], never, p.none)
	}
}
