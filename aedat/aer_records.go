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
	base    int64  // added to every time
	t       int64  // unfolded time of the last record
	last    uint32 // its time in the file
	started bool
}

// start sets the clock to the first record.
func (c *aerClock) start(u uint32) {
	if !c.started {
		c.started, c.last, c.t = true, u, c.base+int64(u)
	}
}

// leap handles the rare step of 2^31 or more modulo 2^32; hot loops do the others.
func (c *aerClock) leap(u uint32) {
	d := u - c.last
	if back := c.t + int64(int32(d)); back >= 0 {
		c.t = back
	} else {
		c.t += int64(d)
	}
	c.last = u
}

// wraps is the number of whole turns up to now.
func (c *aerClock) wraps() int64 {
	return max(0, (c.t-c.base-int64(c.last))>>32)
}

// aerCount is what a decoder counts about its events.
type aerCount struct {
	events      int64
	first, last int64 // times in file order
	backward    int64
	outside     int64
}

// add counts the batch that Read is about to give out.
func (c *aerCount) add(ev []events.Event) {
	if len(ev) == 0 {
		return
	}
	if c.events == 0 {
		c.first = ev[0].T
	}
	c.events += int64(len(ev))
	c.last = ev[len(ev)-1].T
}

// before returns the time that the next event is compared with: the first one
// is never a step backwards.
func (c *aerCount) before() int64 {
	if c.events == 0 {
		return -1 << 63
	}
	return c.last
}

// mirror turns a coordinate without a branch: (v ^ mask) + add is v when both
// are 0, and n-1-v when mask is all ones and add is n.
type mirror struct{ mask, add uint16 }

func mirrored(yes bool, n int) mirror {
	if !yes {
		return mirror{}
	}
	return mirror{0xffff, uint16(n)}
}
