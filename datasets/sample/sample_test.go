package sample_test

import (
	"fmt"
	"log"
	"math"
	"slices"
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

// TestSchedule measures the direction of the edges in the events of 8 ms.
func TestSchedule(t *testing.T) {
	ev := collect(t)
	between := func(from, to int64, keep func(events.Event) bool) []events.Event {
		var out []events.Event
		for _, e := range ev {
			if e.T >= from && e.T < to && keep(e) {
				out = append(out, e)
			}
		}
		return out
	}
	for _, s := range sample.Schedule {
		inside := func(e events.Event) bool { return s.Region.Contains(e.X, e.Y) }
		all := between(s.From, s.To, func(events.Event) bool { return true })
		there := between(s.From, s.To, inside)
		if share := float64(len(there)) / float64(len(all)); len(there) < 3000 || share < 0.75 {
			t.Errorf("%d events at %v in the show from %d µs on, %.2f of all", len(there), s.Region, s.From, share)
		}
		for _, f := range []float64{0.1, 0.3, 0.5, 0.7, 0.9} {
			mid := s.From + int64(f*float64(s.To-s.From))
			want, ok := sample.Direction(mid)
			if !ok {
				t.Fatalf("nothing moves at %d µs", mid)
			}
			edge := between(mid-4000, mid+4000, inside)
			if s.Begin == s.End { // a bar that sweeps has an OFF edge ahead of an ON edge
				edge = between(mid-4000, mid+4000, func(e events.Event) bool { return inside(e) && e.P == events.On })
			}
			if got := axis(edge); len(edge) < 20 || apart(got, want) > 8 {
				t.Errorf("at %d µs: %.1f° from %d events, want %.1f°", mid, got, len(edge), want)
			}
		}
	}
	// Between the shows there is noise, and little of it.
	quiet := between(2_620_000, sample.Duration, func(events.Event) bool { return true })
	rate := float64(len(quiet)) / 0.08 / float64(sample.Geometry.Pixels())
	if rate < 0.05 || rate > 0.5 {
		t.Errorf("noise of %.3f Hz a pixel", rate)
	}
	if _, ok := sample.Direction(550_000); ok {
		t.Error("something moves in a pause")
	}
}

// axis returns the direction of the line through a cloud of events, in degrees
// counter-clockwise with y downwards. It fits, leaves out what is 5 pixels or more
// from the line, and fits again.
func axis(ev []events.Event) float64 {
	direction := 0.0
	for range 4 {
		var mx, my, sxx, syy, sxy float64
		for _, e := range ev {
			mx += float64(e.X) / float64(len(ev))
			my -= float64(e.Y) / float64(len(ev))
		}
		for _, e := range ev {
			dx, up := float64(e.X)-mx, -float64(e.Y)-my
			sxx, syy, sxy = sxx+dx*dx, syy+up*up, sxy+dx*up
		}
		direction = 0.5 * math.Atan2(2*sxy, sxx-syy)
		sin, cos := math.Sincos(direction)
		ev = slices.DeleteFunc(slices.Clone(ev), func(e events.Event) bool {
			return math.Abs(-(float64(e.X)-mx)*sin+(-float64(e.Y)-my)*cos) >= 5
		})
	}
	return math.Mod(direction*180/math.Pi+180, 180)
}

// apart returns the angle between two lines, in degrees.
func apart(a, b float64) float64 {
	return math.Abs(math.Mod(a-b+270, 180) - 90)
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
	// Output: 128x128 27269 events
}
