package sim

import (
	"sync"
	"sync/atomic"
)

// job is work in independent pieces.
type job interface{ piece(i int) }

// crew shares the pieces of a job among goroutines. Which one does what is left
// to chance; the pieces own what they write, so the result is not.
type crew struct {
	workers int
	worth   float64 // work below this is done by the caller alone
	next    atomic.Int64
	n       int64
	job     job
	wait    sync.WaitGroup
	start   func() // made once: a go statement with it allocates nothing
}

func newCrew(workers int) *crew {
	c := &crew{workers: workers, worth: worthSharing}
	c.start = func() {
		c.drain()
		c.wait.Done()
	}
	return c
}

// worthSharing is the number of synaptic events from which on waking other
// goroutines pays.
const worthSharing = 50_000

// do runs n pieces that are about so much work, in synaptic events.
func (c *crew) do(j job, n int, work float64) {
	if c.workers == 1 || n == 1 || work < c.worth {
		for i := range n {
			j.piece(i)
		}
		return
	}
	c.job, c.n = j, int64(n)
	c.next.Store(0)
	helpers := min(c.workers, n) - 1
	c.wait.Add(helpers)
	for range helpers {
		go c.start()
	}
	c.drain()
	c.wait.Wait()
}

func (c *crew) drain() {
	for {
		i := c.next.Add(1) - 1
		if i >= c.n {
			return
		}
		c.job.piece(int(i))
	}
}
