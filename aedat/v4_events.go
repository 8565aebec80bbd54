package aedat

import (
	"encoding/binary"
	"fmt"
	"slices"

	"dvsim/events"
)

// An EVTS packet is one vector of 16-byte structs, field 0 of the root table:
// i64 time in µs, i16 x, i16 y, u8 polarity, 3 bytes of padding.

const (
	v4EventBytes = 16
	// v4Leap is a step in time that may be a turn of a 32-bit clock.
	v4Leap = 1 << 31
	// v4Jump is a step in time (19 hours) that no two events of one packet are
	// apart: the writer here begins a new packet, and in a packet without a
	// checksum it means damage.
	v4Jump = 1 << 36
)

// v4Sum is what one pass over a packet's records finds.
type v4Sum struct {
	n, first, last int64
	back           int64 // records older than the one before them
	leap           bool  // two neighbours are v4Leap or more apart
	jump           bool  // two neighbours are v4Jump or more apart
	outside        int64 // events outside the geometry
	outsideAt      int   // the first of them
}

// v4AppendEvents appends the events of a buffer to dst.
func v4AppendEvents(dst []events.Event, root *v4Flat, g events.Geometry, src uint8) ([]events.Event, v4Sum, error) {
	vec := root.vector(0, v4EventBytes)
	if root.bad {
		return dst, v4Sum{}, fmt.Errorf("%w: a vector of events that leaves the packet", events.ErrCorrupt)
	}
	if vec != nil && len(root.buf)-root.vecEnd > 64 {
		return dst, v4Sum{}, fmt.Errorf("%w: %d bytes behind the events", events.ErrCorrupt, len(root.buf)-root.vecEnd)
	}
	n := len(vec) / v4EventBytes
	at := len(dst)
	dst = slices.Grow(dst, n)[:at+n]
	sum, bad := v4Copy(dst[at:], vec, g, src)
	if bad >= 0 {
		w := binary.LittleEndian.Uint64(vec[bad*v4EventBytes+8:])
		return dst[:at], v4Sum{}, fmt.Errorf("%w: event %d has x %d, y %d, polarity %d", events.ErrCorrupt, bad, int16(w), int16(w>>16), uint8(w>>32))
	}
	return dst, sum, nil
}

// v4Invalid are the bits that a right event never has in its second word: the
// signs of x and y, and any polarity but 0 and 1.
const v4Invalid = 0xFE_8000_8000

// v4Copy copies and checks one packet's events. It returns the index of the first
// event with impossible values, or -1.
//
// The pass over all events only finds out whether there is anything to tell;
// v4Tell looks again at the packets where there is. In what the pass gathers,
// all has a bit of v4Invalid for impossible values, in lacks one of v4Signs for
// an event outside, and steps is v4Leap or more for a step backwards or a large one.
func v4Copy(dst []events.Event, vec []byte, g events.Geometry, src uint8) (v4Sum, int) {
	s := v4Sum{n: int64(len(dst))}
	if len(dst) == 0 {
		return s, -1
	}
	s.first = int64(binary.LittleEndian.Uint64(vec))
	s.last = int64(binary.LittleEndian.Uint64(vec[len(vec)-v4EventBytes:]))
	all, in, steps := v4Pass(dst, vec, v4Limits(g), src)
	if all&v4Invalid != 0 {
		for i := range dst {
			if binary.LittleEndian.Uint64(vec[v4EventBytes*i+8:])&v4Invalid != 0 {
				return s, i
			}
		}
	}
	if in&v4Signs != v4Signs || steps >= v4Leap {
		s.tell(dst, g)
	}
	return s, -1
}

// v4Signs are the places of the signs of x and y in an event's second word.
const v4Signs = 0x8000_8000

// v4Coordinates are the bits of x and y without their signs.
const v4Coordinates = 0x7FFF_7FFF

// v4Limits is a word from which the coordinates of an event are subtracted, both
// at once: a sign of it is left where the coordinate is below its limit.
func v4Limits(g events.Geometry) uint64 {
	if !g.Known() {
		return 0xFFFF_FFFF
	}
	return v4Signs | uint64(min(g.Height, 1<<15)-1)<<16 | uint64(min(g.Width, 1<<15)-1)
}

// v4PassPlain is v4Pass in portable Go.
func v4PassPlain(dst []events.Event, vec []byte, limits uint64, src uint8) (all, in, steps uint64) {
	prev := binary.LittleEndian.Uint64(vec)
	in = v4Signs
	for i := range dst {
		t := binary.LittleEndian.Uint64(vec[v4EventBytes*i:])
		w := binary.LittleEndian.Uint64(vec[v4EventBytes*i+8:])
		all |= w
		in &= limits - w&v4Coordinates
		steps |= t - prev
		prev = t
		dst[i] = events.Event{T: int64(t), X: uint16(w), Y: uint16(w >> 16), P: events.Polarity(w >> 32), Src: src}
	}
	return all, in, steps
}

// tell counts what is unusual in a packet.
func (s *v4Sum) tell(ev []events.Event, g events.Geometry) {
	for i := range ev {
		if i > 0 {
			s.step(ev[i].T, ev[i-1].T)
		}
		if g.Known() && !g.Contains(ev[i].X, ev[i].Y) {
			if s.outside == 0 {
				s.outsideAt = i
			}
			s.outside++
		}
	}
}

// step takes note of a step in time that is backwards or large.
func (s *v4Sum) step(t, prev int64) {
	if t < prev {
		s.back++
	}
	d := v4Distance(t, prev)
	s.leap = s.leap || d >= v4Leap
	s.jump = s.jump || d >= v4Jump
}

// v4Distance is |a - b|, without overflow.
func v4Distance(a, b int64) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b)
}
