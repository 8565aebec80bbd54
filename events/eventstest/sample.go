package eventstest

import (
	"math/rand/v2"

	"dvsim/events"
)

// sampleSpan bounds the duration of a Sample: N-MNIST holds 23 bits of
// microseconds, 8.39 s.
const sampleSpan = 8_000_000

// Sample returns n reproducible events on a sensor of size g: a bar that sweeps
// over it (leading edge On, trailing edge Off) with jitter, and one noise event
// in eight. The same n, g and seed give the same events everywhere.
//
// Every codec can hold them: times start at 1 µs, never step backwards, often
// repeat, and stay below 8 s; Src is 0. The size must be known.
func Sample(n int, g events.Geometry, seed uint64) []events.Event {
	if !g.Known() {
		panic("eventstest: Sample needs a sensor size")
	}
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	step := uint32(100) // mean distance 25 µs, with many equal times
	if n > 0 {
		step = min(step, uint32(sampleSpan/n))
	}
	ev := make([]events.Event, n)
	t := int64(1)
	for i := range ev {
		if step > 0 && rng.Uint32N(2) == 0 {
			t += int64(rng.Uint32N(step))
		}
		e := events.Event{T: t, P: events.Polarity(rng.Uint32N(2))}
		if rng.Uint32N(8) == 0 {
			e.X = uint16(rng.Uint32N(uint32(g.Width)))
		} else {
			bar := int(t / 500)
			if e.P == events.Off {
				bar += 5*g.Width - 4 - int(rng.Uint32N(3))
			} else {
				bar += int(rng.Uint32N(3))
			}
			e.X = uint16(bar % g.Width)
		}
		e.Y = uint16(rng.Uint32N(uint32(g.Height)))
		ev[i] = e
	}
	return ev
}
