package sim

import (
	"time"

	"dvsim/network"
	"dvsim/neuron"
)

// stepped runs a layer all of whose neurons are touched in every step: because they
// have synaptic currents or conductances, because random spikes come from outside, or
// because their drive leads most of them over the threshold. Each block of neurons
// goes through its steps by itself: the sums of what arrives, the generators, and a
// sweep over all of them.
type stepped struct {
	l       *layer
	s       *neuron.State
	acc     []float32 // for each receptor and neuron
	n       int
	noise   []*poisson
	flights bool // some lanes have them
	blocks  []*steppedBlock
	crew    *crew
	pace    pace
	end     int64   // of the steps under way
	cost    float64 // of a neuron a step, in synaptic events
}

type steppedBlock struct {
	span
	step *neuron.Stepper
	at   int64 // last step
	log  *spikeLog
	own  spikeLog

	events, updates int64
}

func (b *steppedBlock) spikeLog() *spikeLog { return &b.own }

// isStepped reports whether the layer is run by stepped.
func isStepped(nl *network.Layer) bool {
	if nl.Relay() {
		return false
	}
	p := nl.Neuron
	switch {
	case len(nl.Poisson) > 0 || p.Model == neuron.CUBA || p.Model == neuron.COBA:
		return true
	case p.Model != neuron.LIF || nl.Group() != network.ByNeuron:
		return false
	}
	over, n := 0, nl.Shape.Len()
	value := func(x []float32, j int, def float32) float32 {
		switch len(x) {
		case 0:
			return def
		case 1:
			return x[0]
		}
		return x[j]
	}
	for j := range n {
		switch d := value(p.Drive, j, 0); {
		case d == 0:
			return false // it is touched only when something arrives
		case d > value(p.Threshold, j, 1):
			over++
		}
	}
	return over > n/2
}

func newStepped(l *layer, c *neuron.Clocked, noise []*poisson, blocks []span, crew *crew) *stepped {
	r := &stepped{l: l, s: c.NewState(), noise: noise, crew: crew, cost: 0.5 + 3*float64(len(noise))}
	r.n = len(r.s.V)
	for _, ln := range l.lanes {
		r.flights = r.flights || ln.flights != nil
	}
	r.acc = make([]float32, r.n*c.Receptors())
	for _, sp := range blocks {
		lo, hi := sp.neurons()
		b := &steppedBlock{span: sp, step: c.NewStepper(r.s, lo, hi), at: -1, log: &l.log}
		if len(blocks) > 1 {
			b.log = &b.own
			b.own.sited = l.log.sited
		}
		r.blocks = append(r.blocks, b)
	}
	return r
}

func (r *stepped) next() int64 { return r.blocks[0].at + 1 }

func (r *stepped) steps(_, b int64) {
	r.end = b
	work := r.l.fan + float64(b-r.next())*float64(r.n)*r.cost
	switch shared := r.pace.shared(); {
	case len(r.blocks) == 1 || work < r.crew.worth:
		r.alone()
	case r.crew.worth == 0: // a test that wants every piece shared
		r.crew.do(r, len(r.blocks), work)
	default:
		start := time.Now()
		if shared {
			r.crew.do(r, len(r.blocks), work)
		} else {
			r.alone()
		}
		r.pace.note(shared, time.Since(start), work)
	}
	mergeBlocks(&r.l.log, r.blocks, r.crew)
}

// alone does all pieces without help.
func (r *stepped) alone() {
	for i := range r.blocks {
		r.piece(i)
	}
}

// piece takes one block through its steps.
func (r *stepped) piece(i int) {
	b := r.blocks[i]
	lo, hi := b.neurons()
	agenda := r.l.agenda
	for t := b.at + 1; t < r.end; t++ {
		var arrived []arrival
		if len(agenda) > 0 && agenda[0].t == t {
			arrived = r.l.arrived[agenda[0].lo:agenda[0].hi]
			agenda = agenda[1:]
		}
		if r.flights {
			r.fly(b, i, t, arrived)
		} else {
			for k := range arrived {
				a := &arrived[k]
				b.events += a.lane.parts[i].deliver(a.spikes(), r.input(a.lane.receptor), nil)
			}
		}
		for _, p := range r.noise {
			p.add(r.input(p.receptor), lo, hi, t)
		}
		b.log.idx = b.step.Step(r.acc, t, b.log.idx)
		b.log.close(t)
	}
	b.updates += (r.end - 1 - b.at) * int64(hi-lo)
	b.at = r.end - 1
}

// fly forms the sums of step t where some lanes have flights: lane by lane, those
// that something arrives at and those on which something is on its way.
func (r *stepped) fly(b *steppedBlock, i int, t int64, arrived []arrival) {
	for _, ln := range r.l.lanes {
		acc := r.input(ln.receptor)
		for len(arrived) > 0 && arrived[0].lane == ln {
			if s := arrived[0].spikes(); ln.flights != nil {
				ln.flights[i].depart(s, t)
			} else {
				b.events += ln.parts[i].deliver(s, acc, nil)
			}
			arrived = arrived[1:]
		}
		if ln.flights != nil {
			b.events += ln.flights[i].deliver(t, acc)
		}
	}
}

// input is the accumulators of one receptor.
func (r *stepped) input(receptor int) []float32 {
	return r.acc[receptor*r.n : (receptor+1)*r.n]
}

func (r *stepped) work() (events, updates int64) {
	for _, b := range r.blocks {
		events += b.events
		updates += b.updates
		b.events, b.updates = 0, 0
	}
	return events, updates
}

func (r *stepped) potentials(int64) []float32 { return append([]float32(nil), r.s.V...) }
