package sim

import (
	"testing"

	"dvsim/events"
	_ "dvsim/formats/all"
	"dvsim/internal/npz"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/trace"
)

func floats(t testing.TB, f *npz.File, name string) []float32 {
	t.Helper()
	x, _, err := f.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func ints(t testing.TB, f *npz.File, name string) []int64 {
	t.Helper()
	x, _, err := f.Int64s(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// fromTorch turns torch's [out][in][ky][kx] into [ky][kx][in][out].
func fromTorch(w []float32, out, in, k int) []float32 {
	r := make([]float32, len(w))
	for o := range out {
		for c := range in {
			for y := range k {
				for x := range k {
					r[((y*k+x)*in+c)*out+o] = w[((o*in+c)*k+y)*k+x]
				}
			}
		}
	}
	return r
}

// convNet is the network of the reference: conv 2→16 3×3, sum-pool 2, conv 16→32
// 3×3, sum-pool 2, dense 10; Leaky with β 0.9, 1 ms.
func convNet(t testing.TB, f *npz.File) *network.Network {
	leaky := func() *neuron.Params { return &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}} }
	layer := func(name string, s network.Shape, p *neuron.Params, from int, syn network.Synapses) *network.Layer {
		return &network.Layer{Name: name, Shape: s, Neuron: p, In: []network.Conn{{From: from, Synapses: syn}}}
	}
	// The flat order of torch is [channel][row][column], ours [row][column][channel].
	const h, w, c = 65, 86, 32
	flat := floats(t, f, "w2")
	dense := make([]float32, len(flat))
	for o := range 10 {
		for ch := range c {
			for p := range h * w {
				dense[(p*c+ch)*10+o] = flat[(o*c+ch)*h*w+p]
			}
		}
	}
	return &network.Network{
		Name: "conv346", DtUS: 1000,
		Input: network.Input{Shape: network.Shape{H: 260, W: 346, C: 2}, Polarity: network.Split},
		Layers: []*network.Layer{
			layer("conv1", network.Shape{H: 260, W: 346, C: 16}, leaky(), -1, &network.Conv2D{K: 3, Pad: 1, W: fromTorch(floats(t, f, "w0"), 16, 2, 3)}),
			layer("pool1", network.Shape{H: 130, W: 173, C: 16}, nil, 0, &network.Pool{K: 2}),
			layer("conv2", network.Shape{H: 130, W: 173, C: 32}, leaky(), 1, &network.Conv2D{K: 3, Pad: 1, W: fromTorch(floats(t, f, "w1"), 32, 16, 3)}),
			layer("pool2", network.Shape{H: h, W: w, C: c}, nil, 2, &network.Pool{K: 2}),
			layer("out", network.Flat(10), leaky(), 3, &network.Dense{W: dense}),
		},
	}
}

func recording(t testing.TB, name string) []events.Event {
	t.Helper()
	rec, err := events.Open(reference.Shared(t, name), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	ev, err := events.Collect(rec)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

// TestConvAgainstSNNTorch runs the reference's convolutional network over a whole
// recording: spikes of each layer and step, of each channel, and each output spike.
func TestConvAgainstSNNTorch(t *testing.T) {
	f, err := npz.Open(reference.Shared(t, "truth/conv/conv_davis346.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	net, ev := convNet(t, f), recording(t, "data/aedat4/davis346.aedat4")
	var mem trace.Memory
	eng := NewEvent(net, &Options{Record: &mem, Workers: 2})
	if err := eng.Feed(ev); err != nil {
		t.Fatal(err)
	}
	stats, err := eng.Finish()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(stats)
	perStep := ints(t, f, "spikes_per_step") // [step][layer]
	near := ints(t, f, "near_threshold")     // so many may differ
	if int(stats.Steps) != len(perStep)/3 {
		t.Fatalf("%d steps, want %d", stats.Steps, len(perStep)/3)
	}
	for l := range 3 {
		want, off := int64(0), int64(0)
		got := make([]int64, stats.Steps)
		for k, g := range mem.Groups(l + 1) {
			got[k] = int64(len(g.Index))
		}
		for k := range got {
			want += perStep[3*k+l]
			if d := got[k] - perStep[3*k+l]; d != 0 {
				off += max(d, -d)
			}
		}
		if stats.Spikes[l] != want || off != 0 {
			t.Logf("layer %d: %d spikes, snnTorch has %d; steps differ by %d", l+1, stats.Spikes[l], want, off)
		}
		if off > near[l] {
			t.Errorf("layer %d: steps differ by %d spikes; only %d potentials were near the threshold", l+1, off, near[l])
		}
	}
	for l, want := range []int64{673099, 1769366, 3640} {
		if d := stats.Spikes[l] - want; max(d, -d) > near[l] {
			t.Errorf("layer %d: %d spikes, snnTorch has %d", l+1, stats.Spikes[l], want)
		}
	}
	for l, c := range []int{16, 32} {
		got := make([]int64, c)
		for _, g := range mem.Groups(l + 1) {
			for _, i := range g.Index {
				got[int(i)%c]++
			}
		}
		for ch, want := range floats(t, f, []string{"spikes_per_channel1", "spikes_per_channel2"}[l]) {
			if d := got[ch] - int64(want); max(d, -d) > near[l] {
				t.Errorf("layer %d, channel %d: %d spikes, snnTorch has %v", l+1, ch, got[ch], want)
			}
		}
	}
	out := ints(t, f, "output")
	for k, g := range mem.Groups(3) {
		for _, i := range g.Index {
			out[k*10+int64(i)]--
		}
	}
	for i, d := range out {
		if d != 0 {
			t.Fatalf("step %d: output neuron %d differs from snnTorch", i/10, i%10)
		}
	}
}

func BenchmarkConv346(b *testing.B) {
	f, err := npz.Open(reference.Shared(b, "truth/conv/conv_davis346.npz"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	net, ev := convNet(b, f), recording(b, "data/aedat4/davis346.aedat4")
	for _, workers := range []int{1, 2} {
		b.Run("workers="+string(rune('0'+workers)), func(b *testing.B) {
			var stats Stats
			for b.Loop() {
				b.StopTimer()
				eng := NewEvent(net, &Options{Workers: workers})
				b.StartTimer()
				if err := eng.Feed(ev); err != nil {
					b.Fatal(err)
				}
				stats, err = eng.Finish()
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(stats.SynapticEvents)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msyn/s")
		})
	}
}

// TestConvDense runs the first steps of the same recording through the dense
// engine, with and without the products by zero, against both references: the
// file, and the event engine bit for bit.
func TestConvDense(t *testing.T) {
	if testing.Short() {
		t.Skip("steps 2 million neurons")
	}
	f, err := npz.Open(reference.Shared(t, "truth/conv/conv_davis346.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	net, ev := convNet(t, f), recording(t, "data/aedat4/davis346.aedat4")
	cut := func(ms int64) []events.Event {
		for i, e := range ev {
			if e.T-ev[0].T >= ms*1000 {
				return ev[:i]
			}
		}
		return ev
	}
	const steps = 25
	want := feed(t, NewEvent, net, Options{}, cut(steps), 0)
	if d := differ(feed(t, NewDense, net, Options{}, cut(steps), 0), want); d != "" {
		t.Errorf("dense, then event: %s", d)
	}
	perStep := ints(t, f, "spikes_per_step")
	for l := range 3 {
		sum := int64(0)
		for k := range steps {
			sum += perStep[3*k+l]
		}
		if sum != want.stats.Spikes[l] {
			t.Errorf("layer %d: %d spikes in %d steps, snnTorch has %d", l+1, want.stats.Spikes[l], steps, sum)
		}
	}
	if d := differ(feed(t, NewDense, net, Options{Matmul: true}, cut(1), 0), feed(t, NewEvent, net, Options{}, cut(1), 0)); d != "" {
		t.Errorf("dense with all products, then event: %s", d)
	}
}

// TestEdges runs the network that the program has built in over a recording, in
// both engines.
func TestEdges(t *testing.T) {
	ev := recording(t, "data/aedat4/davis346.aedat4")
	if testing.Short() {
		ev = ev[:1000]
	}
	net, err := network.Builtin("edges", events.Geometry{Width: 346, Height: 260})
	if err != nil {
		t.Fatal(err)
	}
	ev = ev[:min(len(ev), 12_000)]
	event := feed(t, NewEvent, net, Options{Workers: 2}, ev, 1000)
	if d := differ(feed(t, NewDense, net, Options{}, ev, 0), event); d != "" {
		t.Errorf("dense, then event: %s", d)
	}
	t.Log(event.stats, event.stats.Spikes)
}
