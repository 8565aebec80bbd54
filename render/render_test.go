package render

import (
	"bytes"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/internal/golden"
	"dvsim/trace"
)

// bars is a recording made up: a bright bar that sweeps over the sensor, and noise.
func bars(g events.Geometry, n int, us int64) []events.Event {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]events.Event, n)
	for i := range out {
		t := int64(i) * us / int64(n)
		e := events.Event{T: 1_000_000 + t, X: uint16(rng.IntN(g.Width)), Y: uint16(rng.IntN(g.Height)), P: events.Polarity(rng.IntN(2))}
		if rng.IntN(10) > 0 {
			// The bar's middle goes up and down three times; its front is ON, its back OFF.
			m := (0.5 + 0.4*math.Sin(6*math.Pi*float64(t)/float64(us))) * float64(g.Height)
			d := rng.NormFloat64() * 2
			up := math.Cos(6*math.Pi*float64(t)/float64(us)) > 0
			e.Y = uint16(min(max(m+d*float64(g.Height)/60, 0), float64(g.Height-1)))
			if (d > 0) == up {
				e.P = events.On
			} else {
				e.P = events.Off
			}
			e.X = uint16(g.Width/5 + rng.IntN(g.Width*3/5))
		}
		out[i] = e
	}
	return out
}

// network fills a recorder with made-up spikes of layers over steps of 1 ms.
func network(t testing.TB, r trace.Recorder, layers []trace.Layer, steps int64, rate func(layer int, neuron, n int, step int64) float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	info := trace.Info{Network: "edges", Source: "clips/bars.aedat4", T0: 1_000_000, DtUS: 1000}
	info.Layers = append(info.Layers, trace.Layer{Name: "input", H: 1, W: 1, C: 1})
	info.Layers = append(info.Layers, layers...)
	check(t, r.Begin(info))
	for step := range steps {
		for l, layer := range layers {
			var index []uint32
			every := int64(1)
			if layer.Len() > 1000 {
				every = 5 // large layers spike together, which is quicker to make up
			}
			if step%every != 0 {
				continue
			}
			for j := range layer.Len() {
				if rng.Float64() < float64(every)*rate(l, j, layer.Len(), step) {
					index = append(index, uint32(j))
				}
			}
			check(t, r.Spikes(l+1, step, index, nil))
		}
	}
	check(t, r.End(steps))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func encodePNG(t testing.TB, p Picture) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, WritePNG(&b, p))
	return b.Bytes()
}

var davis = events.Geometry{Width: 346, Height: 260}

// wave is a rate that travels over the neurons.
func wave(peak float64) func(int, int, int, int64) float64 {
	return func(l, j, n int, step int64) float64 {
		x := 2*math.Pi*(float64(j)/float64(n)-float64(step)/500) + float64(l)
		return peak * math.Pow(0.5+0.5*math.Cos(x), 4)
	}
}

// pictures are the golden ones.
var pictures = map[string]func(t testing.TB) Picture{
	"raster-10": func(t testing.TB) Picture {
		r := NewRaster(Options{Geometry: davis})
		r.Events(bars(davis, 60000, 1_200_000))
		network(t, r, []trace.Layer{
			{Name: "hidden", H: 1, W: 1, C: 10},
			{Name: "direction", H: 1, W: 1, C: 4, Labels: []string{"up", "down", "left", "right"}},
		}, 1200, wave(0.06))
		return r
	},
	"raster-10000": func(t testing.TB) Picture {
		r := NewRaster(Options{Geometry: davis, Rates: true})
		r.Events(bars(davis, 60000, 1_200_000))
		network(t, r, []trace.Layer{
			{Name: "conv", H: 50, W: 50, C: 4, Labels: []string{"0°", "45°", "90°", "135°"}},
			{Name: "dense", H: 1, W: 1, C: 10000},
			{Name: "out", H: 1, W: 1, C: 10},
		}, 1200, func(l, j, n int, step int64) float64 {
			if l == 0 {
				return wave(0.02)(l, j%4, 4, step)
			}
			return wave([]float64{0, 0.01, 0.05}[l])(l, j, n, step)
		})
		return r
	},
	"raster-replayed": func(t testing.TB) Picture { // from a trace file: the input layer stands for the events
		r := NewRaster(Options{})
		info := trace.Info{Network: "edges", DtUS: 1000, Layers: []trace.Layer{
			{Name: "input", H: 34, W: 34, C: 2}, {Name: "conv", H: 16, W: 16, C: 64}, {Name: "map", H: 3, W: 4, C: 1},
		}}
		check(t, r.Begin(info))
		rng := rand.New(rand.NewPCG(5, 6))
		for step := range int64(300) {
			for l, layer := range info.Layers {
				var index []uint32
				var counts []uint16
				for j := range layer.Len() {
					if rng.Float64() < 0.1*wave(0.3)(l, j, layer.Len(), step) {
						index = append(index, uint32(j))
						counts = append(counts, uint16(1+rng.IntN(3)))
					}
				}
				check(t, r.Spikes(l, step, index, counts))
			}
		}
		check(t, r.End(300))
		return r
	},
	"raster-empty": func(t testing.TB) Picture { return NewRaster(Options{Title: "an empty recording"}) },
	"raster-one-event": func(t testing.TB) Picture {
		r := NewRaster(Options{Geometry: events.Geometry{Width: 128, Height: 128}, Title: "one event"})
		r.Events([]events.Event{{T: 1234, X: 64, Y: 64, P: events.On}})
		return r
	},
	"raster-silent": func(t testing.TB) Picture {
		r := NewRaster(Options{Geometry: davis, Rates: true})
		r.Events(bars(davis, 5000, 8_000_000))
		network(t, r, []trace.Layer{{Name: "silent", H: 1, W: 1, C: 256}, {Name: "out", H: 1, W: 1, C: 10}}, 8000,
			func(l, j, n int, step int64) float64 { return []float64{0, 0.001}[l] })
		return r
	},
	"image": func(t testing.TB) Picture {
		e := NewEventImage(Options{Geometry: davis, Title: "bars.aedat4: events by pixel"})
		e.Events(bars(davis, 60000, 1_200_000))
		return e
	},
	"overview": func(t testing.TB) Picture {
		o := NewOverview(Options{Geometry: davis, Title: "bars.aedat4"})
		o.Events(bars(davis, 60000, 1_200_000))
		return o
	},
	"overview-small": func(t testing.TB) Picture { // a small sensor, a long recording
		g := events.Geometry{Width: 34, Height: 34}
		o := NewOverview(Options{Geometry: g, Title: "00002.bin"})
		o.Events(bars(g, 4000, 300_000))
		return o
	},
	"overview-tall": func(t testing.TB) Picture { // upright, and of unknown size
		o := NewOverview(Options{Title: "upright.csv"})
		o.Events(bars(events.Geometry{Width: 720, Height: 1280}, 60000, 90_000_000))
		return o
	},
	"overview-empty": func(t testing.TB) Picture { return NewOverview(Options{Title: "empty.aedat4"}) },
	"heatmap":        func(t testing.TB) Picture { return demoMap() },
}

func demoMap() *HeatMap {
	h := &HeatMap{
		Title: "event engine against dense engine, dense layers, step 1 ms", XLabel: "active inputs a step", YLabel: "layer (inputs × neurons)",
		First: "event", Second: "dense",
		X: []string{"0.01 %", "0.1 %", "0.3 %", "1 %", "3 %", "10 %", "30 %", "100 %"},
		Y: []string{"64×64", "256×256", "1024×256", "1024×1024", "4096×1024", "4096×4096"},
	}
	for y := range h.Y {
		var row []float64
		for x := range h.X {
			row = append(row, math.Exp2(7.2-1.5*float64(x)+0.55*float64(y)+0.4*math.Sin(float64(3*x+5*y))))
		}
		h.Ratio = append(h.Ratio, row)
	}
	h.Ratio[5][0] = math.NaN()
	return h
}

func TestPictures(t *testing.T) {
	for name, make := range pictures {
		t.Run(name, func(t *testing.T) {
			p := make(t)
			b := encodePNG(t, p)
			golden.PNG(t, filepath.Join("testdata", name+".png"), b)
			if !bytes.Equal(encodePNG(t, p), b) {
				t.Error("drawn again it gives other bytes")
			}
			if !testing.Short() && !bytes.Equal(encodePNG(t, make(t)), b) {
				t.Error("equal input gives other bytes")
			}
		})
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.png")
	check(t, Save(name, pictures["raster-one-event"](t)))
	f, err := os.Open(name)
	check(t, err)
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := Save(filepath.Join(dir, "none", "a.png"), pictures["raster-one-event"](t)); err == nil {
		t.Error("a folder that does not exist is accepted")
	}
}

func TestRecorderErrors(t *testing.T) {
	r := NewRaster(Options{})
	if err := r.Begin(trace.Info{Layers: []trace.Layer{{Name: "none"}}}); err == nil {
		t.Error("a layer without neurons is accepted")
	}
	check(t, r.Begin(trace.Info{Layers: []trace.Layer{{Name: "in", H: 1, W: 1, C: 3}}}))
	if err := r.Spikes(1, 0, []uint32{0}, nil); err == nil {
		t.Error("an unknown layer is accepted")
	}
	if err := r.Spikes(0, 0, []uint32{3}, nil); err == nil || !strings.Contains(err.Error(), "neuron 3 of 3") {
		t.Errorf("an unknown neuron: %v", err)
	}
}
