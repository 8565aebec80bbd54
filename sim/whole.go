package sim

import (
	"slices"

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

	sums   []float32 // a row of neurons a visit; all 0 between calls
	stride int       // of a row: the neurons, and up to 15 more
	rows   int       // visits that sums may hold
	chunk  []visit   // the visits that are being summed
	slices int       // the visits of a chunk are cut into so many pieces
	reach  []int64   // synaptic events of (visit, block)
	auto   *chooser  // nil where there is no choice
	none   []float32 // the sum where nothing arrives
	events int64
	visits int64
}

// sumFloats bounds the sums that are formed ahead: 1 MiB. Long chunks use each
// block's weights often; the sums themselves are read and written only once.
const sumFloats = 1 << 18

func newWhole(l *layer, c *neuron.Clocked, blocks []span, crew *crew) *whole {
	w := &whole{l: l, c: c, s: c.NewState(), blocks: blocks, at: -1, crew: crew}
	n := len(w.s.V)
	w.stride = (n + 15) &^ 15 // a cache line
	w.rows = max(1, sumFloats/w.stride)
	w.slices = 1
	if crew.workers > 1 && len(blocks) < 2*crew.workers && l.columns() {
		w.slices = (4*crew.workers + len(blocks) - 1) / len(blocks)
	}
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
		if len(w.sums) < k*w.stride {
			w.sums = make([]float32, k*w.stride)
		}
		w.reach = slices.Grow(w.reach[:0], k*len(w.blocks))[:k*len(w.blocks)]
		if w.auto != nil {
			w.auto.decide(w)
		}
		w.crew.do(w, len(w.blocks)*w.slices, w.l.fan)
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
func (w *whole) row(i int) []float32 { return w.sums[i*w.stride:][:len(w.none)] }

// reached adds up the synaptic events of a visit; without any, nothing arrives.
func (w *whole) reached(i int) bool {
	sum := int64(0)
	for _, n := range w.reach[i*len(w.blocks) : (i+1)*len(w.blocks)] {
		sum += n
	}
	w.events += sum
	return sum > 0
}

// piece forms the sums of one block of columns, in one slice of the visits.
func (w *whole) piece(p int) {
	b, slice := p/w.slices, p%w.slices
	lo, hi := slice*len(w.chunk)/w.slices, (slice+1)*len(w.chunk)/w.slices
	if w.auto != nil {
		for i := lo; i < hi; i++ {
			w.reach[i*len(w.blocks)+b] = 0
		}
		w.auto.add(w, b, lo, hi)
		return
	}
	for i := lo; i < hi; i++ {
		sum := int64(0)
		row := w.row(i)
		for k := w.chunk[i].lo; k < w.chunk[i].hi; k++ {
			a := &w.l.arrived[k]
			sum += a.lane.parts[b].deliver(a.spikes(), row, nil)
		}
		w.reach[i*len(w.blocks)+b] = sum
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
