package neuron

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheck(t *testing.T) {
	nan := float32(math.NaN())
	leaky := func(f func(*Params)) *Params {
		p := &Params{Model: Leaky, Beta: []float32{0.9}}
		f(p)
		return p
	}
	lif := func(f func(*Params)) *Params {
		p := &Params{Model: LIF, TauUS: 20_000}
		f(p)
		return p
	}
	for _, c := range []struct {
		name string
		p    *Params
		dt   int64
		want []string // a part of each sentence
	}{
		{"leaky", leaky(func(*Params) {}), 1000, nil},
		{"leaky by τ", leaky(func(p *Params) { p.Beta, p.TauUS = nil, 10_000 }), 1000, nil},
		{"leaky per neuron", leaky(func(p *Params) { p.Beta = []float32{1, 2, -1} }), 1000, nil},
		{"leaky, continuous", leaky(func(*Params) {}), 0, []string{"needs a clocked network"}},
		{"β and τ", leaky(func(p *Params) { p.TauUS = 5 }), 1, []string{"both given"}},
		{"no β", leaky(func(p *Params) { p.Beta = nil }), 1, []string{"beta is missing"}},
		{"β length", leaky(func(p *Params) { p.Beta = []float32{1, 1} }), 1, []string{"beta has 2 values for 3 neurons; give 1 or 3"}},
		{"β NaN", leaky(func(p *Params) { p.Beta = []float32{1, nan, 1} }), 1, []string{"beta of neuron 1 is NaN"}},
		{"θ", leaky(func(p *Params) { p.Threshold = []float32{0} }), 1, []string{"threshold is 0"}},
		{"reset", leaky(func(p *Params) { p.Reset = ToValue }), 1, []string{`reset "value" does not go with`}},
		{"leaky with drive", leaky(func(p *Params) { p.Drive = []float32{1} }), 1, []string{"belong to model lif"}},
		{"several at once", leaky(func(p *Params) { p.Threshold, p.VInit, p.Graded = []float32{1, -1}, []float32{nan}, nan }), 1, []string{"threshold has 2", "threshold is -1", "initial potential", "graded"}},
		{"model", &Params{Model: "hh"}, 1, []string{`model "hh" is unknown`}},
		{"lif", lif(func(p *Params) { p.Drive, p.VReset, p.RefractoryUS = []float32{1, 2, 3}, -1, 2000 }), 1000, nil},
		{"lif, continuous", lif(func(p *Params) { p.RefractoryUS = 1234 }), 0, nil},
		{"lif without τ", lif(func(p *Params) { p.TauUS = 0 }), 0, []string{"time constant is 0"}},
		{"lif, τ NaN", lif(func(p *Params) { p.TauUS = math.NaN() }), 0, []string{"time constant is NaN"}},
		{"lif with β", lif(func(p *Params) { p.Beta = []float32{1} }), 0, []string{"beta belongs to"}},
		{"lif reset", lif(func(p *Params) { p.Reset, p.Inhibition = Zero, true }), 0, []string{"reset \"zero\"", "inhibition belong"}},
		{"lif, reset above θ", lif(func(p *Params) { p.VReset = 1 }), 0, []string{"fire for ever"}},
		{"refractory", lif(func(p *Params) { p.RefractoryUS = 1500 }), 1000, []string{"no multiple"}},
		{"refractory < 0", lif(func(p *Params) { p.RefractoryUS = -1 }), 1000, []string{"cannot be negative"}},
	} {
		got := c.p.Check(3, c.dt)
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.Contains(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%s: Check says %q, want parts %q", c.name, got, c.want)
		}
	}
}

// TestFiresAgainWithoutInput is the first trap of an engine that looks only where
// something arrives: 5.3 over a threshold of 1 fires several times, and Touch says so.
func TestFiresAgainWithoutInput(t *testing.T) {
	c := NewClocked(&Params{Model: Leaky, Beta: []float32{0.9}}, 1, 1000, nil)
	s := c.NewState()
	acc := []float32{5.3}
	var steps []int64
	k := int64(0)
	for hot := true; hot; k++ {
		var spikes []uint32
		if spikes, hot, _ = c.Touch(s, acc, 0, 1, k, 1, nil); len(spikes) == 1 {
			steps = append(steps, k)
		}
		if hot != c.Hot(s, 0, 1) {
			t.Fatalf("step %d: Touch and Hot disagree", k)
		}
	}
	// 5.3, 3.77, 2.393, 1.1537, 0.03833
	if want := []int64{0, 1, 2, 3}; !slices.Equal(steps, want) {
		t.Errorf("spikes in steps %v, want %v", steps, want)
	}
}

// TestSettles: a driven neuron whose drive leads to below the threshold comes to
// rest, and stays there bit for bit when stepped on.
func TestSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beta := rapid.Float32Range(0, 0.99).Draw(t, "beta")
		bias := rapid.Float32Range(-0.01, 0.0099).Draw(t, "bias")
		v0 := rapid.Float32Range(-3, 0.99).Draw(t, "v0")
		c := NewClocked(&Params{Model: Leaky, Beta: []float32{beta}, VInit: []float32{v0}}, 1, 1000, []float32{bias})
		if c.Driven(0, 1) != (bias != 0) {
			t.Fatal("a neuron with a bias is driven, and no other")
		}
		if bias == 0 {
			return
		}
		s, acc := c.NewState(), make([]float32, 1)
		k := int64(0)
		for moved := true; moved; k++ {
			if k > 20_000 {
				t.Fatalf("still moving after %d steps", k)
			}
			_, _, moved = c.Touch(s, acc, 0, 1, k, 1, nil)
		}
		rest := s.V[0]
		for range 10 {
			c.Touch(s, acc, 0, 1, k, 1, nil)
			k++
		}
		if s.V[0] != rest {
			t.Fatalf("settled at %v, then moved to %v", rest, s.V[0])
		}
	})
}

// TestPathsAgree: the kernels' path and the path with all options give the same
// bits where both apply. The option that forces the second is one that changes
// nothing: a threshold for each neuron, all equal.
func TestPathsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 300).Draw(t, "n")
		beta := rapid.Float32Range(0, 1.2).Draw(t, "beta")
		var bias []float32
		if rapid.Bool().Draw(t, "bias") {
			bias = rapid.SliceOfN(rapid.Float32Range(-0.3, 0.3), n, n).Draw(t, "b")
		}
		p := &Params{Model: Leaky, Beta: []float32{beta}}
		q := &Params{Model: Leaky, Beta: slices.Repeat([]float32{beta}, n), Threshold: slices.Repeat([]float32{1}, n)}
		fast, slow := NewClocked(p, n, 1000, bias), NewClocked(q, n, 1000, bias)
		if !fast.fast || slow.fast {
			t.Fatal("the paths are not what this test thinks")
		}
		a, b := fast.NewState(), slow.NewState()
		for k := range int64(6) {
			in := rapid.SliceOfN(rapid.Float32Range(-2, 3), n, n).Draw(t, "in")
			d := rapid.Int64Range(1, 40).Draw(t, "d")
			if k > 0 {
				d = 1
			}
			sa, hotA, movedA := fast.Touch(a, slices.Clone(in), 0, n, k, d, nil)
			sb, hotB, movedB := slow.Touch(b, slices.Clone(in), 0, n, k, d, nil)
			if !slices.Equal(sa, sb) || hotA != hotB || fast.Driven(0, n) && movedA != movedB || !slices.Equal(a.V, b.V) {
				t.Fatalf("step %d: %v %v %v, and %v %v %v", k, sa, hotA, movedA, sb, hotB, movedB)
			}
		}
	})
}

// TestSoftResetNow walks through the corner that snnTorch's formula has: a neuron
// that was over its threshold and is no more, with the reset at once.
func TestSoftResetNow(t *testing.T) {
	c := NewClocked(&Params{Model: Leaky, Beta: []float32{0.5}, ResetNow: true}, 1, 1000, nil)
	s := c.NewState()
	for k, step := range []struct{ in, want float32 }{
		{3.5, 2.5},    // fires, reset at once, and is still over
		{0, 1.25},     // R = 1: 1.25 − 1 = 0.25, no spike, s − R = −1 gives θ back
		{0.5, 1.125},  // R = 1: 0.625 + 0.5 − 1 = 0.125, and again
		{-2, -1.4375}, // R = 1: 0.5625 − 2 − 1, and again
	} {
		c.Touch(s, []float32{step.in}, 0, 1, int64(k), 1, nil)
		if s.V[0] != step.want {
			t.Fatalf("step %d: potential %v, want %v", k, s.V[0], step.want)
		}
	}
}

// TestCrossing holds the prediction to a plain float64 walk over the microseconds.
func TestCrossing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tau := rapid.Float64Range(50, 30_000).Draw(t, "tau")
		drive := rapid.Float32Range(0.5, 3).Draw(t, "drive")
		v0 := rapid.Float32Range(-1, 0.99).Draw(t, "v0")
		d := NewDelta(&Params{Model: LIF, TauUS: tau, Drive: []float32{drive}, VInit: []float32{v0}})
		cell := &d.NewCells(1)[0]
		got, ok := d.Crossing(cell, 0)
		if drive <= 1 {
			if ok {
				t.Fatalf("a drive of %v predicts a spike at %d", drive, got)
			}
			return
		}
		if !ok {
			t.Fatalf("no spike for a drive of %v", drive)
		}
		at := func(us int64) float64 {
			return float64(drive) + (float64(v0)-float64(drive))*math.Exp(-float64(us)/tau)
		}
		const eps = 1e-9
		if at(got) < 1-eps || got > 1 && at(got-1) > 1+eps {
			t.Fatalf("crossing at %d µs: there v = %v, one before %v", got, at(got), at(got-1))
		}
	})
}

// TestRefractory: what arrives in the refractory period is gone; at its end the
// neuron listens again (continuous), or in the step after it (clocked).
func TestRefractory(t *testing.T) {
	p := &Params{Model: LIF, TauUS: 1000, RefractoryUS: 2000}
	d := NewDelta(p)
	cell := &d.NewCells(1)[0]
	if !d.Arrive(cell, 0, 100, 1) {
		t.Fatal("v = θ fires")
	}
	for _, us := range []int64{100, 101, 2099} {
		if d.Arrive(cell, 0, us, 5) || cell.V != 0 {
			t.Fatalf("an arrival at %d µs was not dropped", us)
		}
	}
	if !d.Arrive(cell, 0, 2100, 1) {
		t.Fatal("after the refractory period it fires again")
	}
	c := NewClocked(p, 1, 1000, nil)
	s := c.NewState()
	var fired []int64
	for k := range int64(7) {
		if spikes, _, _ := c.Touch(s, []float32{1}, 0, 1, k, 1, nil); len(spikes) > 0 {
			fired = append(fired, k)
		}
	}
	if want := []int64{0, 3, 6}; !slices.Equal(fired, want) {
		t.Errorf("spikes in steps %v, want %v", fired, want)
	}
}

func BenchmarkTouch(b *testing.B) {
	n := 1024
	each := slices.Repeat([]float32{0.9}, n)
	for _, c := range []struct {
		name string
		p    *Params
	}{
		{"subtract", &Params{Model: Leaky, Beta: []float32{0.9}}},
		{"zero", &Params{Model: Leaky, Beta: []float32{0.9}, Reset: Zero}},
		{"perNeuron", &Params{Model: Leaky, Beta: each}},
		{"lif", &Params{Model: LIF, TauUS: 20_000, RefractoryUS: 2000}},
	} {
		b.Run(c.name, func(b *testing.B) {
			l := NewClocked(c.p, n, 1000, nil)
			s, acc := l.NewState(), make([]float32, n)
			var spikes []uint32
			k := int64(0)
			for b.Loop() {
				for j := k & 7; j < int64(n); j += 8 {
					acc[j] = 0.7
				}
				spikes, _, _ = l.Touch(s, acc, 0, n, k, 1, spikes[:0])
				k++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/neuron")
		})
	}
}
