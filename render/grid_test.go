package render

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
)

// TestGridKeepsEverySpike: whatever comes in whatever order, the counts add up,
// and each lies in the column and row of its time, however often bins were merged.
func TestGridKeepsEverySpike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGrid(rapid.IntRange(1, 5).Draw(t, "rows"), 2*rapid.IntRange(1, 8).Draw(t, "cols/2"))
		times := rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64Range(0, 5000), rapid.Int64Range(0, 1<<50), rapid.Int64())
		type spike struct {
			t   int64
			row int
		}
		var all []spike
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			s := spike{times.Draw(t, "t"), rapid.IntRange(0, g.rows-1).Draw(t, "row")}
			g.column(s.t)[s.row]++
			all = append(all, s)
		}
		want := make([]uint32, len(g.counts))
		for _, s := range all {
			at := min(max(s.t, -farTime), farTime)
			if at < g.origin || at < g.min || at > g.max {
				t.Fatalf("time %d is before the origin %d or outside %d … %d", at, g.origin, g.min, g.max)
			}
			c := int((at - g.origin) >> g.shift)
			if c >= g.used {
				t.Fatalf("time %d is in column %d of %d (origin %d, bins of 1<<%d)", s.t, c, g.used, g.origin, g.shift)
			}
			want[c*g.rows+s.row]++
		}
		for i, n := range g.counts {
			if n != want[i] {
				t.Fatalf("column %d, row %d: %d, want %d", i/g.rows, i%g.rows, n, want[i])
			}
		}
	})
}

func TestWildTimesDoNotPanic(t *testing.T) {
	o := NewOverview(Options{})
	for _, v := range []int64{0, math.MaxInt64, math.MinInt64, -1, 1, math.MinInt64 + 1, math.MaxInt64 - 1} {
		o.Events([]events.Event{{T: v, X: 65535, Y: 65535}, {T: v, P: events.On}})
	}
	o.Draw()
}

// TestRowsHalve: a sensor of unknown height is drawn with as many rows as fit.
func TestRowsHalve(t *testing.T) {
	e := newEventGrid(Options{})
	n := 0
	for y := range 2000 {
		for p := range 2 {
			e.add([]events.Event{{T: int64(y % 7), Y: uint16(y), P: events.Polarity(p)}})
			n++
		}
	}
	if e.per != 8 || e.height() != 2000 {
		t.Fatalf("%d sensor rows a row, height %d", e.per, e.height())
	}
	for p := range 2 {
		for r := range e.rows {
			want := uint32(max(0, min(8, 2000-r*8)))
			got := uint32(0)
			for c := range e.used {
				got += e.counts[c*e.grid.rows+p*e.rows+r]
			}
			if got != want {
				t.Fatalf("polarity %d, row %d: %d events, want %d", p, r, got, want)
			}
		}
	}
}

// TestEventImageGrows: a sensor of unknown size keeps all its events, and one that is
// larger than the counts gathers its pixels.
func TestEventImageGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g events.Geometry
		if rapid.Bool().Draw(t, "known") {
			g = events.Geometry{Width: rapid.IntRange(1, 5000).Draw(t, "w"), Height: rapid.IntRange(1, 100).Draw(t, "h")}
		}
		e := NewEventImage(Options{Geometry: g})
		side := rapid.SampledFrom([]int{10, 100, 100, 100, 400, 3000}).Draw(t, "side")
		want := map[[3]int]uint32{}
		var all []events.Event
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			v := events.Event{
				X: uint16(rapid.IntRange(0, side).Draw(t, "x")),
				Y: uint16(rapid.IntRange(0, side).Draw(t, "y")),
				P: events.Polarity(rapid.IntRange(0, 1).Draw(t, "p")),
			}
			e.Events([]events.Event{v})
			all = append(all, v)
		}
		for _, v := range all {
			want[[3]int{int(v.P), int(v.X) >> e.shift, int(v.Y) >> e.shift}]++
		}
		if e.w > maxSide || e.h > maxSide {
			t.Fatalf("counts of %d×%d", e.w, e.h)
		}
		for p, counts := range e.counts {
			for i, n := range counts {
				if n == 0 {
					continue
				}
				k := [3]int{p, i % e.w, i / e.w}
				if n != want[k] {
					t.Fatalf("%v: %d, want %d", k, n, want[k])
				}
				delete(want, k)
			}
		}
		if len(want) > 0 {
			t.Fatalf("missing: %v", want)
		}
	})
}

// TestDensityKeepsItsSum: what is spread over pixels is what was given, however the
// rectangle lies.
func TestDensityKeepsItsSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDensity(20, 10)
		x0, y0 := rapid.Float64Range(0, 19).Draw(t, "x0"), rapid.Float64Range(0, 9).Draw(t, "y0")
		x1, y1 := rapid.Float64Range(x0+0.01, 20).Draw(t, "x1"), rapid.Float64Range(y0+0.01, 10).Draw(t, "y1")
		d.add(x0, x1, y0, y1, 7)
		sum := 0.0
		for _, v := range d.v {
			sum += float64(v)
		}
		if math.Abs(sum-7) > 1e-3 {
			t.Fatalf("sum = %v", sum)
		}
	})
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		k      ticks
		lo, hi float64
		want   []string
	}{
		{ticks{want: 5}, 0, 1200, []string{"0", "500", "1,000"}},
		{ticks{want: 10}, 0, 1200, []string{"0", "200", "400", "600", "800", "1,000", "1,200"}},
		{ticks{want: 4}, 0, 0.07, []string{"0", "0.02", "0.04", "0.06"}},
		{ticks{want: 5, whole: true}, 0, 3, []string{"0", "1", "2", "3"}},
		{ticks{want: 2}, 0, 4e6, []string{"0", "2M", "4M"}},
		{ticks{want: 5}, 0, 0, nil},
		{ticks{want: 5}, 0, math.NaN(), nil},
	} {
		var got []string
		for _, m := range c.k.Ticks(c.lo, c.hi) {
			if !m.IsMinor() {
				got = append(got, m.Label)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%+v from %v to %v: %q, want %q", c.k, c.lo, c.hi, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%+v from %v to %v: %q, want %q", c.k, c.lo, c.hi, got, c.want)
			}
		}
	}
}

// TestCrossover: on a plane log2(ratio) = a·x + b·y + c the line is that of the plane.
func TestCrossover(t *testing.T) {
	const nx, ny = 7, 5
	h := &HeatMap{X: make([]string, nx), Y: make([]string, ny)}
	plane := func(x, y float64) float64 { return 1.3*x - 0.7*y - 2.1 }
	for y := range ny {
		var row []float64
		for x := range nx {
			row = append(row, math.Exp2(plane(float64(x)+0.5, float64(y)+0.5)))
		}
		h.Ratio = append(h.Ratio, row)
	}
	segs := h.crossover()
	if len(segs) < 5 {
		t.Fatalf("%d pieces", len(segs))
	}
	top, bottom := false, false
	for _, s := range segs {
		for _, p := range s {
			top, bottom = top || p.Y == ny, bottom || p.Y == 0
			inside := p.X >= 0.5 && p.X <= nx-0.5 && p.Y >= 0.5 && p.Y <= ny-0.5
			if inside && math.Abs(plane(p.X, p.Y)) > 1e-9 {
				t.Errorf("(%v, %v) is off the line by %v", p.X, p.Y, plane(p.X, p.Y))
			}
		}
	}
	if !top || !bottom {
		t.Errorf("the line does not reach the border: top %v, bottom %v", top, bottom)
	}
	h.Ratio[2][3] = math.NaN()
	if n := len(h.crossover()); n >= len(segs) {
		t.Errorf("%d pieces around a cell that was not measured, %d before", n, len(segs))
	}
}

func TestHeatMapCheck(t *testing.T) {
	good := demoMap()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*HeatMap){
		"no columns": func(h *HeatMap) { h.X = nil },
		"rows":       func(h *HeatMap) { h.Y = h.Y[1:] },
		"columns":    func(h *HeatMap) { h.Ratio[1] = h.Ratio[1][1:] },
		"zero":       func(h *HeatMap) { h.Ratio[1][1] = 0 },
		"infinite":   func(h *HeatMap) { h.Ratio[1][1] = math.Inf(1) },
	} {
		h := demoMap()
		spoil(h)
		if h.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestTakingEventsAllocatesNothing: a long recording costs no memory.
func TestTakingEventsAllocatesNothing(t *testing.T) {
	o := NewOverview(Options{Geometry: davis})
	ev := bars(davis, 4096, 1_000_000)
	o.Events(ev)
	if a := testing.AllocsPerRun(50, func() {
		for i := range ev {
			ev[i].T += 1_000_000
		}
		o.Events(ev)
	}); a != 0 {
		t.Errorf("%v allocations a batch", a)
	}
}

// TestOnlyTheTimeAskedFor: From and To leave out the rest and say so.
func TestOnlyTheTimeAskedFor(t *testing.T) {
	r := NewRaster(Options{From: 100, To: 200})
	r.Events([]events.Event{{T: 0}, {T: 100}, {T: 199}, {T: 200}, {T: math.MaxInt64}})
	if n := r.events.total[0]; n != 2 || r.events.left != 3 {
		t.Errorf("%d events, %d left out", n, r.events.left)
	}
}
