// Package network describes spiking networks: what is connected with what, with
// which weights and delays, and which neurons there are. A [Network] is plain
// data; package sim runs it, package learn trains it. It comes from a file
// ([Open], [Parse]; the format is docs/formats/network.md), is built in
// ([Builtin]), or is put together by a program and then tried with
// [Network.Check]. [Save] writes it into a folder that Open reads back bit for bit;
// [Diff] and [Network.Fingerprint] compare two.
//
// # Ten lines
//
//	n := &network.Network{
//		DtUS:  1000, // a step is 1 ms
//		Input: network.Input{Shape: network.Shape{H: 34, W: 34, C: 2}},
//		Layers: []*network.Layer{{
//			Name: "out", Shape: network.Flat(10),
//			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}},
//			In:     []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: w}}},
//		}},
//	}
//	err := n.Check() // everything that is wrong, at once
//
// # Order of neurons
//
// A layer has H rows, W columns and C channels. The index of a neuron is
// (y·W + x)·C + c: row by row, and the channels of a site side by side (HWC). So
// the input channels of a site, and the output channels of a kernel offset, lie
// side by side in memory. A flat layer is {1, 1, n}. Torch counts channel by
// channel (CHW); files say which of the two they mean, and the reader turns the
// weights.
//
// # Connections
//
// A layer sums what arrives over its connections, in the order of Layer.In and
// within one by ascending source, then adds the bias, and hands the sum to its
// neurons. n_i is how often source i spiked in the step:
//
//   - [Dense]: acc[j] += n_i · W[i·out + j]
//   - [Conv2D]: out[y][x][o] += n · W[ky][kx][c][o] for in[y·Stride − Pad + ky][x·Stride − Pad + kx][c],
//     a cross-correlation as torch.nn.Conv2d; the border is padded with silence
//   - [Pool]: out[y][x][c] += n · Weight for each of the K×K sites; rows and columns
//     beyond the last whole window are left out
//   - [Sparse]: a list for each source, in the order of the list
//
// A spike takes the connection's delay to arrive: steps in a clocked network, µs in
// a continuous one. Without delay it arrives in the step in which it was sent,
// because layers are worked through in order; a connection from the layer itself
// or a later one must have a delay. Check names a cycle that has none.
//
// A constant input, such as a picture shown in every step, is folded into the
// biases of the first layer ([Network.WithConstant]).
//
// A layer without neurons is a relay: it hands the counts that a pool sums on as
// spikes, in the same step.
//
// Random networks need not be listed: a [Wiring] makes the synapses of a connection by
// a rule, with weights and delays drawn from distributions ([Dist]). A connection ends
// on one receptor of its neurons, where those have several. What comes from outside
// without a recording are [Poisson] generators, constant drives, and lists of input
// spikes ([Network.Spikes]); a network in which nothing comes from the input
// ([Network.Sensorless]) runs without events. All that is drawn depends on a seed, a name
// and the number of a row or neuron, never on the order of drawing.
//
// # Touch groups
//
// Engines bring a potential up to date only when something happens to it, and
// decay over several steps is rounded once, not step by step. So it is part of a
// network's meaning who is brought up to date together: the touch group. A spike
// touches every group that it has a synapse into, whatever the weight. The group
// is the whole layer for Dense, one site with all its channels for Conv2D and
// Pool, one neuron for Sparse; the coarsest of its connections holds for the
// layer ([Layer.Group]). Layers whose neurons have synaptic currents or conductances,
// and those with generators, are touched throughout in every step. Every engine keeps
// to it, hence equal bits.
//
// # Costs
//
// Weights are float32, shared and never written by engines. A convolution costs
// K²·channels additions a spike, a dense connection one row of neurons. Checking
// reads each weight once; opening conv346 with its 1.8 million weights takes about
// 50 ms, most of it unpacking; 12.5 million synapses of a fixed in-degree are drawn in
// 0.24 s.
package network
