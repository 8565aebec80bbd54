package queue

import "math/bits"

// Limits of the horizon of a Wheel, in ticks.
const (
	// DefaultHorizon covers delays up to 16 ms in µs.
	DefaultHorizon = 1 << 14
	minHorizon     = 1 << 6
	maxHorizon     = 1 << 20
)

// Wheel is a priority queue for items that are due soon: a ring of buckets of
// one tick each, with a bitmap of those that are occupied. Push and pop cost
// O(1) as long as items are due less than [Wheel.Horizon] ticks after the last
// pop; others wait in a [Heap] and are as right, but slower.
//
// Items that are pushed for the present time while those of the present time
// are being popped are merged into them; that costs one memory move of what is
// left of the present.
type Wheel struct {
	mask int64
	now  int64 // time of the last pop
	n    int   // all items: due + ring + over

	// due[head:] are the items of time now. due[head:sorted] is in order, the rest
	// are pushes for the present that came too late for it.
	due    []Item
	head   int
	sorted int

	ring    []bucket // the items of now < T < now + len(ring)
	inRing  int
	occ     []uint64 // bit b of occ: ring[b] has items
	summary []uint64 // bit w of summary: occ[w] != 0
	pool    []block  // storage of the ring; pool[0] is unused, so that 0 means none
	free    int32    // chain of free blocks

	over Heap // the items that were beyond the horizon when they were pushed
	sort sorter
}

// bucket is a FIFO of blocks.
type bucket struct{ first, last int32 }

// block holds a few items of one bucket: 128 bytes, two cache lines.
type block struct {
	items [blockItems]Item
	n     int32
	next  int32
}

const blockItems = 5

// NewWheel returns a queue whose ring spans horizon ticks, rounded up to a power
// of two within 64 .. 2^20; 0 is DefaultHorizon. The ring takes 8 bytes a tick.
func NewWheel(horizon int64) *Wheel {
	if horizon < 0 {
		panic("queue: negative horizon")
	}
	if horizon == 0 {
		horizon = DefaultHorizon
	}
	horizon = min(max(horizon, minHorizon), maxHorizon)
	size := int64(1) << bits.Len64(uint64(horizon-1))
	words := size / 64
	return &Wheel{
		mask:    size - 1,
		ring:    make([]bucket, size),
		occ:     make([]uint64, words),
		summary: make([]uint64, (words+63)/64),
		pool:    make([]block, 1),
	}
}

// Horizon is the number of ticks that the ring spans.
func (w *Wheel) Horizon() int64 { return w.mask + 1 }

// Len is the number of items that wait.
func (w *Wheel) Len() int { return w.n }

// Reset empties the queue and sets its clock back to 0; it keeps its memory.
func (w *Wheel) Reset() {
	clear(w.ring)
	clear(w.occ)
	clear(w.summary)
	w.pool, w.free, w.inRing = w.pool[:1], 0, 0
	w.due, w.head, w.sorted = w.due[:0], 0, 0
	w.over.Reset()
	w.now, w.n = 0, 0
}

// Push adds an item. It panics when the item is due before the last one popped.
func (w *Wheel) Push(it Item) {
	d := it.T - w.now
	switch {
	case it.T < w.now:
		panicPast(it.T, w.now)
	case d == 0:
		w.due = append(w.due, it)
	case d <= w.mask:
		w.pushRing(it)
	default:
		w.over.Push(it)
	}
	w.n++
}

func (w *Wheel) pushRing(it Item) {
	w.inRing++
	i := it.T & w.mask
	b := &w.ring[i]
	if b.last != 0 {
		if p := &w.pool[b.last]; p.n < blockItems {
			p.items[p.n] = it
			p.n++
			return
		}
	}
	k := w.newBlock()
	p := &w.pool[k]
	p.items[0], p.n, p.next = it, 1, 0
	if b.last != 0 {
		w.pool[b.last].next = k
		b.last = k
		return
	}
	b.first, b.last = k, k
	w.occ[i>>6] |= 1 << (i & 63)
	w.summary[i>>12] |= 1 << (i >> 6 & 63)
}

// newBlock takes a block from the free chain, or makes one.
func (w *Wheel) newBlock() int32 {
	if k := w.free; k != 0 {
		w.free = w.pool[k].next
		return k
	}
	w.pool = append(w.pool, block{})
	return int32(len(w.pool) - 1)
}

// Peek returns the time of the first item; ok is false when the queue is empty.
func (w *Wheel) Peek() (t int64, ok bool) {
	switch {
	case w.head < len(w.due):
		return w.now, true
	case w.n == 0:
		return 0, false
	}
	return w.next(), true
}

// Pop removes and returns the first item.
func (w *Wheel) Pop() (it Item, ok bool) {
	if w.head == len(w.due) {
		if w.n == 0 {
			return Item{}, false
		}
		t := w.next()
		if it, ok := w.takeOnly(t); ok {
			return it, true
		}
		w.due, w.head = w.take(w.due[:0], t), 0
		w.sorted = len(w.due)
	} else if w.sorted < len(w.due) {
		w.order()
	}
	it = w.due[w.head]
	w.head++
	w.n--
	if w.head == len(w.due) {
		w.due, w.head, w.sorted = w.due[:0], 0, 0
	}
	return it, true
}

// PopAll appends all the items due at the earliest time to dst, in order, and removes them.
func (w *Wheel) PopAll(dst []Item) []Item {
	had := len(dst)
	switch {
	case w.n == 0:
		return dst
	case w.head == len(w.due):
		dst = w.take(dst, w.next())
	default:
		if w.sorted < len(w.due) {
			w.order()
		}
		dst = append(dst, w.due[w.head:]...)
		w.due, w.head, w.sorted = w.due[:0], 0, 0
	}
	w.n -= len(dst) - had
	return dst
}

// next returns the time of the first item of ring and over, of which at least one has items.
func (w *Wheel) next() int64 {
	t, ok := w.over.Peek()
	if w.inRing == 0 {
		return t
	}
	if r := w.nextInRing(); !ok || r < t {
		return r
	}
	return t
}

// nextInRing returns the time of the first item of the ring, which is not empty.
func (w *Wheel) nextInRing() int64 {
	from := (w.now + 1) & w.mask
	// The rest of the word that holds the first tick after now.
	wi := from >> 6
	if x := w.occ[wi] >> (from & 63); x != 0 {
		return w.now + 1 + int64(bits.TrailingZeros64(x))
	}
	// The next word with a bit, by the summary; once around at most.
	wi++
	si := wi >> 6
	if si == int64(len(w.summary)) {
		wi, si = 0, 0
	}
	x := w.summary[si] >> (wi & 63) << (wi & 63)
	for x == 0 {
		si++
		if si == int64(len(w.summary)) {
			si = 0
		}
		x = w.summary[si]
	}
	wi = si<<6 + int64(bits.TrailingZeros64(x))
	i := wi<<6 + int64(bits.TrailingZeros64(w.occ[wi]))
	return w.now + 1 + (i-from)&w.mask
}

// takeOnly takes the item of time t if it is the only one of its time and waits in
// the ring: no detour through due.
func (w *Wheel) takeOnly(t int64) (it Item, ok bool) {
	i := t & w.mask
	k := w.ring[i].first
	if k == 0 {
		return it, false
	}
	p := &w.pool[k]
	if p.n != 1 || len(w.over.e) > 0 && w.over.e[0].T == t {
		return it, false
	}
	it = p.items[0]
	p.next, w.free = w.free, k
	w.vacate(i)
	w.now = t
	w.inRing--
	w.n--
	return it, true
}

// vacate marks bucket i as empty.
func (w *Wheel) vacate(i int64) {
	w.ring[i] = bucket{}
	if w.occ[i>>6] &^= 1 << (i & 63); w.occ[i>>6] == 0 {
		w.summary[i>>12] &^= 1 << (i >> 6 & 63)
	}
}

// take moves the clock to t, the first item's time, and appends that time's items to
// dst, in order. What waited beyond the horizon was pushed before everything in
// the ring that is due at the same time: the horizon only moves forward.
func (w *Wheel) take(dst []Item, t int64) []Item {
	had := len(dst)
	if o, ok := w.over.Peek(); ok && o == t {
		dst = w.over.PopAll(dst)
	}
	far := len(dst)
	w.now = t
	i := t & w.mask
	b := w.ring[i]
	if b.first == 0 {
		return dst
	}
	for k := b.first; ; {
		p := &w.pool[k]
		dst = append(dst, p.items[:p.n]...)
		if k == b.last {
			p.next = w.free
			break
		}
		k = p.next
	}
	w.free = b.first
	w.vacate(i)
	w.inRing -= len(dst) - far
	w.sort.byKey(dst[had:])
	return dst
}

// order merges the late pushes for the present into what is left of it.
func (w *Wheel) order() {
	const few = 8
	left := w.due[w.head:]
	if late := len(w.due) - w.sorted; late <= few {
		insertByKey(left, w.sorted-w.head)
	} else {
		w.sort.byKey(left)
	}
	w.sorted = len(w.due)
}

var _ Queue = (*Wheel)(nil)
