package events

import "fmt"

// Polarity is the sign of a change of brightness.
type Polarity uint8

const (
	// Off means that the pixel became darker.
	Off Polarity = 0
	// On means that the pixel became brighter.
	On Polarity = 1
)

// String returns "off" or "on".
func (p Polarity) String() string {
	switch p {
	case Off:
		return "off"
	case On:
		return "on"
	}
	return fmt.Sprintf("Polarity(%d)", uint8(p))
}

// Event is one change of brightness at one pixel. It is 16 bytes, and a test
// holds it there: hot loops move batches of them.
//
// The array-of-structs layout is on purpose: decoders gained at most 22 % from
// struct-of-arrays and filters lost on compaction. [Columns] gives the other
// view for borders that want it.
type Event struct {
	// T is the time in microseconds, on the recording's own clock (often Unix
	// time, often the time since the camera was switched on).
	T int64
	// X and Y are the pixel. X grows to the right. Whether Y grows down or up is
	// the format's affair unless Options.Origin says otherwise.
	X, Y uint16
	// P is the polarity.
	P Polarity
	// Src tells cameras of one recording apart; 0 for the first or only one.
	Src uint8
}

// String returns the event as "t x y polarity".
func (e Event) String() string {
	return fmt.Sprintf("%d %d %d %s", e.T, e.X, e.Y, e.P)
}
