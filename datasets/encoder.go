package datasets

import (
	"cmp"
	"context"
	"errors"
	"io"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// keptEvents is up to how many events of a recording stay in memory between
// finding its first and last and counting; a longer one is decoded twice.
const keptEvents = 1 << 20

// encoder encodes recordings one after the other; every worker has one.
type encoder struct {
	e     *Encoding
	steps int
	opt   events.Options
	fits  map[events.Geometry]fit
	file  []byte
	ev    []events.Event
	c     counter
}

// fit is how recordings of one size are taken.
type fit struct {
	part events.Rect
	crop bool
	look lookup
	err  error
}

func newEncoder(e *Encoding, steps int) *encoder {
	w := &encoder{e: e, steps: steps, fits: map[events.Geometry]fit{}, ev: make([]events.Event, 0, 4*events.BatchSize)}
	w.opt = events.Options{Format: e.Format, Geometry: e.Size, Origin: e.Origin, Salvage: e.Salvage, Workers: 1}
	w.c.start(e.Input.Shape.Len(), e.Input.Binary)
	return w
}

// encode fills a sample.
func (w *encoder) encode(ctx context.Context, r *Recording, m *trace.Sample) (facts, error) {
	w.c.begin(m.Ends, w.steps)
	err := w.read(ctx, r)
	if errors.Is(err, events.ErrEmpty) {
		err = nil
	}
	m.Entries, m.Ends = w.c.end()
	return w.c.facts, r.named(err)
}

// read decodes a recording into the counter.
func (w *encoder) read(ctx context.Context, r *Recording) error {
	src, err := w.open(r)
	if err != nil {
		return err
	}
	defer src.rec.Close()
	if w.e.DtUS > 0 {
		w.c.dt = w.e.DtUS
		for {
			ev, err := src.next(ctx, w.ev[:cap(w.ev)])
			if cerr := w.c.feed(ev); cerr != nil {
				return cerr
			}
			if err != nil {
				return w.ended(src, err)
			}
		}
	}
	return w.bins(ctx, r, src)
}

// bins decodes a recording whose length says how long a step is.
func (w *encoder) bins(ctx context.Context, r *Recording, src *source) error {
	ev, n, err := w.ev[:0], int64(0), error(nil)
	var first, last int64
	for err == nil {
		if cap(ev)-len(ev) < events.BatchSize {
			if len(ev) >= keptEvents {
				ev = ev[:0] // they are decoded again
			} else {
				ev = append(make([]events.Event, 0, 2*cap(ev)), ev...)
				w.ev = ev
			}
		}
		var got []events.Event
		got, err = src.next(ctx, ev[len(ev):cap(ev)])
		if n == 0 && len(got) > 0 {
			first, last = got[0].T, got[0].T
		}
		for i := range got {
			last = max(last, got[i].T)
		}
		n += int64(len(got))
		ev = ev[:len(ev)+len(got)]
	}
	if err := w.ended(src, err); err != nil {
		return err
	}
	w.c.dt = BinWidth(first, last, w.e.Bins)
	if n == int64(len(ev)) {
		return w.c.feed(ev)
	}
	again, err := w.open(r)
	if err != nil {
		return err
	}
	defer again.rec.Close()
	for err == nil {
		var got []events.Event
		got, err = again.next(ctx, w.ev[:cap(w.ev)])
		if ferr := w.c.feed(got); ferr != nil {
			return ferr
		}
	}
	if !errors.Is(err, io.EOF) && !w.e.Salvage {
		return err
	}
	return nil
}

// BinWidth is the length of a step, in µs, when a recording that begins at first
// and has its latest event at last is cut into bins: (last − first) / bins in whole
// numbers, so that the step of an event at t is (t − first) / width, and the few
// events at the end whose step is bins or more are left out. This is the rule of
// tonic 1.7.0 (SliceByTimeBins, which ToFrame uses), but a width is at least 1: of a
// recording shorter than bins µs tonic keeps nothing.
func BinWidth(first, last int64, bins int) int64 {
	return max((last-first)/int64(bins), 1)
}

// ended takes stock of a recording that has been read to its end or its damage.
func (w *encoder) ended(src *source, err error) error {
	rep := src.rec.Report()
	f := &w.c.facts
	f.cropped = src.cropped
	f.lossy, f.lost = rep.Loss.Any(), rep.Loss.Bytes
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case w.e.Salvage && w.c.facts.events+src.read > 0 && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
		f.lossy = true // what came before is kept
		return nil
	}
	return err
}

// open opens a recording with the part of it that the input takes.
func (w *encoder) open(r *Recording) (*source, error) {
	if isTrace(r.Name) {
		_, err := r.Open(nil)
		return nil, err
	}
	rec, err := r.open(&w.opt, &w.file)
	if err != nil {
		return nil, err
	}
	g := rec.Header().Geometry
	f, ok := w.fits[g]
	if !ok {
		f = w.fit(g)
		w.fits[g] = f
	}
	if f.err != nil {
		err := &events.FormatError{File: r.Name, Format: rec.Header().Format, Offset: -1, Err: f.err}
		if rec.Header().GeometryGuessed {
			err.Hint = "the file does not say its size, it was guessed by its pixels: if that is wrong, give it with --size"
		}
		rec.Close()
		return nil, err
	}
	w.c.lookup = f.look
	return &source{rec: rec, fit: f}, nil
}

// fit finds how recordings of a size are taken.
func (w *encoder) fit(g events.Geometry) fit {
	net, part, err := (&network.Network{Name: cmp.Or(w.e.Network, "input"), Input: *w.e.Input}).Fit(g, w.e.Fit)
	if err != nil {
		return fit{err: err}
	}
	return fit{part: part, crop: part.Width != g.Width || part.Height != g.Height, look: newLookup(&net.Input)}
}

// source is a recording, cropped if need be.
type source struct {
	rec     events.Recording
	fit     fit
	read    int64
	cropped int64
}

// next reads events into dst. After the last ones, or with an error, it may
// return events all the same.
func (s *source) next(ctx context.Context, dst []events.Event) ([]events.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n, err := s.rec.Read(dst)
	ev := dst[:n]
	if s.fit.crop {
		r, kept := s.fit.part, 0
		for _, e := range ev {
			if x, y := int(e.X)-r.X, int(e.Y)-r.Y; x >= 0 && y >= 0 && x < r.Width && y < r.Height {
				e.X, e.Y = uint16(x), uint16(y)
				ev[kept] = e
				kept++
			}
		}
		s.cropped += int64(n - kept)
		ev = ev[:kept]
	}
	s.read += int64(len(ev))
	return ev, err
}
