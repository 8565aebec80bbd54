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
