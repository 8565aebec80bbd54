package effort_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dvsim/effort"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/trace"
)

// small is a network that can be counted by hand:
//
//	input 2×2×1 ──conv 2×2, 2 channels──▶ a (1×1×2) ──dense──▶ out (3), delay 2
//	input ──pool 2──▶ relay (1×1×1) ──dense──▶ out
//	out ──list──▶ out, delays 1 and 3
func small() *network.Network {
	leaky := func() *neuron.Params { return &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}} }
	return &network.Network{
		Name: "small", DtUS: 1000, Input: network.Input{Shape: network.Shape{H: 2, W: 2, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{
			{Name: "a", Shape: network.Shape{H: 1, W: 1, C: 2}, Neuron: leaky(), Bias: []float32{0.1, 0.2}, In: []network.Conn{
				{From: network.FromInput, Synapses: &network.Conv2D{K: 2, W: []float32{1, 2, 0, 3, 4, 5, 0, 0}}}, // a place has 1, one has 2 zeros
			}},
			{Name: "relay", Shape: network.Shape{H: 1, W: 1, C: 1}, In: []network.Conn{{From: network.FromInput, Synapses: &network.Pool{K: 2}}}},
			{Name: "out", Shape: network.Flat(3), Neuron: leaky(), In: []network.Conn{
				{From: 0, Delay: 2, Synapses: &network.Dense{W: []float32{1, 0, 1, 1, 1, 1}}},
				{From: 1, Synapses: &network.Dense{W: []float32{1, 1, 0}}},
				{From: 2, Synapses: network.NewSparse(3, []network.Synapse{{Source: 0, Target: 1, Weight: 0.5, Delay: 1}, {Source: 0, Target: 2, Weight: 0.5, Delay: 3}, {Source: 1, Target: 1, Weight: 0, Delay: 1}, {Source: 2, Target: 0, Weight: -1, Delay: 1}})},
			}},
		},
	}
}

func record(c *effort.Counter, steps int64, spikes func()) {
	c.Begin(trace.Info{DtUS: 1000})
	spikes()
	c.End(steps)
}

func TestByHand(t *testing.T) {
	net := small()
	if err := net.Check(); err != nil {
		t.Fatal(err)
	}
	c := effort.NewCounter(net)
	record(c, 5, func() {
		// Step 0: input 0 once, input 1 twice. a: 2 ACs (both channels), 1 MAC (one weight is
		// 0), 2 + 2·2 events. The relay gets 3: out: 2 MACs, 9 events.
		c.Spikes(0, 0, []uint32{0, 1}, []uint16{1, 2})
		// Step 1: input 3: a: nothing that counts, 2 events. Relay 1: 2 ACs, 3 events.
		c.Spikes(0, 1, []uint32{3}, nil)
		// a 0 at 0 arrives at 2: 2 ACs, 3 events. a 1 at 2 arrives at 4: 3 ACs, 3 events. a 1
		// at 3 would arrive at 5, when all is over.
		c.Spikes(1, 0, []uint32{0}, nil)
		c.Spikes(1, 2, []uint32{1}, nil)
		c.Spikes(1, 3, []uint32{1}, nil)
		// out 0 at 2: its synapse of 1 step arrives, that of 3 does not: 1 AC, 1 event.
		// out 1 at 3 arrives with a weight of 0: 1 event. out 2 at 4: nothing.
		c.Spikes(2, 2, []uint32{0}, nil)
		c.Spikes(2, 3, []uint32{1}, nil)
		c.Spikes(2, 4, []uint32{2}, nil)
	})
	e := c.Effort(20)
	want := effort.Effort{
		Runs: 1, Steps: 5,
		Layers: []effort.Layer{
			{
				Name: "a", Neurons: 2, Synapses: 8, Spikes: 3, MACs: 1, ACs: 2, Dense: 40, ActivationSparsity: 0.7, ConnectionSparsity: 3. / 8,
				ParameterBytes: 4 * (8 + 2), StateBytes: 8, Joules: 4.6e-12 + 2*0.9e-12, DenseJoules: 40 * 4.6e-12,
			},
			{ // 6 + 3 + 4 synapses; the list stands for 9 weights, of which 3 are not 0
				Name: "out", Neurons: 3, Synapses: 13, Spikes: 3, MACs: 2, ACs: 2 + 2 + 3 + 1, Dense: 65, ActivationSparsity: 0.8, ConnectionSparsity: 1 - (5.+2+3)/18,
				ParameterBytes: 4 * (6 + 3 + 4 + 4 + 4 + 4), StateBytes: 12, Joules: 2*4.6e-12 + 8*0.9e-12, DenseJoules: 65 * 4.6e-12,
			},
		},
		MACs: 3, ACs: 10, Dense: 105, ActivationSparsity: 1 - 6./25, ConnectionSparsity: 1 - (5.+10)/26, FootprintBytes: 40 + 8 + 100 + 12,
		SynapticEvents: 6 + 9 + 2 + 3 + 3 + 3 + 1 + 1, NeuronUpdates: 20, DenseUpdates: 25, UpdatesSaved: 0.2,
		Energy: []effort.Energy{
			{Model: "45 nm", Joules: 3*4.6e-12 + 10*0.9e-12, DenseJoules: 105 * 4.6e-12},
			{Model: "Loihi", Joules: 28 * 23.6e-12},
			{Model: "CPU (NEST)", Joules: 28 * 0.26e-6},
		},
	}
	for i := range e.Energy {
		e.Energy[i].Source = ""
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b)) })
	if d := cmp.Diff(want, e, near); d != "" {
		t.Errorf("effort (-want +got):\n%s", d)
	}
}

// A constant input arrives in every step; 1 is a spike, all else a product.
func TestConstant(t *testing.T) {
	net := &network.Network{
		Name: "constant", DtUS: 1000, Input: network.Input{Shape: network.Flat(3), Polarity: network.Merged},
		Layers: []*network.Layer{{
			Name: "out", Shape: network.Flat(2), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}},
			In: []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: []float32{1, 2, 3, 4, 5, 0}}}},
		}},
	}
	c := effort.NewCounter(net)
	c.Constant([]float32{0, 1, 0.5})
	record(c, 7, func() {})
	c.Constant(nil)
	record(c, 3, func() {})
	e := c.Effort(0)
	if e.Runs != 2 || e.Steps != 5 || e.ACs != 2*7./2 || e.MACs != 1*7./2 || e.SynapticEvents != 0 {
		t.Errorf("%+v", e)
	}
}

// Graded spikes are MACs, unless the grade is 1.
func TestGraded(t *testing.T) {
	for _, g := range []struct {
		factor    float32
		macs, acs float64
	}{{0, 0, 3}, {1, 0, 3}, {-1, 0, 3}, {0.25, 3, 0}} {
		net := small()
		net.Layers[0].Neuron.Graded = g.factor
		c := effort.NewCounter(net)
		record(c, 9, func() { c.Spikes(1, 2, []uint32{1}, nil) })
		if e := c.Effort(0); e.MACs != g.macs || e.ACs != g.acs {
			t.Errorf("graded %v: %v MACs, %v ACs, want %v and %v", g.factor, e.MACs, e.ACs, g.macs, g.acs)
		}
	}
}

// The fan-out without zero weights is that of a sum over all synapses: of a
// convolution, counted from the outputs' side.
func TestConvolutionFromTheOtherSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 7)
		in := network.Shape{H: side.Draw(t, "H"), W: side.Draw(t, "W"), C: rapid.IntRange(1, 3).Draw(t, "C")}
		s := &network.Conv2D{K: rapid.IntRange(1, 4).Draw(t, "K"), Stride: rapid.IntRange(0, 3).Draw(t, "stride"), Pad: rapid.IntRange(0, 3).Draw(t, "pad")}
		out := s.OutShape(in, rapid.IntRange(1, 3).Draw(t, "channels"))
		if out.H < 1 || out.W < 1 {
			t.Skip("the kernel does not fit")
		}
		s.W = rapid.SliceOfN(rapid.SampledFrom([]float32{0, 1, -0.5}), s.K*s.K*in.C*out.C, s.K*s.K*in.C*out.C).Draw(t, "weights")
		fan := make([]float64, in.Len())
		for y := range out.H {
			for x := range out.W {
				for k := range s.K * s.K * in.C * out.C {
					i, kx, ky := k/out.C%in.C, k/out.C/in.C%s.K, k/out.C/in.C/s.K
					sy, sx := y*s.Step()-s.Pad+ky, x*s.Step()-s.Pad+kx
					if s.W[k] != 0 && sy >= 0 && sy < in.H && sx >= 0 && sx < in.W {
						fan[in.Index(sy, sx, i)]++
					}
				}
			}
		}
		net := &network.Network{DtUS: 1000, Input: network.Input{Shape: in}, Layers: []*network.Layer{{
			Shape: out, Neuron: &neuron.Params{Model: neuron.Leaky}, In: []network.Conn{{From: network.FromInput, Synapses: s}},
		}}}
		c := effort.NewCounter(net)
		for i := range fan {
			before := c.Effort(0)
			record(c, 1, func() { c.Spikes(0, 0, []uint32{uint32(i)}, nil) })
			after := c.Effort(0)
			got := after.ACs*float64(after.Runs) - before.ACs*float64(before.Runs)
			if math.Abs(got-fan[i]) > 1e-6 {
				t.Fatalf("source %d: %v, want %v", i, got, fan[i])
			}
		}
	})
}

func TestAdd(t *testing.T) {
	net := small()
	both, one, two := effort.NewCounter(net), effort.NewCounter(net), effort.NewCounter(net).Fork()
	for i, c := range []*effort.Counter{one, two} {
		run := func(c *effort.Counter) {
			record(c, int64(3+i), func() { c.Spikes(0, int64(i), []uint32{uint32(i)}, []uint16{uint16(1 + i)}) })
		}
		run(c)
		run(both)
	}
	one.Add(two)
	if d := cmp.Diff(both.Effort(7), one.Effort(7)); d != "" {
		t.Error(d)
	}
}
