package network

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Init says how weights are drawn.
type Init struct {
	// Kind: "uniform" (default) draws from ±Scale/√fan_in, what torch.nn.Linear and
	// torch.nn.Conv2d do with Scale 1; "normal" from a normal distribution; "kaiming"
	// from a normal distribution of √(2/fan_in); "constant" gives Value.
	Kind string
	// Seed of the network; each array has its own stream, from Seed and its name.
	Seed uint64
	// Scale of "uniform"; 0 means 1.
	Scale float64
	// Mean and Std of "normal". Std 0 means 1/√fan_in.
	Mean, Std float64
	// Value of "constant".
	Value float64
}

var initKinds = []string{"uniform", "normal", "kaiming", "constant"}

// Stream returns the random numbers of one array. The name is hashed together
// with the seed, so what an array gets depends neither on the other arrays nor on
// their order.
func Stream(seed uint64, name string) *rand.Rand {
	a := StreamKey(seed, name)
	return rand.New(rand.NewPCG(a, mix(a)))
}

// StreamKey is the seed of [Stream], hashed from seed and name.
func StreamKey(seed uint64, name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return mix(h.Sum64() ^ mix(seed))
}

// mix is the finaliser of splitmix64 (Steele, Lea, Flood 2014): near seeds and
// names must not give near streams.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Fill draws the values of an array. name is its name in the network, such as
// "hidden.weights"; fanIn is the number of synapses that arrive at a neuron.
func (in Init) Fill(dst []float32, name string, fanIn int) {
	root := math.Sqrt(float64(max(fanIn, 1)))
	switch in.Kind {
	case "constant":
		for i := range dst {
			dst[i] = float32(in.Value)
		}
	case "normal", "kaiming":
		mean, std := in.Mean, in.Std
		if std == 0 {
			std = 1 / root
		}
		if in.Kind == "kaiming" {
			mean, std = 0, math.Sqrt2/root
		}
		r := Stream(in.Seed, name)
		for i := range dst {
			// The conversion keeps multiplication and addition apart on every machine.
			dst[i] = float32(float64(r.NormFloat64()*std) + mean)
		}
	default:
		scale := in.Scale
		if scale == 0 {
			scale = 1
		}
		bound := scale / root
		r := Stream(in.Seed, name)
		for i := range dst {
			u := float64(r.Uint64()>>11)/(1<<52) - 1 // [−1, 1), exact
			dst[i] = float32(u * bound)
		}
	}
}
