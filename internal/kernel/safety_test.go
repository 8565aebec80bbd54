package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// panics tells whether f panics.
func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}

// TestTooShort: a slice that is too short is a panic, whatever its capacity, not a
// write behind it.
func TestTooShort(t *testing.T) {
	const n = 70
	long := func() []float32 { return make([]float32, n) }
	short := func() []float32 { return make([]float32, n-1, 2*n) }
	words, tooFew := make([]uint64, 2), make([]uint64, 1, 4)
	rows, x := []uint32{0, 1, 0, 1, 1}, make([]float32, 5)
	w := func() []float32 { return make([]float32, 2*n) }
	s := &AdamStep{Decay: 1}
	calls := map[string]func(){
		"AddRow":                   func() { AddRow(short(), long()) },
		"AxpyRow":                  func() { AxpyRow(short(), long(), 1) },
		"AddRows, matrix":          func() { AddRows(long(), w()[:2*n-1], n, rows) },
		"AddRows, row":             func() { AddRows(long(), w(), n, []uint32{0, 1, 0, 2}) },
		"AddRows, last row":        func() { AddRows(long(), w(), n, []uint32{0, 1, 0, 1 << 31}) },
		"AddRows, negative stride": func() { AddRows(long(), w(), -n, rows) },
		"AddRows, no matrix":       func() { AddRows(long(), nil, n, rows) },
		"AxpyRows, factors":        func() { AxpyRows(long(), w(), n, rows, x[:4]) },
		"AxpyRows, matrix":         func() { AxpyRows(long(), w()[:2*n-1], n, rows, x) },
		"AxpyRows, row":            func() { AxpyRows(long(), w(), n, []uint32{2}, x) },
		"AddToRows, matrix":        func() { AddToRows(w()[:2*n-1], n, rows, long()) },
		"AddToRows, row":           func() { AddToRows(w(), n, []uint32{1, 2}, long()) },
		"SweepSubtract, acc":       func() { SweepSubtract(long(), short(), 1, 1, words) },
		"SweepSubtract, spikes":    func() { SweepSubtract(long(), long(), 1, 1, tooFew) },
		"SweepSubtractBias, bias":  func() { SweepSubtractBias(long(), long(), short(), 1, 1, words) },
		"LeakyStep, v":             func() { LeakyStep(long(), short(), long(), long(), long(), long(), None, words) },
		"LeakyStep, theta":         func() { LeakyStep(long(), long(), long(), long(), long(), short(), None, words) },
		"LeakyStep, spikes":        func() { LeakyStep(long(), long(), long(), long(), long(), long(), None, tooFew) },
		"FastSigmoidBack, next":    func() { FastSigmoidBack(long(), long(), short(), long(), long(), 25, true) },
		"AtanBack, ds":             func() { AtanBack(long(), short(), long(), long(), long(), 1, 3, false) },
		"Adam, m":                  func() { Adam(long(), short(), long(), long(), s) },
		"Adam, g":                  func() { Adam(long(), long(), long(), short(), s) },
	}
	for _, p := range available() {
		use(t, p)
		for name, f := range calls {
			if !panics(f) {
				t.Errorf("path %v: %s: no panic", p, name)
			}
		}
	}
}

// TestNothingToDo: empty slices, and rows of no columns, are no error.
func TestNothingToDo(t *testing.T) {
	for _, p := range available() {
		use(t, p)
		AddRow(nil, nil)
		AxpyRow(nil, nil, 1)
		AddRows(nil, nil, 0, []uint32{0, 0})
		AddRows(make([]float32, 3), nil, 3, nil)
		AxpyRows(nil, nil, 0, nil, nil)
		AddToRows(nil, 5, nil, make([]float32, 3))
		SweepSubtract(nil, nil, 1, 1, nil)
		if SweepSubtractBias(nil, nil, nil, 1, 1, nil) {
			t.Errorf("path %v: no neuron moved", p)
		}
		LeakyStep(nil, nil, nil, nil, nil, nil, Zero, nil)
		FastSigmoidBack(nil, nil, nil, nil, nil, 25, true)
		AtanBack(nil, nil, nil, nil, nil, 1, 3, false)
		Adam(nil, nil, nil, nil, &AdamStep{})
	}
}

// TestLong: work that is cut into several calls gives what one would.
func TestLong(t *testing.T) {
	r := values{rand.New(rand.NewPCG(3, 3)), false}
	const n = 1<<16 + 1<<13 + 77
	random := func(n int) []float32 { return floats(t, r, n, 0) }
	a, b, c, d, e := random(n), random(n), random(n), random(n), random(n)
	rows, x := make([]uint32, 900), make([]float32, 900)
	for k := range rows {
		rows[k], x[k] = uint32(r.IntN(60)), r.float()
	}
	// run calls every kernel on copies and returns all that came out.
	run := func() (out [][]float32, spikes [][]uint64) {
		get := func(s []float32) []float32 {
			s = append([]float32(nil), s...)
			out = append(out, s)
			return s
		}
		bits := func() []uint64 {
			spikes = append(spikes, make([]uint64, (n+63)/64))
			return spikes[len(spikes)-1]
		}
		AddRow(get(a), b)
		AxpyRow(get(a), b, 3)
		for _, cols := range []int{100, 1000} {
			AddRows(get(a[:cols]), b, 1000, rows)
			AxpyRows(get(a[:cols]), b, 1000, rows, x)
			AddToRows(get(b), 1000, rows, a[:cols])
		}
		wide := n - 40
		AddRows(get(a[:wide]), b, 1, rows[:5])
		AxpyRows(get(a[:wide]), b, 1, []uint32{7, 0, 33}, x[:3])
		AddToRows(get(append(c, d...)), wide, []uint32{1, 0, 1}, a[:wide])
		SweepSubtract(get(a), get(b), 0.9, 0.5, bits())
		if !SweepSubtractBias(get(a), get(b), c, 0.9, 0.5, bits()) {
			t.Error("nothing moved")
		}
		still := append(make([]float32, n-1), 1) // only the last moves
		if !SweepSubtractBias(get(still), get(make([]float32, n)), make([]float32, n), 0.5, 2, bits()) {
			t.Error("the last neuron's move was not seen")
		}
		still[0], still[n-1] = 1, 0 // only the first
		if !SweepSubtractBias(get(still), get(make([]float32, n)), make([]float32, n), 0.5, 2, bits()) {
			t.Error("the first neuron's move was not seen")
		}
		LeakyStep(get(e), a, b, c, d, b, Zero, bits())
		FastSigmoidBack(get(a), b, c, d, e, 25, true)
		AtanBack(get(a), b, c, d, e, 1, 3, true)
		Adam(get(a), get(b), get(filled(n, 2)), c, &AdamStep{0.1, 0.999, 0.001, 1.5, 1e-8, 1e-3, 0.1, 0.99})
		return out, spikes
	}
	use(t, generic)
	want, wantSpikes := run()
	for _, p := range available()[1:] {
		use(t, p)
		got, spikes := run()
		for i := range want {
			equalBits(t, fmt.Sprintf("path %v, output %d", p, i), got[i], want[i])
		}
		for i := range wantSpikes {
			for k, word := range wantSpikes[i] {
				if spikes[i][k] != word {
					t.Fatalf("path %v, spikes %d: word %d is %x, want %x", p, i, k, spikes[i][k], word)
				}
			}
		}
	}
}

// TestNoAllocation: arguments on the stack stay there.
func TestNoAllocation(t *testing.T) {
	for _, p := range available() {
		use(t, p)
		n := testing.AllocsPerRun(10, func() {
			var a, b, c, d, e [100]float32
			var w [300]float32
			var spikes [2]uint64
			rows, x := [3]uint32{0, 2, 1}, [3]float32{1, 2, 3}
			s := AdamStep{Eps: 1, Decay: 1}
			AddRow(a[:], b[:])
			AxpyRow(a[:], b[:], 2)
			AddRows(a[:], w[:], 100, rows[:])
			AxpyRows(a[:], w[:], 100, rows[:], x[:])
			AddToRows(w[:], 100, rows[:], a[:])
			SweepSubtract(a[:], b[:], 0.9, 1, spikes[:])
			SweepSubtractBias(a[:], b[:], c[:], 0.9, 1, spikes[:])
			LeakyStep(a[:], b[:], c[:], d[:], e[:], e[:], Zero, spikes[:])
			FastSigmoidBack(a[:], b[:], c[:], d[:], e[:], 25, true)
			AtanBack(a[:], b[:], c[:], d[:], e[:], 1, 3, true)
			Adam(a[:], b[:], c[:], d[:], &s)
		})
		if n != 0 {
			t.Errorf("path %v: %v allocations", p, n)
		}
	}
}
