package events

import (
	"fmt"
	"iter"
	"math"
)

// Window is a stretch of a recording.
type Window struct {
	// Index numbers the windows from 0. Windows by time that hold no event are not
	// given, but counted: a step of more than one is a silence.
	Index int64
	// Start and End are in µs; Start ≤ t < End for windows by time, the times of
	// the first and last event for windows by count.
	Start, End int64
	// Events belongs to the sequence and is valid until its next step.
	Events []Event
	// Late counts the events that are older than Start. They stand in the window
	// that was open when they came, so none is lost; filter.Reorder brings them home.
	Late int
}

// ByTime cuts a stream into windows of width µs, the first of which starts with
// the first event: window k holds t0 + k·width ≤ t < t0 + (k+1)·width. The memory
// of one window is reused for all; it grows to the largest.
//
// It panics unless width > 0. The sequence is single-use; an error of the stream
// is yielded last, after the window that it broke off.
func ByTime(r Reader, width int64) iter.Seq2[Window, error] {
	return byTime(r, width, nil)
}

// ByTimeFrom is [ByTime] with the first window starting at origin. Events before
// origin are late events of window 0.
func ByTimeFrom(r Reader, width, origin int64) iter.Seq2[Window, error] {
	return byTime(r, width, &origin)
}

func byTime(r Reader, width int64, origin *int64) iter.Seq2[Window, error] {
	if width <= 0 {
		panic(fmt.Sprintf("events: window of %d µs", width))
	}
	return func(yield func(Window, error) bool) {
		var w Window
		started := false
		for batch, err := range Batches(r) {
			if err != nil {
				if len(w.Events) == 0 || yield(w, nil) {
					yield(Window{}, err)
				}
				return
			}
			if !started {
				started = true
				w = w.at(0, batch[0].T, width)
				if origin != nil {
					w = w.at(0, *origin, width)
				}
			}
			for len(batch) > 0 {
				n := w.take(batch, width)
				if batch = batch[n:]; len(batch) == 0 {
					break
				}
				if len(w.Events) > 0 && !yield(w, nil) {
					return
				}
				steps := int64(uint64(batch[0].T-w.Start) / uint64(width))
				w = w.at(w.Index+steps, w.Start+steps*width, width)
			}
		}
		if len(w.Events) > 0 {
			yield(w, nil)
		}
	}
}

// at returns an empty window in the memory of w.
func (w Window) at(index, start, width int64) Window {
	end := start + width
	if end < start { // beyond the last int64
		end = math.MaxInt64
	}
	return Window{Index: index, Start: start, End: end, Events: w.Events[:0]}
}

// take appends the events up to the first one that lies behind the window and
// returns how many.
func (w *Window) take(batch []Event, width int64) int {
	n := 0
	for ; n < len(batch); n++ {
		t := batch[n].T
		if t < w.Start {
			w.Late++
		} else if uint64(t-w.Start) >= uint64(width) {
			break
		}
	}
	w.Events = append(w.Events, batch[:n]...)
	return n
}

// ByCount cuts a stream into windows of n events; the last may hold fewer. The
// memory of one window is reused for all. It panics unless n > 0. An error of
// the stream is yielded last, after the window that it broke off.
func ByCount(r Reader, n int) iter.Seq2[Window, error] {
	if n <= 0 {
		panic(fmt.Sprintf("events: window of %d events", n))
	}
	return func(yield func(Window, error) bool) {
		var index int64
		var buf []Event
		give := func() bool {
			if len(buf) == 0 {
				return true
			}
			w := Window{Index: index, Start: buf[0].T, End: buf[len(buf)-1].T, Events: buf}
			for _, e := range buf {
				if e.T < w.Start {
					w.Late++
				}
			}
			index++
			ok := yield(w, nil)
			buf = buf[:0]
			return ok
		}
		for batch, err := range Batches(r) {
			if err != nil {
				if give() {
					yield(Window{}, err)
				}
				return
			}
			for len(batch) > 0 {
				k := min(n-len(buf), len(batch))
				buf = append(buf, batch[:k]...)
				batch = batch[k:]
				if len(buf) == n && !give() {
					return
				}
			}
		}
		give()
	}
}
