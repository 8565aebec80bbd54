package sim

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/internal/npz"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/neuron"
)

// pictures reads n pictures of 784 pixels from an idx file of MNIST, from one on.
func pictures(t *testing.T, path string, from, n int) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 16)
	if _, err := io.ReadFull(z, head); err != nil || binary.BigEndian.Uint32(head) != 0x803 {
		t.Fatalf("head % x, %v", head, err)
	}
	if _, err := io.CopyN(io.Discard, z, int64(from)*784); err != nil {
		t.Fatal(err)
	}
	out := make([][]byte, n)
	for i := range out {
		out[i] = make([]byte, 784)
		if _, err := io.ReadFull(z, out[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// linear puts the weights of a torch.nn.Linear, [neuron][source], into a layer.
func linear(t *testing.T, f *npz.File, l *network.Layer, w, b string) {
	t.Helper()
	torch, shape, err := f.Float32s(w)
	if err != nil {
		t.Fatal(err)
	}
	m, n := shape[0], shape[1]
	ours := make([]float32, n*m)
	for j := range m {
		for i := range n {
			ours[i*m+j] = torch[j*n+i]
		}
	}
	l.In = []network.Conn{{From: l.In[0].From, Synapses: &network.Dense{W: ours}}}
	l.Bias = floats(t, f, b)
}

// TestConstantInputAgainstSNNTorch: with a picture folded into its first layer, the
// tutorial's network gives the output spikes of snnTorch, at the start of training
// and after 15 batches, in both engines.
//
// torch sums the 784 products of a neuron in another order, but no spike of these
// 256 samples turns on that.
func TestConstantInputAgainstSNNTorch(t *testing.T) {
	f, err := npz.Open(reference.Shared(t, "truth/snntorch/train_tutorial_atan.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	images := reference.Shared(t, "data/mnist/train-images-idx3-ubyte.gz")
	first, _, err := f.Int64s("first_image")
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{0, 15} {
		net, err := network.Builtin("tutorial", events.Geometry{})
		if err != nil {
			t.Fatal(err)
		}
		step := fmt.Sprintf("step%d_", batch)
		linear(t, f, net.Layers[0], step+"w0", step+"b0")
		linear(t, f, net.Layers[1], step+"w1", step+"b1")
		spk, shape, err := f.Int64s(step + "spk_out")
		if err != nil {
			t.Fatal(err)
		}
		steps, samples, classes := shape[0], shape[1], shape[2]
		wrong, spikes := 0, 0
		for s, pic := range pictures(t, images, int(first[0])+batch*samples, samples) {
			x := make([]float32, len(pic))
			for i, p := range pic {
				x[i] = float32(p) / 255
			}
			c, err := net.WithConstant(x)
			if err != nil {
				t.Fatal(err)
			}
			opt := Options{DurationUS: int64(steps) * net.DtUS}
			r := feed(t, NewEvent, c, opt, nil, 0)
			if d := differ(r, feed(t, NewDense, c, opt, nil, 0)); d != "" {
				t.Fatalf("batch %d, sample %d: event, then dense: %s", batch, s, d)
			}
			got := make([]int64, steps*classes)
			for k, g := range r.mem.Groups(2) {
				for _, j := range g.Index {
					got[int(k)*classes+int(j)] = 1
				}
			}
			for i, v := range got {
				spikes += int(v)
				if want := spk[(i/classes*samples+s)*classes+i%classes]; v != want {
					wrong++
					t.Errorf("batch %d, sample %d, step %d, output %d: %d, snnTorch has %d", batch, s, i/classes, i%classes, v, want)
				}
			}
		}
		t.Logf("batch %d: %d output spikes, %d values differ", batch, spikes, wrong)
	}
}

// TestConstantInputIsEvents: with whole numbers as values, a constant input is so
// many events of each input in every step, bit for bit where the sums are exact in
// float32 as well as in the float64 of WithConstant: weights in steps of 1/256.
func TestConstantInputIsEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMaker(t)
		net := &network.Network{Name: "constant", DtUS: 1000, Input: network.Input{
			Shape: network.Shape{H: m.int("H", 1, 3), W: m.int("W", 1, 5), C: 1}, Polarity: network.Merged,
		}}
		from := network.FromInput
		for i := range 2 {
			l := &network.Layer{Name: string(rune('a' + i)), Shape: network.Flat(m.int("n", 1, 20))}
			l.In = []network.Conn{m.dense(from, net.Source(from), l.Shape)}
			if m.bool("bias") {
				l.Bias = m.floats(l.Shape.C, 0, 0.1)
			}
			l.Neuron = m.neuron(l.Shape.C)
			if i == 0 {
				w := l.In[0].Synapses.(*network.Dense).W
				for k := range w {
					w[k] = float32(math.Round(256*float64(w[k])) / 256)
				}
				l.Neuron.Drive = nil // a drive and a bias are rounded together
			}
			net.Layers = append(net.Layers, l)
			from = i
		}
		const steps = 30
		x := make([]float32, net.Input.Shape.Len())
		var ev []events.Event
		for i := range x {
			x[i] = float32(m.int("count", 0, 3))
		}
		for k := range int64(steps) {
			for i, n := range x {
				for range int(n) {
					ev = append(ev, events.Event{T: k * 1000, X: uint16(i % net.Input.Shape.W), Y: uint16(i / net.Input.Shape.W)})
				}
			}
		}
		t0 := int64(0)
		opt := Options{T0: &t0, DurationUS: steps * 1000, Workers: m.int("workers", 1, 3)}
		c, err := net.WithConstant(x)
		if err != nil {
			t.Fatal(err)
		}
		for name, make := range engines {
			want, got := feed(t, make, net, opt, ev, 0), feed(t, make, c, opt, nil, 0)
			for l := 1; l <= 2; l++ {
				w, g := fmt.Sprint(maps.Collect(want.mem.Groups(l))), fmt.Sprint(maps.Collect(got.mem.Groups(l)))
				if w != g {
					t.Fatalf("%s, layer %d: events give %s, a constant input %s\n%s", name, l, w, g, describe(net))
				}
			}
			for l := range want.v {
				for j := range want.v[l] {
					if math.Float32bits(want.v[l][j]) != math.Float32bits(got.v[l][j]) {
						t.Fatalf("%s, layer %d, neuron %d: potential %v and %v", name, l, j, want.v[l][j], got.v[l][j])
					}
				}
			}
		}
	})
}

// TestConstantInputFiresInPlace: a neuron that is reset in the step of its spike
// can come to the same potential in every step and spike in every step. It has not
// settled.
func TestConstantInputFiresInPlace(t *testing.T) {
	net := &network.Network{
		Name: "in place", DtUS: 1000, Input: network.Input{Shape: network.Shape{H: 1, W: 1, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{{
			Name: "a", Shape: network.Flat(1), In: []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: []float32{1}}}},
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.5}, ResetNow: true},
		}},
	}
	c, err := net.WithConstant([]float32{1.25}) // v = 0.5·v + 1.25 − 1 tends to 0.5
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range engines {
		r := feed(t, make, c, Options{DurationUS: 1_000_000}, nil, 0)
		if r.stats.Spikes[0] != 1000 {
			t.Errorf("%s: %d spikes in 1000 steps", name, r.stats.Spikes[0])
		}
	}
}
