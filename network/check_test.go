package network_test

import (
	"errors"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
)

func leaky() *neuron.Params {
	return &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}, Threshold: []float32{1}, Reset: neuron.Subtract}
}

func dense(in, out int) *network.Dense { return &network.Dense{W: make([]float32, in*out)} }

// small is a network of 8 inputs, a hidden layer of 3, an output of 2.
func small() *network.Network {
	return &network.Network{
		Name: "small", DtUS: 1000,
		Input: network.Input{Shape: network.Shape{H: 2, W: 2, C: 2}, Polarity: network.Split},
		Layers: []*network.Layer{
			{Name: "hidden", Shape: network.Flat(3), Neuron: leaky(), In: []network.Conn{{From: network.FromInput, Synapses: dense(8, 3)}}},
			{Name: "out", Shape: network.Flat(2), Neuron: leaky(), In: []network.Conn{{From: 0, Synapses: dense(3, 2)}}},
		},
	}
}

func TestCheck(t *testing.T) {
	if err := small().Check(); err != nil {
		t.Fatalf("the network without faults: %v", err)
	}
	lif := func() *neuron.Params {
		return &neuron.Params{Model: neuron.LIF, TauUS: 10000, Threshold: []float32{1}, Reset: neuron.ToValue}
	}
	for _, c := range []struct {
		name  string
		spoil func(*network.Network)
		want  string // one line a problem
	}{
		{"no layers", func(n *network.Network) { n.Layers = nil }, "the network has no layers"},
		{"dense weights", func(n *network.Network) { n.Layers[0].In[0].Synapses = dense(8, 2) }, `layer "hidden": 8 × 3 (sources × neurons) needs 24 weights, there are 16`},
		{"NaN weights", func(n *network.Network) {
			w := n.Layers[1].In[0].Synapses.(*network.Dense).W
			w[2], w[5] = nan(), nan()
		}, `layer "out": 2 of 6 weights are NaN, the first at index 2`},
		{"conv", func(n *network.Network) {
			n.Layers[0].In[0].Synapses = &network.Conv2D{K: 3, Stride: 1, Pad: 1, W: make([]float32, 10)}
		}, "layer \"hidden\": kernel 3, stride 1, pad 1 make 2×2 sites of 2×2, the layer has 1×1\n" +
			`layer "hidden": 3 × 3 × 2 × 3 (kernel rows × columns × input × output channels) needs 54 weights, there are 10`},
		{"conv too large", func(n *network.Network) {
			n.Layers[0].In[0].Synapses = &network.Conv2D{K: 5, W: make([]float32, 150)}
		}, `layer "hidden": a kernel of 5×5 with pad 0 does not fit 2×2 sites`},
		{"pool", func(n *network.Network) { n.Layers[0].In[0].Synapses = &network.Pool{K: 2} }, `layer "hidden": a pool of 2×2 makes 2 of 2×2×2, the layer is 3`},
		{"relay", func(n *network.Network) { n.Layers[0].Neuron = nil }, `layer "hidden": a layer without neurons can only pool, this is dense; give it a neuron`},
		{"duplicate", func(n *network.Network) { n.Layers[1].Name = "hidden" }, `layer "hidden": the name is already that of layer 0; names must differ`},
		{"input's name", func(n *network.Network) { n.Layers[1].Name = "input" }, `layer "input": the name "input" is taken by the input; choose another`},
		{"bias", func(n *network.Network) { n.Layers[0].Bias = make([]float32, 2) }, `layer "hidden": 3 biases are needed, there are 2`},
		{"labels", func(n *network.Network) { n.Layers[1].Labels = []string{"yes"} }, `layer "out": 1 labels for 2 channels; give one a channel, or none`},
		{"from", func(n *network.Network) { n.Layers[1].In[0].From = 7 }, `layer "out": source 7 does not exist; the layers are 0 to 1, the input is -1`},
		{"self", func(n *network.Network) {
			n.Layers[0].In = append(n.Layers[0].In, network.Conn{From: 0, Synapses: dense(3, 3)})
		}, `layer "hidden", connection from "hidden": a cycle without delay: hidden → hidden; give one of these connections a delay of at least one step`},
		{"cycle", func(n *network.Network) {
			n.Layers[0].In = append(n.Layers[0].In, network.Conn{From: 1, Synapses: dense(2, 3)})
		}, `layer "hidden", connection from "out": a cycle without delay: hidden → out → hidden; give one of these connections a delay of at least one step`},
		{"cycle with delay", func(n *network.Network) {
			n.Layers[0].In = append(n.Layers[0].In, network.Conn{From: 1, Delay: 1, Synapses: dense(2, 3)})
		}, ""},
		{"delay of one synapse is 0", func(n *network.Network) {
			n.Layers[0].In = append(n.Layers[0].In, network.Conn{From: 0, Delay: 1, Synapses: &network.Sparse{Row: []int32{0, 1, 2, 2}, Target: []int32{0, 1}, Weight: make([]float32, 2), Delay: []int32{1, 0}}})
		}, `layer "hidden", connection from "hidden": a cycle without delay: hidden → hidden; give one of these connections a delay of at least one step`},
		{"order", func(n *network.Network) {
			n.Layers[0].In[0] = network.Conn{From: 1, Synapses: dense(2, 3)}
			n.Layers[1].In[0] = network.Conn{From: network.FromInput, Synapses: dense(8, 2)}
		}, `layer "hidden": its source "out" comes later and the connection has no delay; move the source before it, or give a delay`},
		{"negative delay", func(n *network.Network) { n.Layers[1].In[0].Delay = -2 }, `layer "out": the delay is -2; a delay is not negative`},
		{"sparse", func(n *network.Network) {
			n.Layers[1].In[0].Synapses = &network.Sparse{Row: []int32{0, 2, 2, 3}, Target: []int32{1, 0, 5}, Weight: make([]float32, 2)}
		}, "layer \"out\": 3 synapses, but 2 weights\n" +
			"layer \"out\": 1 of 3 targets are outside the layer of 2 neurons; the first is synapse 2 with target 5\n" +
			`layer "out": the targets of a source must ascend; synapse 1 is the first that does not (0 after 1)`},
		{"sparse rows", func(n *network.Network) {
			n.Layers[1].In[0].Synapses = &network.Sparse{Row: []int32{0, 2, 1, 1}, Target: []int32{0}, Weight: make([]float32, 1)}
		}, `layer "out": row starts must not fall: row 1 starts at 2, row 2 at 1`},
		{"nothing arrives", func(n *network.Network) { n.Layers[0].In = nil }, `layer "hidden": nothing arrives at the layer; give it a connection, a bias, a drive or a generator`},
		{"shape", func(n *network.Network) { n.Layers[1].Shape = network.Shape{H: 1 << 20, W: 1 << 20, C: 1} }, `layer "out": the shape 1048576×1048576×1 (rows × columns × channels) is impossible; a layer has 1 to 2,147,483,647 neurons`},
		{"channels", func(n *network.Network) { n.Input.Polarity = network.Merged }, `input: polarity "merge" makes 1 channels, the shape has 2`},
		{"polarity", func(n *network.Network) { n.Input.Polarity = "spilt" }, `input: unknown polarity "spilt"; did you mean "split"?`},
		{"sensor", func(n *network.Network) { n.Input.Sensor = events.Geometry{Width: 5} }, `input: the sensor size 5×0 is impossible`},
		{"continuous with bias and leaky", func(n *network.Network) {
			n.DtUS = 0
			n.Layers[0].Neuron = lif()
			n.Layers[0].Bias = make([]float32, 3)
			n.Layers[1].Neuron = lif()
		}, `layer "hidden": a continuous network has no bias; use the neuron's drive`},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := small()
			c.spoil(n)
			err := n.Check()
			if c.want == "" {
				if err != nil {
					t.Errorf("%v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("passed")
			}
			if err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
			var ps network.Problems
			if !errors.As(err, &ps) || len(ps) != strings.Count(c.want, "\n")+1 {
				t.Errorf("%d problems", len(ps))
			}
		})
	}
}

// TestCheckAllAtOnce: one fault does not hide another.
func TestCheckAllAtOnce(t *testing.T) {
	n := small()
	n.Layers[0].Neuron.Threshold = []float32{-1}
	n.Layers[0].In[0].Synapses = dense(1, 1)
	n.Layers[1].Labels = []string{"a", "b", "c"}
	n.Layers[1].In[0].Delay = -1
	n.Input.Shape.C = 0
	err := n.Check()
	var ps network.Problems
	if !errors.As(err, &ps) || len(ps) != 4 { // weights cannot be judged without the input's shape
		t.Errorf("%d problems:\n%v", len(ps), err)
	}
}
