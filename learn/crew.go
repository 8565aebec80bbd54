package learn

import (
	"runtime"
	"sync/atomic"
)

// crew shares the pieces of a phase among goroutines that wait between phases.
// Each worker has its own stretch of the pieces, so that it meets the same block
// of weights in every batch and finds it in its cache; when it is done it takes
// from the others'. Pieces own what they write, so results do not depend on who
// does what.
//
// A batch has a dozen phases of some hundred microseconds. Who waits looks for
// work for a while before he sleeps: to be woken by the system takes as long as a
// small phase.
type crew struct {
	workers int
	shares  []share
	phase   func(worker, piece int)

	number  atomic.Uint64 // of the phase, from 1
	pending atomic.Int32  // helpers that have not finished it
	ended   atomic.Bool
	helpers []helper
	asleep  atomic.Uint64 // the phase whose end the caller sleeps for, or 0
	done    chan struct{}
}

// share is a worker's stretch of the pieces, on a cache line of its own.
type share struct {
	next atomic.Int64
	end  int64
	_    [48]byte
}

// helper is how a goroutine that waits is woken.
type helper struct {
	asleep atomic.Bool
	wake   chan struct{}
	_      [48]byte
}

// fewLooks is how many looks at a variable come before sleep: some 20 µs. Where there
// are more workers than cores, who waits only keeps others from working.
const fewLooks = 1 << 14

func (c *crew) looks() int {
	if c.workers > runtime.GOMAXPROCS(0) {
		return 1
	}
	return fewLooks
}

// newCrew starts workers − 1 goroutines; close ends them.
func newCrew(workers int) *crew {
	workers = max(workers, 1)
	c := &crew{workers: workers, shares: make([]share, workers), helpers: make([]helper, workers), done: make(chan struct{}, 1)}
	for w := 1; w < workers; w++ {
		c.helpers[w].wake = make(chan struct{}, 1)
		go c.help(w)
	}
	return c
}

func (c *crew) close() {
	c.ended.Store(true)
	c.call()
}

// call tells the helpers that there is a new phase, and wakes those that sleep.
func (c *crew) call() {
	c.number.Add(1)
	for w := 1; w < c.workers; w++ {
		if h := &c.helpers[w]; h.asleep.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
}

// help is the life of a helper.
func (c *crew) help(w int) {
	seen := uint64(0)
	h := &c.helpers[w]
	for {
		c.await(h, seen)
		seen = c.number.Load()
		if c.ended.Load() {
			return
		}
		c.work(w)
		// The caller may be in a later phase by now: only who sleeps for this one is woken.
		if c.pending.Add(-1) == 0 && c.asleep.CompareAndSwap(seen, 0) {
			c.done <- struct{}{}
		}
	}
}

// await returns when there is another phase than the one seen.
func (c *crew) await(h *helper, seen uint64) {
	for c.number.Load() == seen {
		for range c.looks() {
			if c.number.Load() != seen {
				return
			}
		}
		h.asleep.Store(true)
		if c.number.Load() != seen && h.asleep.CompareAndSwap(true, false) {
			return // it came while we lay down, and nobody is about to wake us
		}
		<-h.wake // may be for the phase seen: who calls it may be late
	}
}

// do runs the pieces 0 ≤ i < n of a phase and returns when all are done.
func (c *crew) do(n int, phase func(worker, piece int)) {
	if c.workers == 1 || n == 1 {
		for i := range n {
			phase(0, i)
		}
		return
	}
	c.phase = phase
	for w := range c.shares {
		c.shares[w].next.Store(int64(w * n / c.workers))
		c.shares[w].end = int64((w + 1) * n / c.workers)
	}
	c.pending.Store(int32(c.workers - 1))
	c.call()
	c.work(0)
	for range c.looks() {
		if c.pending.Load() == 0 {
			return
		}
	}
	number := c.number.Load()
	c.asleep.Store(number)
	if c.pending.Load() == 0 && c.asleep.CompareAndSwap(number, 0) {
		return
	}
	<-c.done
}

func (c *crew) work(w int) {
	for k := range c.shares {
		s := &c.shares[(w+k)%c.workers]
		for {
			i := s.next.Add(1) - 1
			if i >= s.end {
				break
			}
			c.phase(w, int(i))
		}
	}
}
