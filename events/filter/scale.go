package filter

import (
	"fmt"

	"dvsim/events"
)

// Scale shrinks the sensor of r to g in whole numbers: x' = ⌊x·w/W⌋, y' = ⌊y·h/H⌋.
// No event is dropped; several pixels become one. The size of the sensor must be
// known and at least g in both directions.
func Scale(r events.Reader, g events.Geometry) (events.Reader, error) {
	from, err := sized("scale", r)
	if err != nil {
		return nil, err
	}
	if !g.Known() || g.Width > from.Width || g.Height > from.Height {
		return nil, fmt.Errorf("filter: scale: %w: a sensor of %v cannot be shrunk to %v", events.ErrGeometry, from, g)
	}
	s := &scale{src: r, header: withGeometry(r.Header(), g, fmt.Sprintf("scaled from %v to %v", from, g))}
	s.x = scaleTable(from.Width, g.Width)
	s.y = scaleTable(from.Height, g.Height)
	return s, nil
}

// scaleTable maps all coordinates an event can have.
func scaleTable(from, to int) []uint16 {
	t := make([]uint16, 1<<16)
	for i := range t {
		t[i] = uint16(i * to / from)
	}
	return t
}

type scale struct {
	src    events.Reader
	header *events.Header
	x, y   []uint16
}

func (s *scale) Header() *events.Header { return s.header }

func (s *scale) Read(dst []events.Event) (int, error) {
	n, err := s.src.Read(dst)
	for i := range dst[:n] {
		e := &dst[i]
		e.X, e.Y = s.x[e.X], s.y[e.Y]
	}
	return n, err
}
