package sim

import (
	"slices"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/trace"
)

// engines are all the ways to run a clocked network.
var engines = map[string]func(*network.Network, *Options) Engine{"event": NewEvent, "dense": NewDense, "auto": NewAuto}

// line is a network of n inputs in a row, one channel, that are connected one to
// one with n neurons, with a step of 1 ms.
func line(n int, p *neuron.Params, w float32) *network.Network {
	var list []network.Synapse
	for i := range n {
		list = append(list, network.Synapse{Source: int32(i), Target: int32(i), Weight: w})
	}
	return &network.Network{
		Name: "line", DtUS: 1000,
		Input:  network.Input{Shape: network.Shape{H: 1, W: n, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{{Name: "line", Shape: network.Flat(n), Neuron: p, In: []network.Conn{{From: network.FromInput, Synapses: network.NewSparse(n, list)}}}},
	}
}

// whole is the same with one dense connection.
func wholeLine(n int, p *neuron.Params, w float32) *network.Network {
	net := line(n, p, w)
	d := make([]float32, n*n)
	for i := range n {
		d[i*n+i] = w
	}
	net.Layers[0].In[0].Synapses = &network.Dense{W: d}
	return net
}

// at is one event of input x in a step of 1 ms.
func at(step int64, x int) events.Event {
	return events.Event{T: 5_000_000 + step*1000, X: uint16(x)}
}

// stepsOf lists the steps in which a neuron spiked.
func stepsOf(mem *trace.Memory, layer int, neuron uint32) []int64 {
	var s []int64
	for t, g := range mem.Groups(layer) {
		if slices.Contains(g.Index, neuron) {
			s = append(s, t)
		}
	}
	return s
}

// TestTrapFiresAgain: one input throws a neuron far over its threshold; it fires
// in the steps after it, in which nothing arrives, also across the windows.
func TestTrapFiresAgain(t *testing.T) {
	p := &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}}
	for name, make := range engines {
		for _, net := range []*network.Network{line(3, p, 5.3), wholeLine(3, p, 5.3)} {
			ev := []events.Event{at(0, 1), at(20, 0)}
			r := feed(t, make, net, Options{Window: 1}, ev, 1)
			// 5.3, 3.77, 2.393, 1.1537, 0.03833
			if got, want := stepsOf(r.mem, 1, 1), []int64{0, 1, 2, 3}; !slices.Equal(got, want) {
				t.Errorf("%s, %s: neuron 1 fires in steps %v, want %v", name, net.Layers[0].In[0].Synapses.Kind(), got, want)
			}
			if got, want := stepsOf(r.mem, 1, 0), []int64{20}; !slices.Equal(got, want) {
				t.Errorf("%s: neuron 0 fires in steps %v; the run ends with step 20, so it is %v", name, got, want)
			}
		}
	}
}

// TestTrapFiresAtStart: an initial potential over the threshold fires in step 0
// and on, without any event at all.
func TestTrapFiresAtStart(t *testing.T) {
	net := line(2, &neuron.Params{Model: neuron.Leaky, Beta: []float32{1}, VInit: []float32{3.5, 0.5}}, 1)
	for name, make := range engines {
		r := feed(t, make, net, Options{DurationUS: 8000}, nil, 0)
		// v(0) = 3.5 − 1, then 1.5, 0.5: what is over 1 fires
		if got, want := stepsOf(r.mem, 1, 0), []int64{0, 1}; !slices.Equal(got, want) {
			t.Errorf("%s: fires in steps %v, want %v", name, got, want)
		}
		if r.stats.Steps != 8 || r.stats.DenseUpdates != 16 {
			t.Errorf("%s: %d steps, %d dense updates; want 8 and 16", name, r.stats.Steps, r.stats.DenseUpdates)
		}
	}
}

// TestTrapBias: a bias alone makes a neuron fire, again and again, long after the
// last event; one that leads to below the threshold never does, and is left alone
// when it has settled.
func TestTrapBias(t *testing.T) {
	p := &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}}
	for name, make := range engines {
		for _, net := range []*network.Network{line(3, p, 1), wholeLine(3, p, 1)} {
			net.Layers[0].Bias = []float32{0.15, 0.0999, 0}
			r := feed(t, make, net, Options{DurationUS: 4_000_000}, []events.Event{at(0, 2)}, 0)
			// v tends to 1.5 and crosses 1 with the 11th step: 1.5·(1 − 0.9^11) = 1.03.
			steps := stepsOf(r.mem, 1, 0)
			if len(steps) < 2 || steps[0] != 10 || steps[len(steps)-1] < 3980 {
				t.Errorf("%s: the driven neuron fires in steps %v", name, steps)
			}
			if got := stepsOf(r.mem, 1, 1); got != nil {
				t.Errorf("%s: a bias that leads to 0.999 fires in steps %v", name, got)
			}
			if name == "event" && net.Layers[0].Group() == network.ByNeuron && r.stats.NeuronUpdates > 4500 {
				t.Errorf("%d neuron updates: the neuron that has settled is stepped on", r.stats.NeuronUpdates)
			}
		}
	}
}

// TestTrapSettledByInput: an input that comes in every step has a fixed point of
// its own; when it ends the neuron must move again.
func TestTrapSettledByInput(t *testing.T) {
	net := line(1, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}, 0.25)
	net.Layers[0].Bias = []float32{0.1}
	var ev []events.Event
	for k := range int64(200) {
		ev = append(ev, at(k, 0))
	}
	opt := Options{DurationUS: 400_000}
	event, dense := feed(t, NewEvent, net, opt, ev, 0), feed(t, NewDense, net, opt, ev, 0)
	if d := differ(event, dense); d != "" {
		t.Error(d)
	}
	if v := event.v[0][0]; v < 0.1999 || v > 0.2001 {
		t.Errorf("the potential is %v, the bias leads to 0.2", v)
	}
}

// TestTrapDrive: the drive of a clocked LIF neuron, with a refractory period, in
// which nothing arrives.
func TestTrapDrive(t *testing.T) {
	p := &neuron.Params{Model: neuron.LIF, TauUS: 20_000, Drive: []float32{2}, RefractoryUS: 5000}
	net := line(1, p, 1)
	for name, make := range engines {
		r := feed(t, make, net, Options{DurationUS: 60_000}, nil, 0)
		// 2·(1 − e^{−n/20}) ≥ 1 with n = 14 steps; then 5 steps of rest.
		if got, want := stepsOf(r.mem, 1, 0), []int64{13, 32, 51}; !slices.Equal(got, want) {
			t.Errorf("%s: fires in steps %v, want %v", name, got, want)
		}
	}
}

// TestSummedThenTested: inputs of one step are summed before the threshold test.
func TestSummedThenTested(t *testing.T) {
	net := wholeLine(2, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}}, 1)
	net.Layers[0].In[0].Synapses = &network.Dense{W: []float32{1.5, 0, -1.5, 0}}
	for name, make := range engines {
		r := feed(t, make, net, Options{}, []events.Event{at(0, 0), at(0, 1)}, 0)
		if r.stats.Spikes[0] != 0 {
			t.Errorf("%s: +1.5 and −1.5 in one step make a spike", name)
		}
	}
}

// TestIdleStepsAreNotVisited: an hour of silence costs nothing.
func TestIdleStepsAreNotVisited(t *testing.T) {
	net := line(4, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}}, 0.5)
	r := feed(t, NewEvent, net, Options{}, []events.Event{at(0, 0), at(3_600_000, 1)}, 0)
	if r.stats.NeuronUpdates != 2 || r.stats.Steps != 3_600_001 {
		t.Errorf("%d updates in %d steps, want 2 in 3600001", r.stats.NeuronUpdates, r.stats.Steps)
	}
	// A year, on a step of 1 µs, in no time.
	net.DtUS = 1
	ev := []events.Event{{T: 0}, {T: 365 * 86400 * 1_000_000, X: 1}}
	if r := feed(t, NewEvent, net, Options{}, ev, 0); r.stats.NeuronUpdates != 2 {
		t.Errorf("%d updates, want 2", r.stats.NeuronUpdates)
	}
}
