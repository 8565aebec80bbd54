package filter_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/events/eventstest"
	"dvsim/events/filter"
)

func drawStream(t *rapid.T) []events.Event {
	now := rapid.Int64Range(0, 1000).Draw(t, "start")
	var ev []events.Event
	for range rapid.IntRange(0, 150).Draw(t, "n") {
		now += rapid.Int64Range(-3, 30).Draw(t, "step")
		ev = append(ev, events.Event{T: now, X: rapid.Uint16Range(0, 5).Draw(t, "x"), Y: rapid.Uint16Range(0, 4).Draw(t, "y"), P: events.Polarity(rapid.Uint8Range(0, 1).Draw(t, "p"))})
	}
	return ev
}

type pixel struct{ x, y uint16 }

type mark struct {
	t int64
	p events.Polarity
}

// TestCorrelationSettings compares every combination of settings with the
// definition in the plainest words: a map of last events, a double loop.
func TestCorrelationSettings(t *testing.T) {
	g := events.Geometry{Width: 6, Height: 5}
	rapid.Check(t, func(t *rapid.T) {
		ev := drawStream(t)
		o := filter.CorrelationOptions{
			Window:  rapid.Int64Range(1, 200).Draw(t, "window"),
			Support: rapid.IntRange(1, 4).Draw(t, "support"),
			Radius:  rapid.IntRange(1, 3).Draw(t, "radius"),
			Cross:   rapid.Bool().Draw(t, "cross"), SamePolarity: rapid.Bool().Draw(t, "same"),
			OwnPixel: rapid.Bool().Draw(t, "own"), Kept: rapid.Bool().Draw(t, "kept"),
			First: filter.First(rapid.IntRange(0, 3).Draw(t, "first")), Start: rapid.Int64Range(-50, 50).Draw(t, "startat"),
		}
		last := map[pixel]mark{}
		if o.First == filter.FirstAfterStart {
			for y := range uint16(5) {
				for x := range uint16(6) {
					last[pixel{x, y}] = mark{o.Start, events.Off}
				}
			}
		}
		var want []events.Event
		for _, e := range ev {
			me := pixel{e.X, e.Y}
			_, seen := last[me]
			n := 0
			for q, m := range last {
				dx, dy := abs(int(q.x)-int(e.X)), abs(int(q.y)-int(e.Y))
				if max(dx, dy) <= o.Radius && (!o.Cross || dx == 0 || dy == 0) && (q != me || o.OwnPixel) &&
					abs(int(e.T-m.t)) < int(o.Window) && (!o.SamePolarity || m.p == e.P) {
					n++
				}
			}
			keep := n >= o.Support
			if !seen && o.First == filter.FirstDropped {
				keep = false
			}
			if !seen && o.First == filter.FirstPasses {
				keep = true
			}
			if keep || !o.Kept || !seen {
				last[me] = mark{e.T, e.P}
			}
			if keep {
				want = append(want, e)
			}
		}
		r, err := filter.Correlation(events.FromSlice(events.Header{Geometry: g}, slices.Clone(ev)), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Collect(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := eventstest.Diff(got, want); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRefractorySettings(t *testing.T) {
	g := events.Geometry{Width: 6, Height: 5}
	rapid.Check(t, func(t *rapid.T) {
		ev := drawStream(t)
		o := filter.RefractoryOptions{
			Period: rapid.Int64Range(1, 400).Draw(t, "period"), Kept: rapid.Bool().Draw(t, "kept"),
			First: filter.First(rapid.IntRange(0, 3).Draw(t, "first")), Start: rapid.Int64Range(-50, 50).Draw(t, "startat"),
		}
		last := map[pixel]int64{}
		var want []events.Event
		for _, e := range ev {
			me := pixel{e.X, e.Y}
			before, seen := last[me]
			if o.First == filter.FirstAfterStart && !seen {
				before, seen = o.Start, true
				last[me] = before
			}
			keep := !seen && o.First != filter.FirstDropped || seen && abs(int(e.T-before)) >= int(o.Period)
			if keep || !o.Kept || !seen {
				last[me] = e.T
			}
			if keep {
				want = append(want, e)
			}
		}
		r, err := filter.Refractory(events.FromSlice(events.Header{Geometry: g}, slices.Clone(ev)), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Collect(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := eventstest.Diff(got, want); err != nil {
			t.Fatal(err)
		}
	})
}

func abs(x int) int { return max(x, -x) }

func TestMask(t *testing.T) {
	m, err := filter.NewMask(size)
	if err != nil {
		t.Fatal(err)
	}
	want := []pixel{{3, 0}, {19, 0}, {0, 1}, {7, 5}, {19, 11}}
	for _, p := range want {
		m.Add(p.x, p.y)
		m.Add(p.x, p.y)
	}
	var got []pixel
	for x, y := range m.Pixels() {
		got = append(got, pixel{x, y})
	}
	if !slices.Equal(got, want) || m.Len() != len(want) {
		t.Errorf("%v (%d)", got, m.Len())
	}
	if m.Contains(4, 0) || m.Contains(20, 0) || m.Contains(0, 12) || !m.Contains(7, 5) {
		t.Error("Contains is wrong")
	}
	defer func() {
		if recover() == nil {
			t.Error("a pixel off the sensor was added")
		}
	}()
	m.Add(20, 0)
}

func TestHotPixels(t *testing.T) {
	ev := eventstest.Sample(5000, size, 2)
	t0, t1 := ev[0].T, ev[len(ev)-1].T
	var hot []events.Event
	for at := t0; at <= t1; at += 100 { // 10 kHz
		hot = append(hot, events.Event{T: at, X: 4, Y: 4})
	}
	m, err := filter.HotPixels(from(append(slices.Clone(ev), hot...)), 9000)
	if err != nil {
		t.Fatal(err)
	}
	if m.Len() != 1 || !m.Contains(4, 4) {
		t.Errorf("%d pixels", m.Len())
	}
}
