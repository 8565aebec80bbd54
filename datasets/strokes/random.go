package strokes

// random is a stream of numbers that depends only on its key. Nothing in it is a
// transcendental function, so it gives the same bits on every machine.
type random struct {
	key, n uint64
}

// streamOrder is the stream of the order of the digits; streams 0 to 9 are the
// pictures of a digit.
const streamOrder = 10

func newRandom(seed, stream, n uint64) *random {
	return &random{key: mix(mix(mix(seed)^stream) ^ n)}
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *random) next() uint64 {
	r.n++
	return mix(r.key ^ r.n)
}

// unit returns a number in [0, 1).
func (r *random) unit() float64 { return float64(r.next()>>11) * 0x1p-53 }

// between returns a number in [lo, hi).
func (r *random) between(lo, hi float64) float64 { return lo + float64((hi-lo)*r.unit()) }

// chance is true with probability p.
func (r *random) chance(p float64) bool { return r.unit() < p }

// normal returns a number of mean 0 and standard deviation sd that is nearly
// normal, the scaled sum of four uniform ones: it stays below 3.5 sd.
func (r *random) normal(sd float64) float64 {
	sum := r.unit() + r.unit() + r.unit() + r.unit()
	return float64((sum-2)*1.7320508075688772) * sd
}
