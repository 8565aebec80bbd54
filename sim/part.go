package sim

import (
	"fmt"

	"dvsim/network"
)

// part is the part of a connection that ends in one block of neurons, made ready
// for delivery.
type part interface {
	// deliver adds what the spikes cause to the accumulators of the layer, marks the
	// groups that are touched (unless marks is nil), and returns the synaptic events.
	// The order is: spikes ascending, of each its synapses ascending.
	deliver(s spikes, acc []float32, marks *bitset) int64
}

// span is a block of a layer: groups lo ≤ g < hi, each of unit neurons.
type span struct {
	lo, hi int
	unit   int
}

// neurons returns the block in neurons.
func (b span) neurons() (lo, hi int) { return b.lo * b.unit, b.hi * b.unit }

// split is the parts of a connection, by delay (longest first, as their spikes are
// the oldest) and by block.
type split struct {
	delay int64
	parts []part
}

// splitConn makes a connection ready for the blocks of its layer.
func splitConn(c *network.Conn, in, out network.Shape, blocks []span) []split {
	one := split{delay: c.Delay}
	for _, b := range blocks {
		switch s := c.Synapses.(type) {
		case *network.Dense:
			one.parts = append(one.parts, newDensePart(s, in, out, b))
		case *network.Conv2D:
			one.parts = append(one.parts, newConvPart(s, in, out, b))
		case *network.Pool:
			one.parts = append(one.parts, newPoolPart(s, in, out, b))
		case *network.Sparse:
			if len(s.Delay) == 0 && in.Len() <= manySources*len(s.Target) {
				return splitRows(s, c.Delay, blocks)
			}
			return splitSparse(s, c.Delay, in.Len(), blocks)
		default:
			panic(fmt.Sprintf("sim: unknown synapses %T", s))
		}
	}
	return []split{one}
}

// value is what n spikes of one source add up to, before the weight.
func value(n uint32, scale float32) float32 { return float32(float32(n) * scale) }
