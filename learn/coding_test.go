package learn

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLatencyAgainstSNNTorch: every spike in its step.
func TestLatencyAgainstSNNTorch(t *testing.T) {
	f := openTruth(t, "encode.npz")
	x := floats(t, f, "input")
	for name, o := range map[string]LatencyOptions{
		"latency_tau5_log":    {Tau: 5, Threshold: 0.01},
		"latency_linear_norm": {Tau: 5, Threshold: 0.01, Linear: true, Normalize: true},
	} {
		want, shape, err := f.Float32s(name)
		if err != nil {
			t.Fatal(err)
		}
		steps := make([]int, len(x))
		if err := Latency(steps, x, shape[0], o); err != nil {
			t.Fatal(err)
		}
		compareSteps(t, name, steps, want, shape[0])
	}
}

// TestLatencyOptionsAgainstSNNTorch goes through all options.
func TestLatencyOptionsAgainstSNNTorch(t *testing.T) {
	f := openTorch(t)
	x := floats(t, f, "latency.input")
	cases := 0
	for _, key := range f.Names() {
		options, ok := strings.CutPrefix(key, "latency.")
		if !ok || options == "input" {
			continue
		}
		cases++
		c, err := ParseCoding("latency:" + options)
		if err != nil {
			t.Fatal(err)
		}
		want, shape, err := f.Float32s(key)
		if err != nil {
			t.Fatal(err)
		}
		steps := make([]int, len(x))
		if err := Latency(steps, x, shape[0], c.latency); err != nil {
			t.Fatal(err)
		}
		compareSteps(t, key, steps, want, shape[0])
	}
	if cases != 8 {
		t.Errorf("%d cases in testdata/torch.npz, want 8", cases)
	}
}

// compareSteps holds the steps of n values to a raster [T, n].
func compareSteps(t *testing.T, name string, steps []int, raster []float32, T int) {
	t.Helper()
	n := len(steps)
	for i, s := range steps {
		for k := range T {
			if got := s == k; got != (raster[k*n+i] == 1) {
				t.Errorf("%s: value %d spikes in step %d: %v, snnTorch has %v there", name, i, k, got, raster[k*n+i])
			}
		}
	}
}

func TestLatencyErrors(t *testing.T) {
	for _, c := range []struct {
		x     float32
		steps int
		o     LatencyOptions
		want  string
	}{
		{0, 20, LatencyOptions{Tau: 5}, "learn: latency coding: a value of 0 would spike in step 58 of 20 (steps count from 0); choose a smaller tau, normalize, or bypass what comes too late"},
		{1.5, 20, LatencyOptions{}, "learn: latency coding: value 0 is 1.5; values must lie between 0 and 1"},
		{float32(math.NaN()), 20, LatencyOptions{}, "learn: latency coding: value 0 is NaN; values must lie between 0 and 1"},
		{1, 20, LatencyOptions{Threshold: 1}, "learn: latency coding: threshold is 1; it must be less than 1"},
		{1, 20, LatencyOptions{Tau: -1}, "learn: latency coding: tau is -1; it must be greater than 0"},
		{1, 20, LatencyOptions{First: 20}, "learn: latency coding: first is 20, after the last of 20 steps"},
	} {
		if err := Latency(make([]int, 1), []float32{c.x}, c.steps, c.o); err == nil || err.Error() != c.want {
			t.Errorf("%v, %+v: %v\nwant %s", c.x, c.o, err, c.want)
		}
	}
}

func TestDeltaAgainstSNNTorch(t *testing.T) {
	truth, torch := openTruth(t, "encode.npz"), openTorch(t)
	x, shape, err := truth.Float32s("sequence")
	if err != nil {
		t.Fatal(err)
	}
	y := floats(t, torch, "delta.input")
	for name, c := range map[string]struct {
		o    DeltaOptions
		x    []float32
		size int
		want []float32
	}{
		"plain":        {DeltaOptions{}, x, shape[1], floats(t, truth, "delta_0.1")},
		"off":          {DeltaOptions{Threshold: 0.1, Off: true}, x, shape[1], floats(t, truth, "delta_0.1_off")},
		"exact":        {DeltaOptions{Threshold: 0.25, Off: true}, y, 3, floats(t, torch, "delta.exact")},
		"padded":       {DeltaOptions{Threshold: 0.25, Padding: true}, y, 3, floats(t, torch, "delta.padded")},
		"padded, off ": {DeltaOptions{Threshold: 0.25, Padding: true, Off: true}, y, 3, floats(t, torch, "delta.padded_off")},
	} {
		dst := make([]int8, len(c.x))
		if err := Delta(dst, c.x, c.size, c.o); err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if float32(dst[i]) != want {
				t.Errorf("%s: element %d is %d, snnTorch has %v", name, i, dst[i], want)
			}
		}
	}
	if err := Delta(nil, nil, 1, DeltaOptions{Threshold: -1}); err == nil {
		t.Error("a negative threshold is taken")
	}
}

// raster spreads an input over an array of rows, one a step.
func raster(in *Input, sources, steps int) []float32 {
	x := make([]float32, sources*steps)
	for t := range steps {
		src, val := in.Step(t)
		for k, s := range src {
			v := float32(1)
			if val != nil {
				v = val[k]
			}
			x[t*sources+int(s)] += v
		}
	}
	return x
}

// checkInput holds an input to the rules that are written at Input.
func checkInput(t rapid.TB, in *Input, sources, steps int) {
	t.Helper()
	want := steps
	if in.Constant {
		want = 1
	}
	if len(in.Ends) != want {
		t.Fatalf("%d steps, want %d", len(in.Ends), want)
	}
	if len(in.Value) != 0 && len(in.Value) != len(in.Source) || in.Ends[want-1] != len(in.Source) {
		t.Fatalf("%d sources, %d values, the last step ends at %d", len(in.Source), len(in.Value), in.Ends[want-1])
	}
	for k := range want {
		src, _ := in.Step(k)
		for i, s := range src {
			if int(s) >= sources || i > 0 && src[i-1] >= s {
				t.Fatalf("step %d: source %d at %d of %v", k, s, i, src)
			}
		}
	}
}

func TestSequences(t *testing.T) {
	x := []float32{0, 0.5, 0.3, 0.1, 0.3, 0.3, 1, 1, 1, 1, 0.5, 1}
	d, err := Sequences(SequenceSet{Name: "waves", Values: x, Size: 2, Steps: 3, Labels: []int{1, 0}, Classes: 2, Coding: DeltaOptions{Threshold: 0.25, Off: true}})
	if err != nil {
		t.Fatal(err)
	}
	var in Input
	for i := range d.Len() {
		d.Fill(&in, i, 0)
		checkInput(t, &in, d.Sources(), d.Steps())
		want := make([]int8, 6)
		if err := Delta(want, x[i*6:(i+1)*6], 2, DeltaOptions{Threshold: 0.25, Off: true}); err != nil {
			t.Fatal(err)
		}
		for k, v := range raster(&in, 2, 3) {
			if v != float32(want[k]) {
				t.Errorf("sample %d: element %d is %v, want %d", i, k, v, want[k])
			}
		}
	}
	if d.Name(1) != "waves 1" || d.Label(0) != 1 || d.Classes() != 2 {
		t.Errorf("%q, %d, %d", d.Name(1), d.Label(0), d.Classes())
	}
	for want, set := range map[string]SequenceSet{
		`learn: sequences "a": 3 values for 1 labels; each has 2 steps of 2`:   {Name: "a", Values: x[:3], Size: 2, Steps: 2, Labels: []int{0}, Classes: 1},
		`learn: sequences "b": sample 0 has label 1; there are 1 classes`:      {Name: "b", Values: x[:4], Size: 2, Steps: 2, Labels: []int{1}, Classes: 1},
		`learn: sequences "c": no samples`:                                     {Name: "c", Size: 2, Steps: 2, Classes: 1},
		`learn: sequences "d": 0 steps of 2 values; there must be some`:        {Name: "d", Size: 2, Classes: 1},
		`learn: sequences "e": threshold is -2; it must be greater than 0`:     {Name: "e", Values: x[:4], Size: 2, Steps: 2, Labels: []int{0}, Classes: 1, Coding: DeltaOptions{Threshold: -2}},
		`learn: sequences "f": 4 values for 1 labels; each has 100 steps of 2`: {Name: "f", Values: x[:4], Size: 2, Steps: 100, Labels: []int{0}, Classes: 1},
	} {
		if _, err := Sequences(set); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

func TestParseCoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.OneOf(
			rapid.Just(ConstantCoding()),
			rapid.Custom(func(t *rapid.T) Coding {
				return RateCoding(rapid.Float64Range(-3, 3).Draw(t, "gain"), rapid.Float64Range(-1, 1).Draw(t, "offset"))
			}),
			rapid.Custom(func(t *rapid.T) Coding {
				b := rapid.SliceOfN(rapid.Bool(), 4, 4).Draw(t, "switches")
				return LatencyCoding(LatencyOptions{
					Tau: rapid.Float64Range(0, 9).Draw(t, "tau"), Threshold: rapid.Float64Range(0, 0.9).Draw(t, "threshold"),
					First: rapid.IntRange(0, 9).Draw(t, "first"), Linear: b[0], Normalize: b[1], Clip: b[2], Bypass: b[3],
				})
			}),
		).Draw(t, "coding")
		if got, err := ParseCoding(c.String()); err != nil || got != c {
			t.Fatalf("%v comes back as %v, %v", c, got, err)
		}
	})
	if got, err := ParseCoding("latency"); err != nil || got != LatencyCoding(LatencyOptions{}) {
		t.Errorf("latency is %v, %v", got, err)
	}
	if !slices.Contains(Codings(), "rate:gain=1:offset=0") {
		t.Errorf("%q", Codings())
	}
	if _, err := ParseCoding("latency:linear=2"); err == nil || err.Error() != `coding "latency:linear=2": linear is 2; it must be at most 1` {
		t.Error(err)
	}
}
