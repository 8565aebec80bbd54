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
	few    bool      // spikes in the chunk: it is summed in one block of all columns
	cuts   int       // blocks of the chunk
	slices int       // the visits of the chunk are cut into so many pieces
	reach  []int64   // synaptic events of (visit, block)
	auto   *chooser  // nil where there is no choice
	none   []float32 // the sum where nothing arrives
	events int64
	visits int64
}

// fewSpikes is the number of spikes a visit below which a call of a kernel for each
// block costs more than it saves.
const fewSpikes = 24

// sumFloats bounds the sums that are formed ahead: 1 MiB. Long chunks use each
// block's weights often; the sums themselves are read and written only once.
const sumFloats = 1 << 18

func newWhole(l *layer, c *neuron.Clocked, blocks []span, crew *crew) *whole {
	w := &whole{l: l, c: c, s: c.NewState(), blocks: blocks, at: -1, crew: crew}
	n := len(w.s.V)
	w.stride = (n + 15) &^ 15 // a cache line
	w.rows = max(1, sumFloats/w.stride)
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
		w.few = len(w.blocks) > 1 && w.spikes() < fewSpikes*k
		if w.auto != nil && w.auto.decide(w) {
			w.few = false
		}
		w.cut()
		w.reach = slices.Grow(w.reach[:0], k*w.cuts)[:k*w.cuts]
		w.crew.do(w, w.cuts*w.slices, w.l.fan)
		for i, v := range w.chunk {
			w.idle(v.t)
			if w.reached(i) || w.active {
				w.touch(v.t, w.row(i))
			}
		}
	}
	w.idle(b)
}

// spikes is how many arrive in the chunk.
func (w *whole) spikes() int {
	sum := 0
	for _, a := range w.l.arrived[w.chunk[0].lo:w.chunk[len(w.chunk)-1].hi] {
		sum += len(a.spikes().idx)
	}
	return sum
}

// cut cuts the work of the chunk: by blocks of columns, and where these are fewer
// than there is use for, by visits.
func (w *whole) cut() {
	w.cuts, w.slices = len(w.blocks), 1
	if w.few {
		w.cuts = 1
	}
	if workers := w.crew.workers; workers > 1 && w.cuts < 2*workers && w.l.columns() {
		w.slices = (4*workers + w.cuts - 1) / w.cuts
	}
}

// parts are those of a lane for the blocks of the chunk.
func (w *whole) parts(ln *lane) []part {
	if w.few {
		return ln.full
	}
	return ln.parts
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
	for _, n := range w.reach[i*w.cuts : (i+1)*w.cuts] {
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
			w.reach[i*w.cuts+b] = 0
		}
		w.auto.add(w, b, lo, hi)
		return
	}
	for i := lo; i < hi; i++ {
		sum := int64(0)
		row := w.row(i)
		for k := w.chunk[i].lo; k < w.chunk[i].hi; k++ {
			a := &w.l.arrived[k]
			sum += w.parts(a.lane)[b].deliver(a.spikes(), row, nil)
		}
		w.reach[i*w.cuts+b] = sum
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
