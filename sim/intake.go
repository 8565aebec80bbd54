package sim

import "dvsim/network"

// maxCount bounds how often one input may spike in one step.
const maxCount = 1<<16 - 1

// intake collects the input spikes of the step under way, merged by input.
type intake struct {
	binary bool
	count  []uint32
	seen   bitset
	some   bool
}

func newIntake(in *network.Input) intake {
	n := in.Shape.Len()
	return intake{binary: in.Binary, count: make([]uint32, n), seen: newBitset(n)}
}

// add takes one spike of input i; clipped tells that it is one too many.
func (t *intake) add(i uint32) (clipped bool) {
	t.some = true
	n := t.count[i]
	switch {
	case n == 0:
		t.count[i] = 1
		t.seen.mark(int(i))
	case t.binary:
	case n == maxCount:
		return true
	default:
		t.count[i] = n + 1
	}
	return false
}

// drain appends the spikes of the step to a list, in ascending order, empties the
// intake, and returns how many there were, each count counted.
func (t *intake) drain(l *spikeLog) (total int64) {
	t.some = false
	for g := range t.seen.all() {
		l.idx = append(l.idx, uint32(g))
		l.n = append(l.n, t.count[g])
		total += int64(t.count[g])
		t.count[g] = 0
	}
	return total
}
