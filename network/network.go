package network

import (
	"dvsim/events"
	"dvsim/neuron"
)

// Shape is the shape of a layer or input: H rows, W columns, C channels, stored
// row by row with the channels of a site side by side (HWC). A flat layer of n
// neurons is {1, 1, n}.
type Shape struct {
	H, W, C int
}

// Flat is the shape of n neurons without positions.
func Flat(n int) Shape { return Shape{1, 1, n} }

// Len is the number of neurons: H × W × C.
func (s Shape) Len() int { return s.H * s.W * s.C }

// Index is the index of channel c at column x of row y.
func (s Shape) Index(y, x, c int) int { return (y*s.W+x)*s.C + c }

// Input is the network's side of the recording: how an event becomes an input
// spike. Index of an input: Shape.Index(y, x, channel).
type Input struct {
	// Shape is the size of the input: H × W sites and 1 or 2 channels.
	Shape Shape
	// Polarity says how polarities become channels.
	Polarity PolarityMode
	// Sensor is the geometry of the recording that the input takes. Where it is larger
	// than Shape, events are scaled down: x' = x·W/Sensor.Width in whole numbers.
	// Unknown (zero) means equal to Shape.
	Sensor events.Geometry
	// Binary makes an input spike at most once a step; the default counts events.
	Binary bool
	// Spikes are input spikes that the network brings with it, ascending in time; see
	// [Network.Spikes].
	Spikes []InputSpike
}

// PolarityMode says how polarities become input channels.
type PolarityMode string

const (
	Split   PolarityMode = "split" // channel 0 is OFF, channel 1 is ON (default)
	Merged  PolarityMode = "merge" // one channel, polarity ignored
	OnOnly  PolarityMode = "on"    // one channel, OFF events are ignored
	OffOnly PolarityMode = "off"   // one channel, ON events are ignored
)

// FromInput is the source index of a connection that comes from the input.
const FromInput = -1

// Network is a spiking network. It is plain data: engines keep the state.
// A network that came from Open, Parse or Builtin has passed Check; one that a
// program puts together itself should be checked before it runs.
type Network struct {
	Name string
	Doc  string // one line for people
	// DtUS is the step in µs of a clocked network; 0 makes the network continuous.
	DtUS  int64
	Input Input
	// Layers in topological order: a connection without delay comes from the input or
	// an earlier layer. Recurrent and backward connections have a delay.
	Layers []*Layer
}

// Continuous reports whether the network has no step.
func (n *Network) Continuous() bool { return n.DtUS == 0 }

// Layer is a group of neurons of one model with the connections that arrive at it.
type Layer struct {
	Name  string
	Shape Shape
	// Neuron is nil for a relay: a layer without neurons (pooling) that hands on the
	// sums that arrive at it as spikes with counts, in the same step.
	Neuron *neuron.Params
	// Bias is added to the summed input of every step: one value a neuron, one a
	// channel, or nil. Clocked networks only (a continuous one has neuron.Params.Drive).
	Bias []float32
	// In are the arriving connections. Their sums are formed in this order.
	In []Conn
	// Poisson are random spikes from outside the network: each neuron gets trains of
	// its own, after what arrives over connections. In a clocked network a layer that
	// has any is touched in every step.
	Poisson []Poisson
	// Labels names the channels for people ("0°", "digit 3"); empty or Shape.C of them.
	Labels []string
}

// Relay reports whether the layer has no neurons of its own.
func (l *Layer) Relay() bool { return l.Neuron == nil }

// Conn is a connection of one source with a layer.
type Conn struct {
	// From is the index of the source layer, or FromInput.
	From int
	// Delay of all its synapses: steps in a clocked network, µs in a continuous one.
	// At least 1 where From is not an earlier layer. Sparse may have a delay for each
	// synapse instead.
	Delay int64
	// Receptor of the neurons on which its synapses end; see neuron.Params.TauSynUS. 0 is
	// the only one of models without synaptic currents.
	Receptor int
	// Synapses says who is connected with whom: *Dense, *Conv2D, *Pool, *Sparse.
	Synapses Synapses
}

// Synapses is the connectivity of a Conn.
type Synapses interface {
	// Kind is the name in network files: "dense", "conv2d", "pool", "sparse".
	Kind() string
	// Group is the unit of touching; see the package comment.
	Group() Group
	// FanOut is the number of synapses that leave source i, given the two shapes.
	FanOut(in, out Shape, i int) int
	// Params is the number of weights stored.
	Params() int
	// check reports everything that does not fit.
	check(in, out Shape) []flaw
}

// Group is the unit in which neurons are brought up to date. The group of a layer
// is the coarsest of its connections.
type Group int

const (
	ByNeuron Group = iota // sparse connectivity
	BySite                // convolution: a site with all its channels
	ByLayer               // dense: the whole layer
)

// Dense connects every source with every neuron.
type Dense struct {
	// W holds the weights source by source: W[i*out+j] is from source i to neuron j.
	W []float32
}

// Conv2D is a convolution (cross-correlation, as torch.nn.Conv2d):
// out[y][x][o] = Σ in[y·Stride − Pad + ky][x·Stride − Pad + kx][c] · W[ky][kx][c][o].
type Conv2D struct {
	K      int // kernel side
	Stride int // 1 when 0
	Pad    int
	// W is stored [ky][kx][in channel][out channel].
	W []float32
}

// Pool sums K×K sites, channel by channel (out[y][x][c] = Σ in[y·K+dy][x·K+dx][c] · Weight).
// Sites beyond the last whole window are left out, as torch does.
type Pool struct {
	K int
	// Weight of each synapse; 1 for sum pooling, 1/K² for average pooling. 0 means 1.
	Weight float32
}

// Sparse lists its synapses source by source (CSR): those of source i are
// Target[Row[i]:Row[i+1]].
type Sparse struct {
	Row    []int32 // len = sources + 1
	Target []int32
	Weight []float32
	// Delay of each synapse, overruling Conn.Delay; nil when all are equal.
	Delay []int32
}
