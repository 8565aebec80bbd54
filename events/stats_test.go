package events_test

import (
	"cmp"
	"errors"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dvsim/events"
)

// plainStats is Stats as one would write it with all events at hand.
func plainStats(ev []events.Event, g events.Geometry) events.Summary {
	m := events.Summary{Gaps: []events.Silence{}, Hottest: []events.HotPixel{}}
	if len(ev) == 0 {
		return m
	}
	m.Events = int64(len(ev))
	m.First, m.Last, m.Min, m.Max = ev[0].T, ev[len(ev)-1].T, ev[0].T, ev[0].T
	pixels := map[[2]uint16]int64{}
	for i, e := range ev {
		if e.P == events.On {
			m.On++
		} else {
			m.Off++
		}
		m.Min, m.Max = min(m.Min, e.T), max(m.Max, e.T)
		m.XMax, m.YMax = max(m.XMax, int(e.X)), max(m.YMax, int(e.Y))
		if g.Known() && !g.Contains(e.X, e.Y) {
			m.OutOfBounds++
			m.Uncounted++
		} else {
			pixels[[2]uint16{e.Y, e.X}]++
		}
		if i == 0 {
			continue
		}
		switch d := e.T - ev[i-1].T; {
		case d == 0:
			m.Simultaneous++
		case d < 0:
			m.Backward++
			m.BackwardMax = max(m.BackwardMax, -d)
		default:
			m.Gaps = append(m.Gaps, events.Silence{After: ev[i-1].T, Duration: d})
		}
	}
	slices.SortStableFunc(m.Gaps, func(a, b events.Silence) int { return cmp.Compare(b.Duration, a.Duration) })
	m.Gaps = m.Gaps[:min(5, len(m.Gaps))]
	m.Duration = m.Max - m.Min
	if m.Duration > 0 {
		m.MeanRate = float64(m.Events) / float64(m.Duration) * 1e6
	}
	m.ActivePixels = len(pixels)
	for p, n := range pixels {
		m.Hottest = append(m.Hottest, events.HotPixel{X: p[1], Y: p[0], Events: n, Share: float64(n) / float64(m.Events)})
	}
	slices.SortFunc(m.Hottest, func(a, b events.HotPixel) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	})
	m.Hottest = m.Hottest[:min(10, len(m.Hottest))]
	return m
}

func TestStats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := rapid.Int64Range(-1e12, 1e15).Draw(t, "start")
		var ev []events.Event
		for range rapid.IntRange(0, 300).Draw(t, "n") {
			now += rapid.SampledFrom([]int64{0, 0, 1, 3, 3, 40, 9_999, 10_000, 123_456, -5, -30_000}).Draw(t, "step")
			ev = append(ev, events.Event{T: now, X: uint16(rapid.IntRange(0, 20).Draw(t, "x")), Y: uint16(rapid.IntRange(0, 9).Draw(t, "y")), P: events.Polarity(rapid.IntRange(0, 1).Draw(t, "p"))})
		}
		g := rapid.SampledFrom([]events.Geometry{{}, {Width: 21, Height: 10}, {Width: 12, Height: 7}, {Width: 60000, Height: 60000}}).Draw(t, "geometry")
		s := events.NewStats(g)
		for rest := ev; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			s.Add(rest[:n])
			s.Summary() // looking does not disturb
			rest = rest[n:]
		}
		got, want := s.Summary(), plainStats(ev, g)
		want.PeakRate, want.PeakAt = got.PeakRate, got.PeakAt // see TestPeakRate
		if d := gocmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestPeakRate(t *testing.T) {
	const t0 = 1_589_163_147_369_190
	var ev []events.Event
	for i := range int64(100) { // 1 kHz
		ev = append(ev, events.Event{T: t0 + 1000*i})
	}
	for i := range int64(50) { // and 50 events more in the bin that starts at 40 ms
		ev = append(ev, events.Event{T: t0 + 40_000 + 10*i})
	}
	slices.SortFunc(ev, func(a, b events.Event) int { return cmp.Compare(a.T, b.T) })
	m, err := events.Measured(events.FromSlice(events.Header{}, ev))
	if err != nil || m.PeakRate != 6000 || m.PeakAt != t0+40_000 {
		t.Errorf("peak %g Hz at %d, %v", m.PeakRate, m.PeakAt-t0, err)
	}
	if m.MeanRate < 1515 || m.MeanRate > 1516 { // 150 in 99 ms
		t.Errorf("mean %g Hz", m.MeanRate)
	}
	// The last bin counts too, and a recording shorter than a bin has no peak.
	last := events.NewStats(events.Geometry{})
	last.Add([]events.Event{{T: 0}, {T: 10_000}, {T: 10_001}})
	if m := last.Summary(); m.PeakRate != 200 || m.PeakAt != 10_000 {
		t.Errorf("peak %g Hz at %d", m.PeakRate, m.PeakAt)
	}
	short := events.NewStats(events.Geometry{})
	short.Add([]events.Event{{T: 5}, {T: 6}})
	if m := short.Summary(); m.PeakRate != 0 {
		t.Errorf("peak %g Hz in 1 µs", m.PeakRate)
	}
}

// A stated size and far coordinates must not take memory.
func TestStatsMemory(t *testing.T) {
	n := testing.AllocsPerRun(1, func() { events.NewStats(events.Geometry{Width: 65535, Height: 65535}) })
	if n > 2 {
		t.Errorf("%g allocations for a size alone", n)
	}
	s := events.NewStats(events.Geometry{})
	s.Add([]events.Event{{X: 3, Y: 3}, {X: 65535, Y: 65535}, {X: 65535, Y: 0}, {X: 3, Y: 3}})
	m := s.Summary()
	if m.Uncounted != 1 || m.OutOfBounds != 0 || m.ActivePixels != 2 || m.Hottest[0].Events != 2 {
		t.Errorf("%+v", m)
	}
}

func TestMeasuredKeepsWhatCameBeforeAnError(t *testing.T) {
	cause := errors.New("broken")
	m, err := events.Measured(broken{events.FromSlice(events.Header{}, sample(5000)), cause})
	if !errors.Is(err, cause) || m.Events != 5000 {
		t.Errorf("%d events, %v", m.Events, err)
	}
}

func TestStatsAllocatesNothing(t *testing.T) {
	s := events.NewStats(events.Geometry{Width: 64, Height: 48})
	ev := sample(events.BatchSize)
	s.Add(ev)
	if n := testing.AllocsPerRun(10, func() { s.Add(ev) }); n != 0 {
		t.Errorf("%g allocations a batch", n)
	}
}

func BenchmarkStats(b *testing.B) {
	ev := sample(events.BatchSize)
	s := events.NewStats(events.Geometry{Width: 64, Height: 48})
	b.SetBytes(int64(16 * len(ev)))
	for b.Loop() {
		s.Add(ev)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ev)), "ns/event")
}
