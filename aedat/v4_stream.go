package aedat

import (
	"dvsim/events"
)

// v4Stream is what the decoder knows of one stream. Workers read the first
// part only; the second belongs to the caller's goroutine.
type v4Stream struct {
	events.Stream
	src    uint8           // Event.Src: the number of the stream among those of events
	bounds events.Geometry // what OutOfBounds counts against
	stated bool            // bounds are what the file states, so an event outside is a sign of damage

	records, packets int64
	first, last      int64
	oversize         bool // the first packet had many events outside: the stated size is wrong
	clock            v4Clock
}

// kind is KindOther for a nil stream, one that the header does not declare.
func (s *v4Stream) kind() events.Kind {
	if s == nil {
		return events.KindOther
	}
	return s.Kind
}

func v4Streams(h *events.Header, opt *events.Options) []*v4Stream {
	var out []*v4Stream
	src := uint8(0)
	for _, s := range h.Streams {
		st := &v4Stream{Stream: s, bounds: s.Geometry, stated: s.Geometry.Known()}
		if opt.Geometry.Known() {
			st.bounds, st.stated = opt.Geometry, false
		}
		if s.Kind == events.KindEvents {
			st.src = src
			src++
		}
		out = append(out, st)
	}
	return out
}

// v4StreamOf finds a stream by its number; there are a handful.
func v4StreamOf(streams []*v4Stream, id int32) *v4Stream {
	for _, s := range streams {
		if s.ID == int(id) {
			return s
		}
	}
	return nil
}

// add counts a packet with n records.
func (s *v4Stream) add(n, first, last int64) {
	s.packets++
	if n == 0 {
		return
	}
	if s.records == 0 {
		s.first = first
	}
	s.last = last
	s.records += n
}

// v4Clock unfolds a 32-bit clock. An earlier writer of jAER widened the camera's
// 32-bit time with its sign, so that it falls by 2^32 every 71.6 minutes.
type v4Clock struct {
	started bool
	prev    int64 // last time, unfolded
	offset  int64
	wraps   int64
}

const (
	v4Turn = 1 << 32
	// Around a turn, events may be late by v4Late and pauses may last v4Pause.
	v4Late  = 1_000_000
	v4Pause = 60_000_000
)

// quiet reports whether the times from first to last, whose steps are all
// smaller than v4Leap, pass the clock unchanged; then it takes note of them.
func (c *v4Clock) quiet(first, last int64) bool {
	if c.offset != 0 || c.started && v4Distance(first, c.prev) >= v4Leap {
		return false
	}
	c.started, c.prev = true, last
	return true
}

// fix unfolds one time.
func (c *v4Clock) fix(t int64) int64 {
	u := t + c.offset
	if c.started && v4Distance(u, c.prev) >= v4Leap {
		switch d := v4Distance(u, c.prev); {
		case u < c.prev && (v4Is32(t) && v4Is32(c.prev-c.offset) || d >= v4Turn-v4Pause && d <= v4Turn+v4Late):
			c.offset += v4Turn
			c.wraps++
			u += v4Turn
		case u > c.prev && c.offset > 0 && d >= v4Turn-v4Pause && d <= v4Turn+v4Late:
			return u - v4Turn // late, from before the turn
		}
	}
	c.started, c.prev = true, u
	return u
}

// v4Is32 reports whether t is a 32-bit number widened with its sign.
func v4Is32(t int64) bool { return t == int64(int32(t)) }
