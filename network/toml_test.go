package network_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/internal/npz"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/sim"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	want = bytes.ReplaceAll(want, []byte("\r"), nil)
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", path, got, want)
	}
}

// TestBadFiles holds what is said of each wrong file to the list beside it.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".toml"), func(t *testing.T) {
			n, err := network.Open(path, network.Options{})
			var ps network.Problems
			if n != nil || !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("network %v, error %v", n, err)
			}
			for _, p := range ps {
				if p.Line == 0 && !strings.Contains(p.Msg, "no layers") && !strings.Contains(p.Msg, "does not say its step") {
					t.Errorf("without a line: %v", p)
				}
			}
			text := strings.ReplaceAll(filepath.ToSlash(err.Error()), "testdata/bad/", "") + "\n"
			golden(t, strings.TrimSuffix(path, ".toml")+".txt", []byte(text))
		})
	}
}

// TestTorchWeights loads the weights of a network that snnTorch ran, index by index.
func TestTorchWeights(t *testing.T) {
	path := reference.Shared(t, "truth/conv/conv_davis346.npz")
	n, err := network.Open("testdata/conv346.toml", network.Options{Weights: path})
	if err != nil {
		t.Fatal(err)
	}
	f, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, want := range []network.Shape{{H: 260, W: 346, C: 16}, {H: 130, W: 173, C: 16}, {H: 130, W: 173, C: 32}, {H: 65, W: 86, C: 32}, network.Flat(10)} {
		if n.Layers[i].Shape != want {
			t.Errorf("layer %d is %v, want %v", i, n.Layers[i].Shape, want)
		}
	}
	for i, key := range map[int]string{0: "w0", 2: "w1"} {
		w, shape, err := f.Float32s(key) // [out][in][ky][kx]
		if err != nil {
			t.Fatal(err)
		}
		ours := n.Layers[i].In[0].Synapses.(*network.Conv2D).W
		outs, ins := shape[0], shape[1]
		for o := range outs {
			for c := range ins {
				for ky := range 3 {
					for kx := range 3 {
						if a, b := ours[((ky*3+kx)*ins+c)*outs+o], w[((o*ins+c)*3+ky)*3+kx]; a != b {
							t.Fatalf("%s: out %d in %d ky %d kx %d is %v, want %v", key, o, c, ky, kx, a, b)
						}
					}
				}
			}
		}
	}
	w, _, err := f.Float32s("w2") // [10][C·H·W]
	if err != nil {
		t.Fatal(err)
	}
	ours, src := n.Layers[4].In[0].Synapses.(*network.Dense).W, n.Layers[3].Shape
	for j := range 10 {
		for y := range src.H {
			for x := range src.W {
				for c := range src.C {
					if a, b := ours[src.Index(y, x, c)*10+j], w[j*src.Len()+(c*src.H+y)*src.W+x]; a != b {
						t.Fatalf("w2: neuron %d from (%d, %d, %d) is %v, want %v", j, y, x, c, a, b)
					}
				}
			}
		}
	}
}

// docExample is the example of docs/formats/network.md.
func docExample(t *testing.T) *network.Network {
	t.Helper()
	md, err := os.ReadFile("../docs/formats/network.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(strings.ReplaceAll(string(md), "\r", ""), "```toml\n")
	text, _, ok2 := strings.Cut(text, "```")
	if !ok || !ok2 {
		t.Fatal("no example")
	}
	n, err := network.Parse([]byte(text), network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDocExample looks at what came of the example.
func TestDocExample(t *testing.T) {
	var b bytes.Buffer
	network.Show(docExample(t), &b)
	golden(t, "testdata/example.txt", b.Bytes())
}

const any34 = "dt = \"1ms\"\n[[layer]]\nname = \"c\"\nkind = \"conv2d\"\nchannels = 2\nkernel = 3\ninit = {}\nneuron = { beta = 0.5 }\n"

// TestSizeOfRecording: without width and height the recording decides.
func TestSizeOfRecording(t *testing.T) {
	for _, c := range []struct {
		g    events.Geometry
		want network.Shape
	}{{events.Geometry{Width: 34, Height: 20}, network.Shape{H: 18, W: 32, C: 2}}, {events.Geometry{}, network.Shape{H: 258, W: 344, C: 2}}} {
		n, err := network.Parse([]byte(any34), network.Options{Geometry: c.g})
		if err != nil {
			t.Fatal(err)
		}
		if n.Layers[0].Shape != c.want {
			t.Errorf("%v: %v, want %v", c.g, n.Layers[0].Shape, c.want)
		}
	}
}

// TestInitByName: what a layer draws depends on its name and the seed, not on the others.
func TestInitByName(t *testing.T) {
	head := "dt = \"1ms\"\nseed = 3\n[input]\nwidth = 4\nheight = 4\n"
	layer := "[[layer]]\nname = %q\nfrom = \"input\"\nsize = 5\ninit = {}\nneuron = { beta = 0.5 }\n"
	weights := func(text, name string) []float32 {
		n, err := network.Parse([]byte(text), network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range n.Layers {
			if l.Name == name {
				return l.In[0].Synapses.(*network.Dense).W
			}
		}
		return nil
	}
	a, b := fmt.Sprintf(layer, "a"), fmt.Sprintf(layer, "b")
	alone, last := weights(head+a, "a"), weights(head+b+a, "a")
	if !slices.Equal(alone, last) {
		t.Error("another layer changed the weights")
	}
	if slices.Equal(last, weights(head+b+a, "b")) {
		t.Error("two layers have the same weights")
	}
	if slices.Equal(alone, weights(strings.Replace(head, "seed = 3", "seed = 4", 1)+a, "a")) {
		t.Error("the seed changes nothing")
	}
	bound := float32(1 / math.Sqrt(32))
	for _, w := range alone {
		if w < -bound || w > bound {
			t.Errorf("%v is outside ±%v", w, bound)
		}
	}
}

func FuzzTOML(f *testing.F) {
	files, _ := filepath.Glob("testdata/bad/*.toml")
	for _, path := range append(files, "testdata/conv346.toml") {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(any34))
	f.Add([]byte(populations))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, err := network.Parse(text, network.Options{Geometry: events.Geometry{Width: 34, Height: 34}, MaxWeights: 1 << 20})
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 128<<20 {
			t.Errorf("%d bytes allocated for %d", got, len(text))
		}
		if (n == nil) == (err == nil) {
			t.Fatalf("network %v with error %v", n, err)
		}
		if err != nil {
			var ps network.Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if err := n.Check(); err != nil {
			t.Errorf("parsed, but: %v", err)
		}
		network.Show(n, io.Discard)
		if n.Params() > 1<<12 {
			return
		}
		dir := t.TempDir()
		if err := network.Save(dir, n); err != nil {
			t.Fatal("parsed, but not saved:", err)
		}
		back, err := network.Open(dir, network.Options{})
		if err != nil {
			t.Fatal("saved, but not opened:", err)
		}
		if d := network.Diff(n, back); d != nil {
			t.Fatal("saved and opened:", d)
		}
	})
}

// TestTorchNetworkRuns: the network of the file does on the recording what
// snnTorch did. Potentials within rounding of the threshold may go either way;
// the truth counts them.
func TestTorchNetworkRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two layers of 260×346 sites")
	}
	path := reference.Shared(t, "truth/conv/conv_davis346.npz")
	n, err := network.Load("testdata/conv346.toml", network.Options{Weights: path})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := events.Open(reference.Shared(t, "data/aedat4/davis346.aedat4"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	st, err := sim.Run(context.Background(), sim.NewEvent(n, nil), rec)
	if err != nil {
		t.Fatal(err)
	}
	f, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	steps, _, err := f.Int64s("spikes_per_step") // [step][layer]
	if err != nil {
		t.Fatal(err)
	}
	near, _, err := f.Int64s("near_threshold")
	if err != nil {
		t.Fatal(err)
	}
	for l := range 3 {
		var want int64
		for k := l; k < len(steps); k += 3 {
			want += steps[k]
		}
		if d := st.Spikes[l] - want; d > near[l] || d < -near[l] {
			t.Errorf("layer %s: %d spikes, snnTorch has %d", st.LayerNames[l], st.Spikes[l], want)
		}
		t.Logf("layer %s: %d spikes, snnTorch has %d", st.LayerNames[l], st.Spikes[l], want)
	}
}
