package kernel

import "fmt"

// enough panics when a slice of length have, or the shortest of several, is too
// short for n elements. Capacity does not count: what lies behind a slice belongs
// to somebody else.
func enough(have, n int) {
	if have < n {
		tooShort(have, n)
	}
}

func tooShort(have, n int) {
	panic(fmt.Sprintf("kernel: a slice has length %d and needs %d", have, n))
}

// positive panics when a group has no neurons.
func positive(unit int) {
	if unit < 1 {
		panic(fmt.Sprintf("kernel: a group of %d neurons", unit))
	}
}

// words is how many words hold a bit for each of n neurons.
func words(n int) int { return (n + 63) / 64 }
