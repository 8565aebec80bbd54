package sim

import (
	"dvsim/events"
	"dvsim/internal/kernel"
	"dvsim/network"
	"dvsim/neuron"
)

// NewDense returns the dense engine: it steps every neuron in every step. It is
// the oracle of the event engine and what that one is measured against, so it is
// plain: no windows, no queue, no list of who is touched but a flag a group. The
// rules are those of the package comment, and the spikes are the same.
//
// A continuous network runs only with Options.DtUS > 0, as an approximation: its
// delays and refractory periods are rounded to whole steps (delays that lead back
// to at least one), and what happens within a step happens at once.
//
// A network that does not pass its Check makes an engine whose Feed and Finish
// return what is wrong. opt may be nil.
func NewDense(net *network.Network, opt *Options) Engine {
	b := newBase(net, opt)
	if b.err == nil && net.Continuous() {
		if b.opt.DtUS <= 0 {
			b.err = errNeedsStep(net)
		} else {
			b = newBase(onGrid(net, b.opt.DtUS), opt)
		}
	}
	e := &denseEngine{base: b}
	if b.err != nil {
		return e
	}
	net = b.net
	e.in = newIntake(&net.Input)
	e.inputs = &denseLayer{scale: 1, n: net.Input.Shape.Len(), count: e.in.count}
	for i, nl := range net.Layers {
		e.layers = append(e.layers, newDenseLayer(nl, net.DtUS, net.SpikeSize(i), generators(net, i)))
	}
	for _, nl := range net.Layers {
		for k := range nl.In {
			src := e.source(nl.In[k].From)
			src.keep = max(src.keep, nl.In[k].MaxDelay()+1)
		}
	}
	return e
}

type denseEngine struct {
	*base
	layers []*denseLayer
	inputs *denseLayer
	in     intake
	done   int64
}

// denseLayer is a layer, or the input.
type denseLayer struct {
	nl    *network.Layer
	c     *neuron.Clocked // nil for relays and the input
	s     *neuron.State
	n     int // neurons
	scale float32
	group int // neurons a touch group

	acc, idle []float32
	count     []uint32 // input and relays: spikes of this step
	last      []int64
	touched   []bool // in this step; hot and driven ones from the step before
	driven    []bool

	delays [][]int64 // of each connection, longest first
	noise  []*poisson

	past []spikes // of step k: past[k % keep]
	keep int64    // steps to remember, the present one included
}

func newDenseLayer(nl *network.Layer, dtUS int64, size float32, noise []*poisson) *denseLayer {
	l := &denseLayer{nl: nl, n: nl.Shape.Len(), group: 1, scale: size, noise: noise}
	switch nl.Group() {
	case network.ByLayer:
		l.group = l.n
	case network.BySite:
		l.group = nl.Shape.C
	}
	for _, c := range nl.In {
		delays := []int64{c.Delay}
		if s, ok := c.Synapses.(*network.Sparse); ok && len(s.Delay) > 0 {
			delays = distinct(s.Delay)
		}
		l.delays = append(l.delays, delays)
	}
	if nl.Relay() {
		l.count = make([]uint32, l.n)
		return l
	}
	l.c = neuron.NewClocked(nl.Neuron, l.n, dtUS, biasPerNeuron(nl))
	if len(nl.Poisson) > 0 {
		l.c.Always()
	}
	l.s = l.c.NewState()
	l.acc, l.idle = make([]float32, l.n*l.c.Receptors()), make([]float32, l.n)
	groups := l.n / l.group
	l.last, l.touched, l.driven = make([]int64, groups), make([]bool, groups), make([]bool, groups)
	for g := range groups {
		l.last[g] = -1
		l.driven[g] = l.c.Driven(g*l.group, (g+1)*l.group)
		l.touched[g] = l.driven[g] || l.c.Hot(l.s, g*l.group, (g+1)*l.group)
	}
	return l
}

func (e *denseEngine) source(from int) *denseLayer {
	if from == network.FromInput {
		return e.inputs
	}
	return e.layers[from]
}

// Feed implements Engine.
func (e *denseEngine) Feed(ev []events.Event) error {
	if e.err != nil {
		return e.err
	}
	if e.finished {
		return errFinished
	}
	e.enter()
	defer e.leave()
	for i := range ev {
		v := &ev[i]
		if !e.started {
			if err := e.begin(v.T); err != nil {
				return e.fail(err)
			}
		}
		e.stats.Events++
		if k := e.locate(v); k > e.now {
			if err := e.runTo(k); err != nil {
				return e.fail(err)
			}
			e.setNow(k)
		}
		if j, ok := e.input(v); ok && e.in.add(j) {
			e.stats.Clipped++
		}
	}
	return nil
}

// runTo runs the steps before k. The first one gets the input that has come in.
func (e *denseEngine) runTo(k int64) error {
	for ; e.done < k; e.done++ {
		if e.done%64 == 0 {
			if err := e.interrupted(); err != nil {
				return err
			}
		}
		if err := e.step(e.done); err != nil {
			return err
		}
	}
	return nil
}

func (e *denseEngine) step(k int64) error {
	in := e.inputs.present(k)
	e.inputs.fromCounts(in)
	e.in.some = false
	for _, n := range in.n {
		e.stats.InputSpikes += int64(n)
	}
	if err := e.record(network.FromInput, k, *in); err != nil {
		return err
	}
	for i, l := range e.layers {
		for c := range l.nl.In {
			e.sum(l, &l.nl.In[c], l.delays[c], k)
		}
		for _, p := range l.noise {
			p.add(l.input(p.receptor), 0, l.n, k)
		}
		out := l.present(k)
		if l.c == nil {
			l.fromCounts(out)
			continue
		}
		l.sweep(k, out)
		e.stats.NeuronUpdates += int64(l.n)
		if err := e.record(i, k, *out); err != nil {
			return err
		}
	}
	return nil
}

// present is where the spikes of step k go: an empty list, in the place of one
// that has arrived everywhere.
func (l *denseLayer) present(k int64) *spikes {
	l.keep = max(l.keep, 1)
	if l.past == nil {
		l.past = make([]spikes, l.keep)
	}
	s := &l.past[k%l.keep]
	s.idx, s.n = s.idx[:0], s.n[:0]
	return s
}

// fromCounts makes the spikes of a relay or of the input.
func (l *denseLayer) fromCounts(out *spikes) {
	for i, n := range l.count {
		if n > 0 {
			out.idx, out.n = append(out.idx, uint32(i)), append(out.n, n)
			l.count[i] = 0
		}
	}
}

// sum adds what arrives through a connection in step k: its delays from the
// longest to the shortest, of each delay the sources in order.
func (e *denseEngine) sum(l *denseLayer, c *network.Conn, delays []int64, k int64) {
	src := e.source(c.From)
	for _, d := range delays {
		if k-d < 0 {
			continue
		}
		s := src.past[(k-d)%src.keep]
		if !e.opt.Matmul || l.c == nil || c.Synapses.Group() == network.ByNeuron {
			for q, i := range s.idx {
				e.add(l, c, int(i), s.count(q), d)
			}
			continue
		}
		for i, q := 0, 0; i < src.n; i++ { // sums start at +0, so that adding zeros changes no bit
			n := uint32(0)
			if q < len(s.idx) && int(s.idx[q]) == i {
				n = s.count(q)
				q++
			}
			e.add(l, c, i, n, d)
		}
	}
}

func (e *denseEngine) add(l *denseLayer, c *network.Conn, i int, n uint32, delay int64) {
	reached := l.add(c, e.net.Source(c.From), i, n, float32(float32(n)*e.source(c.From).scale), delay)
	if l.c != nil {
		e.stats.SynapticEvents += int64(n) * int64(reached)
	}
}

// add adds source i, which has spiked n times and so has the value x, and returns
// how many synapses it has.
func (l *denseLayer) add(c *network.Conn, in network.Shape, i int, n uint32, x float32, delay int64) (reached int) {
	out, acc := l.nl.Shape, l.input(c.Receptor)
	y, xx, ch := i/in.C/in.W, i/in.C%in.W, i%in.C
	switch s := c.Synapses.(type) {
	case *network.Dense:
		l.row(acc, 0, s.W[i*l.n:(i+1)*l.n], x, n > 0)
		reached = l.n
	case *network.Conv2D:
		for ky := range s.K {
			for kx := range s.K {
				oy, ry := (y+s.Pad-ky)/s.Step(), (y+s.Pad-ky)%s.Step()
				ox, rx := (xx+s.Pad-kx)/s.Step(), (xx+s.Pad-kx)%s.Step()
				if y+s.Pad < ky || xx+s.Pad < kx || ry != 0 || rx != 0 || oy >= out.H || ox >= out.W {
					continue
				}
				w := ((ky*s.K+kx)*in.C + ch) * out.C
				l.row(acc, out.Index(oy, ox, 0), s.W[w:w+out.C], x, n > 0)
				reached += out.C
			}
		}
	case *network.Pool:
		if y/s.K >= out.H || xx/s.K >= out.W {
			return 0
		}
		j := out.Index(y/s.K, xx/s.K, ch)
		if l.c == nil {
			l.count[j] += n
		} else {
			l.row(acc, j, []float32{s.Scale()}, x, n > 0)
		}
		reached = 1
	case *network.Sparse:
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			if len(s.Delay) == 0 || int64(s.Delay[k]) == delay {
				l.row(acc, int(s.Target[k]), s.Weight[k:k+1], x, n > 0)
				reached++
			}
		}
	}
	return reached
}

// input is the accumulators of one receptor; a relay has none.
func (l *denseLayer) input(receptor int) []float32 {
	if l.c == nil {
		return nil
	}
	return l.acc[receptor*l.n : (receptor+1)*l.n]
}

// row adds x times a row of weights to the neurons from j on, and touches them.
func (l *denseLayer) row(acc []float32, j int, w []float32, x float32, touch bool) {
	if x == 1 {
		kernel.AddRow(acc[j:], w)
	} else {
		kernel.AxpyRow(acc[j:], w, x)
	}
	for g := j / l.group; touch && g <= (j+len(w)-1)/l.group; g++ {
		l.touched[g] = true
	}
}

// sweep brings all neurons to step k: the touched groups for good; of the others
// the potential is computed and nothing kept.
func (l *denseLayer) sweep(k int64, out *spikes) {
	for g, touched := range l.touched {
		lo, hi := g*l.group, (g+1)*l.group
		d := k - l.last[g]
		if !touched {
			l.c.Potentials(l.idle[lo:hi], l.s, lo, hi, k, d)
			continue
		}
		var hot bool
		out.idx, hot, _ = l.c.Touch(l.s, l.acc, lo, hi, k, d, out.idx)
		l.last[g] = k
		l.touched[g] = hot || l.driven[g]
	}
	if !l.c.Inhibits() {
		return
	}
	if j, ok := l.c.Win(l.s); ok {
		out.idx = append(out.idx, j)
	}
	for g := range l.touched {
		l.touched[g] = l.driven[g] || l.c.Hot(l.s, g*l.group, (g+1)*l.group)
	}
}

// Finish implements Engine.
func (e *denseEngine) Finish() (Stats, error) {
	if e.finished || e.layers == nil {
		return e.Stats(), e.err
	}
	e.enter()
	defer e.leave()
	e.finishing()
	if !e.started {
		if err := e.begin(0); err != nil {
			e.fail(err)
		}
	}
	if e.err == nil {
		if err := e.runTo(e.totalTicks()); err != nil {
			e.fail(err)
		}
	}
	e.end(e.done)
	return e.Stats(), e.err
}

// Stats implements Engine.
func (e *denseEngine) Stats() Stats {
	if !e.finished && e.err == nil {
		e.count(e.now)
	}
	return e.base.Stats()
}

// potentials returns the potentials of a layer after the last step.
func (e *denseEngine) potentials(layer int) []float32 {
	l := e.layers[layer]
	v := make([]float32, l.n)
	for g, last := range l.last {
		l.c.Potentials(v[g*l.group:], l.s, g*l.group, (g+1)*l.group, e.done-1, e.done-1-last)
	}
	return v
}
