package kernel

import "testing"

// TestAxpyTiles adds tiles that overlap, some of them empty.
func TestAxpyTiles(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		const channels = 5
		accStride, wStride := n+r.IntN(5), n-2*n*r.IntN(2)
		stride := 3 * n
		acc, check := buffer(t, r, 6*accStride+n, off)
		w := floats(t, r, channels*stride, 3)
		var tiles []Tile
		var list []uint32
		var x []float32
		for range r.IntN(8) {
			tile := Tile{Acc: uint32(r.IntN(4 * accStride)), Cols: uint32(r.IntN(n + 1)), Rows: uint32(r.IntN(4)), From: uint32(len(list)), First: uint32(r.IntN(1000))}
			if wStride < 0 {
				tile.W = uint32(2 * n)
			}
			for range r.IntN(7) * (1 + 20*r.IntN(2)) {
				list = append(list, tile.First+uint32(r.IntN(channels)))
				x = append(x, r.float())
			}
			tile.To = uint32(len(list))
			tiles = append(tiles, tile)
		}
		if n == 0 {
			tiles = nil
		}
		want := append([]float32(nil), acc...)
		for _, tile := range tiles {
			for row := range int(tile.Rows) {
				for k := tile.From; k < tile.To; k++ {
					for i := range int(tile.Cols) {
						p := float32(x[k] * w[int(tile.W)+row*wStride+int(list[k]-tile.First)*stride+i])
						want[int(tile.Acc)+row*accStride+i] += p
					}
				}
			}
		}
		AxpyTiles(acc, w, accStride, wStride, stride, tiles, list, x)
		equalBits(t, "AxpyTiles", acc, want)
		check()
	})
}

// TestIndices: the numbers of the bits, and nothing behind the room that dst has.
func TestIndices(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, _ int) {
		width := 1 + r.IntN(64)
		base, masks := make([]uint32, n), make([]uint64, n)
		var want []uint32
		for k := range masks {
			base[k] = r.Uint32()
			for i := range width {
				if r.IntN(1+k%9) == 0 {
					masks[k] |= 1 << i
					want = append(want, base[k]+uint32(i))
				}
			}
		}
		room := n*width + IndicesRoom
		all := make([]uint32, room+1)
		all[room] = guard
		got := all[:Indices(all[:room:room], base, masks, width)]
		if len(got) != len(want) {
			t.Fatalf("%d masks of %d bits: %d indices, want %d", n, width, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%d masks of %d bits: index %d is %d, want %d", n, width, i, got[i], want[i])
			}
		}
		if all[room] != guard {
			t.Fatalf("%d masks of %d bits: written behind dst", n, width)
		}
	})
}

// TestCountMasks: the counts of the bits, and no other, even where masks overlap.
func TestCountMasks(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		width := 1 + r.IntN(64)
		at, masks := make([]uint32, n), make([]uint64, n)
		count := make([]uint32, off+width+100)
		for i := range count {
			count[i] = r.Uint32()
		}
		want := append([]uint32(nil), count...)
		for k := range masks {
			at[k] = uint32(r.IntN(len(count) - width + 1))
			masks[k] = r.Uint64() & (1<<width - 1)
			for i := range width {
				want[int(at[k])+i] += uint32(masks[k] >> i & 1)
			}
		}
		CountMasks(count, at, masks, width)
		for i := range want {
			if count[i] != want[i] {
				t.Fatalf("%d masks of %d bits: count %d is %d, want %d", n, width, i, count[i], want[i])
			}
		}
	})
}

// TestLongLists: lists that take several calls.
func TestLongLists(t *testing.T) {
	for _, p := range available() {
		use(t, p)
		const masks = 3*1<<12 + 5
		base, bits := make([]uint32, masks), make([]uint64, masks)
		for k := range base {
			base[k], bits[k] = uint32(3*k), 7
		}
		dst := make([]uint32, masks*3+IndicesRoom)
		if n := Indices(dst, base, bits, 3); n != 3*masks {
			t.Fatalf("path %v: %d indices", p, n)
		}
		for i, x := range dst[:3*masks] {
			if int(x) != i {
				t.Fatalf("path %v: index %d is %d", p, i, x)
			}
		}
		count := make([]uint32, 4)
		CountMasks(count, make([]uint32, masks), bits, 3)
		if count[0] != masks || count[2] != masks || count[3] != 0 {
			t.Fatalf("path %v: counts %v", p, count)
		}
		acc, w := make([]float32, 1000), filled(200, 1)
		tiles := make([]Tile, 2000) // of 100 products
		for k := range tiles {
			tiles[k] = Tile{Acc: uint32(k % 10 * 100), Cols: 100, Rows: 1, To: 1}
		}
		AxpyTiles(acc, w, 0, 0, 0, tiles, []uint32{0}, []float32{1})
		equalBits(t, "accumulators", acc, filled(1000, 200))
	}
}
