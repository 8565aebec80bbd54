package sim

import (
	"math/bits"
	"slices"

	"dvsim/internal/kernel"
	"dvsim/neuron"
)

// groups runs a layer whose touch groups are sites or single neurons. Each block
// of groups is walked through the steps on its own: only groups that are touched
// are looked at.
type groups struct {
	l      *layer
	c      *neuron.Clocked
	s      *neuron.State
	acc    []float32
	last   []int64 // of each group: step of its last touch
	unit   int
	blocks []*block
	crew   *crew
	end    int64 // of the steps under way
}

// block is a range of groups and everything about them that changes.
type block struct {
	span
	marks  bitset // groups that are touched in the step under way
	active bitset // groups that must be touched in step at+1
	driven []bool // groups with a constant input; nil where there are none
	at     int64  // last step in which the block was walked through
	batch  neuron.Batch
	base   []uint32
	words  []uint64
	log    *spikeLog
	own    spikeLog

	events, updates int64
}

func (b *block) spikeLog() *spikeLog { return &b.own }

func newGroups(l *layer, c *neuron.Clocked, blocks []span, crew *crew) *groups {
	r := &groups{l: l, c: c, s: c.NewState(), unit: blocks[0].unit, crew: crew}
	r.acc = make([]float32, len(r.s.V))
	r.last = make([]int64, len(r.s.V)/r.unit)
	for i := range r.last {
		r.last[i] = -1
	}
	driven := c.Driven(0, len(r.s.V))
	for _, sp := range blocks {
		n := sp.hi - sp.lo
		b := &block{span: sp, marks: newBitset(n), active: newBitset(n), at: -1, log: &l.log}
		if len(blocks) > 1 {
			b.log = &b.own
			b.own.sited = l.log.sited
		}
		if driven {
			b.driven = make([]bool, n)
		}
		for g := range n {
			lo := (sp.lo + g) * r.unit
			d := driven && c.Driven(lo, lo+r.unit)
			if d {
				b.driven[g] = true
			}
			if d || c.Hot(r.s, lo, lo+r.unit) {
				b.active.mark(g)
			}
		}
		r.blocks = append(r.blocks, b)
	}
	return r
}

func (r *groups) next() int64 {
	t := int64(never)
	for _, b := range r.blocks {
		if !b.active.empty() {
			t = min(t, b.at+1)
		}
	}
	return t
}

func (r *groups) steps(a, b int64) {
	r.end = b
	work := r.l.fan
	if r.next() < b { // hot and driven groups: nobody knows how many
		work += float64(b-a) * float64(len(r.acc)) / 8
	}
	r.crew.do(r, len(r.blocks), work)
	mergeBlocks(&r.l.log, r.blocks, r.crew)
}

// piece walks one block through its steps.
func (r *groups) piece(i int) {
	b := r.blocks[i]
	agenda := r.l.agenda
	for {
		t, arrives := r.end, false
		if len(agenda) > 0 {
			t, arrives = agenda[0].t, true
		}
		if !b.active.empty() && b.at+1 <= t {
			arrives = arrives && b.at+1 == t
			t = b.at + 1
		}
		if t >= r.end {
			return
		}
		b.marks, b.active = b.active, b.marks
		if arrives {
			for k := agenda[0].lo; k < agenda[0].hi; k++ {
				a := &r.l.arrived[k]
				b.events += a.lane.parts[i].deliver(a.spikes(), r.acc, &b.marks)
			}
			agenda = agenda[1:]
		}
		b.at = t
		r.touch(b, t)
		b.log.close(t)
	}
}

// touch brings the marked groups of a block up to date.
func (r *groups) touch(b *block, t int64) {
	if r.c.Batches() {
		r.touchBatch(b, t)
		return
	}
	out := b.log.idx
	for w := b.marks.take(0); w >= 0; w = b.marks.take(w + 1) {
		x := b.marks.words[w]
		b.marks.words[w] = 0
		b.updates += int64(bits.OnesCount64(x) * r.unit)
		for ; x != 0; x &= x - 1 {
			g := w<<6 + bits.TrailingZeros64(x)
			lo := (b.lo + g) * r.unit
			var hot, moved bool
			out, hot, moved = r.c.Touch(r.s, r.acc, lo, lo+r.unit, t, r.since(b, g, t), out)
			if hot || moved && b.drives(g) {
				b.active.mark(g)
			}
		}
	}
	if r.c.Inhibits() {
		out = r.win(b, out)
	}
	b.log.idx = out
}

// since is how many steps before t group g of a block was touched last; t becomes
// the step of its last touch. A driven group is touched in every step.
func (r *groups) since(b *block, g int, t int64) int64 {
	last := &r.last[b.lo+g]
	d := t - *last
	*last = t
	if b.drives(g) {
		return 1
	}
	return d
}

func (b *block) drives(g int) bool { return b.driven != nil && b.driven[g] }

// touchBatch is touch where one call does for all marked groups.
func (r *groups) touchBatch(b *block, t int64) {
	m := &b.batch
	b.base, b.words = b.marks.takeWords(uint32(b.lo), b.base[:0], b.words[:0])
	m.Group = appendIndices(m.Group[:0], b.base, b.words, 64)
	m.Since = slices.Grow(m.Since[:0], len(m.Group))[:len(m.Group)]
	if b.driven == nil {
		for k, g := range m.Group {
			last := &r.last[g]
			m.Since[k] = t - *last
			*last = t
		}
	} else {
		for k, g := range m.Group {
			m.Since[k] = r.since(b, int(g)-b.lo, t)
		}
	}
	b.updates += int64(len(m.Group) * r.unit)
	r.c.TouchBatch(r.s, r.acc, r.unit, t, m)
	if r.unit <= 64 && len(m.Moved) == 0 {
		r.settle(b)
	} else {
		r.settleAny(b)
	}
	b.log.idx = appendIndices(b.log.idx, b.base, m.Spikes, min(r.unit, 64))
}

// settle notes what a batch of small groups has come to: where the indices of each
// group's spikes begin, the runs of spikes, and who is hot. There is no branch on
// who has spiked, as nobody can predict that.
func (r *groups) settle(b *block) {
	m := &b.batch
	n := len(m.Group)
	b.base = slices.Grow(b.base[:0], n)[:n]
	if n == 0 {
		return
	}
	at := len(b.log.runs)
	b.log.runs = slices.Grow(b.log.runs, n+1)
	runs, filled := b.log.runs[at:at+n+1], 0
	word, hot, again := (int(m.Group[0])-b.lo)>>6, uint64(0), uint64(0)
	if r.c.Again() {
		again = ^again
	}
	spikes, base := m.Spikes[:n], b.base[:n]
	for k, g := range m.Group {
		x := spikes[k]
		base[k] = g * uint32(r.unit)
		runs[filled] = run{g, uint32(bits.OnesCount64(x)), x}
		some := (x | -x) >> 63
		filled += int(some)
		i := int(g) - b.lo
		if i>>6 != word {
			b.active.markWord(word<<6, hot&again)
			word, hot = i>>6, 0
		}
		hot |= some << (i & 63)
	}
	b.active.markWord(word<<6, hot&again)
	if b.log.sited == uint32(r.unit) {
		b.log.runs = b.log.runs[:at+filled]
	}
}

// settleAny is settle for groups of any size, driven or not; the runs are left to
// the log.
func (r *groups) settleAny(b *block) {
	m, words := &b.batch, (r.unit+63)/64
	b.base = b.base[:0]
	for k, g := range m.Group {
		spiked := uint64(0)
		for w, x := range m.Spikes[k*words : (k+1)*words] {
			spiked |= x
			b.base = append(b.base, g*uint32(r.unit)+uint32(64*w))
		}
		if i := int(g) - b.lo; spiked != 0 && r.c.Again() || len(m.Moved) > 0 && m.Moved[k] && b.drives(i) {
			b.active.mark(i)
		}
	}
}

// appendIndices appends base + i for every bit i of every mask.
func appendIndices(dst, base []uint32, masks []uint64, width int) []uint32 {
	at, room := len(dst), len(masks)*width+kernel.IndicesRoom
	dst = slices.Grow(dst, room)[:at+room]
	return dst[:at+kernel.Indices(dst[at:], base, masks, width)]
}

// win lets the winner of a layer with inhibition spike.
func (r *groups) win(b *block, out []uint32) []uint32 {
	j, ok := r.c.Win(r.s)
	if !ok {
		return out
	}
	g := int(j)/r.unit - b.lo
	if lo := int(j) / r.unit * r.unit; !r.c.Hot(r.s, lo, lo+r.unit) && (b.driven == nil || !b.driven[g]) {
		b.active.unmark(g)
	}
	return append(out, j)
}

func (r *groups) work() (events, updates int64) {
	for _, b := range r.blocks {
		events += b.events
		updates += b.updates
		b.events, b.updates = 0, 0
	}
	return events, updates
}

func (r *groups) potentials(k int64) []float32 {
	v := make([]float32, len(r.s.V))
	for g, last := range r.last {
		lo := g * r.unit
		d := k - last
		if r.c.Driven(lo, lo+r.unit) {
			d = 0 // a driven group is as if touched in every step
		}
		r.c.Potentials(v[lo:], r.s, lo, lo+r.unit, k, d)
	}
	return v
}
