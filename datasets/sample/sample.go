// Package sample is the recording that dvsim carries with it, so that the first
// command works without a file:
//
//	rec, err := sample.Open()
//	defer rec.Close()
//	for e, err := range events.All(rec) { ... }
//
// It is an AEDAT 4 file of 34 × 34 pixels and 4.2 s: eight handwritten digits, one
// after the other, the first of π. Each is seen for 310 ms as in N-MNIST, while the
// sensor moves in three saccades; in the pauses it sees its blank ground, and there
// is noise. [Schedule] tells which digit is seen when:
//
//	s            digit
//	0.20 – 0.51    3
//	0.70 – 1.01    1
//	1.20 – 1.51    4
//	1.70 – 2.01    1
//	2.20 – 2.51    5
//	2.70 – 3.01    9
//	3.20 – 3.51    2
//	3.70 – 4.01    6
//
// The digits are drawn by package strokes and seen by the simulated sensor of
// package events/dvs, preset "nmnist", both with a seed of their own: the built-in
// network digits has seen none of them in training.
//
// The file is written by the program in gen, byte for byte the same each time: a
// test makes it anew and compares.
package sample

import (
	"bytes"
	_ "embed"

	_ "dvsim/aedat" // the format of the file
	"dvsim/events"
)

//go:generate go run dvsim/datasets/sample/gen sample.aedat4

//go:embed sample.aedat4
var file []byte

// Name is the name of the recording in messages.
const Name = "sample.aedat4"

// Open opens the recording.
func Open() (events.Recording, error) {
	return events.Decode(bytes.NewReader(file), Name, nil)
}
