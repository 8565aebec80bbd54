package main

import (
	"dvsim/datasets/sample"
	"dvsim/datasets/strokes"
	"dvsim/events"
	"dvsim/events/dvs"
)

// film is the sequence of recordings that the sample consists of: one of each
// digit and, for the pauses, recordings of nothing.
type film struct {
	camera  *dvs.NMNIST
	digits  strokes.Set
	picture [strokes.Pixels]uint8
	takes   uint64 // recordings made: the number of the next one
	memory  []events.Event
}

// record returns all events of the sample.
func record() []events.Event {
	f := &film{camera: dvs.NewNMNIST(sample.Seed), digits: strokes.New(sample.Seed)}
	var all []events.Event
	at := int64(0)
	for i, s := range sample.Schedule {
		all = f.pause(all, at, s.From)
		f.digits.Draw(f.picture[:], s.Digit, uint64(i))
		all = f.take(all, s.From, s.To)
		at = s.To
	}
	return f.pause(all, at, sample.Duration)
}

// pause appends what the sensor sees of the blank ground.
func (f *film) pause(all []events.Event, from, to int64) []events.Event {
	clear(f.picture[:])
	for from < to {
		end := min(to, from+dvs.NMNISTDuration)
		all = f.take(all, from, end)
		from = end
	}
	return all
}

// take appends a recording of the picture from its begin to the time to.
func (f *film) take(all []events.Event, from, to int64) []events.Event {
	f.memory = f.camera.Record(f.memory[:0], f.picture[:], f.takes)
	f.takes++
	for _, e := range f.memory {
		if e.T += from; e.T < to {
			all = append(all, e)
		}
	}
	return all
}
