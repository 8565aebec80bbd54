package learn

// golden64 is the odd number next to 2⁶⁴ divided by the golden ratio, the stride
// of splitmix64.
const golden64 = 0x9e3779b97f4a7c15

// scramble is the finaliser of splitmix64 (Steele, Lea, Flood 2014): neighbours
// come out unrelated.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// dice are the random numbers of one sample in one epoch for one purpose:
// splitmix64 from a start that hashes all four, so that they depend on nothing
// else and need no memory.
type dice uint64

// What dice are thrown for.
const (
	forRate = iota + 1
	forShift
	forDrop
	forJitter
)

func throw(seed uint64, purpose, epoch, sample int) dice {
	h := scramble(seed + golden64)
	for _, x := range [...]int{purpose, epoch, sample} {
		h = scramble(h ^ scramble(uint64(x)+golden64))
	}
	return dice(h)
}

// next returns 64 random bits.
func (d *dice) next() uint64 {
	*d += golden64
	return scramble(uint64(*d))
}

// within returns a whole number −n ≤ x ≤ n. It favours some by (2n + 1)/2³², which
// no number of epochs would show.
func (d *dice) within(n int) int {
	return int(d.next()>>32*uint64(2*n+1)>>32) - n
}

// odds is a probability p as a bound for 32 random bits: they lie below it in a
// share p of all cases.
func odds(p float64) uint64 { return uint64(p*(1<<32) + 0.5) }
