package neuron

import (
	"math"
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
		draw := func(label string, lo, hi float32) []float32 {
			return rapid.SliceOfN(rapid.Float32Range(lo, hi), n, n).Draw(t, label)
		}
		p := &Params{
			Model: Leaky, Beta: []float32{rapid.Float32Range(-0.1, 1.1).Draw(t, "β")}, Threshold: []float32{0.7}, VInit: draw("v", -2, 2),
			Reset: rapid.SampledFrom([]Reset{"", Subtract, Zero, None}).Draw(t, "reset"),
		}
		var bias []float32
		if rapid.Bool().Draw(t, "biased") {
			bias = draw("bias", -0.1, 0.1)
		}
		c := NewClocked(p, n, 1000, bias)
		if !c.Batches() {
			t.Fatal("the usual layer is not served in batches")
		}
		slow := *c
		slow.fast = false
		acc := draw("input", -1, 1)
		for j := range acc {
			if acc[j] < 0 { // at rest now and then
				acc[j] = 0
			}
		}
		var b Batch
		for g := range groups {
			if rapid.Bool().Draw(t, "touched") {
				b.Group = append(b.Group, uint32(g))
				b.Since = append(b.Since, rapid.Int64Range(1, 5000).Draw(t, "since"))
			}
		}
		s, z := c.NewState(), c.NewState()
		in := slices.Clone(acc)
		c.TouchBatch(s, acc, unit, &b)
		words := (unit + 63) / 64
		for k, g := range b.Group {
			lo := int(g) * unit
			want, hot, moved := slow.Touch(z, in, lo, lo+unit, 9, b.Since[k], nil)
			var got []uint32
			for w, x := range b.Spikes[k*words : (k+1)*words] {
				got = appendBits(got, x, uint32(lo+64*w))
			}
			if !slices.Equal(got, want) || hot != (len(got) > 0) {
				t.Fatalf("group %d spikes %v, want %v; hot %v", g, got, want, hot)
			}
			if (len(b.Moved) > 0) != (bias != nil && c.Driven(0, n)) || len(b.Moved) > 0 && b.Moved[k] != moved {
				t.Fatalf("group %d: moved %v, want %v", g, b.Moved, moved)
			}
		}
		for j := range n {
			if math.Float32bits(s.V[j]) != math.Float32bits(z.V[j]) || math.Float32bits(acc[j]) != math.Float32bits(in[j]) {
				t.Fatalf("neuron %d: potential %v and %v, input %v and %v", j, s.V[j], z.V[j], acc[j], in[j])
			}
		}
	})
}
