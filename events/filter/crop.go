package filter

import (
	"fmt"

	"dvsim/events"
)

// Crop keeps the events in a rectangle and moves its upper left pixel to (0, 0).
// The header's geometry becomes the size of the rectangle. A rectangle that is
// empty or does not lie on the sensor is an error; where the size of the sensor
// is unknown any rectangle goes.
func Crop(r events.Reader, rect events.Rect) (events.Reader, error) {
	g := r.Header().Geometry
	if rect.X < 0 || rect.Y < 0 || rect.Width < 1 || rect.Height < 1 || rect.X+rect.Width > 1<<16 || rect.Y+rect.Height > 1<<16 ||
		g.Known() && (rect.X+rect.Width > g.Width || rect.Y+rect.Height > g.Height) {
		return nil, fmt.Errorf("filter: crop: %w: rectangle %v does not lie on the sensor (%v)", events.ErrGeometry, rect, g)
	}
	return &crop{
		src: r, x: uint16(rect.X), y: uint16(rect.Y), w: rect.Width, h: rect.Height,
		header: withGeometry(r.Header(), events.Geometry{Width: rect.Width, Height: rect.Height}, "cropped to "+rect.String()),
	}, nil
}

type crop struct {
	src    events.Reader
	header *events.Header
	x, y   uint16
	w, h   int
}

func (c *crop) Header() *events.Header { return c.header }

func (c *crop) Read(dst []events.Event) (int, error) { return readKept(c.src, dst, c.keep) }

func (c *crop) keep(batch []events.Event) int {
	k := 0
	for _, e := range batch {
		// Unsigned: what lies left of or above the rectangle wraps to a large number.
		e.X -= c.x
		e.Y -= c.y
		if int(e.X) < c.w && int(e.Y) < c.h {
			batch[k] = e
			k++
		}
	}
	return k
}
