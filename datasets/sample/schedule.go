package sample

import "dvsim/events"

// Geometry is the size of the sensor.
var Geometry = events.Geometry{Width: 128, Height: 128}

// Duration is the length of the recording in µs.
const Duration = 2_700_000

// Seed is the sensor's seed.
const Seed = 1

// Show is a time in which one bar moves; all others stand still and are not seen.
type Show struct {
	// From and To are µs on the clock of the recording; From ≤ t < To.
	From, To int64
	// Begin and End are the direction of the bar at From and To, in degrees
	// counter-clockwise from horizontal as seen on the screen: 0 is —, 45 is /. They
	// are equal for a bar that sweeps, at right angles to itself; the last bar turns.
	Begin, End float64
	// Region is where it happens.
	Region events.Rect
}

// Schedule is what is shown when: a bar of each orientation in a quarter of the
// picture of its own, then one that turns in the middle. Between the shows, before
// the first and after the last there is nothing but noise.
var Schedule = []Show{
	{100_000, 500_000, 0, 0, events.Rect{X: 0, Y: 0, Width: 57, Height: 57}},
	{600_000, 1_000_000, 45, 45, events.Rect{X: 71, Y: 0, Width: 57, Height: 57}},
	{1_100_000, 1_500_000, 90, 90, events.Rect{X: 71, Y: 71, Width: 57, Height: 57}},
	{1_600_000, 2_000_000, 135, 135, events.Rect{X: 0, Y: 71, Width: 57, Height: 57}},
	{2_100_000, 2_600_000, 0, 180, events.Rect{X: 43, Y: 43, Width: 42, Height: 42}},
}

// Direction returns the direction of the moving bar at t, in degrees from 0 up to
// but not including 180; ok is false when none moves.
func Direction(t int64) (degrees float64, ok bool) {
	for _, s := range Schedule {
		if t >= s.From && t < s.To {
			return s.Begin + (s.End-s.Begin)*float64(t-s.From)/float64(s.To-s.From), true
		}
	}
	return 0, false
}
