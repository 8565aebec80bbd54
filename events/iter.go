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
// before it too.
func Collect(r Reader) ([]Event, error) {
	var all []Event
	for batch, err := range Batches(r) {
		if err != nil {
			return all, err
		}
		all = append(all, batch...)
	}
	return all, nil
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
