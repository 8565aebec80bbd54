package neuron

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheckSynaptic(t *testing.T) {
	cuba := func(f func(*Params)) *Params {
		p := &Params{Model: CUBA, TauUS: 20_000, TauSynUS: []float64{5000, 10_000}}
		f(p)
		return p
	}
	coba := func(f func(*Params)) *Params {
		p := cuba(func(p *Params) { p.Model, p.Reversal = COBA, []float32{60, -20} })
		f(p)
		return p
	}
	for _, c := range []struct {
		name string
		p    *Params
		dt   int64
		want []string
	}{
		{"cuba", cuba(func(*Params) {}), 100, nil},
		{"cuba, continuous", cuba(func(*Params) {}), 0, nil},
		{"coba", coba(func(*Params) {}), 100, nil},
		{"coba, continuous", coba(func(*Params) {}), 0, []string{"needs a clocked network"}},
		{"no receptor", cuba(func(p *Params) { p.TauSynUS = nil }), 100, []string{"0 synaptic time constants"}},
		{"too many", cuba(func(p *Params) { p.TauSynUS = make([]float64, 5) }), 100, []string{"5 synaptic", "receptor 0 is 0", "receptor 1 is 0", "receptor 2 is 0", "receptor 3 is 0", "receptor 4 is 0"}},
		{"τ", cuba(func(p *Params) { p.TauSynUS[1] = math.NaN() }), 100, []string{"receptor 1 is NaN"}},
		{"reversal of cuba", cuba(func(p *Params) { p.Reversal = []float32{1, 2} }), 100, []string{"reversal potentials belong to"}},
		{"reversals", coba(func(p *Params) { p.Reversal = p.Reversal[:1] }), 100, []string{"1 reversal potentials for 2"}},
		{"initial", coba(func(p *Params) { p.SynInit = [][]float32{{1, -1, 2}, {1, 1}} }), 100, []string{"cannot be negative", "receptor 1 has 2 values"}},
		{"initials", cuba(func(p *Params) { p.SynInit = [][]float32{{1}, nil, {2}} }), 100, []string{"3 receptors of 2"}},
		{"lif", &Params{Model: LIF, TauUS: 1, TauSynUS: []float64{1}}, 100, []string{"belong to models cuba and coba"}},
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

// TestCurrentWeight: the weight of a current against the textbook formula where that
// is well conditioned, its limit where both time constants are equal, and a series
// near that.
func TestCurrentWeight(t *testing.T) {
	for _, c := range [][3]float64{{100, 20_000, 5000}, {100, 20_000, 10_000}, {1000, 5000, 20_000}, {50_000, 20_000, 2000}, {1, 7, 9}} {
		h, m, s := c[0], c[1], c[2]
		want := s / (m - s) * (math.Exp(-h/m) - math.Exp(-h/s))
		if got := currentWeight(h, m, s); math.Abs(got-want) > 1e-12*want {
			t.Errorf("h %v, τm %v, τs %v: %v, want %v", h, m, s, got, want)
		}
	}
	const h, m = 100.0, 20_000.0
	limit := h / m * math.Exp(-h/m)
	for _, s := range []float64{m, math.Nextafter(m, 0), m * (1 + 1e-13), m * (1 - 1e-9)} {
		if got := currentWeight(h, m, s); math.Abs(got-limit) > 1e-11*limit {
			t.Errorf("τs = %v: %v, the limit is %v", s, got, limit)
		}
	}
}

func TestPhi(t *testing.T) {
	for x := 0.0; x < 3; x += 0.001 {
		want := 1.0
		if x > 0 {
			want = -math.Expm1(-x) / x
		}
		if got := phi1(x); math.Abs(got-want) > 1e-15 {
			t.Fatalf("φ(%v) = %v, want %v", x, got, want)
		}
	}
}

// randomStepped draws parameters of a layer whose neurons are all touched in every step.
func randomStepped(t *rapid.T, n int, r *rand.Rand) (p *Params, bias []float32) {
	float := func(lo, hi float64) float32 { return float32(lo + (hi-lo)*r.Float64()) }
	list := func(label string, lo, hi float64) []float32 {
		k := []int{0, 1, n}[rapid.IntRange(0, 2).Draw(t, label)]
		x := make([]float32, k)
		for i := range x {
			x[i] = float(lo, hi)
		}
		return x
	}
	p = &Params{Model: rapid.SampledFrom([]Model{LIF, CUBA, COBA, Leaky}).Draw(t, "model")}
	if p.Model == Leaky {
		p.Beta, p.Reset = []float32{0.9}, Zero
		return p, nil
	}
	p.TauUS = 100 * math.Pow(300, r.Float64())
	p.Threshold, p.VInit, p.Drive = list("θ", 0.5, 1.5), list("v", -1, 1.4), list("drive", 0, 1.8)
	p.VReset = float(-0.4, 0.3)
	p.RefractoryUS = 100 * int64(rapid.IntRange(0, 9).Draw(t, "refractory"))
	if p.Model == LIF {
		return p, slices.Repeat([]float32{float(0, 0.2)}, n)
	}
	for range rapid.IntRange(1, MaxReceptors).Draw(t, "receptors") {
		p.TauSynUS = append(p.TauSynUS, 100*math.Pow(100, r.Float64()))
		p.SynInit = append(p.SynInit, list("init", 0, 0.3))
		if p.Model == COBA {
			p.Reversal = append(p.Reversal, float(-3, 5))
		}
	}
	return p, nil
}

// TestStepperIsTouch: the sweep by kernels and the plain way give the same bits.
func TestStepperIsTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		n := rapid.IntRange(1, 200).Draw(t, "n")
		p, bias := randomStepped(t, n, r)
		if bad := p.Check(n, 100); bad != nil {
			t.Skip(bad)
		}
		c := NewClocked(p, n, 100, bias)
		c.Always()
		cut := rapid.IntRange(0, n-1).Draw(t, "cut")
		one, two := c.NewState(), c.NewState()
		steppers := []*Stepper{c.NewStepper(two, cut, n)}
		if cut > 0 {
			steppers = append([]*Stepper{c.NewStepper(two, 0, cut)}, steppers...)
		}
		accOne := make([]float32, n*c.Receptors())
		accTwo := make([]float32, n*c.Receptors())
		for k := range int64(60) {
			for range r.IntN(n + 1) {
				i := r.IntN(len(accOne))
				w := float32(0.3 * r.Float64())
				if p.Model != COBA && r.IntN(3) == 0 {
					w = -w
				}
				accOne[i] += w
				accTwo[i] += w
			}
			a, _, _ := c.Touch(one, accOne, 0, n, k, 1, nil)
			var b []uint32
			for _, s := range steppers {
				b = s.Step(accTwo, k, b)
			}
			if !slices.Equal(a, b) {
				t.Fatalf("step %d: spikes %v, stepped %v", k, a, b)
			}
			for j := range n {
				if math.Float32bits(one.V[j]) != math.Float32bits(two.V[j]) {
					t.Fatalf("step %d, neuron %d: potential %v, stepped %v", k, j, one.V[j], two.V[j])
				}
				for q := range one.Syn {
					if math.Float32bits(one.Syn[q][j]) != math.Float32bits(two.Syn[q][j]) {
						t.Fatalf("step %d, neuron %d, receptor %d: %v, stepped %v", k, j, q, one.Syn[q][j], two.Syn[q][j])
					}
				}
			}
		}
	})
}

// TestCOBAConverges: exponential Euler with mean conductances against the equations
// in float64 with steps of a hundredth: the error falls with the square of the step.
func TestCOBAConverges(t *testing.T) {
	p := &Params{Model: COBA, TauUS: 20_000, Threshold: []float32{1000}, TauSynUS: []float64{5000, 10_000}, Reversal: []float32{60, -20}, SynInit: [][]float32{{4}, {9}}}
	exact := func(end float64) float64 {
		v, h := 0.0, 1.0
		f := func(t, v float64) float64 {
			return (-v + 4*math.Exp(-t/5000)*(60-v) + 9*math.Exp(-t/10_000)*(-20-v)) / 20_000
		}
		for t := 0.0; t < end; t += h {
			k1 := f(t, v)
			k2 := f(t+h/2, v+h/2*k1)
			k3 := f(t+h/2, v+h/2*k2)
			k4 := f(t+h, v+h*k3)
			v += h / 6 * (k1 + 2*k2 + 2*k3 + k4)
		}
		return v
	}
	want := exact(8000)
	var errs []float64
	for _, dt := range []int64{2000, 1000, 500, 100} {
		c := NewClocked(p, 1, dt, nil)
		s := c.NewState()
		acc := make([]float32, 2)
		for k := range 8000 / dt {
			c.Touch(s, acc, 0, 1, k, 1, nil)
		}
		errs = append(errs, math.Abs(float64(s.V[0])-want))
	}
	t.Logf("potential %v, errors with steps of 2, 1, 0.5, 0.1 ms: %v", want, errs)
	if errs[1] > errs[0]/3 || errs[2] > errs[1]/3 || errs[3] > 1e-3*math.Abs(want) {
		t.Errorf("errors with steps of 2, 1, 0.5, 0.1 ms: %v", errs)
	}
}

// TestCUBAAgainstNEST: iaf_psc_exp on a grid of 0.1 ms, eight neurons, step for step:
// every spike, and the potential of every ms to 1e-5.
func TestCUBAAgainstNEST(t *testing.T) {
	d, p := readNEST(t, "single_iaf_psc_exp.json")
	p.Model, p.TauSynUS = CUBA, []float64{d.Parameters.TauSyn * 1000}
	if bad := p.Check(1, 100); bad != nil {
		t.Fatal(bad)
	}
	c := NewClocked(p, 1, 100, nil)
	for i, in := range d.Input {
		arrive := map[int64]float32{}
		for k, ms := range in.Times {
			arrive[int64(math.Round((ms+d.Delay)*10))] += float32(in.Weights[k] * d.Parameters.Tau / d.Parameters.CM) // pA to mV
		}
		s := c.NewState()
		var spikes []float64
		acc := make([]float32, 1)
		for k := int64(1); k <= 3100; k++ { // step k ends at k · 0.1 ms
			acc[0] = arrive[k]
			out, _, _ := c.Touch(s, acc, 0, 1, k, 1, nil)
			if len(out) > 0 {
				spikes = append(spikes, float64(k)/10)
			}
			if ms := int(k / 10); k%10 == 0 && ms <= len(d.Potential[i]) {
				// Currents of both signs take away what they gave: the error is that of the largest.
				if want := d.Potential[i][ms-1]; math.Abs(float64(s.V[0])-want) > 1e-5*max(math.Abs(want), 1) {
					t.Fatalf("neuron %d at %d ms: potential %v, NEST has %v", i, ms, s.V[0], want)
				}
			}
		}
		sameTimes(t, i, spikes, d.Output[i], 1e-9)
	}
}

func BenchmarkStepper(b *testing.B) {
	const n = 4000
	for _, p := range []*Params{
		{Model: LIF, TauUS: 20_000, Threshold: []float32{10}, Drive: []float32{9}, RefractoryUS: 5000},
		{Model: CUBA, TauUS: 20_000, Threshold: []float32{10}, Drive: []float32{9}, RefractoryUS: 5000, TauSynUS: []float64{5000, 10_000}},
		{Model: COBA, TauUS: 20_000, Threshold: []float32{10}, Drive: []float32{9}, RefractoryUS: 5000, TauSynUS: []float64{5000, 10_000}, Reversal: []float32{60, -20}, SynInit: [][]float32{{4}, {20}}},
	} {
		b.Run(string(p.Model), func(b *testing.B) {
			c := NewClocked(p, n, 100, nil)
			s := c.NewStepper(c.NewState(), 0, n)
			acc := make([]float32, 2*n)
			k := int64(0)
			for b.Loop() {
				s.Step(acc, k, nil)
				k++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/neuron")
		})
	}
}
