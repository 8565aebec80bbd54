package effort

import (
	"slices"

	"dvsim/network"
)

// ops are operations at synapses.
type ops struct {
	events, macs, acs int64 // events: each count counted, zero weights too
}

func (o *ops) add(p ops) {
	o.events += p.events
	o.macs += p.macs
	o.acs += p.acs
}

// single adds what one spike that arrives counted n times, size each, does at
// synapses.
func (o *ops) single(n uint32, size float32, all, effective int64) {
	o.events += int64(n) * all
	if v := float32(n) * size; v == 1 || v == -1 {
		o.acs += effective
	} else {
		o.macs += effective
	}
}

// lane is a connection that ends on neurons.
type lane struct {
	fan
	to    int     // the layer
	size  float32 // of a spike
	c     *network.Conn
	list  *network.Sparse // where its synapses have delays of their own
	ticks func(int64) int64
	delay int64 // the longest

	done ops
	wait []waiting
	head int // of wait: what comes before it has arrived
}

// waiting are operations that are done if the run lasts until they arrive.
type waiting struct {
	arrival int64
	ops
	// Of a lane with delays of its synapses: what leaves when.
	t     int64
	index []uint32
	count []uint32
}

// take counts the spikes that a source sent at t. The run has come to now.
func (l *lane) take(t, now int64, index, count []uint32) {
	var o ops
	if count == nil {
		for _, i := range index {
			o.single(1, l.size, int64(l.all[i]), int64(l.effective[i]))
		}
	} else {
		for k, i := range index {
			o.single(count[k], l.size, int64(l.all[i]), int64(l.effective[i]))
		}
	}
	l.settle(now)
	if t+l.delay <= now {
		l.done.add(o)
		return
	}
	w := waiting{arrival: t + l.delay, t: t, ops: o}
	if l.list != nil {
		w.index, w.count = slices.Clone(index), slices.Clone(count)
	}
	l.wait = append(l.wait, w)
}

// settle counts what has arrived up to now.
func (l *lane) settle(now int64) {
	for l.head < len(l.wait) && l.wait[l.head].arrival <= now {
		l.done.add(l.wait[l.head].ops)
		l.head++
	}
	if l.head > len(l.wait)/2 {
		l.wait = slices.Delete(l.wait, 0, l.head)
		l.head = 0
	}
}

// close counts what arrives in a run whose last step (or µs) is last.
func (l *lane) close(last int64) {
	for _, w := range l.wait[l.head:] {
		switch {
		case w.arrival <= last:
			l.done.add(w.ops)
		case l.list != nil:
			l.done.add(l.partly(&w, last))
		}
	}
	l.wait, l.head = l.wait[:0], 0
}

// partly is what of w arrives: synapse by synapse.
func (l *lane) partly(w *waiting, last int64) ops {
	var o ops
	for k, i := range w.index {
		n := uint32(1)
		if w.count != nil {
			n = w.count[k]
		}
		var all, effective int64
		for s := l.list.Row[i]; s < l.list.Row[i+1]; s++ {
			if w.t+l.ticks(int64(l.list.Delay[s])) > last {
				continue
			}
			all++
			if l.list.Weight[s] != 0 {
				effective++
			}
		}
		if all > 0 {
			o.single(n, l.size, all, effective)
		}
	}
	return o
}

// gutter is a connection that ends on a layer without neurons, which hands on the
// sum of what arrives in a step.
type gutter struct {
	to    int
	at    []int32 // of each source: where it goes
	c     *network.Conn
	delay int64

	t     int64    // the step that is summed
	sum   []uint32 // of each place
	index []uint32 // the places that are not 0
	spare []uint32
	count []uint32
}

func (g *gutter) take(index, count []uint32) {
	for k, i := range index {
		j := g.at[i]
		if j < 0 {
			continue
		}
		if g.sum[j] == 0 {
			g.index = append(g.index, uint32(j))
		}
		if count == nil {
			g.sum[j]++
		} else {
			g.sum[j] += count[k]
		}
	}
}
