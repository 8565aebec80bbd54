package events_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"dvsim/events"
)

// four is a stream of four events on a sensor of 4 × 3 pixels.
func four() events.Reader {
	h := events.Header{Geometry: events.Geometry{Width: 4, Height: 3}}
	return events.FromSlice(h, []events.Event{
		{T: 100, X: 1, Y: 0, P: events.On},
		{T: 250, X: 2, Y: 0, P: events.On},
		{T: 1300, X: 1, Y: 2, P: events.Off},
		{T: 5200, X: 1, Y: 0, P: events.Off},
	})
}

func ExampleAll() {
	for e, err := range events.All(four()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e)
	}
	// Output:
	// 100 1 0 on
	// 250 2 0 on
	// 1300 1 2 off
	// 5200 1 0 off
}

func ExampleByTime() {
	for w, err := range events.ByTime(four(), 1000) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("window %d, %d to %d µs: %d events\n", w.Index, w.Start, w.End, len(w.Events))
	}
	// Output:
	// window 0, 100 to 1100 µs: 2 events
	// window 1, 1100 to 2100 µs: 1 events
	// window 5, 5100 to 6100 µs: 1 events
}

func ExampleByCount() {
	for w, err := range events.ByCount(four(), 3) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("window %d, %d to %d µs: %d events\n", w.Index, w.Start, w.End, len(w.Events))
	}
	// Output:
	// window 0, 100 to 1300 µs: 3 events
	// window 1, 5200 to 5200 µs: 1 events
}

func ExampleMeasured() {
	m, err := events.Measured(four())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d events (%d ON) in %d µs, %.0f a second\n", m.Events, m.On, m.Duration, m.MeanRate)
	fmt.Printf("longest silence: %d µs after %d\n", m.Gaps[0].Duration, m.Gaps[0].After)
	fmt.Printf("hottest pixel: (%d, %d) with %.0f %%\n", m.Hottest[0].X, m.Hottest[0].Y, 100*m.Hottest[0].Share)
	// Output:
	// 4 events (2 ON) in 5100 µs, 784 a second
	// longest silence: 3900 µs after 1300
	// hottest pixel: (1, 0) with 50 %
}

func ExampleDigested() {
	sums, err := events.Digested(four())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sums.Events, sums.On, sums.TFirst, sums.TLast, sums.SumX, sums.SumY)
	fmt.Println(sums.SHA256)
	// Output:
	// 4 2 100 5200 5 2
	// 01f0f6274ee13ddf7790b487da18cd87c3df97ada4c3933301d29dc6097eac8b
}

func ExampleColumns() {
	var c events.Columns
	for batch, err := range events.Batches(four()) {
		if err != nil {
			log.Fatal(err)
		}
		c.Append(batch)
	}
	fmt.Println(c.T, c.X, c.Y, c.P)
	// Output: [100 250 1300 5200] [1 2 1 1] [0 0 2 0] [on on off off]
}

func ExampleAhead() {
	r := events.Ahead(four()) // decodes on a goroutine of its own
	defer r.Close()
	ev, err := events.Collect(r)
	fmt.Println(len(ev), err)
	// Output: 4 <nil>
}

func ExampleCreate() {
	dir, err := os.MkdirTemp("", "events")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "four.toy") // the format follows from the extension

	src := four()
	w, err := events.Create(name, "", src.Header(), events.WriteOptions{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := events.Copy(w, src); err != nil {
		w.Abort() // nothing is left behind
		log.Fatal(err)
	}
	if err := w.Close(); err != nil { // only now the file has its name
		log.Fatal(err)
	}

	r, err := events.Open(name, nil) // the format is found by content
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	ev, err := events.Collect(r)
	fmt.Println(r.Header().Format, len(ev), err)
	// Output: toy 4 <nil>
}
