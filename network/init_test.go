package network_test

import (
	"math"
	"testing"

	"dvsim/network"
)

// TestInitMoments: each kind has the mean and deviation that its definition gives.
func TestInitMoments(t *testing.T) {
	const n, fanIn = 200_000, 64
	for _, c := range []struct {
		init              network.Init
		mean, std, within float64
	}{
		{network.Init{}, 0, 1 / math.Sqrt(3*fanIn), 1.0 / 8}, // nn.Linear: uniform in ±1/√fan_in
		{network.Init{Kind: "uniform", Scale: 2}, 0, 2 / math.Sqrt(3*fanIn), 2.0 / 8},
		{network.Init{Kind: "kaiming"}, 0, math.Sqrt(2.0 / fanIn), math.Inf(1)},
		{network.Init{Kind: "normal"}, 0, 1.0 / 8, math.Inf(1)},
		{network.Init{Kind: "normal", Mean: 1, Std: 0.5}, 1, 0.5, math.Inf(1)},
		{network.Init{Kind: "constant", Value: 0.3}, float64(float32(0.3)), 0, 0.31},
	} {
		w := make([]float32, n)
		c.init.Fill(w, "layer.weights", fanIn)
		var sum, sq, most float64
		for _, x := range w {
			sum += float64(x)
			most = max(most, math.Abs(float64(x)))
		}
		mean := sum / n
		for _, x := range w {
			sq += (float64(x) - mean) * (float64(x) - mean)
		}
		std := math.Sqrt(sq / n)
		// The mean of n values strays by std/√n, their deviation by less than that.
		if tol := 4*c.std/math.Sqrt(n) + 1e-6; math.Abs(mean-c.mean) > tol || math.Abs(std-c.std) > tol || most > c.within {
			t.Errorf("%+v: mean %.5f deviation %.5f largest %.5f, want %.5f %.5f %.5f", c.init, mean, std, most, c.mean, c.std, c.within)
		}
	}
}

// TestStreams: near seeds and names have streams that are not related.
func TestStreams(t *testing.T) {
	const n = 2000
	draw := func(seed uint64, name string) []float32 {
		w := make([]float32, n)
		network.Init{Seed: seed}.Fill(w, name, 1)
		return w
	}
	base := draw(1, "a")
	for _, other := range [][]float32{draw(2, "a"), draw(1, "b"), draw(0, "a"), draw(1, "aa")} {
		for shift := range 5 { // streams that are shifted copies would show here
			var dot float64
			for i := range n - shift {
				dot += float64(base[i]) * float64(other[i+shift])
			}
			// Uniform in ±1 has variance 1/3: the sum of products strays by √n/3.
			if math.Abs(dot) > 5*math.Sqrt(n)/3 {
				t.Errorf("shift %d: correlation %.1f", shift, dot)
			}
		}
	}
}
