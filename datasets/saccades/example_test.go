package saccades_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"dvsim/datasets/saccades"
	"dvsim/events"
)

// Recordings in memory, without any file.
func Example() {
	train, _ := saccades.Strokes(1, 3, 0)
	rec := train.Recorder(1)
	var ev []events.Event
	for i := range train.Len() {
		ev = rec.Events(ev[:0], i)
		fmt.Printf("a %d in %d events\n", train.Label(i), len(ev))
	}
	// Output:
	// a 1 in 1372 events
	// a 5 in 5001 events
	// a 4 in 3812 events
}

// A set on disk, in the layout of N-MNIST.
func ExampleWrite() {
	tmp, err := os.MkdirTemp("", "saccades-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	dir := filepath.Join(tmp, "digits")
	train, test := saccades.Strokes(1, 20, 10)
	m, err := saccades.Write(context.Background(), dir, saccades.Options{Seed: 1}, train, test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Recordings(), "recordings, the first is", train.Name(0))
	// Output: 30 recordings, the first is Train/1/00001.bin
}
