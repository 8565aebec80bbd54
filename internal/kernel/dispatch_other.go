//go:build !amd64 || noasm || race

package kernel

// Without assembly every kernel is its plain twin.

func available() []path { return []path{generic} }

func missing(path) string {
	return "this program was built without assembly (another processor than amd64, -tags noasm or -race)"
}

func addRow(acc, w []float32) { addRowGeneric(acc, w) }

func axpyRow(acc, w []float32, x float32) { axpyRowGeneric(acc, w, x) }

func addRows(acc, w []float32, stride int, rows []uint32) { addRowsGeneric(acc, w, stride, rows) }

func axpyRows(acc, w []float32, stride int, rows []uint32, x []float32) {
	axpyRowsGeneric(acc, w, stride, rows, x)
}

func axpyRowsExact(acc []float64, w []float32, stride int, rows []uint32, x []float32) {
	axpyRowsExactGeneric(acc, w, stride, rows, x)
}

func addToRows(w []float32, stride int, rows []uint32, row []float32) {
	addToRowsGeneric(w, stride, rows, row)
}

func sweep(v, acc []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64) {
	sweepGeneric(v, acc, unit, groups, p, theta, reset, spikes)
}

func sweepBias(v, acc, bias []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64, moved []bool) {
	sweepBiasGeneric(v, acc, bias, unit, groups, p, theta, reset, spikes, moved)
}

func leakyStep(dst, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	leakyStepGeneric(dst, v, in, bias, beta, theta, reset, spikes)
}

func fastSigmoidBack(u, ds, next, beta, theta []float32, k float32, zero bool) {
	fastSigmoidBackGeneric(u, ds, next, beta, theta, k, zero)
}

func atanBack(u, ds, next, beta, theta []float32, half, c float32, zero bool) {
	atanBackGeneric(u, ds, next, beta, theta, half, c, zero)
}

func adam(w, m, v, g []float32, s *AdamStep) { adamGeneric(w, m, v, g, s) }

func fetch([]float32) {}

func addCounted(acc, w []float32, stride int, rows []Counted) {
	addCountedGeneric(acc, w, stride, rows)
}

func axpyTiles(acc, w []float32, accStride, wStride, stride int, tiles []Tile, list []uint32, x []float32) {
	axpyTilesGeneric(acc, w, accStride, wStride, stride, tiles, list, x)
}

func indices(dst, base []uint32, masks []uint64, _ int) int { return indicesGeneric(dst, base, masks) }

func countMasks(count, at []uint32, masks []uint64, _ int) { countMasksGeneric(count, at, masks) }

func leakyRun(u, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	leakyRunGeneric(u, v, in, bias, beta, theta, reset, spikes)
}

func product(acc []float32, accStride int, x []float32, xStride, steps int, w []float32, wStride, rows, cols int) {
	productGeneric(acc, accStride, x, xStride, steps, w, wStride, rows, cols)
}
