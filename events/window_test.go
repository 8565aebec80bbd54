package events_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/events/eventstest"
)

func TestByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := rapid.Int64Range(-1000, 1e15).Draw(t, "start")
		var ev []events.Event
		for range rapid.IntRange(0, 200).Draw(t, "n") {
			now += rapid.SampledFrom([]int64{0, 1, 2, 7, 99, 1000, 1_000_000, -3, -500}).Draw(t, "step")
			ev = append(ev, events.Event{T: now})
		}
		width := rapid.Int64Range(1, 2000).Draw(t, "width")
		seq := events.ByTime(events.FromSlice(events.Header{}, ev), width)
		origin := int64(0)
		if len(ev) > 0 {
			origin = ev[0].T
		}
		if rapid.Bool().Draw(t, "own origin") {
			origin += rapid.Int64Range(-5000, 50).Draw(t, "origin")
			seq = events.ByTimeFrom(events.FromSlice(events.Header{}, ev), width, origin)
		}
		var got []events.Event
		last := int64(-1)
		for w, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if w.Index <= last || len(w.Events) == 0 {
				t.Fatalf("window %d with %d events after window %d", w.Index, len(w.Events), last)
			}
			last = w.Index
			if w.Start != origin+w.Index*width || w.End != w.Start+width {
				t.Fatalf("window %d is %d..%d", w.Index, w.Start, w.End)
			}
			late := 0
			for _, e := range w.Events {
				if e.T >= w.End {
					t.Fatalf("%d stands in %d..%d", e.T, w.Start, w.End)
				}
				if e.T < w.Start {
					late++
				}
			}
			if late != w.Late {
				t.Fatalf("%d late events, stated %d", late, w.Late)
			}
			got = append(got, w.Events...)
		}
		if err := eventstest.Diff(got, ev); err != nil {
			t.Fatal(err)
		}
	})
}

// Far times neither loop for ever nor overflow.
func TestByTimeFar(t *testing.T) {
	ev := []events.Event{{T: math.MinInt64}, {T: 0}, {T: math.MaxInt64 - 1}, {T: math.MaxInt64}, {T: math.MaxInt64}}
	for _, width := range []int64{1, 1000, math.MaxInt64} {
		n := 0
		for w, err := range events.ByTime(events.FromSlice(events.Header{}, ev), width) {
			if err != nil {
				t.Fatal(err)
			}
			n += len(w.Events)
		}
		if n != len(ev) {
			t.Errorf("width %d: %d of %d events", width, n, len(ev))
		}
	}
}

func TestByCount(t *testing.T) {
	ev := sample(10_000)
	for _, n := range []int{1, 7, 4096, 9_999, 10_000, 10_001} {
		var got []events.Event
		windows := 0
		for w, err := range events.ByCount(events.FromSlice(events.Header{}, ev), n) {
			if err != nil {
				t.Fatal(err)
			}
			if w.Index != int64(windows) || (len(w.Events) != n && len(got)+len(w.Events) != len(ev)) {
				t.Fatalf("window %d has index %d and %d events of %d", windows, w.Index, len(w.Events), n)
			}
			if w.Start != w.Events[0].T || w.End != w.Events[len(w.Events)-1].T {
				t.Fatalf("window %d is %d..%d", windows, w.Start, w.End)
			}
			windows++
			got = append(got, w.Events...)
		}
		if err := eventstest.Diff(got, ev); err != nil {
			t.Errorf("windows of %d: %v", n, err)
		}
		if want := (len(ev) + n - 1) / n; windows != want {
			t.Errorf("%d windows of %d, want %d", windows, n, want)
		}
	}
}

func TestWindowsOfABrokenStream(t *testing.T) {
	cause := errors.New("broken")
	ev := sample(5000)
	r := func() events.Reader { return broken{events.FromSlice(events.Header{}, ev), cause} }
	for name, seq := range map[string]func(func(events.Window, error) bool){
		"time": events.ByTime(r(), 1<<40), "count": events.ByCount(r(), 1<<20),
	} {
		n, steps := 0, 0
		var last error
		for w, err := range seq {
			n += len(w.Events)
			last = err
			steps++
		}
		if n != 5000 || steps != 2 || !errors.Is(last, cause) {
			t.Errorf("by %s: %d events in %d steps, %v", name, n, steps, last)
		}
	}
	for _, seq := range []func(func(events.Window, error) bool){events.ByTime(r(), 10), events.ByCount(r(), 10)} {
		steps := 0
		for range seq {
			if steps++; steps == 2 {
				break
			}
		}
		if steps != 2 {
			t.Errorf("broken off after %d steps", steps)
		}
	}
}

func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := rapid.SliceOfN(eventGen, 0, 50).Draw(t, "events")
		var c events.Columns
		c.Append([]events.Event{{T: 1}})
		c.Reset()
		cut := rapid.IntRange(0, len(ev)).Draw(t, "cut")
		c.Append(ev[:cut])
		c.Append(ev[cut:])
		if c.Len() != len(ev) {
			t.Fatalf("%d of %d events", c.Len(), len(ev))
		}
		if err := eventstest.Diff(c.AppendTo(nil), ev); err != nil {
			t.Error(err)
		}
		tail := c.Slice(cut, len(ev))
		if err := eventstest.Diff(tail.AppendTo([]events.Event{{T: 7}})[1:], ev[cut:]); err != nil {
			t.Error(err)
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("columns of different lengths are accepted")
		}
	}()
	(&events.Columns{T: make([]int64, 3)}).AppendTo(nil)
}
