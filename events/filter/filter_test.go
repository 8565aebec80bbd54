package filter_test

import (
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/events/eventstest"
	"dvsim/events/filter"
)

var size = events.Geometry{Width: 20, Height: 12}

func from(ev []events.Event) events.Reader {
	h := events.Header{Format: "x", Geometry: size, Streams: []events.Stream{{Kind: events.KindEvents, Geometry: size}}}
	return events.FromSlice(h, ev)
}

// all are the filters of this package with settings that keep some events.
var all = map[string]func(events.Reader) (events.Reader, error){
	"slice": func(r events.Reader) (events.Reader, error) { return filter.Slice(r, 500, 3000) },
	"crop": func(r events.Reader) (events.Reader, error) {
		return filter.Crop(r, events.Rect{X: 3, Y: 2, Width: 9, Height: 7})
	},
	"scale": func(r events.Reader) (events.Reader, error) {
		return filter.Scale(r, events.Geometry{Width: 7, Height: 5})
	},
	"polarity": func(r events.Reader) (events.Reader, error) { return filter.Polarity(r, events.On), nil },
	"refractory": func(r events.Reader) (events.Reader, error) {
		return filter.Refractory(r, filter.RefractoryOptions{Period: 300})
	},
	"background": func(r events.Reader) (events.Reader, error) { return filter.BackgroundActivity(r, 100) },
	"stcf":       func(r events.Reader) (events.Reader, error) { return filter.Correlation(r, filter.STCF(500)) },
	"masked": func(r events.Reader) (events.Reader, error) {
		m, err := filter.NewMask(size)
		if err != nil {
			return nil, err
		}
		for x := range uint16(10) {
			m.Add(x, x)
		}
		return filter.Masked(r, m)
	},
	"reorder": func(r events.Reader) (events.Reader, error) {
		return filter.Reorder(r, filter.ReorderOptions{Horizon: 50})
	},
	"flipx":     filter.FlipX,
	"flipy":     filter.FlipY,
	"transpose": func(r events.Reader) (events.Reader, error) { return filter.Transpose(r), nil },
}

// plain are the definitions, event by event, of the filters that only need the
// event itself.
var plain = map[string]func(e *events.Event, t0 int64) bool{
	"slice": func(e *events.Event, t0 int64) bool { return e.T-t0 >= 500 && e.T-t0 < 3000 },
	"crop": func(e *events.Event, _ int64) bool {
		ok := e.X >= 3 && e.X < 12 && e.Y >= 2 && e.Y < 9
		e.X, e.Y = e.X-3, e.Y-2
		return ok
	},
	"scale": func(e *events.Event, _ int64) bool {
		e.X, e.Y = uint16(int(e.X)*7/20), uint16(int(e.Y)*5/12)
		return true
	},
	"polarity": func(e *events.Event, _ int64) bool { return e.P == events.On },
	"masked":   func(e *events.Event, _ int64) bool { return e.X != e.Y || e.X >= 10 },
	"flipx": func(e *events.Event, _ int64) bool {
		e.X = 19 - e.X
		return true
	},
	"flipy": func(e *events.Event, _ int64) bool {
		e.Y = 11 - e.Y
		return true
	},
	"transpose": func(e *events.Event, _ int64) bool {
		e.X, e.Y = e.Y, e.X
		return true
	},
}

func apply(f func(*events.Event, int64) bool, ev []events.Event) []events.Event {
	var out []events.Event
	for _, e := range ev {
		if f(&e, ev[0].T) {
			out = append(out, e)
		}
	}
	return out
}

func TestReaders(t *testing.T) {
	ev := eventstest.Sample(20_000, size, 3)
	for i := range ev {
		ev[i].T += 1 << 50
	}
	cause := errors.New("broken")
	for name, f := range all {
		t.Run(name, func(t *testing.T) {
			r, err := f(from(ev))
			if err != nil {
				t.Fatal(err)
			}
			want, err := events.Collect(r)
			if err != nil {
				t.Fatal(err)
			}
			if len(want) == 0 {
				t.Fatal("the filter keeps nothing of the sample")
			}
			eventstest.TestReader(t, func() (events.Reader, error) { return f(from(ev)) }, want)
			if p, ok := plain[name]; ok {
				if err := eventstest.Diff(want, apply(p, ev)); err != nil {
					t.Error(err)
				}
			}
			if name == "slice" {
				return // it ends before the error
			}
			r, err = f(broken{from(ev), cause})
			if err != nil {
				t.Fatal(err)
			}
			got, err := events.Collect(r)
			if !errors.Is(err, cause) || eventstest.Diff(got, want) != nil {
				t.Errorf("before an error from below: %d of %d events, %v", len(got), len(want), err)
			}
		})
	}
}

// broken ends with an error instead of io.EOF.
type broken struct {
	events.Reader
	err error
}

func (b broken) Read(dst []events.Event) (int, error) {
	n, err := b.Reader.Read(dst)
	if errors.Is(err, io.EOF) {
		err = b.err
	}
	return n, err
}

func TestHeaders(t *testing.T) {
	for name, want := range map[string]events.Geometry{"crop": {Width: 9, Height: 7}, "scale": {Width: 7, Height: 5}, "transpose": {Width: 12, Height: 20}, "flipx": size, "slice": size} {
		src := from(nil)
		r, err := all[name](src)
		if err != nil {
			t.Fatal(err)
		}
		if h := r.Header(); h.Geometry != want || h.Streams[0].Geometry != want || h.Format != "x" {
			t.Errorf("%s: %+v", name, h)
		}
		if src.Header().Geometry != size || src.Header().Streams[0].Geometry != size {
			t.Errorf("%s changed the header below it", name)
		}
	}
}

// Any stream goes through any filter: times that step back, pixels off the sensor.
func TestAnyStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := rapid.SliceOf(rapid.Custom(func(t *rapid.T) events.Event {
			return events.Event{T: rapid.Int64().Draw(t, "t"), X: rapid.Uint16Range(0, 30).Draw(t, "x"), Y: rapid.Uint16().Draw(t, "y"), P: events.Polarity(rapid.Uint8Range(0, 1).Draw(t, "p"))}
		})).Draw(t, "events")
		for name, f := range all {
			r, err := f(from(slices.Clone(ev)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := events.Collect(r)
			if err != nil && name != "reorder" {
				t.Errorf("%s: %v", name, err)
			}
			if len(got) > len(ev) {
				t.Errorf("%s makes %d events of %d", name, len(got), len(ev))
			}
		}
	})
}

// Outside the stated sensor no filter with a memory judges.
func TestOutsidePasses(t *testing.T) {
	ev := []events.Event{{T: 1, X: 20, Y: 3}, {T: 2, X: 3, Y: 12}, {T: 2, X: 3, Y: 12}, {T: 3, X: 65535, Y: 65535}}
	for _, name := range []string{"refractory", "background", "stcf", "masked", "reorder", "polarity"} {
		in := slices.Clone(ev)
		for i := range in {
			in[i].P = events.On
		}
		r, err := all[name](from(in))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := events.Collect(r); err != nil || len(got) != len(ev) {
			t.Errorf("%s: %d of %d events, %v", name, len(got), len(ev), err)
		}
	}
}

func TestAllocations(t *testing.T) {
	for name, f := range all {
		if name == "slice" {
			f = func(r events.Reader) (events.Reader, error) { return filter.Slice(r, 0, filter.End) }
		}
		r, err := f(&repeated{from(nil), eventstest.Sample(events.BatchSize, size, 1), 0})
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]events.Event, events.BatchSize)
		for range 5 {
			if _, err := r.Read(buf); err != nil {
				t.Fatal(err)
			}
		}
		if n := testing.AllocsPerRun(20, func() { r.Read(buf) }); n != 0 {
			t.Errorf("%s: %g allocations a Read", name, n)
		}
	}
}

// repeated gives ev again and again, each time later.
type repeated struct {
	events.Reader
	ev     []events.Event
	offset int64
}

func (r *repeated) Read(dst []events.Event) (int, error) {
	n := copy(dst, r.ev)
	for i := range dst[:n] {
		dst[i].T += r.offset
	}
	r.offset += r.ev[len(r.ev)-1].T
	return n, nil
}

func TestBadSettings(t *testing.T) {
	src := from(nil)
	unknown := events.FromSlice(events.Header{}, nil)
	huge := events.FromSlice(events.Header{Geometry: events.Geometry{Width: 65535, Height: 65535}}, nil)
	mask, err := filter.NewMask(events.Geometry{Width: 5, Height: 5})
	if err != nil {
		t.Fatal(err)
	}
	result := func(_ events.Reader, err error) error { return err }
	correlation := func(r events.Reader, o filter.CorrelationOptions) error { return result(filter.Correlation(r, o)) }
	for _, c := range []struct {
		err  error
		text string
	}{
		{result(filter.Slice(src, -1, 5)), "from -1 µs to 5 µs"},
		{result(filter.Slice(src, 6, 5)), "from 6 µs to 5 µs"},
		{result(filter.Crop(src, events.Rect{X: 12, Y: 0, Width: 9, Height: 3})), "12,0,9x3 does not lie on the sensor (20x12)"},
		{result(filter.Crop(src, events.Rect{X: 0, Y: 0, Width: 0, Height: 3})), "does not lie"},
		{result(filter.Crop(unknown, events.Rect{X: 65000, Y: 0, Width: 1000, Height: 3})), "does not lie"},
		{result(filter.Scale(src, events.Geometry{Width: 21, Height: 3})), "20x12 cannot be shrunk to 21x3"},
		{result(filter.Scale(unknown, events.Geometry{Width: 1, Height: 1})), "does not say the size"},
		{result(filter.FlipX(unknown)), "does not say the size"},
		{result(filter.FlipY(huge)), "crop it first"},
		{result(filter.BackgroundActivity(unknown, 5)), "does not say the size"},
		{result(filter.BackgroundActivity(huge, 5)), "crop it first"},
		{result(filter.BackgroundActivity(src, 0)), "a window of 0 µs"},
		{result(filter.BackgroundActivity(src, math.MaxInt64)), "a window of"},
		{correlation(src, filter.CorrelationOptions{Window: 1, Radius: -1}), "a radius of -1"},
		{correlation(src, filter.CorrelationOptions{Window: 1, Radius: 17}), "a radius of 17"},
		{correlation(src, filter.CorrelationOptions{Window: 1, Support: 9}), "9 supporters of a neighbourhood of 8 pixels"},
		{result(filter.Refractory(src, filter.RefractoryOptions{})), "a period of 0 µs"},
		{result(filter.Refractory(huge, filter.RefractoryOptions{Period: 1})), "crop it first"},
		{result(filter.Masked(src, mask)), "a mask of 5x5 for a sensor of 20x12"},
		{result(filter.Reorder(src, filter.ReorderOptions{Horizon: -1})), "a horizon of -1"},
		{result(filter.Reorder(src, filter.ReorderOptions{MaxEvents: -1})), "at most -1 events"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "filter: ") || !strings.Contains(c.err.Error(), c.text) {
			t.Errorf("%v; want %q in it", c.err, c.text)
		}
	}
	if _, err := filter.NewMask(events.Geometry{}); !errors.Is(err, events.ErrGeometry) {
		t.Error(err)
	}
	for _, rate := range []float64{0, -1, math.NaN()} {
		if _, err := filter.HotPixels(src, rate); err == nil {
			t.Errorf("hot pixels at %g", rate)
		}
	}
}

func BenchmarkFilters(b *testing.B) {
	g := events.Geometry{Width: 346, Height: 260}
	ev := eventstest.Sample(100_000, g, 1)
	for _, c := range []struct {
		name string
		f    func(events.Reader) (events.Reader, error)
	}{
		{"none", func(r events.Reader) (events.Reader, error) { return r, nil }},
		{"crop", all["crop"]},
		{"polarity", all["polarity"]},
		{"refractory", all["refractory"]},
		{"background", func(r events.Reader) (events.Reader, error) { return filter.BackgroundActivity(r, 2000) }},
		{"stcf", func(r events.Reader) (events.Reader, error) { return filter.Correlation(r, filter.STCF(2000)) }},
		{"reorder", all["reorder"]},
	} {
		b.Run(c.name, func(b *testing.B) {
			buf := make([]events.Event, events.BatchSize)
			for b.Loop() {
				r, err := c.f(events.FromSlice(events.Header{Geometry: g}, ev))
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = r.Read(buf)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ev)), "ns/event")
		})
	}
}
