package aedat_test

import (
	"fmt"
	"os"
	"path/filepath"

	_ "dvsim/aedat"
	"dvsim/events"
)

// A recording is written as AEDAT 3.1, with a reading of the inertial sensor, and
// read back; the version is found by content.
func Example_aedat3() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "recording.aedat")

	size := events.Geometry{Width: 128, Height: 128}
	w, err := events.Create(name, "aedat3", &events.Header{Geometry: size, Source: "DVS128"}, events.WriteOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort() // does nothing after Close
	if rw, ok := w.Records(); ok {
		err = rw.WriteIMU([]events.IMU{{T: 5, Accel: [3]float32{0, 1, 0}}})
	}
	if err == nil {
		err = w.Write([]events.Event{{T: 10, X: 3, Y: 4, P: events.On}, {T: 12, X: 5, Y: 4}})
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	rec, err := events.Open(name, &events.Options{Tap: events.Tap{IMU: func(readings []events.IMU) error {
		for _, m := range readings {
			fmt.Println("IMU at", m.T, "µs:", m.Accel, "g")
		}
		return nil
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Close()
	h := rec.Header()
	fmt.Println(h.Format, h.Version, h.Source, h.Geometry)
	for e, err := range events.All(rec) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e)
	}
	// Output:
	// aedat3 3.1 DVS128 128x128
	// IMU at 5 µs: [0 1 0] g
	// 10 3 4 on
	// 12 5 4 off
}
