package kernel

// Product adds a matrix product, zeros and all: for each s < steps and i < cols, and
// then k = 0, 1, … rows−1 in this order,
//
//	acc[s·accStride+i] += float32(x[s·xStride+k]·w[k·wStride+i])
//
// With weights that are finite and accumulators that began as +0 these are the bits
// of [AxpyRows] with the k whose x is not 0; it is faster where most are not. Strides
// are not negative.
func Product(acc []float32, accStride int, x []float32, xStride, steps int, w []float32, wStride, rows, cols int) {
	if steps <= 0 || rows <= 0 || cols <= 0 {
		return
	}
	enough(min(accStride, xStride, wStride), 0)
	enough(len(acc), (steps-1)*accStride+cols)
	enough(len(x), (steps-1)*xStride+rows)
	enough(len(w), (rows-1)*wStride+cols)
	product(acc, accStride, x, xStride, steps, w, wStride, rows, cols)
}

func productGeneric(acc []float32, accStride int, x []float32, xStride, steps int, w []float32, wStride, rows, cols int) {
	for s := range steps {
		a, f := acc[s*accStride:][:cols], x[s*xStride:][:rows]
		k := 0
		for ; k+4 <= rows; k += 4 {
			r0, r1 := w[k*wStride:][:cols], w[(k+1)*wStride:][:cols]
			r2, r3 := w[(k+2)*wStride:][:cols], w[(k+3)*wStride:][:cols]
			x0, x1, x2, x3 := f[k], f[k+1], f[k+2], f[k+3]
			for i, sum := range a {
				a[i] = sum + float32(x0*r0[i]) + float32(x1*r1[i]) + float32(x2*r2[i]) + float32(x3*r3[i])
			}
		}
		for ; k < rows; k++ {
			axpyRowGeneric(a, w[k*wStride:][:cols], f[k])
		}
	}
}
