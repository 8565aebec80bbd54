package aedat

import (
	"strings"

	"dvsim/events"
)

// layout says how an AEDAT 1 or 2 address holds a pixel.
type layout int

const (
	// layoutDVS128: polarity bit 0 (0 is On), x bits 1..7 mirrored, y bits 8..14, bit 15 special.
	layoutDVS128 layout = iota
	// layoutDAVIS: bit 31 APS or IMU, y bits 22..30, x bits 12..21, polarity bit 11, bit 10 special.
	layoutDAVIS
	// layoutDVS640: polarity bit 0, x bits 1..10, y bits 11..20.
	layoutDVS640
)

// chip is a camera that jAER or cAER names in a header.
type chip struct {
	match  string // a part of its name, lower case
	layout layout
	size   events.Geometry
}

// chips in the order of matching. Sources: the classes of jAER, packages
// eu.seebetter.ini.chips.davis, ch.unizh.ini.jaer.chip.retina and com.sec.dvs,
// and the device names of libcaer.
var chips = []chip{
	{"cdavis", layoutDAVIS, events.Geometry{Width: 640, Height: 480}},
	{"davis128", layoutDAVIS, events.Geometry{Width: 128, Height: 128}},
	{"davis192", layoutDAVIS, events.Geometry{Width: 208, Height: 192}},
	{"davis208", layoutDAVIS, events.Geometry{Width: 208, Height: 192}},
	{"davis240", layoutDAVIS, events.Geometry{Width: 240, Height: 180}},
	{"dvs240", layoutDAVIS, events.Geometry{Width: 240, Height: 180}},
	{"sbret", layoutDAVIS, events.Geometry{Width: 240, Height: 180}},
	{"davis346", layoutDAVIS, events.Geometry{Width: 346, Height: 260}},
	{"davis640", layoutDAVIS, events.Geometry{Width: 640, Height: 480}},
	{"dvs640", layoutDVS640, events.Geometry{Width: 640, Height: 480}},
	{"dvxplorer", layoutDVS640, events.Geometry{Width: 640, Height: 480}},
	{"dvs128", layoutDVS128, events.Geometry{Width: 128, Height: 128}},
	{"tmpdiff128", layoutDVS128, events.Geometry{Width: 128, Height: 128}},
}

// chipByName finds the chip that a header names.
func chipByName(name string) (chip, bool) {
	name = strings.ToLower(name)
	for _, c := range chips {
		if strings.Contains(name, c.match) {
			return c, true
		}
	}
	return chip{}, false
}

// usualSizes are the sizes that a guess takes, smallest first.
var usualSizes = []events.Geometry{
	{Width: 128, Height: 128},
	{Width: 240, Height: 180},
	{Width: 346, Height: 260},
	{Width: 640, Height: 480},
	{Width: 1280, Height: 720},
}

// guessSize returns the first usual size from at least on that contains pixel
// (x, y), or the smallest size that does.
func guessSize(x, y uint16, atLeast events.Geometry) events.Geometry {
	for _, g := range usualSizes {
		if g.Union(atLeast) == g && g.Contains(x, y) {
			return g
		}
	}
	return atLeast.Union(events.Geometry{Width: int(x) + 1, Height: int(y) + 1})
}
