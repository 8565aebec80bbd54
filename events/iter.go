package events

import (
	"errors"
	"io"
	"iter"
)

// BatchSize is the number of events that the helpers of this package read at a
// time: 64 KiB, small enough for the first-level caches of most machines.
const BatchSize = 4096

// Batches yields the stream in batches. The batch is reused: it is valid until
// the next step. A batch and its error are yielded apart, the batch first.
// The sequence is single-use, and io.EOF ends it without being yielded.
func Batches(r Reader) iter.Seq2[[]Event, error] {
	return func(yield func([]Event, error) bool) {
		buf := make([]Event, BatchSize)
		for {
			n, err := r.Read(buf)
			if n > 0 && !yield(buf[:n], nil) {
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(nil, err)
				}
				return
			}
		}
	}
}

// All yields every event of the stream. An error is yielded last, with a zero
// event. The sequence is single-use.
func All(r Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for batch, err := range Batches(r) {
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range batch {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// Collect reads the whole stream into memory. On an error it returns the events
// before it too. It reads into pieces of growing size and joins them at the end:
// the system's price of fresh memory is most of the work, and growing one slice
// step by step pays it several times over.
func Collect(r Reader) ([]Event, error) {
	var pieces [][]Event
	total, size := 0, BatchSize
	for {
		piece := make([]Event, size)
		n := 0
		for n < size {
			k, err := r.Read(piece[n:])
			n += k
			if err == nil {
				continue
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			if len(pieces) == 0 {
				return piece[:n:n], err
			}
			all := make([]Event, 0, total+n)
			for _, p := range pieces {
				all = append(all, p...)
			}
			return append(all, piece[:n]...), err
		}
		pieces = append(pieces, piece)
		total += n
		size = min(2*size, 256*BatchSize)
	}
}

// Copy writes the whole stream to w and returns the number of events written.
// It does not close w.
func Copy(w Writer, r Reader) (int64, error) {
	var n int64
	for batch, err := range Batches(r) {
		if err != nil {
			return n, err
		}
		if err := w.Write(batch); err != nil {
			return n, err
		}
		n += int64(len(batch))
	}
	return n, nil
}

// FromSlice returns a Reader over events in memory.
func FromSlice(h Header, ev []Event) Reader { return &sliceReader{h: h, ev: ev} }

type sliceReader struct {
	h  Header
	ev []Event
}

func (r *sliceReader) Header() *Header { return &r.h }

func (r *sliceReader) Read(dst []Event) (int, error) {
	if len(r.ev) == 0 {
		return 0, io.EOF
	}
	n := copy(dst, r.ev)
	r.ev = r.ev[n:]
	return n, nil
}
