// Package sample is the recording that dvsim carries with it, so that the first
// command works without a file:
//
//	rec, err := sample.Open()
//	defer rec.Close()
//	for e, err := range events.All(rec) { ... }
//
// It is an AEDAT 4 file of 128 × 128 pixels and 2.7 s, made by dvsim's own
// simulated sensor (preset "default" of package events/dvs, with a little shot
// noise). Dark bars lie on a bright ground; one after the other they move, each
// in a place of its own, so that a network that tells orientations apart has
// something to say about which, where and when. [Schedule] has the answers:
//
//	s          direction   where
//	0.1 – 0.5    0° —      upper left
//	0.6 – 1.0   45° /      upper right
//	1.1 – 1.5   90° |      lower right
//	1.6 – 2.0  135° \      lower left
//	2.1 – 2.6    0° → 180°, turning counter-clockwise in the middle
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
