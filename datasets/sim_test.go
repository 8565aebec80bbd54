package datasets_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/datasets"
	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/sim"
	"dvsim/trace"
)

// inputOf runs events through an engine and returns its input spikes as entries.
func inputOf(t *rapid.T, in network.Input, dt int64, ev []events.Event) (steps [][]uint32, stats sim.Stats) {
	n := in.Shape.Len()
	net := &network.Network{Name: "n", DtUS: dt, Input: in, Layers: []*network.Layer{{
		Name: "out", Shape: network.Flat(1), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}, Threshold: []float32{1}},
		In: []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: make([]float32, n)}}},
	}}}
	var mem trace.Memory
	eng := sim.NewEvent(net, &sim.Options{Record: &mem})
	if err := eng.Feed(ev); err != nil {
		t.Fatal(err)
	}
	stats, err := eng.Finish()
	if err != nil {
		t.Fatal(err)
	}
	steps = make([][]uint32, stats.Steps)
	for s, g := range mem.Groups(0) {
		for i, j := range g.Index {
			c := 1
			if g.Counts != nil {
				c = int(g.Counts[i])
			}
			steps[s] = trace.AppendPacked(steps[s], j, c)
		}
	}
	return steps, stats
}

// TestSimSeesTheSame: the input spikes of a sample are those that an engine has,
// with steps and, by BinWidth, with bins; also out of order and beyond the sensor.
func TestSimSeesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := events.Geometry{Width: rapid.IntRange(1, 150).Draw(t, "width"), Height: rapid.IntRange(1, 90).Draw(t, "height")}
		in := network.Input{
			Polarity: rapid.SampledFrom([]network.PolarityMode{"", network.Split, network.Merged, network.OnOnly, network.OffOnly}).Draw(t, "polarity"),
			Shape:    network.Shape{H: rapid.IntRange(1, g.Height).Draw(t, "h"), W: rapid.IntRange(1, g.Width).Draw(t, "w"), C: 2},
			Sensor:   g,
			Binary:   rapid.Bool().Draw(t, "binary"),
		}
		if in.Polarity != "" && in.Polarity != network.Split {
			in.Shape.C = 1
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		ev := someEvents(rng, g, rapid.IntRange(1, 3000).Draw(t, "events"), rapid.Bool().Draw(t, "wild"))
		enc := datasets.Encoding{Input: &in, Classes: classes(1), Bins: rapid.IntRange(0, 40).Draw(t, "bins")}
		if enc.Bins == 0 {
			enc.DtUS = rapid.Int64Range(200, 4000).Draw(t, "dt")
			enc.Steps = rapid.IntRange(0, 50).Draw(t, "steps")
		}
		s, rep, err := datasets.Encode(context.Background(), []datasets.Recording{toyRecording("r", 0, g, ev...)}, enc)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		dt := enc.DtUS
		if enc.Bins > 0 {
			last := slices.MaxFunc(ev, func(a, b events.Event) int { return int(a.T - b.T) }).T
			dt = datasets.BinWidth(ev[0].T, last, enc.Bins)
		}
		want, stats := inputOf(t, in, dt, ev)
		if enc.Bins == 0 && enc.Steps == 0 && s.Steps != len(want) {
			t.Fatalf("%d steps, the engine ran %d", s.Steps, len(want))
		}
		var cut int64
		for k := range max(len(want), s.Steps) {
			var w []uint32
			if k < len(want) {
				w = want[k]
			}
			if k >= s.Steps {
				for _, e := range w {
					_, n := trace.Unpack(e)
					cut += int64(n)
				}
				continue
			}
			if got := s.Samples[0].Step(k); !slices.Equal(got, w) {
				t.Fatalf("step %d: %v, the engine has %v", k, got, w)
			}
		}
		if rep.Outside.N != stats.Outside || rep.Ignored.N != stats.Ignored || rep.Events != stats.Events || !in.Binary && rep.Cut.N != cut {
			t.Fatalf("report %+v, the engine %+v, cut %d", rep, stats, cut)
		}
		if rep.Cut.N == 0 && rep.Late.N != stats.Late {
			t.Fatalf("%d late, the engine has %d", rep.Late.N, stats.Late)
		}
	})
}
