package network

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestWiring: what each rule promises, for random sizes; and the rows are sound.
func TestWiring(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Wiring{
			Rule: Rule(rapid.SampledFrom(rules).Draw(t, "rule")),
			N:    rapid.IntRange(0, 30).Draw(t, "n"), P: rapid.Float64Range(0, 1).Draw(t, "p"),
			NoAutapses: rapid.Bool().Draw(t, "no autapses"), Self: rapid.Bool().Draw(t, "self"), NoMultapses: rapid.Bool().Draw(t, "no multapses"),
			Weight: Dist{Kind: "normal", Mean: 1, Std: 0.1}, Seed: rapid.Uint64().Draw(t, "seed"), Name: "a",
		}
		if rapid.Bool().Draw(t, "delays") {
			w.Delay = &Dist{Kind: "uniform", Min: -3, Max: 12}
			w.LeastDelay = 2
		}
		in, out := rapid.IntRange(1, 40).Draw(t, "sources"), rapid.IntRange(1, 40).Draw(t, "targets")
		if w.Self || w.Rule == OneToOne {
			out = in
		}
		if w.Check(in, out) != nil {
			t.Skip()
		}
		s := w.Synapses(in, out)
		if bad := s.check(Flat(in), Flat(out)); bad != nil {
			t.Fatal(bad)
		}
		again := w.Synapses(in, out)
		if !slices.Equal(s.Target, again.Target) || !slices.Equal(s.Weight, again.Weight) || !slices.Equal(s.Delay, again.Delay) {
			t.Fatal("the same wiring gave two connections")
		}
		pairs := map[[2]int32]int{}
		degree := make([]int, out)
		for i := range in {
			for k := s.Row[i]; k < s.Row[i+1]; k++ {
				pairs[[2]int32{int32(i), s.Target[k]}]++
				degree[s.Target[k]]++
				if w.Self && w.NoAutapses && int(s.Target[k]) == i {
					t.Fatalf("neuron %d is connected with itself", i)
				}
				if d := s.Delay; d != nil && (d[k] < 2 || d[k] > 12) {
					t.Fatalf("delay %d", d[k])
				}
			}
		}
		self := 0
		if w.Self && w.NoAutapses {
			self = min(in, out)
		}
		n := len(s.Target)
		switch w.Rule {
		case AllToAll:
			if n != in*out-self {
				t.Fatalf("%d synapses", n)
			}
		case OneToOne:
			if n != in-self {
				t.Fatalf("%d synapses", n)
			}
		case FixedIn:
			for j, d := range degree {
				if d != w.N {
					t.Fatalf("neuron %d has %d synapses, not %d", j, d, w.N)
				}
			}
		case FixedTotal:
			if n != w.N {
				t.Fatalf("%d synapses, not %d", n, w.N)
			}
		}
		if w.Rule != FixedTotal && (w.Rule != FixedIn || w.NoMultapses) && len(pairs) != n {
			t.Fatalf("%d pairs have %d synapses", len(pairs), n)
		}
	})
}

// TestWiringStatistics: the drawn rules against their moments, to five standard
// deviations of the mean.
func TestWiringStatistics(t *testing.T) {
	const n, m = 700, 900
	for _, w := range []Wiring{
		{Rule: Pairwise, P: 0.02},
		{Rule: Pairwise, P: 0.5},
		{Rule: Pairwise, P: 1e-4},
		{Rule: FixedIn, N: 70},
		{Rule: FixedIn, N: 70, NoMultapses: true},
		{Rule: FixedTotal, N: 50_000},
	} {
		w.Name = "statistics"
		s := w.Synapses(n, m)
		out, in := make([]float64, n), make([]float64, m)
		for i := range n {
			for k := s.Row[i]; k < s.Row[i+1]; k++ {
				out[i]++
				in[s.Target[k]]++
			}
		}
		total := w.Expect(n, m)
		if got := float64(len(s.Target)); w.Rule == Pairwise && math.Abs(got-total) > 5*math.Sqrt(total) || w.Rule != Pairwise && got != total {
			t.Errorf("%+v: %v synapses, want about %v", w, got, total)
		}
		// Each end of a drawn synapse is one of many: binomial.
		chi := func(x []float64, mean float64, p float64) float64 {
			sum := 0.0
			for _, v := range x {
				sum += (v - mean) * (v - mean) / (mean * (1 - p))
			}
			return sum
		}
		p := map[Rule]float64{Pairwise: w.P, FixedIn: 1. / n, FixedTotal: 1. / n}[w.Rule]
		if w.NoMultapses {
			p = 70. / n
		}
		if c := chi(out, total/n, p); math.Abs(c-n) > 5*math.Sqrt(n*(2+n/total)) {
			t.Errorf("%+v: χ² of the out-degrees is %.0f for %d", w, c, n)
		}
		if c := chi(in, total/m, max(w.P, 1./m)); w.Rule != FixedIn && math.Abs(c-m) > 5*math.Sqrt(m*(2+m/total)) {
			t.Errorf("%+v: χ² of the in-degrees is %.0f for %d", w, c, m)
		}
	}
}

func TestDist(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		d         Dist
		mean, std float64
	}{
		{Constant(-3), -3, 0},
		{Dist{Kind: "normal", Mean: 2, Std: 0.5}, 2, 0.5},
		{Dist{Kind: "lognormal", Mean: 2, Std: 1}, 2, 1},
		{Dist{Kind: "uniform", Min: -1, Max: 5}, 2, math.Sqrt(3)},
		// Half a normal distribution: mean σ√(2/π), variance σ²(1 − 2/π).
		{Dist{Kind: "normal", Std: 1, Limits: true, Min: 0, Max: inf}, math.Sqrt(2 / math.Pi), math.Sqrt(1 - 2/math.Pi)},
		{Dist{Kind: "normal", Std: 1, Limits: true, Min: 0, Max: inf, Clip: true}, 1 / math.Sqrt(2*math.Pi), math.Sqrt(0.5 - 0.5/math.Pi)},
	} {
		if bad := c.d.Check(); bad != nil {
			t.Errorf("%+v: %v", c.d, bad)
		}
		x := make([]float32, 40_000)
		c.d.Fill(x, 1, "x")
		mean, sq := 0.0, 0.0
		for _, v := range x {
			mean += float64(v) / float64(len(x))
		}
		for _, v := range x {
			sq += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
		}
		if math.Abs(mean-c.mean) > 5*c.std/200+1e-9 || math.Abs(math.Sqrt(sq)-c.std) > 0.04*c.std+1e-9 {
			t.Errorf("%+v: mean %v, deviation %v; want %v, %v", c.d, mean, math.Sqrt(sq), c.mean, c.std)
		}
	}
	for _, d := range []Dist{
		{Kind: "gauss"},
		{Kind: "normal", Std: -1},
		{Mean: math.NaN()},
		{Kind: "lognormal"},
		{Kind: "uniform", Min: 1},
		{Kind: "normal", Std: 1, Limits: true, Min: 5, Max: 6},
		{Kind: "normal", Std: 1, Limits: true, Min: 1, Max: 0},
		{Kind: "normal", Limits: true, Min: 1, Max: 2},
	} {
		if d.Check() == nil {
			t.Errorf("%+v passes", d)
		}
	}
}

func BenchmarkFixedIndegree(b *testing.B) {
	w := Wiring{Rule: FixedIn, N: 1000, Weight: Constant(0.1), Name: "brunel"}
	for b.Loop() {
		w.Synapses(10_000, 12_500)
	}
}
