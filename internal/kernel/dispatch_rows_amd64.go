//go:build amd64 && !noasm && !race

package kernel

// The assembly of the functions below compares every row with the end of the
// matrix and returns early at a wrong one; the plain twin then meets the same row
// and panics as Go does.

// rowsPerCall is how many rows of n columns one call handles.
func rowsPerCall(n int) int { return max(1, callElements/n) }

func addRows(acc, w []float32, stride int, rows []uint32) {
	n := len(acc)
	if active == generic || n > len(w) {
		addRowsGeneric(acc, w, stride, rows)
		return
	}
	if n > callElements {
		addRows(acc[:callElements], w, stride, rows)
		addRows(acc[callElements:], w[callElements:], stride, rows)
		return
	}
	for len(rows)*n > callElements && len(rows) > 1 {
		k := min(len(rows), rowsPerCall(n))
		addRowsOnce(acc, w, stride, rows[:k])
		rows = rows[k:]
	}
	addRowsOnce(acc, w, stride, rows)
}

func addRowsOnce(acc, w []float32, stride int, rows []uint32) {
	var done int
	if active == avx512 {
		done = addRowsAVX512(acc, w, stride, rows)
	} else {
		done = addRowsAVX2(acc, w, stride, rows)
	}
	if done != len(rows) {
		addRowsGeneric(acc, w, stride, rows)
	}
}

func axpyRows(acc, w []float32, stride int, rows []uint32, x []float32) {
	n := len(acc)
	if active == generic || n > len(w) {
		axpyRowsGeneric(acc, w, stride, rows, x)
		return
	}
	if n > callElements {
		axpyRows(acc[:callElements], w, stride, rows, x)
		axpyRows(acc[callElements:], w[callElements:], stride, rows, x)
		return
	}
	for len(rows)*n > callElements && len(rows) > 1 {
		k := min(len(rows), rowsPerCall(n))
		axpyRowsOnce(acc, w, stride, rows[:k], x[:k])
		rows, x = rows[k:], x[k:]
	}
	axpyRowsOnce(acc, w, stride, rows, x)
}

func axpyRowsOnce(acc, w []float32, stride int, rows []uint32, x []float32) {
	var done int
	if active == avx512 {
		done = axpyRowsAVX512(acc, w, stride, rows, x)
	} else {
		done = axpyRowsAVX2(acc, w, stride, rows, x)
	}
	if done != len(rows) {
		axpyRowsGeneric(acc, w, stride, rows, x)
	}
}

func axpyRowsExact(acc []float64, w []float32, stride int, rows []uint32, x []float32) {
	n := len(acc)
	if active == generic || n > len(w) {
		axpyRowsExactGeneric(acc, w, stride, rows, x)
		return
	}
	if n > callElements {
		axpyRowsExact(acc[:callElements], w, stride, rows, x)
		axpyRowsExact(acc[callElements:], w[callElements:], stride, rows, x)
		return
	}
	for len(rows)*n > callElements && len(rows) > 1 {
		k := min(len(rows), rowsPerCall(n))
		axpyRowsExactOnce(acc, w, stride, rows[:k], x[:k])
		rows, x = rows[k:], x[k:]
	}
	axpyRowsExactOnce(acc, w, stride, rows, x)
}

func axpyRowsExactOnce(acc []float64, w []float32, stride int, rows []uint32, x []float32) {
	var done int
	if active == avx512 {
		done = axpyRowsExactAVX512(acc, w, stride, rows, x)
	} else {
		done = axpyRowsExactAVX2(acc, w, stride, rows, x)
	}
	if done != len(rows) {
		axpyRowsExactGeneric(acc, w, stride, rows, x)
	}
}

func addToRows(w []float32, stride int, rows []uint32, row []float32) {
	n := len(row)
	if active == generic || n > len(w) {
		addToRowsGeneric(w, stride, rows, row)
		return
	}
	if n > callElements {
		addToRows(w, stride, rows, row[:callElements])
		addToRows(w[callElements:], stride, rows, row[callElements:])
		return
	}
	for len(rows)*n > callElements && len(rows) > 1 {
		k := min(len(rows), rowsPerCall(n))
		addToRowsOnce(w, stride, rows[:k], row)
		rows = rows[k:]
	}
	addToRowsOnce(w, stride, rows, row)
}

func addToRowsOnce(w []float32, stride int, rows []uint32, row []float32) {
	var done int
	if active == avx512 {
		done = addToRowsAVX512(w, stride, rows, row)
	} else {
		done = addToRowsAVX2(w, stride, rows, row)
	}
	if done != len(rows) {
		addToRowsGeneric(w, stride, rows[done:], row)
	}
}

func fetch(x []float32) {
	for len(x) > callElements {
		fetch(x[:callElements])
		x = x[callElements:]
	}
	switch active {
	case avx512:
		fetchAVX512(x)
	case avx2:
		fetchAVX2(x)
	}
}

func addCounted(acc, w []float32, stride int, rows []Counted) {
	n := len(acc)
	if active == generic || n > len(w) {
		addCountedGeneric(acc, w, stride, rows)
		return
	}
	if n > callElements {
		addCounted(acc[:callElements], w, stride, rows)
		addCounted(acc[callElements:], w[callElements:], stride, rows)
		return
	}
	for len(rows)*n > callElements && len(rows) > 1 {
		k := min(len(rows), rowsPerCall(n))
		addCountedOnce(acc, w, stride, rows[:k])
		rows = rows[k:]
	}
	addCountedOnce(acc, w, stride, rows)
}

func addCountedOnce(acc, w []float32, stride int, rows []Counted) {
	var done int
	if active == avx512 {
		done = addCountedAVX512(acc, w, stride, rows, &counts)
	} else {
		done = addCountedAVX2(acc, w, stride, rows, &counts)
	}
	if done != len(rows) {
		addCountedGeneric(acc, w, stride, rows)
	}
}

func product(acc []float32, accStride int, x []float32, xStride, steps int, w []float32, wStride, rows, cols int) {
	if active == generic {
		productGeneric(acc, accStride, x, xStride, steps, w, wStride, rows, cols)
		return
	}
	for cols > 0 {
		c := min(cols, productCols)
		for s := 0; s < steps; s += productSteps {
			n := min(steps-s, productSteps)
			for k := 0; k < rows; {
				m := min(rows-k, callElements/productCols)
				if active == avx512 {
					productAVX512(acc[s*accStride:], accStride, x[s*xStride+k:], xStride, n, w[k*wStride:], wStride, m, c)
				} else {
					productAVX2(acc[s*accStride:], accStride, x[s*xStride+k:], xStride, n, w[k*wStride:], wStride, m, c)
				}
				k += m
			}
		}
		cols -= c
		if cols > 0 {
			acc, w = acc[c:], w[c:]
		}
	}
}

// One call of product handles so many columns and rows of x at most.
const (
	productCols  = 64
	productSteps = 32
)
