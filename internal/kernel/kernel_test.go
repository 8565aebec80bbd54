package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The tests hold the implementations to the sentences of their comments, written
// out here one element at a time, over all lengths up to 300 and odd offsets, and
// look at the floats beside the slice: nothing may be written there.

const guard = 12345

// buffer returns a slice of n random values that starts at an odd offset, and a
// function that fails the test when something around it was written.
func buffer(t *testing.T, r *rand.Rand, n, off int) (s []float32, check func()) {
	t.Helper()
	b := make([]float32, off+n+9)
	for i := range b {
		b[i] = guard
	}
	s = b[off : off+n : off+n]
	for i := range s {
		s[i] = value(r)
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

// value draws potentials and weights of usual size, and now and then a zero, a
// negative zero, something tiny or a denormal.
func value(r *rand.Rand) float32 {
	switch r.IntN(12) {
	case 0:
		return 0
	case 1:
		return float32(math.Copysign(0, -1))
	case 2:
		return float32(r.NormFloat64() * 1e-30)
	case 3:
		return float32(r.NormFloat64() * 1e-40)
	}
	return float32(r.NormFloat64())
}

func equalBits(t *testing.T, what string, n int, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s, length %d: element %d is %v, want %v", what, n, i, got[i], want[i])
		}
	}
}

func forSizes(f func(r *rand.Rand, n, off int)) {
	r := rand.New(rand.NewPCG(7, 7))
	for n := range 301 {
		f(r, n, n%7)
	}
}

func TestAddRow(t *testing.T) {
	forSizes(func(r *rand.Rand, n, off int) {
		acc, check := buffer(t, r, n, off)
		w, _ := buffer(t, r, n, 3)
		want := append([]float32(nil), acc...)
		for i := range want {
			want[i] += w[i]
		}
		AddRow(acc, w)
		equalBits(t, "AddRow", n, acc, want)
		check()
	})
}

func TestAxpyRow(t *testing.T) {
	forSizes(func(r *rand.Rand, n, off int) {
		acc, check := buffer(t, r, n, off)
		w, _ := buffer(t, r, n, 5)
		x := float32(1 + r.IntN(70000))
		want := append([]float32(nil), acc...)
		for i := range want {
			p := float32(x * w[i])
			want[i] += p
		}
		AxpyRow(acc, w, x)
		equalBits(t, "AxpyRow", n, acc, want)
		check()
	})
}

func TestAddRows(t *testing.T) {
	forSizes(func(r *rand.Rand, n, off int) {
		const rows = 11
		stride := n + r.IntN(4)
		w, _ := buffer(t, r, rows*stride+n, 1)
		idx := make([]uint32, r.IntN(14))
		for i := range idx {
			idx[i] = uint32(r.IntN(rows))
		}
		acc, check := buffer(t, r, n, off)
		want := append([]float32(nil), acc...)
		for _, row := range idx {
			for i := range want {
				want[i] += w[int(row)*stride+i]
			}
		}
		AddRows(acc, w, stride, idx)
		equalBits(t, "AddRows", n, acc, want)
		check()
	})
}

func TestSweepSubtract(t *testing.T) {
	forSizes(func(r *rand.Rand, n, off int) {
		for _, withBias := range []bool{false, true} {
			v, checkV := buffer(t, r, n, off)
			acc, checkA := buffer(t, r, n, 2)
			bias, _ := buffer(t, r, n, 4)
			if r.IntN(4) == 0 { // at rest: nothing moves
				clear(v)
				if r.IntN(2) == 0 {
					clear(acc)
				}
				clear(bias)
			}
			p, theta := r.Float32(), r.Float32()+0.01
			want := make([]float32, n)
			wantMoved := false
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
				if math.Abs(float64(u)) < float64(float32(Tiny)) {
					u = 0
				}
				want[i] = u
				wantMoved = wantMoved || math.Float32bits(u) != math.Float32bits(v[i]) || math.Float32bits(acc[i]) != 0
			}
			words := make([]uint64, (n+63)/64+1)
			for i := range words {
				words[i] = math.MaxUint64
			}
			if withBias {
				if got := SweepSubtractBias(v, acc, bias, p, theta, words); got != wantMoved {
					t.Fatalf("length %d: moved = %v, want %v", n, got, wantMoved)
				}
			} else {
				SweepSubtract(v, acc, p, theta, words)
			}
			equalBits(t, "potential", n, v, want)
			equalBits(t, "accumulator", n, acc, make([]float32, n))
			for i := range (n + 63) / 64 * 64 {
				got := words[i/64]>>(i%64)&1 == 1
				if want := i < n && want[i] > theta; got != want {
					t.Fatalf("length %d: spike bit %d is %v, want %v", n, i, got, want)
				}
			}
			if words[len(words)-1] != math.MaxUint64 {
				t.Fatalf("length %d: a word beyond the last was written", n)
			}
			checkV()
			checkA()
		}
	})
}
