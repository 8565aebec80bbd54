package dvs_test

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"dvsim/events"
	"dvsim/events/dvs"
	"dvsim/events/eventstest"
	"dvsim/internal/reference"
)

// pictures reads the training pictures of MNIST.
func pictures(t testing.TB) [][]uint8 {
	t.Helper()
	f, err := os.Open(reference.Shared(t, "data", "mnist", "train-images-idx3-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	n := int(binary.BigEndian.Uint32(raw[4:]))
	all := make([][]uint8, n)
	for i := range all {
		all[i] = raw[16+784*i : 16+784*(i+1)]
	}
	return all
}

// recording is one file of N-MNIST with the number of its picture, from 1.
type recording struct {
	number int
	ev     []events.Event
}

func realRecordings(t testing.TB, n int) []recording {
	t.Helper()
	files, err := filepath.Glob(reference.Shared(t, "data", "nmnist-small", "Train", "*", "*.b*"))
	if err != nil || len(files) < n {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	var all []recording
	for _, name := range files[len(files)-n:] {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		number, err := strconv.Atoi(base[:strings.IndexByte(base, '.')])
		if err != nil {
			t.Fatal(err)
		}
		r := recording{number: number}
		for b := raw; len(b) >= 5; b = b[5:] {
			r.ev = append(r.ev, events.Event{T: int64(b[2]&127)<<16 | int64(b[3])<<8 | int64(b[4]), X: uint16(b[0]), Y: uint16(b[1]), P: events.Polarity(b[2] >> 7)})
		}
		all = append(all, r)
	}
	return all
}

// portrait is what the table of the sensor's design compares.
type portrait struct {
	mean, sd, p5, p95 float64
	onOff             float64
	share             [3]float64
	when              [3][3]float64 // 5, 50, 95 % of the events of each saccade, ms
	peak              [3]float64    // events a ms
	last              float64
	pixels            float64
	gapOff, gapOn     [3]float64 // p1, p5, p50 of the time between equal events, ms
	runOff, runOn     float64
	farOn, farOff     float64 // Hz a pixel
}

func quantile(v []float64, q float64) float64 {
	if !slices.IsSorted(v) {
		slices.Sort(v)
	}
	x := q * float64(len(v)-1)
	i := min(int(x), len(v)-2)
	return v[i] + (x-float64(i))*(v[i+1]-v[i])
}

func average(v []float64) (mean, sd float64) {
	for _, x := range v {
		mean += x
	}
	mean /= float64(len(v))
	for _, x := range v {
		sd += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(sd / float64(len(v)))
}

// farPath are the corners of the path of the digit.
var farPath = [][2]float64{
	{-2.5, -1.8},
	{-2.65, 0.6},
	{-2.52, 1.8},
	{-2, 2.85},
	{-1.1, 3.65},
	{-0.6, 3.5},
	{0.65, 2.35},
	{1.5, 0.1},
	{2.3, -1.5},
	{2.95, -1.62},
	{0.9, -1.6},
	{-1.25, -1.7},
}

// far returns the pixels that are at least 3.5 px away from all ink, at any time.
func far(picture []uint8) [34 * 34]bool {
	var out [34 * 34]bool
	for i := range out {
		out[i] = true
	}
	for i, v := range picture {
		if v == 0 {
			continue
		}
		for _, p := range farPath {
			cx, cy := float64(i%28+3)+p[0], float64(i/28+3)+p[1]
			for y := max(0, int(cy)-4); y < min(34, int(cy)+6); y++ {
				for x := max(0, int(cx)-4); x < min(34, int(cx)+6); x++ {
					if math.Hypot(cx-float64(x), cy-float64(y)) < 3.5 {
						out[y*34+x] = false
					}
				}
			}
		}
	}
	return out
}

// saccade cuts the time in three.
func saccade(ms float64) int {
	switch {
	case ms < 100:
		return 0
	case ms < 220:
		return 1
	}
	return 2
}

func portray(all []recording, pics [][]uint8) portrait {
	var p portrait
	var counts, last, pixels []float64
	var count, farCount [2]float64
	var when [3][]float64
	var gaps, runs [2][]float64
	rate := make([]float64, 400)
	farPixels := 0
	for _, r := range all {
		counts = append(counts, float64(len(r.ev)))
		last = append(last, float64(r.ev[len(r.ev)-1].T)/1000)
		isFar := far(pics[r.number-1])
		for _, f := range isFar {
			if f {
				farPixels++
			}
		}
		var pixel [34 * 34][]events.Event
		for _, e := range r.ev {
			ms := float64(e.T) / 1000
			when[saccade(ms)] = append(when[saccade(ms)], ms)
			rate[min(int(ms), len(rate)-1)]++
			count[e.P]++
			i := int(e.Y)*34 + int(e.X)
			pixel[i] = append(pixel[i], e)
		}
		active := 0
		for i, ev := range pixel {
			if len(ev) > 0 {
				active++
			}
			if isFar[i] {
				for _, e := range ev {
					farCount[e.P]++
				}
				continue
			}
			run := 1.0
			for k, e := range ev {
				if k+1 < len(ev) && ev[k+1].P == e.P {
					gaps[e.P] = append(gaps[e.P], float64(ev[k+1].T-e.T)/1000)
					run++
					continue
				}
				runs[e.P] = append(runs[e.P], run)
				run = 1
			}
		}
		pixels = append(pixels, float64(active))
	}
	on, off := count[events.On], count[events.Off]
	p.mean, p.sd = average(counts)
	p.p5, p.p95 = quantile(counts, 0.05), quantile(counts, 0.95)
	p.onOff = on / off
	for s := range when {
		p.share[s] = float64(len(when[s])) / (on + off)
		for k, q := range []float64{0.05, 0.5, 0.95} {
			p.when[s][k] = quantile(when[s], q)
		}
	}
	for ms, n := range rate[:310] {
		s := saccade(float64(ms))
		p.peak[s] = max(p.peak[s], n/float64(len(all)))
	}
	p.last = quantile(last, 0.5)
	p.pixels, _ = average(pixels)
	for k, q := range []float64{0.01, 0.05, 0.5} {
		p.gapOff[k], p.gapOn[k] = quantile(gaps[0], q), quantile(gaps[1], q)
	}
	p.runOff, _ = average(runs[0])
	p.runOn, _ = average(runs[1])
	seconds := float64(farPixels) * 0.31
	p.farOff, p.farOn = farCount[events.Off]/seconds, farCount[events.On]/seconds
	return p
}

// simulate records the same pictures with the model.
func simulate(reals []recording, pics [][]uint8) []recording {
	out := make([]recording, len(reals))
	var wait sync.WaitGroup
	const workers = 2
	for w := range workers {
		wait.Go(func() {
			cam := dvs.NewNMNIST(1)
			for i := w; i < len(reals); i += workers {
				n := reals[i].number
				out[i] = recording{n, cam.Record(nil, pics[n-1], uint64(n))}
			}
		})
	}
	wait.Wait()
	return out
}

// TestAgainstNMNIST compares 400 recordings with the real ones of the same
// pictures, none of which was used to fit the model.
func TestAgainstNMNIST(t *testing.T) {
	if testing.Short() {
		t.Skip("400 recordings take seconds")
	}
	pics := pictures(t)
	reals := realRecordings(t, 400)
	models := simulate(reals, pics)
	a, b := portray(reals, pics), portray(models, pics)
	relative := func(what string, model, real, percent float64) {
		t.Helper()
		t.Logf("%-36s real %8.3f  model %8.3f", what, real, model)
		if d := 100 * math.Abs(model-real) / real; d > percent {
			t.Errorf("%s: model %.3f, real %.3f: %.1f %% off, want at most %g %%", what, model, real, d, percent)
		}
	}
	absolute := func(what string, model, real, most float64) {
		t.Helper()
		t.Logf("%-36s real %8.3f  model %8.3f", what, real, model)
		if math.Abs(model-real) > most {
			t.Errorf("%s: model %.3f, real %.3f: want at most %g apart", what, model, real, most)
		}
	}
	relative("events, mean", b.mean, a.mean, 5)
	relative("events, standard deviation", b.sd, a.sd, 10)
	relative("events, 5 %", b.p5, a.p5, 10)
	relative("events, 95 %", b.p95, a.p95, 5)
	absolute("ON/OFF", b.onOff, 1, 0.05)
	for s := range 3 {
		name := fmt.Sprintf("saccade %d, ", s+1)
		absolute(name+"share", b.share[s], a.share[s], 0.02)
		for k, q := range []string{"5 %", "50 %", "95 %"} {
			absolute(name+q+" (ms)", b.when[s][k], a.when[s][k], 5)
		}
		relative(name+"peak (events/ms)", b.peak[s], a.peak[s], 10)
	}
	absolute("last event (ms)", b.last, a.last, 3)
	relative("pixels with an event", b.pixels, a.pixels, 5)
	for k, q := range []string{"1 %", "5 %", "50 %"} {
		relative("OFF-OFF gap, "+q+" (ms)", b.gapOff[k], a.gapOff[k], 15)
		relative("ON-ON gap, "+q+" (ms)", b.gapOn[k], a.gapOn[k], 15)
	}
	relative("run of OFF", b.runOff, a.runOff, 10)
	relative("run of ON", b.runOn, a.runOn, 10)
	relative("far from the digit, ON (Hz)", b.farOn, a.farOn, 25)
	relative("far from the digit, OFF (Hz)", b.farOff, a.farOff, 50)

	// Picture by picture.
	var x, y []float64
	square := 0.0
	for i := range reals {
		r, m := float64(len(reals[i].ev)), float64(len(models[i].ev))
		x, y = append(x, r), append(y, m)
		square += (m/r - 1) * (m/r - 1)
	}
	mx, sx := average(x)
	my, sy := average(y)
	cov := 0.0
	for i := range x {
		cov += (x[i] - mx) * (y[i] - my) / float64(len(x))
	}
	absolute("correlation of the event counts", cov/(sx*sy), 1, 0.015)
	absolute("rms difference of the event counts", math.Sqrt(square/float64(len(x))), 0, 0.06)
}

// ring is a picture like MNIST's zero.
func ring() []uint8 {
	p := make([]uint8, 784)
	for i := range p {
		d := math.Abs(math.Hypot(float64(i%28)-13.5, float64(i/28)-13.5) - 7)
		p[i] = uint8(255 * max(0, min(1, 2-d)))
	}
	return p
}

// The same picture, seed and number give these very events, everywhere.
func TestNMNISTGolden(t *testing.T) {
	var d events.Digest
	ev := dvs.NewNMNIST(1).Record(nil, ring(), 7)
	d.Add(ev)
	s := d.Sums()
	if want := "3a5017d4e17f8704ef1c062cc1b0a459b489e1c35092d5eb7a1541baabf39035"; s.SHA256 != want {
		t.Errorf("%d events (%d ON), %s, want %s", s.Events, s.On, s.SHA256, want)
	}
	if s.TBackwards > 0 || s.TMin < 0 || s.TMax > dvs.NMNISTDuration || s.XMax >= 34 || s.YMax >= 34 {
		t.Errorf("%+v", s)
	}
}

// A sensor that has seen other pictures is as good as a new one.
func TestNMNISTMemory(t *testing.T) {
	cam := dvs.NewNMNIST(1)
	want := cam.Record(nil, ring(), 7)
	empty := cam.Record(nil, make([]uint8, 784), 8)
	if len(empty) == 0 || len(empty) > 400 {
		t.Errorf("%d events before an empty picture", len(empty))
	}
	full := make([]uint8, 784) // ink up to the border
	for i := range full {
		full[i] = 255
	}
	cam.Record(nil, full, 9)
	got := cam.Record([]events.Event{{T: -1}}, ring(), 7)
	if got[0].T != -1 {
		t.Error("Record overwrites what it appends to")
	}
	if err := eventstest.Diff(got[1:], want); err != nil {
		t.Error(err)
	}
	if other := cam.Record(nil, ring(), 8); slices.Equal(other, want) {
		t.Error("two recordings of a picture are equal")
	}
	if other := dvs.NewNMNIST(2).Record(nil, ring(), 7); slices.Equal(other, want) {
		t.Error("two sensors are equal")
	}
	buf := make([]events.Event, 0, 20_000)
	if n := testing.AllocsPerRun(5, func() { cam.Record(buf, ring2, 3) }); n > 0 {
		t.Errorf("%g allocations a recording", n)
	}
}

var ring2 = ring()

func BenchmarkNMNIST(b *testing.B) {
	pics := pictures(b)
	cam := dvs.NewNMNIST(1)
	var ev []events.Event
	n := 0
	for b.Loop() {
		ev = cam.Record(ev[:0], pics[n%1000], uint64(n))
		n++
	}
}
