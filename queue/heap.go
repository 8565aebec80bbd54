package queue

// Heap is a priority queue for items due at any time: a 4-ary heap of concrete
// type. A push costs O(log n) comparisons, a pop about three times that. The
// zero value is an empty queue, ready to use.
//
// Four children a node make the heap half as deep as a binary one, and the four
// lie beside each other in memory.
type Heap struct {
	e   []entry
	now int64
	seq uint64
}

// entry is an item with its place in the order of pushes, which makes the order stable.
type entry struct {
	Item
	seq uint64
}

// before is the order of the contract: (T, Key, order of Push).
func (a *entry) before(b *entry) bool {
	if a.T != b.T {
		return a.T < b.T
	}
	if a.Key != b.Key {
		return a.Key < b.Key
	}
	return a.seq < b.seq
}

// Len is the number of items that wait.
func (h *Heap) Len() int { return len(h.e) }

// Reset empties the queue and sets its clock back to 0; it keeps its memory.
func (h *Heap) Reset() {
	h.e, h.now, h.seq = h.e[:0], 0, 0
}

// Peek returns the time of the first item; ok is false when the queue is empty.
func (h *Heap) Peek() (t int64, ok bool) {
	if len(h.e) == 0 {
		return 0, false
	}
	return h.e[0].T, true
}

// Push adds an item. It panics when the item is due before the last one popped.
func (h *Heap) Push(it Item) {
	if it.T < h.now {
		panicPast(it.T, h.now)
	}
	x := entry{it, h.seq}
	h.seq++
	h.e = append(h.e, x)
	e := h.e
	i := len(e) - 1
	for i > 0 {
		p := (i - 1) / 4
		if !x.before(&e[p]) {
			break
		}
		e[i] = e[p]
		i = p
	}
	e[i] = x
}

// Pop removes and returns the first item.
func (h *Heap) Pop() (it Item, ok bool) {
	n := len(h.e) - 1
	if n < 0 {
		return Item{}, false
	}
	it = h.e[0].Item
	h.now = it.T
	x := h.e[n]
	h.e = h.e[:n]
	if n > 0 {
		h.siftDown(x)
	}
	return it, true
}

// siftDown puts x at the free root and lets it sink to its place.
func (h *Heap) siftDown(x entry) {
	e := h.e
	i := 0
	for {
		c := 4*i + 1
		if c >= len(e) {
			break
		}
		least := c
		for k := c + 1; k < min(c+4, len(e)); k++ {
			if e[k].before(&e[least]) {
				least = k
			}
		}
		if !e[least].before(&x) {
			break
		}
		e[i] = e[least]
		i = least
	}
	e[i] = x
}

// PopAll appends all the items due at the earliest time to dst, in order, and removes them.
func (h *Heap) PopAll(dst []Item) []Item {
	if len(h.e) == 0 {
		return dst
	}
	for t := h.e[0].T; len(h.e) > 0 && h.e[0].T == t; {
		it, _ := h.Pop()
		dst = append(dst, it)
	}
	return dst
}

var _ Queue = (*Heap)(nil)
