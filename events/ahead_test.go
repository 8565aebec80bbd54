package events_test

import (
	"errors"
	"io"
	"runtime"
	"testing"
	"time"

	"dvsim/events"
	"dvsim/events/eventstest"
)

func TestAhead(t *testing.T) {
	for _, n := range []int{0, 1, 4096, 30_000} {
		ev := sample(n)
		eventstest.TestReader(t, func() (events.Reader, error) {
			r := events.Ahead(events.FromSlice(events.Header{Format: "x"}, ev))
			t.Cleanup(func() { r.Close() })
			return r, nil
		}, ev)
	}
}

func TestAheadPassesErrorsOn(t *testing.T) {
	cause := errors.New("broken")
	ev := sample(10_000)
	r := events.Ahead(broken{events.FromSlice(events.Header{}, ev), cause})
	got, err := events.Collect(r)
	if !errors.Is(err, cause) || eventstest.Diff(got, ev) != nil {
		t.Errorf("%d events, %v", len(got), err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]events.Event, 1)); !errors.Is(err, cause) {
		t.Errorf("after Close: %v", err)
	}
}

func TestAheadLeaksNothing(t *testing.T) {
	ev := sample(100_000)
	before := runtime.NumGoroutine()
	for i := range 50 {
		r := events.Ahead(events.FromSlice(events.Header{}, ev))
		buf := make([]events.Event, 1000)
		for range i % 7 {
			if _, err := r.Read(buf); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := r.Read(buf); n != 0 || !errors.Is(err, events.ErrClosed) {
			t.Fatalf("after Close: %d events, %v", n, err)
		}
	}
	for range 100 { // goroutines that have signalled their end may still be counted
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestAheadAllocatesNothing(t *testing.T) {
	r := events.Ahead(endless{})
	defer r.Close()
	buf := make([]events.Event, 1000)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := r.Read(buf); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations a Read", n)
	}
}

// endless is a stream of zero events.
type endless struct{}

func (endless) Header() *events.Header { return &events.Header{} }

func (endless) Read(dst []events.Event) (int, error) {
	clear(dst)
	return len(dst), nil
}

func BenchmarkAhead(b *testing.B) {
	for _, c := range []struct {
		name string
		r    events.Reader
	}{{"plain", endless{}}, {"ahead", events.Ahead(endless{})}} {
		b.Run(c.name, func(b *testing.B) {
			buf := make([]events.Event, events.BatchSize)
			for b.Loop() {
				if _, err := c.r.Read(buf); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(buf)), "ns/event")
		})
		if cl, ok := c.r.(io.Closer); ok {
			cl.Close()
		}
	}
}
