package dvs

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// edge is a soft dark bar that moves over a bright ground: W pixels wide, at v
// pixels per second from x0, on a sensor of size g. scale multiplies the
// luminance, slow stretches time, mirror turns left and right.
type edge struct {
	g      events.Geometry
	v      float64
	scale  float64
	slow   float64
	mirror bool
	invert bool
}

var field = events.Geometry{Width: 48, Height: 12}

func (s edge) Geometry() events.Geometry { return s.g }

func (s edge) At(t int64, dst []float32) {
	slow := max(s.slow, 1)
	at := 4 + s.v*float64(t)*1e-6/slow
	for y := range s.g.Height {
		for x := range s.g.Width {
			d := math.Abs(float64(x)-at-0.3*float64(y)) - 3
			// It grows brighter all the time, so that no pixel ever comes back to exactly
			// where it was: there a rounding error would decide on the last event.
			lum := (0.1 + 0.8/(1+math.Exp(-2*d))) * (1 + 2e-7*float64(t)/slow)
			if s.invert {
				lum = 1 - lum
			}
			if s.scale > 0 {
				lum *= s.scale
			}
			k := x
			if s.mirror {
				k = s.g.Width - 1 - x
			}
			dst[y*s.g.Width+k] = float32(lum)
		}
	}
}

// moving is an edge that tells its speed.
type moving struct{ edge }

func (s moving) Speed(int64) float64 { return s.v / max(s.slow, 1) }

func preset(t testing.TB, name string) Params {
	t.Helper()
	p, err := Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReader(t *testing.T) {
	opt := Options{Params: preset(t, "noisy"), Duration: 200_000, Workers: 2}
	want := record(t, moving{edge{g: field, v: 150}}, opt)
	if len(want) < 2000 {
		t.Fatalf("only %d events", len(want))
	}
	eventstest.TestReader(t, func() (events.Reader, error) { return Watch(moving{edge{g: field, v: 150}}, opt) }, want)
	if !slices.IsSortedFunc(want, order) {
		t.Error("not in the order (t, y, x, polarity)")
	}
	for _, e := range want {
		if e.T < 0 || e.T > 200_000 || !field.Contains(e.X, e.Y) {
			t.Fatalf("event %v", e)
		}
	}
}

func order(a, b events.Event) int {
	for _, d := range []int64{a.T - b.T, int64(a.Y) - int64(b.Y), int64(a.X) - int64(b.X), int64(a.P) - int64(b.P)} {
		if d != 0 {
			return int(max(min(d, 1), -1))
		}
	}
	return 0
}

// The events do not depend on the number of workers, on how the samples are cut
// into blocks, or on when the recording starts.
func TestIndependence(t *testing.T) {
	duration := int64(100_000)
	if testing.Short() {
		duration = 30_000
	}
	for _, name := range Presets() {
		opt := Options{Params: preset(t, name), Duration: duration, Workers: 1, Seed: 3, Recording: 9}
		scene := moving{edge{g: field, v: 200}}
		want := record(t, scene, opt)
		for _, workers := range []int{2, 3, 12, 100} {
			o := opt
			o.Workers = workers
			if err := eventstest.Diff(record(t, scene, o), want); err != nil {
				t.Errorf("%s, %d workers: %v", name, workers, err)
			}
		}
		for _, block := range []int{1, 2, 5, 33} {
			c, err := Watch(scene, opt)
			if err != nil {
				t.Fatal(err)
			}
			c.frames, c.times = c.frames[:block], c.times[:block]
			got, err := events.Collect(c)
			if err := errors.Join(err, eventstest.Diff(got, want)); err != nil {
				t.Errorf("%s, blocks of %d: %v", name, block, err)
			}
		}
		o := opt
		o.Start = 36_000_000_000 // 10 h
		late := record(t, scene, o)
		for i := range late {
			late[i].T -= o.Start
		}
		if err := eventstest.Diff(late, want); err != nil {
			t.Errorf("%s, from 10 h on: %v", name, err)
		}
		// Noise belongs to the recording, the pattern to the sensor.
		o = opt
		o.Recording++
		if name != "clean" && slices.Equal(record(t, scene, o), want) {
			t.Errorf("%s: two recordings are equal", name)
		}
		o = opt
		o.Seed++
		if slices.Equal(record(t, scene, o), want) {
			t.Errorf("%s: two sensors are equal", name)
		}
	}
}

// Half the step changes the number of events by less than half a percent.
func TestStepSize(t *testing.T) {
	p := preset(t, "clean")
	for _, scene := range []Scene{moving{edge{g: field, v: 130}}, edge{g: field, v: 130}} {
		full := len(record(t, scene, Options{Params: p, Duration: 250_000, MaxStep: 1000}))
		half := len(record(t, scene, Options{Params: p, Duration: 250_000, MaxStep: 500}))
		if d := math.Abs(float64(full-half)) / float64(half); d > 0.005 || half < 5000 {
			t.Errorf("%T: %d events, with half the step %d", scene, full, half)
		}
		long := len(record(t, scene, Options{Params: p, Duration: 250_000, MaxStep: 100_000}))
		if d := math.Abs(float64(long-half)) / float64(half); d > 0.02 {
			t.Errorf("%T: %d events when the scene chooses the step, %d with a short one", scene, long, half)
		}
	}
}

func TestMetamorphic(t *testing.T) {
	p := plain(0.15)
	base := edge{g: field, v: 150}
	opt := Options{Params: p, Duration: 100_000, MaxStep: 500}
	want := record(t, moving{base}, opt)

	// b = 0: only ratios count. A power of two keeps float32 exact.
	scaled := base
	scaled.scale = 0.25
	near(t, "luminance × ¼", record(t, moving{scaled}, opt), want, 1)

	// No rate in seconds: half the speed, twice the times.
	slow, o := base, opt
	slow.slow, o.Duration, o.MaxStep = 2, 2*opt.Duration, 2*opt.MaxStep
	got := record(t, moving{slow}, o)
	for i := range got {
		got[i].T /= 2
	}
	slices.SortFunc(got, order)
	near(t, "half the speed", got, want, 1)

	mirror := base
	mirror.mirror = true
	got = record(t, moving{mirror}, opt)
	for i := range got {
		got[i].X = uint16(field.Width-1) - got[i].X
	}
	slices.SortFunc(got, order)
	near(t, "mirrored", got, want, 0)

	// With a large b the curve is straight and 1 − I swaps the polarities.
	p.Offset, p.ThetaOn, p.ThetaOff = 10, 0.01, 0.01
	opt.Params = p
	want = record(t, moving{base}, opt)
	invert := base
	invert.invert = true
	got = record(t, moving{invert}, opt)
	on := func(ev []events.Event) (n int) {
		for _, e := range ev {
			n += int(e.P)
		}
		return n
	}
	a, b := on(want), len(got)-on(got)
	if len(want) < 1000 || math.Abs(float64(len(got)-len(want))) > 0.02*float64(len(want)) || math.Abs(float64(a-b)) > 0.02*float64(a) {
		t.Errorf("inverted: %d events, %d of them OFF; as it was %d, %d of them ON", len(got), b, len(want), a)
	}
}

// near compares two streams that may differ by some µs.
func near(t *testing.T, what string, got, want []events.Event, slack int64) {
	t.Helper()
	if len(got) != len(want) || len(want) < 1000 {
		t.Errorf("%s: %d events, %d", what, len(got), len(want))
		return
	}
	byPixel := func(ev []events.Event) []events.Event {
		ev = slices.Clone(ev)
		slices.SortStableFunc(ev, func(a, b events.Event) int {
			return (int(a.Y)*field.Width + int(a.X)) - (int(b.Y)*field.Width + int(b.X))
		})
		return ev
	}
	got, want = byPixel(got), byPixel(want)
	for i, e := range got {
		w := want[i]
		if d := e.T - w.T; d < -slack || d > slack || e.X != w.X || e.Y != w.Y || e.P != w.P {
			t.Errorf("%s: %v, want %v", what, e, w)
			return
		}
	}
}

func TestErrors(t *testing.T) {
	if _, err := Preset("niosy"); err == nil || err.Error() != `dvs: no preset "niosy"; there are clean, default, nmnist, noisy` {
		t.Errorf("%v", err)
	}
	for _, name := range Presets() {
		if err := preset(t, name).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Params){
		"ThetaOn":    func(p *Params) { p.ThetaOn = 0 },
		"ThetaOff":   func(p *Params) { p.ThetaOff = math.NaN() },
		"Mismatch":   func(p *Params) { p.Mismatch = -1 },
		"Cutoff":     func(p *Params) { p.Cutoff = math.Inf(1) },
		"Refractory": func(p *Params) { p.Refractory = 2e6 },
		"Leak":       func(p *Params) { p.Leak = -0.1 },
		"LeakSpread": func(p *Params) { p.LeakSpread = 3 },
		"Shot":       func(p *Params) { p.Shot = 1e9 },
		"Offset":     func(p *Params) { p.Offset = -1 },
		"Curve":      func(p *Params) { p.Curve = "log" },
		"Rule":       func(p *Params) { p.Rule = "" },
	} {
		p := preset(t, "default")
		change(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "dvs: "+name+" = ") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Watch(still{one, 1}, Options{Params: p, Duration: 1}); err == nil {
			t.Errorf("%s: Watch accepts it", name)
		}
	}
	good := Options{Params: preset(t, "clean"), Duration: 1000}
	for text, try := range map[string]func() error{
		"a recording of 0 µs": func() error {
			_, err := Watch(still{one, 1}, Options{Params: good.Params})
			return err
		},
		"a step of -1 µs": func() error {
			_, err := Watch(still{one, 1}, Options{Params: good.Params, Duration: 1, MaxStep: -1})
			return err
		},
		"a sensor of unknown size": func() error {
			_, err := Watch(still{events.Geometry{}, 1}, good)
			return err
		},
		"a sensor of 65536x65536": func() error {
			_, err := WatchFrames(Frames(events.Geometry{Width: 65536, Height: 65536}), good)
			return err
		},
		"luminance NaN at pixel (0, 0)": func() error {
			c, err := Watch(still{one, float32(math.NaN())}, good)
			if err != nil {
				return err
			}
			_, err = events.Collect(c)
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v; want %q", err, text)
		}
	}
}

func TestBadFrames(t *testing.T) {
	two := events.Geometry{Width: 2, Height: 1}
	ok := Frame{T: 0, Luminance: []float32{0, 1}}
	for _, c := range []struct {
		text   string
		frames []Frame
	}{
		{"frame 0 at 5 µs: 3 pixels; a picture of 2x1 has 2", []Frame{{T: 5, Luminance: make([]float32, 3)}}},
		{"frame 1 at 0 µs: the frame before is at 0 µs; times must grow", []Frame{ok, ok}},
		{"frame 1 at -3 µs: the frame before is at 0 µs", []Frame{ok, {T: -3, Luminance: ok.Luminance}}},
		{"more than 536 s earlier", []Frame{ok, {T: 1 << 40, Luminance: ok.Luminance}}},
		{"luminance -1 at pixel (1, 0)", []Frame{ok, {T: 1, Luminance: []float32{0, -1}}}},
		{"luminance NaN at pixel (0, 0)", []Frame{{Luminance: []float32{float32(math.NaN()), 1}}}},
		{"luminance +Inf", []Frame{ok, {T: 1, Luminance: []float32{float32(math.Inf(1)), 1}}}},
	} {
		s, err := WatchFrames(Frames(two, c.frames...), Options{Params: preset(t, "clean")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = events.Collect(s); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%v; want %q", err, c.text)
		}
		if _, again := s.Read(make([]events.Event, 1)); again == nil || errors.Is(again, io.EOF) {
			t.Errorf("the error does not repeat: %v", again)
		}
	}
	cause := errors.New("no camera")
	s, err := WatchFrames(failing{cause}, Options{Params: preset(t, "clean")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := events.Collect(s); !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	s, err = WatchFrames(Frames(two), Options{Params: preset(t, "clean")})
	if err != nil {
		t.Fatal(err)
	}
	if ev, err := events.Collect(s); err != nil || len(ev) > 0 {
		t.Errorf("no frames: %d events, %v", len(ev), err)
	}
}

type failing struct{ err error }

func (failing) Geometry() events.Geometry { return one }

func (f failing) Next() (Frame, error) { return Frame{}, f.err }

// Stamps far from 0 are those of the events.
func TestFrameTimes(t *testing.T) {
	const unix = 1_589_163_147_369_190
	a := ramps([2]float64{0, 0}, [2]float64{1000, 1})
	_, want := watch(t, one, plain(0.2), a)
	for i := range a {
		a[i].T += unix
	}
	s, got := watch(t, one, plain(0.2), a)
	for i := range got {
		got[i].T -= unix
	}
	if err := eventstest.Diff(got, want); err != nil || len(got) == 0 {
		t.Error(err, len(got))
	}
	if notes := s.Header().Notes; len(notes) != 1 || !strings.Contains(notes[0], "made from frames") {
		t.Errorf("notes %q", notes)
	}
}

// FuzzFrames feeds stamps and luminances of any kind: an error or events in order.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{10, 0, 100, 5, 200, 0}, uint8(0))
	f.Add([]byte{0, 0, 1, 255, 1, 255}, uint8(3))
	f.Add([]byte{255, 7, 255, 255, 128, 0, 3, 3}, uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		p := preset(t, Presets()[int(which)%len(Presets())])
		var frames []Frame
		at := int64(0)
		for ; len(data) >= 2 && len(frames) < 50; data = data[2:] {
			lum := float32(data[1]) / 200
			switch data[1] {
			case 255:
				lum = float32(math.Inf(1))
			case 254:
				lum = -1
			case 253:
				lum = float32(math.NaN())
			}
			at += int64(data[0])*100 - 500
			frames = append(frames, Frame{T: at, Luminance: []float32{lum, 0.5}})
		}
		s, err := WatchFrames(Frames(events.Geometry{Width: 1, Height: 2}, frames...), Options{Params: p, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		ev, err := events.Collect(s)
		if err == nil && !slices.IsSortedFunc(ev, order) {
			t.Error("events out of order")
		}
		if err == nil && len(ev) > 0 && (ev[0].T < frames[0].T || ev[len(ev)-1].T > frames[len(frames)-1].T) {
			t.Errorf("events from %d to %d, frames from %d to %d", ev[0].T, ev[len(ev)-1].T, frames[0].T, frames[len(frames)-1].T)
		}
	})
}

func BenchmarkSensor(b *testing.B) {
	g := events.Geometry{Width: 128, Height: 128}
	for _, name := range Presets() {
		b.Run(fmt.Sprintf("preset=%s", name), func(b *testing.B) {
			p := preset(b, name)
			n := 0
			for b.Loop() {
				n += len(record(b, moving{edge{g: g, v: 150}}, Options{Params: p, Duration: 20_000, Workers: 1}))
			}
			b.ReportMetric(float64(n)/float64(b.N), "events")
		})
	}
}
