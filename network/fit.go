package network

import (
	"fmt"

	"dvsim/events"
)

// FitMode says what to do with a recording of another size than the network's input.
type FitMode string

const (
	// FitNone makes another size an error.
	FitNone FitMode = ""
	// FitCrop takes the middle of the recording.
	FitCrop FitMode = "crop"
	// FitScale shrinks the recording: several pixels become one input.
	FitScale FitMode = "scale"
)

// FitModes are the names for a flag.
var FitModes = []string{string(FitCrop), string(FitScale)}

// GeometryError says that a recording does not fit a network.
type GeometryError struct {
	Network   string
	Takes     events.Geometry // what the network takes
	Recording events.Geometry
	Mode      FitMode // the way that was tried
}

// Error names both sizes and the way out.
func (e *GeometryError) Error() string {
	s := fmt.Sprintf("network %q takes recordings of %s, this one is %s", e.Network, e.Takes, e.Recording)
	smaller := e.Recording.Width < e.Takes.Width || e.Recording.Height < e.Takes.Height
	switch {
	case !e.Recording.Known():
		return s + "; give its size with --size"
	case e.Mode == FitCrop:
		return s + ": nothing can be cropped from a smaller picture; use --fit scale"
	case e.Mode != FitNone && e.Mode != FitScale:
		return fmt.Sprintf("unknown way to fit %q; %s", e.Mode, suggest(string(e.Mode), FitModes))
	case smaller:
		return s + "; use --fit scale to spread it, or a network of its size"
	}
	return s + fmt.Sprintf("; use --fit crop for the middle %s, or --fit scale to shrink it", e.Takes)
}

// Fit adapts the network to a recording of size g. It returns the network to run
// and the part of the recording to run it on, in the recording's pixels; the
// caller filters the events to that part and moves its corner to (0, 0). Where
// the sizes agree, these are the network itself and the whole recording. With
// FitNone other sizes are a [*GeometryError]. FitScale leaves the recording whole
// and returns a network whose Input.Sensor is g; it works both ways, but spread
// out events leave gaps.
func (n *Network) Fit(g events.Geometry, mode FitMode) (*Network, events.Rect, error) {
	takes := n.Input.Geometry()
	whole := events.Rect{Width: g.Width, Height: g.Height}
	fail := &GeometryError{Network: n.Name, Takes: takes, Recording: g, Mode: mode}
	switch {
	case mode != FitNone && mode != FitCrop && mode != FitScale, !g.Known():
		return nil, whole, fail
	case g == takes:
		return n, whole, nil
	case mode == FitScale:
		c := *n
		c.Input.Sensor = g
		return &c, whole, nil
	case mode == FitCrop && g.Width >= takes.Width && g.Height >= takes.Height:
		return n, events.Rect{
			X: (g.Width - takes.Width) / 2, Y: (g.Height - takes.Height) / 2,
			Width: takes.Width, Height: takes.Height,
		}, nil
	}
	return nil, whole, fail
}
