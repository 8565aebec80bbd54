package filter

import (
	"fmt"
	"io"
	"math"

	"dvsim/events"
)

// End as the upper bound of [Slice] is the end of the recording.
const End = math.MaxInt64

// SliceSlack is how far [Slice] reads past its end for events that come late, in µs.
const SliceSlack = 100_000

// Slice keeps the events with from ≤ t − t0 < to, where t0 is the time of the
// recording's first event; from and to are µs. It does not read the rest of the
// recording: io.EOF comes with the first event that is [SliceSlack] or more past
// the end. Unless 0 ≤ from ≤ to it returns an error.
func Slice(r events.Reader, from, to int64) (events.Reader, error) {
	if from < 0 || from > to {
		return nil, fmt.Errorf("filter: slice from %d µs to %d µs: want 0 ≤ from ≤ to", from, to)
	}
	return &slice{src: r, from: from, to: to}, nil
}

type slice struct {
	src      events.Reader
	from, to int64
	t0       int64
	started  bool
	done     bool
}

func (s *slice) Header() *events.Header { return s.src.Header() }

func (s *slice) Read(dst []events.Event) (int, error) {
	for !s.done {
		n, err := s.src.Read(dst)
		k := s.keep(dst[:n])
		if s.done {
			return k, io.EOF
		}
		if k > 0 || err != nil || len(dst) == 0 {
			return k, err
		}
	}
	return 0, io.EOF
}

func (s *slice) keep(batch []events.Event) int {
	if !s.started && len(batch) > 0 {
		s.started = true
		s.t0 = batch[0].T
	}
	k := 0
	for _, e := range batch {
		t := e.T - s.t0
		if t >= s.to {
			if t-s.to >= SliceSlack {
				s.done = true
				break
			}
			continue
		}
		if t >= s.from {
			batch[k] = e
			k++
		}
	}
	return k
}
