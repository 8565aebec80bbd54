package aedat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"dvsim/events"
)

// v2Writer writes AEDAT 2.0 in the layout of a DAVIS, as jAER, tonic and we read
// it. It holds events only.
//
// Beyond what others read it writes two header lines: "# Geometry: 320x240" for
// sizes that no camera has, and "# Time base: N us" where times begin beyond the
// 32 bits of the format. Others take them for comments.
type v2Writer struct {
	w     io.Writer
	size  events.Geometry
	last  int64
	wrote int64 // events
	begun bool
	buf   []byte
	err   error
}

// v2MaxSize is what 10 bits of x and 9 bits of y address.
var v2MaxSize = events.Geometry{Width: 1 << 10, Height: 1 << 9}

func v2Create(w io.Writer, h *events.Header, _ events.WriteOptions) (events.Writer, error) {
	if err := writableSize("aedat2", h.Geometry, v2MaxSize); err != nil {
		return nil, err
	}
	return &v2Writer{w: w, size: h.Geometry}, nil
}

// writableSize refuses a size that is unknown or beyond what addresses can hold.
func writableSize(format string, g, limit events.Geometry) error {
	var err error
	switch {
	case !g.Known():
		err = fmt.Errorf("%w: the size of the sensor is unknown", events.ErrGeometry)
	case g.Width > limit.Width || g.Height > limit.Height:
		err = fmt.Errorf("%w: the sensor has %v pixels, the format addresses at most %v", events.ErrGeometry, g, limit)
	default:
		return nil
	}
	return &events.FormatError{Format: format, Offset: -1, Part: "header", Err: err, Hint: "write AEDAT 4, or give or crop the size"}
}

// jaerClasses are the classes of jAER's cameras, smallest first.
var jaerClasses = []struct {
	name string
	size events.Geometry
}{
	{"Davis128", events.Geometry{Width: 128, Height: 128}},
	{"Davis208PixelParade", events.Geometry{Width: 208, Height: 192}},
	{"DAVIS240C", events.Geometry{Width: 240, Height: 180}},
	{"Davis346red", events.Geometry{Width: 346, Height: 260}},
	{"Davis640", events.Geometry{Width: 640, Height: 480}},
}

// header begins the file. The camera is the smallest that holds the recording's
// size, so that jAER shows all of it.
func (w *v2Writer) header(t int64) error {
	class := jaerClasses[len(jaerClasses)-1]
	for _, c := range jaerClasses {
		if c.size.Union(w.size) == c.size {
			class = c
			break
		}
	}
	var b bytes.Buffer
	b.WriteString("#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n" +
		"# Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event\r\n" +
		"# Timestamps tick is 1 us\r\n")
	fmt.Fprintf(&b, "# AEChip: eu.seebetter.ini.chips.davis.%s\r\n# Geometry: %v\r\n", class.name, w.size)
	if base := t &^ (1<<32 - 1); base > 0 {
		fmt.Fprintf(&b, "# Time base: %d us\r\n", base)
	}
	b.WriteString("#End Of ASCII Header\r\n") // the first event may begin with '#'
	_, err := w.w.Write(b.Bytes())
	return err
}

// Write implements events.Writer.
func (w *v2Writer) Write(src []events.Event) error {
	if w.err != nil {
		return w.err
	}
	if err := w.check(src); err != nil {
		return err
	}
	if len(src) == 0 {
		return nil
	}
	if !w.begun {
		w.begun = true
		if w.err = w.header(src[0].T); w.err != nil {
			return w.err
		}
	}
	for len(src) > 0 && w.err == nil {
		n := min(len(src), events.BatchSize)
		w.buf = w.buf[:0]
		for _, e := range src[:n] {
			a := uint64(e.Y)<<22 | uint64(e.X)<<12 | uint64(e.P&1)<<11
			w.buf = binary.BigEndian.AppendUint64(w.buf, a<<32|uint64(uint32(e.T)))
		}
		w.last = src[n-1].T
		w.wrote += int64(n)
		src = src[n:]
		_, w.err = w.w.Write(w.buf)
	}
	return w.err
}

// check finds the first event that the format cannot hold.
func (w *v2Writer) check(src []events.Event) error {
	last, first := w.last, !w.begun
	for i, e := range src {
		var err error
		switch step := e.T - last; {
		case !w.size.Contains(e.X, e.Y):
			err = fmt.Errorf("%w: the pixel is not on the sensor of %v", events.ErrGeometry, w.size)
		case e.Src != 0:
			err = fmt.Errorf("%w: the format holds one camera, this event is of number %d", events.ErrRange, e.Src)
		case e.T < 0 || e.T > maxTimeBase:
			err = fmt.Errorf("%w: the time must lie in 0..%d", events.ErrRange, int64(maxTimeBase))
		case !first && (step >= 1<<31 || step <= -1<<31):
			err = fmt.Errorf("%w: a step of %d µs in time; a clock of 32 bits cannot tell steps of 2^31 µs (35.8 min) or more from its own turns", events.ErrRange, step)
		}
		if err != nil {
			return eventError("aedat2", w.wrote+int64(i), e, err)
		}
		last, first = e.T, false
	}
	return nil
}

// eventError names the event that a writer refuses.
func eventError(format string, i int64, e events.Event, err error) error {
	return &events.FormatError{Format: format, Offset: -1, Part: fmt.Sprintf("event %s (%v)", events.Thousands(i), e), Err: err, Hint: "nothing of this batch was written; AEDAT 4 holds any event"}
}

// Close implements events.Writer. A recording without events is a header.
func (w *v2Writer) Close() error {
	if w.err != nil {
		if w.err == events.ErrClosed {
			return nil
		}
		return w.err
	}
	if !w.begun {
		if w.err = w.header(0); w.err != nil {
			return w.err
		}
	}
	w.err = events.ErrClosed
	return nil
}
