package sim

import (
	"runtime"
	"sync/atomic"
	"time"
)

// job is work in independent pieces.
type job interface{ piece(i int) }

// crew shares the pieces of a job among goroutines. Which one does what is left to
// chance; the pieces own what they write, so the result is not.
//
// Jobs are short, some 0.1 ms, and follow each other closely: a layer's, the next
// layer's, the next window's. To wake a sleeping thread for each would cost as much
// as the job. So helpers stay for a while and look for the next job, and leave when
// there is none; the caller calls new ones when a job comes, and never waits for a
// helper to come, only for pieces that one has begun.
type crew struct {
	workers int
	worth   float64 // work below this is done by the caller alone
	job     job
	state   atomic.Uint64 // number of the job, its pieces, the next piece to be done
	left    atomic.Int64  // pieces that are not done
	helpers atomic.Int64
	help    func() // made once: a go statement with it allocates nothing
	merger  merger
}

// Fields of crew.state.
const (
	pieceBits = 24
	maxPieces = 1<<pieceBits - 1
)

// idle is how long a helper looks for a job before it leaves; looks is how often the
// caller looks whether the last pieces are done before it sleeps so long.
const (
	idle  = 100 * time.Microsecond
	looks = 1 << 11
)

func newCrew(workers int) *crew {
	c := &crew{workers: workers, worth: worthSharing}
	c.help = c.stay
	return c
}

// worthSharing is the number of synaptic events from which on sharing pays.
const worthSharing = 20_000

// do runs n pieces that are about so much work, in synaptic events.
func (c *crew) do(j job, n int, work float64) {
	if c.workers == 1 || n == 1 || work < c.worth || n > maxPieces/2 {
		for i := range n {
			j.piece(i)
		}
		return
	}
	c.job = j
	c.left.Store(int64(n))
	number := c.state.Load()>>(2*pieceBits) + 1
	c.state.Store(number<<(2*pieceBits) | uint64(n)<<pieceBits)
	for missing := int64(min(c.workers, n)-1) - c.helpers.Load(); missing > 0; missing-- {
		c.helpers.Add(1)
		go c.help()
	}
	c.work()
	for spin := 0; c.left.Load() > 0; spin++ {
		if spin < looks {
			runtime.Gosched()
		} else {
			time.Sleep(idle) // a helper has been put aside by the system
		}
	}
}

// work does pieces of the present job until none is left to begin, and reports
// whether it did any.
func (c *crew) work() (any bool) {
	for {
		s := c.state.Load()
		i, n := s&maxPieces, s>>pieceBits&maxPieces
		if i >= n {
			return any
		}
		if c.state.CompareAndSwap(s, s+1) {
			// The piece is ours, so the job cannot end, and c.job is that of this piece.
			c.job.piece(int(i))
			c.left.Add(-1)
			any = true
		}
	}
}

// stay is the life of a helper.
func (c *crew) stay() {
	defer c.helpers.Add(-1)
	last := time.Now()
	for look := 1; ; look++ {
		if c.work() {
			last = time.Now()
		}
		if look%64 == 0 && time.Since(last) > idle {
			return
		}
		runtime.Gosched()
	}
}
