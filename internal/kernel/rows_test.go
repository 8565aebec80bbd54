package kernel

import (
	"math"
	"testing"
)

func TestAddRow(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		acc, check := buffer(t, r, n, off)
		w := floats(t, r, n, 3)
		want := append([]float32(nil), acc...)
		for i := range want {
			want[i] += w[i]
		}
		AddRow(acc, w)
		equalBits(t, "AddRow", acc, want)
		check()
	})
}

func TestAxpyRow(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		acc, check := buffer(t, r, n, off)
		w := floats(t, r, n, 5)
		x := float32(1 + r.IntN(70000))
		want := append([]float32(nil), acc...)
		for i := range want {
			p := float32(x * w[i])
			want[i] += p
		}
		AxpyRow(acc, w, x)
		equalBits(t, "AxpyRow", acc, want)
		check()
	})
}

const testRows = 11

// list draws up to 13 row numbers, repeats among them, and a factor for each.
func (r values) list() (rows []uint32, x []float32) {
	rows = make([]uint32, r.IntN(14))
	x = make([]float32, len(rows))
	for i := range rows {
		rows[i] = uint32(r.IntN(testRows))
		x[i] = r.float()
	}
	return rows, x
}

func TestAddRows(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		stride := n + r.IntN(4)
		w := floats(t, r, (testRows-1)*stride+n, 1)
		rows, _ := r.list()
		acc, check := buffer(t, r, n, off)
		want := append([]float32(nil), acc...)
		for _, row := range rows {
			for i := range want {
				want[i] += w[int(row)*stride+i]
			}
		}
		AddRows(acc, w, stride, rows)
		equalBits(t, "AddRows", acc, want)
		check()
	})
}

func TestAddCounted(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		stride := n + r.IntN(4)
		w := floats(t, r, (testRows-1)*stride+n, 1)
		rows, _ := r.list()
		acc, check := buffer(t, r, n, off)
		want := append([]float32(nil), acc...)
		for k, row := range rows {
			x := 1 + r.IntN(255)
			for i := range want {
				p := float32(float32(x) * w[int(row)*stride+i])
				want[i] += p
			}
			rows[k] |= uint32(x) << CountBits
		}
		AddCounted(acc, w, stride, rows)
		equalBits(t, "AddCounted", acc, want)
		check()
	})
}

func TestAxpyRows(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		stride := n + r.IntN(4)
		w := floats(t, r, (testRows-1)*stride+n, 1)
		rows, x := r.list()
		acc, check := buffer(t, r, n, off)
		want := append([]float32(nil), acc...)
		for k, row := range rows {
			for i := range want {
				p := float32(x[k] * w[int(row)*stride+i])
				want[i] += p
			}
		}
		AxpyRows(acc, w, stride, rows, x)
		equalBits(t, "AxpyRows", acc, want)
		check()
	})
}

func TestAxpyRowsExact(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		stride := n + r.IntN(4)
		w := floats(t, r, (testRows-1)*stride+n, 1)
		rows, x := r.list()
		b := make([]float64, n+40)
		for i := range b {
			b[i] = guard
		}
		acc := b[off : off+n : off+n]
		for i := range acc {
			acc[i] = float64(r.float()) / 3
		}
		want := append([]float64(nil), b...)
		for k, row := range rows {
			for i := range acc {
				p := float64(float64(x[k]) * float64(w[int(row)*stride+i]))
				want[off+i] += p
			}
		}
		AxpyRowsExact(acc, w, stride, rows, x)
		for i := range b {
			if math.Float64bits(b[i]) != math.Float64bits(want[i]) && (b[i] == b[i] || want[i] == want[i]) {
				t.Fatalf("length %d, offset %d: element %d is %v, want %v", n, off, i-off, b[i], want[i])
			}
		}
	})
}

func TestAddToRows(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		stride := n + r.IntN(4)
		w, check := buffer(t, r, (testRows-1)*stride+n, off)
		rows, _ := r.list()
		row := floats(t, r, n, 2)
		want := append([]float32(nil), w...)
		for _, k := range rows {
			for i, x := range row {
				want[int(k)*stride+i] += x
			}
		}
		AddToRows(w, stride, rows, row)
		equalBits(t, "AddToRows", w, want)
		check()
	})
}

func TestProduct(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		steps, rows := r.IntN(10), r.IntN(9)
		accStride, xStride, wStride := n+r.IntN(4), rows+r.IntN(4), n+r.IntN(4)
		acc, check := buffer(t, r, 9*accStride+n, off)
		x, w := floats(t, r, 9*xStride+rows, 1), floats(t, r, 9*wStride+n, 2)
		want := append([]float32(nil), acc...)
		for s := range steps {
			for k := range rows {
				for i := range n {
					p := float32(x[s*xStride+k] * w[k*wStride+i])
					want[s*accStride+i] += p
				}
			}
		}
		Product(acc, accStride, x, xStride, steps, w, wStride, rows, n)
		equalBits(t, "Product", acc, want)
		check()
	})
}
