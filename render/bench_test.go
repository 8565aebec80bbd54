package render

import (
	"io"
	"math/rand/v2"
	"testing"

	"dvsim/trace"
)

// BenchmarkRaster draws 300,000 dots of a layer of 10,000 neurons.
func BenchmarkRaster(b *testing.B) {
	const dots, steps = 300_000, 1000
	rng := rand.New(rand.NewPCG(1, 1))
	r := NewRaster(Options{})
	check(b, r.Begin(trace.Info{DtUS: 1000, Layers: []trace.Layer{{Name: "in", H: 1, W: 1, C: 1}, {Name: "a", H: 1, W: 1, C: 10_000}}}))
	for step := range int64(steps) {
		var index []uint32
		for j := uint32(rng.IntN(60)); j < 10_000 && len(index) < dots/steps; j += 1 + uint32(rng.IntN(60)) {
			index = append(index, j)
		}
		check(b, r.Spikes(1, step, index, nil))
	}
	check(b, r.End(steps))
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			r.Draw()
		}
	})
	b.Run("draw+png", func(b *testing.B) {
		for b.Loop() {
			check(b, WritePNG(io.Discard, r))
		}
	})
}

// BenchmarkEvents is what taking an event costs.
func BenchmarkEvents(b *testing.B) {
	ev := bars(davis, 300_000, 2_000_000)
	for _, c := range []struct {
		name string
		make func() func()
	}{
		{"raster", func() func() {
			r := NewRaster(Options{Geometry: davis})
			return func() { r.Events(ev) }
		}},
		{"overview", func() func() {
			o := NewOverview(Options{Geometry: davis})
			return func() { o.Events(ev) }
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			add := c.make()
			for b.Loop() {
				add()
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(len(ev))*1e9, "ns/event")
		})
	}
}
