package sim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dvsim/effort"
	"dvsim/events"
	"dvsim/network"
)

// countedRun runs events through an engine and counts the effort.
func countedRun(t failer, make func(*network.Network, *Options) Engine, net *network.Network, opt Options, ev []events.Event) (effort.Effort, Stats) {
	t.Helper()
	count := effort.NewCounter(net)
	opt.Record = count
	e := make(net, &opt)
	if err := e.Feed(ev); err != nil {
		t.Fatalf("Feed: %v", err)
	}
	stats, err := e.Finish()
	if err != nil {
		t.Fatalf("Finish: %v", err)
	}
	return count.Effort(0), stats
}

// agrees compares what a counter makes of the spikes with what the engine counted at
// its synapses and neurons: two ways to the same numbers.
func agrees(t failer, e *effort.Effort, s *Stats) {
	t.Helper()
	if e.SynapticEvents != float64(s.SynapticEvents) {
		t.Fatalf("%v synaptic events by the spikes, %d by the engine", e.SynapticEvents, s.SynapticEvents)
	}
	if e.DenseUpdates != float64(s.DenseUpdates) {
		t.Fatalf("%v dense updates, the engine says %d", e.DenseUpdates, s.DenseUpdates)
	}
	var events float64
	for i := range e.Layers {
		if e.Layers[i].Spikes != float64(s.Spikes[i]) {
			t.Fatalf("%s: %v spikes, the engine says %d", e.Layers[i].Name, e.Layers[i].Spikes, s.Spikes[i])
		}
		events += e.Layers[i].MACs + e.Layers[i].ACs
	}
	if events != e.MACs+e.ACs || events > e.SynapticEvents {
		t.Fatalf("%v operations by layers, %v in all, of %v synaptic events", events, e.MACs+e.ACs, e.SynapticEvents)
	}
}

func TestEffortAgreesWithEngines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMaker(t)
		net := m.network()
		ev := m.events(net, m.int("events", 0, 400))
		opt := Options{DurationUS: int64(m.int("duration", 0, 60_000)), Window: rapid.SampledFrom([]int{1, 0, 10}).Draw(t, "window"), Workers: m.int("workers", 1, 3)}
		dense, stats := countedRun(t, NewDense, net, opt, ev)
		agrees(t, &dense, &stats)
		event, stats := countedRun(t, crewed, net, opt, ev)
		agrees(t, &event, &stats)
		if d := cmp.Diff(dense, event); d != "" {
			t.Fatalf("effort of dense and event engine: %s", d)
		}
	})
}

func TestEffortOfContinuousNetworks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMaker(t)
		net := m.continuous()
		ev := m.events(net, m.int("events", 0, 60))
		opt := Options{DurationUS: int64(m.int("duration", 0, 20_000))}
		e, stats := countedRun(t, NewEvent, net, opt, ev)
		agrees(t, &e, &stats)
		opt.DtUS = int64(m.int("step", 1, 3) * 700)
		e, stats = countedRun(t, NewDense, net, opt, ev)
		stats.DenseUpdates = int64(e.DenseUpdates) // the engine counts steps of the grid, effort ms
		agrees(t, &e, &stats)
	})
}
