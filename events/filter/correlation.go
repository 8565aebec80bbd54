package filter

import (
	"fmt"

	"dvsim/events"
)

// MaxRadius is the largest neighbourhood of [Correlation].
const MaxRadius = 16

// CorrelationOptions are the settings of [Correlation]. Only Window must be set.
type CorrelationOptions struct {
	// Window is how long an event supports its neighbours, in µs: it does so while
	// they are less than Window away in time. At least 1.
	Window int64
	// Support is how many pixels must support an event; 0 is 1.
	Support int
	// Radius is the reach of the neighbourhood in pixels, a square of 2·Radius + 1;
	// 0 is 1, that is 8 neighbours.
	Radius int
	// Cross takes only the neighbours in the same row or column.
	Cross bool
	// SamePolarity lets only pixels support whose last event has the event's polarity.
	SamePolarity bool
	// OwnPixel lets the event's own pixel support it.
	OwnPixel bool
	// First is the rule for the first event of a pixel.
	First First
	// Start is the time at which all pixels fired (OFF), in µs; for FirstAfterStart only.
	Start int64
	// Kept lets only events that are kept support others. By default all do, as in
	// the peers.
	Kept bool
}

// DVBackgroundActivity is the BackgroundActivityNoiseFilter of dv-processing: one
// of 8 neighbours within dt µs, all pixels as if they had fired at time 0.
func DVBackgroundActivity(dt int64) CorrelationOptions {
	return CorrelationOptions{Window: dt, First: FirstAfterStart}
}

// JAERBackgroundActivity is jAER's BackgroundActivityFilter: one of 8 neighbours
// within dt µs, the first event of a pixel is dropped.
func JAERBackgroundActivity(dt int64) CorrelationOptions {
	return CorrelationOptions{Window: dt, First: FirstDropped}
}

// STCF is jAER's SpatioTemporalCorrelationFilter with its defaults: two of 8
// neighbours with the same polarity within dt µs, the first event of a pixel is
// dropped. (jAER itself looks too far at the right and the lower border.)
func STCF(dt int64) CorrelationOptions {
	return CorrelationOptions{Window: dt, Support: 2, SamePolarity: true, First: FirstDropped}
}

// TonicDenoise is Tonic's Denoise: one of 4 neighbours within dt µs, all pixels
// as if they had fired at time 0.
func TonicDenoise(dt int64) CorrelationOptions {
	return CorrelationOptions{Window: dt, Cross: true, First: FirstAfterStart}
}

// BackgroundActivity keeps the events that one of their 8 neighbours has preceded
// by less than dt µs. It is [Correlation] with its defaults.
func BackgroundActivity(r events.Reader, dt int64) (events.Reader, error) {
	return Correlation(r, CorrelationOptions{Window: dt})
}

// Correlation keeps the events that recent events nearby support.
func Correlation(r events.Reader, opt CorrelationOptions) (events.Reader, error) {
	g, err := sized("correlation", r)
	if err != nil {
		return nil, err
	}
	opt.Support = max(opt.Support, 1)
	if opt.Radius == 0 {
		opt.Radius = 1
	}
	f := &correlation{src: r, opt: opt}
	switch {
	case opt.Window < 1 || opt.Window > maxWindow:
		return nil, fmt.Errorf("filter: correlation: a window of %d µs: want 1 µs to %d µs", opt.Window, int64(maxWindow))
	case opt.Radius < 0 || opt.Radius > MaxRadius:
		return nil, fmt.Errorf("filter: correlation: a radius of %d pixels: want 1 to %d", opt.Radius, MaxRadius)
	}
	f.m = newMemory(g, opt.Radius, startOf(opt.First, opt.Start))
	f.offsets = neighbours(opt, f.m.stride)
	if opt.Support > len(f.offsets) {
		return nil, fmt.Errorf("filter: correlation: %d supporters of a neighbourhood of %d pixels", opt.Support, len(f.offsets))
	}
	if opt.SamePolarity {
		f.polarity = make([]events.Polarity, len(f.m.last))
	}
	return f, nil
}

// neighbours returns the distances, in the memory, of the pixels that may support.
func neighbours(opt CorrelationOptions, stride int) []int {
	var off []int
	for dy := -opt.Radius; dy <= opt.Radius; dy++ {
		for dx := -opt.Radius; dx <= opt.Radius; dx++ {
			own := dx == 0 && dy == 0
			if own && !opt.OwnPixel || opt.Cross && dx != 0 && dy != 0 {
				continue
			}
			off = append(off, dy*stride+dx)
		}
	}
	return off
}

type correlation struct {
	src      events.Reader
	opt      CorrelationOptions
	m        memory
	polarity []events.Polarity // of the last event; nil unless it matters
	offsets  []int
}

func (f *correlation) Header() *events.Header { return f.src.Header() }

func (f *correlation) Read(dst []events.Event) (int, error) { return readKept(f.src, dst, f.keep) }

func (f *correlation) keep(batch []events.Event) int {
	k := 0
	for _, e := range batch {
		pass := true
		if f.m.g.Contains(e.X, e.Y) {
			at := f.m.origin + int(e.Y)*f.m.stride + int(e.X)
			switch {
			case f.m.last[at] == never && f.opt.First == FirstDropped:
				pass = false
			case f.m.last[at] == never && f.opt.First == FirstPasses:
			default:
				pass = f.supported(e, at)
			}
			if pass || !f.opt.Kept || f.m.last[at] == never {
				f.m.last[at] = e.T
				if f.polarity != nil {
					f.polarity[at] = e.P
				}
			}
		}
		if pass {
			batch[k] = e
			k++
		}
	}
	return k
}

// supported reports whether enough pixels around index at support e. It asks all
// of them without a branch: whether one does is as good as random, and a
// mispredicted branch costs more than the other neighbours.
func (f *correlation) supported(e events.Event, at int) bool {
	window := nearTo(e.T, f.opt.Window)
	last, polarity := f.m.last, f.polarity
	n := 0
	if polarity == nil {
		for _, off := range f.offsets {
			n += one(window.has(last[at+off]))
		}
		return n >= f.opt.Support
	}
	for _, off := range f.offsets {
		n += one(window.has(last[at+off])) & one(polarity[at+off] == e.P)
	}
	return n >= f.opt.Support
}

// one is 1 for true; the compiler makes it a conditional set.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
