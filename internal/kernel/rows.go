package kernel

// AddRow adds a row of weights: acc[i] += w[i] for all i of w.
func AddRow(acc, w []float32) {
	enough(len(acc), len(w))
	addRow(acc, w)
}

// AxpyRow adds a multiple of a row of weights: acc[i] += float32(x·w[i]) for all i of w.
func AxpyRow(acc, w []float32, x float32) {
	enough(len(acc), len(w))
	axpyRow(acc, w, x)
}

// AddRows adds rows of a matrix, in the order given: for each r of rows,
// acc[i] += w[r·stride+i] for all i of acc.
func AddRows(acc, w []float32, stride int, rows []uint32) { addRows(acc, w, stride, rows) }

func addRowGeneric(acc, w []float32) {
	acc = acc[:len(w)]
	for len(w) >= 8 {
		a, b := (*[8]float32)(acc), (*[8]float32)(w)
		a[0] += b[0]
		a[1] += b[1]
		a[2] += b[2]
		a[3] += b[3]
		a[4] += b[4]
		a[5] += b[5]
		a[6] += b[6]
		a[7] += b[7]
		acc, w = acc[8:], w[8:]
	}
	for i, x := range w {
		acc[i] += x
	}
}

func axpyRowGeneric(acc, w []float32, x float32) {
	acc = acc[:len(w)]
	for len(w) >= 8 {
		a, b := (*[8]float32)(acc), (*[8]float32)(w)
		a[0] += float32(x * b[0])
		a[1] += float32(x * b[1])
		a[2] += float32(x * b[2])
		a[3] += float32(x * b[3])
		a[4] += float32(x * b[4])
		a[5] += float32(x * b[5])
		a[6] += float32(x * b[6])
		a[7] += float32(x * b[7])
		acc, w = acc[8:], w[8:]
	}
	for i, y := range w {
		acc[i] += float32(x * y)
	}
}

func addRowsGeneric(acc, w []float32, stride int, rows []uint32) {
	n := len(acc)
	w = w[:len(w):len(w)] // a row ends within w, not within its capacity
	for len(rows) >= 4 {
		r0 := w[int(rows[0])*stride:][:n]
		r1 := w[int(rows[1])*stride:][:n]
		r2 := w[int(rows[2])*stride:][:n]
		r3 := w[int(rows[3])*stride:][:n]
		for i, a := range acc {
			acc[i] = a + r0[i] + r1[i] + r2[i] + r3[i]
		}
		rows = rows[4:]
	}
	for _, r := range rows {
		addRowGeneric(acc, w[int(r)*stride:][:n])
	}
}
