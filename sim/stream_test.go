package sim

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/trace"
)

// TestShiftInTime: a recording moved in time gives the same spikes.
func TestShiftInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMaker(t)
		net := m.network()
		ev := m.events(net, m.int("events", 1, 200))
		want := feed(t, NewEvent, net, Options{}, ev, 0)
		shift := rapid.Int64Range(-1_700_000_000_000_000, 1<<40).Draw(t, "shift")
		moved := slices.Clone(ev)
		for i := range moved {
			moved[i].T += shift
		}
		got := feed(t, NewEvent, net, Options{}, moved, 0)
		if want.stats.T0+shift != got.stats.T0 {
			t.Fatalf("T0 is %d, moved by %d it is %d", want.stats.T0, shift, got.stats.T0)
		}
		got.stats.T0 = want.stats.T0
		if want.hash != got.hash {
			t.Fatalf("hash %016x, moved by %d µs %016x", want.hash, shift, got.hash)
		}
	})
}

// TestPermutedNeurons: the neurons of the last layer in another order spike as
// before, under their new numbers.
func TestPermutedNeurons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMaker(t)
		net := m.network()
		n := m.int("last", 1, 90)
		from := len(net.Layers) - 1
		in := net.Source(from).Len()
		w := m.floats(in*n, 0.05, 0.4)
		theta := m.floats(n, 1, 0)
		for j := range theta {
			theta[j] = 0.5 + m.r.Float32()
		}
		order := m.r.Perm(n) // neuron j becomes order[j]
		w2, theta2 := zeros(in*n), zeros(n)
		for j := range n {
			theta2[order[j]] = theta[j]
			for i := range in {
				w2[i*n+order[j]] = w[i*n+j]
			}
		}
		last := func(w, theta []float32) *network.Network {
			c := *net
			c.Layers = append(slices.Clone(net.Layers), &network.Layer{
				Name: "last", Shape: network.Flat(n), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.8}, Threshold: theta},
				In: []network.Conn{{From: from, Synapses: &network.Dense{W: w}}},
			})
			return &c
		}
		ev := m.events(net, m.int("events", 1, 200))
		a := feed(t, NewEvent, last(w, theta), Options{Workers: 2}, ev, 0)
		b := feed(t, NewEvent, last(w2, theta2), Options{}, ev, 0)
		layer := len(a.stats.Spikes)
		for j := range n {
			if x, y := stepsOf(a.mem, layer, uint32(j)), stepsOf(b.mem, layer, uint32(order[j])); !slices.Equal(x, y) {
				t.Fatalf("neuron %d spikes in steps %v, as number %d in %v", j, x, order[j], y)
			}
		}
	})
}

// TestInput goes through the ways in which an event becomes, or does not become,
// an input spike.
func TestInput(t *testing.T) {
	on, off := events.On, events.Off
	shape := func(c int) network.Shape { return network.Shape{H: 2, W: 3, C: c} }
	for _, c := range []struct {
		name string
		in   network.Input
		ev   events.Event
		want int // index; −1 outside, −2 ignored
	}{
		{"off", network.Input{Shape: shape(2)}, events.Event{X: 2, Y: 1, P: off}, 10},
		{"on", network.Input{Shape: shape(2)}, events.Event{X: 2, Y: 1, P: on}, 11},
		{"merged", network.Input{Shape: shape(1), Polarity: network.Merged}, events.Event{X: 1, Y: 1, P: on}, 4},
		{"on only", network.Input{Shape: shape(1), Polarity: network.OnOnly}, events.Event{X: 1, P: on}, 1},
		{"on only, off", network.Input{Shape: shape(1), Polarity: network.OnOnly}, events.Event{X: 1, P: off}, -2},
		{"off only", network.Input{Shape: shape(1), Polarity: network.OffOnly}, events.Event{X: 1, P: off}, 1},
		{"off only, on", network.Input{Shape: shape(1), Polarity: network.OffOnly}, events.Event{X: 1, P: on}, -2},
		{"outside x", network.Input{Shape: shape(2)}, events.Event{X: 3}, -1},
		{"outside y", network.Input{Shape: shape(2)}, events.Event{Y: 65535}, -1},
		{"scaled", network.Input{Shape: shape(2), Sensor: events.Geometry{Width: 7, Height: 4}}, events.Event{X: 6, Y: 3, P: on}, 11},
		{"scaled, middle", network.Input{Shape: shape(2), Sensor: events.Geometry{Width: 7, Height: 4}}, events.Event{X: 3, Y: 1}, 2},
	} {
		net := &network.Network{Name: "input", DtUS: 1000, Input: c.in}
		net.Layers = []*network.Layer{{
			Name: "n", Shape: network.Flat(1), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}},
			In: []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: zeros(c.in.Shape.Len())}}},
		}}
		for name, make := range engines {
			r := feed(t, make, net, Options{}, []events.Event{c.ev}, 0)
			got := -3
			for _, g := range r.mem.Groups(0) {
				got = int(g.Index[0])
			}
			if got == -3 && r.stats.Outside == 1 {
				got = -1
			}
			if got == -3 && r.stats.Ignored == 1 {
				got = -2
			}
			if got != c.want {
				t.Errorf("%s, %s: input %d, want %d", c.name, name, got, c.want)
			}
		}
	}
}

// TestCounts: events of one input and step become one spike with a count, capped,
// and one only where the input is binary.
func TestCounts(t *testing.T) {
	for name, make := range engines {
		net := line(2, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}, 0.00001)
		ev := slices.Repeat([]events.Event{at(0, 1)}, 70_000)
		ev = append(ev, at(1, 0), at(1, 1), at(1, 1))
		r := feed(t, make, net, Options{}, ev, 1000)
		s := r.stats
		if s.InputSpikes != 65_538 || s.Clipped != 70_000-65_535 || s.SynapticEvents != 65_538 {
			t.Errorf("%s: %d input spikes, %d clipped, %d synaptic events", name, s.InputSpikes, s.Clipped, s.SynapticEvents)
		}
		if got := r.mem.Counts()[0]; got != 65_538 {
			t.Errorf("%s: the trace has %d input spikes", name, got)
		}
		net.Input.Binary = true
		if s := feed(t, make, net, Options{}, ev, 1000).stats; s.InputSpikes != 3 || s.Clipped != 0 {
			t.Errorf("%s, binary: %d input spikes, %d clipped; want 3 and none", name, s.InputSpikes, s.Clipped)
		}
	}
}

// TestLate: an old event is delivered in the step under way, and counted.
func TestLate(t *testing.T) {
	net := line(3, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}, 1.5)
	for name, make := range engines {
		ev := []events.Event{at(0, 0), at(5, 1), at(2, 2), at(-9, 2)}
		ev = append(ev, events.Event{T: at(5, 0).T + 999, X: 0}, events.Event{T: at(5, 0).T + 1, X: 0}) // disorder within a step is none
		r := feed(t, make, net, Options{}, ev, 1)
		if r.stats.Late != 2 || !slices.Contains(stepsOf(r.mem, 1, 2), 5) {
			t.Errorf("%s: %d late events, neuron 2 spikes in steps %v; want 2 and 5", name, r.stats.Late, stepsOf(r.mem, 1, 2))
		}
	}
}

// TestNothing: no events at all.
func TestNothing(t *testing.T) {
	net := line(2, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}, 1)
	for name, make := range engines {
		var mem trace.Memory
		s, err := Run(context.Background(), make(net, &Options{Record: &mem}), events.FromSlice(events.Header{}, nil))
		if err != nil || s.Steps != 0 || s.DurationUS != 0 || len(s.Spikes) != 1 || len(mem.Info().Layers) != 2 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// badReader fails after a few events.
type badReader struct {
	events.Reader
	err error
}

func (r *badReader) Read(dst []events.Event) (int, error) {
	n, err := r.Reader.Read(dst)
	if errors.Is(err, io.EOF) {
		err = r.err
	}
	return n, err
}

// failing is a recorder whose disk is full after a while.
type failing struct {
	left  int
	ended bool
}

var errDisk = errors.New("no space left on device")

func (f *failing) Begin(trace.Info) error { return nil }

func (f *failing) Spikes(int, int64, []uint32, []uint16) error {
	if f.left--; f.left < 0 {
		return errDisk
	}
	return nil
}

func (f *failing) End(int64) error {
	f.ended = true
	return nil
}

func TestErrors(t *testing.T) {
	p := &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}
	var ev []events.Event
	for k := range int64(100) {
		ev = append(ev, at(k, int(k%2)))
	}
	clocked, continuous := line(2, p, 2), line(2, &neuron.Params{Model: neuron.LIF, TauUS: 5000}, 2)
	continuous.DtUS = 0
	for name, c := range map[string]struct {
		net  *network.Network
		make func(*network.Network, *Options) Engine
	}{"event": {clocked, NewEvent}, "dense": {clocked, NewDense}, "continuous": {continuous, NewEvent}} {
		bad := errors.New("the cable was pulled")
		s, err := Run(context.Background(), c.make(c.net, nil), &badReader{events.FromSlice(events.Header{}, ev), bad})
		if !errors.Is(err, bad) || s.Events != 100 || s.Spikes[0] != 100 {
			t.Errorf("%s: after a read error %v, %v", name, s, err)
		}
		f := &failing{left: 7}
		eng := c.make(c.net, &Options{Record: f, Window: 1})
		if _, err := Run(context.Background(), eng, events.FromSlice(events.Header{}, ev)); !errors.Is(err, errDisk) || !f.ended {
			t.Errorf("%s: a failing recorder gives %v; ended: %v", name, err, f.ended)
		}
		if err := eng.Feed(ev); !errors.Is(err, errDisk) {
			t.Errorf("%s: the error is not sticky: %v", name, err)
		}
		eng = c.make(c.net, nil)
		if _, err := eng.Finish(); err != nil {
			t.Error(err)
		}
		if err := eng.Feed(ev); err == nil {
			t.Errorf("%s: Feed after Finish", name)
		}
		ctx, cancel := context.WithCancel(context.Background())
		eng = c.make(c.net, &Options{Window: 1})
		if err := eng.Feed(ev[:50]); err != nil {
			t.Fatal(err)
		}
		cancel()
		if s, err := Run(ctx, eng, events.FromSlice(events.Header{}, ev[50:])); !errors.Is(err, context.Canceled) || s.Events != 50 || s.Spikes[0] != 50 {
			t.Errorf("%s: cancelled after 50 events: %v, %v", name, s, err)
		}
		wrong := *c.net
		wrong.Layers = nil
		if err := c.make(&wrong, nil).Feed(ev); err == nil {
			t.Errorf("%s: a network without layers runs", name)
		}
		if _, err := c.make(&wrong, nil).Finish(); err == nil {
			t.Errorf("%s: a network without layers finishes", name)
		}
	}
}

// TestCancelInALongSpan: an event that lies a million years ahead does not hang a
// dense engine for ever.
func TestCancelInALongSpan(t *testing.T) {
	net := line(2, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}, 2)
	for _, c := range []struct {
		make func(*network.Network, *Options) Engine
		bias float32
	}{{NewDense, 0}, {NewEvent, 0.9}} {
		net.Layers[0].Bias = []float32{c.bias, 0}
		ctx, cancel := context.WithCancel(context.Background())
		calls := 0
		opt := &Options{Progress: func(Stats) {
			calls++
			cancel()
		}}
		s, err := Run(ctx, c.make(net, opt), events.FromSlice(events.Header{}, []events.Event{{}, {T: math.MaxInt64 / 4}}))
		if !errors.Is(err, context.Canceled) || calls == 0 || s.Steps == 0 || s.Steps > 1<<32 {
			t.Errorf("%d calls of Progress, %d steps, %v", calls, s.Steps, err)
		}
	}
}
