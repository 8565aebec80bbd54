package nmnist

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"dvsim/events"
)

// blockBytes is the buffer between source and decoder for large files.
const blockBytes = 256 << 10

func decode(src events.Source, opt events.Options) (events.Decoder, error) {
	size := int64(blockBytes)
	if src.Size >= 0 && src.Size < size {
		size = max(src.Size, record)
	}
	d := &decoder{br: bufio.NewReaderSize(src.Reader, int(size))}
	d.h = events.Header{Format: "nmnist", Geometry: opt.Geometry}
	if !opt.Geometry.Known() {
		prefix, err := d.br.Peek(min(d.br.Size(), events.SniffBytes))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, d.failed(len(prefix), err)
		}
		whole := err != nil || int64(len(prefix)) == src.Size
		if d.h.Geometry, err = guess(src, prefix, whole); err != nil {
			return nil, d.failed(0, err)
		}
		d.h.GeometryGuessed = true
	}
	d.marks = d.h.Geometry.Height <= markRow
	d.h.Streams = []events.Stream{{Kind: events.KindEvents, Name: "events", Geometry: d.h.Geometry}}
	return d, nil
}

// decoder is the Decoder of this format.
type decoder struct {
	h     events.Header
	br    *bufio.Reader
	off   int64 // offset of the next record
	err   error // sticky; io.EOF at the end
	tail  int   // bytes behind the last whole record
	marks bool  // y = 240 is a mark
	clock clock
	count counts
	// before is the time of the last event, 0 before the first.
	before int64
}

// clock unfolds times of 23 bits: t = base + the bits.
type clock struct {
	base    int64  // whole turns, and what marks added
	last    uint32 // the bits of the last record
	marked  int64  // what marks added
	started bool
}

// step takes the next time. A step of half a turn or more is one backwards, or
// forward where time would become negative otherwise.
func (c *clock) step(u uint32) int64 {
	if !c.started {
		c.started, c.last = true, u
	}
	t, d := c.base+int64(c.last), int64((u-c.last)%turn)
	if d >= turn/2 && t-c.marked+d-turn >= 0 {
		d -= turn
	}
	c.base, c.last = t+d-int64(u), u
	return t + d
}

// counts is what Report tells.
type counts struct {
	events, backward, outside, special int64
	first, last                        int64
}

// Header implements events.Reader.
func (d *decoder) Header() *events.Header { return &d.h }

// Read implements events.Reader.
func (d *decoder) Read(dst []events.Event) (int, error) {
	for len(dst) > 0 && d.err == nil {
		w := d.window()
		used, n := d.records(dst, w)
		if rest := w[used:]; n < len(dst) && len(rest) >= record {
			// The last record of the window lacks the three bytes that are loaded with it.
			var pad [8]byte
			copy(pad[:], rest[:record])
			k, m := d.records(dst[n:], pad[:])
			used, n = used+k, n+m
		}
		d.br.Discard(used) // they are buffered: no error
		d.off += int64(used)
		if n > 0 {
			if d.count.events == 0 {
				d.count.first = dst[0].T
			}
			d.count.events += int64(n)
			d.count.last = dst[n-1].T
			return n, nil
		}
	}
	return 0, d.err
}

// window returns the whole records in memory. It is empty when there are no
// more, and err is set then.
func (d *decoder) window() []byte {
	n := d.br.Buffered()
	if n < record {
		if b, err := d.br.Peek(record); err != nil {
			d.tail, d.err = len(b), io.EOF
			if !errors.Is(err, io.EOF) {
				d.tail, d.err = 0, d.failed(len(b), err)
			}
			return nil
		}
		n = d.br.Buffered()
	}
	b, _ := d.br.Peek(n - n%record) // they are buffered: no error
	return b
}

// failed is the error of a source that broke.
func (d *decoder) failed(ahead int, err error) error {
	return &events.FormatError{Format: "nmnist", Offset: d.off + int64(ahead), Err: err, Hint: "the source failed, not the recording: try again"}
}

// records turns records into events until one of both ends, or less than 8 bytes
// are left to load at once. Runs of plain events go through fast; what is not
// plain is taken by slow, one record at a time.
func (d *decoder) records(dst []events.Event, w []byte) (used, n int) {
	for n < len(dst) && len(w)-used >= 8 {
		// A run may begin where the last record is not older than the last event.
		if c := &d.clock; c.started && c.base+int64(c.last) >= d.before {
			k, last := fast(dst[n:], w[used:], c.base, c.last, d.h.Geometry)
			n += k
			used += k * record
			if c.last = last; k > 0 {
				d.before = dst[n-1].T
			}
		}
		if n < len(dst) && len(w)-used >= 8 {
			if e, ok := d.slow(w[used:]); ok {
				dst[n] = e
				n++
			}
			used += record
		}
	}
	return used, n
}

// fast turns records into events as long as they are plain: time does not step
// back or leap, the pixel is on the sensor (so it is no mark). It returns how
// many, and the time of the last. It calls nothing, so that all stays in registers.
func fast(dst []events.Event, w []byte, base int64, since uint32, g events.Geometry) (n int, _ uint32) {
	last, width, height := uint64(since), uint64(g.Width), uint64(g.Height)
	for n < len(dst) && len(w) >= 8 {
		r := binary.BigEndian.Uint64(w)
		u, x, y := r>>24%turn, r>>56, r>>48&0xff
		if u-last >= turn/2 || x >= width || y >= height {
			break
		}
		last = u
		dst[n] = events.Event{T: base + int64(u), X: uint16(x), Y: uint16(y), P: events.Polarity(r >> 47 & 1)}
		n++
		w = w[record:]
	}
	return n, uint32(last)
}

// slow takes one record of any kind. It is no event where ok is false.
func (d *decoder) slow(b []byte) (e events.Event, ok bool) {
	c := &d.clock
	t := c.step(uint32(b[2]&0x7f)<<16 | uint32(b[3])<<8 | uint32(b[4]))
	if d.marks && b[1] == markRow {
		c.base += markStep
		c.marked += markStep
		d.count.special++
		return e, false
	}
	if t < d.before {
		d.count.backward++
	}
	d.before = t
	e = events.Event{T: t, X: uint16(b[0]), Y: uint16(b[1]), P: events.Polarity(b[2] >> 7)}
	if !d.h.Geometry.Contains(e.X, e.Y) {
		d.count.outside++
	}
	return e, true
}

// Close implements events.Decoder.
func (d *decoder) Close() error {
	d.err = events.ErrClosed
	return nil
}

// Report implements events.Decoder.
func (d *decoder) Report() events.Report {
	c := &d.count
	r := events.Report{
		Streams:  []events.StreamReport{{Stream: d.h.Streams[0], Records: c.events, First: c.first, Last: c.last}},
		Backward: c.backward, OutOfBounds: c.outside, Special: c.special,
		Wraps: (d.clock.base - d.clock.marked) / turn,
	}
	if d.tail > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the last %d bytes (from byte %s) are no whole record of %d bytes and were left out: the file was cut", d.tail, events.Thousands(d.off), record))
	}
	if c.special > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d marks (y = %d) added %d µs each to the times behind them", c.special, markRow, markStep))
	}
	return r
}
