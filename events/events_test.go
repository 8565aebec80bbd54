package events_test

import (
	"errors"
	"io"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/events/eventstest"
)

func TestEventIs16Bytes(t *testing.T) {
	if n := unsafe.Sizeof(events.Event{}); n != 16 {
		t.Errorf("Event takes %d bytes, not 16", n)
	}
}

func TestStrings(t *testing.T) {
	for want, got := range map[string]string{
		"12 3 4 on":    events.Event{T: 12, X: 3, Y: 4, P: events.On}.String(),
		"-1 0 0 off":   events.Event{T: -1}.String(),
		"Polarity(7)":  events.Polarity(7).String(),
		"346x260":      events.Geometry{Width: 346, Height: 260}.String(),
		"unknown size": events.Geometry{Width: 346}.String(),
		"1,2,3x4":      events.Rect{X: 1, Y: 2, Width: 3, Height: 4}.String(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestGeometry(t *testing.T) {
	g := events.Geometry{Width: 346, Height: 260}
	if !g.Contains(345, 259) || g.Contains(346, 0) || g.Contains(0, 260) {
		t.Error("Contains is wrong at the border")
	}
	if g.Index(345, 259) != g.Pixels()-1 {
		t.Errorf("the last pixel has index %d", g.Index(345, 259))
	}
	if u := g.Union(events.Geometry{Width: 100, Height: 300}); u != (events.Geometry{Width: 346, Height: 300}) {
		t.Errorf("Union: %v", u)
	}
	r := events.Rect{X: 10, Y: 20, Width: 2, Height: 3}
	if !r.Contains(10, 20) || !r.Contains(11, 22) || r.Contains(12, 20) || r.Contains(10, 23) || r.Contains(9, 20) {
		t.Error("Rect.Contains is wrong at the border")
	}
}

func TestParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 65535)
		r := events.Rect{
			X: rapid.IntRange(0, 65535).Draw(t, "x"), Y: rapid.IntRange(0, 65535).Draw(t, "y"),
			Width: side.Draw(t, "w"), Height: side.Draw(t, "h"),
		}
		if got, err := events.ParseRect(r.String()); err != nil || got != r {
			t.Errorf("%v became %v, %v", r, got, err)
		}
		g := events.Geometry{Width: r.Width, Height: r.Height}
		if got, err := events.ParseGeometry(g.String()); err != nil || got != g {
			t.Errorf("%v became %v, %v", g, got, err)
		}
	})
	for _, s := range []string{"", "x", "12", "0x4", "-3x4", "12x65536", "12x4x5", "a x b"} {
		if g, err := events.ParseGeometry(s); err == nil {
			t.Errorf("ParseGeometry(%q) = %v", s, g)
		}
	}
	for _, s := range []string{"", "1,2", "1,2,3", "-1,2,3x4", "1,2,0x4", "1,2,3x4,5"} {
		if r, err := events.ParseRect(s); err == nil {
			t.Errorf("ParseRect(%q) = %v", s, r)
		}
	}
}

// broken gives n events and then an error.
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

func TestIterators(t *testing.T) {
	ev := sample(10_000)
	eventstest.TestReader(t, func() (events.Reader, error) { return events.FromSlice(events.Header{}, ev), nil }, ev)
	cause := errors.New("broken")
	for _, want := range []error{nil, cause} {
		open := func() events.Reader {
			r := events.FromSlice(events.Header{}, ev)
			if want != nil {
				r = broken{r, want}
			}
			return r
		}
		got, err := events.Collect(open())
		if !errors.Is(err, want) || eventstest.Diff(got, ev) != nil {
			t.Errorf("Collect: %d events, %v", len(got), err)
		}
		got, err = nil, nil
		for e, rerr := range events.All(open()) {
			if rerr != nil {
				err = rerr
				continue
			}
			got = append(got, e)
		}
		if !errors.Is(err, want) || eventstest.Diff(got, ev) != nil {
			t.Errorf("All: %d events, %v", len(got), err)
		}
		var w memory
		n, err := events.Copy(&w, open())
		if !errors.Is(err, want) || n != int64(len(ev)) || eventstest.Diff(w.ev, ev) != nil {
			t.Errorf("Copy: %d events, %v", n, err)
		}
	}
	if n, err := events.Copy(&memory{max: 5000}, events.FromSlice(events.Header{}, ev)); n != events.BatchSize || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("Copy to a full sink: %d events, %v", n, err)
	}
	steps := 0
	for range events.All(events.FromSlice(events.Header{}, ev)) {
		if steps++; steps == 3 {
			break
		}
	}
	if steps != 3 {
		t.Errorf("broken off after %d steps", steps)
	}
}

// memory is a Writer that keeps up to max events (0: all).
type memory struct {
	ev  []events.Event
	max int
}

func (m *memory) Write(src []events.Event) error {
	if m.max > 0 && len(m.ev)+len(src) > m.max {
		return io.ErrShortWrite
	}
	m.ev = append(m.ev, src...)
	return nil
}

func (m *memory) Close() error { return nil }

func TestHeaderClone(t *testing.T) {
	h := events.Header{Streams: []events.Stream{{ID: 1}}, Notes: []string{"a"}}
	c := h.Clone()
	c.Streams[0].ID, c.Notes[0] = 2, "b"
	if h.Streams[0].ID != 1 || h.Notes[0] != "a" {
		t.Error("the clone shares memory")
	}
}

func TestLossKeepsTheFirstThousandGaps(t *testing.T) {
	var l events.Loss
	if l.Any() {
		t.Error("nothing is lost yet")
	}
	for i := range 1500 {
		l.Add(events.Gap{Offset: int64(i), Bytes: 2, Packets: 1, MaxEvents: 3})
	}
	if !l.Any() || l.Packets != 1500 || l.Bytes != 3000 || l.MaxEvents != 4500 || len(l.Gaps) != 1000 || l.Gaps[999].Offset != 999 {
		t.Errorf("%d packets, %d bytes, %d events, %d gaps", l.Packets, l.Bytes, l.MaxEvents, len(l.Gaps))
	}
}

func TestPixelFormats(t *testing.T) {
	for f, want := range map[events.PixelFormat][2]int{
		events.Gray8: {1, 1}, events.Gray16: {1, 2}, events.BGR8: {3, 1}, events.BGR16: {3, 2},
		events.BGRA8: {4, 1}, events.BGRA16: {4, 2}, events.RGB16: {3, 2}, events.RGBA16: {4, 2}, "other": {0, 0},
	} {
		if f.Channels() != want[0] || f.SampleBytes() != want[1] {
			t.Errorf("%s: %d channels of %d bytes", f, f.Channels(), f.SampleBytes())
		}
	}
}
