package sim

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
)

// continuous draws a small continuous network: everything that network draws,
// with LIF neurons, drives, and delays in µs.
func (m *maker) continuous() *network.Network {
	net := &network.Network{Name: "random"}
	net.Input = network.Input{Shape: network.Shape{H: m.int("H", 1, 3), W: m.int("W", 1, 4), C: 2}, Polarity: network.Split}
	for i := range m.int("layers", 1, 3) {
		net.Layers = append(net.Layers, m.layer(net, i))
	}
	m.recurrence(net)
	for _, l := range net.Layers {
		l.Bias = nil
		for k := range l.In {
			c := &l.In[k]
			c.Delay *= 1 + m.r.Int64N(700)
			if s, ok := c.Synapses.(*network.Sparse); ok {
				for j := range s.Delay {
					s.Delay[j] *= 1 + m.r.Int32N(700)
				}
			}
		}
		if l.Relay() {
			continue
		}
		p := &neuron.Params{Model: neuron.LIF, TauUS: 300 + 20_000*m.r.Float64(), Threshold: l.Neuron.Threshold, VInit: l.Neuron.VInit, Graded: l.Neuron.Graded}
		p.RefractoryUS = int64(m.int("refractory", 0, 2)) * m.r.Int64N(3000)
		p.VReset = -0.3 * m.r.Float32()
		if m.chance("drive", 3) {
			p.Drive = m.floats(l.Shape.Len(), 0.8, 0.6)
		}
		l.Neuron = p
		l.Poisson = nil
		for k := range l.In {
			l.In[k].Receptor = 0
		}
		if m.chance("cuba", 2) {
			m.currents(l)
		}
	}
	return net
}

// currents gives a layer synaptic currents, of time constants that have a closed form
// or not, strong enough to make spikes in a few ms.
func (m *maker) currents(l *network.Layer) {
	p := l.Neuron
	p.Model = neuron.CUBA
	for range m.int("receptors", 1, 2) {
		p.TauSynUS = append(p.TauSynUS, p.TauUS*rapid.SampledFrom([]float64{0.5, 1, 0.25, 0.07, 1.6}).Draw(m.t, "ratio"))
	}
	for k := range l.In {
		c := &l.In[k]
		c.Receptor = m.r.IntN(len(p.TauSynUS))
		gain := float32(3 * p.TauUS / p.TauSynUS[c.Receptor])
		var w []float32
		switch s := c.Synapses.(type) {
		case *network.Dense:
			w = s.W
		case *network.Conv2D:
			w = s.W
		case *network.Sparse:
			w = s.Weight
		}
		for i := range w {
			w[i] *= gain
		}
	}
}

// oracle is the plain way: every neuron in every µs, in float64.
type oracle struct {
	net    *network.Network
	v      [][]float64
	peak   [][]float64                 // largest |v|: what rounding errors are measured by
	free   [][]int64                   // first µs after the refractory period
	decay  []float64                   // in one µs
	flight []map[int64]map[int]float64 // of each layer: what arrives at each µs and neuron
	spikes [][][2]int64                // of each layer: µs, neuron
	near   bool                        // a potential came so close to its threshold that rounding decides
	// CUBA: the currents of each receptor, and the instant at which the refractory period ends.
	current [][][]float64
	hold    [][]float64
}

// synapse lists the synapses of a source by asking each kind for its definition.
func synapses(c *network.Conn, in, out network.Shape, i int, f func(j int, w float64, delay int64)) {
	y, x, ch := i/in.C/in.W, i/in.C%in.W, i%in.C
	switch s := c.Synapses.(type) {
	case *network.Dense:
		for j := range out.Len() {
			f(j, float64(s.W[i*out.Len()+j]), c.Delay)
		}
	case *network.Sparse:
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			d := c.Delay
			if len(s.Delay) > 0 {
				d = int64(s.Delay[k])
			}
			f(int(s.Target[k]), float64(s.Weight[k]), d)
		}
	case *network.Pool:
		if oy, ox := y/s.K, x/s.K; oy < out.H && ox < out.W {
			f(out.Index(oy, ox, ch), float64(s.Scale()), c.Delay)
		}
	case *network.Conv2D:
		for oy := range out.H {
			for ox := range out.W {
				ky, kx := y+s.Pad-oy*s.Step(), x+s.Pad-ox*s.Step()
				if ky < 0 || kx < 0 || ky >= s.K || kx >= s.K {
					continue
				}
				for o := range out.C {
					f(out.Index(oy, ox, o), float64(s.W[((ky*s.K+kx)*in.C+ch)*out.C+o]), c.Delay)
				}
			}
		}
	}
}

func (o *oracle) send(from, i int, size float64, t int64) {
	for k, l := range o.net.Layers {
		for c := range l.In {
			if l.In[c].From == from {
				synapses(&l.In[c], o.net.Source(from), l.Shape, i, func(j int, w float64, delay int64) {
					j += l.In[c].Receptor * l.Shape.Len()
					at := o.flight[k][t+delay]
					if at == nil {
						at = map[int]float64{}
						o.flight[k][t+delay] = at
					}
					at[j] += w * size
				})
			}
		}
	}
}

func runOracle(net *network.Network, ev []events.Event, duration int64) *oracle {
	o := &oracle{net: net, spikes: make([][][2]int64, len(net.Layers))}
	for _, l := range net.Layers {
		o.v = append(o.v, make([]float64, l.Shape.Len()))
		o.free = append(o.free, make([]int64, l.Shape.Len()))
		o.peak = append(o.peak, make([]float64, l.Shape.Len()))
		o.flight = append(o.flight, map[int64]map[int]float64{})
		o.decay = append(o.decay, 0)
		if l.Relay() {
			continue
		}
		o.decay[len(o.decay)-1] = math.Exp(-1 / l.Neuron.TauUS)
		i := len(o.v) - 1
		o.hold = append(o.hold, make([][]float64, i+1-len(o.hold))...)
		o.current = append(o.current, make([][][]float64, i+1-len(o.current))...)
		o.hold[i] = make([]float64, l.Shape.Len())
		for range l.Neuron.TauSynUS {
			o.current[i] = append(o.current[i], make([]float64, l.Shape.Len()))
		}
		for j := range l.Shape.Len() {
			if k := len(l.Neuron.VInit); k > 0 {
				o.v[len(o.v)-1][j] = float64(l.Neuron.VInit[j%k])
			}
		}
	}
	for t := range duration {
		for ; len(ev) > 0 && ev[0].T <= t; ev = ev[1:] {
			e := ev[0]
			o.send(network.FromInput, net.Input.Shape.Index(int(e.Y), int(e.X), int(e.P)), 1, t)
		}
		for k, l := range net.Layers {
			o.layer(k, l, t)
		}
	}
	return o
}

func (o *oracle) layer(k int, l *network.Layer, t int64) {
	arriving := o.flight[k][t]
	for j := range l.Shape.Len() {
		in, arrives := arriving[j]
		if l.Relay() {
			if arrives {
				o.send(k, j, in, t)
			}
			continue
		}
		p := l.Neuron
		th, drive, size := 1.0, 0.0, 1.0
		if len(p.Threshold) > 0 {
			th = float64(p.Threshold[j%len(p.Threshold)])
		}
		if len(p.Drive) > 0 {
			drive = float64(p.Drive[j%len(p.Drive)])
		}
		if p.Graded != 0 {
			size = float64(p.Graded)
		}
		if t < o.free[k][j] {
			continue
		}
		v := &o.v[k][j]
		if p.Model == neuron.CUBA {
			if o.charge(k, j, t, p, drive, th, arriving) {
				o.spikes[k] = append(o.spikes[k], [2]int64{t, int64(j)})
				o.send(k, j, size, t)
			}
			continue
		}
		if t > o.free[k][j] {
			*v = drive + (*v-drive)*o.decay[k]
		}
		*v += in
		o.peak[k][j] = max(o.peak[k][j], math.Abs(*v), th, 1)
		if math.Abs(*v-th) < 1e-5*o.peak[k][j] {
			o.near = true
		}
		if *v >= th {
			*v = float64(p.VReset)
			o.free[k][j] = t + p.RefractoryUS
			o.spikes[k] = append(o.spikes[k], [2]int64{t, int64(j)})
			o.send(k, j, size, t)
		}
	}
}

// charge is one µs of a CUBA neuron: the potential from t − 1 to t by the closed form,
// the instant within the µs by halves if it has reached the threshold, then decay and
// arrivals.
func (o *oracle) charge(k, j int, t int64, p *neuron.Params, drive, th float64, arriving map[int]float64) (fires bool) {
	n := o.net.Layers[k].Shape.Len()
	v, hold := &o.v[k][j], &o.hold[k][j]
	from := float64(t - 1)
	after := func(v, at, to float64) float64 { // the currents are those of time from
		x := to - at
		u := drive + (v-drive)*math.Exp(-x/p.TauUS)
		for r, tau := range p.TauSynUS {
			i := o.current[k][r][j] * math.Exp(-(at-from)/tau)
			if tau == p.TauUS {
				u += i * x / tau * math.Exp(-x/tau)
			} else {
				u += i * tau / (p.TauUS - tau) * (math.Exp(-x/p.TauUS) - math.Exp(-x/tau))
			}
		}
		return u
	}
	if t > 0 {
		at := max(from, *hold)
		if at < float64(t) {
			u := after(*v, at, float64(t))
			if math.Abs(u-th) < 2e-6*o.peak[k][j] {
				o.near = true
			}
			if u >= th {
				lo, hi := at, float64(t)
				for range 50 {
					if mid := (lo + hi) / 2; after(*v, at, mid) < th {
						lo = mid
					} else {
						hi = mid
					}
				}
				fires = true
				*v, *hold = float64(p.VReset), hi+float64(p.RefractoryUS)
				if *hold < float64(t) {
					u = after(*v, *hold, float64(t))
				}
			}
			if *hold < float64(t) {
				*v = u
			}
		}
		for r, tau := range p.TauSynUS {
			o.current[k][r][j] *= math.Exp(-1 / tau)
		}
	} else if *v >= th {
		fires = true
		*v, *hold = float64(p.VReset), float64(p.RefractoryUS)
	}
	o.peak[k][j] = max(o.peak[k][j], math.Abs(*v), th, 1)
	for r := range p.TauSynUS {
		o.current[k][r][j] += arriving[r*n+j]
		o.peak[k][j] = max(o.peak[k][j], math.Abs(o.current[k][r][j]))
	}
	return fires
}

// TestContinuousAgainstOracle: same spikes, in the same µs, potentials to 1e-5.
func TestContinuousAgainstOracle(t *testing.T) {
	tried, near, charged := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		tried++
		m := newMaker(t)
		net := m.continuous()
		var ev []events.Event
		at := int64(0)
		for range m.int("events", 0, 40) {
			ev = append(ev, events.Event{T: at, X: uint16(m.r.IntN(net.Input.Shape.W)), Y: uint16(m.r.IntN(net.Input.Shape.H)), P: events.Polarity(m.r.IntN(2))})
			if m.r.IntN(4) > 0 {
				at += m.r.Int64N(300)
			}
		}
		const duration = 4000
		for len(ev) > 0 && ev[len(ev)-1].T >= duration {
			ev = ev[:len(ev)-1]
		}
		want := runOracle(net, ev, duration)
		if want.near {
			near++
			return
		}
		t0 := int64(0)
		got := feed(t, NewEvent, net, Options{T0: &t0, DurationUS: duration}, ev, m.int("batch", 0, 9))
		for i, k := range net.NeuronLayers() {
			var spikes [][2]int64
			for us, g := range got.mem.Groups(i + 1) {
				for _, j := range g.Index {
					spikes = append(spikes, [2]int64{us, int64(j)})
				}
			}
			if net.Layers[k].Neuron.Model == neuron.CUBA {
				charged += len(spikes)
			}
			if !slices.Equal(spikes, want.spikes[k]) {
				t.Fatalf("layer %q: spikes (µs, neuron) %v, the oracle has %v\n%s", net.Layers[k].Name, spikes, want.spikes[k], describe(net))
			}
		}
		e := NewEvent(net, &Options{T0: &t0, DurationUS: duration})
		if err := e.Feed(ev); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Finish(); err != nil {
			t.Fatal(err)
		}
		for _, k := range net.NeuronLayers() {
			for j, v := range e.(*continuousEngine).potentials(k) {
				if math.Abs(float64(v)-want.v[k][j]) > 1e-5*want.peak[k][j] {
					t.Fatalf("layer %q, neuron %d: potential %v, the oracle has %v\n%s", net.Layers[k].Name, j, v, want.v[k][j], describe(net))
				}
			}
		}
	})
	if !testing.Short() && charged < tried/2 { // a short test has too few cases to demand it
		t.Errorf("only %d spikes of neurons with currents", charged)
	}
	if near*2 > tried {
		t.Errorf("%d of %d cases came too close to a threshold to be compared", near, tried)
	}
}

// TestSelfEvents: a drive over the threshold fires at the closed form's times; an
// inhibitory arrival puts the crossing off, an excitatory one brings it forward.
func TestSelfEvents(t *testing.T) {
	const tau, drive = 10_000.0, 2.0
	p := &neuron.Params{Model: neuron.LIF, TauUS: tau, Drive: []float32{drive}, RefractoryUS: 1000}
	net := line(2, p, -0.5)
	net.DtUS = 0
	net.Layers[0].In[0].Synapses.(*network.Sparse).Weight[1] = 0.25
	t0 := int64(0)
	cross := func(v0 float64) int64 { return int64(math.Ceil(tau * math.Log((drive-v0)/(drive-1)))) }
	after := func(v0 float64, dt float64) float64 { return drive + (v0-drive)*math.Exp(-dt/tau) }
	r := feed(t, NewEvent, net, Options{T0: &t0, DurationUS: 9000}, []events.Event{{T: 3000, X: 0}, {T: 3000, X: 1}}, 0)
	for j, w := range []float64{-0.5, 0.25} {
		first := 3000 + cross(after(0, 3000)+w)
		var want []int64
		for us := first; us < 9000; us += 1000 + cross(0) {
			want = append(want, us)
		}
		if got := stepsOf(r.mem, 1, uint32(j)); !slices.Equal(got, want) {
			t.Errorf("neuron %d fires at %v µs, want %v", j, got, want)
		}
	}
}

// TestQueueStaysSmall: many arrivals at a driven neuron leave no heap of void
// predictions behind.
func TestQueueStaysSmall(t *testing.T) {
	p := &neuron.Params{Model: neuron.LIF, TauUS: 1e6, Drive: []float32{1.5}}
	net := line(1, p, -0.0001)
	net.DtUS = 0
	e := NewEvent(net, nil).(*continuousEngine)
	var ev []events.Event
	for i := range int64(20_000) {
		ev = append(ev, events.Event{T: i * 5})
	}
	if err := e.Feed(ev); err != nil {
		t.Fatal(err)
	}
	if n := e.queue.Len(); n > 2 {
		t.Errorf("%d items in the queue for one neuron", n)
	}
}

// TestDenseOnContinuous: the dense engine needs a step for a continuous network,
// says so, and with a fine one comes near.
func TestDenseOnContinuous(t *testing.T) {
	net := line(4, &neuron.Params{Model: neuron.LIF, TauUS: 5000, RefractoryUS: 450, Drive: []float32{1.2}}, 0.4)
	net.DtUS = 0
	net.Layers[0].In[0].Delay = 130
	if err := NewDense(net, nil).Feed(nil); err == nil {
		t.Error("a continuous network ran in the dense engine without a step")
	}
	var ev []events.Event
	for i := range int64(300) {
		ev = append(ev, events.Event{T: i * 97, X: uint16(i * 7 % 4)})
	}
	exact := feed(t, NewEvent, net, Options{}, ev, 0)
	grid := feed(t, NewDense, net, Options{DtUS: 10}, ev, 0)
	a, b := exact.stats.Spikes[0], grid.stats.Spikes[0]
	if a < 20 || b < a*9/10 || b > a*11/10 {
		t.Errorf("%d spikes, on a grid of 10 µs %d", a, b)
	}
	if _, ok := NewDense(net, &Options{DtUS: 10}).(*denseEngine); !ok || net.DtUS != 0 {
		t.Error("the network was changed")
	}
}

// TestRandomTrains: rates and gaps of the generators of a continuous network, and
// that one neuron more changes nothing for the others.
func TestRandomTrains(t *testing.T) {
	for i := range 1000 {
		h := mix(uint64(i))
		if got, want := minusLog(h), -math.Log((float64(h>>11)+1)/(1<<53)); math.Abs(got-want) > 1e-15*(1+want) {
			t.Fatalf("−ln is %v, want %v", got, want)
		}
	}
	const n, seconds = 60, 4
	run := func(n int) result {
		net := &network.Network{
			Name: "noise", Input: network.Input{Shape: network.Shape{H: 1, W: 1, C: 1}, Polarity: network.Merged},
			Layers: []*network.Layer{{
				Name: "a", Shape: network.Flat(n), Neuron: &neuron.Params{Model: neuron.LIF, TauUS: 1000, Threshold: []float32{0.5}},
				Poisson: []network.Poisson{{RateHz: 200, Weight: 1, Seed: 3}, {RateHz: 0.001, Weight: 1}},
			}},
		}
		return feed(t, NewEvent, net, Options{DurationUS: seconds * 1e6}, nil, 0)
	}
	r := run(n)
	var gaps, squares float64
	spikes := 0
	for j := range uint32(n) {
		last := int64(0)
		for _, us := range stepsOf(r.mem, 1, j) {
			x := float64(us-last) / 5000
			gaps += x
			squares += x * x
			spikes++
			last = us
		}
	}
	mean := gaps / float64(spikes)
	if want := 200.0 * n * seconds; math.Abs(float64(spikes)-want) > 5*math.Sqrt(want) {
		t.Errorf("%d spikes, want about %v", spikes, want)
	}
	if v := squares/float64(spikes) - mean*mean; math.Abs(mean-1) > 0.03 || math.Abs(v-1) > 0.06 {
		t.Errorf("gaps have mean %.3f and variance %.3f; both should be 1", mean, v)
	}
	more := run(n + 1)
	for j := range uint32(n) {
		if !slices.Equal(stepsOf(r.mem, 1, j), stepsOf(more.mem, 1, j)) {
			t.Fatalf("neuron %d has other spikes when there is one neuron more", j)
		}
	}
}
