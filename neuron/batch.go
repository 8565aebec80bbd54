package neuron

import (
	"slices"

	"dvsim/internal/kernel"
)

// Batch is some groups of a layer that are touched in one step, all at once:
// [Clocked.TouchBatch]. The slices are kept from one use to the next.
type Batch struct {
	// Group are the groups, each g of which is the neurons g·unit ≤ j < (g+1)·unit; a
	// group comes once. Since is how many steps ago each was touched last, at least 1.
	Group []uint32
	Since []int64
	// Spikes has ⌈unit/64⌉ words for each group: bit j%64 of word j/64 tells that its
	// neuron j spikes. A group with a spike must be touched in the next step
	// ([Clocked.Hot]), no other.
	Spikes []uint64
	// Moved is what [Clocked.Touch] returns as moved, for each group of a layer with
	// constant input; empty for others.
	Moved []bool

	decay []float32
}

// Reset empties the batch.
func (b *Batch) Reset() { b.Group, b.Since = b.Group[:0], b.Since[:0] }

// Batches reports whether [Clocked.TouchBatch] serves the layer: Leaky neurons with
// one β and one θ that reset in the step after the spike, without inhibition.
func (c *Clocked) Batches() bool { return c.fast }

// TouchBatch touches the groups of a batch, of unit neurons each, as [Clocked.Touch]
// would one by one, with the same bits.
func (c *Clocked) TouchBatch(s *State, acc []float32, unit int, b *Batch) {
	b.decay, b.Spikes, b.Moved = b.decay[:0], b.Spikes[:0], b.Moved[:0]
	for _, d := range b.Since {
		b.decay = append(b.decay, c.pow.at(d))
	}
	n := len(b.Group)
	b.Spikes = extend(b.Spikes, n*((unit+63)/64))
	if c.constant == nil {
		kernel.Sweep(s.V, acc, unit, b.Group, b.decay, c.theta[0], c.fastBy, b.Spikes)
		return
	}
	b.Moved = extend(b.Moved, n)
	kernel.SweepBias(s.V, acc, c.constant, unit, b.Group, b.decay, c.theta[0], c.fastBy, b.Spikes, b.Moved)
}

// extend makes an empty slice one of length n, whatever its contents.
func extend[T any](s []T, n int) []T { return slices.Grow(s, n)[:n] }
