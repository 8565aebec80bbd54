package network

import (
	"dvsim/events"
	"dvsim/neuron"
)

const denseDoc = "2312-256-10, fully connected, random weights: for measuring"

// denseNet is the shape of network that N-MNIST is learnt with, 2312-256-10, for
// any recording: larger ones are shrunk to 34×34. Its weights are drawn twice as
// wide as torch.nn.Linear draws them, so that a few per cent of the neurons spike
// in a step; it recognises nothing and is for benchmarks.
func denseNet(g events.Geometry, seed uint64) *Network {
	const side = 34
	g, seed = orDefaultGeometry(g), max(seed, 1)
	n := &Network{
		Name: "dense", Doc: denseDoc, DtUS: 1000,
		Input: Input{Shape: Shape{min(side, g.Height), min(side, g.Width), 2}, Polarity: Split, Sensor: g},
	}
	from, in := FromInput, n.Input.Shape.Len()
	for i, l := range []struct {
		name string
		size int
	}{{"hidden", 256}, {"out", 10}} {
		w := make([]float32, in*l.size)
		Init{Seed: seed, Scale: 2}.Fill(w, l.name+".weights", in)
		n.Layers = append(n.Layers, &Layer{
			Name: l.name, Shape: Flat(l.size), In: []Conn{{From: from, Synapses: &Dense{W: w}}},
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.95}, Threshold: []float32{1}, Reset: neuron.Subtract},
		})
		from, in = i, l.size
	}
	return n
}
