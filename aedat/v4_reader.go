package aedat

import (
	"io"
	"sync"

	"dvsim/events"
)

// v4Decoder hands the records of jobs out in the order of the file.
//
// With one worker everything happens in the caller's goroutine. With more,
// workers take turns to fill a job from the file and decode it side by side; the
// caller takes jobs in the order in which they were filled. From a pipe only the
// caller reads, inside Read, so that Close never waits for bytes; workers decode.
// There are workers + 2 jobs, used again and again, which bounds the memory.
type v4Decoder struct {
	h    events.Header
	opt  events.Options
	scan v4Scanner
	v4Merge

	started bool
	limit   int           // jobs at most
	lone    *v4Worker     // decodes in the caller's goroutine; nil with more workers
	mu      sync.Mutex    // guards scan, with workers on a file
	free    chan *v4Job   // jobs to be filled
	work    chan *v4Job   // jobs filled by the caller, to be decoded
	queue   chan *v4Job   // jobs in the order of the file
	stop    chan struct{} // closed to end the workers
	wg      sync.WaitGroup
	head    *v4Job // taken off queue, perhaps not decoded yet
}

func v4Decode(src events.Source, opt events.Options) (events.Decoder, error) {
	r := src.Reader
	pipe := src.At == nil || src.Size < 0
	if !pipe {
		r = io.NewSectionReader(src.At, 0, src.Size)
	}
	size := src.Size
	if pipe {
		size = -1
	}
	h, err := v4ReadHeader(r, size)
	if err != nil {
		return nil, err
	}
	d := &v4Decoder{h: h.header(&opt), opt: opt}
	streams := v4Streams(&d.h, &opt)
	d.scan = v4Scanner{
		r: r, next: h.bytes, first: h.bytes, salvage: opt.Salvage, streams: streams,
		size: size, end: -1, announced: h.table, chunk: v4Chunk(h.codec),
	}
	d.scan.unpacker.codec = h.codec
	if !pipe {
		d.scan.at = src.At
		d.scan.chunk = int(min(int64(d.scan.chunk), max(size-h.bytes, 64)))
	}
	d.v4Merge = v4Merge{streams: streams, tap: opt.Tap, salvage: opt.Salvage, codec: h.codec}
	return d, nil
}

// v4Chunk is how many bytes of the file a job aims for: some 10,000 to 20,000 events.
func v4Chunk(c v4Codec) int {
	switch c.magic() {
	case lz4Magic:
		return 128 << 10
	case zstdMagic:
		return 64 << 10
	}
	return 256 << 10
}

// Header implements [events.Reader].
func (d *v4Decoder) Header() *events.Header { return &d.h }

// Read implements [events.Reader].
func (d *v4Decoder) Read(dst []events.Event) (int, error) {
	if !d.started && d.err == nil {
		d.start()
	}
	n := 0
	for {
		n += d.take(dst[n:])
		if n > 0 && n == len(dst) || len(dst) == 0 && d.waiting() {
			return n, nil
		}
		if d.err != nil {
			d.shutdown()
			if n > 0 {
				return n, nil
			}
			return 0, d.err
		}
		if d.items() {
			if n > 0 && d.taps() {
				return n, nil // the tap comes after these events in the file
			}
			d.item()
			continue
		}
		if d.job != nil {
			d.recycle()
			continue
		}
		if n > 0 && !d.next(false) {
			return n, nil
		}
		if d.job == nil {
			d.next(true)
		}
	}
}

// recycle gives the current job back when all of it has been handed out.
func (d *v4Decoder) recycle() {
	if j := d.job; j.err != nil {
		d.err = j.err
	} else if j.last {
		d.err = io.EOF
	}
	if d.err == nil {
		d.free <- d.job
	}
	d.job = nil
}

// Close implements [events.Decoder].
func (d *v4Decoder) Close() error {
	if d.err == nil || d.err == io.EOF {
		d.err = events.ErrClosed
	}
	d.shutdown()
	if d.lone != nil {
		d.lone.unpacker.close()
		d.lone = nil
	}
	d.from, d.to = 0, 0
	return nil
}

// Report implements [events.Decoder].
func (d *v4Decoder) Report() events.Report {
	d.mu.Lock() // a worker may be scanning ahead
	defer d.mu.Unlock()
	return d.report(d.scan.warnings)
}
