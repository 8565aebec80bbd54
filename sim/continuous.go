package sim

import (
	"math/bits"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/queue"
)

// continuousEngine runs continuous networks: spikes act at their µs. What is in
// flight waits in a queue, one item a spike and delay, and so does the µs in which
// a driven neuron will fire by itself. Within one µs the layers are gone through
// in order; what arrives at a neuron is summed, then tested once.
type continuousEngine struct {
	*base
	layers []*flow // the input last
	input  *flow
	in     intake
	queue  *queue.Wheel
	items  []queue.Item
	wave   spikeLog // of the item under delivery
	done   int64    // µs before this one have been run
	since  int      // µs visited since the last look at the context
}

// flow is one layer of a continuous network, or the input.
type flow struct {
	id    int
	scale float32
	conns []*stream // that arrive
	out   []*stream // that leave

	c       *neuron.Delta // LIF; nil for all others
	cells   []neuron.Cell
	cur     *neuron.Current // CUBA; nil for all others
	charges []neuron.Charge
	acc     []float32 // for each receptor and neuron
	marks   bitset
	count   []uint32 // relays
	noise   []*trains
	self    []selfEvent // nil where no neuron can fire by itself
	now     spikeLog    // the spikes of this µs; one entry at most
	list    spikes      // the same
}

// stream is a connection. Where its synapses have delays of their own, classes
// has them; otherwise part has, and one delay.
type stream struct {
	from, to *flow
	key      uint64
	delay    int64
	acc      []float32 // of the receptor that it ends on; nil for a relay
	part     part
	classes  *classes
}

// relay reports whether the layer has no neurons.
func (f *flow) relay() bool { return f.c == nil && f.cur == nil }

// selfEvent is the µs in which a neuron fires if nothing arrives.
type selfEvent struct {
	due     int64  // predicted; never if it does not
	item    int64  // when the item that stands for it comes out of the queue; never if there is none
	version uint32 // of that item: older ones are void
	fires   bool   // in this µs
}

// Keys of queue items: layer, connection, and below that the longest delay first.
// In the order of keys, items that are due in one µs come in the order in which
// their weights are added.
const (
	keyLayer = 48
	keyConn  = 32
	selfConn = 1<<16 - 1
)

func newContinuous(b *base) Engine {
	e := &continuousEngine{base: b, in: newIntake(&b.net.Input), queue: queue.NewWheel(0)}
	net := b.net
	for i := range len(net.Layers) + 1 {
		e.layers = append(e.layers, &flow{id: i})
	}
	e.input = e.layers[len(net.Layers)]
	e.input.id, e.input.scale, e.input.now.counted = network.FromInput, 1, true
	e.wave.counted = true
	for i, nl := range net.Layers {
		f, n := e.layers[i], nl.Shape.Len()
		f.marks, f.scale = newBitset(n), net.SpikeSize(i)
		switch {
		case nl.Relay():
			f.count, f.now.counted = make([]uint32, n), true
		case nl.Neuron.Model == neuron.CUBA:
			f.cur = neuron.NewCurrent(nl.Neuron, n)
			f.charges, f.acc = f.cur.NewCharges(), make([]float32, n*f.cur.Receptors())
		default:
			f.c = neuron.NewDelta(nl.Neuron)
			f.cells, f.acc = f.c.NewCells(n), make([]float32, n)
		}
		for k := range nl.In {
			e.connect(f, k, &nl.In[k])
		}
		for k := range nl.Poisson {
			if p := &nl.Poisson[k]; p.RateHz > 0 {
				f.noise = append(f.noise, newTrains(p, f.acc[p.Receptor*n:(p.Receptor+1)*n], p.Key(net.LayerName(i), k)))
			}
		}
	}
	return e
}

func (e *continuousEngine) connect(f *flow, k int, c *network.Conn) {
	from := e.input
	if c.From != network.FromInput {
		from = e.layers[c.From]
	}
	in, out := e.net.Source(c.From), e.net.Layers[f.id].Shape
	s := &stream{from: from, to: f, key: uint64(f.id)<<keyLayer | uint64(k)<<keyConn}
	if !f.relay() {
		n := out.Len()
		s.acc = f.acc[c.Receptor*n : (c.Receptor+1)*n]
	}
	if sp, ok := c.Synapses.(*network.Sparse); ok && len(sp.Delay) > 0 {
		s.classes = newClasses(sp)
	} else {
		one := splitConn(c, in, out, []span{{0, out.Len(), 1}})[0]
		s.delay, s.part = one.delay, one.parts[0]
	}
	f.conns = append(f.conns, s)
	from.out = append(from.out, s)
}

// predict fills the queue with the neurons that fire without any input.
func (e *continuousEngine) predict() {
	e.seed()
	for _, f := range e.layers {
		if f.cur == nil && (f.c == nil || !f.c.Spontaneous(f.cells)) {
			continue
		}
		f.self = make([]selfEvent, len(f.cells)+len(f.charges))
		for j := range f.self {
			f.self[j].item = never
			e.schedule(f, j)
		}
	}
}

// schedule predicts when neuron j fires by itself. An item in the queue that
// comes no later than that is left to stand for it; otherwise a new version is
// pushed and the old one becomes void.
func (e *continuousEngine) schedule(f *flow, j int) {
	s := &f.self[j]
	t, ok := f.crossing(j)
	if !ok {
		s.due = never
		return
	}
	s.due = t
	if s.item <= t {
		return
	}
	s.item = t
	s.version++
	e.queue.Push(queue.Item{T: t, Key: uint64(f.id)<<keyLayer | selfConn<<keyConn, Val: uint64(s.version)<<32 | uint64(j)})
}

func (f *flow) crossing(j int) (t int64, ok bool) {
	if f.cur != nil {
		return f.cur.Crossing(&f.charges[j], j)
	}
	return f.c.Crossing(&f.cells[j], j)
}

// wake handles an item of schedule in µs t.
func (e *continuousEngine) wake(f *flow, val uint64, t int64) {
	j := int(uint32(val))
	s := &f.self[j]
	if uint32(val>>32) != s.version {
		return
	}
	s.item = never
	switch {
	case s.due > t && s.due != never:
		s.item = s.due
		s.version++
		e.queue.Push(queue.Item{T: s.due, Key: uint64(f.id)<<keyLayer | selfConn<<keyConn, Val: uint64(s.version)<<32 | uint64(j)})
	case s.due <= t && (f.cur != nil || !f.marks.has(j)): // where potentials jump, the sum of this µs decides
		s.fires = true
		f.marks.mark(j)
	}
}

// Feed implements Engine.
func (e *continuousEngine) Feed(ev []events.Event) error {
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
			e.predict()
		}
		e.stats.Events++
		if t := e.locate(v); t > e.now {
			if err := e.runTo(t); err != nil {
				return e.fail(err)
			}
			e.setNow(t)
		}
		if j, ok := e.base.input(v); ok && e.in.add(j) {
			e.stats.Clipped++
		}
	}
	return nil
}

// runTo runs every µs before t in which something happens.
func (e *continuousEngine) runTo(t int64) error {
	for {
		at, ok := e.queue.Peek()
		if !ok {
			at = never
		}
		if e.in.some {
			at = min(at, e.now)
		}
		if at >= t {
			e.done = t
			return nil
		}
		if e.since++; e.since == 1024 {
			e.since = 0
			if err := e.interrupted(); err != nil {
				e.done = at
				return err
			}
		}
		if err := e.run(at); err != nil {
			return err
		}
	}
}

// run is one µs.
func (e *continuousEngine) run(t int64) error {
	e.items = e.items[:0]
	if at, ok := e.queue.Peek(); ok && at == t {
		e.items = e.queue.PopAll(e.items)
	}
	if e.in.some && t == e.now {
		e.stats.InputSpikes += e.in.drain(&e.input.now)
		if err := e.emit(e.input, t); err != nil {
			return err
		}
	}
	items := e.items
	for _, f := range e.layers[:len(e.net.Layers)] {
		n := 0
		for n < len(items) && items[n].Key>>keyLayer == uint64(f.id) {
			n++
		}
		e.arrive(f, items[:n], t)
		items = items[n:]
		if f.relay() {
			f.collect()
		} else {
			e.touch(f, t)
		}
		if err := e.emit(f, t); err != nil {
			return err
		}
	}
	for _, f := range e.layers {
		f.list = spikes{}
		f.now.idx, f.now.n = f.now.idx[:0], f.now.n[:0]
	}
	return nil
}

// arrive delivers what reaches a layer in this µs: of each connection the spikes
// that have been in flight, oldest first, then those without delay.
func (e *continuousEngine) arrive(f *flow, items []queue.Item, t int64) {
	for k, s := range f.conns {
		n := 0
		for n < len(items) && items[n].Key>>keyConn&(1<<16-1) == uint64(k) {
			n++
		}
		e.deliver(s, items[:n])
		items = items[n:]
	}
	for _, it := range items {
		if it.Key>>keyConn&(1<<16-1) == noiseConn {
			e.random(f, it.Val, t)
		} else {
			e.wake(f, it.Val, t)
		}
	}
}

// deliver delivers what comes through one connection.
func (e *continuousEngine) deliver(s *stream, items []queue.Item) {
	if s.classes != nil {
		for _, it := range items {
			e.stats.SynapticEvents += s.classes.deliver(uint32(it.Val), uint32(it.Val>>32), s.from.scale, s)
		}
		if s.classes.prompt && len(s.from.list.idx) > 0 {
			e.stats.SynapticEvents += s.classes.deliverPrompt(s.from.list, s.from.scale, s)
		}
		return
	}
	list := s.from.list
	if s.delay > 0 {
		w := &e.wave
		w.idx, w.n = w.idx[:0], w.n[:0]
		for _, it := range items {
			w.idx = append(w.idx, uint32(it.Val))
			w.n = append(w.n, uint32(it.Val>>32))
		}
		list = spikes{idx: w.idx, n: w.n}
	}
	switch {
	case len(list.idx) == 0:
	case s.to.relay():
		s.part.(*poolPart).collect(list, s.to.count, &s.to.marks)
	default:
		e.stats.SynapticEvents += s.part.deliver(list.worth(s.from.scale, &e.wave.x), s.acc, &s.to.marks)
	}
}

// touch brings the neurons up to date at which something has arrived.
func (e *continuousEngine) touch(f *flow, t int64) {
	for w := f.marks.take(0); w >= 0; w = f.marks.take(w + 1) {
		x := f.marks.words[w]
		f.marks.words[w] = 0
		e.stats.NeuronUpdates += int64(bits.OnesCount64(x))
		for ; x != 0; x &= x - 1 {
			j := w<<6 + bits.TrailingZeros64(x)
			fires := false
			if f.cur != nil {
				fires = f.charge(j, t)
			} else if f.self != nil && f.self[j].fires {
				f.self[j].fires = false
				f.c.Fire(&f.cells[j], t)
				fires = true
			} else {
				fires = f.c.Arrive(&f.cells[j], j, t, f.acc[j])
				f.acc[j] = 0
			}
			if fires {
				f.now.idx = append(f.now.idx, uint32(j))
			}
			if f.self != nil {
				e.schedule(f, j)
			}
		}
	}
}

// charge brings a CUBA neuron up to date: its spike, if one is due, which came before
// what arrives in this µs, and then that.
func (f *flow) charge(j int, t int64) (fires bool) {
	s := &f.charges[j]
	if fires = f.self[j].fires; fires {
		f.self[j].fires = false
		f.cur.Fire(s, j, t)
	}
	f.cur.Arrive(s, j, t, f.acc)
	return fires
}

// collect makes the spikes of a relay.
func (f *flow) collect() {
	for j := range f.marks.all() {
		f.now.idx = append(f.now.idx, uint32(j))
		f.now.n = append(f.now.n, f.count[j])
		f.count[j] = 0
	}
}

// emit records the spikes of a layer in µs t and sends them off.
func (e *continuousEngine) emit(f *flow, t int64) error {
	if len(f.now.idx) == 0 {
		return nil
	}
	f.list = spikes{idx: f.now.idx}
	if f.now.counted {
		f.list.n = f.now.n
	}
	for _, s := range f.out {
		e.send(s, f.list, t)
	}
	if f.id >= 0 && f.relay() {
		return nil
	}
	return e.record(f.id, t, f.list)
}

// send puts spikes in flight: one item for a spike, or for each of its classes.
func (e *continuousEngine) send(s *stream, list spikes, t int64) {
	switch {
	case s.classes != nil:
		for q, i := range list.idx {
			s.classes.send(e.queue, s.key, i, list.count(q), t)
		}
	case s.delay > 0:
		for q, i := range list.idx {
			e.queue.Push(queue.Item{T: t + s.delay, Key: s.key, Val: uint64(list.count(q))<<32 | uint64(i)})
		}
	}
}

// Finish implements Engine.
func (e *continuousEngine) Finish() (Stats, error) {
	if e.finished {
		return e.Stats(), e.err
	}
	e.enter()
	defer e.leave()
	e.finishing()
	if !e.started {
		if err := e.begin(0); err != nil {
			e.fail(err)
		}
		e.predict()
	}
	ticks := e.done
	if e.err == nil {
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
func (e *continuousEngine) Stats() Stats {
	if !e.finished && e.err == nil {
		e.count(e.now)
	}
	return e.base.Stats()
}

// potentials returns the potentials of a layer in the last µs.
func (e *continuousEngine) potentials(layer int) []float32 {
	f := e.layers[layer]
	v := make([]float32, len(f.cells)+len(f.charges))
	for j := range v {
		if f.cur != nil {
			v[j] = float32(f.cur.Potential(&f.charges[j], j, e.done-1))
		} else {
			v[j] = float32(f.c.Potential(&f.cells[j], j, e.done-1))
		}
	}
	return v
}
