package network_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"dvsim/internal/npz"
	"dvsim/network"
	"dvsim/neuron"
)

const populations = `
dt = "0.1ms"
seed = 3

[[layer]]
name = "exc"
kind = "population"
size = 80
neuron = { model = "cuba", tau = "20ms", tau_syn = ["5ms", "10ms"], threshold = 10.0, refractory = "5ms", v_init = { kind = "uniform", min = 0.0, max = 10.0 }, syn_init = [{ kind = "normal", mean = 4.0, std = 1.5 }, 2.0] }

[[layer.poisson]]
rate = 8000.0
weight = 0.1

[[layer.poisson]]
rate = 10
weight = -0.5
receptor = 1
seed = 9

[[layer.in]]
from = "exc"
rule = { kind = "pairwise_bernoulli", p = 0.2, autapses = false }
weight = 1.62
delay = "1.5ms"

[[layer.in]]
from = "inh"
rule = { kind = "fixed_indegree", indegree = 7, multapses = false }
weight = { kind = "normal", mean = -9.0, std = 0.9, max = 0.0, clip = true }
delay = { kind = "normal", mean = "0.75ms", std = "0.4ms", min = "0.1ms" }
receptor = 1

[[layer]]
name = "inh"
kind = "population"
size = 20
neuron = { model = "coba", tau = "20ms", tau_syn = "5ms", reversal = 60.0, threshold = 10.0, drive = 11.0 }

[[layer.in]]
from = "exc"
rule = { kind = "fixed_total_number", total = 100, seed = 5 }
weight = 0.1
delay = 3

[[layer.in]]
from = "inh"
rule = "one_to_one"
weight = 0.1
delay = 1

[[layer.in]]
from = "exc"
rule = "all_to_all"
weight = 0.25
`

func TestPopulations(t *testing.T) {
	n, err := network.Parse([]byte(populations), network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !n.Sensorless() || n.Input.Shape.Len() != 1 {
		t.Errorf("input %v", n.Input.Shape)
	}
	exc, inh := n.Layers[0], n.Layers[1]
	if p := exc.Neuron; p.Model != neuron.CUBA || !slices.Equal(p.TauSynUS, []float64{5000, 10_000}) || len(p.VInit) != 80 || len(p.SynInit) != 2 || len(p.SynInit[0]) != 80 || !slices.Equal(p.SynInit[1], []float32{2}) {
		t.Errorf("neuron %+v", p)
	}
	if p := inh.Neuron; p.Model != neuron.COBA || !slices.Equal(p.Reversal, []float32{60}) || !slices.Equal(p.TauSynUS, []float64{5000}) {
		t.Errorf("neuron %+v", p)
	}
	want := []network.Poisson{{RateHz: 8000, Weight: 0.1, Seed: 3}, {RateHz: 10, Weight: -0.5, Receptor: 1, Seed: 9}}
	if !reflect.DeepEqual(exc.Poisson, want) {
		t.Errorf("generators %+v", exc.Poisson)
	}
	if a := exc.In[0]; a.Delay != 15 || a.Synapses.Params() < 1000 || a.Synapses.Params() > 1600 || a.Synapses.(*network.Sparse).Weight[7] != 1.62 {
		t.Errorf("%d synapses, delay %d", a.Synapses.Params(), a.Delay)
	}
	b := exc.In[1]
	s := b.Synapses.(*network.Sparse)
	if b.Receptor != 1 || len(s.Target) != 7*80 || b.MinDelay() < 1 || b.MaxDelay() > 30 || slices.Max(s.Weight) > 0 {
		t.Errorf("%d synapses, delays %d to %d, weights up to %v", len(s.Target), b.MinDelay(), b.MaxDelay(), slices.Max(s.Weight))
	}
	for k, want := range []int{100, 20, 1600} {
		if got := inh.In[k].Synapses.Params(); got != want {
			t.Errorf("%d synapses, want %d", got, want)
		}
	}
	// Another seed draws anew, but for what has a seed of its own; order does not matter.
	m, err := network.Parse([]byte(populations), network.Options{Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	same := func(l, k int) bool {
		return slices.Equal(n.Layers[l].In[k].Synapses.(*network.Sparse).Target, m.Layers[l].In[k].Synapses.(*network.Sparse).Target)
	}
	if same(0, 0) || same(0, 1) || !same(1, 0) || slices.Equal(exc.Neuron.VInit, m.Layers[0].Neuron.VInit) || m.Layers[0].Poisson[1].Seed != 9 {
		t.Error("seeds are not what they should be")
	}
	dir := t.TempDir()
	if err := network.Save(dir, n); err != nil {
		t.Fatal(err)
	}
	back, err := network.Open(dir, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := network.Diff(n, back); d != nil {
		t.Error(d)
	}
}

// TestSynapseLists: the same synapses from a list in the text, a .csv and a .npz.
func TestSynapseLists(t *testing.T) {
	dir := t.TempDir()
	head := "dt = \"1ms\"\n[[layer]]\nname = \"a\"\nkind = \"population\"\nsize = 4\nneuron = { model = \"lif\", tau = \"20ms\", drive = 1.5 }\n[[layer.in]]\nfrom = \"a\"\n"
	write(t, dir, "list.csv", "source,target,weight,delay\n0, 1, 0.5, 2\n# a comment\n\n3,0,-1e-3,3ms\n2,2,1,1\n")
	f, err := os.Create(filepath.Join(dir, "list.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := npz.Write(f,
		npz.Array{Name: "source", Data: []int32{0, 3, 2}}, npz.Array{Name: "target", Data: []int32{1, 0, 2}},
		npz.Array{Name: "weight", Data: []float32{0.5, -1e-3, 1}}, npz.Array{Name: "delay", Data: []int32{2, 3, 1}}); err != nil {
		t.Fatal(err)
	}
	f.Close()
	var nets []*network.Network
	for _, syn := range []string{`"list.csv"`, `"list.npz"`, `[[0, 1, 0.5, 2], [3, 0, -1e-3, "3ms"], [2, 2, 1.0, 1]]`} {
		n, err := network.Open(write(t, dir, "net.toml", head+"synapses = "+syn), network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, n)
	}
	for _, n := range nets[1:] {
		if d := network.Diff(nets[0], n); d != nil {
			t.Error(d)
		}
	}
	write(t, dir, "list.csv", "0,1\n0,9,1.0\nx,0,1\n0,0,1.0,0.5ms\n")
	_, err = network.Open(write(t, dir, "net.toml", head+`synapses = "list.csv"`), network.Options{})
	ps, ok := err.(network.Problems)
	if !ok || len(ps) != 4 || ps[0].Line != 1 || ps[3].Line != 4 {
		t.Errorf("%v", err)
	}
	if _, err := network.Parse([]byte(head+`synapses = "list.csv"`), network.Options{}); err == nil {
		t.Error("a list was read beside no file")
	}
}
