package sim

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// result is everything that two runs must have in common, bit for bit.
type result struct {
	mem   *trace.Memory
	hash  uint64
	stats Stats
	v     [][]float32 // potentials at the end, of each layer that has neurons
}

// failer is a testing.T or a rapid.T.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// feed runs events through an engine, in batches of the given size (0: one
// batch), and collects the result. make is NewEvent or NewDense.
func feed(t failer, make func(*network.Network, *Options) Engine, net *network.Network, opt Options, ev []events.Event, batch int) result {
	t.Helper()
	r := result{mem: new(trace.Memory)}
	hash := new(trace.Hash)
	opt.Record = trace.Tee(r.mem, hash)
	e := make(net, &opt)
	if batch == 0 {
		batch = max(1, len(ev))
	}
	for b := range slices.Chunk(ev, batch) {
		if err := e.Feed(b); err != nil {
			t.Fatalf("Feed: %v", err)
		}
	}
	var err error
	if r.stats, err = e.Finish(); err != nil {
		t.Fatalf("Finish: %v", err)
	}
	r.hash = hash.Sum64()
	if r.stats.Steps > 0 {
		for _, i := range net.NeuronLayers() {
			r.v = append(r.v, e.(interface{ potentials(int) []float32 }).potentials(i))
		}
	}
	return r
}

// differ says in what two results differ; "" if in nothing.
func differ(a, b result) string {
	if d := trace.Diff(a.mem, b.mem); d != nil {
		return d.String()
	}
	if a.hash != b.hash {
		return fmt.Sprintf("hash %016x and %016x", a.hash, b.hash)
	}
	for i := range a.v {
		for j := range a.v[i] {
			if math.Float32bits(a.v[i][j]) != math.Float32bits(b.v[i][j]) {
				return fmt.Sprintf("potential of neuron %d of layer %q: %v and %v", j, a.stats.LayerNames[i], a.v[i][j], b.v[i][j])
			}
		}
	}
	x, y := a.stats, b.stats
	x.NeuronUpdates, y.NeuronUpdates = 0, 0
	x.Seconds, y.Seconds = 0, 0
	x.Choices, y.Choices = nil, nil
	if s, z := fmt.Sprintf("%+v", x), fmt.Sprintf("%+v", y); s != z {
		return "stats " + s + " and " + z
	}
	return ""
}

// crewed is NewEvent with workers that share every piece of work, however small.
func crewed(net *network.Network, opt *Options) Engine {
	e := NewEvent(net, opt)
	if e, ok := e.(*eventEngine); ok && e.crew != nil {
		e.crew.worth = 0
	}
	return e
}

// choosing is crewed with a choice by the given costs.
func choosing(c costs) func(*network.Network, *Options) Engine {
	return func(net *network.Network, opt *Options) Engine {
		e := crewed(net, opt)
		if e, ok := e.(*eventEngine); ok && e.layers != nil {
			e.choose(c)
		}
		return e
	}
}

// TestEventEqualsDense is the property that all the rest stands on.
func TestEventEqualsDense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMaker(t)
		net := m.network()
		ev := m.events(net, m.int("events", 0, 400))
		opt := Options{DurationUS: int64(m.int("duration", 0, 60_000))}
		want := feed(t, NewDense, net, opt, ev, 0)
		if want.stats.NeuronUpdates != want.stats.DenseUpdates {
			t.Fatalf("the dense engine updated %d neurons, not all %d", want.stats.NeuronUpdates, want.stats.DenseUpdates)
		}
		opt.Workers = m.int("workers", 1, 8)
		opt.Window = rapid.SampledFrom([]int{1, 0, 10, 100}).Draw(t, "window")
		got := feed(t, crewed, net, opt, ev, m.int("batch", 0, 50))
		if d := differ(want, got); d != "" {
			t.Fatalf("dense, then event: %s\n%s", d, describe(net))
		}
		if got.stats.NeuronUpdates > want.stats.NeuronUpdates {
			t.Fatalf("the event engine updated %d neurons, stepping all would have been %d", got.stats.NeuronUpdates, want.stats.NeuronUpdates)
		}
		opt.Window = 0
		if m.bool("latency") {
			latency := int64(m.int("ms", 0, 30)) * 1000
			opt.LatencyUS = &latency
		}
		product := m.r.Float64()
		got = feed(t, choosing(costs{1, product}), net, opt, ev, m.int("batch", 0, 50))
		if d := differ(want, got); d != "" {
			t.Fatalf("dense, then auto where a product costs %g of a row: %s\n%s", product, d, describe(net))
		}
		opt.LatencyUS = nil
		opt.Matmul = true
		if d := differ(want, feed(t, NewDense, net, opt, ev, 7)); d != "" {
			t.Fatalf("dense, then dense with all products: %s", d)
		}
	})
}

func describe(net *network.Network) string {
	s := fmt.Sprintf("input %+v\n", net.Input)
	for _, l := range net.Layers {
		s += fmt.Sprintf("layer %s %v bias %d", l.Name, l.Shape, len(l.Bias))
		if l.Neuron != nil {
			p := l.Neuron
			s += fmt.Sprintf(" %s β%d θ%d reset %q now %v inhib %v graded %v τ %v ref %d drive %d init %d", p.Model, len(p.Beta), len(p.Threshold), p.Reset, p.ResetNow, p.Inhibition, p.Graded, p.TauUS, p.RefractoryUS, len(p.Drive), len(p.VInit))
		}
		for _, c := range l.In {
			s += fmt.Sprintf("\n    from %d delay %d %s", c.From, c.Delay, c.Synapses.Kind())
		}
		s += "\n"
	}
	return s
}
