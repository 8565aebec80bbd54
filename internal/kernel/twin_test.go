package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// operands are arguments for all kernels: five vectors of n, a matrix with its
// stride, and a list of its rows with factors.
type operands struct {
	a, b, c, d, e []float32
	w             []float32
	stride        int
	rows          []uint32
	x             []float32
	scalar        [8]float32
}

// results is what kernels wrote.
type results struct {
	floats  [][]float32
	doubles [][]float64
	spikes  [][]uint64
	moved   []bool
}

// run calls every kernel on copies of the operands.
func (o *operands) run() (r results) {
	get := func(s []float32) []float32 {
		s = append([]float32(nil), s...)
		r.floats = append(r.floats, s)
		return s
	}
	bits := func() []uint64 {
		r.spikes = append(r.spikes, make([]uint64, words(len(o.a))))
		return r.spikes[len(r.spikes)-1]
	}
	s := o.scalar
	AddRow(get(o.a), o.b)
	AxpyRow(get(o.a), o.b, s[0])
	cols := min(len(o.a), o.stride)
	AddRows(get(o.a[:cols]), o.w, o.stride, o.rows)
	AxpyRows(get(o.a[:cols]), o.w, o.stride, o.rows, o.x)
	AddCounted(get(o.a[:cols]), o.w, o.stride, o.counted())
	if tile := (Tile{Cols: uint32(cols / 2), Rows: 2, To: uint32(len(o.rows))}); cols > 1 {
		AxpyTiles(get(o.a[:cols]), o.w, cols/2, cols/2, o.stride, []Tile{tile, {}, tile}, o.rows, o.x)
	}
	if k := min(len(o.rows), len(o.w)/o.stride); k > 0 {
		Product(get(o.a[:cols]), 0, o.x, 0, 1, o.w, o.stride, k, cols)
		Product(get(o.w), o.stride, o.x, 0, min(9, len(o.w)/o.stride), append([]float32(nil), o.w...), o.stride, k, cols)
	}
	double := make([]float64, cols)
	r.doubles = append(r.doubles, double)
	AxpyRowsExact(double, o.w, o.stride, o.rows, o.x)
	AddToRows(get(o.w), o.stride, o.rows, o.a[:cols])
	SweepConductance(get(o.a), get(o.b), get(o.c), s[0], s[1], bits())
	for _, reset := range []Reset{Subtract, Zero, None} {
		for _, unit := range []int{1, 5, 16, 32, 70, len(o.a)} {
			if unit == 0 || unit > len(o.a) {
				continue
			}
			k := len(o.rows)
			groups := make([]uint32, k)
			for i := range groups {
				groups[i] = o.rows[i] % uint32(len(o.a)/unit)
			}
			spikes := make([]uint64, 2*k*words(unit))
			r.spikes = append(r.spikes, spikes)
			Sweep(get(o.a), get(o.b), unit, groups, o.x, s[1], reset, spikes)
			moved := make([]bool, k)
			r.moved = append(r.moved, moved...)
			SweepBias(get(o.a), get(o.b), o.c, unit, groups, o.x, s[1], reset, spikes[k*words(unit):], moved)
			r.moved = append(r.moved, moved...)
		}
		LeakyStep(get(o.e), o.a, o.b, o.c, o.d, o.e, reset, bits())
	}
	for _, zero := range []bool{false, true} {
		FastSigmoidBack(get(o.a), o.b, o.c, o.d, o.e, s[2], zero)
		AtanBack(get(o.a), o.b, o.c, o.d, o.e, s[2], s[3], zero)
	}
	Adam(get(o.a), get(o.b), get(o.c), o.d, &AdamStep{s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]})
	return r
}

// counted is the list of rows with counts.
func (o *operands) counted() []Counted {
	var list []Counted
	for k, r := range o.rows {
		list = append(list, r|uint32(k*37%256)<<CountBits)
	}
	return list
}

// againstTwin holds every path to the plain one.
func (o *operands) againstTwin(t *testing.T) {
	use(t, generic)
	want := o.run()
	for _, p := range available()[1:] {
		use(t, p)
		got := o.run()
		nan := false
		for i := range want.floats {
			equalBits(t, fmt.Sprintf("path %v, output %d", p, i), got.floats[i], want.floats[i])
			for _, x := range want.floats[i] {
				nan = nan || x != x
			}
		}
		for i, w := range want.doubles {
			for k, x := range got.doubles[i] {
				if math.Float64bits(x) != math.Float64bits(w[k]) && (x == x || w[k] == w[k]) {
					t.Fatalf("path %v, sum of doubles %d is %v, want %v", p, k, x, w[k])
				}
			}
		}
		for i, w := range want.spikes {
			for k, word := range got.spikes[i] {
				if word != w[k] {
					t.Fatalf("path %v, spikes %d: word %d is %x, want %x", p, i, k, word, w[k])
				}
			}
		}
		for i, m := range got.moved {
			if m != want.moved[i] && !nan {
				t.Fatalf("path %v: moved %d is %v, want %v", p, i, m, want.moved[i])
			}
		}
	}
}

// TestLong: work that is cut into several calls gives what one would.
func TestLong(t *testing.T) {
	r := values{rand.New(rand.NewPCG(3, 3)), false}
	const n = 1<<16 + 1<<13 + 77
	random := func(n int) []float32 { return floats(t, r, n, 0) }
	o := operands{a: random(n), b: random(n), c: random(n), d: random(n), e: random(n)}
	o.scalar = [8]float32{0.1, 0.9, 0.01, 1.5, 1e-8, 1e-3, 0.1, 0.99}
	const call = 1 << 15 // elements in one call of assembly
	for _, m := range []struct{ stride, matrix, rows int }{
		{1000, 60, 900},        // many rows
		{2 * n, 3, 5},          // long ones
		{call + 64, 4, 10},     // a little too long for one call
		{call/2 + 5, 3, 10},    // one row a call
		{call / 10, 20, 10},    // exactly one call
		{call / 10, 20, 11},    // one row too many
		{call/10 + 1, 20, 100}, // no multiple
	} {
		o.stride, o.w = m.stride, random(m.stride*m.matrix)
		o.rows, o.x = make([]uint32, m.rows), make([]float32, m.rows)
		for k := range o.rows {
			o.rows[k], o.x[k] = uint32(r.IntN(m.matrix)), r.float()
		}
		o.againstTwin(t)
	}
}

// TestMovedAnywhere: one neuron that moves is seen wherever it is.
func TestMovedAnywhere(t *testing.T) {
	for _, p := range available() {
		use(t, p)
		for _, n := range []int{1, 15, 16, 17, 63, 64, 65, 200, 3 << 13} {
			moves := func(v, zero []float32, theta float32) bool {
				moved := make([]bool, 1)
				SweepBias(v, zero, zero, n, []uint32{0}, []float32{0.5}, theta, Subtract, make([]uint64, words(n)), moved)
				return moved[0]
			}
			for _, i := range []int{0, n / 2, n - 1} {
				v, zero := make([]float32, n), make([]float32, n)
				if !moves(v, zero, -1) { // 0 > −1: all move up by 1
					t.Errorf("path %v, length %d: no move was seen", p, n)
				}
				clear(v)
				v[i] = 1
				if !moves(v, zero, 2) {
					t.Errorf("path %v, length %d: the move of neuron %d was not seen", p, n, i)
				}
				clear(v)
				if moves(v, zero, 2) {
					t.Errorf("path %v, length %d: a move where nothing moved", p, n)
				}
			}
		}
	}
}

// FuzzTwin: whatever bits the operands have, every path agrees with the plain one.
func FuzzTwin(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 128, 0, 0, 128, 127, 1, 0, 192, 255}, uint16(33), uint16(35), uint8(3))
	f.Add([]byte("potentials and weights"), uint16(130), uint16(7), uint8(9))
	f.Fuzz(func(t *testing.T, data []byte, n, stride uint16, rows uint8) {
		n, stride = n%400, 1+stride%300
		at := 0
		float := func() float32 {
			var b [4]byte
			for i := range b {
				if len(data) > 0 {
					b[i] = data[at%len(data)]
					at++
				}
			}
			at++ // so that repeats of the data are read at another offset
			return math.Float32frombits(binary.LittleEndian.Uint32(b[:]))
		}
		vector := func(n int) []float32 {
			s := make([]float32, n)
			for i := range s {
				s[i] = float()
			}
			return s
		}
		const matrix = 9
		o := operands{
			a: vector(int(n)), b: vector(int(n)), c: vector(int(n)), d: vector(int(n)), e: vector(int(n)),
			w: vector(int(stride) * matrix), stride: int(stride), rows: make([]uint32, rows%40), x: vector(int(rows % 40)),
		}
		copy(o.scalar[:], vector(8))
		for k := range o.rows {
			o.rows[k] = math.Float32bits(float()) % matrix
		}
		o.againstTwin(t)
	})
}
