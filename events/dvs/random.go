package dvs

import "math"

// Random numbers are a function of what they are for: (seed, recording, stream,
// pixel, n). There is no generator with a state, so no order in which pixels are
// asked, and no number of workers, changes any of them.

// stream tells apart what a random number is for.
type stream uint64

const (
	streamThetaOn stream = iota + 1
	streamThetaOff
	streamLeak
	streamPhase
	streamShot // + polarity
	_
	streamAccept // + polarity
	_
	streamMotion
)

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// keyOf is the key of one stream of one recording.
func keyOf(seed, recording uint64, s stream) uint64 {
	return mix(mix(mix(seed)^recording) ^ uint64(s))
}

// uniform returns the n-th number of a pixel, in the open interval (0, 1).
func uniform(key uint64, pixel int, n uint64) float64 {
	h := mix(mix(key^uint64(pixel)) ^ n)
	return (float64(h>>11) + 0.5) * 0x1p-53
}

// normal returns the n-th standard normal number of a pixel (Box and Muller).
func normal(key uint64, pixel int, n uint64) float64 {
	u, v := uniform(key, pixel, 2*n), uniform(key, pixel, 2*n+1)
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// exponential returns the n-th exponential number of a pixel, of mean 1.
func exponential(key uint64, pixel int, n uint64) float64 {
	return -math.Log(uniform(key, pixel, n))
}
