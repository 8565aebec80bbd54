package neuron

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestBatch: groups touched at once become what one neuron after the other becomes
// by the plain loop, whatever the reset, with constant input and without.
func TestBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit, groups := rapid.IntRange(1, 140).Draw(t, "unit"), rapid.IntRange(1, 20).Draw(t, "groups")
		n := unit * groups
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		draw := func(lo, hi float32) []float32 {
			f := make([]float32, n)
			for i := range f {
				f[i] = lo + (hi-lo)*r.Float32()
			}
			return f
		}
		p := &Params{
			Model: Leaky, Beta: []float32{rapid.Float32Range(-0.1, 1.1).Draw(t, "β")}, Threshold: []float32{0.7}, VInit: draw(-2, 2),
			Reset: rapid.SampledFrom([]Reset{"", Subtract, Zero, None}).Draw(t, "reset"),
		}
		var bias []float32
		if rapid.Bool().Draw(t, "biased") {
			bias = draw(-0.1, 0.1)
		}
		if rapid.Bool().Draw(t, "lif") {
			p = &Params{Model: LIF, TauUS: rapid.Float64Range(500, 50_000).Draw(t, "τ"), Threshold: p.Threshold, VInit: p.VInit}
			if bias == nil && rapid.Bool().Draw(t, "rests") {
				p.RefractoryUS = rapid.Int64Range(0, 4).Draw(t, "rest") * 1000
			} else {
				p.VReset = rapid.Float32Range(-1, 0.6).Draw(t, "reset to")
			}
		}
		c := NewClocked(p, n, 1000, bias)
		if !c.Batches() {
			t.Fatal("the usual layer is not served in batches")
		}
		slow := *c
		slow.fast = false
		var b Batch
		s, z := c.NewState(), c.NewState()
		last := make([]int64, groups)
		for g := range last {
			last[g] = -1
		}
		words := (unit + 63) / 64
		first := rapid.Int64Range(0, 5000).Draw(t, "k")
		for k := first; k < first+12; k += 1 + r.Int64N(3) {
			acc := draw(-1, 1)
			for j := range acc {
				if acc[j] <= 0 { // at rest now and then; sums are never −0
					acc[j] = 0
				}
			}
			b.Reset()
			for g := range groups {
				if r.IntN(2) == 0 {
					b.Group, b.Since = append(b.Group, uint32(g)), append(b.Since, k-last[g])
					last[g] = k
				} else {
					clear(acc[g*unit : (g+1)*unit])
				}
			}
			in := slices.Clone(acc)
			whole := slices.Clone(acc)
			c.TouchBatch(s, acc, unit, k, &b)
			for i, g := range b.Group {
				lo := int(g) * unit
				one := *z // the same by Touch with kernels
				one.V, one.until = slices.Clone(z.V), slices.Clone(z.until)
				want, hot, moved := slow.Touch(z, in, lo, lo+unit, k, b.Since[i], nil)
				again, hot2, moved2 := c.Touch(&one, whole, lo, lo+unit, k, b.Since[i], nil)
				if !slices.Equal(want, again) || hot != hot2 || bias != nil && moved != moved2 || !slices.Equal(one.V, z.V) || !slices.Equal(one.until, z.until) {
					t.Fatalf("step %d, group %d: Touch by kernels spikes %v, want %v; hot %v, %v; moved %v, %v", k, g, again, want, hot2, hot, moved2, moved)
				}
				var got []uint32
				for w, x := range b.Spikes[i*words : (i+1)*words] {
					got = appendBits(got, x, uint32(lo+64*w))
				}
				if !slices.Equal(got, want) || hot != (len(got) > 0 && c.Again()) {
					t.Fatalf("step %d, group %d spikes %v, want %v; hot %v", k, g, got, want, hot)
				}
				if (len(b.Moved) > 0) != (bias != nil && c.Driven(0, n)) || len(b.Moved) > 0 && b.Moved[i] != moved {
					t.Fatalf("step %d, group %d: moved %v, want %v", k, g, b.Moved, moved)
				}
			}
			for j := range n {
				if math.Float32bits(s.V[j]) != math.Float32bits(z.V[j]) || math.Float32bits(acc[j]) != math.Float32bits(in[j]) {
					t.Fatalf("step %d, neuron %d: potential %v and %v, input %v and %v", k, j, s.V[j], z.V[j], acc[j], in[j])
				}
			}
		}
	})
}
