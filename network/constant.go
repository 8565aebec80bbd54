package network

import (
	"fmt"
	"math"

	"dvsim/internal/kernel"
)

// WithConstant returns the network with a constant input folded in: every input i
// has the value x[i] in every step, as the pixels of a picture have in snnTorch's
// tutorial. Run with no events over T steps, it does what that network does in T
// steps; events that come come on top. x has Input.Shape.Len() finite values, of
// any size and sign.
//
// What a constant input adds to a neuron is the same in every step, so it is a
// bias. Each layer behind the input gets
//
//	acc[j] = float32(Σ x[i]·W[i][j]), i ascending over x[i] ≠ 0, summed in float64
//	bias'[j] = acc[j] + bias[j]  (bias 0 where the layer has none)
//
// The sum is made once and its error would come back in every step, hence the
// double precision (docs/decisions/0006-constant-input.md); package learn does the same.
// and keeps its connection, over which nothing arrives. Engines then add the sum of
// a step and the bias to β·v, where torch adds (Σ x·W + b) to it: the same order.
//
// Such a layer must have one connection, dense and without delay. Anything else,
// a continuous network, and an x that does not fit are errors. The network itself
// is not changed; all else is shared with it, so that a call costs the sums alone:
// some 10 µs for 784×256 weights and 150 pixels that are not black.
func (n *Network) WithConstant(x []float32) (*Network, error) {
	if n.Continuous() {
		return nil, fmt.Errorf("network %q is continuous: it has no steps in which a constant input could come", n.Name)
	}
	if len(x) != n.Input.Shape.Len() {
		return nil, fmt.Errorf("network %q takes %s × %s × %s = %s constant values, there are %s", n.Name, count(n.Input.Shape.H),
			count(n.Input.Shape.W), count(n.Input.Shape.C), count(n.Input.Shape.Len()), count(len(x)))
	}
	rows, values := make([]uint32, 0, len(x)), make([]float32, 0, len(x))
	for i, v := range x {
		if v != v || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("network %q: the constant value of input %d is %v", n.Name, i, v)
		}
		if v != 0 {
			rows, values = append(rows, uint32(i)), append(values, v)
		}
	}
	c := *n
	c.Layers = append([]*Layer(nil), n.Layers...)
	behind := 0
	for i, l := range n.Layers {
		w, err := n.constantWeights(i)
		if err != nil {
			return nil, err
		}
		if w == nil {
			continue
		}
		behind++
		k := *l
		k.Bias = make([]float32, l.Shape.Len())
		sum := make([]float64, len(k.Bias))
		kernel.AxpyRowsExact(sum, w, len(sum), rows, values)
		for j := range k.Bias {
			b := float32(0)
			if len(l.Bias) > 0 {
				b = l.Bias[j%len(l.Bias)] // one a neuron, or one a channel, which run fastest
			}
			k.Bias[j] = float32(sum[j]) + b
		}
		c.Layers[i] = &k
	}
	if behind == 0 {
		return nil, fmt.Errorf("network %q has no layer behind its input", n.Name)
	}
	return &c, nil
}

// constantWeights are the weights from the input to layer i: nil where there are
// none, an error where a constant input cannot be folded into a bias.
func (n *Network) constantWeights(i int) ([]float32, error) {
	l := n.Layers[i]
	for _, c := range l.In {
		if c.From != FromInput {
			continue
		}
		d, dense := c.Synapses.(*Dense)
		why := ""
		switch {
		case len(l.In) > 1:
			why = "it has further connections"
		case !dense:
			why = "its connection is " + c.Synapses.Kind()
		case c.Delay != 0:
			why = "its connection has a delay"
		default:
			return d.W, nil
		}
		return nil, fmt.Errorf("network %q, %s: %s; a constant input needs one dense connection without delay", n.Name, n.where(i), why)
	}
	return nil, nil
}
