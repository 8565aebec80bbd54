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
	// neuron j spikes. A group with a spike must be touched in the next step if
	// [Clocked.Again] says so, no other.
	Spikes []uint64
	// Moved is what [Clocked.Touch] returns as moved, for each group of a layer with
	// constant input; empty for others.
	Moved []bool

	decay []float32
	held  []hold // refractory neurons, first spike first; held[head:] may still be so
	head  int
	fresh []uint32
}

// Reset empties the batch.
func (b *Batch) Reset() { b.Group, b.Since = b.Group[:0], b.Since[:0] }

// Batches reports whether [Clocked.TouchBatch] serves the layer, as it does the usual
// ones: those with one β and one θ, without inhibition, that reset in the step after
// the spike (Leaky) or to 0 if they then rest (LIF).
func (c *Clocked) Batches() bool { return c.fast }

// TouchBatch touches the groups of a batch, of unit neurons each, in step k as
// [Clocked.Touch] would one by one, with the same bits. Batches of one State must have
// no group in common, over the whole run: a batch remembers who rests.
func (c *Clocked) TouchBatch(s *State, acc []float32, unit int, k int64, b *Batch) {
	b.decay, b.Spikes, b.Moved = b.decay[:0], b.Spikes[:0], b.Moved[:0]
	for _, d := range b.Since {
		b.decay = append(b.decay, c.pow.at(d))
	}
	n := len(b.Group)
	b.Spikes = extend(b.Spikes, n*((unit+63)/64))
	b.drop(acc, k)
	if c.constant == nil {
		kernel.Sweep(s.V, acc, unit, b.Group, b.decay, c.over, c.fastBy, b.Spikes)
	} else {
		b.Moved = extend(b.Moved, n)
		kernel.SweepBias(s.V, acc, c.constant, unit, b.Group, b.decay, c.over, c.fastBy, b.Spikes, b.Moved)
	}
	if c.lif {
		c.fireBatch(s, unit, k, b)
	}
}

// drop drops what arrives at refractory neurons in step k.
func (b *Batch) drop(acc []float32, k int64) {
	for b.head < len(b.held) && b.held[b.head].until < k {
		b.head++
	}
	if b.head > len(b.held)/2 {
		b.held, b.head = b.held[:copy(b.held, b.held[b.head:])], 0
	}
	for _, h := range b.held[b.head:] {
		acc[h.j] = 0
	}
}

// fireBatch does what their spikes do to the LIF neurons of a batch.
func (c *Clocked) fireBatch(s *State, unit int, k int64, b *Batch) {
	words := (unit + 63) / 64
	b.fresh = b.fresh[:0]
	for w, x := range b.Spikes {
		if x != 0 {
			b.fresh = appendBits(b.fresh, x, b.Group[w/words]*uint32(unit)+uint32(w%words*64))
		}
	}
	c.fireLIF(s, b.fresh, k)
	if c.refSteps > 0 {
		for _, j := range b.fresh {
			b.held = append(b.held, hold{k + c.refSteps, j})
		}
	}
}

// extend makes an empty slice one of length n, whatever its contents.
func extend[T any](s []T, n int) []T { return slices.Grow(s, n)[:n] }
