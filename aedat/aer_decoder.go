package aedat

import (
	"bufio"
	"io"

	"dvsim/events"
)

// aerRecord is the size of a record, as a type: what depends on it is then known
// when the code is made.
type aerRecord interface{ [6]byte | [8]byte }

// aerDecoder is what the decoders of formats without packets have in common: it
// takes whole records from the source and turns them into events.
//
// Most records are plain events, in long runs. fast takes such a run and stops at
// whatever is not plain, which slow takes, one record at a time. So the loops in
// fast hold nothing but what every event needs.
type aerDecoder struct {
	h     events.Header
	rec   aerRecords
	clock aerClock
	// fast turns records of w into events as long as they are plain events, on a
	// sensor of size g, and time grows by less than 2^31 from the bits last. base is
	// added to the bits of times. It returns how many events it made and the bits of
	// the last. It loads 8 bytes at a time and leaves the last record of w to slow:
	// w = w[8:] is cheaper where a byte is left.
	fast func(dst []events.Event, w []byte, base int64, last uint32, g events.Geometry) (int, uint32)
	// slow takes one record of any kind, at time t. It is no event where ok is false.
	slow func(r []byte, t int64) (e events.Event, ok bool, err error)
	// finish, if not nil, is called once at the end of the recording.
	finish func() error

	turned       bool // Origin is the upper left
	flipX, flipY mirror

	count    aerCount
	before   int64 // time of the last event
	backward int64
	outside  int64
}

// init sets the decoder up behind its header.
func (d *aerDecoder) init(h events.Header, br *bufio.Reader, size int) {
	d.h = h
	d.rec = aerRecords{format: h.Format, br: br, size: size, off: h.Bytes}
	d.before = older
}

// Header implements events.Reader.
func (d *aerDecoder) Header() *events.Header { return &d.h }

// Read implements events.Reader.
func (d *aerDecoder) Read(dst []events.Event) (int, error) {
	for len(dst) > 0 {
		w := d.rec.window()
		if len(w) == 0 {
			d.end()
			break
		}
		used, n, err := d.decode(dst, w)
		d.rec.advance(used)
		if err != nil {
			d.rec.err = err
		}
		if n > 0 {
			d.count.add(n, dst[0].T, dst[n-1].T)
			if d.turned {
				for i := range dst[:n] {
					dst[i].X, dst[i].Y = d.flipX.turn(dst[i].X), d.flipY.turn(dst[i].Y)
				}
			}
			return n, nil
		}
	}
	return 0, d.rec.err
}

// decode turns records of w into events until one of both ends, or slow fails,
// and tells how many bytes it used and how many events it made.
func (d *aerDecoder) decode(dst []events.Event, w []byte) (used, n int, err error) {
	size := d.rec.size
	for n < len(dst) && len(w)-used >= size {
		// A run may begin where the last record is not older than the last event.
		if c := &d.clock; c.started && c.now() >= d.before {
			k, last := d.fast(dst[n:], w[used:], c.base, c.last, d.h.Geometry)
			c.last = last
			n += k
			used += k * size
			if k > 0 {
				d.before = dst[n-1].T
			}
			if n == len(dst) || len(w)-used < size {
				break
			}
		}
		r := w[used : used+size]
		used += size
		e, ok, err := d.slow(r, d.clock.step(be32(r[size-4:])))
		if err != nil {
			return used, n, err
		}
		if !ok {
			continue
		}
		if e.T < d.before {
			d.backward++
		}
		d.before = e.T
		if !d.h.Geometry.Contains(e.X, e.Y) {
			d.outside++
		}
		dst[n] = e
		n++
	}
	return used, n, nil
}

// end lets finish have the last word.
func (d *aerDecoder) end() {
	if d.finish == nil || d.rec.err != io.EOF {
		return
	}
	err := d.finish()
	d.finish = nil
	if err != nil {
		d.rec.err = err
	}
}

// Close implements events.Decoder.
func (d *aerDecoder) Close() error {
	d.rec.err = events.ErrClosed
	return nil
}

// Report implements events.Decoder for a format that holds events only.
func (d *aerDecoder) Report() events.Report {
	return events.Report{
		Streams:     []events.StreamReport{d.count.report(d.h.Streams[0])},
		Backward:    d.backward,
		Wraps:       d.clock.wraps(),
		OutOfBounds: d.outside,
		Warnings:    d.rec.warnings(),
	}
}
