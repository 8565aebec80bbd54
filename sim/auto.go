package sim

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"dvsim/internal/kernel"
	"dvsim/network"
)

// NewAuto returns the event engine with a choice: where so many sources of a dense
// connection spike that the whole matrix product is cheaper than adding their rows,
// it is made, for some steps at a time, zeros and all. It chooses anew for every
// window of steps, layer and connection, by what either way costs on this machine,
// which is measured once, in a few milliseconds. Stats.Choices tells what was chosen
// and why. The spikes are the same, bit for bit.
//
// Convolutions, pools and sparse connections have no dense way that could be cheaper:
// what they do beside their sums is a few ns a touched site. Nor has a network without
// a step; for it NewAuto is NewEvent.
func NewAuto(net *network.Network, opt *Options) Engine {
	e := NewEvent(net, opt)
	if c, ok := e.(*eventEngine); ok && c.layers != nil {
		c.choose(measured())
	}
	return e
}

// choose gives the layers that can a choice.
func (e *eventEngine) choose(c costs) {
	e.auto = c
	for _, l := range e.layers {
		if w, ok := l.run.(*whole); ok {
			w.choose(c)
		}
	}
}

// Choice is what NewAuto chose for the connections of one layer.
type Choice struct {
	Layer string
	// Event and Dense are how often which way was chosen: windows × connections.
	Event, Dense int64
	// Activity is the share of the sources that spiked in the steps in which any did,
	// of those connections that have a choice.
	Activity float64
	// Why is a sentence for people.
	Why string
}

// costs are what the ways take, in ns for each weight that is added.
type costs struct{ row, product float64 }

// measured measures the costs, once for the program: a block of columns that lies in
// the second-level cache, half of its rows in a list, then all of them.
var measured = sync.OnceValue(func() costs {
	const sources, steps, cols = 1024, 8, 64
	w, x := make([]float32, sources*cols), make([]float32, steps*sources)
	acc := make([]float32, steps*cols)
	var rows []uint32
	for i := range w {
		w[i] = 1e-9 * float32(i%7)
	}
	for i := range x {
		x[i] = 1
	}
	for i := 0; i < sources; i += 1 + i%3 {
		rows = append(rows, uint32(i))
	}
	least := func(weights int, f func()) float64 {
		best := math.Inf(1)
		for range 12 {
			start := time.Now()
			f()
			best = min(best, float64(time.Since(start).Nanoseconds()))
		}
		return best / float64(weights)
	}
	return costs{
		row: least(steps*len(rows)*cols, func() {
			for s := range steps {
				kernel.AxpyRows(acc[s*cols:(s+1)*cols], w, cols, rows, x[:len(rows)])
			}
		}),
		product: least(steps*sources*cols, func() {
			kernel.Product(acc, cols, x, sources, steps, w, cols, sources, cols)
		}),
	}
})

// chooser is the choice of one layer whose connections are all dense.
type chooser struct {
	costs
	lanes []laneChoice

	event, dense   int64
	active, places float64 // sources that spiked, and that could have
}

// laneChoice is the choice of one lane for the visits under way.
type laneChoice struct {
	sources int
	spikes  int
	visits  int
	x       []float32 // what each source of each visit is worth, where the product is made
}

// matrixFloats bounds the matrices of a window: 4 MiB a lane.
const matrixFloats = 1 << 20

// choose gives the layer a choice.
func (w *whole) choose(c costs) {
	if !w.l.columns() {
		return
	}
	w.auto = &chooser{costs: c, lanes: make([]laneChoice, len(w.l.lanes))}
	for i, ln := range w.l.lanes {
		p := ln.parts[0].(*densePart)
		n := len(p.w) / p.stride
		w.auto.lanes[i].sources = n
		w.rows = max(1, min(w.rows, max(8, matrixFloats/n)))
	}
}

// decide chooses for each lane of the chunk and fills the matrices of those for which
// the product is made; it reports whether there are any.
func (c *chooser) decide(w *whole) (any bool) {
	for i := range c.lanes {
		c.lanes[i].spikes, c.lanes[i].visits = 0, 0
	}
	each := func(f func(visit int, a *arrival, l *laneChoice)) {
		for i, v := range w.chunk {
			for k := v.lo; k < v.hi; k++ {
				a := &w.l.arrived[k]
				f(i, a, &c.lanes[a.lane.key])
			}
		}
	}
	each(func(_ int, a *arrival, l *laneChoice) {
		l.spikes += len(a.spikes().idx)
		l.visits++
	})
	for i := range c.lanes {
		l := &c.lanes[i]
		l.x = l.x[:0]
		if l.visits == 0 {
			continue
		}
		c.active += float64(l.spikes)
		c.places += float64(l.visits * l.sources)
		if float64(l.spikes)*c.row <= float64(len(w.chunk)*l.sources)*c.product {
			c.event++
			continue
		}
		c.dense++
		any = true
		l.x = slices.Grow(l.x, len(w.chunk)*l.sources)[:len(w.chunk)*l.sources]
		clear(l.x)
	}
	if !any {
		return false
	}
	each(func(visit int, a *arrival, l *laneChoice) {
		if len(l.x) == 0 {
			return
		}
		row, s := l.x[visit*l.sources:(visit+1)*l.sources], a.spikes()
		for q, i := range s.idx {
			row[i] = 1
			if s.x != nil {
				row[i] = s.x[q]
			}
		}
	})
	return true
}

// add forms the sums of block b for the visits lo ≤ i < hi, lane by lane: in the
// order that the sums of each visit have.
func (c *chooser) add(w *whole, b, lo, hi int) {
	for key := range c.lanes {
		l := &c.lanes[key]
		if l.visits == 0 {
			continue
		}
		p := w.parts(w.l.lanes[key])[b].(*densePart)
		if len(l.x) > 0 {
			kernel.Product(w.sums[lo*w.stride+p.lo:], w.stride, l.x[lo*l.sources:], l.sources, hi-lo, p.w, p.stride, l.sources, p.hi-p.lo)
		}
		for i := lo; i < hi; i++ {
			for k := w.chunk[i].lo; k < w.chunk[i].hi; k++ {
				a := &w.l.arrived[k]
				if int(a.lane.key) != key {
					continue
				}
				s := a.spikes()
				if len(l.x) == 0 {
					p.deliver(s, w.row(i), nil)
				}
				w.reach[i*w.cuts+b] += s.total * int64(p.hi-p.lo)
			}
		}
	}
}

// choices tells what was chosen, for the layers that have neurons.
func (e *eventEngine) choices() []Choice {
	var all []Choice
	for _, i := range e.net.NeuronLayers() {
		c := Choice{Layer: e.net.Layers[i].Name, Why: "event: there is no dense way to form its sums that could be cheaper"}
		if w, ok := e.layers[i].run.(*whole); ok && w.auto != nil {
			a := w.auto
			c.Event, c.Dense = a.event, a.dense
			if a.places > 0 {
				c.Activity = a.active / a.places
			}
			way := "event"
			if a.dense > a.event {
				way = "dense"
			}
			c.Why = fmt.Sprintf("%s: %.3g %% of the sources spike in a step, and the product pays from %.3g %% on (%.3g ns a weight of a row, %.3g ns of the product)",
				way, 100*c.Activity, 100*a.product/a.row, a.row, a.product)
		}
		all = append(all, c)
	}
	return all
}
