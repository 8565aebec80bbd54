package filter

import (
	"fmt"

	"dvsim/events"
)

// MaxPixels is the largest sensor that filters with a memory of each pixel take:
// the memory must not be at the mercy of a number in a file.
const MaxPixels = 16 << 20

// readKept reads from src into dst and compacts it with keep, which returns how
// many of its events stay, until there is an event or an error.
func readKept(src events.Reader, dst []events.Event, keep func([]events.Event) int) (int, error) {
	for {
		n, err := src.Read(dst)
		k := keep(dst[:n])
		if k > 0 || err != nil || len(dst) == 0 {
			return k, err
		}
	}
}

// sized returns the geometry of r for a filter that needs it.
func sized(name string, r events.Reader) (events.Geometry, error) {
	g := r.Header().Geometry
	if !g.Known() {
		return g, fmt.Errorf("filter: %s: %w: the recording does not say the size of its sensor; state it", name, events.ErrGeometry)
	}
	if g.Pixels() > MaxPixels {
		return g, fmt.Errorf("filter: %s: %w: a sensor of %v has more than %d pixels; crop it first", name, events.ErrGeometry, g, MaxPixels)
	}
	return g, nil
}

// withGeometry returns a copy of h for a sensor of another size, with a note.
func withGeometry(h *events.Header, g events.Geometry, note string) *events.Header {
	c := h.Clone()
	c.Geometry = g
	for i := range c.Streams {
		if c.Streams[i].Kind == events.KindEvents {
			c.Streams[i].Geometry = g
		}
	}
	c.Notes = append(c.Notes, note)
	return c
}
