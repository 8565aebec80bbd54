package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"dvsim/events"
	"dvsim/events/filter"
)

// inputFlags are the flags of every verb that reads recordings.
type inputFlags struct {
	format   string
	size     string
	origin   string
	salvage  bool
	from, to time.Duration
	crop     string
	reorder  time.Duration
	workers  int
}

func (f *inputFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "", "format of the recording; default: found by content ("+formatList()+")")
	fl.StringVar(&f.size, "size", "", "sensor size WIDTHxHEIGHT, for files that lack it")
	fl.StringVar(&f.origin, "origin", string(events.OriginStored), "where pixel (0, 0) is: stored (as the file has it) or topleft")
	fl.BoolVar(&f.salvage, "salvage", false, "skip damaged parts, go on, and report the loss (exit code 3)")
	fl.DurationVar(&f.from, "from", 0, "start this long after the first event (200ms)")
	fl.DurationVar(&f.to, "to", 0, "stop this long after the first event (1s); 0: the end")
	fl.StringVar(&f.crop, "crop", "", "only the pixels in X,Y,WIDTHxHEIGHT")
	fl.DurationVar(&f.reorder, "reorder", 0, "sort events that are late by at most this (10ms)")
	fl.IntVar(&f.workers, "workers", 0, "goroutines; 0: one a core. Results do not depend on it")
}

func formatList() string {
	var names []string
	for _, f := range events.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// goroutines is --workers with its default.
func (f *inputFlags) goroutines() int { return cores(f.workers) }

// cores is a number of goroutines: 0 is one a core.
func cores(workers int) int {
	if workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return workers
}

// options turns the flags into decoding options.
func (f *inputFlags) options() (*events.Options, error) {
	o := &events.Options{Format: f.format, Salvage: f.salvage, Origin: events.Origin(f.origin), Workers: f.goroutines()}
	if f.workers < 0 {
		return nil, usagef("--workers %d: a number of goroutines cannot be negative", f.workers)
	}
	if f.format != "" {
		if _, err := events.FormatByName(f.format); err != nil {
			return nil, usageError{err}
		}
	}
	if o.Origin != events.OriginStored && o.Origin != events.OriginTopLeft {
		return nil, usagef("--origin %q: it is %q or %q", f.origin, events.OriginStored, events.OriginTopLeft)
	}
	if f.size != "" {
		g, err := events.ParseGeometry(f.size)
		if err != nil {
			return nil, usagef("--size: %w", err)
		}
		o.Geometry = g
	}
	if f.from < 0 || f.to < 0 || (f.to > 0 && f.to <= f.from) {
		return nil, usagef("--from %v --to %v: times count from the first event, and --to lies after --from", f.from, f.to)
	}
	return o, nil
}

// opened is a recording with the user's filters around it.
type opened struct {
	events.Reader                  // what the verbs read
	rec           events.Recording // the decoder at the bottom, for its Report
	size          int64            // bytes of the file, -1 for a pipe
	read          atomic.Int64     // bytes read so far
	close         []func() error
}

// Close closes the decoder and the file.
func (o *opened) Close() error {
	var first error
	for _, c := range o.close {
		if err := c(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// open opens a file, or a.in for "-", with the flags' filters around it.
func (a *app) open(name string, f *inputFlags, tap events.Tap) (*opened, error) {
	opt, err := f.options()
	if err != nil {
		return nil, err
	}
	opt.Tap = tap
	o := &opened{size: -1}
	src := events.Source{Size: -1}
	if name == "-" {
		src.Reader = &countingReader{r: a.in, n: &o.read}
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, friendly(err)
		}
		src.Name = name
		src.Reader = &countingReader{r: file, n: &o.read}
		if st, err := file.Stat(); err == nil && st.Mode().IsRegular() {
			src.At, src.Size = &countingReader{at: file, n: &o.read}, st.Size()
			o.size = st.Size()
		}
		o.close = append(o.close, file.Close)
	}
	rec, err := events.OpenSource(src, opt)
	if err != nil {
		o.Close()
		return nil, err
	}
	// The decoder stops its goroutines before the file closes under them.
	o.close = append([]func() error{rec.Close}, o.close...)
	o.rec = rec
	return o, o.filter(rec, f)
}

// wrap makes an opened of a recording that is not a file of the user.
func wrap(rec events.Recording, f *inputFlags) (*opened, error) {
	if _, err := f.options(); err != nil {
		rec.Close()
		return nil, err
	}
	o := &opened{size: -1, rec: rec, close: []func() error{rec.Close}}
	return o, o.filter(rec, f)
}

// filter puts the flags' filters around the recording.
func (o *opened) filter(r events.Reader, f *inputFlags) (err error) {
	defer func() {
		if err != nil {
			o.Close()
		}
	}()
	if f.reorder > 0 {
		if r, err = filter.Reorder(r, filter.ReorderOptions{Horizon: f.reorder.Microseconds()}); err != nil {
			return usagef("--reorder: %w", err)
		}
	}
	if f.from > 0 || f.to > 0 {
		to := f.to.Microseconds()
		if f.to == 0 {
			to = filter.End
		}
		if r, err = filter.Slice(r, f.from.Microseconds(), to); err != nil {
			return usagef("--from, --to: %w", err)
		}
	}
	o.Reader = r
	if f.crop == "" {
		return nil
	}
	rect, err := events.ParseRect(f.crop)
	if err != nil {
		return usagef("--crop: %w", err)
	}
	return o.crop(rect)
}

// crop cuts the recording to a rectangle.
func (o *opened) crop(rect events.Rect) error {
	r, err := filter.Crop(o.Reader, rect)
	if err != nil {
		return usagef("crop: %w", err)
	}
	o.Reader = r
	return nil
}

// each shows every batch of the recording to do, with a progress bar, until the
// recording or the context ends.
func (a *app) each(ctx context.Context, name string, o *opened, do func([]events.Event)) error {
	bar := a.progress(name, o)
	defer bar.done()
	for batch, err := range events.Batches(&untilDone{o.Reader, ctx}) {
		if err != nil {
			return err
		}
		do(batch)
		bar.tick()
	}
	return nil
}

// untilDone is a Reader that ends with the context.
type untilDone struct {
	events.Reader
	ctx context.Context
}

func (u *untilDone) Read(dst []events.Event) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(dst)
}

// countingReader tells how far a file has been read.
type countingReader struct {
	r  io.Reader
	at io.ReaderAt
	n  *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.at.ReadAt(p, off)
	c.n.Add(int64(n))
	return n, err
}

// displayName is what messages call an input.
func displayName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return filepath.ToSlash(name)
}
