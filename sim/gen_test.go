package sim

import (
	"math/rand/v2"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
)

// maker draws random networks and event streams. Structure comes from rapid, so
// that failures shrink; numbers come from a seeded source.
type maker struct {
	t *rapid.T
	r *rand.Rand
}

func newMaker(t *rapid.T) *maker {
	seed := rapid.Uint64().Draw(t, "seed")
	return &maker{t, rand.New(rand.NewPCG(seed, 1))}
}

func (m *maker) int(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(m.t, label) }
func (m *maker) bool(label string) bool           { return rapid.Bool().Draw(m.t, label) }

// chance is true in one of n cases; it shrinks to false.
func (m *maker) chance(label string, n int) bool { return m.int(label, 0, n-1) == n-1 }

func (m *maker) floats(n int, mean, spread float64) []float32 {
	f := make([]float32, n)
	for i := range f {
		f[i] = float32(mean + spread*m.r.NormFloat64())
		if m.r.IntN(10) == 0 {
			f[i] = 0
		}
	}
	return f
}

// network draws a clocked network with a step of 1 ms.
func (m *maker) network() *network.Network {
	net := &network.Network{Name: "random", DtUS: 1000}
	net.Input = network.Input{
		Shape:    network.Shape{H: m.int("H", 1, 7), W: m.int("W", 1, 70), C: 1},
		Polarity: rapid.SampledFrom([]network.PolarityMode{network.Split, network.Merged, network.OnOnly, network.OffOnly}).Draw(m.t, "polarity"),
		Binary:   m.chance("binary", 4),
	}
	net.Input.Shape.C = net.Input.Polarity.Channels()
	if m.chance("scaled", 3) {
		net.Input.Sensor = events.Geometry{Width: net.Input.Shape.W*2 + 1, Height: net.Input.Shape.H * 3}
	}
	for i := range m.int("layers", 1, 5) {
		net.Layers = append(net.Layers, m.layer(net, i))
	}
	m.recurrence(net)
	for _, l := range net.Layers {
		if !l.Relay() && m.chance("stepped", 3) {
			m.stepped(l)
		}
	}
	return net
}

// stepped gives a layer what makes its neurons touched in every step.
func (m *maker) stepped(l *network.Layer) {
	p := l.Neuron
	if p.Inhibition || m.bool("generators only") {
		m.generators(l, 0)
		return
	}
	*p = neuron.Params{Model: neuron.CUBA, TauUS: 1000 * (1 + 30*m.r.Float64()), Threshold: p.Threshold, VInit: p.VInit, VReset: -0.3 * m.r.Float32(), Graded: p.Graded}
	p.RefractoryUS = int64(m.int("refractory", 0, 4)) * 1000
	if m.chance("drive", 3) {
		p.Drive = m.floats(l.Shape.Len(), 0.8, 0.4)
	}
	coba := m.bool("coba")
	for range m.int("receptors", 1, 3) {
		p.TauSynUS = append(p.TauSynUS, 1000*(0.3+10*m.r.Float64()))
		if coba {
			p.Reversal = append(p.Reversal, -1+5*m.r.Float32())
		}
	}
	if m.chance("initial", 4) {
		p.SynInit = [][]float32{{0.3}}
	}
	positive := func(w []float32) {
		for i := range w {
			w[i] = max(w[i], -w[i])
		}
	}
	for k := range l.In {
		c := &l.In[k]
		c.Receptor = m.r.IntN(len(p.TauSynUS))
		if coba {
			switch s := c.Synapses.(type) {
			case *network.Dense:
				positive(s.W)
			case *network.Conv2D:
				positive(s.W)
			case *network.Sparse:
				positive(s.Weight)
			}
		}
	}
	if coba {
		p.Model = neuron.COBA
		l.Bias = nil
	}
	if m.chance("generators", 3) {
		m.generators(l, len(p.TauSynUS)-1)
	}
}

func (m *maker) generators(l *network.Layer, receptors int) {
	for range m.int("generators", 1, 2) {
		l.Poisson = append(l.Poisson, network.Poisson{
			RateHz: rapid.SampledFrom([]float64{0, 1e-9, 20, 800, 40_000}).Draw(m.t, "rate"),
			Weight: 0.2 * m.r.Float32(), Receptor: m.r.IntN(receptors + 1), Seed: m.r.Uint64() >> 2,
		})
	}
}

// layer draws a layer behind one or two of the earlier ones.
func (m *maker) layer(net *network.Network, i int) *network.Layer {
	l := &network.Layer{Name: string(rune('a' + i))}
	from := m.int("from", 0, i) - 1
	in := net.Source(from)
	switch kind := m.int("kind", 0, 4); {
	case kind == 0:
		l.Shape = network.Flat(m.int("n", 1, 80))
		l.In = append(l.In, m.dense(from, in, l.Shape))
	case kind == 1:
		l.Shape = network.Flat(m.int("n", 1, 300))
		l.In = append(l.In, m.sparse(from, in, l.Shape, 0))
	case kind == 2 && in.H > 1 && in.W > 1:
		l.In = append(l.In, network.Conn{From: from, Synapses: &network.Pool{K: 2, Weight: rapid.SampledFrom([]float32{0, 0.25, 0.3}).Draw(m.t, "pool weight")}})
		l.Shape = network.Shape{H: in.H / 2, W: in.W / 2, C: in.C}
		if m.bool("relay") {
			if m.chance("delay", 4) {
				l.In[0].Delay = 2
			}
			return l
		}
	default:
		c := &network.Conv2D{K: m.int("K", 1, 3), Stride: m.int("stride", 0, 2), Pad: m.int("pad", 0, 2)}
		for c.OutShape(in, 1).H < 1 || c.OutShape(in, 1).W < 1 {
			c.Pad++
		}
		l.Shape = c.OutShape(in, m.int("channels", 1, 5))
		c.W = m.floats(c.K*c.K*in.C*l.Shape.C, 0.1, 0.5)
		l.In = append(l.In, network.Conn{From: from, Synapses: c})
	}
	if m.chance("delay", 4) {
		l.In[0].Delay = int64(m.int("d", 1, 5))
	}
	if m.chance("second source", 4) {
		from := m.int("from", 0, i) - 1
		if m.bool("dense") {
			l.In = append(l.In, m.dense(from, net.Source(from), l.Shape))
		} else {
			l.In = append(l.In, m.sparse(from, net.Source(from), l.Shape, 0))
		}
	}
	n := l.Shape.Len()
	switch m.int("bias", 0, 5) {
	case 0:
		l.Bias = m.floats(l.Shape.C, 0, 0.05)
	case 1:
		l.Bias = m.floats(n, 0.02, 0.05)
		for j := range l.Bias {
			if m.r.IntN(2) == 0 {
				l.Bias[j] = 0
			}
		}
	}
	l.Neuron = m.neuron(n)
	return l
}

func (m *maker) neuron(n int) *neuron.Params {
	each := func(label string, one float32, lo, hi float32) []float32 {
		switch m.int(label, 0, 2) {
		case 0:
			return []float32{one}
		case 1:
			return []float32{lo + (hi-lo)*m.r.Float32()}
		}
		f := make([]float32, n)
		for i := range f {
			f[i] = lo + (hi-lo)*m.r.Float32()
		}
		return f
	}
	p := &neuron.Params{Model: neuron.Leaky, Threshold: each("theta", 1, 0.3, 2)}
	if m.chance("start", 4) {
		p.VInit = m.floats(n, 0, 1)
	}
	if m.chance("graded", 4) {
		p.Graded = 0.5 + m.r.Float32()
	}
	if m.chance("lif", 4) {
		p.Model, p.TauUS = neuron.LIF, 1000*(1+30*m.r.Float64())
		p.VReset = -0.3 * m.r.Float32()
		p.RefractoryUS = int64(m.int("refractory", 0, 4)) * 1000
		if m.chance("drive", 3) {
			p.Drive = each("D", 0.9, 0, 1.5)
		}
		return p
	}
	p.Beta = each("beta", 0.9, -0.1, 1.1)
	p.Reset = rapid.SampledFrom([]neuron.Reset{"", neuron.Subtract, neuron.Zero, neuron.None}).Draw(m.t, "reset")
	p.ResetNow = m.chance("now", 4)
	p.Inhibition = m.chance("inhibition", 5)
	return p
}

func (m *maker) dense(from int, in, out network.Shape) network.Conn {
	return network.Conn{From: from, Synapses: &network.Dense{W: m.floats(in.Len()*out.Len(), 0.05, 0.4)}}
}

// sparse draws a few synapses a source, in half of the cases with their own
// delays of at least least.
func (m *maker) sparse(from int, in, out network.Shape, least int) network.Conn {
	var list []network.Synapse
	spread := 0
	if m.bool("own delays") {
		spread = 6
	}
	few := min(4, out.Len())
	for i := range in.Len() {
		for range m.r.IntN(few + 1) {
			list = append(list, network.Synapse{
				Source: int32(i), Target: int32(m.r.IntN(out.Len())),
				Weight: float32(0.3 + 0.6*m.r.NormFloat64()), Delay: int32(least + m.r.IntN(spread+1)),
			})
		}
	}
	s := network.NewSparse(in.Len(), list)
	c := network.Conn{From: from, Synapses: s}
	if spread == 0 || s.Delay == nil {
		s.Delay, c.Delay = nil, int64(least)
	}
	return c
}

// recurrence adds connections that lead back, with delays.
func (m *maker) recurrence(net *network.Network) {
	for range m.int("recurrent", 0, 2) {
		to := m.int("to", 0, len(net.Layers)-1)
		l := net.Layers[to]
		if l.Relay() {
			continue
		}
		from := m.int("back from", to, len(net.Layers)-1)
		var c network.Conn
		if m.bool("dense") {
			c = m.dense(from, net.Source(from), l.Shape)
			c.Delay = int64(m.int("d", 1, 4))
		} else {
			c = m.sparse(from, net.Source(from), l.Shape, 1)
		}
		l.In = append(l.In, c)
	}
}

// events draws a recording with bursts, silences and some disorder.
func (m *maker) events(net *network.Network, n int) []events.Event {
	g := net.Input.Geometry()
	t := int64(1_700_000_000_000_000)
	ev := make([]events.Event, n)
	for i := range ev {
		switch m.r.IntN(30) {
		case 0:
			t += int64(m.r.IntN(80_000)) // silence
		case 1, 2:
			t += int64(m.r.IntN(5000))
		default:
			t += int64(m.r.IntN(60))
		}
		ev[i] = events.Event{T: t, X: uint16(m.r.IntN(g.Width)), Y: uint16(m.r.IntN(g.Height)), P: events.Polarity(m.r.IntN(2))}
		switch m.r.IntN(60) {
		case 0:
			ev[i].T -= int64(m.r.IntN(4000)) // late
		case 1:
			ev[i].X = uint16(g.Width) // outside
		case 2:
			if i > 0 {
				ev[i] = ev[i-1] // twice
			}
		}
	}
	return ev
}
