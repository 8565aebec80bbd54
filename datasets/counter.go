package datasets

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// chunk is how many entries are allocated at once, for many samples.
const chunk = 1 << 18

// maxCount bounds how often one input may spike in one step, as in package sim.
const maxCount = math.MaxUint16

// counter turns the events of one recording after the other into entries, step by step. It
// keeps to the rules of package sim: the first event is time 0, an event older
// than the step under way counts in that step.
//
// The sources of a step are a set of bits, filled in any order and emptied in
// ascending order. Where there are many words, a summary has a bit for each that is not empty:
// neither few spikes on a large sensor nor many on a small one cost a sort.
type counter struct {
	words, summary []uint64
	few            bool     // words: the summary is not kept
	count          []uint16 // nil where an input spikes at most once a step
	lookup

	dt    int64
	limit int64 // steps; 0: none

	started bool
	t0      int64
	step    int64 // under way
	lo, hi  int64 // µs since t0 that belong to it
	taken   int   // events of the step
	entries []uint32
	ends    []uint32
	facts   facts
}

// start makes a counter for so many sources.
func (c *counter) start(sources int, binary bool) {
	w := (sources + 63) / 64
	c.words, c.summary, c.few = make([]uint64, w), make([]uint64, (w+63)/64), w <= 64
	if !binary {
		c.count = make([]uint16, sources)
	}
}

// lookup is how events become sources.
type lookup struct {
	enc *network.Encoder
	// row, col and on are enc in tables, where it takes every polarity: the source of
	// an event is row[y] + col[x], and on more for an ON event. row is nil where not.
	row, col []uint32
	on       uint32
}

func newLookup(in *network.Input) lookup {
	l := lookup{enc: in.Encoder()}
	if in.Polarity == network.OnOnly || in.Polarity == network.OffOnly {
		return l
	}
	source := func(x, y int, p events.Polarity) uint32 {
		j, _ := l.enc.Index(&events.Event{X: uint16(x), Y: uint16(y), P: p})
		return j
	}
	g := in.Geometry()
	l.row, l.col = make([]uint32, g.Height), make([]uint32, g.Width)
	for y := range l.row {
		l.row[y] = source(0, y, events.Off)
	}
	for x := range l.col {
		l.col[x] = source(x, 0, events.Off)
	}
	l.on = source(0, 0, events.On)
	return l
}

// begin begins a recording, with memory for its ends.
func (c *counter) begin(ends []uint32, steps int) {
	if cap(c.entries) < chunk/64 {
		c.entries = make([]uint32, 0, chunk)
	}
	c.ends, c.limit = ends, int64(steps)
	c.started, c.step, c.taken, c.lo, c.facts = false, 0, 0, 0, facts{}
}

// feed counts events. The error says that a sample cannot hold so much.
func (c *counter) feed(ev []events.Event) error {
	if len(ev) == 0 {
		return nil
	}
	if !c.started {
		c.started, c.t0, c.hi = true, ev[0].T, c.dt
	}
	c.facts.events += int64(len(ev))
	for len(ev) > 0 {
		if c.row != nil {
			if ev = ev[c.plain(ev):]; len(ev) == 0 {
				break
			}
		}
		if err := c.one(&ev[0]); err != nil {
			return err
		}
		ev = ev[1:]
	}
	return nil
}

// plain counts events as long as they are of the step under way and on the
// sensor, and returns how many.
func (c *counter) plain(ev []events.Event) (n int) {
	if c.limit > 0 && c.step >= c.limit {
		return 0
	}
	words, summary, count, few := c.words, c.summary, c.count, c.few
	row, col, on := c.row, c.col, c.on
	from, width := c.t0+c.lo, uint64(c.hi-c.lo)
	for n = range ev {
		e := &ev[n]
		if uint64(e.T-from) >= width || int(e.X) >= len(col) || int(e.Y) >= len(row) || e.P > events.On {
			c.taken += n
			return n
		}
		j := row[e.Y] + col[e.X] + on&-uint32(e.P&1)
		words[j>>6] |= 1 << (j & 63)
		if !few {
			summary[j>>12] |= 1 << (j >> 6 & 63)
		}
		if count != nil {
			k := count[j]
			if k == maxCount {
				c.taken += n
				return n
			}
			count[j] = k + 1
		}
	}
	c.taken += len(ev)
	return len(ev)
}

// one counts one event of any kind. The error is that of advance.
func (c *counter) one(e *events.Event) error {
	t := e.T - c.t0
	if t >= c.hi {
		if err := c.advance(t); err != nil {
			return err
		}
	}
	j, why := c.enc.Index(e)
	switch {
	case why == network.Outside:
		c.facts.outside++
		return nil
	case why == network.Ignored:
		c.facts.ignored++
		return nil
	}
	if t < c.lo {
		c.facts.late++
	}
	if c.limit > 0 && c.step >= c.limit {
		c.facts.cut++
		return nil
	}
	c.words[j>>6] |= 1 << (j & 63)
	if !c.few {
		c.summary[j>>12] |= 1 << (j >> 6 & 63)
	}
	if c.count != nil {
		if n := c.count[j]; n == maxCount {
			c.facts.clipped++
			return nil
		}
		c.count[j]++
	}
	c.taken++
	return nil
}

// advance closes the step under way and goes on to that of time t. The error says
// that a sample cannot hold so much.
func (c *counter) advance(t int64) error {
	next := t / c.dt
	if c.limit == 0 && next >= longest {
		return fmt.Errorf("it lasts %s steps of %s µs; %s can be encoded: give the number of steps, or make a step longer", events.Thousands(next+1), events.Thousands(c.dt), events.Thousands(longest))
	}
	c.close(next)
	if int64(len(c.entries)) > math.MaxUint32 {
		return errors.New("too many spikes for a sample")
	}
	c.step, c.lo = next, t-t%c.dt
	if c.hi = c.lo + c.dt; c.hi < c.lo {
		c.hi = math.MaxInt64
	}
	return nil
}

// close empties the set into entries and notes the ends of all steps before next.
func (c *counter) close(next int64) {
	if c.taken > 0 {
		c.drain()
	}
	n := uint32(len(c.entries))
	if c.limit > 0 {
		next = min(next, c.limit)
	}
	for int64(len(c.ends)) < next {
		c.ends = append(c.ends, n)
	}
}

// drain appends the entries of the step under way.
func (c *counter) drain() {
	if c.few {
		c.summary[0] = ^uint64(0) >> (64 - len(c.words))
	}
	at := len(c.entries)
	dst, words, count := slices.Grow(c.entries, c.taken)[:at+c.taken], c.words, c.count
	for s, some := range c.summary {
		c.summary[s] = 0
		for ; some != 0; some &= some - 1 {
			w := s<<6 | bits.TrailingZeros64(some)
			x := words[w]
			words[w] = 0
			for ; x != 0; x &= x - 1 {
				j := w<<6 | bits.TrailingZeros64(x)
				n := 1
				if count != nil {
					n = int(count[j])
					count[j] = 0
				}
				if n > math.MaxUint8 {
					at = len(trace.AppendPacked(dst[:at], uint32(j), n))
					continue
				}
				dst[at] = trace.Pack(uint32(j), uint8(n))
				at++
			}
		}
	}
	if count == nil {
		c.taken = at - len(c.entries) // an input spikes once, however many events it had
	}
	c.facts.spikes += int64(c.taken)
	c.entries, c.taken = dst[:at], 0
}

// end closes the recording and hands out its entries and the ends of its steps.
func (c *counter) end() (entries, ends []uint32) {
	last := c.step + 1
	if c.limit > 0 {
		last = c.limit
	}
	if !c.started {
		last = c.limit
	}
	c.close(last)
	n := len(c.entries)
	entries = c.entries[:n:n]
	c.entries = c.entries[n:]
	return entries, c.ends
}
