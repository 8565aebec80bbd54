package aedat_test

import (
	"fmt"
	"os"
	"path/filepath"

	_ "dvsim/aedat"
	"dvsim/events"
)

// Write a recording with a trigger and read it again, the trigger through the tap.
func Example() {
	dir, err := os.MkdirTemp("", "aedat")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "small.aedat4")

	size := events.Geometry{Width: 34, Height: 34}
	w, err := events.Create(name, "", &events.Header{
		Geometry: size,
		Streams:  []events.Stream{{ID: 0, Kind: events.KindEvents, Geometry: size}, {ID: 1, Kind: events.KindTrigger}},
	}, events.WriteOptions{Compression: "zstd"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	err = w.Write([]events.Event{{T: 10, X: 3, Y: 4, P: events.On}})
	if records, ok := w.Records(); ok && err == nil {
		err = records.WriteTriggers([]events.Trigger{{T: 15, Source: events.TriggerExternalRise}})
	}
	if err == nil {
		err = w.Write([]events.Event{{T: 20, X: 5, Y: 6}})
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	r, err := events.Open(name, &events.Options{Tap: events.Tap{
		Trigger: func(t []events.Trigger) error {
			fmt.Println("trigger at", t[0].T)
			return nil
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	fmt.Println(r.Header().Format, r.Header().Compression, r.Header().Geometry)
	for e, err := range events.All(r) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e)
	}
	// Output:
	// aedat4 zstd 34x34
	// 10 3 4 on
	// trigger at 15
	// 20 5 6 off
}
