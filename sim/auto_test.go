package sim

import (
	"math/rand/v2"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/trace"
)

// TestAutoChooses: few spikes go by rows, many by the product, window by window, and
// the spikes are those of the other engines.
func TestAutoChooses(t *testing.T) {
	net := benchNet(130, 1000)
	net.Layers = append(net.Layers, &network.Layer{
		Name: "sparse", Shape: network.Flat(10), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}},
		In: []network.Conn{{From: 1, Synapses: network.NewSparse(10, []network.Synapse{{Source: 1, Target: 2, Weight: 1}})}},
	})
	r := rand.New(rand.NewPCG(4, 4))
	var ev []events.Event
	for ms := range int64(400) {
		for y := range 34 {
			for x := range 34 {
				for p := range 2 {
					if ms >= 200 || r.IntN(50) == 0 { // sparse, then full
						ev = append(ev, events.Event{T: ms * 1000, X: uint16(x), Y: uint16(y), P: events.Polarity(p)})
					}
				}
			}
		}
	}
	make := choosing(costs{1, 0.7})
	got := feed(t, make, net, Options{Workers: 3}, ev, 0)
	if d := differ(feed(t, NewEvent, net, Options{}, ev, 0), got); d != "" {
		t.Error(d)
	}
	c := got.stats.Choices
	if len(c) != 3 || c[0].Layer != "hidden" || c[0].Event < 2 || c[0].Dense < 2 || c[0].Activity < 0.3 || c[0].Activity > 0.7 {
		t.Errorf("choices %+v", c)
	}
	if !strings.Contains(c[0].Why, "the product pays from 70 % on") || !strings.HasPrefix(c[2].Why, "event") || c[2].Dense != 0 {
		t.Errorf("reasons %q and %q", c[0].Why, c[2].Why)
	}
	auto := feed(t, NewAuto, net, Options{}, ev, 0)
	if d := differ(got, auto); d != "" {
		t.Error(d)
	}
	if c := auto.stats.Choices; len(c) != 3 {
		t.Errorf("choices of NewAuto: %+v", c)
	}
	t.Log(auto.stats.Choices[0].Why)
}

// TestLatency: with no latency allowed the spikes of a step are there as soon as an
// event of the next one has come, with more they may wait, but no longer.
func TestLatency(t *testing.T) {
	net := line(2, &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}}, 2)
	for _, c := range []struct{ latency, seen int64 }{{0, 9}, {2000, 7}, {4000, 5}, {1e9, 0}} {
		var mem trace.Memory
		e := NewEvent(net, &Options{Record: &mem, LatencyUS: &c.latency})
		for k := range int64(10) {
			if err := e.Feed([]events.Event{at(k, 0)}); err != nil {
				t.Fatal(err)
			}
			n := int64(0)
			for range mem.Groups(1) {
				n++
			}
			if k == 9 && n < c.seen {
				t.Errorf("latency %d µs: %d of 9 steps have been run", c.latency, n)
			}
			if c.latency == 0 && n != k {
				t.Errorf("no latency: after an event of step %d, %d steps have been run", k, n)
			}
		}
	}
}
