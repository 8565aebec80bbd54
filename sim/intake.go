package sim

import "dvsim/network"

// maxCount bounds how often one input may spike in one step.
const maxCount = 1<<16 - 1

// intake collects the input spikes of the step under way, merged by input.
type intake struct {
	tally
	binary bool
	some   bool
}

func newIntake(in *network.Input) intake {
	n := in.Shape.Len()
	return intake{binary: in.Binary, tally: tally{count: make([]uint32, n), marks: newBitset(n)}}
}

// add takes one spike of input i; clipped tells that it is one too many.
func (t *intake) add(i uint32) (clipped bool) {
	t.some = true
	n := t.count[i]
	switch {
	case n == 0:
		t.count[i] = 1
		t.marks.mark(int(i))
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
	from := len(l.n)
	t.tally.drain(l)
	for _, n := range l.n[from:] {
		total += int64(n)
	}
	return total
}
