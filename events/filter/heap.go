package filter

import "dvsim/events"

// ring is a first-in, first-out queue that grows.
type ring struct {
	buf  []events.Event // its length is a power of two
	head int
	n    int
}

// first returns the oldest event; the ring must not be empty.
func (r *ring) first() events.Event { return r.buf[r.head] }

func (r *ring) push(e events.Event) {
	if r.n == len(r.buf) {
		grown := make([]events.Event, max(1024, 2*len(r.buf)))
		k := copy(grown, r.buf[r.head:])
		copy(grown[k:], r.buf[:r.head])
		r.buf, r.head = grown, 0
	}
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = e
	r.n++
}

// pop removes the oldest event; the ring must not be empty.
func (r *ring) pop() {
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
}

// popUntil moves the oldest events, up to time until, to dst and returns how many.
func (r *ring) popUntil(dst []events.Event, until int64) int {
	run := r.buf[r.head:min(r.head+r.n, len(r.buf))]
	run = run[:min(len(run), len(dst))]
	n := 0
	for n < len(run) && run[n].T <= until {
		dst[n] = run[n]
		n++
	}
	r.head = (r.head + n) & (len(r.buf) - 1)
	r.n -= n
	return n
}

// stragglers is a binary heap of events by (T, arrival).
type stragglers struct {
	heap    []straggler
	arrived uint64
}

type straggler struct {
	e  events.Event
	at uint64 // order of arrival, to keep equal times in order
}

func (a straggler) before(b straggler) bool {
	return a.e.T < b.e.T || a.e.T == b.e.T && a.at < b.at
}

func (s *stragglers) push(e events.Event) {
	s.heap = append(s.heap, straggler{e, s.arrived})
	s.arrived++
	h := s.heap
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// pop removes the oldest and returns it; the heap must not be empty.
func (s *stragglers) pop() events.Event {
	oldest := s.heap[0].e
	last := len(s.heap) - 1
	s.heap[0] = s.heap[last]
	s.heap = s.heap[:last]
	h := s.heap
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h) {
			return oldest
		}
		if c+1 < len(h) && h[c+1].before(h[c]) {
			c++
		}
		if !h[c].before(h[i]) {
			return oldest
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}
