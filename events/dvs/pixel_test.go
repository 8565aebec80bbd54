package dvs

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/events/eventstest"
)

var one = events.Geometry{Width: 1, Height: 1}

// plain is a sensor of equal pixels without noise whose signal is ln I.
func plain(theta float64) Params {
	return Params{ThetaOn: theta, ThetaOff: theta, Curve: Offset, Rule: Hold}
}

// ramps is a video of one pixel whose log luminance goes straight between points.
func ramps(points ...[2]float64) []Frame {
	var f []Frame
	for _, p := range points {
		f = append(f, Frame{T: int64(p[0]), Luminance: []float32{float32(math.Exp(p[1]))}})
	}
	return f
}

// logOf is the signal that the sensor sees in a frame of ramps.
func logOf(f Frame) float64 { return math.Log(float64(f.Luminance[0])) }

func watch(t interface{ Fatal(...any) }, g events.Geometry, p Params, frames []Frame) (*Sensor, []events.Event) {
	s, err := WatchFrames(Frames(g, frames...), Options{Params: p, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := events.Collect(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, ev
}

// A ramp of slope s fires at kθ/s, up and down alike.
func TestRamp(t *testing.T) {
	for _, end := range []float64{-1.37, 1.37} {
		frames := ramps([2]float64{500, 0}, [2]float64{100_500, end})
		slope := (logOf(frames[1]) - logOf(frames[0])) / 100_000
		for _, rule := range []RefractoryRule{Hold, Advance} {
			p := plain(0.2)
			p.Rule = rule
			_, ev := watch(t, one, p, frames)
			want, pol := slope/math.Abs(slope), events.On
			if end < 0 {
				pol = events.Off
			}
			if len(ev) != 6 {
				t.Errorf("%d events for a change of %g by thresholds of 0.2", len(ev), end)
			}
			for k, e := range ev {
				at := 500 + int64(math.Floor(float64(k+1)*0.2*want/slope))
				if e.T != at || e.P != pol {
					t.Errorf("%s: event %d is %v, want %d %v", rule, k, e, at, pol)
				}
			}
		}
	}
}

// With a dead time ρ the pixel holds: events are θ/s + ρ apart; or advances: those
// within ρ are lost.
func TestRampWithDeadTime(t *testing.T) {
	frames := ramps([2]float64{0, 0}, [2]float64{100_000, 3})
	slope := (logOf(frames[1]) - logOf(frames[0])) / 100_000
	p := plain(0.2)
	p.Refractory = 10_000
	_, hold := watch(t, one, p, frames)
	at := 0.0
	for k, e := range hold {
		at += 0.2 / slope
		if e.T != int64(math.Floor(at)) {
			t.Errorf("hold: event %d at %d, want %g", k, e.T, at)
		}
		at += 10_000
	}
	if len(hold) != 6 { // one each 16,667 µs from 6,667 on
		t.Errorf("hold: %d events", len(hold))
	}
	p.Rule = Advance
	_, advance := watch(t, one, p, frames)
	for k, e := range advance { // crossings each 6,667 µs, of which every second is lost
		if want := int64(math.Floor(float64(2*k+1) * 0.2 / slope)); e.T != want {
			t.Errorf("advance: event %d at %d, want %d", k, e.T, want)
		}
	}
	if len(advance) < 7 {
		t.Errorf("advance: %d events", len(advance))
	}
}

// A dead time that outlives its segment: the reference is the signal at its end.
func TestHoldAcrossSamples(t *testing.T) {
	// The second event falls at 11,667 µs on the whole ramp, however it is sampled.
	var whole []events.Event
	for _, n := range []int{1, 2, 7, 100} {
		var points [][2]float64
		for k := range n + 1 {
			f := float64(k) / float64(n)
			points = append(points, [2]float64{math.Round(f * 42_000), math.Round(f*42_000) / 42_000 * 5})
		}
		p := plain(0.2)
		p.Refractory = 10_000
		_, ev := watch(t, one, p, ramps(points...))
		if whole == nil {
			whole = ev
			continue
		}
		if len(ev) != len(whole) {
			t.Fatalf("%d pieces: %d events, %d in one piece", n, len(ev), len(whole))
		}
		for k := range ev {
			if d := ev[k].T - whole[k].T; d < -1 || d > 1 { // float32 luminance
				t.Errorf("%d pieces: event %d at %d, in one piece at %d", n, k, ev[k].T, whole[k].T)
			}
		}
	}
}

func TestStepOfManyThresholds(t *testing.T) {
	for n := 1; n < 30; n++ {
		_, ev := watch(t, one, plain(0.1), ramps([2]float64{0, 0}, [2]float64{1, 0.1*float64(n) + 0.01}))
		if len(ev) != n {
			t.Errorf("%d events for a step of %d thresholds", len(ev), n)
		}
	}
}

// Up and down: as many OFF as ON, and the reference back where it was.
func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theta := rapid.Float64Range(0.05, 0.5).Draw(t, "theta")
		points := [][2]float64{{0, 0}}
		for k := range rapid.IntRange(1, 20).Draw(t, "n") {
			points = append(points, [2]float64{float64(1000 * (k + 1)), rapid.Float64Range(-3, 3).Draw(t, "level")})
		}
		points = append(points, [2]float64{30_000, 3.3}, [2]float64{40_000, -theta * 0.5}, [2]float64{50_000, theta * 0.5})
		frames := ramps(points...)
		s, ev := watch(t, one, plain(theta), frames)
		net := 0
		for _, e := range ev {
			net += 2*int(e.P) - 1
		}
		// Each event moves the reference by one threshold, so it is on the grid kθ.
		if d := math.Abs(s.a.ref[0] - logOf(frames[0]) - float64(net)*theta); d > 1e-9 {
			t.Errorf("the reference is off by %g", d)
		}
		if d := math.Abs(logOf(frames[len(frames)-1]) - s.a.ref[0]); d >= theta {
			t.Errorf("a signal of %g thresholds is left over", d/theta)
		}
	})
	frames := ramps([2]float64{0, 0}, [2]float64{1000, 2.05}, [2]float64{2000, 0}, [2]float64{3000, -1})
	s, ev := watch(t, one, plain(0.1), frames[:3])
	var n [2]int
	for _, e := range ev {
		n[e.P]++
	}
	if n[0] != 20-1 && n[0] != 20 || n[1] != 20 || math.Abs(s.a.ref[0]-0.1*float64(n[1]-n[0])) > 1e-9 {
		t.Errorf("%d ON, %d OFF, reference %g", n[1], n[0], s.a.ref[0])
	}
}

// The two rules are one when there is no dead time.
func TestRulesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points [][2]float64
		at := 0.0
		for range rapid.IntRange(2, 30).Draw(t, "n") {
			points = append(points, [2]float64{at, rapid.Float64Range(-4, 0).Draw(t, "level")})
			at += float64(rapid.IntRange(1, 5000).Draw(t, "step"))
		}
		p := Params{ThetaOn: 0.2, ThetaOff: 0.3, Mismatch: 0.03, Leak: 5, LeakSpread: 0.1, Shot: 100, Curve: LinLog, Rule: Hold}
		_, hold := watch(t, one, p, ramps(points...))
		p.Rule = Advance
		_, advance := watch(t, one, p, ramps(points...))
		if err := eventstest.Diff(advance, hold); err != nil {
			t.Error(err)
		}
	})
}

// still is a scene that does not change.
type still struct {
	g   events.Geometry
	lum float32
}

func (s still) Geometry() events.Geometry { return s.g }
func (s still) Speed(int64) float64       { return 0 }

func (s still) At(_ int64, dst []float32) {
	for i := range dst {
		dst[i] = s.lum
	}
}

func record(t testing.TB, s Scene, o Options) []events.Event {
	t.Helper()
	c, err := Watch(s, o)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := events.Collect(c)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func TestStillPictureIsSilent(t *testing.T) {
	for _, name := range []string{"clean", "default"} {
		p, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		p.Leak = 0
		if ev := record(t, still{events.Geometry{Width: 20, Height: 20}, 0.5}, Options{Params: p, Duration: 10_000_000, MaxStep: 10_000}); len(ev) > 0 {
			t.Errorf("%s: %d events", name, len(ev))
		}
	}
}

func TestLeak(t *testing.T) {
	p := plain(0.2)
	p.Leak, p.LeakSpread, p.Mismatch = 0.5, 0.1, 0.03
	g := events.Geometry{Width: 40, Height: 40}
	const seconds = 100
	ev := record(t, still{g, 0.5}, Options{Params: p, Duration: seconds * 1_000_000, MaxStep: 1_000_000})
	early := 0
	for _, e := range ev {
		if e.P != events.On {
			t.Fatalf("a leak event is %v", e)
		}
		if e.T < 2_000_000 {
			early++
		}
	}
	if rate := float64(len(ev)) / seconds / float64(g.Pixels()); rate < 0.475 || rate > 0.525 {
		t.Errorf("%.3f Hz a pixel, want 0.5", rate)
	}
	if rate := float64(early) / 2 / float64(g.Pixels()); rate < 0.45 || rate > 0.55 {
		t.Errorf("%.3f Hz a pixel in the first 1/r seconds, want 0.5", rate)
	}
	// One pixel fires with exact distance, whatever the samples.
	a := newArray(p, g, 0)
	var last int64
	for _, e := range ev {
		if e.X != 3 || e.Y != 2 {
			continue
		}
		if last > 0 {
			want := a.on[2*40+3] / a.leak[2*40+3]
			if d := math.Abs(float64(e.T-last) - want); d > 1 {
				t.Errorf("leak events %d µs apart, want %.1f", e.T-last, want)
			}
		}
		last = e.T
	}
}

func TestShotNoise(t *testing.T) {
	p := plain(0.2)
	p.Shot = 8 // of a black pixel
	g := events.Geometry{Width: 32, Height: 32}
	for _, c := range []struct {
		lum  float32
		rate float64
	}{{0, 8 * (1 - 0.75*20.0/275)}, {1, 2}} {
		const seconds = 4
		ev := record(t, still{g, c.lum}, Options{Params: p, Duration: seconds * 1_000_000, MaxStep: 100_000})
		counts := make([]int, g.Pixels())
		on := 0
		for _, e := range ev {
			counts[g.Index(e.X, e.Y)]++
			on += int(e.P)
		}
		want := c.rate * seconds
		if mean := float64(len(ev)) / float64(g.Pixels()); math.Abs(mean-want) > 0.04*want {
			t.Errorf("luminance %g: %.2f events a pixel, want %.2f", c.lum, mean, want)
		}
		if share := float64(on) / float64(len(ev)); share < 0.48 || share > 0.52 {
			t.Errorf("luminance %g: %.3f of the events are ON", c.lum, share)
		}
		// Poisson: χ² of dispersion has n − 1 degrees of freedom.
		chi := 0.0
		mean := float64(len(ev)) / float64(g.Pixels())
		for _, n := range counts {
			chi += (float64(n) - mean) * (float64(n) - mean) / mean
		}
		dof := float64(g.Pixels() - 1)
		if z := (chi - dof) / math.Sqrt(2*dof); math.Abs(z) > 4 {
			t.Errorf("luminance %g: χ² = %.0f for %.0f degrees of freedom", c.lum, chi, dof)
		}
	}
}

// flicker is one pixel whose log luminance is a sine of 1 Hz·f about a mean.
type flicker struct{ f, mean, amplitude float64 }

func (s flicker) Geometry() events.Geometry { return one }
func (s flicker) Speed(int64) float64       { return 0 }

func (s flicker) At(t int64, dst []float32) {
	dst[0] = float32(math.Exp(s.mean + s.amplitude*math.Sin(2*math.Pi*s.f*float64(t)*1e-6)))
}

func TestLowPass(t *testing.T) {
	p := plain(0.01)
	count := func(cutoff, mean float64) float64 {
		p.Cutoff = cutoff
		// Whole periods, after the first second has settled; white is where w = 1.
		n := 0
		for _, e := range record(t, flicker{100, mean, 0.5}, Options{Params: p, Duration: 2_000_000, MaxStep: 100}) {
			if e.T >= 1_000_000 {
				n++
			}
		}
		return float64(n)
	}
	free := count(0, 0.5)
	if r := count(100, 0.5) / free; math.Abs(r-math.Sqrt(0.5)) > 0.02 {
		t.Errorf("at the corner frequency %.3f of the amplitude is left, want 0.707", r)
	}
	dark := math.Log(0.05)
	if r := count(100, dark) / free; r > 0.3 {
		t.Errorf("a dark pixel keeps %.3f of the amplitude, a white one 0.707", r)
	}
}

// With a low-pass, frames far apart give the same as frames close together.
func TestLowPassBetweenFrames(t *testing.T) {
	p := plain(0.05)
	p.Cutoff = 200
	far := ramps([2]float64{0, 0}, [2]float64{50_000, 1}, [2]float64{100_000, 1})
	var near [][2]float64
	for k := range 101 {
		near = append(near, [2]float64{float64(1000 * k), min(1, float64(k)/50)})
	}
	_, a := watch(t, one, p, far)
	_, b := watch(t, one, p, ramps(near...))
	if len(a) != len(b) || len(a) < 18 {
		t.Fatalf("%d and %d events", len(a), len(b))
	}
	for k := range a {
		if d := a[k].T - b[k].T; d < -20 || d > 20 {
			t.Errorf("event %d at %d and %d", k, a[k].T, b[k].T)
		}
	}
}

func TestTable(t *testing.T) {
	for _, c := range []curve{{kind: LinLog}, {kind: Offset, offset: 0.1}, {kind: Offset, offset: 0.225}, {kind: Offset, offset: 0.01}} {
		exact := c
		c.tabulate()
		worst := 0.0
		for k := range 200_001 {
			l := float32(k) / 200_000
			worst = max(worst, math.Abs(c.at(l)-exact.at(l)))
		}
		if worst > 1.5e-6 {
			t.Errorf("%s, offset %g: the table is off by %g", c.kind, c.offset, worst)
		}
		for _, l := range []float32{1.5, 1e10} {
			if c.at(l) != exact.at(l) {
				t.Errorf("%s at %g: beside the table", c.kind, l)
			}
		}
	}
}

// Both curves are continuous and finite at black.
func TestCurves(t *testing.T) {
	lin := curve{kind: LinLog}
	knee := float32(kneeI)
	below, above := math.Nextafter32(knee, 0), math.Nextafter32(knee, 1)
	if d := lin.at(above) - lin.at(below); math.Abs(d) > 1e-6 {
		t.Errorf("linlog jumps by %g", d)
	}
	if lin.at(0) != 0 || math.Abs(lin.at(1)-math.Log(255)) > 1e-12 {
		t.Errorf("linlog goes from %g to %g", lin.at(0), lin.at(1))
	}
	if v := (&curve{kind: Offset}).at(0); math.IsInf(v, 0) {
		t.Error("black is −∞")
	}
	if SRGB(0) != 0 || SRGB(255) != 1 || math.Abs(float64(SRGB(188))-0.5) > 0.005 {
		t.Errorf("sRGB: %g %g %g", SRGB(0), SRGB(188), SRGB(255))
	}
}

// The pattern belongs to the sensor: its mean is the parameter.
func TestPattern(t *testing.T) {
	p, err := Preset("default")
	if err != nil {
		t.Fatal(err)
	}
	p.LeakSpread = 0.3
	g := events.Geometry{Width: 100, Height: 100}
	a, b := newArray(p, g, 7), newArray(p, g, 7)
	if !slices.Equal(a.on, b.on) || !slices.Equal(a.leak, b.leak) {
		t.Error("one seed, two patterns")
	}
	if slices.Equal(a.on, newArray(p, g, 8).on) {
		t.Error("two seeds, one pattern")
	}
	moments := func(v []float64) (mean, sd float64) {
		for _, x := range v {
			mean += x / float64(len(v))
		}
		for _, x := range v {
			sd += (x - mean) * (x - mean) / float64(len(v))
		}
		return mean, math.Sqrt(sd)
	}
	if m, sd := moments(a.on); math.Abs(m-0.2) > 0.002 || math.Abs(sd-0.03) > 0.001 {
		t.Errorf("thresholds of %.4f ± %.4f", m, sd)
	}
	rate := make([]float64, len(a.leak))
	for i := range rate {
		rate[i] = a.leak[i] / a.on[i] * 1e6
	}
	if m, _ := moments(rate); math.Abs(m-0.1) > 0.005 {
		t.Errorf("mean leak of %.4f Hz, want 0.1", m)
	}
}
