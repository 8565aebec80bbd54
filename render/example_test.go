package render_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"dvsim/events"
	"dvsim/render"
	"dvsim/trace"
)

// A raster is fed from two sides: the events of the recording, and the spikes that
// an engine tells to its recorder.
func ExampleRaster() {
	pic := render.NewRaster(render.Options{Geometry: events.Geometry{Width: 34, Height: 34}})
	pic.Events([]events.Event{{T: 10, X: 3, Y: 5, P: events.On}}) // batch by batch

	// An engine does this; here it is done by hand.
	err := pic.Begin(trace.Info{Network: "demo", DtUS: 1000, Layers: []trace.Layer{
		{Name: "input", H: 34, W: 34, C: 2}, {Name: "digit", H: 1, W: 1, C: 10},
	}})
	if err != nil {
		log.Fatal(err)
	}
	if err := pic.Spikes(1, 4, []uint32{7}, nil); err != nil {
		log.Fatal(err)
	}
	if err := pic.End(20); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pic.Draw().Bounds().Size())
	// Output: (1200,800)
}

func ExampleOverview() {
	pic := render.NewOverview(render.Options{Title: "a small recording", Width: 900})
	rec := events.FromSlice(events.Header{}, []events.Event{{T: 0, X: 3, Y: 4}, {T: 2500, X: 9, Y: 4, P: events.On}})
	for batch, err := range events.Batches(rec) {
		if err != nil {
			log.Fatal(err)
		}
		pic.Events(batch)
	}
	dir, err := os.MkdirTemp("", "overview")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := render.Save(filepath.Join(dir, "overview.png"), pic); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pic.Draw().Bounds().Size())
	// Output: (900,600)
}

func ExampleCurves() {
	pic := &render.Curves{
		Title: "digits",
		Loss:  []float64{1.31, 0.52, 0.33},
		Train: []float64{0.61, 0.87, 0.92}, Test: []float64{0.83, 0.88, 0.90},
	}
	if err := pic.Check(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pic.Draw().Bounds().Size())
	// Output: (1200,500)
}

func ExampleConfusion() {
	pic := &render.Confusion{
		Title: "cats and dogs", Labels: []string{"cat", "dog"},
		Counts: [][]int64{{47, 3}, {5, 45}}, // three cats were taken for dogs
	}
	if err := pic.Check(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pic.Draw().Bounds().Size())
	// Output: (1000,900)
}

func ExampleHeatMap() {
	pic := &render.HeatMap{
		Title: "event against dense", XLabel: "active inputs", YLabel: "neurons",
		First: "event", Second: "dense",
		X: []string{"1 %", "10 %", "100 %"}, Y: []string{"100", "10,000"},
		Ratio: [][]float64{{4, 1.1, 0.5}, {40, 3, 0.8}}, // from the bottom row up
	}
	if err := pic.Check(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pic.Draw().Bounds().Size())
	// Output: (1200,800)
}
