package aedat

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"dvsim/events"
)

// aerRecords cuts a source into records of fixed size. It is the floor of the
// formats without packets: AEDAT 1, AEDAT 2 and plain AER.
type aerRecords struct {
	format string
	br     *bufio.Reader
	size   int   // bytes a record
	off    int64 // offset in the file of the next record
	tail   int   // bytes behind the last whole record, known at the end
	err    error // sticky; io.EOF at the end
}

// window returns whole records that are in memory, at least one, without
// consuming them. It is empty when there are no more, and err is set then.
func (s *aerRecords) window() []byte {
	if s.err != nil {
		return nil
	}
	n := s.br.Buffered()
	if n < s.size {
		b, err := s.br.Peek(s.size)
		if err != nil {
			s.end(len(b), err)
			return nil
		}
		n = s.br.Buffered()
	}
	b, _ := s.br.Peek(n - n%s.size) // they are buffered: no error
	return b
}

// advance consumes n bytes of the window.
func (s *aerRecords) advance(n int) {
	s.br.Discard(n) // they are buffered: no error
	s.off += int64(n)
}

// end notes why no whole record is left.
func (s *aerRecords) end(rest int, err error) {
	if errors.Is(err, io.EOF) {
		s.tail, s.err = rest, io.EOF
		return
	}
	s.err = &events.FormatError{Format: s.format, Offset: s.off + int64(rest), Err: err, Hint: "the source failed, not the recording: try again"}
}

// warnings tells of the tail.
func (s *aerRecords) warnings() []string {
	if s.tail == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the last %d bytes (from byte %s) are no whole record of %d bytes and were left out: the file was cut", s.tail, events.Thousands(s.off), s.size)}
}

// aerClock unfolds 32-bit times. They are taken as unsigned: the jump from
// 2^31-1 to -2^31 that an int32 makes every 35.8 minutes is then none, and a
// whole turn takes 71.6 minutes.
//
// A step is the difference of two times modulo 2^32, within ±2^31. So a time
// that is smaller by more than 2^31 is a turn of the clock, one that is smaller
// by less is a step backwards, and a late event from before a turn finds its
// place. Only where time would become negative by that is a step of more than
// 2^31 taken forward.
type aerClock struct {
	floor   int64  // added to every time
	base    int64  // floor and whole turns: a time is base + the bits of the file
	last    uint32 // the bits of the last record
	started bool
}

// now is the time of the last record.
func (c *aerClock) now() int64 { return c.base + int64(c.last) }

// step takes the bits of the next record and returns its time.
func (c *aerClock) step(u uint32) int64 {
	if !c.started {
		c.started, c.base, c.last = true, c.floor, u
	}
	now, d := c.now(), u-c.last
	t := now + int64(d)
	if back := now + int64(int32(d)); back >= 0 {
		t = back
	}
	c.base, c.last = t-int64(u), u
	return t
}

// wraps is the number of whole turns up to now.
func (c *aerClock) wraps() int64 {
	return max(0, (c.base-c.floor)>>32)
}

// aerCount counts the records of a stream.
type aerCount struct {
	records     int64
	first, last int64 // times in file order
}

// add counts n records, the first and the last of them at these times.
func (c *aerCount) add(n int, first, last int64) {
	if n == 0 {
		return
	}
	if c.records == 0 {
		c.first = first
	}
	c.records += int64(n)
	c.last = last
}

// report tells the counts of a stream.
func (c *aerCount) report(s events.Stream) events.StreamReport {
	return events.StreamReport{Stream: s, Records: c.records, First: c.first, Last: c.last}
}

// older is before any time.
const older = -1 << 63

// mirror turns a coordinate without a branch: (v ^ mask) + add is v when both
// are 0, and n-1-v when mask is all ones and add is n.
type mirror struct{ mask, add uint16 }

func (m mirror) turn(v uint16) uint16 { return (v ^ m.mask) + m.add }

func mirrored(yes bool, n int) mirror {
	if !yes {
		return mirror{}
	}
	return mirror{0xffff, uint16(n)}
}
