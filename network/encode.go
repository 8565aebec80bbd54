package network

import "dvsim/events"

// Encoder turns events into input spikes: which of the network's inputs an event
// belongs to. Pixels of a sensor larger than the input are scaled down in whole
// numbers, x' = x·W/Sensor.Width.
type Encoder struct {
	row     []uint32  // of each sensor row: index of its first input
	col     []uint32  // of each sensor column: offset in the row
	channel [2]uint32 // of events that are not On, and of those that are
	verdict [2]Verdict
}

// Verdict is whether an event is an input spike, and if not, why.
type Verdict uint8

const (
	Taken   Verdict = iota
	Outside         // beyond the sensor that the network is made for
	Ignored         // of a polarity that the network does not look at
)

// Encoder makes the encoder of an input.
func (in *Input) Encoder() *Encoder {
	g, s := in.Geometry(), in.Shape
	e := &Encoder{row: make([]uint32, g.Height), col: make([]uint32, g.Width)}
	switch in.Polarity {
	case Split, "":
		e.channel[1] = 1
	case OnOnly:
		e.verdict[0] = Ignored
	case OffOnly:
		e.verdict[1] = Ignored
	}
	for y := range e.row {
		e.row[y] = uint32(y * s.H / g.Height * s.W * s.C)
	}
	for x := range e.col {
		e.col[x] = uint32(x * s.W / g.Width * s.C)
	}
	return e
}

// Index is the index of the input that an event belongs to, when it is taken.
func (e *Encoder) Index(ev *events.Event) (uint32, Verdict) {
	if int(ev.X) >= len(e.col) || int(ev.Y) >= len(e.row) {
		return 0, Outside
	}
	p := 0
	if ev.P == events.On {
		p = 1
	}
	return e.row[ev.Y] + e.col[ev.X] + e.channel[p], e.verdict[p]
}
