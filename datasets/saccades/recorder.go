package saccades

import (
	"dvsim/datasets/strokes"
	"dvsim/events"
	"dvsim/events/dvs"
)

// Recorder makes the recordings of a part. It keeps its memory from one to the
// next, so it serves one goroutine; recorders of the same part and seed make the same.
type Recorder struct {
	part    Part
	camera  *dvs.NMNIST
	picture [strokes.Pixels]uint8
}

// Recorder returns a recorder whose sensor is drawn from seed.
func (p Part) Recorder(seed uint64) *Recorder {
	return &Recorder{part: p, camera: dvs.NewNMNIST(seed)}
}

// Events appends recording i of the part, 0 ≤ i < Len, to dst: events of a sensor of
// 34 × 34 pixels, in the order of their times, 0 to 310,000 µs.
func (r *Recorder) Events(dst []events.Event, i int) []events.Event {
	n := r.part.numbers[i]
	r.part.source.draw(r.picture[:], n)
	return r.camera.Record(dst, r.picture[:], r.part.first+uint64(n))
}
