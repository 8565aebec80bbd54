package network_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/internal/npz"
	"dvsim/network"
)

// write puts a file into a folder and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const runFolder = `dt = "1ms"
[input]
width = 2
height = 2
polarity = "merge"
[[layer]]
name = "maps"
kind = "conv2d"
channels = 2
kernel = 1
weights = "conv"
layout = "dvsim"
neuron = { beta = "beta", threshold = 2 }
bias = "bias"
[[layer]]
name = "out"
size = 3
weights = "out"
neuron = { tau = "10ms" }
bias = 0.5
[[layer.in]]
from = "out"
kind = "sparse"
synapses = "back"
`

// TestRunFolder opens a folder with net.toml and weights.npz: every kind of array.
func TestRunFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run7")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "net.toml", runFolder)
	ramp := make([]float32, 24)
	for i := range ramp {
		ramp[i] = float32(i)
	}
	beta := []float32{.0, .1, .2, .3, .4, .5, .6, .7}
	if err := npz.WriteFile(filepath.Join(dir, "weights.npz"),
		npz.Array{Name: "conv", Shape: []int{1, 1, 1, 2}, Data: []float32{3, 4}},
		npz.Array{Name: "beta", Data: beta},
		npz.Array{Name: "bias", Data: []float64{0.25, 0.5}},
		npz.Array{Name: "out", Shape: []int{3, 8}, Data: ramp},
		npz.Array{Name: "back.row", Data: []int64{0, 1, 1, 2}},
		npz.Array{Name: "back.target", Data: []int32{2, 0}},
		npz.Array{Name: "back.weight", Data: []float32{1, -1}},
		npz.Array{Name: "back.delay", Data: []uint8{1, 5}},
	); err != nil {
		t.Fatal(err)
	}
	n, err := network.Load(dir, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n.Name != "run7" {
		t.Errorf("name %q", n.Name)
	}
	maps, out := n.Layers[0], n.Layers[1]
	if w := maps.In[0].Synapses.(*network.Conv2D).W; !slices.Equal(w, []float32{3, 4}) {
		t.Errorf("conv %v", w)
	}
	if !slices.Equal(maps.Neuron.Beta, beta) { // layout dvsim: as it stands
		t.Errorf("beta %v", maps.Neuron.Beta)
	}
	if !slices.Equal(maps.Bias, []float32{0.25, 0.5}) || !slices.Equal(out.Bias, []float32{0.5, 0.5, 0.5}) {
		t.Errorf("bias %v, %v", maps.Bias, out.Bias)
	}
	// Source (y, x, c) of torch is c·4 + y·2 + x: neuron j has j·8 + that.
	w := out.In[0].Synapses.(*network.Dense).W
	for y := range 2 {
		for x := range 2 {
			for c := range 2 {
				for j := range 3 {
					if got, want := w[maps.Shape.Index(y, x, c)*3+j], float32(j*8+c*4+y*2+x); got != want {
						t.Errorf("weight from (%d, %d, %d) to %d is %v, want %v", y, x, c, j, got, want)
					}
				}
			}
		}
	}
	s := out.In[1].Synapses.(*network.Sparse)
	if !slices.Equal(s.Row, []int32{0, 1, 1, 2}) || !slices.Equal(s.Target, []int32{2, 0}) || !slices.Equal(s.Delay, []int32{1, 5}) {
		t.Errorf("sparse %+v", s)
	}

	// With the torch layout the values of neurons are turned, too.
	write(t, dir, "net.toml", strings.Replace(strings.Replace(runFolder, `layout = "dvsim"`, "", 1), "kernel = 1\nweights = \"conv\"", "kernel = 1\ninit = {}", 1))
	if n, err = network.Open(dir, network.Options{}); err != nil {
		t.Fatal(err)
	}
	for i, b := range n.Layers[0].Neuron.Beta { // HWC i = (site)·2 + c is CHW c·4 + site
		if want := beta[i%2*4+i/2]; b != want {
			t.Errorf("beta of neuron %d is %v, want %v", i, b, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	damaged := write(t, dir, "damaged.npz", "PK\x03\x04 but nothing more")
	file := write(t, dir, "n.toml", runFolder)
	for _, c := range []struct {
		name string
		opt  network.Options
		want string
	}{
		{"edgs", network.Options{}, `unknown network "edgs"; did you mean "edges"? (a network file ends in .toml)`},
		{"zzz", network.Options{}, `unknown network "zzz"; built in are edges, digits, dense, tutorial, nmnist (a network file ends in .toml)`},
		{"edges", network.Options{Weights: "w.npz"}, `the built-in network "edges" brings its own weights`},
		{filepath.Join(dir, "absent.toml"), network.Options{}, "no such file"},
		{dir, network.Options{}, "a folder without net.toml is no network"},
		{file, network.Options{}, "weights.npz do not exist; name the file with weights = at the top, or with --weights"},
		{file, network.Options{Weights: damaged}, "the weights cannot be read: " + damaged + ": byte 0: damaged data"},
	} {
		n, err := network.Load(c.name, c.opt)
		if n != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	n, err := network.Builtin("edges", events.Geometry{Width: 34, Height: 30})
	if err != nil {
		t.Fatal(err)
	}
	large := events.Geometry{Width: 346, Height: 260}
	same, part, err := n.Fit(events.Geometry{Width: 34, Height: 30}, network.FitNone)
	if same != n || part != (events.Rect{Width: 34, Height: 30}) || err != nil {
		t.Errorf("the same size: %v %v", part, err)
	}
	same, part, err = n.Fit(large, network.FitCrop)
	if same != n || part != (events.Rect{X: 156, Y: 115, Width: 34, Height: 30}) || err != nil {
		t.Errorf("crop: %v %v", part, err)
	}
	scaled, part, err := n.Fit(large, network.FitScale)
	if err != nil || scaled.Input.Sensor != large || part != (events.Rect{Width: 346, Height: 260}) || n.Input.Sensor.Known() {
		t.Errorf("scale: %v %v %v", scaled, part, err)
	}
	if err := scaled.Check(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		g    events.Geometry
		mode network.FitMode
		want string
	}{
		{large, network.FitNone, `network "edges" takes recordings of 34x30, this one is 346x260; use --fit crop for the middle 34x30, or --fit scale to shrink it`},
		{events.Geometry{Width: 20, Height: 300}, network.FitNone, `network "edges" takes recordings of 34x30, this one is 20x300; use --fit scale to spread it, or a network of its size`},
		{events.Geometry{Width: 20, Height: 300}, network.FitCrop, `network "edges" takes recordings of 34x30, this one is 20x300: nothing can be cropped from a smaller picture; use --fit scale`},
		{events.Geometry{}, network.FitNone, `network "edges" takes recordings of 34x30, this one is unknown size; give its size with --size`},
		{large, "corp", `unknown way to fit "corp"; did you mean "crop"?`},
	} {
		_, _, err := n.Fit(c.g, c.mode)
		var ge *network.GeometryError
		if !errors.As(err, &ge) || err.Error() != c.want {
			t.Errorf("%v %q:\n%v\nwant\n%s", c.g, c.mode, err, c.want)
		}
	}
}

func TestAtStep(t *testing.T) {
	text := `continuous = true
[input]
width = 2
height = 2
[[layer]]
name = "a"
size = 2
neuron = { tau = "10ms", refractory = "1200us" }
init = {}
delay = "400us"
[[layer]]
name = "b"
kind = "sparse"
size = 2
neuron = { tau = "10ms" }
synapses = [[0, 1, 1.0, "2600us"], [1, 0, 1.0]]
`
	n, err := network.Parse([]byte(text), network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !n.Continuous() || n.Layers[0].In[0].Delay != 400 || n.Layers[0].Neuron.RefractoryUS != 1200 {
		t.Fatalf("%+v", n.Layers[0])
	}
	c := n.AtStep(1000)
	if c.DtUS != 1000 || c.Layers[0].In[0].Delay != 1 || c.Layers[0].Neuron.RefractoryUS != 1000 {
		t.Errorf("at 1 ms: %+v, refractory %d", c.Layers[0].In[0], c.Layers[0].Neuron.RefractoryUS)
	}
	if d := c.Layers[1].In[0].Synapses.(*network.Sparse).Delay; !slices.Equal(d, []int32{3, 0}) {
		t.Errorf("sparse delays %v", d)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	half := c.AtStep(500) // 1 step of 1 ms is 2 of 0.5 ms
	if half.Layers[0].In[0].Delay != 2 || half.Layers[0].Neuron.RefractoryUS != 1000 {
		t.Errorf("at 0.5 ms: %+v", half.Layers[0].In[0])
	}
	if n.Layers[0].In[0].Delay != 400 || n.Layers[0].Neuron.RefractoryUS != 1200 || n.Layers[1].In[0].Synapses.(*network.Sparse).Delay[0] != 2600 {
		t.Error("the original changed")
	}
	if m, err := network.Parse([]byte(text), network.Options{DtUS: 1000}); err != nil || m.Layers[0].In[0].Delay != 1 {
		t.Errorf("with Options.DtUS: %v", err)
	}
}

// TestShow holds what `dvsim net show` prints, for people and as JSON.
func TestShow(t *testing.T) {
	for _, name := range []string{"edges", "dense", "tutorial", "nmnist"} {
		n, err := network.Load(name, network.Options{Geometry: events.Geometry{Width: 346, Height: 260}})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := network.Show(n, &b); err != nil {
			t.Fatal(err)
		}
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		fmt.Fprintln(&b)
		if err := enc.Encode(n.Summarize()); err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/show_"+name+".txt", b.Bytes())
	}
}

func TestLayoutsAgree(t *testing.T) {
	head := "dt = \"1ms\"\n[input]\nwidth = 2\nheight = 1\n[[layer]]\nneuron = { beta = 0.5 }\n"
	parse := func(layer string) *network.Network {
		n, err := network.Parse([]byte(head+layer), network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	// torch: [neuron][off x0, off x1, on x0, on x1]; ours: x0 off, x0 on, x1 off, x1 on
	torch := parse("size = 2\nweights = [[1, 2, 3, 4], [5, 6, 7, 8]]")
	ours := parse("size = 2\nlayout = \"dvsim\"\nweights = [[1, 5], [3, 7], [2, 6], [4, 8]]")
	flat := parse("size = 2\nweights = [1, 2, 3, 4, 5, 6, 7, 8]")
	want := ours.Layers[0].In[0].Synapses.(*network.Dense).W
	for _, n := range []*network.Network{torch, flat} {
		if got := n.Layers[0].In[0].Synapses.(*network.Dense).W; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	// A layer of sites: torch's outputs are turned, too. Rows: channel 0 of x0, x1, channel 1 of x0, x1.
	sites := parse("size = [1, 2, 2]\nweights = [[1, 0, 0, 0], [2, 0, 0, 0], [3, 0, 0, 0], [4, 0, 0, 0]]\nbias = [1, 2, 3, 4]")
	if got := sites.Layers[0].In[0].Synapses.(*network.Dense).W[:4]; !slices.Equal(got, []float32{1, 3, 2, 4}) {
		t.Errorf("weights of the first source %v", got)
	}
	if got := sites.Layers[0].Bias; !slices.Equal(got, []float32{1, 3, 2, 4}) {
		t.Errorf("bias %v", got)
	}
}
