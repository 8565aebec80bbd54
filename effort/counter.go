package effort

import (
	"slices"

	"dvsim/network"
	"dvsim/trace"
)

// Counter counts the effort of runs of one network, one after the other. It is a
// trace.Recorder; it returns no errors.
type Counter struct {
	net    *network.Network
	layers []int // of the trace: which of the network; FromInput first
	lanes  []*lane
	gutter []*gutter
	// What leaves each source: [0] is the input, [1+i] layer i.
	out []outlets

	constant []float32
	spikes   []int64 // of each layer of the network
	ops      []ops
	runs     int64
	steps    int64

	now   int64 // the latest time of a spike: the run lasts longer than that
	wide  []uint32
	scale int64 // µs of a tick, where a continuous network runs on a grid; else 1
}

type outlets struct {
	lanes   []*lane
	gutters []*gutter
}

// NewCounter makes a counter for runs of a network that has passed its Check. It
// may run on any engine; in a continuous one, too, on a grid (sim.Options.DtUS).
func NewCounter(net *network.Network) *Counter {
	c := &Counter{
		net: net, layers: append([]int{network.FromInput}, net.NeuronLayers()...), out: make([]outlets, len(net.Layers)+1),
		spikes: make([]int64, len(net.Layers)), ops: make([]ops, len(net.Layers)), scale: 1,
	}
	for i, l := range net.Layers {
		for k := range l.In {
			c.connect(i, &l.In[k])
		}
	}
	return c
}

// Fork is a counter of the same network that has counted nothing, for a run beside
// others: it shares with c what never changes.
func (c *Counter) Fork() *Counter {
	f := &Counter{net: c.net, layers: c.layers, out: make([]outlets, len(c.out)), spikes: make([]int64, len(c.spikes)), ops: make([]ops, len(c.ops)), scale: 1}
	for _, l := range c.lanes {
		k := &lane{to: l.to, c: l.c, size: l.size, fan: l.fan, list: l.list}
		f.lanes, f.out[l.c.From+1].lanes = append(f.lanes, k), append(f.out[l.c.From+1].lanes, k)
	}
	for _, g := range c.gutter {
		k := &gutter{to: g.to, c: g.c, at: g.at, sum: make([]uint32, len(g.sum))}
		f.gutter, f.out[g.c.From+1].gutters = append(f.gutter, k), append(f.out[g.c.From+1].gutters, k)
	}
	return f
}

func (c *Counter) connect(to int, cn *network.Conn) {
	in, out := c.net.Source(cn.From), c.net.Layers[to].Shape
	o := &c.out[cn.From+1]
	if p, ok := cn.Synapses.(*network.Pool); ok && c.net.Layers[to].Relay() {
		g := &gutter{to: to, c: cn, at: pooled(p, in, out), sum: make([]uint32, out.Len())}
		c.gutter, o.gutters = append(c.gutter, g), append(o.gutters, g)
		return
	}
	l := &lane{to: to, c: cn, size: c.net.SpikeSize(cn.From), fan: newFan(cn.Synapses, in, out)}
	if s, ok := cn.Synapses.(*network.Sparse); ok && len(s.Delay) > 0 {
		l.list = s
	}
	c.lanes, o.lanes = append(c.lanes, l), append(o.lanes, l)
}

// Constant sets a constant input (network.WithConstant) for the next run: x has a
// value for each input; nil for none. Each value that is not 0 arrives in every step.
func (c *Counter) Constant(x []float32) { c.constant = x }

// Begin implements trace.Recorder. The counts of earlier runs stay.
func (c *Counter) Begin(info trace.Info) error {
	c.scale, c.now = 1, -1
	if c.net.Continuous() {
		c.scale = max(1, info.DtUS)
	}
	for _, l := range c.lanes {
		l.ticks = c.ticks(l.c, l.to)
		l.delay = l.ticks(l.c.MaxDelay())
		l.wait, l.head = l.wait[:0], 0
	}
	for _, g := range c.gutter {
		g.delay = c.ticks(g.c, g.to)(g.c.MaxDelay())
		g.t = 0
		g.empty()
	}
	return nil
}

// ticks are delays of a connection in the unit of the trace: rounded, and at least
// one where it leads back, if a continuous network runs on a grid.
func (c *Counter) ticks(cn *network.Conn, to int) func(int64) int64 {
	if c.scale == 1 {
		return func(d int64) int64 { return d }
	}
	least := int64(0)
	if cn.From >= to {
		least = 1
	}
	return func(d int64) int64 { return max((d+c.scale/2)/c.scale, least) }
}

// Spikes implements trace.Recorder.
func (c *Counter) Spikes(layer int, t int64, index []uint32, counts []uint16) error {
	from := c.layers[layer]
	if from != network.FromInput {
		c.spikes[from] += int64(len(index))
	}
	c.now = max(c.now, t)
	var wide []uint32
	if counts != nil {
		c.wide = slices.Grow(c.wide[:0], len(counts))[:len(counts)]
		wide = c.wide
		for i, n := range counts {
			wide[i] = uint32(n)
		}
	}
	c.send(from, t, index, wide)
	return nil
}

// send takes spikes along everything that leaves their source.
func (c *Counter) send(from int, t int64, index, count []uint32) {
	o := &c.out[from+1]
	for _, l := range o.lanes {
		l.take(t, c.now, index, count)
	}
	for _, g := range o.gutters {
		if g.t != t {
			c.pass(g)
			g.t = t
		}
		g.take(index, count)
	}
}

// pass hands on what a layer without neurons has got in a step.
func (c *Counter) pass(g *gutter) {
	if len(g.index) == 0 {
		return
	}
	index, count := g.index, g.count[:0]
	for _, j := range index {
		count = append(count, g.sum[j])
		g.sum[j] = 0
	}
	// Meanwhile g may fill again, where such layers stand in a circle.
	g.index, g.spare, g.count = g.spare[:0], nil, nil
	c.send(g.to, g.t+g.delay, index, count)
	g.spare, g.count = index, count
}

func (g *gutter) empty() {
	for _, j := range g.index {
		g.sum[j] = 0
	}
	g.index = g.index[:0]
}

// End implements trace.Recorder.
func (c *Counter) End(duration int64) error {
	c.now = max(c.now, duration-1)
	for again := true; again; {
		again = false
		for _, g := range c.gutter {
			if len(g.index) > 0 && g.t <= c.now {
				c.pass(g)
				again = true
			}
		}
	}
	for _, l := range c.lanes {
		l.close(c.now)
		if l.c.From == network.FromInput {
			l.done.add(l.steady(c.constant, duration))
		}
		c.ops[l.to].add(l.done)
		l.done = ops{}
	}
	for _, g := range c.gutter {
		g.empty()
	}
	c.runs++
	if c.net.Continuous() {
		duration = (duration*c.scale + 999) / 1000
	}
	c.steps += duration
	return nil
}

// steady is what a constant input does in so many steps.
func (l *lane) steady(x []float32, steps int64) ops {
	var o ops
	for i, v := range x {
		if v != 0 {
			o.single(1, v, 0, int64(l.effective[i]))
		}
	}
	o.acs *= steps
	o.macs *= steps
	o.events = 0
	return o
}

// Add adds what another counter of the same network has counted.
func (c *Counter) Add(d *Counter) {
	for i := range c.ops {
		c.ops[i].add(d.ops[i])
		c.spikes[i] += d.spikes[i]
	}
	c.runs += d.runs
	c.steps += d.steps
}
