package main

import (
	"fmt"

	"dvsim/events"
	"dvsim/learn"
	"dvsim/network"
	"dvsim/neuron"
)

// readoutNet names the network that traces are trained with when no other is
// given: one layer.
const readoutNet = "readout"

// startNetwork is the network that training starts from, for samples of a shape.
func (s *trainSettings) startNetwork(shape network.Shape, classes []string) (*network.Network, error) {
	var n *network.Network
	var err error
	switch {
	case s.Net == readoutNet:
		n = untrainedReadout(shape, len(classes), s.Seed)
	default:
		if n, err = network.Load(s.Net, network.Options{Geometry: events.Geometry{Width: shape.W, Height: shape.H}, Seed: s.Seed}); err != nil {
			return nil, err
		}
		if isUntrained(s.Net) {
			resizeOutput(n, len(classes), s.Seed)
		}
	}
	if err := learn.Supports(n); err != nil {
		return nil, err
	}
	if err := s.fitClasses(n, classes); err != nil {
		return nil, err
	}
	if have, want := n.Input.Shape.Len(), shape.Len(); s.fixedInput() && have != want {
		return nil, fmt.Errorf("network %q takes %d × %d × %d = %d inputs, a sample has %d × %d × %d = %d", n.Name, n.Input.Shape.H, n.Input.Shape.W, n.Input.Shape.C, have, shape.H, shape.W, shape.C, want)
	}
	for _, l := range n.Layers {
		if l.Neuron == nil {
			continue
		}
		p := *l.Neuron
		switch {
		case s.Beta > 0:
			p.Beta, p.TauUS = []float32{float32(s.Beta)}, 0
		case s.Data.Bins > 0 && len(p.Beta) == 0 && p.TauUS > 0:
			// Bins differ in length from recording to recording, so that β cannot follow
			// from a time constant any more.
			p.Beta, p.TauUS = p.Decay(n.DtUS), 0
		}
		l.Neuron = &p
	}
	return n, n.Check()
}

// fixedInput reports whether the samples' sources are those of the network's input
// as they are: pictures and traces have no events that could be scaled.
func (s *trainSettings) fixedInput() bool { return s.Data.Traces != "" || s.Data.pictures() }

// isUntrained reports whether a network is one of the built-in ones that wait for
// training: their output layer follows the number of classes.
func isUntrained(name string) bool { return name == "tutorial" || name == "nmnist" }

// fitClasses checks that the output layer can tell the classes apart, and names its
// neurons.
func (s *trainSettings) fitClasses(n *network.Network, classes []string) error {
	out := n.Layers[len(n.Layers)-1]
	k := out.Shape.Len()
	loss, err := learn.ParseLoss(s.Loss)
	if err != nil {
		return usagef("--loss: %w", err)
	}
	told, err := learn.ClassesOf(loss, k)
	switch {
	case err != nil:
		return err
	case told != len(classes):
		return fmt.Errorf("the data has %d classes, layer %q of network %q has %d neurons and tells %d apart; where several neurons share a class: --loss ce_count:classes=%d", len(classes), out.Name, n.Name, k, told, len(classes))
	}
	if k == len(classes) && out.Shape.C == k {
		out.Labels = classes
	}
	return nil
}

// untrainedReadout is a network of one layer behind recorded spikes.
func untrainedReadout(shape network.Shape, classes int, seed uint64) *network.Network {
	n := &network.Network{Name: readoutNet, Doc: "one layer behind recorded spikes", DtUS: 1000}
	switch shape.C {
	case 1:
		n.Input = network.Input{Shape: shape, Polarity: network.Merged}
	case 2:
		n.Input = network.Input{Shape: shape, Polarity: network.Split}
	default:
		n.Input = network.Input{Shape: network.Shape{H: shape.H, W: shape.W * shape.C, C: 1}, Polarity: network.Merged}
	}
	n.Layers = []*network.Layer{{
		Name: "out", Shape: network.Flat(classes), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.95}},
		In: []network.Conn{{From: network.FromInput}},
	}}
	redraw(n, 0, seed)
	return n
}

// resizeOutput gives the last layer of a network so many neurons.
func resizeOutput(n *network.Network, classes int, seed uint64) {
	last := len(n.Layers) - 1
	if out := n.Layers[last]; out.Shape.Len() != classes {
		out.Shape, out.Labels = network.Flat(classes), nil
		redraw(n, last, seed)
	}
}

// redraw draws the weights and biases of a dense layer as torch.nn.Linear does.
func redraw(n *network.Network, layer int, seed uint64) {
	l := n.Layers[layer]
	in, out := n.Source(l.In[0].From).Len(), l.Shape.Len()
	w, b := make([]float32, in*out), make([]float32, out)
	init := network.Init{Seed: seed}
	init.Fill(w, l.Name+".weights", in)
	init.Fill(b, l.Name+".bias", in)
	l.In[0].Synapses, l.Bias = &network.Dense{W: w}, b
}

// parameters is the number of weights and biases.
func parameters(n *network.Network) (k int) {
	for _, l := range n.Layers {
		k += len(l.Bias)
		for _, c := range l.In {
			k += c.Synapses.Params()
		}
	}
	return k
}
