package kernel

import "fmt"

// Tile is what one source site of a convolution adds to, and through which
// weights: see [AxpyTiles].
type Tile struct {
	Acc, W     uint32 // where the first row of accumulators, and that of weights, begins
	Cols, Rows uint32 // float32 a row, and rows
	From, To   uint32 // the part From ≤ k < To of the list
	First      uint32 // what the list calls row 0
}

// AxpyTiles adds multiples of rows of weights to tiles of accumulators, in the order
// given. Of each tile t, for each row r < t.Rows and then each k of t.From ≤ k < t.To,
//
//	acc[a+i] += float32(x[k]·w[b+(list[k]−t.First)·stride+i])   for all i < t.Cols
//	where a = t.Acc + r·accStride and b = t.W + r·wStride
//
// so that the accumulators of a row stay in registers for all sources k of a site.
// wStride may be negative. Tiles may overlap. A tile of a convolution is three rows
// of some hundred float32; a call of assembly handles at least one tile, so one
// should not be much more than 2^15 products.
func AxpyTiles(acc, w []float32, accStride, wStride, stride int, tiles []Tile, list []uint32, x []float32) {
	enough(len(x), len(list))
	for i := range tiles {
		if t := &tiles[i]; !t.within(len(acc), accStride) || !t.weights(len(w), wStride) || t.From > t.To || int(t.To) > len(list) {
			panic(fmt.Sprintf("kernel: tile %+v with strides %d and %d does not fit %d accumulators, %d weights and a list of %d", *t, accStride, wStride, len(acc), len(w), len(list)))
		}
	}
	axpyTiles(acc, w, accStride, wStride, stride, tiles, list, x)
}

// within reports whether all rows of accumulators lie within n.
func (t *Tile) within(n, stride int) bool {
	return lies(int(t.Acc), int(t.Rows), int(t.Cols), stride, n)
}

// weights reports whether all rows of weights of source 0 lie within n.
func (t *Tile) weights(n, stride int) bool {
	return lies(int(t.W), int(t.Rows), int(t.Cols), stride, n)
}

// lies reports whether rows of cols elements, the first at lo, lie within n.
func lies(lo, rows, cols, stride, n int) bool {
	hi := lo + (rows-1)*stride
	return rows == 0 || min(lo, hi) >= 0 && max(lo, hi)+cols <= n
}

func axpyTilesGeneric(acc, w []float32, accStride, wStride, stride int, tiles []Tile, list []uint32, x []float32) {
	var rows [64]uint32
	for i := range tiles {
		t := &tiles[i]
		for from := t.From; from < t.To; { // 64 sources of the list at a time
			n := min(t.To-from, uint32(len(rows)))
			for k, j := range list[from : from+n] {
				rows[k] = j - t.First
			}
			a, b := int(t.Acc), int(t.W)
			for range t.Rows {
				axpyRowsGeneric(acc[a:a+int(t.Cols)], w[b:], stride, rows[:n], x[from:from+n])
				a += accStride
				b += wStride
			}
			from += n
		}
	}
}
