package sim

import (
	"math"
	"slices"

	"dvsim/network"
	"dvsim/neuron"
	"dvsim/queue"
)

// layer is one layer of a clocked network in the event engine: what is on its
// way to it, who brings it up to date, and the spikes that it has sent.
type layer struct {
	id    int
	log   spikeLog
	out   []*lane
	wheel *queue.Wheel // Key: lane, Val: entry of the lane's source; nil for the input
	lanes []*lane      // in the order in which their sums are formed
	run   runner

	agenda  []visit
	arrived []arrival
	items   []queue.Item
	fan     float64 // arrivals of the agenda × their fan-out: how much work it is
}

// lane is the synapses of one delay of a connection.
type lane struct {
	from, to *layer
	key      uint64
	delay    int64
	receptor int    // of the neurons that it arrives at
	parts    []part // one a block
	full     []part // one for all blocks of columns together, where there are several
	// flights take the place of parts where the synapses have delays of their own and
	// the layer is stepped; delay is the shortest of them then.
	flights []airway
	fan     float64
}

// visit is a step in which something arrives: arrived[lo:hi].
type visit struct {
	t      int64
	lo, hi int
}

// arrival is a list of spikes that has come through a lane.
type arrival struct {
	lane *lane
	seq  int64
}

func (a *arrival) spikes() spikes { return a.lane.from.log.entry(a.seq) }

// runner brings the neurons of a layer up to date.
type runner interface {
	// steps runs the steps a ≤ t < b of which the layer's agenda tells what arrives,
	// and appends the spikes to the layer's log.
	steps(a, b int64)
	// next is the first step in which a neuron has to be looked at even if nothing
	// arrives; math.MaxInt64 if there is none.
	next() int64
	// work returns and forgets the synaptic events and neuron updates since the last call.
	work() (events, updates int64)
	// potentials returns the potentials as they are in step k.
	potentials(k int64) []float32
}

// due is the first step in which the layer has something to do.
func (l *layer) due() int64 {
	t := l.run.next()
	if q, ok := l.wheel.Peek(); ok {
		t = min(t, q)
	}
	return t
}

// advance runs the steps a ≤ t < b.
func (l *layer) advance(a, b int64) {
	l.agenda, l.arrived, l.fan = l.agenda[:0], l.arrived[:0], 0
	for {
		t, ok := l.wheel.Peek()
		if !ok || t >= b {
			break
		}
		l.items = l.wheel.PopAll(l.items[:0])
		lo := len(l.arrived)
		for _, it := range l.items {
			ln := l.lanes[it.Key]
			l.arrived = append(l.arrived, arrival{ln, int64(it.Val)})
			l.fan += ln.fan * float64(len(ln.from.log.entry(int64(it.Val)).idx))
		}
		l.agenda = append(l.agenda, visit{t, lo, len(l.arrived)})
	}
	if len(l.agenda) > 0 || l.run.next() < b {
		l.run.steps(a, b)
	}
}

// send puts the new spikes of the log that fall before step b on their way.
func (l *layer) send(b int64) {
	g := &l.log
	for ; g.fresh < len(g.entries) && g.entries[g.fresh].t < b; g.fresh++ {
		e := &g.entries[g.fresh]
		for _, ln := range l.out {
			ln.to.wheel.Push(queue.Item{T: e.t + ln.delay, Key: ln.key, Val: uint64(g.first) + uint64(g.fresh)})
		}
	}
}

// columns reports whether all that arrives comes through dense connections.
func (l *layer) columns() bool {
	for _, ln := range l.lanes {
		if _, ok := ln.parts[0].(*densePart); !ok {
			return false
		}
	}
	return true
}

// never is a step that does not come.
const never = math.MaxInt64

// wheelHorizon bounds the ring of a layer's queue; longer delays wait in its heap.
const wheelHorizon = 1 << 15

// buildLayers makes the layers of a network, and the input as the last element.
func buildLayers(net *network.Network, crew *crew, window int64) []*layer {
	layers := make([]*layer, len(net.Layers)+1)
	for i := range layers {
		layers[i] = &layer{id: i}
	}
	input := layers[len(net.Layers)]
	input.id = network.FromInput
	input.log.of(1, true)
	source := func(from int) *layer {
		if from == network.FromInput {
			return input
		}
		return layers[from]
	}
	for _, nl := range net.Layers {
		for k := range nl.In {
			switch from := nl.In[k].From; nl.In[k].Synapses.(type) {
			case *network.Conv2D, *network.Pool:
				source(from).log.sited = uint32(net.Source(from).C)
			}
		}
	}
	for i, nl := range net.Layers {
		blocks := cutLayer(net, nl, crew.workers)
		l := layers[i]
		l.log.of(net.SpikeSize(i), nl.Relay())
		var longest int64
		for k := range nl.In {
			c := &nl.In[k]
			src, in := source(c.From), net.Source(c.From)
			if shortest, ok := flies(c); ok && isStepped(nl) {
				ln := &lane{from: src, to: l, key: uint64(len(l.lanes)), delay: shortest, receptor: c.Receptor, flights: newFlights(c.Synapses.(*network.Sparse), shortest, blocks), fan: meanFan(c, in, nl.Shape)}
				l.lanes = append(l.lanes, ln)
				src.out = append(src.out, ln)
				src.log.longest = max(src.log.longest, shortest)
				longest = max(longest, shortest)
				continue
			}
			for _, sp := range splitConn(c, in, nl.Shape, blocks) {
				ln := &lane{from: src, to: l, key: uint64(len(l.lanes)), delay: sp.delay, receptor: c.Receptor, parts: sp.parts, fan: meanFan(c, in, nl.Shape)}
				if d, ok := c.Synapses.(*network.Dense); ok && len(blocks) > 1 {
					ln.full = []part{newDensePart(d, in, nl.Shape, span{0, nl.Shape.Len(), 1})}
				}
				l.lanes = append(l.lanes, ln)
				src.out = append(src.out, ln)
				src.log.longest = max(src.log.longest, sp.delay)
				longest = max(longest, sp.delay)
			}
		}
		l.wheel = queue.NewWheel(min(window+longest, wheelHorizon))
		switch {
		case nl.Relay():
			l.run = newRelay(l, nl, blocks, crew)
		default:
			c := neuron.NewClocked(nl.Neuron, nl.Shape.Len(), net.DtUS, biasPerNeuron(nl))
			if len(nl.Poisson) > 0 {
				c.Always()
			}
			if isStepped(nl) {
				l.run = newStepped(l, c, generators(net, i), blocks, crew)
			} else if nl.Group() == network.ByLayer {
				l.run = newWhole(l, c, blocks, crew)
			} else {
				l.run = newGroups(l, c, blocks, crew)
			}
		}
	}
	return layers
}

// biasPerNeuron spreads a bias given by channel; nil without bias.
func biasPerNeuron(nl *network.Layer) []float32 {
	n := nl.Shape.Len()
	if len(nl.Bias) == 0 || len(nl.Bias) == n {
		return nl.Bias
	}
	return slices.Repeat(nl.Bias, n/nl.Shape.C)
}

// meanFan is the mean number of synapses of a source, to estimate work.
func meanFan(c *network.Conn, in, out network.Shape) float64 {
	switch s := c.Synapses.(type) {
	case *network.Conv2D:
		return float64(s.K*s.K*out.C) / float64(s.Step()*s.Step())
	case *network.Sparse:
		return float64(len(s.Target)) / float64(in.Len())
	}
	return float64(c.Synapses.FanOut(in, out, 0))
}

// cutLayer cuts a layer into the blocks that workers share. Convolution and
// pooling are cut between rows of sites, dense layers into blocks of columns.
func cutLayer(net *network.Network, nl *network.Layer, workers int) []span {
	n, unit, grain := nl.Shape.Len(), 1, 1
	pieces := workers
	switch {
	case nl.Relay() || nl.Group() == network.BySite:
		if !nl.Relay() {
			unit = nl.Shape.C
		}
		grain = nl.Shape.W * nl.Shape.C / unit
		pieces = 2 * workers // activity is clustered in space
	case nl.Group() == network.ByLayer && nl.Neuron.Inhibition && isStepped(nl):
		return []span{{0, n, 1}}
	case nl.Group() == network.ByLayer:
		return cutColumns(net, nl)
	default:
		grain = 256
	}
	if workers == 1 || !nl.Relay() && nl.Neuron.Inhibition {
		pieces = 1
	}
	groups := n / unit
	grains := (groups + grain - 1) / grain
	pieces = min(pieces, grains)
	blocks := make([]span, pieces)
	for i := range blocks {
		blocks[i] = span{i * grains / pieces * grain, min((i+1)*grains/pieces*grain, groups), unit}
	}
	return blocks
}

// Blocks of columns are as wide as the second-level cache of most processors
// allows, in steps of a vector of 16, and for layers with few sources so wide that
// a call of a kernel pays.
const (
	blockBytes = 640 << 10
	blockWidth = 256
)

// cutColumns cuts a layer with dense connections into blocks of columns.
func cutColumns(net *network.Network, nl *network.Layer) []span {
	n, sources := nl.Shape.Len(), 0
	for _, c := range nl.In {
		if c.Synapses.Group() != network.ByLayer {
			return []span{{0, n, 1}} // others do not know columns
		}
		sources += net.Source(c.From).Len()
	}
	width := min(max(16, blockBytes/4/sources&^15), blockWidth)
	var blocks []span
	for lo := 0; lo < n; lo += width {
		blocks = append(blocks, span{lo, min(lo+width, n), 1})
	}
	return blocks
}
