package kernel

// AxpyRowsExact is [AxpyRows] with accumulators of double width: acc[i] +=
// float64(x[k])·float64(w[rows[k]·stride+i]), where the product is exact (so that a
// fused multiply-add gives the same bits) and the sum is rounded to float64. It is
// for an input that stays the same over all steps, whose sum is made once and
// whose error would add up.
func AxpyRowsExact(acc []float64, w []float32, stride int, rows []uint32, x []float32) {
	enough(len(x), len(rows))
	axpyRowsExact(acc, w, stride, rows, x)
}

func axpyRowsExactGeneric(acc []float64, w []float32, stride int, rows []uint32, x []float32) {
	n := len(acc)
	w = w[:len(w):len(w)]
	x = x[:len(rows)]
	for len(rows) >= 4 {
		r0 := w[int(rows[0])*stride:][:n]
		r1 := w[int(rows[1])*stride:][:n]
		r2 := w[int(rows[2])*stride:][:n]
		r3 := w[int(rows[3])*stride:][:n]
		x0, x1, x2, x3 := float64(x[0]), float64(x[1]), float64(x[2]), float64(x[3])
		for i, a := range acc {
			acc[i] = a + x0*float64(r0[i]) + x1*float64(r1[i]) + x2*float64(r2[i]) + x3*float64(r3[i])
		}
		rows, x = rows[4:], x[4:]
	}
	for k, r := range rows {
		f := float64(x[k])
		for i, y := range w[int(r)*stride:][:n] {
			acc[i] += f * float64(y)
		}
	}
}
