package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The tests hold every implementation of this machine to the sentences of the
// comments, written out one element at a time, over all lengths up to 300 and odd
// offsets, and look at the floats beside the slice: nothing may be written there.
// Each runs with values of usual size and with wild ones: infinities, NaN, huge
// numbers and denormals.

const guard = 12345

// use makes p the path in use for the rest of the test.
func use(tb testing.TB, p path) {
	before := active
	active = p
	tb.Cleanup(func() { active = before })
}

// values draws numbers for the tests.
type values struct {
	*rand.Rand
	wild bool
}

// forSizes calls f for every path, for usual and wild values, and all lengths.
func forSizes(t *testing.T, f func(t *testing.T, r values, n, off int)) {
	for _, p := range available() {
		t.Run("path="+p.String(), func(t *testing.T) {
			use(t, p)
			for _, wild := range []bool{false, true} {
				r := values{rand.New(rand.NewPCG(7, 7)), wild}
				for n := range 301 {
					f(t, r, n, n%7)
				}
			}
		})
	}
}

// float draws potentials and weights of usual size, and now and then a zero, a
// negative zero, something tiny or a denormal.
func (r values) float() float32 {
	switch r.IntN(12) {
	case 0:
		return 0
	case 1:
		return float32(math.Copysign(0, -1))
	case 2:
		return float32(r.NormFloat64() * 1e-30)
	case 3:
		return float32(r.NormFloat64() * 1e-40)
	case 4:
		if r.wild {
			return [...]float32{
				float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.Float32frombits(0xffc00123),
				math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32,
			}[r.IntN(7)]
		}
	}
	return float32(r.NormFloat64())
}

// buffer returns a slice of n random values that starts at an odd offset, and a
// function that fails the test when something around it was written.
func buffer(t *testing.T, r values, n, off int) (s []float32, check func()) {
	t.Helper()
	b := make([]float32, off+n+40)
	for i := range b {
		b[i] = guard
	}
	s = b[off : off+n : off+n]
	for i := range s {
		s[i] = r.float()
	}
	return s, func() {
		t.Helper()
		for i, x := range b {
			if (i < off || i >= off+n) && x != guard {
				t.Fatalf("length %d, offset %d: float %d outside the slice was written", n, off, i-off)
			}
		}
	}
}

// floats is buffer for an operand that is only read.
func floats(t *testing.T, r values, n, off int) []float32 {
	s, _ := buffer(t, r, n, off)
	return s
}

// equalBits demands the same bits; NaN need only be NaN.
func equalBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) && (got[i] == got[i] || want[i] == want[i]) {
			t.Fatalf("%s, length %d: element %d is %v (%#x), want %v (%#x)", what, len(want), i,
				got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
}

// equalSpikes demands bit i of words to be v[i] > theta(i), nothing else in the
// words that v covers, and the last word, which v does not cover, untouched.
func equalSpikes(t *testing.T, words []uint64, v []float32, theta func(i int) float32) {
	t.Helper()
	for i := range (len(words) - 1) * 64 {
		got := words[i/64]>>(i%64)&1 == 1
		if want := i < len(v) && v[i] > theta(i); got != want {
			t.Fatalf("length %d: spike bit %d is %v, want %v", len(v), i, got, want)
		}
	}
	if words[len(words)-1] != math.MaxUint64 {
		t.Fatalf("length %d: a word beyond the last was written", len(v))
	}
}

// spikeWords returns the words for n neurons and one more, all ones.
func spikeWords(n int) []uint64 {
	words := make([]uint64, (n+63)/64+1)
	for i := range words {
		words[i] = math.MaxUint64
	}
	return words
}

func flushed(u float32) float32 {
	if math.Abs(float64(u)) < float64(float32(Tiny)) {
		return 0
	}
	return u
}
