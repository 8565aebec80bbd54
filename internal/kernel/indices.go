package kernel

import (
	"fmt"
	"math/bits"
)

// IndicesRoom is how many elements dst of [Indices] has beyond those that may be set.
const IndicesRoom = 16

// Indices writes the numbers of the bits that are set: for each mask k and each bit i
// of it, in ascending order, base[k] + i. It returns how many there are. Bits from
// width on must be 0; width is 1 to 64. dst has room for width of each mask and
// [IndicesRoom] more; what lies behind the indices is worth nothing after it.
func Indices(dst, base []uint32, masks []uint64, width int) (n int) {
	if width < 1 || width > 64 {
		panic(fmt.Sprintf("kernel: masks of %d bits", width))
	}
	enough(len(base), len(masks))
	enough(len(dst), len(masks)*width+IndicesRoom)
	return indices(dst, base, masks, width)
}

// CountMasks adds one to the count of every bit that is set: for each mask k and each
// bit i of it, count[at[k]+i]++. Bits from width on must be 0; width is 1 to 64, and
// every at has room for so many counts.
func CountMasks(count, at []uint32, masks []uint64, width int) {
	if width < 1 || width > 64 {
		panic(fmt.Sprintf("kernel: masks of %d bits", width))
	}
	enough(len(at), len(masks))
	for _, j := range at[:len(masks)] {
		enough(len(count), int(j)+width)
	}
	countMasks(count, at, masks, width)
}

func countMasksGeneric(count, at []uint32, masks []uint64) {
	for k, m := range masks {
		to := count[at[k]:]
		for ; m != 0; m &= m - 1 {
			to[bits.TrailingZeros64(m)]++
		}
	}
}

func indicesGeneric(dst, base []uint32, masks []uint64) (n int) {
	for k, m := range masks {
		to := dst[n:][:bits.OnesCount64(m)]
		first := base[k]
		for i := range to {
			to[i] = first + uint32(bits.TrailingZeros64(m))
			m &= m - 1
		}
		n += len(to)
	}
	return n
}
