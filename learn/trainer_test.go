package learn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/network"
	"dvsim/neuron"
)

// variants are trainers that use all parts of the package.
func variants() map[string]func() *Trainer {
	return map[string]func() *Trainer{
		"tutorial": func() *Trainer { return &Trainer{Net: chain(30, 20, 5)} },
		"two wide": func() *Trainer { return &Trainer{Net: chain(30, 300, 150, 5), Surrogate: FastSigmoid(25), Clip: 1} },
		"no bias":  func() *Trainer { return &Trainer{Net: unbiased(chain(30, 140, 5)), Surrogate: Sigmoid(5)} },
		"stochast.": func() *Trainer {
			return &Trainer{Net: chain(30, 20, 5), Surrogate: SSO(0, 0.2), Optimizer: SGD(0.05, 0.9)}
		},
		"learnt": func() *Trainer {
			return &Trainer{
				Net: chain(30, 20, 5), LearnBeta: PerNeuron, LearnThreshold: PerLayer, Optimizer: AdamW(0.01, 0.1),
				Penalties: []Penalty{{"layer0", TargetRate(0.1, 1)}}, Loss: MSEMembrane(1, 0.2), ScaleInit: true,
			}
		},
		"graded": func() *Trainer {
			n := chain(30, 20, 5)
			for i, r := range []neuron.Reset{neuron.Zero, neuron.None} {
				n.Layers[i].Neuron.Graded, n.Layers[i].Neuron.Reset = 0.5, r
			}
			return &Trainer{Net: n, LearnBeta: PerLayer, LearnThreshold: PerNeuron}
		},
	}
}

func unbiased(n *network.Network) *network.Network {
	for _, l := range n.Layers {
		l.Bias = nil
	}
	return n
}

func weightsOf(n *network.Network) (w []float32) {
	for _, l := range n.Layers {
		w = append(w, l.In[0].Synapses.(*network.Dense).W...)
		w = append(w, l.Bias...)
		w = append(w, l.Neuron.Beta...)
		w = append(w, l.Neuron.Threshold...)
	}
	return w
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// fit trains for some epochs and returns the weights.
func fit(t *testing.T, tr *Trainer, epochs int, train, test Data) ([]float32, []Epoch) {
	t.Helper()
	tr.Epochs, tr.Batch, tr.Seed = epochs, 16, 7
	defer tr.Close()
	h, err := tr.Fit(context.Background(), train, test)
	if err != nil {
		t.Fatal(err)
	}
	for i := range h {
		h[i].Seconds = 0
	}
	return weightsOf(tr.Net), h
}

// fewer is the last of some cases in a short test, else all.
func fewer(cases ...int) []int {
	if testing.Short() {
		return cases[len(cases)-1:]
	}
	return cases
}

func TestWorkersGiveEqualBits(t *testing.T) {
	train, test := noise(70, 30, 12, 5, 0.1, 1), noise(20, 30, 12, 5, 0.1, 2)
	for name, make := range variants() {
		t.Run(name, func(t *testing.T) {
			want, history := fit(t, make(), 2, train, test)
			if sameBits(want, weightsOf(make().Net)) {
				t.Fatal("nothing was learnt")
			}
			for _, workers := range fewer(2, 3, 8) {
				tr := make()
				tr.Workers = workers
				got, h := fit(t, tr, 2, train, test)
				if !sameBits(got, want) {
					t.Errorf("%d workers give other weights than one", workers)
				}
				if fmt.Sprint(h) != fmt.Sprint(history) && *h[1].TestAccuracy != *history[1].TestAccuracy {
					t.Errorf("%d workers: %+v, one: %+v", workers, h, history)
				}
			}
		})
	}
}

// TestResume stops after an epoch, and in the middle of one, and goes on from the
// checkpoint with another trainer.
func TestResume(t *testing.T) {
	train, test := noise(70, 30, 12, 5, 0.1, 1), noise(20, 30, 12, 5, 0.1, 2)
	for name, make := range variants() {
		t.Run(name, func(t *testing.T) {
			want, history := fit(t, make(), 3, train, test)
			for _, stop := range fewer(5, 7) { // batches; an epoch has 5
				file := filepath.Join(t.TempDir(), "checkpoint.npz")
				ctx, cancel := context.WithCancel(context.Background())
				tr := make()
				tr.Epochs, tr.Batch, tr.Seed, tr.Workers = 3, 16, 7, 2
				n := 0
				tr.Progress = func(Progress) {
					if n++; n == stop {
						cancel()
					}
				}
				if _, err := tr.Fit(ctx, train, test); !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				if err := tr.Save(file); err != nil {
					t.Fatal(err)
				}
				tr.Close()
				again := make()
				again.Epochs, again.Batch, again.Seed = 3, 16, 7
				if err := again.Restore(file); err != nil {
					t.Fatal(err)
				}
				got, h := fit(t, again, 3, train, test)
				if !sameBits(got, want) {
					t.Errorf("stopped after %d batches, the weights at the end differ", stop)
				}
				for i, e := range h {
					e.Seconds = 0
					if w := history[i]; e.Loss != w.Loss || *e.TestAccuracy != *w.TestAccuracy || e.HiddenSpikes != w.HiddenSpikes {
						t.Errorf("stopped after %d batches, epoch %d is %+v, not %+v", stop, i, e, w)
					}
				}
			}
		})
	}
}

func TestRestoreRefuses(t *testing.T) {
	train := noise(40, 30, 12, 5, 0.1, 1)
	dir := t.TempDir()
	file := filepath.Join(dir, "checkpoint.npz")
	tr := &Trainer{Net: chain(30, 20, 5), Batch: 16}
	defer tr.Close()
	if err := tr.Save(file); err == nil {
		t.Error("a trainer that has nothing saved it")
	}
	if _, err := tr.Fit(context.Background(), train, nil); err != nil {
		t.Fatal(err)
	}
	if err := tr.Save(file); err != nil {
		t.Fatal(err)
	}
	for want, other := range map[string]*Trainer{
		"another network":           {Net: chain(30, 21, 5), Batch: 16},
		"batch is 16 there and 128": {Net: chain(30, 20, 5)},
		"surrogate is atan":         {Net: chain(30, 20, 5), Batch: 16, Surrogate: FastSigmoid(25)},
		"data is ":                  {Net: chain(30, 20, 5), Batch: 16, DataID: "abc"},
		"cannot be trained":         {Net: func() *network.Network { n := chain(30, 20, 5); n.Layers[0].Neuron.Inhibition = true; return n }(), Batch: 16},
	} {
		if err := other.Restore(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if err := tr.Restore(filepath.Join(dir, "none.npz")); err == nil {
		t.Error("a checkpoint that does not exist was restored")
	}
	if err := tr.Save(filepath.Join(dir, "no", "folder.npz")); err == nil {
		t.Error("saved into a folder that does not exist")
	}
}

// TestLearns is a task that a network must be able to do: five patterns with noise.
func TestLearns(t *testing.T) {
	train, test := patterns(300, 1), patterns(100, 2)
	tr := &Trainer{Net: chain(40, 32, 5), Optimizer: Adam(5e-3)}
	_, h := fit(t, tr, 8, train, test)
	if a := *h[len(h)-1].TestAccuracy; a < 0.95 {
		t.Errorf("accuracy %.2f after %d epochs", a, len(h))
	}
}

func patterns(n int, seed uint64) *batchData {
	d := noise(n, 40, 10, 5, 0.05, seed)
	for b := range d.inputs {
		in := Input{}
		for step := range 10 {
			src, _ := d.inputs[b].Step(step)
			for i := range uint32(40) {
				if slices.Contains(src, i) || int(i)%5 == d.labels[b] && (int(i)+step)%3 == 0 {
					in.Add(i, 1)
				}
			}
			in.EndStep()
		}
		d.inputs[b] = in
	}
	return d
}

func TestWarnings(t *testing.T) {
	train := noise(40, 30, 12, 5, 0.1, 1)
	warned := func(tr *Trainer) (kinds []string) {
		tr.Batch = 16
		tr.Warn = func(w Warning) { kinds = append(kinds, w.Kind+" "+w.Layer) }
		defer tr.Close()
		tr.Fit(context.Background(), train, nil)
		return kinds
	}
	quiet := func(f float32) *network.Network {
		n := chain(30, 20, 5)
		for i := range n.Layers[0].In[0].Synapses.(*network.Dense).W {
			n.Layers[0].In[0].Synapses.(*network.Dense).W[i] *= f
		}
		for i := range n.Layers[0].Bias {
			n.Layers[0].Bias[i] *= f
		}
		return n
	}
	if got := warned(&Trainer{Net: quiet(1e-3)}); !slices.Contains(got, "silent layer0") || !slices.Contains(got, "silent layer1") {
		t.Errorf("silent layers: warned of %q", got)
	}
	if got := warned(&Trainer{Net: quiet(1e-3), ScaleInit: true}); len(got) != 0 {
		t.Errorf("scaled initial weights: warned of %q", got)
	}
	full := chain(30, 20, 5)
	for i := range full.Layers[0].Bias {
		full.Layers[0].Bias[i] = 5
	}
	if got := warned(&Trainer{Net: full}); !slices.Contains(got, "saturated layer0") {
		t.Errorf("a saturated layer: warned of %q", got)
	}
	if got := warned(&Trainer{Net: chain(30, 20, 5), Loss: MSEMembrane(1, 0.2), Optimizer: SGD(30, 0)}); !slices.Contains(got, "exploding ") {
		t.Errorf("an exploding loss: warned of %q", got)
	}
}

func TestDivergence(t *testing.T) {
	n := chain(30, 20, 5)
	n.Layers[0].In[0].Synapses.(*network.Dense).W[3] = float32(math.NaN())
	tr := &Trainer{Net: n, Batch: 16}
	defer tr.Close()
	_, err := tr.Fit(context.Background(), noise(40, 30, 12, 5, 0.3, 1), nil)
	var d *DivergedError
	if !errors.As(err, &d) && !strings.Contains(fmt.Sprint(err), "NaN") {
		t.Fatalf("a weight that is NaN: %v", err)
	}
	tr = &Trainer{Net: chain(30, 20, 5), Batch: 16, Optimizer: SGD(1e38, 0), Loss: MSEMembrane(1, 0.2), Epochs: 3}
	defer tr.Close()
	_, err = tr.Fit(context.Background(), noise(40, 30, 12, 5, 0.3, 1), nil)
	if !errors.As(err, &d) {
		t.Fatalf("a learning rate of 1e38: %v", err)
	}
	if d.Epoch != 1 || d.Batch < 2 || !strings.Contains(err.Error(), "--lr") {
		t.Errorf("%v", err)
	}
}

func TestSupports(t *testing.T) {
	for want, spoil := range map[string]func(n *network.Network){
		"only a chain":          func(n *network.Network) { n.Layers[1].In = append(n.Layers[1].In, n.Layers[1].In[0]) },
		"continuous":            func(n *network.Network) { n.DtUS = 0 },
		"inhibition":            func(n *network.Network) { n.Layers[0].Neuron.Inhibition = true },
		"step of the spike":     func(n *network.Network) { n.Layers[0].Neuron.ResetNow = true },
		"has a delay":           func(n *network.Network) { n.Layers[1].In[0].Delay = 2 },
		"only dense layers are": func(n *network.Network) { n.Layers[0].In[0].Synapses = &network.Sparse{Row: make([]int32, 31)} },
	} {
		n := chain(30, 20, 5)
		spoil(n)
		if err := Supports(n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if err := Supports(chain(30, 20, 5)); err != nil {
		t.Error(err)
	}
}
