package network

import (
	"fmt"

	"dvsim/events"
	"dvsim/neuron"
)

const (
	tutorialDoc = "784-256-10, after snnTorch's tutorial on MNIST; untrained"
	nmnistDoc   = "2312-256-10 for N-MNIST in 25 bins: 310 ms in steps of 12.4 ms; untrained"
)

// tutorial is the network of snnTorch's tutorial 5, nn.Linear and Leaky twice, with
// 256 hidden neurons. It takes a picture as a constant input
// ([Network.WithConstant]), or a recording, of which the polarity does not count.
func tutorial(g events.Geometry, seed uint64) *Network {
	return linearNet("tutorial", tutorialDoc, 1000, Input{Shape: Shape{28, 28, 1}, Polarity: Merged, Sensor: g}, seed)
}

// nmnist is the same for the recordings of N-MNIST, 34×34 pixels and 2
// polarities, which last about 300 ms.
func nmnist(g events.Geometry, seed uint64) *Network {
	return linearNet("nmnist", nmnistDoc, 310_000/25, Input{Shape: Shape{34, 34, 2}, Polarity: Split, Sensor: g}, seed)
}

// linearNet is input-256-10, fully connected, Leaky with β 0.95, θ 1 and reset by
// subtraction. Weights and biases are drawn as torch.nn.Linear does: uniform in
// ±1/√fan_in.
func linearNet(name, doc string, dtUS int64, in Input, seed uint64) *Network {
	n := &Network{Name: name, Doc: doc, DtUS: dtUS, Input: in}
	from, fan := FromInput, in.Shape.Len()
	for i, l := range []struct {
		name string
		size int
	}{{"hidden", 256}, {"out", 10}} {
		w, b := make([]float32, fan*l.size), make([]float32, l.size)
		Init{Seed: seed}.Fill(w, l.name+".weights", fan)
		Init{Seed: seed}.Fill(b, l.name+".bias", fan)
		n.Layers = append(n.Layers, &Layer{
			Name: l.name, Shape: Flat(l.size), Bias: b, In: []Conn{{From: from, Synapses: &Dense{W: w}}},
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.95}, Threshold: []float32{1}, Reset: neuron.Subtract},
		})
		from, fan = i, l.size
	}
	out := n.Layers[1]
	for digit := range out.Shape.C {
		out.Labels = append(out.Labels, fmt.Sprint(digit))
	}
	return n
}
