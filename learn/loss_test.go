package learn

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dvsim/internal/npz"
)

// batchFirst reorders an array of snnTorch, [T, B, C], as [Output] has it.
func batchFirst(x []float32, shape []int) []float32 {
	steps, samples, n := shape[0], shape[1], shape[2]
	y := make([]float32, len(x))
	for t := range steps {
		for b := range samples {
			copy(y[(b*steps+t)*n:][:n], x[(t*samples+b)*n:][:n])
		}
	}
	return y
}

// readOutput makes an Output of arrays of a file; potential may be "".
func readOutput(t *testing.T, f *npz.File, spikes, potential string) *Output {
	t.Helper()
	x, shape, err := f.Float32s(spikes)
	if err != nil {
		t.Fatal(err)
	}
	out := &Output{Samples: shape[1], Steps: shape[0], Neurons: shape[2], Spikes: batchFirst(x, shape)}
	if potential != "" {
		out.Potential = batchFirst(floats(t, f, potential), shape)
	}
	return out
}

func newGradient(out *Output, l Loss) *Gradient {
	g := &Gradient{PerSpike: make([]float32, len(out.Spikes))}
	if l.OnPotential() {
		g.PerPotential = make([]float32, len(out.Potential))
	}
	return g
}

// compareLoss holds value and gradient to arrays name and name.gradient.
func compareLoss(t *testing.T, f *npz.File, name string, l Loss, out *Output, labels []int) {
	t.Helper()
	g := newGradient(out, l)
	value := l.Of(out, labels, g)
	if want := float64(floats(t, f, name)[0]); !near(value, want) {
		t.Errorf("%s: %v, snnTorch has %v", name, value, want)
	}
	if again := l.Of(out, labels, nil); again != value {
		t.Errorf("%s: %v without gradient, %v with it", name, again, value)
	}
	x, shape, err := f.Float32s(name + ".gradient")
	if err != nil {
		t.Fatal(err)
	}
	got, other := g.PerSpike, g.PerPotential
	if l.OnPotential() {
		got, other = other, got
	}
	for i, want := range batchFirst(x, shape) {
		if !near(float64(got[i]), float64(want)) {
			t.Fatalf("%s: gradient %d is %v, snnTorch has %v", name, i, got[i], want)
		}
	}
	for i, v := range other {
		if v != 0 {
			t.Fatalf("%s: element %d of the other gradient is %v", name, i, v)
		}
	}
	// Gradients are added to what is there.
	l.Of(out, labels, g)
	for i, want := range batchFirst(x, shape) {
		if !near(float64(got[i]), 2*float64(want)) {
			t.Fatalf("%s: a second call makes gradient %d %v, want %v", name, i, got[i], 2*want)
		}
	}
}

func TestLossesAgainstSNNTorch(t *testing.T) {
	f := openTruth(t, "losses.npz")
	out, labels := readOutput(t, f, "spk", "mem"), ints(t, f, "targets")
	for name, l := range map[string]Loss{
		"tutorial": CrossEntropyCount(), "ce_count": CrossEntropyCount(), "ce_rate": CrossEntropyRate(), "ce_max_membrane": CrossEntropyMaxMembrane(),
		"mse_count": MSECount(0.8, 0.2), "mse_membrane": MSEMembrane(1.05, 0.2),
	} {
		compareLoss(t, f, name, l, out, labels)
	}
	predictions := make([]int, out.Samples)
	Predict(predictions, out, 0)
	want, _, err := f.Float64s("accuracy_rate")
	if err != nil {
		t.Fatal(err)
	}
	if got := Accuracy(predictions, labels); got != want[0] {
		t.Errorf("accuracy %v, snnTorch has %v", got, want[0])
	}
}

func TestTemporalLossesAgainstSNNTorch(t *testing.T) {
	f := openTorch(t)
	out, labels := readOutput(t, f, "temporal.spk", ""), ints(t, f, "temporal.targets")
	for name, l := range map[string]Loss{
		"mse_temporal:on=0:off=11:tolerance=0": MSETemporal(0, -1, 0), // 12 steps: −1 is step 11
		"mse_temporal:on=2:off=9:tolerance=3":  MSETemporal(2, 9, 3),
		"ce_temporal":                          CrossEntropyTemporal(),
		"ce_temporal_reciprocal":               CrossEntropyTemporalReciprocal(),
	} {
		compareLoss(t, f, "temporal."+name, l, out, labels)
	}
	predictions := make([]int, out.Samples)
	PredictFirst(predictions, out)
	want, _, _ := f.Float64s("predict.temporal")
	if got := Accuracy(predictions, labels); got != want[0] {
		t.Errorf("accuracy %v, snnTorch has %v", got, want[0])
	}
}

func TestPopulationAgainstSNNTorch(t *testing.T) {
	f := openTorch(t)
	out, labels := readOutput(t, f, "population.spk", ""), ints(t, f, "population.targets")
	compareLoss(t, f, "population.ce_count", CrossEntropyPopulation(3), out, labels)
	compareLoss(t, f, "population.mse_count", MSECountPopulation(0.75, 0.13, 3), out, labels)
	predictions := make([]int, out.Samples)
	Predict(predictions, out, 3)
	want, _, _ := f.Float64s("predict.population")
	if got := Accuracy(predictions, labels); got != want[0] {
		t.Errorf("accuracy %v, snnTorch has %v", got, want[0])
	}
}

// TestLossGradients compares gradients with central differences where the loss has
// a derivative. Spikes are any numbers here; potentials lie apart from each other,
// so that the largest one of a neuron stays the same.
func TestLossGradients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]Loss{
			CrossEntropyCount(), CrossEntropyRate(), CrossEntropyMaxMembrane(), CrossEntropyMembrane(), MSECount(0.7, 0.1), MSEMembrane(1, -0.5), CrossEntropyPopulation(2),
		}).Draw(t, "loss")
		out := &Output{Samples: rapid.IntRange(1, 4).Draw(t, "samples"), Steps: rapid.IntRange(1, 5).Draw(t, "steps"), Neurons: 2 * rapid.IntRange(1, 3).Draw(t, "pairs")}
		n := out.Samples * out.Steps * out.Neurons
		out.Spikes = rapid.SliceOfN(rapid.Map(rapid.IntRange(-8, 8), func(k int) float32 { return float32(k) / 8 }), n, n).Draw(t, "spikes")
		out.Potential = make([]float32, n)
		for i, k := range rapid.Permutation(count(n)).Draw(t, "potentials") {
			out.Potential[i] = float32(k) / 8
		}
		labels := rapid.SliceOfN(rapid.IntRange(0, 1), out.Samples, out.Samples).Draw(t, "labels")
		g := newGradient(out, l)
		l.Of(out, labels, g)
		x, d := out.Spikes, g.PerSpike
		if l.OnPotential() {
			x, d = out.Potential, g.PerPotential
		}
		i, h := rapid.IntRange(0, n-1).Draw(t, "element"), float32(1)/64
		was := x[i]
		x[i] = was + h
		hi := l.Of(out, labels, nil)
		x[i] = was - h
		lo := l.Of(out, labels, nil)
		want := (hi - lo) / (2 * float64(h))
		if math.Abs(float64(d[i])-want) > 1e-4+1e-3*math.Abs(want) {
			t.Fatalf("%s: derivative %v, difference %v", l.Name(), d[i], want)
		}
	})
}

func count(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}

// TestCrossEntropyExtremes: sums of spikes may be large.
func TestCrossEntropyExtremes(t *testing.T) {
	d := make([]float64, 2)
	if got := crossEntropy([]float64{2000, 0}, 1, d); got != 2000 || d[0] != 1 || d[1] != -1 {
		t.Errorf("%v, %v", got, d)
	}
}

// TestCrossEntropyMembrane: a sum over the steps, a mean over the samples. The
// potentials make the probability of the label a quarter, a half, three quarters and
// a half.
func TestCrossEntropyMembrane(t *testing.T) {
	ln3 := float32(math.Log(3))
	out := &Output{Samples: 2, Steps: 2, Neurons: 2, Potential: []float32{0, ln3, 1, 1, 0, ln3, 5, 5}}
	got := CrossEntropyMembrane().Of(out, []int{0, 1}, nil)
	want := (math.Log(4) + math.Log(2) + math.Log(4.0/3) + math.Log(2)) / 2
	if math.Abs(got-want) > 1e-7 {
		t.Errorf("loss %v, want %v", got, want)
	}
}

func TestPopulationThatDoesNotFit(t *testing.T) {
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "10 output neurons cannot be shared by 3 classes") {
			t.Errorf("recovered %v", r)
		}
	}()
	Predict(make([]int, 1), &Output{Samples: 1, Steps: 1, Neurons: 10, Spikes: make([]float32, 10)}, 3)
}

func TestPredictTies(t *testing.T) {
	out := &Output{Samples: 2, Steps: 2, Neurons: 3, Spikes: []float32{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}}
	got := make([]int, 2)
	if Predict(got, out, 0); got[0] != 1 || got[1] != 0 {
		t.Errorf("most: %v, want the first of equal ones", got)
	}
	if PredictFirst(got, out); got[0] != 1 || got[1] != 0 {
		t.Errorf("first: %v, want the first of equal ones", got)
	}
}

// TestScore: the largest score is the prediction, for each way to understand the
// output.
func TestScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := &Output{Samples: rapid.IntRange(1, 4).Draw(t, "samples"), Steps: rapid.IntRange(1, 5).Draw(t, "steps"), Neurons: 6}
		n := out.Samples * out.Steps * out.Neurons
		out.Spikes = rapid.SliceOfN(rapid.SampledFrom([]float32{0, 0, 1}), n, n).Draw(t, "spikes")
		want, most, few := make([]int, out.Samples), make([]int, out.Samples), make([]int, out.Samples)
		PredictFirst(want, out)
		Predict(most, out, 0)
		Predict(few, out, 3)
		for b := range want {
			for name, want := range map[string]int{"ce_temporal": want[b], "mse_temporal": want[b], "ce_count": most[b], "ce_membrane": most[b], "mse_count:classes=3": few[b]} {
				loss, err := ParseLoss(name)
				if err != nil {
					t.Fatal(err)
				}
				told, err := ClassesOf(loss, out.Neurons)
				if err != nil {
					t.Fatal(err)
				}
				score := make([]float64, told)
				if Score(score, loss, out, b); first(score) != want {
					t.Fatalf("%s: scores %v, the prediction is %d", name, score, want)
				}
			}
		}
	})
}

func TestParseLoss(t *testing.T) {
	for _, l := range []Loss{
		CrossEntropyCount(), CrossEntropyPopulation(5), CrossEntropyRate(), CrossEntropyMaxMembrane(), CrossEntropyMembrane(), MSECount(0.8, 0.2), MSECount(1, 0),
		MSECountPopulation(0.8, 0.2, 3), MSEMembrane(1, -0.25), MSETemporal(0, -1, 0), MSETemporal(3, 9, 2), CrossEntropyTemporal(), CrossEntropyTemporalReciprocal(),
	} {
		if got, err := ParseLoss(l.Name()); err != nil || got != l {
			t.Errorf("%s comes back as %v, %v", l.Name(), got, err)
		}
	}
	for text, want := range map[string]Loss{
		"ce_count": CrossEntropyCount(), "mse_count:0.8:0.2": MSECount(0.8, 0.2), "mse_count": MSECount(1, 0), "mse_temporal": MSETemporal(0, -1, 0),
		"ce_temporal:1": CrossEntropyTemporalReciprocal(),
	} {
		if got, err := ParseLoss(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for i, text := range Losses() {
		if l, err := ParseLoss(text); err != nil || l.Name() != lossForms[i].name {
			t.Errorf("%q is %v, %v", text, l, err)
		}
	}
	for text, want := range map[string]string{
		"ce_rates":           `unknown loss "ce_rates"; did you mean "ce_rate"?`,
		"mse_count:2":        `loss "mse_count:2": correct is 2; it must be at most 1`,
		"mse_temporal:0.5":   `loss "mse_temporal:0.5": on is 0.5; it must be a whole number`,
		"ce_count:classes=x": `loss "ce_count:classes=x": classes is "x"; it must be a number`,
	} {
		if _, err := ParseLoss(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}
