package kernel

import "testing"

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
		"AddCounted, matrix":       func() { AddCounted(long(), w()[:2*n-1], n, []Counted{1<<CountBits | 1}) },
		"AddCounted, row":          func() { AddCounted(long(), w(), n, []Counted{1<<CountBits | 2}) },
		"AxpyRowsExact, row":       func() { AxpyRowsExact(make([]float64, n), w(), n, []uint32{1, 2}, x) },
		"AxpyRowsExact, factors":   func() { AxpyRowsExact(make([]float64, n), w(), n, rows, x[:4]) },
		"AddToRows, matrix":        func() { AddToRows(w()[:2*n-1], n, rows, long()) },
		"AddToRows, row":           func() { AddToRows(w(), n, []uint32{1, 2}, long()) },
		"SweepSubtract, acc":       func() { SweepSubtract(long(), short(), 1, 1, words) },
		"SweepSubtract, spikes":    func() { SweepSubtract(long(), long(), 1, 1, tooFew) },
		"SweepConductance, total":  func() { SweepConductance(long(), short(), long(), 1, 1, words) },
		"SweepConductance, pull":   func() { SweepConductance(long(), long(), short(), 1, 1, words) },
		"SweepConductance, spikes": func() { SweepConductance(long(), long(), long(), 1, 1, tooFew) },
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
		AddCounted(nil, nil, 0, nil)
		AxpyRowsExact(nil, nil, 0, nil, nil)
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

// TestNoAllocation: arguments on the stack stay there.
func TestNoAllocation(t *testing.T) {
	for _, p := range available() {
		use(t, p)
		n := testing.AllocsPerRun(10, func() {
			var a, b, c, d, e [100]float32
			var w [300]float32
			var sum [100]float64
			var spikes [2]uint64
			rows, x := [3]uint32{0, 2, 1}, [3]float32{1, 2, 3}
			s := AdamStep{Eps: 1, Decay: 1}
			AddRow(a[:], b[:])
			AxpyRow(a[:], b[:], 2)
			AddRows(a[:], w[:], 100, rows[:])
			AxpyRows(a[:], w[:], 100, rows[:], x[:])
			AxpyRowsExact(sum[:], w[:], 100, rows[:], x[:])
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
