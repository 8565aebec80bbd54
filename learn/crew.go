package learn

import (
	"sync"
	"sync/atomic"
)

// crew shares the pieces of a phase among goroutines that wait between phases.
// Each worker has its own stretch of the pieces, so that it meets the same block
// of weights in every batch and finds it in its cache; when it is done it takes
// from the others'. Pieces own what they write, so results do not depend on who
// does what.
type crew struct {
	workers int
	shares  []share
	wake    []chan struct{}
	done    sync.WaitGroup
	phase   func(worker, piece int)
}

// share is a worker's stretch of the pieces, on a cache line of its own.
type share struct {
	next atomic.Int64
	end  int64
	_    [48]byte
}

// newCrew starts workers − 1 goroutines; close ends them.
func newCrew(workers int) *crew {
	c := &crew{workers: max(workers, 1), shares: make([]share, max(workers, 1))}
	for w := 1; w < c.workers; w++ {
		wake := make(chan struct{})
		c.wake = append(c.wake, wake)
		go func() {
			for range wake {
				c.work(w)
				c.done.Done()
			}
		}()
	}
	return c
}

func (c *crew) close() {
	for _, w := range c.wake {
		close(w)
	}
	c.wake = nil
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
	c.done.Add(len(c.wake))
	for _, w := range c.wake {
		w <- struct{}{}
	}
	c.work(0)
	c.done.Wait()
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
