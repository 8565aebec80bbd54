package learn

import (
	"math"
	"testing"

	"dvsim/internal/npz"
	"dvsim/internal/reference"
)

func openTruth(t testing.TB, name string) *npz.File {
	t.Helper()
	f, err := npz.Open(reference.Shared(t, "truth/snntorch", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func floats(t testing.TB, f *npz.File, name string) []float32 {
	t.Helper()
	x, _, err := f.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func ints(t testing.TB, f *npz.File, name string) []int {
	t.Helper()
	x, _, err := f.Int64s(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
	}
	return out
}

// near is the bar of the package against other programs: 1e-6, relative above 1.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(b)) }

// TestSurrogatesAgainstSNNTorch compares with the gradients snnTorch gives.
func TestSurrogatesAgainstSNNTorch(t *testing.T) {
	f := openTruth(t, "surrogates.npz")
	x := floats(t, f, "x")
	for name, s := range map[string]Surrogate{
		"fast_sigmoid_25": FastSigmoid(25), "fast_sigmoid_10": FastSigmoid(10), "atan_2": Atan(2), "sigmoid_25": Sigmoid(25),
		"triangular_1": Triangular(1), "straight_through": StraightThrough(), "spike_rate_escape": SpikeRateEscape(1, 25),
		"sparse_fast_sigmoid": SFS(25, 1),
	} {
		want, got := floats(t, f, name), make([]float32, len(x))
		s.Grads(got, x, 0)
		for i := range x {
			if !near(float64(got[i]), float64(want[i])) {
				t.Errorf("%s at x = %v: %v, snnTorch has %v", name, x[i], got[i], want[i])
			}
		}
	}
}

// all is one of each kind, with parameters that are not the defaults.
var all = []Surrogate{
	FastSigmoid(10), Atan(3), Sigmoid(7.5), Triangular(0.5), Tent(0.7), Boxcar(0.6), StraightThrough(), SpikeRateEscape(2, 3),
	LSO(0.2), SSO(0.1, 0.4), SparseFastSigmoid(5, 0.8), SFS(5, 0.3),
}

// TestIntegral compares the gradient with central differences of the integral,
// away from the points where a kind has a jump.
func TestIntegral(t *testing.T) {
	const h = 1e-5
	for _, s := range all {
		if _, ok := s.Integral(0); !ok {
			if s.Stochastic() {
				continue
			}
			t.Fatalf("%v has no integral", s)
		}
		for x := -2.0005; x < 2; x += 0.0101 {
			lo, _ := s.Integral(x - h)
			hi, _ := s.Integral(x + h)
			want, got := (hi-lo)/(2*h), float64(s.Grad(float32(x)))
			if math.Abs(got-want) > 1e-4*max(1, math.Abs(want)) {
				t.Errorf("%v at x = %v: gradient %v, difference of the integral %v", s, x, got, want)
			}
		}
	}
}

// TestSurrogateAreas holds the kinds that stand for a step of 1 to it.
func TestSurrogateAreas(t *testing.T) {
	for _, s := range []Surrogate{Atan(2), Atan(5), Sigmoid(25), Tent(1), Tent(0.3), Boxcar(1), Boxcar(0.2)} {
		lo, _ := s.Integral(-1e9)
		hi, _ := s.Integral(1e9)
		if math.Abs(hi-lo-1) > 1e-6 {
			t.Errorf("%v: area %v, want 1", s, hi-lo)
		}
	}
}

func TestSSO(t *testing.T) {
	s := SSO(0.1, 0.4)
	x := make([]float32, 10000)
	for i := range x {
		x[i] = -1
	}
	x[3] = 1
	a, b, c := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
	s.Grads(a, x, 5)
	s.Grads(b, x, 5)
	s.Grads(c, x, 6)
	var sum, squares, equal float64
	for i, g := range a {
		if g != b[i] {
			t.Fatalf("element %d: %v and %v from one stream", i, g, b[i])
		}
		if g == c[i] {
			equal++
		}
		if i == 3 {
			if g != 1 {
				t.Errorf("gradient of a spike is %v, want 1", g)
			}
			continue
		}
		if g < -0.4*0.4-1e-6 || g >= 0.6*0.4 {
			t.Fatalf("gradient %v outside of (u + mean)·variance", g)
		}
		sum += float64(g)
		squares += float64(g-0.04) * float64(g-0.04)
	}
	n := float64(len(x) - 1)
	// A uniform distribution of width 0.4: mean 0.04, variance 0.4²/12; four standard errors.
	if math.Abs(sum/n-0.04) > 4*0.4/math.Sqrt(12*n) || math.Abs(squares/n/(0.16/12)-1) > 0.04 {
		t.Errorf("mean %v, variance %v; want 0.04 and %v", sum/n, squares/n, 0.16/12)
	}
	if equal > 5 {
		t.Errorf("two streams agree in %v of %v draws", equal, n)
	}
	if g := s.Grad(-1); !near(float64(g), 0.04) {
		t.Errorf("Grad is %v, want the mean 0.04", g)
	}
}

func TestCustomSurrogate(t *testing.T) {
	s := Custom(func(x float32) float32 { return 2 * x })
	x := []float32{1, -3}
	s.Grads(x, x, 0)
	if x[0] != 2 || x[1] != -6 || s != s.orDefault() || s.String() != "custom" {
		t.Errorf("custom: %v, %v", x, s)
	}
	if s == Custom(func(float32) float32 { return 0 }) {
		t.Error("two custom surrogates are equal")
	}
}

func TestParseSurrogate(t *testing.T) {
	for _, s := range append(all, Surrogate{}) {
		got, err := ParseSurrogate(s.String())
		if err != nil || got != s.orDefault() {
			t.Errorf("%v comes back as %v, %v", s, got, err)
		}
	}
	for i, text := range Surrogates() {
		a, err := ParseSurrogate(text)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseSurrogate(surrogateForms[i].name)
		if err != nil || a != b {
			t.Errorf("%q is %v, its name alone %v, %v", text, a, b, err)
		}
	}
	for text, want := range map[string]Surrogate{
		"fast_sigmoid": FastSigmoid(25), "atan": Atan(2), "sigmoid:slope=3": Sigmoid(3), " atan:1e1 ": Atan(10),
		"spike_rate_escape:slope=3": SpikeRateEscape(1, 3), "spike_rate_escape:2:3": SpikeRateEscape(2, 3), "sso": SSO(0, 0.2), "lso": LSO(0.1),
	} {
		if got, err := ParseSurrogate(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"fastsigmoid":                 `unknown surrogate "fastsigmoid"; did you mean "fast_sigmoid"?`,
		"fast_sigmoid:0":              `surrogate "fast_sigmoid:0": slope is 0; it must be greater than 0`,
		"fast_sigmoid:x":              `surrogate "fast_sigmoid:x": slope is "x"; it must be a number`,
		"atan:inf":                    `surrogate "atan:inf": alpha is +Inf; it must be a number`,
		"atan:1:2":                    `surrogate "atan:1:2": too many parameters; the form is atan:2`,
		"atan:alpah=1":                `surrogate "atan:alpah=1": unknown parameter "alpah"; did you mean "alpha"?`,
		"straight_through:a=1":        `surrogate "straight_through:a=1": straight_through takes no parameters`,
		"spike_rate_escape:1:beta=2":  `surrogate "spike_rate_escape:1:beta=2": beta is given twice`,
		"sparse_fast_sigmoid:b=-1":    `surrogate "sparse_fast_sigmoid:b=-1": b is -1; it must be greater than 0`,
		"sso:variance=-1":             `surrogate "sso:variance=-1": variance is -1; it must be at least 0`,
		"spike_rate_escape:beta=1:q=": `surrogate "spike_rate_escape:beta=1:q=": unknown parameter "q"; possible: "beta", "slope"`,
	} {
		if _, err := ParseSurrogate(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}
