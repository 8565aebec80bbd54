package filter

import (
	"fmt"
	"math"

	"dvsim/events"
)

// ReorderOptions are the settings of [Reorder].
type ReorderOptions struct {
	// Horizon is how late an event may come, in µs: an event is given out when one
	// has been read that is Horizon younger. At least 0.
	Horizon int64
	// MaxEvents bounds the events held back, and with them the memory (16 to 40 bytes
	// each); 0 is 4 Mi. When they are full the oldest goes out before its time.
	MaxEvents int
	// PassLate gives an event that comes too late out where it stands, and counts
	// it; by default it is an error.
	PassLate bool
}

// Reordered is a stream sorted by [Reorder].
type Reordered struct {
	src events.Reader
	opt ReorderOptions
	buf []events.Event
	in  []events.Event // the unread rest of buf
	err error          // given out after everything held back

	// queue holds the events that came in order, late those that did not. While the
	// stream is in order late is empty and costs nothing.
	queue  ring
	late   stragglers
	newest int64 // largest time filed
	given  int64 // time of the last event given out in order
	passed int64 // events that came too late
}

// Reorder sorts a stream by time, stably: events of one time keep their order.
// Where the disorder exceeds the horizon Read returns an error that says which
// horizon would have done, or passes the event on and counts it.
func Reorder(r events.Reader, opt ReorderOptions) (*Reordered, error) {
	if opt.Horizon < 0 || opt.Horizon > maxWindow {
		return nil, fmt.Errorf("filter: reorder: a horizon of %d µs: want 0 µs to %d µs", opt.Horizon, int64(maxWindow))
	}
	if opt.MaxEvents < 0 {
		return nil, fmt.Errorf("filter: reorder: at most %d events", opt.MaxEvents)
	}
	if opt.MaxEvents == 0 {
		opt.MaxEvents = 4 << 20
	}
	return &Reordered{src: r, opt: opt, buf: make([]events.Event, events.BatchSize), newest: never, given: never}, nil
}

// Header returns the header of the Reader below.
func (r *Reordered) Header() *events.Header { return r.src.Header() }

// Late returns how many events came too late and were passed on all the same.
func (r *Reordered) Late() int64 { return r.passed }

// Read gives the events in order of time.
func (r *Reordered) Read(dst []events.Event) (int, error) {
	n := 0
	for n < len(dst) {
		if k := r.release(dst[n:]); k > 0 {
			n += k
			continue
		}
		if len(r.in) == 0 {
			if r.err != nil {
				return n, r.err
			}
			if n > 0 {
				return n, nil // what there is, before waiting for the source
			}
			var k int
			k, r.err = r.src.Read(r.buf)
			r.in = r.buf[:k]
			continue
		}
		if e := r.in[0]; e.T >= r.given {
			r.file()
		} else if r.opt.PassLate {
			r.in = r.in[1:]
			r.passed++
			dst[n] = e
			n++
		} else {
			r.in, r.err = nil, r.tooLate(e)
		}
	}
	return n, nil
}

// file puts the first unread event among those held back, and those after it that
// are in order while nothing else is due.
func (r *Reordered) file() {
	e := r.in[0]
	if e.T < r.newest {
		r.late.push(e)
		r.in = r.in[1:]
		return
	}
	room := r.opt.MaxEvents - r.queue.n - len(r.late.heap)
	newest, n := r.newest, 0
	for _, e := range r.in {
		if e.T < newest || n > room {
			break
		}
		newest = e.T
		r.queue.push(e)
		n++
	}
	r.newest = newest
	r.in = r.in[n:]
}

// release gives out the events that have waited long enough, oldest first, and
// returns how many. Of events of one time those in the queue came first: a
// straggler is one because a younger event was in the queue before it.
func (r *Reordered) release(dst []events.Event) int {
	limit := r.newest - r.opt.Horizon
	if len(r.in) == 0 && r.err != nil {
		limit = math.MaxInt64 // nothing can come in between
	}
	n := 0
	for n < len(dst) {
		until := limit // the queue may go out up to here
		if len(r.late.heap) > 0 {
			until = min(until, r.late.heap[0].e.T)
		}
		over := r.queue.n + len(r.late.heap) - r.opt.MaxEvents
		switch {
		case r.queue.n > 0 && r.queue.first().T <= until:
			n += r.queue.popUntil(dst[n:], until)
		case len(r.late.heap) > 0 && r.late.heap[0].e.T <= limit:
			dst[n] = r.late.pop()
			n++
		case over > 0:
			dst[n] = r.oldest()
			n++
		default:
			return n
		}
		r.given = dst[n-1].T
	}
	return n
}

// oldest takes the oldest event out, before its time.
func (r *Reordered) oldest() events.Event {
	if len(r.late.heap) == 0 || r.queue.n > 0 && r.queue.first().T <= r.late.heap[0].e.T {
		e := r.queue.first()
		r.queue.pop()
		return e
	}
	return r.late.pop()
}

func (r *Reordered) tooLate(e events.Event) error {
	if late := r.newest - e.T; late > r.opt.Horizon {
		return fmt.Errorf("filter: reorder: the event at %d µs comes %d µs late: that needs a horizon of %d µs, not %d µs", e.T, late, late, r.opt.Horizon)
	}
	return fmt.Errorf("filter: reorder: the event at %d µs comes too late: a horizon of %d µs holds more than %d events", e.T, r.opt.Horizon, r.opt.MaxEvents)
}
