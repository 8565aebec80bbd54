package filter

import (
	"fmt"

	"dvsim/events"
)

// RefractoryOptions are the settings of [Refractory].
type RefractoryOptions struct {
	// Period is the dead time in µs: an event is dropped when it is less than Period
	// away from the event before it at its pixel. At least 1.
	Period int64
	// First is the rule for the first event of a pixel.
	First First
	// Start is the time at which all pixels fired, in µs; for FirstAfterStart only.
	Start int64
	// Kept lets only events that are kept start the dead time. By default every
	// event does, as in the peers: a pixel that fires on and on is silent for good.
	Kept bool
}

// DVLowPass is the LowPassFilter of dv-processing: gap ≥ ⌊10⁶/hz⌋ µs, and all
// pixels as if they had fired at time 0.
func DVLowPass(hz float64) RefractoryOptions {
	return RefractoryOptions{Period: int64(1e6 / hz), First: FirstAfterStart}
}

// JAERRefractory is jAER's RefractoryFilter: gap > dt µs, the first event passes.
func JAERRefractory(dt int64) RefractoryOptions {
	return RefractoryOptions{Period: dt + 1}
}

// TonicRefractory is Tonic's RefractoryPeriod: gap > dt µs, and all pixels as if
// they had fired at −dt, so that a first event at time 0 is dropped.
func TonicRefractory(dt int64) RefractoryOptions {
	return RefractoryOptions{Period: dt + 1, First: FirstAfterStart, Start: -dt}
}

// Refractory drops events that follow too closely on the one before at the same
// pixel, whatever their polarity.
func Refractory(r events.Reader, opt RefractoryOptions) (events.Reader, error) {
	g, err := sized("refractory", r)
	if err != nil {
		return nil, err
	}
	if opt.Period < 1 || opt.Period > maxWindow {
		return nil, fmt.Errorf("filter: refractory: a period of %d µs: want 1 µs to %d µs", opt.Period, int64(maxWindow))
	}
	return &refractory{src: r, opt: opt, m: newMemory(g, 0, startOf(opt.First, opt.Start))}, nil
}

func startOf(f First, start int64) int64 {
	if f == FirstAfterStart {
		return start
	}
	return never
}

type refractory struct {
	src events.Reader
	opt RefractoryOptions
	m   memory
}

func (f *refractory) Header() *events.Header { return f.src.Header() }

func (f *refractory) Read(dst []events.Event) (int, error) { return readKept(f.src, dst, f.keep) }

func (f *refractory) keep(batch []events.Event) int {
	period, always := f.opt.Period, !f.opt.Kept
	dropFirst := f.opt.First == FirstDropped
	k := 0
	for _, e := range batch {
		pass := true
		if f.m.g.Contains(e.X, e.Y) {
			last := &f.m.last[f.m.g.Index(e.X, e.Y)]
			pass = !nearTo(e.T, period).has(*last) && !(dropFirst && *last == never)
			if pass || always || *last == never {
				*last = e.T
			}
		}
		if pass {
			batch[k] = e
			k++
		}
	}
	return k
}
