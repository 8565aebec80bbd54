package dvs_test

import (
	"fmt"
	"log"
	"math"

	"dvsim/events"
	"dvsim/events/dvs"
)

// sunrise is a scene of one pixel that grows brighter by e each second.
type sunrise struct{}

func (sunrise) Geometry() events.Geometry { return events.Geometry{Width: 1, Height: 1} }

func (sunrise) At(t int64, dst []float32) {
	dst[0] = float32(0.1 * math.Exp(float64(t)*1e-6))
}

func ExampleWatch() {
	p, err := dvs.Preset("clean")
	if err != nil {
		log.Fatal(err)
	}
	p.Mismatch = 0 // thresholds of exactly 0.2
	cam, err := dvs.Watch(sunrise{}, dvs.Options{Params: p, Duration: 1_000_000})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range events.All(cam) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.3f s %v\n", float64(e.T)*1e-6, e.P)
	}
	// Output:
	// 0.200 s on
	// 0.400 s on
	// 0.600 s on
	// 0.800 s on
}

func ExampleWatchFrames() {
	p, err := dvs.Preset("clean")
	if err != nil {
		log.Fatal(err)
	}
	p.Mismatch = 0
	video := dvs.Frames(events.Geometry{Width: 2, Height: 1},
		dvs.Frame{T: 0, Luminance: []float32{0.5, dvs.SRGB(200)}},
		dvs.Frame{T: 40_000, Luminance: []float32{0.5, dvs.SRGB(100)}},
	)
	cam, err := dvs.WatchFrames(video, dvs.Options{Params: p})
	if err != nil {
		log.Fatal(err)
	}
	ev, err := events.Collect(cam)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(ev), "events, the first is", ev[0])
	// Output: 7 events, the first is 5293 1 0 off
}

func ExampleNMNIST() {
	picture := make([]uint8, 28*28) // an upright bar instead of a digit of MNIST
	for y := 4; y < 24; y++ {
		picture[y*28+13], picture[y*28+14] = 255, 255
	}
	cam := dvs.NewNMNIST(1)
	ev := cam.Record(nil, picture, 1)
	for _, e := range ev {
		if e.T < 0 || e.T > dvs.NMNISTDuration || !dvs.NMNISTGeometry.Contains(e.X, e.Y) {
			log.Fatal(e)
		}
	}
	fmt.Println(len(ev) > 1500 && len(ev) < 4000)
	// Output: true
}
