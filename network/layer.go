package network

import (
	"fmt"
	"math"

	"dvsim/events"
)

// maxNeurons bounds a layer: indices of spikes and targets have 31 bits.
const maxNeurons = math.MaxInt32

// maxSide bounds kernels, strides and pads: no sensor has a longer side.
const maxSide = 1 << 16

// maxPixels bounds the sides of the input and of recordings.
const maxPixels = 65535

// String returns "260×346×2", or "10" for a flat shape.
func (s Shape) String() string {
	if s.H == 1 && s.W == 1 {
		return fmt.Sprint(s.C)
	}
	return fmt.Sprintf("%d×%d×%d", s.H, s.W, s.C)
}

// valid reports whether the sides are positive and the product fits an index.
func (s Shape) valid() bool {
	return s.H > 0 && s.W > 0 && s.C > 0 && s.H <= maxNeurons/s.W && s.H*s.W <= maxNeurons/s.C
}

// product multiplies positive sizes; it stops at the largest int.
func product(sizes ...int) int {
	n := 1
	for _, d := range sizes {
		if d > 0 && n > math.MaxInt/d {
			return math.MaxInt
		}
		n *= d
	}
	return n
}

// Group is the unit of touching of the layer: the coarsest of its connections.
func (l *Layer) Group() Group {
	g := ByNeuron
	for _, c := range l.In {
		g = max(g, c.Synapses.Group())
	}
	return g
}

// Group names, for people.
var groupNames = map[Group]string{ByNeuron: "neuron", BySite: "site", ByLayer: "layer"}

// String returns "neuron", "site" or "layer".
func (g Group) String() string { return groupNames[g] }

// MinDelay is the shortest delay among the synapses of the connection.
func (c *Conn) MinDelay() int64 {
	d := c.Delay
	if s, ok := c.Synapses.(*Sparse); ok && len(s.Delay) > 0 {
		d = math.MaxInt64
		for _, v := range s.Delay {
			d = min(d, int64(v))
		}
	}
	return d
}

// MaxDelay is the longest delay among the synapses of the connection.
func (c *Conn) MaxDelay() int64 {
	d := c.Delay
	if s, ok := c.Synapses.(*Sparse); ok && len(s.Delay) > 0 {
		d = 0
		for _, v := range s.Delay {
			d = max(d, int64(v))
		}
	}
	return d
}

// Source is the shape of the source of a connection: of a layer, or of the input.
func (n *Network) Source(from int) Shape {
	if from == FromInput {
		return n.Input.Shape
	}
	return n.Layers[from].Shape
}

// SourceName is the name of the source of a connection; that of the input is "input".
func (n *Network) SourceName(from int) string {
	if from == FromInput {
		return InputName
	}
	return n.Layers[from].Name
}

// Sensorless reports whether no connection comes from the input: such a network
// runs without a recording.
func (n *Network) Sensorless() bool {
	for _, l := range n.Layers {
		for _, c := range l.In {
			if c.From == FromInput {
				return false
			}
		}
	}
	return true
}

// InputName is what the input is called where layers are named.
const InputName = "input"

// NeuronLayers lists the layers that have neurons, in order. A trace has these
// after the input; relays are left out.
func (n *Network) NeuronLayers() []int {
	var at []int
	for i, l := range n.Layers {
		if !l.Relay() {
			at = append(at, i)
		}
	}
	return at
}

// Neurons is the number of neurons of all layers; relays have none.
func (n *Network) Neurons() int {
	sum := 0
	for _, i := range n.NeuronLayers() {
		sum += n.Layers[i].Shape.Len()
	}
	return sum
}

// Params is the number of weights and biases stored.
func (n *Network) Params() int {
	sum := 0
	for _, l := range n.Layers {
		sum += len(l.Bias)
		for _, c := range l.In {
			sum += c.Synapses.Params()
		}
	}
	return sum
}

// Synapses is the number of connections between two neurons (or input pixels)
// that arrive at the layer: what a dense engine works through in each step. A
// convolution has many more of them than weights.
func (n *Network) Synapses(layer int) int64 {
	l := n.Layers[layer]
	var sum int64
	for _, c := range l.In {
		sum += synapses(c.Synapses, n.Source(c.From), l.Shape)
	}
	return sum
}

func synapses(s Synapses, in, out Shape) int64 {
	switch s := s.(type) {
	case *Dense:
		return int64(in.Len()) * int64(out.Len())
	case *Pool:
		return int64(out.Len()) * int64(s.K) * int64(s.K)
	case *Sparse:
		return int64(len(s.Target))
	case *Conv2D:
		// Rows and columns are independent: Σ over sources of rows(y)·columns(x).
		var rows, cols int64
		for y := range in.H {
			a, b, _ := s.Reach(y, out.H)
			rows += int64(max(0, b-a+1))
		}
		for x := range in.W {
			a, b, _ := s.Reach(x, out.W)
			cols += int64(max(0, b-a+1))
		}
		return rows * cols * int64(in.C) * int64(out.C)
	}
	panic(fmt.Sprintf("network: unknown synapses %T", s))
}

// Channels is the number of input channels that a polarity mode makes: 2 for
// Split (and ""), 1 for the others.
func (m PolarityMode) Channels() int {
	if m == Split || m == "" {
		return 2
	}
	return 1
}

// Geometry is the size of the recording that the input takes: Sensor, or the
// shape's own size where that is unknown.
func (in *Input) Geometry() events.Geometry {
	if in.Sensor.Known() {
		return in.Sensor
	}
	return events.Geometry{Width: in.Shape.W, Height: in.Shape.H}
}
