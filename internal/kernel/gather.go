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

// Counted is a row of a matrix in the lower 24 bits and how often it is added, 1 to
// 255, in the upper 8: the form in which encoded data sets keep their spikes.
type Counted = uint32

// CountBits is where the count of a [Counted] begins.
const CountBits = 24

// AddCounted adds multiples of rows of a matrix, in the order given: for each e of
// rows, with r its row and n its count, acc[i] += float32(n·w[r·stride+i]) for all
// i of acc. It has the bits of [AxpyRows] with the same rows and counts.
func AddCounted(acc, w []float32, stride int, rows []Counted) { addCounted(acc, w, stride, rows) }

// counts holds the numbers that a count stands for.
var counts = func() (x [256]float32) {
	for n := range x {
		x[n] = float32(n)
	}
	return x
}()

func addCountedGeneric(acc, w []float32, stride int, rows []Counted) {
	n := len(acc)
	w = w[:len(w):len(w)]
	const row = 1<<CountBits - 1
	for len(rows) >= 4 {
		e0, e1, e2, e3 := rows[0], rows[1], rows[2], rows[3]
		r0 := w[int(e0&row)*stride:][:n]
		r1 := w[int(e1&row)*stride:][:n]
		r2 := w[int(e2&row)*stride:][:n]
		r3 := w[int(e3&row)*stride:][:n]
		x0, x1, x2, x3 := counts[e0>>CountBits], counts[e1>>CountBits], counts[e2>>CountBits], counts[e3>>CountBits]
		for i, a := range acc {
			acc[i] = a + float32(x0*r0[i]) + float32(x1*r1[i]) + float32(x2*r2[i]) + float32(x3*r3[i])
		}
		rows = rows[4:]
	}
	for _, e := range rows {
		axpyRowGeneric(acc, w[int(e&row)*stride:][:n], counts[e>>CountBits])
	}
}
