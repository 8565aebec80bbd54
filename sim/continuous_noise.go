package sim

import (
	"math"

	"dvsim/network"
	"dvsim/queue"
)

// trains is a generator of random spikes in a continuous network: for each neuron
// the gap to its next spike is exponential, drawn by a hash of (seed, layer,
// generator, neuron, number of the spike). The queue holds one item a neuron.
type trains struct {
	acc    []float32 // of the receptor that they end on
	weight float32
	mean   float64 // gap, µs
	keys   []uint64
	number []uint64
	at     []float64 // of the spike that waits
}

func newTrains(p *network.Poisson, acc []float32, key uint64) *trains {
	n := len(acc)
	g := &trains{acc: acc, weight: p.Weight, mean: 1e6 / p.RateHz, keys: make([]uint64, n), number: make([]uint64, n), at: make([]float64, n)}
	for j := range g.keys {
		g.keys[j] = mix(key ^ mix(uint64(j)+weyl))
		g.next(j)
	}
	return g
}

// next draws the spike of neuron j that comes after the one that waits, and returns
// the µs in which it arrives: the first from its instant on.
func (g *trains) next(j int) int64 {
	h := mix(g.keys[j] + g.number[j]*weyl)
	g.number[j]++
	g.at[j] += g.mean * minusLog(h)
	return g.due(j)
}

// due is the µs of the spike that waits; never when it is too far away to count.
func (g *trains) due(j int) int64 {
	if g.at[j] > 1<<60 {
		return never
	}
	return int64(math.Ceil(g.at[j]))
}

// minusLog is −ln of a number that is uniform in (0, 1], made of 53 bits of h. The
// standard library's logarithm is assembly on some processors; this has the same
// bits everywhere.
func minusLog(h uint64) float64 {
	m, e := math.Frexp((float64(h>>11) + 1) / (1 << 53))
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	s := (m - 1) / (m + 1) // ln m = 2·artanh s, |s| < 0.172
	q := s * s
	sum := 0.0
	for k := 21.0; k >= 1; k -= 2 {
		sum = float64(sum*q) + 1/k
	}
	return -float64(2*s*sum) - float64(float64(e)*math.Ln2)
}

// noiseConn is in the keys of the items of trains: they act after the connections of
// their layer, and before its self-events.
const noiseConn = selfConn - 1

// seed puts the first spike of every train into the queue.
func (e *continuousEngine) seed() {
	for _, f := range e.layers {
		for k, g := range f.noise {
			for j := range g.keys {
				e.await(f, k, j, g.due(j))
			}
		}
	}
}

// await queues the next spike of train j of generator k.
func (e *continuousEngine) await(f *flow, k, j int, t int64) {
	if t < never {
		e.queue.Push(queue.Item{T: t, Key: uint64(f.id)<<keyLayer | noiseConn<<keyConn, Val: uint64(k)<<32 | uint64(j)})
	}
}

// random delivers the spike of an item, and those of the same train in the same µs.
func (e *continuousEngine) random(f *flow, val uint64, t int64) {
	k, j := int(val>>32), int(uint32(val))
	g := f.noise[k]
	next := t
	for next <= t {
		g.acc[j] += g.weight
		next = g.next(j)
	}
	f.marks.mark(j)
	e.await(f, k, j, next)
}
