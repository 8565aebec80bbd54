package learn

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestL1AgainstSNNTorch(t *testing.T) {
	f := openTruth(t, "losses.npz")
	out := readOutput(t, f, "spk", "")
	counts, sums := make([]float64, out.Neurons), make([]float64, out.Neurons)
	for b := range out.Samples {
		out.count(b, sums)
		for j, n := range sums {
			counts[j] += n
		}
	}
	d := make([]float32, out.Neurons)
	got, want := L1RateSparsity(1e-3).Of(counts, out.Samples, out.Steps, d), float64(floats(t, f, "l1_rate_sparsity")[0])
	if !near(got, want) || d[0] != 1e-3 {
		t.Errorf("%v with derivative %v, snnTorch has %v", got, d[0], want)
	}
}

// TestRegulariserGradients compares with central differences, and holds both to
// adding.
func TestRegulariserGradients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom([]Regulariser{L1RateSparsity(0.3), TargetRate(0.2, 5)}).Draw(t, "regulariser")
		counts := rapid.SliceOfN(rapid.Float64Range(0, 40), 1, 9).Draw(t, "counts")
		samples, steps := rapid.IntRange(1, 5).Draw(t, "samples"), rapid.IntRange(1, 8).Draw(t, "steps")
		d := make([]float32, len(counts))
		d[0] = 7
		if with, without := r.Of(counts, samples, steps, d), r.Of(counts, samples, steps, nil); with != without {
			t.Fatalf("%v with derivatives, %v without", with, without)
		}
		d[0] -= 7
		for j, n := range counts {
			counts[j] = n + 0.5
			hi := r.Of(counts, samples, steps, nil)
			counts[j] = n - 0.5
			want := hi - r.Of(counts, samples, steps, nil)
			counts[j] = n
			if math.Abs(float64(d[j])-want) > 1e-5*max(1, math.Abs(want)) {
				t.Fatalf("%s: derivative %d is %v, difference %v", r.Name(), j, d[j], want)
			}
		}
	})
}

func TestTargetRate(t *testing.T) {
	// Two neurons in 2 samples of 5 steps: rates 0.1 and 0.5, target 0.2.
	d := make([]float32, 2)
	got := TargetRate(0.2, 10).Of([]float64{1, 5}, 2, 5, d)
	if !near(got, 10*(0.01+0.09)) || !near(float64(d[0]), -0.2) || !near(float64(d[1]), 0.6) {
		t.Errorf("%v, %v", got, d)
	}
}

func TestParseRegulariser(t *testing.T) {
	for _, r := range []Regulariser{L1RateSparsity(1e-4), TargetRate(0.05, 10)} {
		if got, err := ParseRegulariser(r.Name()); err != nil || got != r {
			t.Errorf("%s comes back as %v, %v", r.Name(), got, err)
		}
	}
	for i, text := range Regularisers() {
		if r, err := ParseRegulariser(regulariserForms[i].name); err != nil || r.Name() != text {
			t.Errorf("%q is %v, %v", text, r, err)
		}
	}
	if _, err := ParseRegulariser("l1:-1"); err == nil || err.Error() != `unknown regulariser "l1"; did you mean "l1_rate_sparsity"?` {
		t.Error(err)
	}
}
