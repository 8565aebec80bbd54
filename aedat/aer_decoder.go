package aedat

import (
	"bufio"
	"io"

	"dvsim/events"
)

// aerDecoder is what the decoders of formats without packets have in common: it
// takes whole records from the source and gives them to decode, batch by batch.
type aerDecoder struct {
	h     events.Header
	rec   aerRecords
	clock aerClock
	count aerCount
	// decode turns records of w, at least one, into events until one of both ends
	// or a Tap fails, and tells how many bytes it used and how many events it made.
	decode func(dst []events.Event, w []byte) (used, n int, err error)
	// finish, if not nil, is called once at the end of the recording.
	finish func() error
}

// init sets the decoder up behind its header.
func (d *aerDecoder) init(h events.Header, br *bufio.Reader, size int) {
	d.h = h
	d.rec = aerRecords{format: h.Format, br: br, size: size, off: h.Bytes}
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
		d.count.add(dst[:n])
		if err != nil {
			d.rec.err = err
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, d.rec.err
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
	r := events.Report{
		Backward:    d.count.backward,
		Wraps:       d.clock.wraps(),
		OutOfBounds: d.count.outside,
		Warnings:    d.rec.warnings(),
	}
	for i, s := range d.h.Streams {
		sr := events.StreamReport{Stream: s}
		if i == 0 {
			sr.Records, sr.First, sr.Last = d.count.events, d.count.first, d.count.last
		}
		r.Streams = append(r.Streams, sr)
	}
	return r
}
