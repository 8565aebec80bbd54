package sample_test

import (
	"fmt"
	"log"
	"testing"

	"dvsim/datasets/sample"
	"dvsim/events"
)

func collect(t *testing.T) []events.Event {
	t.Helper()
	rec, err := sample.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	ev, err := events.Collect(rec)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func TestHeader(t *testing.T) {
	rec, err := sample.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	h := rec.Header()
	if h.Format != "aedat4" || h.Geometry != sample.Geometry {
		t.Errorf("%s, %v", h.Format, h.Geometry)
	}
	m, err := events.Measured(rec)
	if err != nil {
		t.Fatal(err)
	}
	if m.Events < 20_000 || m.OutOfBounds+m.Backward > 0 || m.Min < 0 || m.Max > sample.Duration {
		t.Errorf("%+v", m)
	}
	if balance := float64(m.On) / float64(m.Off); balance < 0.7 || balance > 1.5 {
		t.Errorf("%d ON, %d OFF", m.On, m.Off)
	}
	if rep := rec.Report(); rep.Loss.Any() || len(rep.Warnings) > 0 {
		t.Errorf("%+v", rep)
	}
}

// TestSchedule: the digits are where the schedule has them, moved as in N-MNIST, and
// between them there is noise, and little of it.
func TestSchedule(t *testing.T) {
	ev := collect(t)
	between := func(from, to int64) (n int, x, y float64) {
		for _, e := range ev {
			if e.T >= from && e.T < to {
				n++
				x += float64(e.X)
				y += float64(e.Y)
			}
		}
		return n, x / float64(n), y / float64(n)
	}
	quiet := func(from, to int64) {
		n, _, _ := between(from, to)
		if rate := float64(n) / float64(to-from) * 1e6 / float64(sample.Geometry.Pixels()); rate < 0.1 || rate > 1 {
			t.Errorf("noise of %.3f Hz a pixel from %d to %d µs", rate, from, to)
		}
	}
	at := int64(0)
	for _, s := range sample.Schedule {
		if s.To-s.From != 310_000 {
			t.Errorf("digit %d is seen for %d µs", s.Digit, s.To-s.From)
		}
		quiet(at, s.From)
		at = s.To
		if n, _, _ := between(s.From, s.To); n < 1000 || n > 8000 {
			t.Errorf("%d events of digit %d", n, s.Digit)
		}
		// Three saccades: down, up to the right, back to the left.
		_, x0, y0 := between(s.From+20_000, s.From+40_000)
		_, x1, y1 := between(s.From+60_000, s.From+75_000)
		_, x2, y2 := between(s.From+165_000, s.From+190_000)
		_, x3, _ := between(s.From+265_000, s.From+300_000)
		if y1 < y0+1.5 || y2 > y1-1 || x2 < x1 || x3 > x2-0.5 {
			t.Errorf("digit %d from %d µs: centres (%.1f, %.1f), (%.1f, %.1f), (%.1f, %.1f), x %.1f", s.Digit, s.From, x0, y0, x1, y1, x2, y2, x3)
		}
		if d, ok := sample.Digit(s.From); !ok || d != s.Digit {
			t.Errorf("at %d µs: digit %d, %v", s.From, d, ok)
		}
		if _, ok := sample.Digit(s.To); ok {
			t.Errorf("there is a digit at %d µs", s.To)
		}
	}
	quiet(at, sample.Duration)
}

func Example() {
	rec, err := sample.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer rec.Close()
	m, err := events.Measured(rec)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rec.Header().Geometry, m.Events, "events")
	// Output: 34x34 26947 events
}
