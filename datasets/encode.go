package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// Encoding says how recordings become samples.
type Encoding struct {
	// Input is the side of the network that looks at the recordings: shape, polarity,
	// sensor, and whether an input spikes at most once a step. Required.
	Input *network.Input
	// Network names the network in messages.
	Network string

	// Bins cuts every recording into so many steps of equal length, its first event to
	// its last, as tonic's ToFrame(n_time_bins) does; see BinWidth. Either Bins or DtUS
	// is given.
	Bins int
	// DtUS is the length of a step in µs. An event at t belongs to step (t − t0)/DtUS,
	// where t0 is the time of the first event, as package sim has it.
	DtUS int64
	// Steps is the length of every sample with DtUS; what comes after is cut off and
	// counted. 0: DurationUS says, or the longest recording of the set.
	Steps int
	// DurationUS is Steps in µs, rounded up.
	DurationUS int64

	// Classes names the labels; see Listing.
	Classes []string

	// Fit says what to do with recordings of another size than the input takes; the
	// default makes it an error.
	Fit network.FitMode
	// Format, Size and Origin are for decoding, as in events.Options.
	Format string
	Size   events.Geometry
	Origin events.Origin
	// Salvage passes over what is damaged, also whole recordings; the report tells.
	Salvage bool

	// Workers is how many goroutines share the work; 0 is one a core. The result
	// is the same for any number.
	Workers int
	// Progress is called after each recording, from one goroutine at a time.
	Progress func(done, total int)
}

const (
	// longest is how many steps a sample may have.
	longest = 1 << 20
	// largest is how many steps all samples may have together: 4 bytes each.
	largest = 1 << 31
)

// check says what of an encoding cannot be.
func (e *Encoding) check(recs []Recording) error {
	switch {
	case e.Input == nil || e.Input.Shape.Len() < 1 || e.Input.Shape.Len() > trace.MaxSources:
		return fmt.Errorf("datasets: an encoding needs an input of 1 to %d sources", trace.MaxSources)
	case (e.Bins > 0) == (e.DtUS > 0) || e.Bins < 0 || e.DtUS < 0:
		return fmt.Errorf("datasets: give the number of bins or the length of a step, one of them (%d bins, %d µs)", e.Bins, e.DtUS)
	case e.Bins > 0 && (e.Steps != 0 && e.Steps != e.Bins || e.DurationUS != 0):
		return errors.New("datasets: with bins there are as many steps as bins; a duration goes with the length of a step")
	case e.Steps < 0 || e.DurationUS < 0:
		return fmt.Errorf("datasets: %d steps, %d µs", e.Steps, e.DurationUS)
	case len(recs) == 0:
		return errors.New("datasets: no recordings to encode")
	}
	if err := checkLabels(recs, len(e.Classes)); err != nil {
		return err
	}
	return checkSteps(e.steps(), len(recs))
}

// checkLabels finds labels without a class.
func checkLabels(recs []Recording, classes int) error {
	for i := range recs {
		if l := recs[i].Label; l < 0 || l >= classes {
			return fmt.Errorf("%s: label %d, but the number of classes is %d", recs[i].Name, l, classes)
		}
	}
	return nil
}

// steps is the length of every sample, 0 where the longest decides.
func (e *Encoding) steps() int64 {
	switch {
	case e.Bins > 0:
		return int64(e.Bins)
	case e.Steps > 0:
		return int64(e.Steps)
	}
	n := e.DurationUS / e.DtUS
	if n*e.DtUS < e.DurationUS {
		n++
	}
	return n
}

// checkSteps keeps the memory of a set within bounds.
func checkSteps(steps int64, samples int) error {
	if steps > longest || steps*int64(samples) > largest {
		return fmt.Errorf("%s steps for each of %s recordings are too many (%s a recording, %s in all); make a step longer, or give the number of steps",
			events.Thousands(steps), events.Thousands(int64(samples)), events.Thousands(longest), events.Thousands(largest))
	}
	return nil
}

// Encode decodes recordings and turns them into samples, in parallel: sample i is
// recording i (where nothing is left out, which only Salvage does). The order
// does not depend on the number of workers, nor does anything else.
//
// A recording that cannot be decoded, or whose size the input does not take, is an
// error that names it; all recordings are tried first. Recordings without events become silent samples.
// When ctx ends, so does Encode, with its error.
func Encode(ctx context.Context, recs []Recording, e Encoding) (*trace.Set, Report, error) {
	if err := e.check(recs); err != nil {
		return nil, Report{}, err
	}
	steps := int(e.steps())
	set := newSet(trace.Layer{Name: network.InputName, H: e.Input.Shape.H, W: e.Input.Shape.W, C: e.Input.Shape.C}, e.DtUS, e.Classes)
	var ends []uint32
	if steps > 0 {
		ends = make([]uint32, steps*len(recs))
	}
	b := build{recs: recs, set: set, workers: e.Workers, progress: e.Progress, salvage: e.Salvage}
	b.each(ctx, func() func(i int, m *trace.Sample) (facts, error) {
		w := newEncoder(&e, steps)
		return func(i int, m *trace.Sample) (facts, error) {
			if steps > 0 {
				m.Ends = ends[i*steps : i*steps : (i+1)*steps]
			}
			return w.encode(ctx, &recs[i], m)
		}
	})
	return b.finish(ctx, steps)
}

func newSet(l trace.Layer, dt int64, classes []string) *trace.Set {
	return &trace.Set{Layer: l, DtUS: dt, Classes: append([]string(nil), classes...)}
}

// facts is what a worker tells of one recording.
type facts struct {
	events, spikes                                int64
	outside, cropped, ignored, cut, late, clipped int64
	lost                                          int64 // bytes
	lossy                                         bool
}

// build makes the samples of a set, one for each recording, by several workers.
type build struct {
	recs     []Recording
	set      *trace.Set
	workers  int
	salvage  bool
	progress func(done, total int)

	facts []facts
	errs  []error
	mu    sync.Mutex
	done  int
}

// each calls what start returns for every recording. start is called once by each worker.
func (b *build) each(ctx context.Context, start func() func(i int, m *trace.Sample) (facts, error)) {
	n := len(b.recs)
	b.set.Samples = make([]trace.Sample, n)
	b.facts, b.errs = make([]facts, n), make([]error, n)
	var next atomic.Int64
	var crew sync.WaitGroup
	for range min(cmp.Or(max(b.workers, 0), runtime.GOMAXPROCS(0)), n) {
		crew.Go(func() {
			one := start()
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				m := &b.set.Samples[i]
				m.Name, m.Label = b.recs[i].Name, b.recs[i].Label
				b.facts[i], b.errs[i] = one(i, m)
				b.tick()
			}
		})
	}
	crew.Wait()
}

func (b *build) tick() {
	if b.progress == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done++
	b.progress(b.done, len(b.recs))
}

// finish puts the set and its report together. steps is 0 where the longest
// sample decides.
func (b *build) finish(ctx context.Context, steps int) (*trace.Set, Report, error) {
	if err := ctx.Err(); err != nil {
		return nil, Report{}, err
	}
	rep, err := b.report()
	if err != nil {
		return nil, rep, err
	}
	s := b.set
	if s.Steps = steps; steps == 0 {
		if err := b.level(); err != nil {
			return nil, rep, err
		}
	}
	return s, rep, nil
}

// level gives all samples the length of the longest.
func (b *build) level() error {
	s := b.set
	s.Steps = 1
	for i := range s.Samples {
		s.Steps = max(s.Steps, len(s.Samples[i].Ends))
	}
	if err := checkSteps(int64(s.Steps), len(s.Samples)); err != nil {
		return err
	}
	all := make([]uint32, s.Steps*len(s.Samples))
	for i := range s.Samples {
		m := &s.Samples[i]
		ends := all[i*s.Steps : (i+1)*s.Steps : (i+1)*s.Steps]
		for t := copy(ends, m.Ends); t < len(ends); t++ {
			ends[t] = uint32(len(m.Entries))
		}
		m.Ends = ends
	}
	return nil
}

// report sums up, leaves out what could not be read if it may, and fails otherwise.
func (b *build) report() (Report, error) {
	var r Report
	fail := failures{total: len(b.recs)}
	kept := b.set.Samples[:0]
	for i := range b.recs {
		name, f, err := b.recs[i].Name, &b.facts[i], b.errs[i]
		if err != nil {
			if size := new(network.GeometryError); b.salvage && !errors.As(err, &size) {
				r.Unreadable.add(name, 1)
			} else {
				fail.errs = append(fail.errs, err)
			}
			continue
		}
		m := b.set.Samples[i]
		kept = append(kept, m)
		r.Recordings++
		r.Events += f.events
		r.Spikes += f.spikes
		for _, c := range []struct {
			t *Tally
			n int64
		}{{&r.Outside, f.outside}, {&r.Cropped, f.cropped}, {&r.Ignored, f.ignored}, {&r.Cut, f.cut}, {&r.Late, f.late}, {&r.Clipped, f.clipped}} {
			if c.n > 0 {
				c.t.add(name, c.n)
			}
		}
		if f.events == 0 {
			r.Empty.add(name, 1)
		}
		if f.lossy {
			r.Lossy.add(name, f.lost)
		}
	}
	b.set.Samples = kept
	switch {
	case len(fail.errs) > 0:
		return r, &fail
	case len(kept) == 0:
		return r, fmt.Errorf("none of %s could be read; the first: %w", counted(len(b.recs), "recording"), b.errs[0])
	}
	return r, nil
}
