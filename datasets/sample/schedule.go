package sample

import "dvsim/events"

// Geometry is the size of the sensor.
var Geometry = events.Geometry{Width: 34, Height: 34}

// Duration is the length of the recording in µs.
const Duration = 4_200_000

// Seed is that of the digits and of the sensor. No built-in network was trained or
// chosen by digits of this seed.
const Seed = 31_415

// Show is a time in which a digit is seen.
type Show struct {
	// From and To are µs on the clock of the recording; From ≤ t < To.
	From, To int64
	Digit    int
}

// Schedule is what is seen when. Between the shows, before the first and after the
// last there is nothing but noise.
var Schedule = []Show{
	{200_000, 510_000, 3},
	{700_000, 1_010_000, 1},
	{1_200_000, 1_510_000, 4},
	{1_700_000, 2_010_000, 1},
	{2_200_000, 2_510_000, 5},
	{2_700_000, 3_010_000, 9},
	{3_200_000, 3_510_000, 2},
	{3_700_000, 4_010_000, 6},
}

// Digit returns the digit that is seen at t; ok is false when there is none.
func Digit(t int64) (digit int, ok bool) {
	for _, s := range Schedule {
		if t >= s.From && t < s.To {
			return s.Digit, true
		}
	}
	return 0, false
}
