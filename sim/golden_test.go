package sim

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"dvsim/events"
	"dvsim/internal/golden"
	"dvsim/network"
	"dvsim/neuron"
)

// uniform draws weights without any function that processors compute differently.
func uniform(r *rand.Rand, n int, lo, hi float32) []float32 {
	f := make([]float32, n)
	for i := range f {
		f[i] = lo + float32((hi-lo)*r.Float32())
	}
	return f
}

// goldenNets are networks whose spikes and potentials are pinned: the file holds
// for every processor, every GOAMD64, every number of workers and both engines.
func goldenNets() []*network.Network {
	r := rand.New(rand.NewPCG(2026, 1))
	in := network.Input{Shape: network.Shape{H: 24, W: 32, C: 2}}
	conn := func(from int, delay int64, s network.Synapses) network.Conn {
		return network.Conn{From: from, Delay: delay, Synapses: s}
	}
	random := func(in, out, fan int, lo, hi float32, delays int32) *network.Sparse {
		var list []network.Synapse
		for i := range in {
			for range fan {
				list = append(list, network.Synapse{Source: int32(i), Target: r.Int32N(int32(out)), Weight: lo + float32((hi-lo)*r.Float32()), Delay: 1 + r.Int32N(delays)})
			}
		}
		return network.NewSparse(in, list)
	}
	conv := &network.Network{Name: "conv", DtUS: 1000, Input: in, Layers: []*network.Layer{
		{
			Name: "conv1", Shape: network.Shape{H: 24, W: 32, C: 8}, Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}},
			In: []network.Conn{conn(-1, 0, &network.Conv2D{K: 3, Pad: 1, W: uniform(r, 9*2*8, -0.5, 0.8)})},
		},
		{Name: "pool", Shape: network.Shape{H: 12, W: 16, C: 8}, In: []network.Conn{conn(0, 0, &network.Pool{K: 2, Weight: 0.3})}},
		{
			Name: "conv2", Shape: network.Shape{H: 6, W: 8, C: 12}, Neuron: &neuron.Params{Model: neuron.Leaky, TauUS: 7000, Reset: neuron.Zero, ResetNow: true},
			Bias: uniform(r, 12, -0.01, 0.02), In: []network.Conn{conn(1, 0, &network.Conv2D{K: 3, Stride: 2, Pad: 1, W: uniform(r, 9*8*12, -0.3, 0.4)})},
		},
		{
			Name: "out", Shape: network.Flat(10), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: uniform(r, 10, 0.7, 0.99), Threshold: uniform(r, 10, 0.8, 1.2), Inhibition: true},
			Bias: uniform(r, 10, 0, 0.05), In: []network.Conn{conn(2, 0, &network.Dense{W: uniform(r, 6*8*12*10, -0.2, 0.3)}), conn(3, 2, &network.Dense{W: uniform(r, 100, -0.5, 0.1)})},
		},
	}}
	recurrent := &network.Network{Name: "recurrent", DtUS: 500, Input: in, Layers: []*network.Layer{
		{
			Name: "lif", Shape: network.Flat(400), Neuron: &neuron.Params{Model: neuron.LIF, TauUS: 15_000, RefractoryUS: 2000, Drive: uniform(r, 400, 0.5, 1.3), VInit: uniform(r, 400, 0, 1)},
			In: []network.Conn{conn(-1, 0, random(24*32*2, 400, 3, 0, 0.5, 4)), conn(0, 0, random(400, 400, 20, -0.15, 0.1, 20)), conn(1, 3, &network.Dense{W: uniform(r, 50*400, -0.02, 0.01)})},
		},
		{
			Name: "leaky", Shape: network.Flat(50), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.95}, Graded: 0.7},
			In: []network.Conn{conn(0, 1, &network.Dense{W: uniform(r, 400*50, -0.1, 0.12)})},
		},
	}}
	continuous := &network.Network{Name: "continuous", Input: in, Layers: []*network.Layer{
		{
			Name: "a", Shape: network.Flat(300), Neuron: &neuron.Params{Model: neuron.LIF, TauUS: 10_000, RefractoryUS: 1000},
			In: []network.Conn{conn(-1, 0, random(24*32*2, 300, 4, 0, 0.6, 1)), conn(0, 0, random(300, 300, 10, -0.3, 0.3, 5000))},
		},
		{
			Name: "b", Shape: network.Flat(20), Neuron: &neuron.Params{Model: neuron.LIF, TauUS: 20_000, Drive: uniform(r, 20, 0, 1.2)},
			In: []network.Conn{conn(0, 0, &network.Dense{W: uniform(r, 300*20, -0.1, 0.1)})},
		},
	}}
	return []*network.Network{conv, recurrent, continuous}
}

func goldenEvents() []events.Event {
	r := rand.New(rand.NewPCG(7, 7))
	ev := make([]events.Event, 6000)
	t := int64(1000)
	for i := range ev {
		t += r.Int64N(90)
		if r.IntN(500) == 0 {
			t += r.Int64N(30_000)
		}
		ev[i] = events.Event{T: t, X: uint16(r.IntN(32)), Y: uint16(r.IntN(24)), P: events.Polarity(r.IntN(2))}
	}
	return ev
}

func hashFloats(v [][]float32) uint64 {
	h := fnv.New64a()
	for _, l := range v {
		for _, x := range l {
			b := math.Float32bits(x)
			h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
		}
	}
	return h.Sum64()
}

// TestGolden pins the spikes and potentials of three networks. Run it with
// GOAMD64=v3 too: nothing may be fused.
func TestGolden(t *testing.T) {
	var out bytes.Buffer
	for _, net := range goldenNets() {
		ev := goldenEvents()
		r := feed(t, NewEvent, net, Options{}, ev, 0)
		fmt.Fprintf(&out, "%s: trace %016x, potentials %016x, spikes %v, synaptic events %d, neuron updates %d\n",
			net.Name, r.hash, hashFloats(r.v), r.stats.Spikes, r.stats.SynapticEvents, r.stats.NeuronUpdates)
		for _, n := range r.stats.Spikes {
			if n < 50 {
				t.Errorf("%s: spikes %v: a layer that hardly spikes pins nothing", net.Name, r.stats.Spikes)
			}
		}
		if net.Continuous() {
			continue
		}
		if d := differ(feed(t, NewDense, net, Options{}, ev, 0), r); d != "" {
			t.Errorf("%s: dense, then event: %s", net.Name, d)
		}
		if d := differ(feed(t, crewed, net, Options{Workers: 3, Window: 50}, ev, 100), r); d != "" {
			t.Errorf("%s: three workers, then one: %s", net.Name, d)
		}
	}
	golden.Text(t, "testdata/golden.txt", out.Bytes())
}
