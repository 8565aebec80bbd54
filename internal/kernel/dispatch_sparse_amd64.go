//go:build amd64 && !noasm && !race

package kernel

func axpyTiles(acc, w []float32, accStride, wStride, stride int, tiles []Tile, list []uint32, x []float32) {
	if active == generic {
		axpyTilesGeneric(acc, w, accStride, wStride, stride, tiles, list, x)
		return
	}
	for from := 0; from < len(tiles); {
		to, work := from, 0
		for to < len(tiles) && work <= callElements && tiles[to].work() > 0 {
			work += tiles[to].work()
			to++
		}
		axpyTilesOnce(acc, w, accStride, wStride, stride, tiles[from:to], list, x)
		for to < len(tiles) && tiles[to].work() == 0 {
			to++
		}
		from = to
	}
}

// work is how many products a tile is.
func (t *Tile) work() int { return int(t.Rows) * int(t.Cols) * int(t.To-t.From) }

func axpyTilesOnce(acc, w []float32, accStride, wStride, stride int, tiles []Tile, list []uint32, x []float32) {
	var done int
	if active == avx512 {
		done = axpyTilesAVX512(acc, w, accStride, wStride, stride, tiles, list, x)
	} else {
		done = axpyTilesAVX2(acc, w, accStride, wStride, stride, tiles, list, x)
	}
	if done != len(tiles) {
		axpyTilesGeneric(acc, w, accStride, wStride, stride, tiles[done:], list, x)
	}
}

// callMasks is how many masks one call handles.
const callMasks = 1 << 12

func indices(dst, base []uint32, masks []uint64, width int) (n int) {
	if active == generic {
		return indicesGeneric(dst, base, masks)
	}
	for len(masks) > 0 {
		k := min(len(masks), callMasks)
		if active == avx512 {
			n += indicesAVX512(dst[n:], base, masks[:k], width)
		} else {
			n += indicesAVX2(dst[n:], base, masks[:k], width)
		}
		base, masks = base[k:], masks[k:]
	}
	return n
}

func countMasks(count, at []uint32, masks []uint64, width int) {
	if active == generic {
		countMasksGeneric(count, at, masks)
		return
	}
	for len(masks) > 0 {
		k := min(len(masks), callMasks)
		if active == avx512 {
			countMasksAVX512(count, at, masks[:k], width)
		} else {
			countMasksAVX2(count, at, masks[:k], width)
		}
		at, masks = at[k:], masks[k:]
	}
}
