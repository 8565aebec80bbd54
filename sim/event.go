package sim

import (
	"dvsim/events"
	"dvsim/network"
)

// Windows: the event engine takes a bounded number of input spikes, and of steps,
// through one layer after the other.
const (
	windowSpikes = 8192
	windowSteps  = 1024
	// windowCells bounds neurons × steps of a window in the largest layer, and so the
	// spikes that can come of it: 128 MiB of indices at worst.
	windowCells = 32 << 20
)

// NewEvent returns the event engine: it looks at a neuron only when a spike
// arrives there or when it has to (see the package comment). A network that does
// not pass its Check makes an engine whose Feed and Finish return what is wrong.
// opt may be nil. The network must not change while the engine is used.
func NewEvent(net *network.Network, opt *Options) Engine {
	b := newBase(net, opt)
	if b.err == nil && net.Continuous() {
		return newContinuous(b)
	}
	e := &eventEngine{base: b}
	if b.err != nil {
		return e
	}
	e.chunk = windowSteps
	for _, l := range net.Layers {
		e.chunk = max(1, min(e.chunk, windowCells/int64(l.Shape.Len())))
	}
	e.crew = newCrew(b.opt.Workers)
	e.layers = buildLayers(net, e.crew, e.chunk)
	e.input = e.layers[len(net.Layers)]
	e.plan = plan(net)
	e.in = newIntake(&net.Input)
	if b.opt.Window <= 0 {
		b.opt.Window = windowSpikes
	}
	return e
}

// eventEngine runs clocked networks.
type eventEngine struct {
	*base
	layers []*layer // the input last
	input  *layer
	plan   []component
	crew   *crew
	in     intake
	done   int64 // steps before this one have been run
	chunk  int64 // steps a window at most
	auto   costs // 0 where there is no choice
}

// Feed implements Engine.
func (e *eventEngine) Feed(ev []events.Event) error {
	if e.err != nil {
		return e.err
	}
	if e.finished {
		return errFinished
	}
	e.enter()
	defer e.leave()
	for len(ev) > 0 {
		if n := e.swallow(ev); n > 0 {
			ev = ev[n:]
			continue
		}
		v := &ev[0]
		ev = ev[1:]
		if !e.started {
			if err := e.begin(v.T); err != nil {
				return e.fail(err)
			}
		}
		e.stats.Events++
		if k := e.locate(v); k > e.now {
			if err := e.moveTo(k); err != nil {
				return e.fail(err)
			}
		}
		if j, ok := e.base.input(v); ok && e.in.add(j) {
			e.stats.Clipped++
		}
	}
	return nil
}

// swallow takes the events at the head of ev that are what most are, in order within
// the step under way and within the sensor, and returns how many it has taken.
func (e *eventEngine) swallow(ev []events.Event) int {
	lo, span := e.stats.T0+e.nowLo, uint64(e.nowHi-e.nowLo)
	if !e.started || e.in.binary {
		return 0
	}
	count, marks, enc, last := e.in.count, &e.in.marks, e.enc, uint64(0)
	n := 0
	for ; n < len(ev); n++ {
		v := &ev[n]
		d := uint64(v.T - lo)
		if d >= span {
			break
		}
		i, why := enc.Index(v)
		if why != network.Taken {
			break
		}
		c := count[i]
		if c == maxCount {
			break
		}
		count[i] = c + 1
		if c == 0 {
			marks.mark(int(i))
		}
		last = max(last, d)
	}
	if n > 0 {
		e.in.some = true
		e.tEnd = max(e.tEnd, e.nowLo+int64(last))
		e.stats.Events += int64(n)
	}
	return n
}

// moveTo ends the step under way and begins step k. When enough input has come
// together, or the oldest step has waited long enough, the steps before k are run.
func (e *eventEngine) moveTo(k int64) error {
	e.closeStep()
	e.setNow(k)
	late := e.opt.LatencyUS != nil && (k-e.done-1)*e.tick >= *e.opt.LatencyUS
	if e.input.log.unsent() < e.opt.Window && !late {
		return nil
	}
	return e.runTo(k)
}

// closeStep makes a list of the input spikes of the step under way.
func (e *eventEngine) closeStep() {
	if e.in.some {
		e.stats.InputSpikes += e.in.drain(&e.input.log)
		e.input.log.close(e.now)
	}
}

// runTo runs the steps before k.
func (e *eventEngine) runTo(k int64) error {
	for e.done < k {
		if err := e.interrupted(); err != nil {
			return err
		}
		a := max(e.done, min(e.due(), k)) // steps in which nothing happens are not visited
		b := min(a+e.chunk, k)
		if err := e.sendInput(b); err != nil {
			return err
		}
		for i := range e.plan {
			if err := e.runComponent(&e.plan[i], a, b); err != nil {
				return err
			}
		}
		e.done = b
		for _, l := range e.layers {
			l.log.trim(b)
		}
	}
	return nil
}

// due is the first step in which anything has to be done.
func (e *eventEngine) due() int64 {
	t := int64(never)
	if g := &e.input.log; g.fresh < len(g.entries) {
		t = g.entries[g.fresh].t
	}
	for _, l := range e.layers[:len(e.net.Layers)] {
		t = min(t, l.due())
	}
	return t
}

// sendInput puts the input spikes before step b on their way.
func (e *eventEngine) sendInput(b int64) error {
	g := &e.input.log
	from := g.fresh
	e.input.send(b)
	for i := from; i < g.fresh; i++ {
		if err := e.record(network.FromInput, g.entries[i].t, g.at(i)); err != nil {
			return err
		}
	}
	return nil
}

// runComponent runs the steps a ≤ t < b of a component: at once, or in stretches
// that are short enough for its delays.
func (e *eventEngine) runComponent(c *component, a, b int64) error {
	for a < b {
		end := b
		if c.reach < b-a {
			t := int64(never)
			for _, i := range c.layers {
				t = min(t, e.layers[i].due())
			}
			if t >= b {
				return nil
			}
			a = max(a, t)
			end = min(a+c.reach, b)
		}
		for _, i := range c.layers {
			if err := e.runLayer(i, a, end); err != nil {
				return err
			}
		}
		a = end
	}
	return nil
}

func (e *eventEngine) runLayer(i int, a, b int64) error {
	l := e.layers[i]
	l.advance(a, b)
	events, updates := l.run.work()
	e.stats.SynapticEvents += events
	e.stats.NeuronUpdates += updates
	g := &l.log
	from := g.fresh
	l.send(b)
	if e.traceLayer[i] < 0 {
		return nil
	}
	for k := from; k < g.fresh; k++ {
		if err := e.record(i, g.entries[k].t, g.at(k)); err != nil {
			return err
		}
	}
	return nil
}

// Finish implements Engine.
func (e *eventEngine) Finish() (Stats, error) {
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
	ticks := e.done
	if e.err == nil {
		e.closeStep()
		ticks = e.totalTicks()
		if err := e.runTo(ticks); err != nil {
			e.fail(err)
			ticks = e.done
		}
	}
	e.end(ticks)
	return e.Stats(), e.err
}

// Stats implements Engine.
func (e *eventEngine) Stats() Stats {
	if !e.finished && e.err == nil {
		e.count(e.now)
	}
	s := e.base.Stats()
	if e.auto.row > 0 {
		s.Choices = e.choices()
	}
	return s
}

// potentials returns the potentials of a layer after the last step.
func (e *eventEngine) potentials(layer int) []float32 {
	return e.layers[layer].run.potentials(e.done - 1)
}
