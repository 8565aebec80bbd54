package sim

import (
	"math"
	"math/bits"
)

// divisor divides by a number again and again: a multiplication in place of a
// division, exact for all 32-bit numbers (Lemire, Kaser, Kurz, Faster Remainder by
// Direct Computation, 2019).
type divisor uint64

// newDivisor is for n ≥ 2; for 1 it is 0, see of.
func newDivisor(n int) divisor {
	if n == 1 {
		return 0
	}
	return divisor(math.MaxUint64/uint64(n) + 1)
}

// of is ⌊x/n⌋.
func (d divisor) of(x uint32) uint32 {
	if d == 0 {
		return x
	}
	hi, _ := bits.Mul64(uint64(d), uint64(x))
	return uint32(hi)
}
