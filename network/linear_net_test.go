package network_test

import (
	"math"
	"testing"

	"dvsim/events"
	"dvsim/network"
)

// TestLinearNets: the networks to be trained are what their names say, at any size
// of recording, and start as torch.nn.Linear does.
func TestLinearNets(t *testing.T) {
	for _, c := range []struct {
		name, shape string
		own         events.Geometry
		dt          int64
	}{
		{"tutorial", "784-256-10", events.Geometry{Width: 28, Height: 28}, 1000},
		{"nmnist", "2312-256-10", events.Geometry{Width: 34, Height: 34}, 12_400},
	} {
		n, err := network.Load(c.name, network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n.Describe() != c.shape || n.DtUS != c.dt || n.Input.Geometry() != c.own {
			t.Errorf("%s is %s at %d µs for %v", c.name, n.Describe(), n.DtUS, n.Input.Geometry())
		}
		for _, g := range []events.Geometry{{Width: 346, Height: 260}, {Width: 16, Height: 20}} {
			m, err := network.Load(c.name, network.Options{Geometry: g})
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Check(); err != nil || m.Input.Geometry() != g || m.Fingerprint() != n.Fingerprint() {
				t.Errorf("%s for %v: %v, takes %v", c.name, g, err, m.Input.Geometry())
			}
		}
		other, err := network.Load(c.name, network.Options{Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		if d := network.Diff(n, other); d == nil || other.Fingerprint() != n.Fingerprint() {
			t.Errorf("%s with another seed: %v", c.name, d)
		}
		for i, l := range n.Layers {
			fan := n.Source(l.In[0].From).Len()
			bound := 1 / math.Sqrt(float64(fan))
			for what, v := range map[string][]float32{"weights": l.In[0].Synapses.(*network.Dense).W, "bias": l.Bias} {
				sum, squares, top := 0.0, 0.0, 0.0
				for _, x := range v {
					sum += float64(x)
					squares += float64(x) * float64(x)
					top = max(top, math.Abs(float64(x)))
				}
				// Mean 0 and variance bound²/3, within 5 of their standard deviations.
				k := float64(len(v))
				if top > bound || top < 0.7*bound || math.Abs(sum/k) > 5*bound/math.Sqrt(3*k) || math.Abs(squares/k-bound*bound/3) > 5*bound*bound*math.Sqrt(4./45/k) {
					t.Errorf("%s, %s of layer %d: mean %v, mean square %v, largest %v, bound %v", c.name, what, i, sum/k, squares/k, top, bound)
				}
			}
		}
	}
}

// TestSeedOption: the seed of the options takes the place of the file's, but not of an array's own.
func TestSeedOption(t *testing.T) {
	text := "dt = \"1ms\"\nseed = 3\n[input]\nwidth = 2\nheight = 2\n[[layer]]\nname = \"a\"\nsize = 3\ninit = {}\nbias = true\nneuron = { beta = 0.5 }\n" +
		"[[layer]]\nname = \"b\"\nsize = 3\ninit = { seed = 5 }\nneuron = { beta = 0.5 }\n"
	weights := func(seed uint64) (a, bias, b float32) {
		n, err := network.Parse([]byte(text), network.Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return n.Layers[0].In[0].Synapses.(*network.Dense).W[0], n.Layers[0].Bias[0], n.Layers[1].In[0].Synapses.(*network.Dense).W[0]
	}
	a0, bias0, b0 := weights(0)
	if a, bias, b := weights(3); a != a0 || bias != bias0 || b != b0 {
		t.Error("seed 3 is not what the file says")
	}
	if a, bias, b := weights(4); a == a0 || bias == bias0 || b != b0 {
		t.Errorf("seed 4: %v %v %v, the file's %v %v %v", a, bias, b, a0, bias0, b0)
	}
}

// TestDiff: each kind of difference is named; equal meaning is none.
func TestDiff(t *testing.T) {
	for _, c := range []struct {
		change    func(*network.Network)
		want      string
		structure bool
	}{
		{func(n *network.Network) { n.Name, n.Doc = "other", "doc" }, "", false},
		{func(n *network.Network) { n.Input.Sensor = events.Geometry{Width: 34, Height: 34} }, "", false},
		{func(n *network.Network) { n.Layers[3].Neuron.Graded = 1 }, "", false},
		{func(n *network.Network) { n.Layers[0].Neuron.Beta = append(n.Layers[0].Neuron.Beta, 0.9)[1:] }, "", false},
		{func(n *network.Network) { n.DtUS = 2000 }, "step: 1ms in the first, 2ms in the second", true},
		{func(n *network.Network) { n.Layers = n.Layers[:4] }, "number of layers: 5 in the first, 4 in the second", true},
		{func(n *network.Network) { n.Layers[4].Name = "" }, `name of layer 5: out in the first, layer5 in the second`, true},
		{func(n *network.Network) { n.Layers[2].Shape = network.Flat(19) }, `shape of layer "memory": 20 in the first, 19 in the second`, true},
		{func(n *network.Network) { n.Layers[2].Neuron.ResetNow = true }, `neuron of layer "memory": leaky, reset zero in the first, leaky, reset zero at once in the second`, true},
		{func(n *network.Network) { n.Layers[0].Bias = nil }, `bias of layer "conv": one a channel in the first, none in the second`, true},
		{func(n *network.Network) { n.Layers[4].In[2].Delay = 2 }, `connection 3 of layer "out": dense from "out", delay 1 in the first, dense from "out", delay 2 in the second`, true},
		{func(n *network.Network) { n.Layers[3].In[0].Synapses.(*network.Sparse).Target[0] = 1 }, "", true},
		{func(n *network.Network) { n.Layers[4].In[1].Synapses.(*network.Dense).W[3] = 1 }, `weight 3 of connection 2 of layer "out": 0.01 in the first, 1 in the second`, false},
		{func(n *network.Network) { n.Layers[4].Bias[1] = float32(math.Copysign(0, -1)) }, `bias 1 of layer "out": 0 in the first, -0 in the second`, false},
		{func(n *network.Network) { n.Layers[0].Neuron.Beta = []float32{0.8} }, `β 0 of layer "conv": 0.9 in the first, 0.8 in the second`, false},
		{func(n *network.Network) { n.Layers[2].Neuron.TauUS = 1 }, `decay of layer "memory": τ = 20000 µs in the first, τ = 1 µs in the second`, false},
		{func(n *network.Network) { n.Layers[3].Neuron.RefractoryUS = 0 }, `refractory time of layer "relay": 2ms in the first, 0ms in the second`, false},
		{func(n *network.Network) { n.Layers[4].Labels = nil }, `labels of layer "out": ["yes" "no"] in the first, [] in the second`, false},
		{func(n *network.Network) { n.Input.Sensor = events.Geometry{Width: 68, Height: 68} }, "size of the recordings: 34x34 in the first, 68x68 in the second", false},
	} {
		a, b := docExample(t), docExample(t)
		c.change(b)
		d := network.Diff(a, b)
		got := ""
		if d != nil {
			got = d.String()
		}
		if got != c.want && !(c.want == "" && c.structure && d != nil) {
			t.Errorf("%s\nwant %s", got, c.want)
		}
		if (a.Fingerprint() != b.Fingerprint()) != c.structure {
			t.Errorf("%s: fingerprints %s and %s", c.want, a.Fingerprint(), b.Fingerprint())
		}
	}
	if got := docExample(t).Describe(); got != "34×34×2-16×16×4-8×8×4-20-3-2" {
		t.Error(got)
	}
}
