package kernel

import (
	"math"
	"testing"
)

// swept is what the comment of Sweep says one neuron becomes.
func swept(v, in, p, theta float32, reset Reset) float32 {
	fired := v > theta
	if fired && reset == Zero {
		v = 0
	}
	decayed := float32(p * v)
	u := decayed + in
	if fired && reset == Subtract {
		u = u - theta
	}
	return flushed(u)
}

// TestSweep brings some groups of a layer up to date, in any order, each with a
// decay of its own, and looks at those beside them too.
func TestSweep(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, unit, off int) {
		if unit == 0 {
			return
		}
		all := 1 + r.IntN(4)
		var groups []uint32
		for _, g := range r.Perm(all)[:1+r.IntN(all)] {
			groups = append(groups, uint32(g))
		}
		n := all*unit + r.IntN(unit) // and some that are no whole group
		p := make([]float32, len(groups))
		for k := range p {
			p[k] = r.Float32()
		}
		for reset, withBias := Subtract, false; reset <= None; withBias = !withBias {
			v, checkV := buffer(t, r, n, off)
			acc, checkA := buffer(t, r, n, 2)
			bias := floats(t, r, n, 4)
			if r.IntN(4) == 0 { // at rest: nothing moves
				clear(v)
				if r.IntN(2) == 0 {
					clear(acc)
				}
				clear(bias)
			}
			theta := r.Float32()*1.1 - 0.1
			wantV, wantA := append([]float32(nil), v...), append([]float32(nil), acc...)
			moves, nan := make([]bool, len(groups)), make([]bool, len(groups))
			for k, g := range groups {
				for i := int(g) * unit; i < int(g+1)*unit; i++ {
					in := acc[i]
					if withBias {
						in = acc[i] + bias[i]
					}
					u := swept(v[i], in, p[k], theta, reset)
					moves[k] = moves[k] || math.Float32bits(u) != math.Float32bits(v[i]) || math.Float32bits(acc[i]) != 0
					nan[k] = nan[k] || u != u
					wantV[i], wantA[i] = u, 0
				}
			}
			each := words(unit)
			spikes := spikeWords(len(groups) * each * 64)
			if withBias {
				moved := make([]bool, len(groups))
				SweepBias(v, acc, bias, unit, groups, p, theta, reset, spikes, moved)
				for k := range moved {
					if moved[k] != moves[k] && !nan[k] {
						t.Fatalf("unit %d, group %d: moved = %v, want %v", unit, groups[k], moved[k], moves[k])
					}
				}
			} else {
				Sweep(v, acc, unit, groups, p, theta, reset, spikes)
			}
			equalBits(t, "potential", v, wantV)
			equalBits(t, "accumulator", acc, wantA)
			for k, g := range groups {
				mine := append(append([]uint64(nil), spikes[k*each:(k+1)*each]...), math.MaxUint64)
				equalSpikes(t, mine, v[int(g)*unit:int(g+1)*unit], func(int) float32 { return theta })
			}
			if spikes[len(spikes)-1] != math.MaxUint64 {
				t.Fatalf("unit %d: a word beyond the last group was written", unit)
			}
			checkV()
			checkA()
			if withBias {
				reset++
			}
		}
	})
}

func TestSweepSubtract(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		for _, withBias := range []bool{false, true} {
			v, checkV := buffer(t, r, n, off)
			acc, checkA := buffer(t, r, n, 2)
			bias := floats(t, r, n, 4)
			if r.IntN(4) == 0 { // at rest: nothing moves
				clear(v)
				if r.IntN(2) == 0 {
					clear(acc)
				}
				clear(bias)
			}
			p, theta := r.Float32(), r.Float32()*1.1-0.1
			want := make([]float32, n)
			moved, nan := false, false
			for i := range want {
				in := acc[i]
				if withBias {
					in = acc[i] + bias[i]
				}
				decayed := float32(p * v[i])
				u := decayed + in
				if v[i] > theta {
					u = u - theta
				}
				want[i] = flushed(u)
				moved = moved || math.Float32bits(want[i]) != math.Float32bits(v[i]) || math.Float32bits(acc[i]) != 0
				nan = nan || u != u
			}
			words := spikeWords(n)
			if withBias {
				if got := SweepSubtractBias(v, acc, bias, p, theta, words); got != moved && !nan {
					t.Fatalf("length %d: moved = %v, want %v", n, got, moved)
				}
			} else {
				SweepSubtract(v, acc, p, theta, words)
			}
			equalBits(t, "potential", v, want)
			equalBits(t, "accumulator", acc, make([]float32, n))
			equalSpikes(t, words, v, func(int) float32 { return theta })
			checkV()
			checkA()
		}
	})
}
