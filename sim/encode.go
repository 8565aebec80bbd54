package sim

import (
	"dvsim/events"
	"dvsim/network"
)

// encoder turns events into input spikes: which of the network's inputs an event
// belongs to. Pixels of a sensor larger than the input are scaled down in whole
// numbers, x' = x·W/Sensor.Width.
type encoder struct {
	mode network.PolarityMode
	row  []uint32 // of each sensor row: index of its first input
	col  []uint32 // of each sensor column: offset in the row
}

// Why an event is no input spike.
type verdict uint8

const (
	taken verdict = iota
	outside
	ignored
)

func newEncoder(in *network.Input) encoder {
	g, s := in.Geometry(), in.Shape
	e := encoder{mode: in.Polarity, row: make([]uint32, g.Height), col: make([]uint32, g.Width)}
	if e.mode == "" {
		e.mode = network.Split
	}
	for y := range e.row {
		e.row[y] = uint32(y * s.H / g.Height * s.W * s.C)
	}
	for x := range e.col {
		e.col[x] = uint32(x * s.W / g.Width * s.C)
	}
	return e
}

func (e *encoder) index(ev *events.Event) (uint32, verdict) {
	if int(ev.X) >= len(e.col) || int(ev.Y) >= len(e.row) {
		return 0, outside
	}
	i := e.row[ev.Y] + e.col[ev.X]
	switch e.mode {
	case network.Split:
		if ev.P == events.On {
			i++
		}
	case network.OnOnly:
		if ev.P != events.On {
			return 0, ignored
		}
	case network.OffOnly:
		if ev.P == events.On {
			return 0, ignored
		}
	}
	return i, taken
}

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
