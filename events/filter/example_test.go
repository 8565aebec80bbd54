package filter_test

import (
	"fmt"
	"log"

	"dvsim/events"
	"dvsim/events/filter"
)

func Example() {
	// A lone event of noise at (90, 90), and an edge that crosses two pixels.
	rec := events.FromSlice(events.Header{Geometry: events.Geometry{Width: 128, Height: 128}}, []events.Event{
		{T: 1000, X: 64, Y: 64, P: events.On},
		{T: 1500, X: 90, Y: 90, P: events.On},
		{T: 1900, X: 65, Y: 64, P: events.On},
		{T: 2100, X: 65, Y: 65, P: events.On},
	})
	r, err := filter.BackgroundActivity(rec, 1000)
	if err != nil {
		log.Fatal(err)
	}
	r, err = filter.Crop(r, events.Rect{X: 60, Y: 60, Width: 8, Height: 8})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Header().Geometry)
	for e, err := range events.All(r) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e)
	}
	// Output:
	// 8x8
	// 1900 5 4 on
	// 2100 5 5 on
}

func ExampleReorder() {
	rec := events.FromSlice(events.Header{}, []events.Event{{T: 10}, {T: 30}, {T: 25}, {T: 40}})
	r, err := filter.Reorder(rec, filter.ReorderOptions{Horizon: 10})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range events.All(r) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(e.T, " ")
	}
	// Output: 10 25 30 40
}
