package network_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/network"
)

// TestWithConstant holds the biases to the sum as it is written down, and looks
// that nothing else has changed.
func TestWithConstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		floats := func(n int) []float32 {
			v := make([]float32, n)
			for i := range v {
				v[i] = float32(r.NormFloat64())
			}
			return v
		}
		in := network.Shape{H: rapid.IntRange(1, 4).Draw(t, "H"), W: rapid.IntRange(1, 5).Draw(t, "W"), C: 1}
		out := network.Shape{H: rapid.IntRange(1, 3).Draw(t, "h"), W: 2, C: rapid.IntRange(1, 7).Draw(t, "c")}
		w := floats(in.Len() * out.Len())
		bias := [][]float32{nil, floats(out.C), floats(out.Len())}[rapid.IntRange(0, 2).Draw(t, "bias")]
		n := &network.Network{
			DtUS: 1000, Input: network.Input{Shape: in, Polarity: network.Merged},
			Layers: []*network.Layer{
				{Name: "a", Shape: out, Bias: bias, Neuron: leaky(), In: []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: w}}}},
				{Name: "b", Shape: network.Flat(1), Neuron: leaky(), In: []network.Conn{{From: 0, Synapses: dense(out.Len(), 1)}}},
			},
		}
		x := floats(in.Len())
		for i := range x {
			if r.IntN(3) == 0 {
				x[i] = float32(math.Copysign(0, r.NormFloat64()))
			}
		}
		c, err := n.WithConstant(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		for j := range out.Len() {
			acc := 0.0
			for i, v := range x {
				if v != 0 {
					acc += float64(v) * float64(w[i*out.Len()+j])
				}
			}
			want := float32(acc)
			switch len(bias) {
			case out.Len():
				want += bias[j]
			case out.C:
				want += bias[j%out.C]
			}
			if got := c.Layers[0].Bias[j]; math.Float32bits(got) != math.Float32bits(want) {
				t.Fatalf("bias %d is %v, want %v", j, got, want)
			}
		}
		if !slices.Equal(n.Layers[0].Bias, bias) || c.Layers[1] != n.Layers[1] || &c.Layers[0].In[0] != &n.Layers[0].In[0] || len(n.Layers) != 2 {
			t.Fatal("something else has changed")
		}
	})
}

func TestWithConstantErrors(t *testing.T) {
	make := func(change func(*network.Network)) *network.Network {
		n := small()
		change(n)
		return n
	}
	x := func(n *network.Network) []float32 { return slices.Repeat([]float32{1}, n.Input.Shape.Len()) }
	first := func(n *network.Network) *network.Conn { return &n.Layers[0].In[0] }
	for _, c := range []struct {
		change func(*network.Network)
		x      []float32
		want   string
	}{
		{func(n *network.Network) { n.DtUS = 0 }, nil, "is continuous"},
		{func(*network.Network) {}, []float32{1}, "constant values, there are 1"},
		{func(*network.Network) {}, append(x(small())[1:], nan()), "is NaN"},
		{func(n *network.Network) { first(n).Delay = 1 }, nil, `layer "hidden": its connection has a delay; a constant input needs one dense connection without delay`},
		{func(n *network.Network) { first(n).Synapses = &network.Conv2D{K: 1} }, nil, "its connection is conv2d"},
		{func(n *network.Network) { n.Layers[0].In = append(n.Layers[0].In, n.Layers[0].In[0]) }, nil, "it has further connections"},
		{func(n *network.Network) { first(n).From = 0 }, nil, "has no layer behind its input"},
	} {
		n := make(c.change)
		v := c.x
		if v == nil {
			v = x(n)
		}
		if _, err := n.WithConstant(v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// BenchmarkWithConstant folds a picture with 150 pixels that are not black into the tutorial's network.
func BenchmarkWithConstant(b *testing.B) {
	n, err := network.Builtin("tutorial", events.Geometry{})
	if err != nil {
		b.Fatal(err)
	}
	x := make([]float32, 784)
	for i := range 150 {
		x[200+i*2] = float32(i) / 255
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.WithConstant(x); err != nil {
			b.Fatal(err)
		}
	}
}
