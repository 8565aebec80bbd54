package sim

import (
	"dvsim/neuron"
)

// whole runs a layer whose touch group is the layer: one that has a dense
// connection. The sums of many steps are formed first, each block of columns for
// itself, so that the weights of the block are used while they are in the cache;
// then the steps are gone through one after another, as each touch depends on
// whether the one before has left a hot neuron.
type whole struct {
	l      *layer
	c      *neuron.Clocked
	s      *neuron.State
	blocks []span
	driven bool
	active bool
	at     int64 // step of the last touch
	crew   *crew

	sums   []float32 // a row of n a visit; all 0 between calls
	rows   int       // capacity of sums in visits
	chunk  []visit   // the visits that are being summed
	reach  []int64   // synaptic events of (block, visit)
	none   []float32 // the sum where nothing arrives
	events int64
	visits int64
}

// sumFloats bounds the sums that are formed ahead: 256 KiB.
const sumFloats = 1 << 16

func newWhole(l *layer, c *neuron.Clocked, blocks []span, crew *crew) *whole {
	w := &whole{l: l, c: c, s: c.NewState(), blocks: blocks, at: -1, crew: crew}
	n := len(w.s.V)
	w.rows = max(1, min(64, sumFloats/n))
	w.sums = make([]float32, w.rows*n)
	w.reach = make([]int64, w.rows*len(blocks))
	w.none = make([]float32, n)
	w.driven = c.Driven(0, n)
	w.active = w.driven || c.Hot(w.s, 0, n)
	return w
}

func (w *whole) next() int64 {
	if w.active {
		return w.at + 1
	}
	return never
}

func (w *whole) steps(_, b int64) {
	for agenda := w.l.agenda; len(agenda) > 0; {
		k := min(len(agenda), w.rows)
		w.chunk, agenda = agenda[:k], agenda[k:]
		w.crew.do(w, len(w.blocks), w.l.fan)
		for i, v := range w.chunk {
			w.idle(v.t)
			if w.reached(i) || w.active {
				w.touch(v.t, w.row(i))
			}
		}
	}
	w.idle(b)
}

// idle goes through the steps before b in which nothing arrives but a neuron is
// hot or driven.
func (w *whole) idle(b int64) {
	for w.active && w.at+1 < b {
		w.touch(w.at+1, w.none)
	}
}

// row is the sums of one visit.
func (w *whole) row(i int) []float32 {
	n := len(w.none)
	return w.sums[i*n : (i+1)*n]
}

// reached adds up the synaptic events of a visit; without any, nothing arrives.
func (w *whole) reached(i int) bool {
	sum := int64(0)
	for b := range w.blocks {
		sum += w.reach[b*w.rows+i]
	}
	w.events += sum
	return sum > 0
}

// piece forms the sums of one block of columns.
func (w *whole) piece(b int) {
	for i, v := range w.chunk {
		sum := int64(0)
		row := w.row(i)
		for k := v.lo; k < v.hi; k++ {
			a := &w.l.arrived[k]
			s, scale := a.spikes()
			sum += a.lane.parts[b].deliver(s, scale, row, nil)
		}
		w.reach[b*w.rows+i] = sum
	}
}

func (w *whole) touch(t int64, sums []float32) {
	d := t - w.at
	if w.driven {
		d = 1
	}
	w.at = t
	w.visits++
	g := &w.l.log
	var hot, moved bool
	g.idx, hot, moved = w.c.Touch(w.s, sums, 0, len(sums), t, d, g.idx)
	if w.c.Inhibits() {
		if j, ok := w.c.Win(w.s); ok {
			g.idx = append(g.idx, j)
			hot = w.c.Hot(w.s, 0, len(sums))
		}
	}
	w.active = hot || w.driven && moved
	g.close(t)
}

func (w *whole) work() (events, updates int64) {
	events, updates = w.events, w.visits*int64(len(w.none))
	w.events, w.visits = 0, 0
	return events, updates
}

func (w *whole) potentials(k int64) []float32 {
	v := make([]float32, len(w.s.V))
	d := k - w.at
	if w.driven {
		d = 0
	}
	w.c.Potentials(v, w.s, 0, len(v), k, d)
	return v
}
