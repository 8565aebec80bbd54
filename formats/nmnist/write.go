package nmnist

import (
	"fmt"
	"io"

	"dvsim/events"
)

// create starts a recording. There is no header, so a size is checked only
// against what the bytes can hold.
func create(w io.Writer, h *events.Header, _ events.WriteOptions) (events.Writer, error) {
	g := h.Geometry
	if g.Known() && !(g.Width <= 256 && g.Height <= 256) {
		return nil, &events.FormatError{
			Format: "nmnist", Offset: -1, Part: "header", Hint: "crop or scale it, or write another format",
			Err: fmt.Errorf("%w: the sensor has %v pixels, the format addresses 256x256", events.ErrGeometry, g),
		}
	}
	return &writer{w: w}, nil
}

// writer is the Writer of this format.
type writer struct {
	w     io.Writer
	buf   []byte
	wrote int64
	err   error
}

// Write implements events.Writer.
func (w *writer) Write(src []events.Event) error {
	if w.err != nil {
		return w.err
	}
	for i, e := range src {
		var err error
		switch {
		case e.X > 255 || e.Y > 255:
			err = fmt.Errorf("%w: x and y are bytes", events.ErrRange)
		case e.Y == markRow:
			err = fmt.Errorf("%w: readers take y = %d for a mark of the clock", events.ErrRange, markRow)
		case e.Src != 0:
			err = fmt.Errorf("%w: the format holds one camera, this event is of number %d", events.ErrRange, e.Src)
		case e.T < 0 || e.T >= turn:
			err = fmt.Errorf("%w: the time has 23 bits, 0..%d µs", events.ErrRange, turn-1)
		}
		if err != nil {
			return &events.FormatError{
				Format: "nmnist", Offset: -1, Part: fmt.Sprintf("event %s (%v)", events.Thousands(w.wrote+int64(i)), e), Err: err,
				Hint: "nothing of this batch was written; crop the recording, shift its times to begin at 0, or write another format",
			}
		}
	}
	for len(src) > 0 && w.err == nil {
		n := min(len(src), events.BatchSize)
		w.buf = w.buf[:0]
		for _, e := range src[:n] {
			w.buf = append(w.buf, byte(e.X), byte(e.Y), byte(e.P)<<7|byte(e.T>>16), byte(e.T>>8), byte(e.T))
		}
		w.wrote += int64(n)
		src = src[n:]
		_, w.err = w.w.Write(w.buf)
	}
	return w.err
}

// Close implements events.Writer.
func (w *writer) Close() error {
	if w.err != nil && w.err != events.ErrClosed {
		return w.err
	}
	w.err = events.ErrClosed
	return nil
}
