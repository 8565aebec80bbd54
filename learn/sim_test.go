package learn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/sim"
	"dvsim/trace"
)

// TestForwardIsTheEngines holds the trainer's way there to both engines, spike for
// spike: layers with and without bias, quiet input that leaves layers untouched for
// many steps, counts, all resets, potentials that start above the threshold.
func TestForwardIsTheEngines(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 5))
		net := chain(2*6*5, 30+r.IntN(200), 20, 4)
		net.Input = network.Input{Shape: network.Shape{H: 5, W: 6, C: 2}, Binary: r.IntN(2) == 0}
		for _, l := range net.Layers {
			for i := range l.In[0].Synapses.(*network.Dense).W {
				l.In[0].Synapses.(*network.Dense).W[i] *= 4
			}
			if r.IntN(2) == 0 {
				l.Bias = nil
			}
			l.Neuron.Reset = []neuron.Reset{neuron.Subtract, neuron.Zero, neuron.None}[r.IntN(3)]
			l.Neuron.Graded = []float32{0, 0.5}[r.IntN(2)]
			l.Neuron.VInit = []float32{[]float32{0, 2.5}[r.IntN(2)]}
			if r.IntN(2) == 0 {
				l.Neuron.Beta = nil
				for range l.Shape.Len() {
					l.Neuron.Beta = append(l.Neuron.Beta, r.Float32())
					l.Neuron.Threshold = append(l.Neuron.Threshold, 0.5+r.Float32())
				}
			}
		}
		if err := net.Check(); err != nil {
			t.Fatal(err)
		}
		const steps = 40
		rate := []int{2, 30}[r.IntN(2)]
		set := &trace.Set{Layer: trace.Layer{H: 5, W: 6, C: 2}, Steps: steps, DtUS: net.DtUS, Classes: []string{"0"}}
		var recordings [][]events.Event
		for range 3 {
			ev, sample := randomSample(r, net, steps, rate)
			recordings, set.Samples = append(recordings, ev), append(set.Samples, sample)
		}
		if err := set.Check(); err != nil {
			t.Fatal(err)
		}
		tr := &Trainer{Net: net}
		if err := tr.prepare(Spikes(set)); err != nil {
			t.Fatal(err)
		}
		loadAll(tr, Spikes(set))
		tr.m.forward()
		for b, ev := range recordings {
			for name, engine := range map[string]func(*network.Network, *sim.Options) sim.Engine{"event": sim.NewEvent, "dense": sim.NewDense} {
				var got trace.Memory
				zero := int64(0)
				eng := engine(net, &sim.Options{Record: &got, T0: &zero, DurationUS: steps * net.DtUS})
				if err := eng.Feed(ev); err != nil {
					t.Fatal(err)
				}
				if _, err := eng.Finish(); err != nil {
					t.Fatal(err)
				}
				for i, l := range tr.m.layers {
					at := map[int64][]uint32{}
					for step, g := range got.Groups(i + 1) {
						at[step] = g.Index
					}
					for step := range steps {
						want, _ := l.out[b].Step(step)
						if fmt.Sprint(at[int64(step)]) != fmt.Sprint(want) {
							t.Fatalf("seed %d, sample %d, %s engine, step %d of %s: spikes %v, the trainer has %v", seed, b, name, step, l.name, at[int64(step)], want)
						}
					}
				}
			}
		}
		tr.Close()
	}
}

// randomSample is a recording and what a data set makes of it.
func randomSample(r *rand.Rand, net *network.Network, steps, rate int) ([]events.Event, trace.Sample) {
	var ev []events.Event
	var s trace.Sample
	enc := net.Input.Encoder()
	for step := range int64(steps) {
		count := make([]int, net.Input.Shape.Len())
		for range r.IntN(rate) * r.IntN(2) {
			e := events.Event{T: step * net.DtUS, X: uint16(r.IntN(6)), Y: uint16(r.IntN(5)), P: events.Polarity(r.IntN(2))}
			ev = append(ev, e)
			i, _ := enc.Index(&e)
			count[i]++
			if net.Input.Binary {
				count[i] = 1
			}
		}
		for i, n := range count {
			if n > 0 {
				s.Entries = trace.AppendPacked(s.Entries, uint32(i), n)
			}
		}
		s.Ends = append(s.Ends, uint32(len(s.Entries)))
	}
	return ev, s
}
