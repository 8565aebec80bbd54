package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dvsim/datasets"
	"dvsim/events"
	_ "dvsim/formats/all"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/trace"
)

func digits34() *network.Input {
	return &network.Input{Shape: network.Shape{H: 34, W: 34, C: 2}, Polarity: network.Split}
}

func encode(t *testing.T, recs []datasets.Recording, e datasets.Encoding) (*trace.Set, datasets.Report) {
	t.Helper()
	s, rep, err := datasets.Encode(context.Background(), recs, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return s, rep
}

// spikes writes a sample for people: step:source×count.
func spikes(m *trace.Sample) string {
	var b strings.Builder
	for t := range m.Ends {
		for _, e := range m.Step(t) {
			source, n := trace.Unpack(e)
			fmt.Fprintf(&b, " %d:%dx%d", t, source, n)
		}
	}
	return strings.TrimSpace(b.String())
}

// TestBins has the rule of bins in numbers that can be checked by hand.
func TestBins(t *testing.T) {
	on := func(t int64) events.Event { return events.Event{T: t, X: 1, P: events.On} } // source 3
	for _, c := range []struct {
		times []int64
		bins  int
		want  string
	}{
		{[]int64{100, 110, 120, 130, 140}, 2, "0:3x2 1:3x2"},          // width 20: 140 is in bin 2
		{[]int64{100, 149, 150, 199, 200, 203}, 2, "0:3x3 1:3x2"},     // width 103/2 = 51: 202 and later are cut
		{[]int64{0, 7, 8, 9, 10, 11}, 3, "0:3x1 2:3x2"},               // width 3: 9 and later are cut
		{[]int64{5}, 4, "0:3x1"},                                      // width 1
		{[]int64{5, 5, 6, 7}, 10, "0:3x2 1:3x1 2:3x1"},                // shorter than its bins
		{[]int64{100, 130, 110, 200}, 4, "0:3x1 1:3x2"},               // 110 comes late and counts in the bin of 130
		{[]int64{-50, 0, 49}, 1, "0:3x2"},                             // width 99
		{append(make([]int64, 600), 10), 2, "0:3x255 0:3x255 0:3x90"}, // counts above 255
		{append(make([]int64, 70000), 9), 3, "0:3x65535"},             // and above 65,535; see below
	} {
		var ev []events.Event
		for _, at := range c.times {
			ev = append(ev, on(at))
		}
		s, rep := encode(t, []datasets.Recording{toyRecording("a", 0, g8, ev...)}, datasets.Encoding{Input: in8(), Bins: c.bins, Classes: classes(1)})
		got := spikes(&s.Samples[0])
		if len(c.times) == 70001 {
			if n := s.Samples[0].Spikes(); n != 65535 || rep.Clipped.N != 70000-65535 || rep.Cut.N != 1 {
				t.Errorf("%d spikes, %d clipped", n, rep.Clipped.N)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%v in %d bins: %s, want %s", c.times, c.bins, got, c.want)
		}
		if n := s.Samples[0].Spikes() + rep.Cut.N; n != int64(len(ev)) || rep.Spikes != s.Samples[0].Spikes() || rep.Events != int64(len(ev)) || s.Steps != c.bins {
			t.Errorf("%v: %d of %d events accounted for: %+v", c.times, n, len(ev), rep)
		}
	}
}

func TestSteps(t *testing.T) {
	recs := []datasets.Recording{
		toyRecording("a", 1, g8, at(1000, 0, 0), at(1099, 1, 0), at(1100, 1, 0), at(1350, 2, 0)),
		toyRecording("b", 0, g8, at(7, 0, 0)),
		toyRecording("none", 0, g8),
	}
	e := datasets.Encoding{Input: in8(), DtUS: 100, Classes: classes(2)}
	for _, c := range []struct {
		steps    int
		duration int64
		want     int
		a        string
	}{{0, 0, 4, "0:1x1 0:3x1 1:3x1 3:5x1"}, {2, 0, 2, "0:1x1 0:3x1 1:3x1"}, {0, 201, 3, "0:1x1 0:3x1 1:3x1"}, {7, 201, 7, "0:1x1 0:3x1 1:3x1 3:5x1"}} {
		e.Steps, e.DurationUS = c.steps, c.duration
		s, rep := encode(t, recs, e)
		if s.Steps != c.want || s.DtUS != 100 || spikes(&s.Samples[0]) != c.a || spikes(&s.Samples[1]) != "0:1x1" || spikes(&s.Samples[2]) != "" {
			t.Errorf("%d steps, %d µs: %d steps: %s", c.steps, c.duration, s.Steps, spikes(&s.Samples[0]))
		}
		if rep.Empty.Recordings != 1 || rep.Empty.Names[0] != "none.toy" || c.want < 4 && rep.Cut.N != 1 {
			t.Errorf("%+v", rep)
		}
	}
	if s, _ := encode(t, recs[2:], datasets.Encoding{Input: in8(), DtUS: 100, Classes: classes(2)}); s.Steps != 1 {
		t.Errorf("silence of %d steps", s.Steps)
	}
	s, _ := encode(t, recs, datasets.Encoding{Input: in8(), DtUS: 100, Classes: []string{"x", "y"}})
	if s.Samples[0].Label != 1 || s.Samples[0].Name != "a.toy" || s.Classes[1] != "y" || s.Layer.Name != "input" || s.Layer.H != 8 || s.Layer.C != 2 {
		t.Errorf("%+v", s)
	}
}

// TestWorkers: the same for any number, and progress tells of all.
func TestWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var recs []datasets.Recording
	for i := range 60 {
		recs = append(recs, toyRecording(fmt.Sprint(i), i%3, g8, someEvents(rng, g8, rng.IntN(400), true)...))
	}
	e := datasets.Encoding{Input: in8(), DtUS: 900, Classes: classes(3), Workers: 1}
	one, r1 := encode(t, recs, e)
	calls := 0
	e.Workers = 8
	e.Progress = func(done, total int) {
		if calls++; done != calls || total != 60 {
			t.Errorf("progress %d of %d in call %d", done, total, calls)
		}
	}
	many, r8 := encode(t, recs, e)
	if !sameSamples(one, many) || !reflect.DeepEqual(r1, r8) || calls != 60 {
		t.Errorf("8 workers differ from one; %d calls", calls)
	}
}

// TestLongRecording is one whose events do not stay in memory between the two looks
// that bins need.
func TestLongRecording(t *testing.T) {
	ev := make([]events.Event, 1<<20+5000)
	for i := range ev {
		ev[i] = events.Event{T: int64(i), X: uint16(i % 8), Y: uint16(i / 1000 % 8)}
	}
	recs := []datasets.Recording{toyRecording("short", 0, g8, ev[:50]...), toyRecording("long", 0, g8, ev...)}
	s, rep := encode(t, recs, datasets.Encoding{Input: in8(), Bins: 10, Classes: classes(1), Workers: 1})
	width := datasets.BinWidth(0, int64(len(ev)-1), 10)
	if got := s.Samples[1].Spikes(); got != 10*width || rep.Events != int64(len(ev))+50 {
		t.Errorf("%d spikes, want %d; %d events", got, 10*width, rep.Events)
	}
}

func TestFit(t *testing.T) {
	g := events.Geometry{Width: 12, Height: 10}
	recs := []datasets.Recording{
		toyRecording("8", 0, g8, at(0, 0, 0), at(0, 7, 7)),
		toyRecording("12", 0, g, at(0, 1, 1), at(100, 2, 1), at(103, 11, 9)),
	}
	e := datasets.Encoding{Input: in8(), DtUS: 50, Network: "digits", Classes: classes(1)}
	_, _, err := datasets.Encode(context.Background(), recs, e)
	var ge *network.GeometryError
	if !errors.As(err, &ge) || err.Error() != `12.toy: toy: network "digits" takes recordings of 8x8, this one is 12x10; use --fit crop for the middle 8x8, or --fit scale to shrink it` {
		t.Errorf("%v", err)
	}
	e.Salvage = true
	if _, _, err := datasets.Encode(context.Background(), recs, e); err == nil {
		t.Error("a recording of another size is no damage to be salvaged")
	}
	e.Fit = network.FitCrop
	s, rep := encode(t, recs, e)
	if spikes(&s.Samples[0]) != "0:1x1 0:127x1" || spikes(&s.Samples[1]) != "0:1x1" || rep.Cropped.N != 2 || rep.Cropped.Names[0] != "12.toy" {
		t.Errorf("cropped: %s, %s, %+v", spikes(&s.Samples[0]), spikes(&s.Samples[1]), rep)
	}
	e.Fit = network.FitScale
	s, _ = encode(t, recs, e)
	if spikes(&s.Samples[0]) != "0:1x1 0:127x1" || spikes(&s.Samples[1]) != "0:1x1 2:3x1 2:127x1" {
		t.Errorf("scaled: %s, %s", spikes(&s.Samples[0]), spikes(&s.Samples[1]))
	}
	guessed := []datasets.Recording{datasets.Memory("a.bin", 0, []byte{1, 2, 0x80, 0, 5, 3, 4, 0, 0, 9})}
	e.Fit = ""
	if _, _, err := datasets.Encode(context.Background(), guessed, e); err == nil || !strings.Contains(err.Error(), "a.bin: nmnist: ") || !strings.Contains(err.Error(), "guessed by its pixels: if that is wrong, give it with --size") {
		t.Errorf("a guessed size: %v", err)
	}
	e.Size = g8
	encode(t, guessed, e)
}

func TestSalvage(t *testing.T) {
	damaged := toy(g8, []events.Event{at(0, 0, 0), at(10, 1, 0), at(20, 2, 0)})
	damaged[8+toyEvent+toyDamaged] = 1
	cut := toy(g8, []events.Event{at(0, 3, 0), at(10, 4, 0)})
	recs := []datasets.Recording{
		datasets.Memory("damaged.toy", 0, damaged),
		datasets.Memory("cut.toy", 0, cut[:len(cut)-3]),
		datasets.Memory("nobytes.toy", 0, nil),
		datasets.Memory("unknown.xyz", 0, []byte("what is this?")),
		datasets.File("none/at all.toy", "", 0),
		toyRecording("good", 0, g8, at(0, 5, 0)),
	}
	e := datasets.Encoding{Input: in8(), DtUS: 10, Classes: classes(1)}
	_, _, err := datasets.Encode(context.Background(), recs, e)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"4 recordings of 6 cannot be used:", "\n  damaged.toy: toy: byte 24: damaged data", "\n  cut.toy: toy: byte 24: the file ends too early", "\n  unknown.xyz: byte 0: unknown format", "none/at all.toy: no such file"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
	if !errors.Is(err, events.ErrCorrupt) || !errors.Is(err, events.ErrUnknownFormat) {
		t.Error("the causes cannot be found in the error")
	}
	for _, bins := range []int{0, 3} {
		e := datasets.Encoding{Input: in8(), DtUS: 10, Classes: classes(1), Salvage: true}
		if bins > 0 {
			e.DtUS, e.Bins = 0, bins
		}
		s, rep := encode(t, recs, e)
		var got []string
		for i := range s.Samples {
			got = append(got, s.Samples[i].Name+" "+spikes(&s.Samples[i]))
		}
		want := []string{"damaged.toy 0:1x1 2:5x1", "cut.toy 0:7x1", "nobytes.toy ", "good.toy 0:11x1"}
		if bins > 0 {
			want[0] = "damaged.toy 0:1x1" // 3 bins of 6 µs: the last event is cut
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if rep.Lossy.Recordings != 2 || rep.Lossy.N != toyEvent || rep.Unreadable.Recordings != 2 || rep.Empty.Recordings != 1 || rep.Recordings != 4 {
			t.Errorf("%+v", rep)
		}
		text := rep.String()
		for _, want := range []string{"1 recording without events (silent samples) (nobytes.toy)", "2 recordings damaged: 16 bytes passed over (damaged.toy, cut.toy)", "2 recordings unreadable and left out (unknown.xyz, none/at all.toy)"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
	}
	e.Salvage = true
	if _, _, err := datasets.Encode(context.Background(), recs[3:5], e); err == nil || !strings.Contains(err.Error(), "none of 2 recordings could be read; the first: unknown.xyz") {
		t.Errorf("nothing readable: %v", err)
	}
	var many []datasets.Recording
	for i := range 33 {
		many = append(many, datasets.Memory(fmt.Sprintf("%d.xyz", i), 0, []byte("?")))
	}
	if _, _, err := datasets.Encode(context.Background(), many, datasets.Encoding{Input: in8(), Bins: 1, Classes: classes(1)}); err == nil || strings.Count(err.Error(), "\n") != 21 || !strings.HasSuffix(err.Error(), "and 13 more") {
		t.Errorf("many failures: %v", err)
	}
}

func TestEncodeErrors(t *testing.T) {
	good := []datasets.Recording{toyRecording("a", 0, g8, at(0, 0, 0), at(1<<40, 0, 0))}
	for name, c := range map[string]struct {
		recs []datasets.Recording
		e    datasets.Encoding
		want string
	}{
		"no input":       {good, datasets.Encoding{Bins: 1, Classes: classes(1)}, "needs an input"},
		"large input":    {good, datasets.Encoding{Bins: 1, Classes: classes(1), Input: &network.Input{Shape: network.Shape{H: 5000, W: 5000, C: 2}}}, "1 to 16777216 sources"},
		"neither":        {good, datasets.Encoding{Input: in8(), Classes: classes(1)}, "bins or the length of a step"},
		"both":           {good, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: 1, DtUS: 1}, "bins or the length of a step"},
		"negative":       {good, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: -1, DtUS: 1}, "bins or the length of a step"},
		"bins and steps": {good, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: 2, Steps: 3}, "as many steps as bins"},
		"steps":          {good, datasets.Encoding{Input: in8(), Classes: classes(1), DtUS: 2, Steps: -3}, "-3 steps"},
		"none":           {nil, datasets.Encoding{Input: in8(), Classes: classes(1), DtUS: 2}, "no recordings"},
		"label":          {good, datasets.Encoding{Input: in8(), DtUS: 2}, "a.toy: label 0, but the number of classes is 0"},
		"too many bins":  {good, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: 1 << 21}, "2,097,152 steps for each of 1 recordings are too many"},
		"too long":       {good, datasets.Encoding{Input: in8(), Classes: classes(1), DtUS: 1000}, "a.toy: it lasts 1,099,511,628 steps of 1,000 µs"},
		"made up":        {[]datasets.Recording{{Name: "x"}}, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: 1}, "x: datasets: a Recording without content"},
		"a trace":        {[]datasets.Recording{datasets.Memory("a.dvt", 0, nil)}, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: 1}, "a.dvt: is a trace, not a recording"},
	} {
		if _, _, err := datasets.Encode(context.Background(), c.recs, c.e); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := datasets.Encode(ctx, good, datasets.Encoding{Input: in8(), Classes: classes(1), Bins: 1, Salvage: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ended: %v", err)
	}
}

// BenchmarkEncode reads and bins the 1,000 real recordings.
func BenchmarkEncode(b *testing.B) {
	l, err := datasets.Find(reference.Shared(b, "data", "nmnist-small"), datasets.FindOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	recs := append(l.Train, l.Test...)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("recordings=%d/workers=%d", len(recs), workers), func(b *testing.B) {
			b.ReportAllocs()
			n := int64(0)
			for b.Loop() {
				_, rep, err := datasets.Encode(context.Background(), recs, datasets.Encoding{Input: digits34(), Bins: 25, Classes: l.Classes, Workers: workers})
				if err != nil {
					b.Fatal(err)
				}
				n += rep.Events
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
