package sim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// base is what every engine has: the network, where it stands in the recording,
// what has been counted, and the way to the trace.
type base struct {
	net  *network.Network
	opt  Options
	enc  *network.Encoder
	tick int64 // µs of a step; 1 in a continuous network

	started, finished bool
	err               error
	stats             Stats
	now               int64 // the step (or µs) under way
	nowLo, nowHi      int64 // the µs since T0 that belong to it: lo ≤ t < hi
	tEnd              int64 // latest event, µs since T0; −1 before the first

	traceLayer []int // of each layer of the network; −1 for relays
	counts16   []uint16

	ctx       context.Context // nil when nobody watches
	cut       bool            // ctx ended in the middle of a span of steps
	entered   time.Time
	nextShown time.Time
}

func newBase(net *network.Network, opt *Options) *base {
	b := &base{net: net, tick: max(net.DtUS, 1), tEnd: -1}
	if opt != nil {
		b.opt = *opt
	}
	b.opt.Workers = max(b.opt.Workers, 1)
	if b.err = net.Check(); b.err != nil {
		return b
	}
	b.enc = net.Input.Encoder()
	b.traceLayer = make([]int, len(net.Layers))
	for i := range b.traceLayer {
		b.traceLayer[i] = -1
	}
	for k, i := range net.NeuronLayers() {
		b.traceLayer[i] = k + 1
		b.stats.LayerNames = append(b.stats.LayerNames, net.Layers[i].Name)
	}
	b.stats.Spikes = make([]int64, len(b.stats.LayerNames))
	return b
}

func (b *base) watch(ctx context.Context) { b.ctx = ctx }

// enter and leave stand around everything that Feed and Finish do.
func (b *base) enter() {
	b.entered = time.Now()
	if b.nextShown.IsZero() {
		b.nextShown = b.entered.Add(progressEvery)
	}
}

func (b *base) leave() { b.stats.Seconds += time.Since(b.entered).Seconds() }

// begin starts the run, its time 0 at t0 or where the options put it.
func (b *base) begin(t0 int64) error {
	b.started = true
	if b.opt.T0 != nil {
		t0 = *b.opt.T0
	}
	b.stats.T0 = t0
	b.nowHi = b.tick
	if b.opt.Record == nil {
		return nil
	}
	info := trace.Info{Network: b.net.Name, Source: b.opt.Source, T0: t0, DtUS: b.net.DtUS}
	s := b.net.Input.Shape
	info.Layers = append(info.Layers, trace.Layer{Name: network.InputName, H: s.H, W: s.W, C: s.C})
	for _, i := range b.net.NeuronLayers() {
		l := b.net.Layers[i]
		info.Layers = append(info.Layers, trace.Layer{Name: l.Name, H: l.Shape.H, W: l.Shape.W, C: l.Shape.C, Labels: l.Labels})
	}
	return b.opt.Record.Begin(info)
}

// locate says which step an event belongs to: the one under way, or a later one.
// The caller moves on to that step with setNow before it asks for the input.
func (b *base) locate(e *events.Event) (step int64) {
	t := e.T - b.stats.T0
	b.tEnd = max(b.tEnd, t)
	if t < b.nowHi {
		return b.now
	}
	return t / b.tick
}

func (b *base) setNow(step int64) {
	b.now = step
	b.nowLo = step * b.tick
	b.nowHi = b.nowLo + b.tick
}

// input says which input an event spikes; ok is false, and it is counted why,
// when there is none.
func (b *base) input(e *events.Event) (i uint32, ok bool) {
	i, why := b.enc.Index(e)
	switch why {
	case network.Outside:
		b.stats.Outside++
		return 0, false
	case network.Ignored:
		b.stats.Ignored++
		return 0, false
	}
	if e.T-b.stats.T0 < b.nowLo {
		b.stats.Late++
	}
	return i, true
}

// record hands the spikes of a layer of the network (or of the input) to the trace.
func (b *base) record(layer int, t int64, s spikes) error {
	at := 0
	if layer != network.FromInput {
		at = b.traceLayer[layer]
		b.stats.Spikes[at-1] += int64(len(s.idx))
	}
	if b.opt.Record == nil || len(s.idx) == 0 {
		return nil
	}
	var counts []uint16
	for i, n := range s.n {
		if n > 1 && counts == nil {
			b.counts16 = slices.Grow(b.counts16[:0], len(s.n))[:len(s.n)]
			counts = b.counts16
			for k := range i {
				counts[k] = 1
			}
		}
		if counts != nil {
			counts[i] = uint16(n)
		}
	}
	return b.opt.Record.Spikes(at, t, s.idx, counts)
}

// totalTicks is the length of the run in steps (or µs): to the last event, or as
// long as the options ask for.
func (b *base) totalTicks() int64 {
	n := (max(b.opt.DurationUS, 0) + b.tick - 1) / b.tick
	if b.tEnd >= 0 {
		n = max(n, b.tEnd/b.tick+1)
	}
	return n
}

// end closes the books of a run of so many steps (or µs).
func (b *base) end(ticks int64) {
	b.finished = true
	b.count(ticks)
	if b.opt.Record != nil {
		if err := b.opt.Record.End(ticks); b.err == nil {
			b.err = err
		}
	}
}

// count fills in what follows from the length of the run.
func (b *base) count(ticks int64) {
	s := &b.stats
	s.DurationUS = max(b.tEnd, b.opt.DurationUS, 0)
	if b.net.Continuous() {
		s.DenseUpdates = int64(b.net.Neurons()) * ((ticks + 999) / 1000)
		return
	}
	s.Steps = ticks
	if n := int64(b.net.Neurons()); n == 0 || ticks < math.MaxInt64/n {
		s.DenseUpdates = n * ticks
	}
}

// Stats returns a copy of what has been counted.
func (b *base) Stats() Stats {
	s := b.stats
	s.LayerNames = slices.Clone(s.LayerNames)
	s.Spikes = slices.Clone(s.Spikes)
	return s
}

// interrupted is asked between spans of steps; it also shows progress.
func (b *base) interrupted() error {
	if b.opt.Progress != nil {
		if t := time.Now(); t.After(b.nextShown) {
			b.nextShown = t.Add(progressEvery)
			b.count(b.now)
			b.opt.Progress(b.Stats())
		}
	}
	if b.ctx == nil {
		return nil
	}
	if err := b.ctx.Err(); err != nil {
		b.cut = true
		return err
	}
	return nil
}

// finishing prepares Finish: a run whose context has ended is finished all the
// same, with what was fed, unless the end came in the middle of a span of steps.
func (b *base) finishing() {
	if b.ctx != nil && b.ctx.Err() != nil && !b.cut {
		b.ctx = nil
	}
}

// fail makes an error sticky.
func (b *base) fail(err error) error {
	if b.err == nil {
		b.err = err
	}
	return err
}

// errNeedsStep is the error of the dense engine on a continuous network.
func errNeedsStep(net *network.Network) error {
	return fmt.Errorf("sim: network %q is continuous: the dense engine needs a step (Options.DtUS), and approximates", net.Name)
}
