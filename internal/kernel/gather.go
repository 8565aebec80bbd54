package kernel

// AxpyRows adds multiples of rows of a matrix, in the order given: for each k of
// rows, acc[i] += float32(x[k]·w[rows[k]·stride+i]) for all i of acc. rows and x
// have the same length. It is the sum over the spikes that arrive in a step (x are
// their counts), and the weight gradient of one source (rows are the samples and
// steps in which it spiked).
func AxpyRows(acc, w []float32, stride int, rows []uint32, x []float32) {
	enough(len(x), len(rows))
	axpyRows(acc, w, stride, rows, x)
}

// AddToRows adds a row to rows of a matrix, in the order given: for each r of
// rows, w[r·stride+i] += row[i] for all i of row. Rows of the matrix do not
// overlap (stride is at least the length of row). It is the twin of [AddRows] on
// the way back: the weight gradients of the sources that spiked in a step.
func AddToRows(w []float32, stride int, rows []uint32, row []float32) {
	addToRows(w, stride, rows, row)
}

func axpyRowsGeneric(acc, w []float32, stride int, rows []uint32, x []float32) {
	n := len(acc)
	w = w[:len(w):len(w)]
	x = x[:len(rows)]
	for len(rows) >= 4 {
		r0 := w[int(rows[0])*stride:][:n]
		r1 := w[int(rows[1])*stride:][:n]
		r2 := w[int(rows[2])*stride:][:n]
		r3 := w[int(rows[3])*stride:][:n]
		x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
		for i, a := range acc {
			acc[i] = a + float32(x0*r0[i]) + float32(x1*r1[i]) + float32(x2*r2[i]) + float32(x3*r3[i])
		}
		rows, x = rows[4:], x[4:]
	}
	for k, r := range rows {
		axpyRowGeneric(acc, w[int(r)*stride:][:n], x[k])
	}
}

func addToRowsGeneric(w []float32, stride int, rows []uint32, row []float32) {
	w = w[:len(w):len(w)]
	for _, r := range rows {
		addRowGeneric(w[int(r)*stride:][:len(row)], row)
	}
}
