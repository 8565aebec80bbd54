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
		"AxpyTiles, acc":           func() { AxpyTiles(long(), w(), 40, 0, 0, []Tile{{Cols: 40, Rows: 2, To: 1}}, rows, x) },
		"AxpyTiles, w":             func() { AxpyTiles(long(), w(), 0, -10, 0, []Tile{{Cols: 4, Rows: 2, To: 1}}, rows, x) },
		"AxpyTiles, list":          func() { AxpyTiles(long(), w(), 0, 0, 0, []Tile{{Cols: 4, Rows: 1, To: 9}}, rows, x) },
		"AxpyTiles, part":          func() { AxpyTiles(long(), w(), 0, 0, 0, []Tile{{Cols: 4, Rows: 1, From: 2, To: 1}}, rows, x) },
		"AxpyTiles, channel":       func() { AxpyTiles(long(), w(), 0, 0, 2*n, []Tile{{Cols: 4, Rows: 1, To: 2}}, rows, x) },
		"AxpyTiles, before first":  func() { AxpyTiles(long(), w(), 0, 0, 4, []Tile{{Cols: 4, Rows: 1, To: 2, First: 1}}, rows, x) },
		"AxpyTiles, factors":       func() { AxpyTiles(long(), w(), 0, 0, 0, nil, rows, x[:4]) },
		"Indices, dst":             func() { Indices(make([]uint32, 95), rows, words, 40) },
		"Indices, base":            func() { Indices(make([]uint32, 960), rows[:1], words, 40) },
		"Indices, width":           func() { Indices(make([]uint32, 960), rows, words, 65) },
		"CountMasks, count":        func() { CountMasks(rows, []uint32{0, 3}, words, 3) },
		"CountMasks, at":           func() { CountMasks(rows, []uint32{0}, words, 3) },
		"CountMasks, width":        func() { CountMasks(rows, rows, words, 0) },
		"Product, acc":             func() { Product(long(), 40, long(), 0, 2, w(), 10, 3, 40) },
		"Product, x":               func() { Product(long(), 40, long(), 60, 2, w(), 10, 20, 30) },
		"Product, w":               func() { Product(long(), 40, long(), 10, 2, w(), 60, 5, 30) },
		"Product, negative stride": func() { Product(long(), -1, long(), 10, 2, w(), 6, 5, 30) },
		"Sweep, acc":               func() { Sweep(long(), short(), n, rows[:1], x, 1, None, words) },
		"Sweep, spikes":            func() { Sweep(long(), long(), n, rows[:1], x, 1, None, tooFew) },
		"Sweep, p":                 func() { Sweep(long(), long(), n, rows[:1], nil, 1, None, words) },
		"Sweep, group":             func() { Sweep(long(), long(), n/2, []uint32{0, 2}, x, 1, None, words) },
		"Sweep, no whole group":    func() { Sweep(short(), long(), n, rows[:1], x, 1, None, words) },
		"Sweep, no neurons":        func() { Sweep(long(), long(), 0, rows[:1], x, 1, None, words) },
		"Sweep, long group": func() {
			Sweep(make([]float32, 30000), make([]float32, 30000), 20000, rows[1:2], x, 1, None, make([]uint64, 500))
		},
		"SweepBias, bias":          func() { SweepBias(long(), long(), short(), n, rows[:1], x, 1, None, words, make([]bool, 1)) },
		"SweepBias, moved":         func() { SweepBias(long(), long(), long(), n, rows[:1], x, 1, None, words, nil) },
		"SweepBias, group":         func() { SweepBias(long(), long(), long(), n, rows[1:2], x, 1, None, words, make([]bool, 1)) },
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
		AxpyTiles(nil, nil, 0, 0, 0, nil, nil, nil)
		AxpyTiles(nil, nil, 0, 0, 0, []Tile{{}, {}}, nil, nil)
		if Indices(make([]uint32, IndicesRoom), nil, nil, 1) != 0 {
			t.Errorf("path %v: indices of nothing", p)
		}
		Product(nil, 0, nil, 0, 0, nil, 0, 3, 3)
		Sweep(nil, nil, 1, nil, nil, 1, Zero, nil)
		SweepBias(nil, nil, nil, 70, nil, nil, 1, None, nil, nil)
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
			var moved [2]bool
			var index [60 + IndicesRoom]uint32
			AxpyTiles(a[:], w[:], 50, 50, 100, []Tile{{Cols: 50, Rows: 2, To: 3}}, rows[:], x[:])
			Product(a[:], 20, x[:], 1, 2, w[:], 100, 2, 20)
			CountMasks(index[:], rows[:], spikes[:], 30)
			Indices(index[:], rows[:], spikes[:], 30)
			Sweep(a[:], b[:], 50, rows[:1], x[:], 1, Zero, spikes[:])
			SweepBias(a[:], b[:], c[:], 33, rows[:2], x[:], 1, Subtract, spikes[:], moved[:])
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
